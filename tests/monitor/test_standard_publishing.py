"""Publishing by pages: nothing that was there changes, what is different is told before, a new chain comes to its first version."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import select

from branches import editions, standards
from branches.audits import Audit
from branches.database import reading, transaction
from branches.people import Role
from branches.standards import Standard
from branches.tables import metadata
from branches.timetable import DueTimes
from branches.weeks import Week
from reports import stored
from reports.figures import State
from tests.databases import SqliteDatabases
from tests.monitor.browsed import send
from tests.monitor.rooms import NOW, Rooms, opened
from tests.monitor.test_standard_pages import ROOT, beginning, begun, content, key_of
from tests.reports.invented import figures


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened(sqlite, tmp_path) as rooms:
        yield rooms


def forget_standards(rooms: Rooms) -> None:
    """As a chain is on its first day."""
    with transaction(rooms.engine) as session:
        for table in ("item", "section", "standard"):
            session.execute(sa.text(f"DELETE FROM {table}"))


def rows(engine: sa.Engine) -> dict[str, list[Any]]:
    """Every row of every table that tells what happened before; what the draft itself writes is left out."""
    apart = {"standard_draft", "history", "device_session"}
    with reading(engine) as session:
        return {
            name: [tuple(row) for row in session.execute(sa.select(table).order_by(*table.primary_key))]
            for name, table in metadata.tables.items()
            if name not in apart
        }


@pytest.mark.slow
def test_publishing_changes_no_row_that_was_there(rooms: Rooms) -> None:
    for state in ("assigned", "submitted", "released"):
        rooms.audit(state)
    with transaction(rooms.engine) as session:
        scope = editions.scopes(session, "Europe/Budapest", DueTimes())[0]
        week, made = Week.parse("2025-W27"), stored.dump(figures({"b1": (State.AS_NORM, State.AS_NORM)}))
        editions.issue(session, scope, week, made, due_at=NOW, at=NOW, standard_id=standards.newest(session).id)  # type: ignore[union-attr]
    office, _ = begun(rooms)
    before = rows(rooms.engine)
    page = office.get(f"{ROOT}/changes")
    assert "Added" in page.text
    assert "Taken out" in page.text
    page = send(office, page, "/changes", {"since": "now"})
    assert "Version 2 is published." in page.text
    after = rows(rooms.engine)
    assert [name for name in before if after[name][: len(before[name])] != before[name]] == []
    grown = {name for name in before if len(after[name]) > len(before[name])}
    assert grown == {"standard", "section", "item"}
    assert {len(before[name]) > 0 for name in ("audit", "answer", "score_row", "edition")} == {True}
    with reading(rooms.engine) as session:
        assert {audit.standard.version for audit in session.exec(select(Audit))} == {1}


@pytest.mark.slow
def test_a_change_of_weight_is_told_from_what_to_what_with_its_effect(rooms: Rooms) -> None:
    office, _ = begun(rooms)
    send(office, office.get(f"{ROOT}/changes"), "/changes", {"since": "now"})
    rooms.clock[0] += timedelta(days=7)
    office, _ = begun(rooms, "current")
    assert "It says the same as version 2." in office.get(f"{ROOT}/changes").text
    key = key_of(rooms, "greeted")
    send(office, office.get(f"{ROOT}/items/{key}"), f"/items/{key}", {"weight": "5", "hint-hu": "Más."})
    page = office.get(f"{ROOT}/changes")
    assert "1 thing is different from version 2." in page.text
    assert "Weight: 3 → 5" in page.text
    assert "What counts (hu): Egy szó, biccentés vagy intés is számít. Egy pillantás önmagában nem. → Más." in page.text
    assert "Counted otherwise than before: Greeting." in page.text
    page = send(office, page, "/changes", {"since": "2025-W29"})
    with reading(rooms.engine) as session:
        newest = standards.newest(session)
        assert newest is not None
        assert newest.published_at == datetime(2025, 7, 13, 22, tzinfo=UTC)
    assert "Version 1" in page.text
    office.get("/handbook?version=2")


def test_a_day_that_is_not_offered_is_refused(rooms: Rooms) -> None:
    office, _ = begun(rooms)
    page = send(office, office.get(f"{ROOT}/changes"), "/changes", {"since": "2025-W40"}, status=422)
    assert "Choose from when it is in force." in page.text


@pytest.mark.slow
def test_a_chain_without_a_standard_comes_to_one_by_pages_alone(rooms: Rooms) -> None:
    forget_standards(rooms)
    office = rooms.office()
    assert "There is no published standard yet to audit by." in office.get("/office/assignments/new").text
    page = office.get(ROOT)
    assert "There is no standard yet. Begin with the one for salons, or with nothing." in page.text
    page = office.submit(beginning(page, "salon"))
    page = office.get(f"{ROOT}/changes")
    assert f"It will be the first version, with {len(list(content(rooms).items))} items." in page.text
    page = send(office, page, "/changes")
    assert "Version 1 is published." in page.text
    assert "Assign an audit" in office.get("/office/assignments/new").headings
    with reading(rooms.engine) as session:
        (made,) = session.exec(select(Standard)).all()
        assert made.published_at == datetime(2025, 7, 6, 22, tzinfo=UTC)


@pytest.mark.slow
def test_nobody_else_has_these_pages(rooms: Rooms) -> None:
    begun(rooms)
    for role in (Role.MANAGER, Role.STAFF, Role.SHOPPER):
        for path in (ROOT, f"{ROOT}/preview", f"{ROOT}/files/standard.toml"):
            rooms.visitor(role).get(path, status=404)
