"""A list of people: one a row, found by the id that the list of everybody has, else by the mail address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload
from sqlmodel import Session, col, select

from branches import accounts, history, people, places
from branches.errors import Conflict, Refused
from branches.exchange import cells
from branches.exchange.faults import shown
from branches.history import Actor
from branches.language import codes
from branches.listing.plan import Line, Plan, Reading, Wrong, bounded, differing, twice
from branches.listing.reading import Row, rows_of
from branches.people import PERSONS, Role, User
from branches.places import Branch, Region

COLUMNS = ("person", "name", "email", "role", "branch", "region", "language", "code")
NEEDED = ("name", "email", "role")


@dataclass(frozen=True)
class Known:
    """Who and what is there already."""

    by_id: Mapping[str, User]
    by_email: Mapping[str, User]
    taken_codes: frozenset[str]
    branches: Mapping[str, Branch]
    regions: Mapping[str, Region]
    language: str
    """Of whoever has none of their own."""
    again: frozenset[str]
    """Ids and addresses that stand in more than one row."""


def plan(session: Session, text: str, plain: Callable[[str], str], *, language: str) -> Plan:
    """What the list would do to the people as they are now."""
    rows = rows_of(text, COLUMNS, NEEDED, plain)
    known = _known(session, rows, language)
    return _with_an_office(session, bounded(Plan(tuple(_line(row, known) for row in rows))))


def _known(session: Session, rows: list[Row], language: str) -> Known:
    query = select(User).where(col(User.role).in_(PERSONS), col(User.erased_at).is_(None))
    found = list(session.exec(query.options(selectinload(User.branch), selectinload(User.region))))  # type: ignore[arg-type]
    named = [cell for row in rows for cell in {row.cell("person"), row.cells["email"].lower()} if cell]
    return Known(
        {one.public_id: one for one in found},
        {one.email: one for one in session.exec(select(User)) if one.email is not None},
        frozenset(code for code in session.exec(select(User.code)) if code is not None),
        {one.code: one for one in session.exec(select(Branch))},
        {one.code: one for one in places.regions(session)},
        language,
        frozenset(twice(named)),
    )


def _line(row: Row, known: Known) -> Line:
    reading = Reading()
    user = reading.take("person" if row.cell("person") else "email", lambda: _found(row, known), None)
    role = reading.take("role", lambda: _role(row.cells["role"]), None)
    place = {
        "branch": reading.take("branch", lambda: _branch(row, known, role), None),
        "region": reading.take("region", lambda: _region(row, known, role), None),
    }
    values: dict[str, Any] = {
        "name": reading.take("name", lambda: _name(row.cells["name"], user), ""),
        "email": reading.take("email", lambda: _email(row.cells["email"], role, user, known), None),
        "language": reading.take("language", lambda: _language(row.cell("language"), user, known), ""),
        "code": reading.take("code", lambda: _code(row.cell("code") or "", role, user, known), None),
    }
    name, key = row.cells["name"] or row.cells["email"], user.id if user is not None else None
    if reading.wrong:
        return Line(row.number, name, key, wrong=tuple(reading.wrong))
    now = {**values, "role": role, **place}
    return Line(row.number, name, key, differing(_before(user), _written(now)) if user is not None else {}, now)


def _before(user: User) -> dict[str, str]:
    place = {"branch": user.branch, "region": user.region}
    return _written({"name": user.name, "email": user.email, "language": user.language, "role": user.role, **place})


def _written(values: Mapping[str, Any]) -> dict[str, str]:
    """As the list writes it; a code never changes."""
    named = {name: getattr(value, "code", value) for name, value in values.items() if name != "code"}
    return {name: str(value) if value is not None else "" for name, value in named.items()}


def _found(row: Row, known: Known) -> User | None:
    """Whose row it is; None of somebody new."""
    person, email = row.cell("person"), row.cells["email"].lower()
    if person in known.again or email in known.again:
        raise Refused("{code} stands in more than one row.", code=shown(email or str(person)))
    if person and person not in known.by_id:
        raise Refused("There is nobody with the id {text} here.", text=shown(person))
    user = known.by_id[person] if person else known.by_email.get(email)
    if user is not None and not user.active:
        raise Conflict("{name} signs in no more already.", name=accounts.called(user))
    return user


def _role(cell: str) -> Role:
    if cell not in PERSONS:
        raise Refused("{text} is no role; these are: {roles}.", text=shown(cell), roles=", ".join(PERSONS))
    return Role(cell)


def _branch(row: Row, known: Known, role: Role | None) -> Branch | None:
    """A place that the role has no use for is not looked at."""
    if role is not Role.STAFF:
        return None
    cell = row.cell("branch") or ""
    if not cell:
        people.check_place(Role.STAFF, None, None)
    if cell not in known.branches:
        raise Refused("There is no branch with the code {code}; open it first.", code=shown(cell))
    return known.branches[cell]


def _region(row: Row, known: Known, role: Role | None) -> Region | None:
    if role is not Role.MANAGER:
        return None
    cell = row.cell("region") or ""
    if not cell:
        people.check_place(Role.MANAGER, None, None)
    if cell not in known.regions:
        raise Refused("There is no region with the code {code}; open it first.", code=shown(cell))
    return known.regions[cell]


def _name(cell: str, user: User | None) -> str:
    if user is not None and cell == user.name:
        return cell
    return cells.filled(cell, cells.LONGEST_CODE)


def _email(cell: str, role: Role | None, user: User | None, known: Known) -> str | None:
    """As it is kept; only staff, who have their branch's shared tablet, and whoever has none yet may go without."""
    if not cell:
        if user is None and role is not None and role is not Role.STAFF:
            raise Refused("Write the mail address.")
        if user is None or user.email is not None:
            raise Refused("Without an address nobody is known again; add them on their own page.")
        return None
    address = people.mail_address(cell)
    holder = known.by_email.get(address)
    if holder is not None and (user is None or holder.id != user.id):
        raise Conflict("{email} is already somebody's address here.", email=address)
    return address


