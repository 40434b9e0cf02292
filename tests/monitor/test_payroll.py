"""What is to be paid: approved audits by day, with fee and expenses; as a page and as a table without formulas."""

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from branches.assignments import Assignment
from branches.audits import Audit
from branches.database import transaction
from tests.databases import SqliteDatabases
from tests.monitor.rooms import HARMFUL, Rooms, opened

JULY = "?from=2025-07-01&to=2025-07-31"


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened(sqlite, tmp_path) as rooms:
        yield rooms


def rows(rooms: Rooms, query: str = JULY) -> list[list[str]]:
    answer = rooms.office().client.get(f"/office/payroll.csv{query}")
    assert answer.status_code == 200
    return list(csv.reader(StringIO(answer.get_data().decode("utf-8-sig"))))


def test_approved_audits_are_listed_with_what_was_agreed(rooms: Rooms) -> None:
    audit = rooms.audit("released")
    rooms.audit("submitted")
    with transaction(rooms.engine) as session:
        session.get_one(Assignment, rooms.one(Audit, audit).id).expenses = "=1+1 €"
    head, line = rows(rooms)
    assert head[:9] == [
        *("Shopper", "Code", "Mail address", "Branch", "Visited on", "Approved on"),
        *("Fee", "Expenses paid back", "State"),
    ]
    assert line[:2] + line[3:10] == [
        *("Sam <i>Shopper</i>", "shopper 1", HARMFUL, "2025-07-08", "2025-07-10"),
        *("6 000 Ft", "'=1+1 €", "released", audit),
    ]
    page = rooms.office().get(f"/office/payroll{JULY}")
    assert ("1 audit was approved." in page.text, "6 000 Ft" in page.text) == (True, True)


def test_days_of_approval_decide_by_the_clock_of_the_chain(rooms: Rooms) -> None:
    rooms.audit("approved")
    assert [len(rows(rooms, f"?from={day}&to={day}")) for day in ("2025-07-09", "2025-07-10", "2025-07-11")] == [
        1,
        2,
        1,
    ]


def test_last_month_is_shown_where_none_is_asked_for(rooms: Rooms) -> None:
    page = rooms.office().get("/office/payroll")
    assert 'value="2025-06-01"' in page.html
    assert 'value="2025-06-30"' in page.html
    assert "There is none here." in page.text


@pytest.mark.parametrize(
    "query",
    ["?from=soon", "?from=2025-07-31&to=2025-07-01", "?from=0001-01-01&to=9999-12-31", "?to=9999-12-31", "?from=%00"],
)
def test_days_that_are_none_are_said(rooms: Rooms, query: str) -> None:
    page = rooms.office().get(f"/office/payroll{query}", status=422)
    assert "Error:" in page.title
    assert len(rows(rooms, query)) == 1
