"""What staff and managers read of an audit: what head office cleared, and nothing before there is enough; page by page, file by file."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlmodel import select

from branches import actions, appeals, notices
from branches.database import transaction
from branches.held import Privacy
from branches.history import Event
from branches.people import Role
from branches.standards import Item
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.desk import form
from tests.monitor.pages import Page, Visitor
from tests.monitor.test_access_walk import enter
from tests.monitor.walked import NOW, Opened, World, build

ORIGINAL, CLEARED = "Nobody looked up.", "Nobody there looked at the door."
HELD = "Comments and photos are shown once there are more audits."


@pytest.fixture(scope="module")
def world(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(sqlite, tmp_path_factory.mktemp("clearing"))


@pytest.fixture
def opened(world: World, tmp_path: Path) -> Iterator[Opened]:
    found = world.opened(tmp_path)
    yield found
    found.engine.dispose()


def things(opened: Opened) -> dict[str, str]:
    return opened.world.mine.things


def clearing(opened: Opened, audit: str = "released") -> str:
    return f"/office/review/{things(opened)[audit]}/clearing"


def field(page: Page) -> str:
    """The field of the one comment there is."""
    return next(name for name in form(page, "/clearing").fields if name.startswith("c-"))


def clear(opened: Opened, words: str, *back: str, audit: str = "released") -> Page:
    office = enter(opened, Role.OFFICE)
    page = office.get(clearing(opened, audit))
    sent = form(page, "/clearing")
    fields = {**sent.fields, field(page): words, "back": list(back)}
    answer = office.client.post(sent.action, data=fields, follow_redirects=True)
    assert answer.status_code == 200
    return Page(answer)


def shown_to(opened: Opened, role: Role) -> Iterator[tuple[str, str]]:
    """Each page and file with comments that this reader has, as text."""
    visitor, here = enter(opened, role), things(opened)
    paths = [f"/results/{here['released']}", f"/results/{here['released']}/answers/{here['place']}"]
    own = {Role.STAFF: ["/branch.csv"]}
    tables = [f"/branches/{here['branch']}.csv", f"/branches/{here['branch']}.xlsx"]
    for path in paths + own.get(role, tables):
        answer = visitor.client.get(path)
        assert answer.status_code == 200, path
        body = answer.get_data()
        if body.startswith(b"PK"):
            with ZipFile(BytesIO(body)) as book:
                body = b"".join(book.read(one) for one in book.infolist())
        yield path, body.decode()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("role", "known", "reads"),
    [
        (Role.STAFF, False, CLEARED),
        (Role.STAFF, True, CLEARED),
        (Role.MANAGER, False, CLEARED),
        (Role.MANAGER, True, ORIGINAL),
        (Role.OFFICE, False, ORIGINAL),
    ],
)
def test_each_reader_has_one_form_of_a_comment_everywhere(
    world: World, tmp_path: Path, role: Role, known: bool, reads: str
) -> None:
    opened = world.opened(tmp_path, managers_know_shoppers=known)
    clear(opened, CLEARED)
    found = dict(shown_to(opened, role))
    assert {path for path, text in found.items() if reads not in text} == set()
    if reads == CLEARED:
        assert {path for path, text in found.items() if ORIGINAL in text} == set()
    else:  # the original, marked as what others do not read
        page = found[f"/results/{things(opened)['released']}"]
        assert f"Others read instead: {CLEARED}" in page
    opened.engine.dispose()


def test_an_empty_form_shows_nothing_of_the_comment(opened: Opened) -> None:
    page = clear(opened, "")
    assert "Kept: what the branch reads of it." in page.text
    assert "Others are not shown this text." in page.text
    assert ORIGINAL not in dict(shown_to(opened, Role.STAFF))[f"/results/{things(opened)['released']}"]


def test_a_photo_that_is_kept_back_is_there_for_head_office_alone(opened: Opened) -> None:
    here = things(opened)
    photo = f"/results/{here['released']}/photos/{here['photo']}/small"
    readers = {role: enter(opened, role) for role in (Role.STAFF, Role.MANAGER, Role.OFFICE)}
    assert {role: one.client.get(photo).status_code for role, one in readers.items()} == dict.fromkeys(readers, 200)
    clear(opened, ORIGINAL, here["photo"])
    there = {role: one.client.get(photo).status_code for role, one in readers.items()}
    assert there == {Role.STAFF: 404, Role.MANAGER: 404, Role.OFFICE: 200}
    pages = {role: one.get(f"/results/{here['released']}") for role, one in readers.items()}
    assert {role: here["photo"] in page.html for role, page in pages.items()} == {
        Role.STAFF: False,
        Role.MANAGER: False,
        Role.OFFICE: True,
    }
    assert "1 photo is not shown to others." in pages[Role.OFFICE].text


def test_of_two_reviewers_one_wins_and_the_other_is_told(opened: Opened) -> None:
    office = enter(opened, Role.OFFICE)
    old = office.get(clearing(opened))
    clear(opened, CLEARED)
    page = office.submit(form(old, "/clearing"), status=409, **{field(old): "Mine."})
    assert "This audit has changed since the page was opened." in page.text
    assert "What happened last:" in page.text
    assert ("Mine." in page.html, CLEARED in page.html) == (True, False)  # what was typed is not lost
    assert CLEARED in office.get(clearing(opened)).html


def test_what_was_released_can_only_be_made_stricter(opened: Opened) -> None:
    clear(opened, CLEARED)
    office = enter(opened, Role.OFFICE)
    page = office.get(clearing(opened))
    refused = office.submit(form(page, "/clearing"), status=422, **{field(page): ORIGINAL})
    assert "what was taken out cannot be given back" in refused.text
    assert CLEARED in office.get(clearing(opened)).html


def test_a_text_that_is_too_long_comes_back_with_what_was_typed(opened: Opened) -> None:
    office = enter(opened, Role.OFFICE)
    page = office.get(clearing(opened))
    refused = office.submit(form(page, "/clearing"), status=422, **{field(page): "x" * 4001})
    assert ("longer than 4,000 characters" in refused.text, refused.title.startswith("Error:")) == (True, True)


def test_a_name_is_remarked_with_the_way_to_its_comment_until_it_is_gone(opened: Opened) -> None:
    office, path = enter(opened, Role.OFFICE), f"/office/review/{things(opened)['waiting']}"
    assert "may be somebody's name" not in office.get(path).text
    page = clear(opened, "There was Anna.", audit="waiting")
    assert "Anna may be somebody's name." in page.text
    code = field(office.get(clearing(opened, "waiting"))).removeprefix("c-")
    assert f"{clearing(opened, 'waiting')}#of-{code}" in page.links
    assert "Anna may be somebody's name." in office.get(clearing(opened, "waiting")).text
    assert "may be somebody's name" not in clear(opened, "There was somebody.", audit="waiting").text


def test_history_tells_who_cleared_it(opened: Opened) -> None:
    assert "cleared what the branch reads of it." in clear(opened, CLEARED).text
    with transaction(opened.engine) as session:
        (event,) = session.exec(select(Event).where(Event.verb == "clear")).all()
        assert CLEARED not in str(event.details)


def test_nothing_can_be_cleared_of_what_was_not_sent(opened: Opened) -> None:
    office = enter(opened, Role.OFFICE)
    assert office.client.get(clearing(opened, "open")).status_code == 404
    assert "Clear comments" not in office.get(f"/office/review/{things(opened)['open']}").text


@pytest.mark.parametrize("few", [{"comments_after_audits": 6}, {"comments_after_shoppers": 4}])
def test_staff_are_shown_answers_alone_until_there_are_enough_audits_and_shoppers(
    world: World, tmp_path: Path, few: dict[str, int]
) -> None:
    opened = world.opened(tmp_path, privacy=Privacy(**few))
    here = things(opened)
    for path, text in shown_to(opened, Role.STAFF):
        of_audits = re.search(r"/results/\w+/photos/", text)  # what the branch shows of its own is always there
        assert (ORIGINAL in text, of_audits) == (False, None), path
        assert (HELD in text) is path.startswith("/results"), path
        assert re.search(r"(>|,)\s*(no|nem)\s*(<|,)", text), path
    staff, photo = enter(opened, Role.STAFF), f"/results/{here['released']}/photos/{here['photo']}/small"
    assert staff.client.get(photo).status_code == 404
    for _, text in shown_to(opened, Role.MANAGER):
        assert (ORIGINAL in text, HELD in text) == (True, False)
    assert enter(opened, Role.MANAGER).client.get(photo).status_code == 200
    opened.engine.dispose()


def test_head_office_is_told_where_few_shoppers_audit(world: World, tmp_path: Path) -> None:
    for number, told in ((3, False), (4, True)):
        folder = tmp_path / str(number)
        folder.mkdir()
        opened = world.opened(folder, privacy=Privacy(comments_after_shoppers=number))
        office = enter(opened, Role.OFFICE)
        page = office.get("/office/")
        assert ("Regions where few shoppers audit" in page.text) is told
        assert (f"/office/places/regions/{things(opened)['region']}" in page.links) is told
        review = office.get(f"/office/review/{things(opened)['waiting']}").text
        assert ("too few shoppers audit in the region" in review) is told
        assert ("They read its comments and see its photos" in review) is not told
        opened.engine.dispose()


def test_head_office_is_told_from_when_on_staff_see_an_audit(opened: Opened) -> None:
    office = enter(opened, Role.OFFICE)
    waiting = office.get(f"/office/review/{things(opened)['waiting']}").text
    assert "Released today, the branch's staff see it from 16 March 2026 on." in waiting
    assert "The branch's staff have seen it since 9 March 2026." in (
        office.get(f"/office/review/{things(opened)['released']}").text
    )
    with transaction(opened.engine) as session:
        notice = session.exec(select(notices.Notice)).first()
        assert notice is not None
        notices.withdraw(session, notice, by=opened.person(session, Role.OFFICE), at=NOW)
    assert "staff see it from" not in office.get(f"/office/review/{things(opened)['waiting']}").text


TUESDAY = NOW
SUNDAY_LATE = datetime(2026, 3, 15, 22, 59, tzinfo=UTC)
MONDAY = datetime(2026, 3, 15, 23, 0, tzinfo=UTC)
"""Midnight in Budapest."""


@pytest.fixture
def fresh(world: World, tmp_path: Path) -> Iterator[tuple[Opened, list[datetime], str]]:
    """An audit that was released on this Tuesday, with an action that its manager planned from it; the clock to turn."""
    opened = world.opened(tmp_path)
    with transaction(opened.engine) as session:
        staff, manager = opened.person(session, Role.STAFF), opened.person(session, Role.MANAGER)
        assert staff.branch is not None
        made = make.audit(session, staff.branch, score=50, visited_at=NOW - timedelta(days=1), released_at=NOW)
        item = session.exec(select(Item).where(Item.standard_id == made.standard_id)).first()
        due = (NOW + timedelta(days=20)).date()
        actions.open_action(
            session,
            staff.branch,
            plan="Fresh plan.",
            due_on=due,
            audit=made,
            item=item,
            owner=staff,
            by=manager,
            at=NOW,
        )
        name = made.public_id
    yield opened, opened.clock, name
    opened.engine.dispose()


def everywhere(visitor: Visitor, audit: str, action: str) -> dict[str, bool]:
    """Whether anything of the fresh audit is there, address by address."""
    lists = {path: visitor.client.get(path).get_data() for path in ("/branch", "/branch.csv")}
    found = {path: audit.encode() in body or b"Fresh plan." in body for path, body in lists.items()}
    pages = (f"/results/{audit}", f"/results/{audit}/answers/1", f"/actions/{action}")
    return found | {path: visitor.client.get(path).status_code == 200 for path in pages}


@pytest.mark.slow
def test_staff_find_nothing_of_an_audit_before_its_monday_and_all_of_it_then(
    fresh: tuple[Opened, list[datetime], str],
) -> None:
    opened, clock, audit = fresh
    with transaction(opened.engine) as session:
        plans = session.exec(select(actions.CorrectiveAction).where(actions.CorrectiveAction.plan == "Fresh plan."))
        action = plans.one().public_id
    staff = enter(opened, Role.STAFF)
    for moment, there in ((TUESDAY, False), (SUNDAY_LATE, False), (MONDAY, True)):
        clock[0] = moment
        found = everywhere(staff, audit, action)
        assert set(found.values()) == {there}, (moment, found)


@pytest.mark.slow
def test_a_manager_reads_at_once_what_staff_have_to_wait_for(fresh: tuple[Opened, list[datetime], str]) -> None:
    opened, _, audit = fresh
    assert enter(opened, Role.MANAGER).client.get(f"/results/{audit}").status_code == 200


@pytest.mark.slow
def test_the_time_to_appeal_begins_when_staff_see_the_audit(fresh: tuple[Opened, list[datetime], str]) -> None:
    opened, clock, audit = fresh
    staff = enter(opened, Role.STAFF)
    clock[0] = MONDAY
    assert "Your branch can appeal it until 23 March 2026." in staff.get(f"/results/{audit}").text
    clock[0] = datetime(2026, 3, 24, 1, tzinfo=UTC)
    assert "The time to appeal this audit ended on 23 March 2026." in staff.get(f"/results/{audit}").text


@pytest.mark.slow
def test_what_a_branch_reads_of_an_audit_does_not_say_when_it_was_released(
    fresh: tuple[Opened, list[datetime], str],
) -> None:
    """Two audits of one week, released on different days, are told alike."""
    opened, clock, _ = fresh
    staff = enter(opened, Role.STAFF)
    with transaction(opened.engine) as session:
        branch = opened.person(session, Role.STAFF).branch
        assert branch is not None
        days = [NOW + timedelta(days=number) for number in (0, 2)]
        made = [make.audit(session, branch, score=50, visited_at=NOW, released_at=day) for day in days]
        assert [one.released_at for one in made] == days
        names = [one.public_id for one in made]
    clock[0] = MONDAY
    told = [staff.get(f"/results/{name}").html.replace(name, "") for name in names]
    assert told[0] == told[1]


@pytest.mark.slow
@pytest.mark.parametrize(("role", "reads"), [(Role.STAFF, False), (Role.MANAGER, False), (Role.OFFICE, True)])
def test_an_upheld_appeal_of_a_text_does_not_tell_what_it_was(opened: Opened, role: Role, reads: bool) -> None:
    with transaction(opened.engine) as session:
        office, branch = opened.person(session, Role.OFFICE), opened.person(session, Role.STAFF).branch
        assert branch is not None
        standard = make.standard(session, {"greeting": 10})
        item = standard.sections[0].items[9]
        item.type, item.scored, item.na = "text", False, False
        session.flush()
        at = NOW - timedelta(days=10)
        made = make.audit(session, branch, under=standard, visited_at=at, given={item.code: ORIGINAL})
        appeal = appeals.open_appeal(session, made, item.code, reason="Not so.", until=NOW, by=office, at=at)
        appeals.decide(session, appeal, upheld_as=CLEARED, decision="So.", by=office, at=at)
        path = f"/results/{made.public_id}/answers/10"
    visitor = enter(opened, role)
    opened.clock[0] = MONDAY  # from then on staff see it
    page = visitor.get(path).text
    assert ("Head office decided" in page, ORIGINAL in page) == (True, reads)
