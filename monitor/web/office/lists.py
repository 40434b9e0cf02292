"""Everybody, and every branch, as CSV: whole lists that leave as they are read, of any length."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import selectinload
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar
from werkzeug.wrappers import Response

from branches import access
from branches.access import Right
from branches.people import PERSONS, Role, User
from branches.places import Branch
from monitor.web import download, gate
from monitor.web.office.room import blueprint, today
from monitor.web.tables import Row

AT_ONCE = 500
"""So many rows are read together."""
PERSON_COLUMNS = ("person", "name", "email", "role", "branch", "region", "language", "code")
BRANCH_COLUMNS = ("branch", "name", "region", "address", "latitude", "longitude", "timezone", "opened", "closed")
"""As in branches.csv of the exchange form, in every language."""


@blueprint.get("/people.csv")
@gate.needs(Right.KEEP_PEOPLE)
def people_table() -> Response:
    """Everybody who is active, with the branch or region they are of by its code."""
    query = select(User).where(User.active, col(User.role).in_(PERSONS))
    query = query.options(selectinload(User.branch), selectinload(User.region))  # type: ignore[arg-type]
    name = download.file_name(gate.tongue().say("People"), today(), "csv")
    return download.csv_in_parts(PERSON_COLUMNS, ([_person(one) for one in part] for part in _parts(query, User)), name)


@blueprint.get("/places/branches.csv")
@gate.needs(Right.KEEP_PLACES)
def branches_table() -> Response:
    """Every branch, closed ones too."""
    query = access.visible_branches(gate.person()).options(selectinload(Branch.region))  # type: ignore[arg-type]
    name = download.file_name(gate.tongue().say("Branches"), today(), "csv")
    return download.csv_in_parts(
        BRANCH_COLUMNS, ([_branch(one) for one in part] for part in _parts(query, Branch)), name
    )


def _parts(query: SelectOfScalar[Any], table: type[User] | type[Branch]) -> Iterator[list[Any]]:
    """The list in the order in which its rows came; what was read is let go before more is."""
    last = 0
    while rows := gate.session().exec(query.where(col(table.id) > last).order_by(col(table.id)).limit(AT_ONCE)).all():
        last = rows[-1].id
        yield list(rows)
        for row in rows:
            gate.session().expunge(row)


def _person(user: User) -> Row:
    of_branch = user.branch.code if user.role == Role.STAFF.value and user.branch is not None else ""
    of_region = user.region.code if user.role == Role.MANAGER.value and user.region is not None else ""
    return (
        *(user.public_id, user.name, user.email or "", user.role),
        *(of_branch, of_region, user.language, user.code or "", None),
    )


def _branch(branch: Branch) -> Row:
    return (
        *(branch.code, branch.name, branch.region.code, branch.address),
        *(branch.latitude, branch.longitude, branch.timezone, branch.opened, branch.closed, None),
    )
