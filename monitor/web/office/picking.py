"""Choosing a branch, a region or a person in a form: from a list where it is short, by name or code where it is long."""

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement
from sqlmodel import col, func, or_, select

from branches import access, places
from branches.language import message
from branches.people import Role, User
from branches.places import Branch, Region
from monitor.web import gate
from monitor.web.office.room import called, today
from monitor.web.office.typed import Typed

SHORT = 300
"""Longer lists are typed into."""
LONGEST = 254
Found = TypeVar("Found")
Option = tuple[str, str]


def branches(*, closed: bool = False) -> list[Option]:
    """Branches to choose from, by name; nothing where they are too many for one list."""
    found = _branches(closed=closed)
    return [(one.public_id, f"{one.name} · {one.region.name}") for one in found] if len(found) <= SHORT else []


def _branches(*, closed: bool) -> list[Branch]:
    query = access.visible_branches(gate.person()).order_by(Branch.name, Branch.code).limit(SHORT + 1)
    if not closed:
        query = query.where(or_(col(Branch.closed).is_(None), col(Branch.closed) > today()))
    return list(gate.session().exec(query))


def shoppers() -> list[Option]:
    """Active shoppers, by name; nothing where they are too many for one list."""
    query = select(User).where(User.role == Role.SHOPPER.value, User.active).order_by(User.name, col(User.code))
    found = list(gate.session().exec(query.limit(SHORT + 1)))
    return [(one.public_id, called(one)) for one in found] if len(found) <= SHORT else []


def regions() -> list[Option]:
    return [(one.public_id, one.name) for one in places.regions(gate.session())]


def chosen_branch(typed: Typed, name: str = "branch") -> Branch | None:
    """The branch of that public id, code or name; a sentence beside the field where there is none, or more than one."""
    text = typed.line(name, LONGEST, message("Choose a branch."))
    query = access.visible_branches(gate.person()).where(_named(text, Branch.public_id, Branch.code, Branch.name))
    return _only(typed, name, gate.session().exec(query.limit(2)).all())


def chosen_shopper(typed: Typed, name: str = "shopper") -> User | None:
    text = typed.line(name, LONGEST, message("Choose a shopper."))
    query = select(User).where(User.role == Role.SHOPPER.value, User.active)
    query = query.where(_named(text, User.public_id, User.code, User.email, User.name))
    return _only(typed, name, gate.session().exec(query.limit(2)).all())


def chosen_region(typed: Typed, name: str = "region") -> Region | None:
    text = typed.line(name, LONGEST, message("Choose a region."))
    return _only(typed, name, gate.session().exec(select(Region).where(Region.public_id == text)).all())


def _named(text: str, *columns: Any) -> ColumnElement[bool]:
    return or_(*(func.lower(column) == text.lower() for column in columns))


def _only(typed: Typed, name: str, found: Sequence[Found]) -> Found | None:
    if name in typed.errors:
        return None
    if not found:
        typed.tell(name, message("There is nothing here of that name or code."))
    elif len(found) > 1:
        typed.tell(name, message("More than one has that name; write the code instead."))
    return found[0] if len(found) == 1 else None
