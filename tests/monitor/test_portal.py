"""What staff and managers do about results: read, plan, complete, verify, appeal, dismiss; and what each is told of it."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from branches import actions, appeals, flags, notices
from branches.actions import CorrectiveAction
from branches.appeals import Appeal
from branches.audits import Audit
from branches.database import reading, transaction
from branches.editions import Edition
from branches.flags import Flag
from branches.language import language
from branches.notices import Notice
from branches.people import Role
from branches.states import ActionState, AppealState, AuditState
from reports import collect, collect_items, stored, weekly, wording
from reports.collect import Window
from reports.figures import State
from reports.purpose import purpose
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.pages import Form, Page
from tests.monitor.test_access_walk import enter
from tests.monitor.walked import NOW, Opened, World, build
from tests.reports.pdfs import Pdf, bare


@pytest.fixture(scope="module")
def world(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(sqlite, tmp_path_factory.mktemp("portal"))


@pytest.fixture
def opened(world: World, tmp_path: Path) -> Iterator[Opened]:
    found = world.opened(tmp_path)
    yield found
    found.engine.dispose()


def form(page: Page, ends: str) -> Form:
    return next(form for form in page.forms if form.action.endswith(ends))


def actions_of(opened: Opened) -> list[CorrectiveAction]:
    with reading(opened.engine) as session:
        return list(session.exec(select(CorrectiveAction).order_by(col(CorrectiveAction.id).desc())))


def the_flag(opened: Opened) -> Flag:
    with reading(opened.engine) as session:
        return session.exec(select(Flag).where(Flag.public_id == opened.world.mine.things["flag"])).one()


def answer_path(opened: Opened, place: str = "") -> str:
    things = opened.world.mine.things
    return f"/results/{things['released']}/answers/{place or things['place']}"


def test_staff_that_were_not_told_of_the_audits_are_told_that_nothing_is_shown(opened: Opened) -> None:
    with transaction(opened.engine) as session:
        notice = session.exec(select(Notice).where(Notice.public_id == opened.world.mine.things["notice"])).one()
        notices.withdraw(session, notice, by=opened.person(session, Role.OFFICE), at=NOW)
    visitor = enter(opened, Role.STAFF)
    page = visitor.get("/branch")
    assert "Nothing is shown here yet." in page.text
    assert "Greeting" not in page.text
    for path in ("/branch.pdf", "/branch.csv", answer_path(opened), f"/flags/{opened.world.mine.things['flag']}"):
        assert visitor.client.get(path).status_code == 404, path


def test_staff_read_their_audits_by_week_with_points_and_comments(opened: Opened) -> None:
    page = enter(opened, Role.STAFF).get(f"/results/{opened.world.mine.things['released']}")
    assert page.headings == ["Audit · North Street · week of 2 March 2026"]
    assert ("Nobody looked up." in page.text, "0 of 1 points" in page.text, "1 of 1 points" in page.text) == (True,) * 3


def test_staff_take_their_answers_home_by_week(opened: Opened) -> None:
    answer = enter(opened, Role.STAFF).client.get("/branch.csv")
    rows = list(csv.reader(StringIO(answer.get_data().decode("utf-8-sig"))))
    heads = ["Week", "Audit", "Section", "Item", "Answer", "Points", "Points possible", "Comment"]
    assert rows[0] == [*heads, purpose(language("en"))]
    assert (len(rows), {row[0] for row in rows[1:]}) == (1 + 5 * 10, {f"2026-0{day}" for day in WEEKS})
    assert answer.headers["Content-Disposition"] == "attachment; filename=North-Street-2026-03-02.csv"


WEEKS = ("2-02", "2-09", "2-16", "2-23", "3-02")


@pytest.mark.slow
def test_the_page_for_the_staff_room_is_one_page(opened: Opened) -> None:
    answer = enter(opened, Role.STAFF).client.get("/branch.pdf")
    pdf = Pdf(answer.get_data())
    assert (len(pdf.pages), bare("North Street") in bare(pdf.text())) == (1, True)
    assert answer.headers["Content-Disposition"] == "attachment; filename=North-Street-2026-03-02.pdf"


@pytest.mark.slow
def test_the_page_for_the_staff_room_says_what_is_to_be_done_and_by_when(opened: Opened) -> None:
    staff = enter(opened, Role.STAFF)
    staff.submit(form(staff.get(answer_path(opened)), "/plan"), plan="Smile at the door.", due="2026-03-15")
    said = bare(Pdf(staff.client.get("/branch.pdf").get_data()).text())
    assert (bare("Smile at the door.") in said, bare("Due 15 March 2026") in said) == (True, True)


def test_an_action_goes_from_plan_to_verified_through_the_pages(opened: Opened) -> None:
    staff, manager = enter(opened, Role.STAFF), enter(opened, Role.MANAGER)
    due = (NOW + timedelta(days=5)).date().isoformat()
    page = staff.submit(form(staff.get(answer_path(opened)), "/plan"), plan="Smile at the door.", due=due)
    assert ("Smile at the door." in page.text, "Due 15 March 2026" in page.text) == (True, True)
    (made, *_) = actions_of(opened)
    path = f"/actions/{made.public_id}"
    staff.submit(form(staff.get(path), "/complete"))
    again = manager.submit(form(manager.get(path), "/reopen"), reason="Nobody smiled on Friday.")
    assert "The action is open again." in again.text
    assert "Nobody smiled on Friday." in staff.get(path).text
    staff.submit(form(staff.get(path), "/complete"))
    manager.submit(form(manager.get(path), "/verify"))
    assert (actions_of(opened)[0].state, made.item_id is not None) == (ActionState.VERIFIED.value, True)


def test_an_actions_page_says_what_to_expect_without_it(opened: Opened) -> None:
    path = f"/actions/{opened.world.mine.things['action']}"
    assert "What to expect next time" not in enter(opened, Role.STAFF).get(path).text  # nothing is known of it yet
    with transaction(opened.engine) as session:
        edition = session.exec(select(Edition).where(Edition.public_id == opened.world.mine.things["edition"])).one()
        figures = stored.load(edition.content)
        cells = tuple(
            replace(cell, state=State.WATCH, variance=-12.0, estimate=-5.0, low=-9.0, high=-1.0)
            for cell in figures.cells
        )
        edition.content = stored.dump(replace(figures, cells=cells))
        session.add(edition)
    for role in (Role.STAFF, Role.MANAGER):
        assert (
            "Greeting: measured 12.0 below the norm over 5 audits, part of it probably bad luck or strict shoppers. "
            "Even if nothing changes, as many new audits would probably average about 5.0 below the norm. "
            in (enter(opened, role).get(path).text)
        )


def test_a_plan_that_lacks_something_comes_back_with_what_was_typed(opened: Opened) -> None:
    staff = enter(opened, Role.STAFF)
    before = len(actions_of(opened))
    for day, words in (("", "Give the day as"), ("2026-03-01", "has passed"), ("x" * 50, "Give the day as")):
        page = staff.submit(form(staff.get(answer_path(opened)), "/plan"), status=422, plan="Smile <b>.", due=day)
        assert (words in page.text, "Smile <b>." in page.text, page.title.startswith("Error:")) == (True, True, True)
    staff.submit(form(staff.get(answer_path(opened)), "/plan"), status=422, plan=" ", due="2026-03-20")
    page = staff.submit(form(staff.get(answer_path(opened)), "/plan"), status=422, plan="", due="")
    assert {"#plan", "#due"} <= set(page.links)
    for said in ("Say what the branch will do.", "Give the day as year-month-day"):
        assert page.text.count(said) == 2  # above the form, and beside its field
    staff.submit(form(staff.get(answer_path(opened)), "/plan"), status=422, plan="x" * 2001, due="2026-03-20")
    assert len(actions_of(opened)) == before


def test_an_appeal_is_made_once_and_its_decision_shown_with_both_scores(opened: Opened) -> None:
    staff = enter(opened, Role.STAFF)
    page = staff.submit(form(staff.get(answer_path(opened, "9")), "/appeal"), reason="We did greet.")
    assert ("Your appeal is with head office." in page.text, "We did greet." in page.text) == (True, True)
    assert [one.action for one in page.forms if one.action.endswith("/appeal")] == []
    with transaction(opened.engine) as session:
        for one in session.exec(select(Appeal).where(Appeal.state == AppealState.OPEN.value)).all():
            if one.audit.public_id == opened.world.mine.things["released"]:
                office = opened.person(session, Role.OFFICE)
                appeals.decide(session, one, upheld_as="yes", decision="So it was.", by=office, at=NOW)
    text = staff.get(answer_path(opened, "9")).text
    assert ("So it was." in text, "The audit's score was 70.0 and is" in text or "was 60.0" in text) == (True, True)


def test_staff_are_told_until_when_they_may_appeal_and_nobody_else_is(opened: Opened) -> None:
    audit = f"/results/{opened.world.mine.things['released']}"
    told = [enter(opened, role).get(audit).text for role in (Role.STAFF, Role.MANAGER)]
    until = "Your branch can appeal it until "
    assert [until in text for text in told] == [True, False]
    assert until in enter(opened, Role.STAFF).get(answer_path(opened, "9")).text


def test_after_the_time_to_appeal_there_is_no_form_and_no_way_round_it(world: World, tmp_path: Path) -> None:
    opened = world.opened(tmp_path, appeal_days=0)
    staff = enter(opened, Role.STAFF)
    page = staff.get(answer_path(opened, "9"))
    over = "The time to appeal this audit ended on "
    assert (over in page.text, over in staff.get(f"/results/{opened.world.mine.things['released']}").text) == (
        True,
        True,
    )
    assert [one.action for one in page.forms if one.action.endswith("/appeal")] == []
    token = page.forms[-1].fields["csrf_token"]
    refused = staff.post(f"{answer_path(opened, '9')}/appeal", status=422, csrf_token=token, reason="Too late.")
    assert "The time to appeal this audit ended on" in refused.text
    opened.engine.dispose()


def test_a_dismissed_flag_says_so_to_all_and_why_to_those_who_decide(opened: Opened) -> None:
    manager, staff = enter(opened, Role.MANAGER), enter(opened, Role.STAFF)
    path = f"/flags/{opened.world.mine.things['flag']}"
    page = manager.submit(form(manager.get(path), "/dismiss"), reason="Building works.", until="2026-04-01")
    assert ("Building works." in page.text, the_flag(opened).dismissed_reason) == (True, "Building works.")
    seen = staff.get(path).text
    assert ("Dismissed until 1 April 2026." in seen, "Building works." in seen) == (True, False)
    manager.submit(form(manager.get(path), "/dismiss"), status=422, reason="", until="2026-04-01")
    manager.submit(form(manager.get(path), "/dismiss"), status=422, reason="Late.", until="2026-03-01")


def test_managers_list_their_branches_with_what_waits_there(opened: Opened) -> None:
    manager = enter(opened, Role.MANAGER)
    page = manager.get("/branches")
    assert ("North Street" in page.text, "South Street" in page.text) == (True, False)
    assert ("1 action due" in page.text, "1 open appeal" in page.text, "5 audits" in page.text) == (True, True, True)
    with transaction(opened.engine) as session:
        for action in session.exec(select(CorrectiveAction)).all():
            action.due_on = NOW.date() - timedelta(days=1)
    assert "Actions are overdue at 1 branch." in manager.get("/branches").text


def test_an_excluded_audit_is_gone_from_the_pages(opened: Opened) -> None:
    staff = enter(opened, Role.STAFF)
    with transaction(opened.engine) as session:
        audit = session.exec(select(Audit).where(Audit.public_id == opened.world.mine.things["released"])).one()
        audit.state = AuditState.EXCLUDED.value
    assert staff.client.get(f"/results/{opened.world.mine.things['released']}").status_code == 404
    assert "Nobody looked up." not in staff.client.get("/branch.csv").get_data(as_text=True)
    staff.get("/branch")


def test_a_branchs_weeks_and_items_are_its_own_and_what_counted_then(opened: Opened) -> None:
    with reading(opened.engine) as session:
        branch = opened.person(session, Role.STAFF).branch
        assert branch is not None
        days = Window(NOW.date() - timedelta(weeks=8), NOW.date())
        weeks = collect.branch_trend(session, branch.id, days, NOW)
        items = {one.code: one for one in collect_items.branch_items(session, branch.id, days, NOW)}
        before = collect.branch_trend(session, branch.id, days, NOW - timedelta(weeks=3))
    assert [(point.audits, point.score) for point in weeks] == [(1, score) for score in (60, 70, 80, 60, 70)]
    assert (items["greeting1"].audits, items["greeting1"].kept, items["greeting10"].failed) == (5, 5, 5)
    assert len(before) < len(weeks)


def test_the_next_report_says_that_a_flag_is_dismissed_while_that_lasts(opened: Opened) -> None:
    with transaction(opened.engine) as session:
        flag = session.exec(select(Flag).where(Flag.public_id == opened.world.mine.things["flag"])).one()
        until = NOW.date() + timedelta(days=9)
        flags.dismiss(session, flag, reason="Works.", until=until, by=opened.person(session, Role.MANAGER), at=NOW)
        (during,) = weekly.standing(session, {"a": flag.branch_id}, NOW + timedelta(days=9))
        (after,) = weekly.standing(session, {"a": flag.branch_id}, NOW + timedelta(days=10))
    assert (during.dismissed_until, during.dismissed_reason) == (until, "Works.")
    assert (after.dismissed_until, after.dismissed_reason) == (None, "")
    said = wording.flagged(language("en"), State.FALLS_SHORT, during.since + timedelta(weeks=2), during)
    assert (
        said
        == "Flagged since the report of the week of 2 March 2026; it may have been low before. It has stood through 3 reports; each rests on nearly the same audits as the one before, so these are not 3 proofs. Dismissed until 19 March 2026: Works."
    )


def many(opened: Opened, number: int) -> None:
    """So many branches more in the manager's region, one of them with an action that is overdue."""
    with transaction(opened.engine) as session:
        region = opened.person(session, Role.MANAGER).region
        assert region is not None
        made = [make.branch(session, region, f"Branch {n:03}") for n in range(number)]
        flag = Flag(branch_id=made[-1].id, section="greeting", raised_week=NOW.date(), last_week=NOW.date())
        session.add(flag)
        session.flush()
        office, at = opened.person(session, Role.OFFICE), NOW - timedelta(days=9)
        actions.open_action(
            session, made[-1], plan="Smile.", due_on=at.date() + timedelta(days=2), flag=flag, by=office, at=at
        )


@pytest.mark.parametrize(("role", "others"), [(Role.MANAGER, 1), (Role.OFFICE, 2)])
def test_a_long_list_of_branches_is_read_in_few_queries_and_pages(opened: Opened, role: Role, others: int) -> None:
    visitor = enter(opened, role)
    asked: list[str] = []
    sa.event.listen(opened.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    visitor.get("/branches")
    few = len(asked)
    many(opened, 90)
    asked.clear()
    first = visitor.get("/branches")
    assert (len(asked), few < 25) == (few, True)
    assert (first.text.count("Branch 0"), "Branch 089" in first.text, "Next page" in first.text) == (
        40 - others,
        True,
        True,
    )
    assert "Actions are overdue at 1 branch." in first.text
    rest = [visitor.get(f"/branches?page={n}").text for n in (2, 3, 99)]
    assert [one.count("Branch 0") for one in rest] == [40, 10 + others, 10 + others]
    found = visitor.get("/branches?q=ranch+08").text
    assert (found.count("Branch 08"), found.count("Branch 07"), "North Street" in found) == (10, 0, False)
    assert "There is none here." in visitor.get("/branches?q=%25").text
