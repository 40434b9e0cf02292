"""The invented chain: what is planted is there, and everything is stored as the program itself would store it."""

from collections import Counter
from datetime import UTC, date, timedelta
from itertools import pairwise
from random import Random
from statistics import fmean, stdev

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from branches import audits
from branches.audits import Answer, Audit, ScoreRow
from branches.errors import Refused
from branches.people import Role, User
from branches.places import Branch, Region
from branches.standards import Item, Section
from branches.weeks import Week, local_date
from monitor import demo
from monitor.demo import Planted, Progress
from monitor.demo.names import CITIES, street
from monitor.demo.plan import plan

TODAY = date(2026, 11, 18)


@pytest.fixture
def planted(session: Session) -> Planted:
    return demo.build(session, seed=7, today=TODAY, branches=12, weeks=9)


def _marks(session: Session) -> list[tuple[object, ...]]:
    query = (
        sa.select(*map(col, (Branch.code, User.code, Audit.visited_at, Item.code, Answer.mark, Answer.comment)))
        .select_from(Answer)
        .join(Audit, col(Audit.id) == Answer.audit_id)
        .join(Item, col(Item.id) == Answer.item_id)
        .join(Branch, col(Branch.id) == Audit.branch_id)
        .join(User, col(User.id) == Audit.shopper_id)
        .order_by(col(Branch.code), col(Audit.visited_at), col(Answer.item_id))
    )
    return [tuple(row) for row in session.connection().execute(query)]


@pytest.mark.slow
def test_build_with_the_same_seed_makes_the_same_chain(session: Session) -> None:
    made = []
    for _ in range(2):
        with session.begin_nested() as nested:
            told = demo.build(session, seed=3, today=TODAY, branches=10, weeks=3)
            made.append((told, _marks(session)))
            nested.rollback()
    assert made[0] == made[1]


def test_build_with_another_seed_makes_another_chain(session: Session) -> None:
    with session.begin_nested() as nested:
        first = demo.build(session, seed=3, today=TODAY, branches=10, weeks=1).cells
        nested.rollback()
    assert demo.build(session, seed=4, today=TODAY, branches=10, weeks=1).cells != first


def test_build_stores_what_rescoring_computes(session: Session, planted: Planted) -> None:
    def stored() -> list[tuple[object, ...]]:
        rows = session.exec(select(ScoreRow).order_by(col(ScoreRow.audit_id), col(ScoreRow.section_id)))
        scores: list[tuple[object, ...]] = [tuple(row.model_dump().values()) for row in rows]
        heads = session.exec(select(Audit.id, Audit.score, Audit.band, Audit.outcome).order_by(col(Audit.id)))
        return scores + [tuple(head) for head in heads]

    before = stored()
    for audit in session.exec(select(Audit)).all():
        audits.rescore(session, audit)
    session.expire_all()
    assert stored() == before


def test_build_stores_the_points_each_mark_earns(session: Session, planted: Planted) -> None:
    query = select(Answer.mark, Answer.points).join(Item).where(Item.code == "satisfaction").distinct()
    assert {points for _, points in session.exec(query)} == {None}
    query = select(Answer.mark, Answer.points).join(Item).where(Item.code == "as_agreed").distinct()
    assert sorted(session.exec(query).all()) == [("1", 0), ("2", 250), ("3", 500), ("4", 750), ("5", 1000)]


def test_build_audits_every_open_branch_every_week(session: Session, planted: Planted) -> None:
    counted = dict(session.exec(select(Branch.code, func.count()).join(Audit).group_by(col(Branch.code))).all())
    just_open, _ = planted.opened
    (closed,) = planted.closed
    wanted = {f"{city.code}-{n:02d}": 9 for city in CITIES for n in (1, 2)} | {"BUD-03": 9, "LON-03": 9}
    del wanted[planted.opened[1]]
    assert counted == wanted | {just_open: 1, closed: 1}
    assert planted.audits == sum(counted.values())


def test_build_ends_with_the_last_week_that_has_ended(session: Session, planted: Planted) -> None:
    days = [date.fromordinal(day) for day in session.exec(select(ScoreRow.day))]
    assert (planted.first, planted.last) == (Week(date(2026, 9, 14)), Week(date(2026, 11, 9)))
    assert {Week.of(day) for day in days} == {planted.first.plus(n) for n in range(9)}


def test_build_releases_every_audit_before_its_week_ends(session: Session, planted: Planted) -> None:
    for audit in session.exec(select(Audit)):
        assert audit.visited_on is not None
        assert audit.visited_at is not None
        assert audit.released_at == audit.visited_at + timedelta(days=2)
        assert audit.released_at < Week.of(audit.visited_on).ends_at(audit.branch.timezone)
        assert local_date(audit.visited_at, audit.branch.timezone) == audit.visited_on