def _language(cell: str | None, user: User | None, known: Known) -> str:
    if not cell:
        return user.language if user is not None else known.language
    if cell not in codes():
        raise Refused("There is no language {code} here.", code=shown(cell))
    return cell


def _code(cell: str, role: Role | None, user: User | None, known: Known) -> str | None:
    """What files of audits call a shopper: it is given once."""
    if not cell or (user is not None and user.code == cell):
        return user.code if user is not None else None
    if user is not None:
        raise Refused("A code that audits are filed under is not changed here.")
    if role is not Role.SHOPPER:
        raise Refused("Only shoppers have a code.")
    if cell in known.taken_codes:
        raise Conflict("{code} is already somebody's code here.", code=shown(cell))
    return cells.code(cell)


def _with_an_office(session: Session, found: Plan) -> Plan:
    """Somebody must be left who can let others in: the rows that take the last ones away are refused."""
    leaving = [line for line in found.changed if line.changes.get("role", ("", ""))[0] == Role.OFFICE.value]
    query = select(User.id).where(User.role == Role.OFFICE.value, User.active, col(User.email).is_not(None))
    stay = set(session.exec(query)) - {line.key for line in leaving}
    arriving = [line for line in found.changed if line.changes.get("role", ("", ""))[1] == Role.OFFICE.value]
    new = [line for line in found.added if line.values["role"] is Role.OFFICE]
    if stay or arriving or new or not leaving:
        return found
    refused = Conflict("{name} is the last of head office; add another person first.", name=leaving[-1].name)
    wrong = (Wrong("role", refused),)
    last = leaving[-1]
    kept = Line(last.number, last.name, last.key, wrong=wrong)
    return Plan(tuple(kept if line is last else line for line in found.lines))


def apply(session: Session, found: Plan, *, by: Actor | None, at: datetime) -> list[User]:
    """Does what the plan says, with history as by hand; the people who are new. Nobody is mailed."""
    new = [_new(line, at) for line in found.added]
    try:
        with session.begin_nested():
            session.add_all(new)
    except IntegrityError as error:
        raise Conflict("Something has changed since this was shown; look at it again.") from error
    for user in new:
        history.write(session, "add", user, by=by, at=at, role=user.role)
    for line in sorted(found.changed, key=lambda line: line.changes.get("role", ("", ""))[0] == Role.OFFICE.value):
        _change(session, session.get_one(User, line.key), line, by, at)
    return new


def _new(line: Line, at: datetime) -> User:
    now = line.values
    kept = {name: now[name] for name in ("name", "email", "language", "code", "branch", "region")}
    return User(role=now["role"].value, created_at=at, **kept)


def _change(session: Session, user: User, line: Line, by: Actor | None, at: datetime) -> None:
    """By the verbs of the person's own page."""
    now, what = line.values, line.changes.keys()
    if what & {"role", "branch", "region"}:
        accounts.change_role(session, user, now["role"], branch=now["branch"], region=now["region"], by=by, at=at)
    if "email" in what:
        accounts.change_address(session, user, now["email"], by=by, at=at)
    if what & {"name", "language"}:
        accounts.call(session, user, now["name"], language=now["language"], by=by, at=at)
