"""Head office decides appeals: the answer stays or becomes another, with a reason; both scores are kept."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from io import StringIO
from pathlib import Path

import pytest
from sqlmodel import Session, select

from branches import appeals, audits, backing
from branches.appeals import Appeal
from branches.audits import Audit
from branches.database import transaction
from branches.language import language
from branches.people import Role, User
from branches.places import Branch
from reports.purpose import purpose
from tests import make
from tests.databases import PostgresqlDatabases, SqliteDatabases
from tests.monitor.pages import Page
from tests.monitor.rooms import NOW, Rooms, form, opened
from tests.together import together


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened(sqlite, tmp_path) as rooms:
        yield rooms


def test_an_appeal_is_upheld_as_another_mark(rooms: Rooms) -> None:
    appeal, office = rooms.appeal(), rooms.office()
    page = office.get(f"/office/appeals/{appeal}")
    assert ("We <i>did</i> greet." in page.text, "Answer No" in page.text) == (True, True)
    page = office.submit(form(page, appeal), verdict="change", mark="yes", decision="The receipt shows it.")
    assert "Upheld: Kossuth <b>tér</b> & $x$." in page.text
    page = office.get(f"/office/appeals/{appeal}")
    assert "Decision The receipt shows it. Score before 75.0 Score after 80.0" in page.text
    assert (rooms.one(Appeal, appeal).state, rooms.all(Audit)[0].state) == ("upheld", "decided")


def test_an_appeal_is_rejected_and_nothing_changes(rooms: Rooms) -> None:
    appeal, office = rooms.appeal(), rooms.office()
    page = office.get(f"/office/appeals/{appeal}")
    page = office.submit(form(page, appeal), verdict="keep", mark="yes", decision="Two others saw it too.")
    stored = rooms.one(Appeal, appeal)
    assert "Rejected:" in page.text
    assert (stored.state, stored.score_before, stored.score_after) == ("rejected", 75000, 75000)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Choose whether the answer stays."),
        ({"verdict": "keep"}, "Say why; the branch reads it."),
        ({"verdict": "change", "decision": "So"}, "You chose to change the answer: say what it becomes."),
        ({"verdict": "change", "decision": "So", "mark": "no"}, "The answer is marked so already"),
        (
            {"verdict": "change", "decision": "So", "mark": "7\0"},
            "You chose to change the answer: say what it becomes.",
        ),
        ({"verdict": "change", "decision": "x" * 2001, "mark": "yes"}, "That is longer than 2,000 characters."),
        ({"verdict": "change", "decision": "So", "mark": "y" * 10_000}, "That is longer than 200 characters."),
    ],
)
def test_a_decision_that_cannot_be_keeps_what_was_typed(rooms: Rooms, fields: dict[str, str], said: str) -> None:
    appeal, office = rooms.appeal(), rooms.office()
    asked = form(office.get(f"/office/appeals/{appeal}"), appeal)
    assert "If it is changed: to what?" in office.get(f"/office/appeals/{appeal}").text
    assert "(optional)" not in office.get(f"/office/appeals/{appeal}").text
    blank = {"verdict": "", "mark": "", "decision": ""}
    page = office.submit(asked, status=422, **(blank | fields))
    assert said in page.text
    assert fields.get("decision", "") in page.html
    assert rooms.one(Appeal, appeal).state == "open"


def test_a_decided_appeal_is_not_decided_again(rooms: Rooms) -> None:
    appeal, office = rooms.appeal(), rooms.office()
    asked = form(office.get(f"/office/appeals/{appeal}"), appeal)
    office.submit(asked, verdict="keep", decision="So")
    page = office.submit(asked, status=409, verdict="change", mark="yes", decision="Otherwise")
    assert "This appeal has already been decided." in page.text
    assert "What happened last: Olga Office rejected an appeal." in page.text
    assert (
        "it has not been kept What becomes of the answer? It is changed If it is changed: to what? Yes Why? Otherwise"
        in page.text
    )
    assert rooms.one(Appeal, appeal).decision == "So"
    office.get("/office/appeals/" + "0" * 16, status=404)


@pytest.mark.slow
def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told(
    databases: SqliteDatabases | PostgresqlDatabases, tmp_path: Path
) -> None:
    with opened(databases, tmp_path) as rooms:
        appeal = rooms.appeal()
        visitors = {"Seen on the receipt.": rooms.office(), "Two others saw it.": rooms.office()}
        asked = {said: form(visitor.get(f"/office/appeals/{appeal}"), appeal) for said, visitor in visitors.items()}

        answers: list[tuple[int, str]] = []

        def decide(said: str) -> None:
            fields = {**asked[said].fields, "verdict": "change", "mark": "yes", "decision": said}
            page = Page(visitors[said].client.post(asked[said].action, data=fields, follow_redirects=True))
            answers.append((page.status, page.text))

        together(*(partial(decide, said) for said in visitors))
        (won, _), (lost, told) = sorted(answers)
        kept = rooms.one(Appeal, appeal)
        other = next(said for said in visitors if said != kept.decision)
        assert (won, lost, kept.score_before, kept.score_after) == (200, 409, 75000, 80000)
        for said in ("This appeal has already been decided.", f"Decision {kept.decision}", f"Why? {other}"):
            assert said in told


def test_an_appeal_of_an_excluded_audit_is_not_decided_and_does_not_wait(rooms: Rooms) -> None:
    appeal, office = rooms.appeal(), rooms.office()
    asked = form(office.get(f"/office/appeals/{appeal}"), appeal)
    with transaction(rooms.engine) as session:
        by = session.get_one(User, rooms.people[Role.OFFICE].id)
        audits.exclude(session, session.get_one(Audit, rooms.all(Audit)[0].id), reason="Wrong.", by=by, at=NOW)
    page = office.submit(asked, status=409, verdict="change", mark="yes", decision="So it was.")
    said = "This audit has been excluded and counts no longer; its appeals need no decision."
    assert (page.text.count(said), "Why? So it was." in page.text) == (1, True)
    page = office.get(f"/office/appeals/{appeal}")
    assert (said in page.text, [one for one in page.forms if one.action.endswith(appeal)]) == (True, [])
    assert "No appeal waits for a decision." in office.get("/office/appeals").text
    assert "excluded" in office.get("/office/appeals?show=ended").text
    assert f"/office/appeals/{appeal}" in office.get("/office/appeals?show=ended").links


def test_an_appeal_that_was_changed_or_withdrawn_meanwhile_is_looked_at_again(rooms: Rooms, tmp_path: Path) -> None:
    appeal, office = rooms.appeal(), rooms.office()
    asked = form(office.get(f"/office/appeals/{appeal}"), appeal)
    with transaction(rooms.engine) as session:
        found = session.get_one(Appeal, rooms.one(Appeal, appeal).id)
        backing.back(session, tmp_path, found, note="The receipt.", by=found_staff(session, rooms), at=NOW)
    page = office.submit(asked, status=409, verdict="keep", decision="Two others saw it.")
    assert "This appeal has changed since the page was opened." in page.text
    assert ("The receipt." in page.text, "Two others saw it." in page.html) == (True, True)
    again = form(page, appeal)
    with transaction(rooms.engine) as session:
        found = session.get_one(Appeal, rooms.one(Appeal, appeal).id)
        appeals.withdraw(session, found, by=found_staff(session, rooms), at=NOW)
    page = office.submit(again, status=409, verdict="keep", decision="Two others saw it.")
    assert ("The branch has withdrawn this appeal." in page.text, "Two others saw it." in page.text) == (True, True)
    assert f"/office/appeals/{appeal}" in office.get("/office/appeals?show=ended").links
    assert rooms.one(Appeal, appeal).state == "withdrawn"


def found_staff(session: Session, rooms: Rooms) -> User:
    return session.get_one(User, rooms.people[Role.STAFF].id)


def test_the_list_tells_how_old_open_ones_are_and_how_others_ended(rooms: Rooms) -> None:
    appeal, office = rooms.appeal(), rooms.office()
    rooms.clock[0] += timedelta(days=3)
    assert "opened 3 days ago" in office.get("/office/appeals").text
    office.submit(form(office.get(f"/office/appeals/{appeal}"), appeal), verdict="keep", decision="So.")
    for cut, there in (("open", False), ("decided", True), ("ended", False)):
        assert (f"/office/appeals/{appeal}" in office.get(f"/office/appeals?show={cut}").links) is there


def many(rooms: Rooms) -> None:
    """Twelve appeals of one branch, three of them upheld; a second branch with none."""
    with transaction(rooms.engine) as session:
        office = session.get_one(User, rooms.people[Role.OFFICE].id)
        here, there = (
            session.exec(select(Branch).where(Branch.public_id == one)).one() for one in (rooms.branch, rooms.other)
        )
        audit = make.audit(session, here, released_at=NOW)
        make.audit(session, there, released_at=NOW)
        for n in range(12):
            item = f"{'greeting' if n < 6 else 'service'}{n % 6 + 1}"
            one = appeals.open_appeal(session, audit, item, reason="So.", until=NOW, by=office, at=NOW)
            appeals.decide(session, one, upheld_as="no" if n < 3 else None, decision="So.", by=office, at=NOW)


def test_how_often_branches_appeal_is_told_in_the_order_of_names_with_its_uncertainty(rooms: Rooms) -> None:
    many(rooms)
    page = rooms.office().get("/office/appeals/by-branch")
    assert "12 appeals against 40 answers. Decided: 12. Upheld: 3." in page.text
    assert "To appeal is a branch's right." in page.text
    assert "North 2 40 12 12 3 25% (likely 7% to 53%)" in page.text
    rows = page.text.partition("By branch")[2]
    assert "$x$ North 1 20 12 12 3 25% (likely 7% to 53%) Station Road North 1 20 0 0 0 " in rows
    found = rooms.office().get("/office/appeals/by-branch?q=station")
    assert ("Station Road" in found.text, "$x$" in found.text.partition("By branch")[2]) == (True, False)
    assert "There is none here." in rooms.office().get("/office/appeals/by-branch?q=nowhere").text


def test_few_decided_appeals_are_said_to_be_too_few(rooms: Rooms) -> None:
    rooms.appeal()
    office = rooms.office()
    appeal = rooms.all(Appeal)[0].public_id
    office.submit(form(office.get(f"/office/appeals/{appeal}"), appeal), verdict="keep", decision="So.")
    assert "1 20 1 1 0 too few to say" in office.get("/office/appeals/by-branch").text


def test_how_often_branches_appeal_is_taken_home_as_tables(rooms: Rooms) -> None:
    many(rooms)
    office = rooms.office()
    answer = office.client.get("/office/appeals/by-branch.csv")
    rows = list(csv.reader(StringIO(answer.get_data().decode("utf-8-sig"))))
    assert rows[0][:8] == ["Region", "Branch", "Audits", "Answers", "Appeals", "Waiting", "Decided", "Upheld"]
    assert rows[0][-1] == purpose(language("en"))
    assert rows[1][2:] == ["1", "20", "12", "0", "12", "3", "0.25", "0.0719", "0.5273", ""]
    assert rows[2] == ["North", "Station Road", "1", "20", "0", "0", "0", "0", "", "", "", ""]
    assert answer.headers["Content-Disposition"] == "attachment; filename=Appeals-2025-07-10.csv"
    book = office.client.get("/office/appeals/by-branch.xlsx")
    assert (book.status_code, book.headers["Content-Disposition"]) == (
        200,
        "attachment; filename=Appeals-2025-07-10.xlsx",
    )