def test_build_sends_nobody_twice_running_and_some_across_regions(session: Session, planted: Planted) -> None:
    visits = session.exec(
        select(Audit.branch_id, Audit.shopper_id).order_by(col(Audit.branch_id), col(Audit.visited_at))
    ).all()
    assert not any(one == next_ for one, next_ in pairwise(visits))
    regions = session.exec(select(User.id, Branch.region_id).join(Audit, col(Audit.shopper_id) == User.id).join(Branch))
    seen: dict[int, Counter[int]] = {}
    for shopper, region in regions:
        seen.setdefault(shopper, Counter())[region] += 1
    away = sum(sum(c.values()) - max(c.values()) for c in seen.values()) / planted.audits
    assert 0.05 < away < 0.3


def test_build_invents_people_who_say_so(session: Session, planted: Planted) -> None:
    people = session.exec(select(User)).all()
    assert Counter(user.role for user in people) == {
        Role.OFFICE: 1,
        Role.MANAGER: 5,
        Role.STAFF: 4,
        Role.TABLET: 1,
        Role.SHOPPER: 10,
    }
    people = [user for user in people if user.role != Role.TABLET.value]
    assert all(user.name.startswith("Demo ") and str(user.email).endswith("@demo.example") for user in people)
    assert {r.timezone for r in session.exec(select(Region))} == {"Europe/Budapest", "Europe/London", "Asia/Kolkata"}


def test_build_gives_one_faulty_branch_a_very_long_name(session: Session, planted: Planted) -> None:
    (long,) = [b for b in session.exec(select(Branch)) if len(b.name) > 60]
    assert long.code in {fault.branch for fault in planted.faults}


def test_build_comments_a_few_failed_items_only(session: Session, planted: Planted) -> None:
    query = select(Answer.mark, Answer.comment).where(Answer.comment != "")
    marks = Counter(mark for mark, _ in session.exec(query))
    failed = session.exec(select(func.count()).select_from(Answer).where(Answer.mark == "no")).one()
    assert set(marks) == {"no"}
    assert 0 < marks["no"] < 0.1 * failed


def test_build_tells_how_far_it_has_come(session: Session) -> None:
    told: list[Progress] = []
    demo.build(session, seed=1, today=TODAY, branches=10, weeks=2, audits_per_week=1.5, progress=told.append)
    rows = sum(session.exec(select(func.count()).select_from(t)).one() for t in (Audit, Answer, ScoreRow))
    assert [(step.weeks, step.of_weeks) for step in told] == [(1, 2), (2, 2)]
    assert told[-1].rows == rows
    assert told[-1].rows_per_second > 0


def test_build_of_too_few_branches_is_refused(session: Session) -> None:
    with pytest.raises(Refused, match="at least 10 branches"):
        demo.build(session, seed=1, today=TODAY, branches=9)


@pytest.mark.slow
def test_scores_of_planted_cells_have_the_mean_that_is_told(session: Session) -> None:
    """Over 40 audits a branch: within what shoppers and chance leave."""
    planted = demo.build(session, seed=11, today=TODAY, branches=10, weeks=10, audits_per_week=4)
    query = select(Branch.code, Section.code, ScoreRow.score, ScoreRow.day).select_from(ScoreRow).join(Branch)
    errors: dict[tuple[str, str], list[float]] = {}
    for branch, section, score, day in session.exec(query.join(Section)):
        level = planted.cells[branch, section].on(date.fromordinal(day))
        errors.setdefault((branch, section), []).append(score / 1000 - level.score)
    means = [fmean(found) for found in errors.values() if len(found) >= 30]
    assert abs(fmean(means)) < 3  # 24 shoppers' leniency does not average out
    assert stdev(means) < 4


def test_plan_plants_faults_of_twenty_points_and_more() -> None:
    made = plan(Random(5), 60, ["greeting", "care"], Week(date(2026, 11, 9)))
    odd = [*made.opened, *made.closed, *(b for b, _ in made.steps), *(b for b, _ in made.above)]
    assert len(made.faults) == 6
    assert all(20 <= points <= 30 for points in made.faults.values())
    assert not set(odd) & {branch for branch, _ in made.faults}
    assert len(set(odd)) == len(odd)


def test_cells_are_below_the_rest_by_what_is_planted(session: Session) -> None:
    planted = demo.build(session, seed=2, today=TODAY, branches=60, weeks=1, audits_per_week=0)
    others = {key: cell.level.score for key, cell in planted.cells.items()}
    short = [others.pop((fault.branch, fault.section)) for fault in planted.faults]
    fault = fmean(fault.points for fault in planted.faults)
    assert fmean(others.values()) - fmean(short) == pytest.approx(fault, abs=5)
    (fall,) = planted.falls
    cell = planted.cells[fall.branch, fall.section]
    before, after = (cell.on(planted.fell_on + timedelta(days=n)) for n in (-1, 0))
    assert before.score - after.score == pytest.approx(fall.points)


def test_streets_repeat_with_a_number() -> None:
    assert [street(CITIES[1], n) for n in (0, 14)] == ["High Street", "High Street 2"]


def test_moments_are_utc(session: Session, planted: Planted) -> None:
    audit = session.exec(select(Audit)).first()
    assert audit is not None
    assert audit.released_at is not None
    assert audit.released_at.tzinfo == UTC
