"""Items are counted from the same audits as the scores."""

from datetime import timedelta

from sqlmodel import Session

from branches import audits
from branches.places import Branch
from branches.weeks import Week
from reports import collect, collect_items
from reports.collect import Window
from reports.figures import Scale
from reports.item_sums import ItemSums
from tests import make
from tests.make import NOON

WEEK = Week.of(NOON.date())
LATER = NOON + timedelta(days=30)


def collected(session: Session, weeks: int = 1, until: timedelta = timedelta(days=30)) -> ItemSums:
    days = Window.ending(WEEK, weeks)
    found = collect.window(session, days, NOON + until)
    return collect_items.item_sums(session, days, NOON + until, found.places, found.sheet)


def rows(sums: ItemSums, code: str) -> list[tuple[str, int, int]]:
    """Branch, applicable and kept of one item."""
    place = next(index for index, (item, _) in enumerate(sums.items) if item == code)
    columns = zip(sums.item.tolist(), sums.branch.tolist(), sums.applicable.tolist(), sums.kept.tolist(), strict=True)
    return sorted((sums.branches[branch], n, kept) for item, branch, n, kept in columns if item == place)


def visit(session: Session, branch: Branch, score: int, **more: object) -> None:
    make.audit(session, branch, score=score, **more)  # type: ignore[arg-type]


def test_items_are_summed_by_branch_and_shopper(session: Session) -> None:
    first, second = make.branch(session), make.branch(session)
    shopper = make.shopper(session)
    for score in (60, 80, 80):
        visit(session, first, score, by=shopper)
    visit(session, second, 100)
    sums = collected(session)
    assert len(sums.items) == 20
    assert sums.items[0] == ("greeting1", "greeting")
    assert sums.items[-1] == ("service10", "service")
    assert rows(sums, "greeting7") == sorted([(first.code, 3, 2), (second.code, 1, 1)])
    assert rows(sums, "service9") == sorted([(first.code, 3, 0), (second.code, 1, 1)])
    assert set(sums.shopper.tolist()) == {-1, shopper.id}


def test_items_add_up_to_the_score(session: Session) -> None:
    branch = make.branch(session)
    visit(session, branch, 70)
    sums = collected(session)
    greeting = [index for index, (_, section) in enumerate(sums.items) if section == "greeting"]
    mine = [kept for item, kept in zip(sums.item.tolist(), sums.kept.tolist(), strict=True) if item in greeting]
    assert 100.0 * sum(mine) / len(mine) == collect.window(session, Window.ending(WEEK, 1), LATER).sheet.scores[0, 0]


def test_items_count_when_their_scores_do(session: Session) -> None:
    branch = make.branch(session)
    visit(session, branch, 50, released_at=NOON + timedelta(days=2))
    assert collected(session, until=timedelta(days=2, seconds=-1)).items == ()
    assert len(collected(session, until=timedelta(days=2)).items) == 20


def test_items_outside_the_window_or_excluded_are_left_out(session: Session) -> None:
    branch = make.branch(session)
    visit(session, branch, 50, visited_at=NOON - timedelta(days=7))
    wrong = make.audit(session, branch, score=10)
    audits.exclude(session, wrong, reason="the wrong branch", by=make.user(session), at=LATER)
    assert collected(session).items == ()
    assert rows(collected(session, weeks=2), "greeting1") == [(branch.code, 1, 1)]


def test_items_of_two_versions_are_one_and_the_newest_order_leads(session: Session) -> None:
    branch = make.branch(session)
    make.audit(session, branch, under=make.standard(session, {"greeting": 2, "parking": 1}), score=100)
    make.audit(session, branch, under=make.standard(session, {"service": 1, "greeting": 2}), score=0)
    sums = collected(session)
    assert [code for code, _ in sums.items] == ["service1", "greeting1", "greeting2", "parking1"]
    assert rows(sums, "greeting2") == [(branch.code, 2, 1)]


def test_graded_items_are_summed_with_what_they_earned(session: Session) -> None:
    standard = make.standard(session, {"service": 2})
    agreed, clean = standard.sections[0].items
    agreed.type, agreed.worst, agreed.best, agreed.weight, clean.weight = "rating", "1", "5", "1.5", "2"
    branch = make.branch(session)
    for mark, yes in (("3", "yes"), ("5", "no"), ("2", "yes")):
        make.audit(session, branch, under=standard, given={"service1": mark, "service2": yes})
    sums = collected(session)
    assert sums.scales == (Scale("rating", 1.0, 5.0), None)
    assert rows(sums, "service1") == [(branch.code, 3, 1)]
    assert sums.earned.sum(axis=0).tolist() == [1.5 * (0.5 + 0.75) + 2.0, 1.75 + 2.0, 1.3125 + 2.0, 10.0]
    days = Window.ending(WEEK, 1)
    (rated, plain) = collect_items.branch_items(session, branch.id, days, LATER)
    assert (rated.lost, rated.mark, rated.scale) == (1.875, 10 / 3, Scale("rating", 1.0, 5.0))
    assert (plain.lost, plain.mark, plain.scale, plain.failed) == (2.0, None, None, 1)


def test_chain_without_audits_has_no_items(session: Session) -> None:
    make.branch(session)
    sums = collected(session)
    assert (sums.items, sums.item.size) == ((), 0)
