"""Head office decides appeals: the answer stays or becomes another, with a reason; both scores are kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from branches.appeals import Appeal
from branches.audits import Audit
from tests.databases import SqliteDatabases
from tests.monitor.rooms import Rooms, form, opened


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
    assert rooms.one(Appeal, appeal).decision == "So"
    office.get("/office/appeals/" + "0" * 16, status=404)
