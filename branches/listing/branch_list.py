"""A list of branches: one a row, found by its code."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload
from sqlmodel import Session, select

from branches import history, places
from branches.errors import Conflict, Refused
from branches.exchange import branch_rows
from branches.exchange.faults import shown
from branches.history import Actor
from branches.listing.plan import Line, Plan, Reading, bounded, differing, twice
from branches.listing.reading import Row, rows_of
from branches.places import Branch, Region

NEEDED, OPTIONAL = branch_rows.COLUMNS.required, branch_rows.COLUMNS.optional
COLUMNS = (*NEEDED, *OPTIONAL)


def plan(session: Session, text: str, plain: Callable[[str], str]) -> Plan:
    """What the list would do to the branches as they are now."""
    rows = rows_of(text, COLUMNS, NEEDED, plain)
    known = {one.code: one for one in session.exec(select(Branch).options(selectinload(Branch.region)))}  # type: ignore[arg-type]
    regions = {one.code: one for one in places.regions(session)}
    again = twice(row.cells["branch"] for row in rows)
    return bounded(Plan(tuple(_line(row, known.get(row.cells["branch"]), regions, again) for row in rows)))


def _line(row: Row, branch: Branch | None, regions: dict[str, Region], again: set[str]) -> Line:
    reading, code = Reading(), row.cells["branch"]
    values = {
        column: reading.take(column, lambda c=column, cell=cell: branch_rows.PARSERS[c](cell), None)  # type: ignore[misc]
        for column, cell in row.cells.items()
    }
    region = reading.take("region", lambda: _region(row.cells["region"], regions), None)
    reading.take("branch", lambda: _check_once(code, again), None)
    if branch is not None:
        reading.take("branch", lambda: places.check_kept(branch), None)
    if region is not None and not values.get("timezone"):
        values["timezone"] = branch.timezone if branch is not None else region.timezone
    days = [values.get(name, getattr(branch, name, None)) for name in ("opened", "closed")]
    reading.take("closed", lambda: _check_days(*days), None)
    if reading.wrong or region is None:
        return Line(row.number, row.cells["name"] or code, branch.id if branch else None, wrong=tuple(reading.wrong))
    if branch is None:
        return Line(row.number, row.cells["name"], values={**values, "region": region})
    after = {name: _written(value) for name, value in values.items() if name not in ("branch", "region")}
    changes = differing({name: _written(getattr(branch, name)) for name in after}, after)
    changes |= differing({"region": branch.region.code}, {"region": region.code})
    return Line(row.number, branch.name, branch.id, changes, {**values, "region": region})


def _region(code: str, regions: dict[str, Region]) -> Region:
    if code not in regions:
        raise Refused("There is no region with the code {code}; open it first.", code=shown(code))
    return regions[code]


def _check_once(code: str, again: set[str]) -> None:
    if code in again:
        raise Refused("{code} stands in more than one row.", code=shown(code))


def _check_days(opened: Any, closed: Any) -> None:
    if opened is not None and closed is not None and closed < opened:
        raise Refused("The branch closes before it opens on {day}.", day=opened.isoformat())


def _written(value: object) -> str:
    """As the list writes it."""
    return "" if value is None else str(value)


def apply(session: Session, found: Plan, *, by: Actor | None, at: datetime) -> list[Branch]:
    """Does what the plan says, with history as by hand; the branches that are new."""
    new = [_new(line) for line in found.added]
    try:
        with session.begin_nested():
            session.add_all(new)
    except IntegrityError as error:
        raise Conflict("Something has changed since this was shown; look at it again.") from error
    for branch in new:
        history.write(session, "open", branch, by=by, at=at)
    for line in found.changed:
        _change(session, session.get_one(Branch, line.key), line, by, at)
    return new


def _new(line: Line) -> Branch:
    kept = {name: value for name, value in line.values.items() if name not in ("branch", "region")}
    return Branch(code=line.values["branch"], region_id=line.values["region"].id, **{"address": "", **kept})


def _change(session: Session, branch: Branch, line: Line, by: Actor | None, at: datetime) -> None:
    """All that differs in one row of history."""
    names = line.changes.keys() - {"region"}
    values: dict[str, object] = {name: line.values[name] for name in names}
    if "region" in line.changes:
        values["region_id"] = line.values["region"].id
    places.change(session, branch, values, by=by, at=at)
