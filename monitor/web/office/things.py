"""What events are about: what a thing is called, and the page where it stands, if it has one."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy.orm import defer, selectinload
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from branches import access
from branches.actions import CorrectiveAction
from branches.appeals import Appeal
from branches.audits import Audit
from branches.editing import drafted
from branches.editions import CHAIN, Edition, region_key
from branches.flags import Flag
from branches.history import Event
from branches.notices import Notice
from branches.outbox import Mail
from branches.people import PERSONS, Role, User
from branches.places import Region
from branches.rotas import Rota
from branches.standards import Standard
from branches.timetable import DueChange
from monitor.web import gate
from monitor.web.office.room import called

Key = tuple[str, int]


@dataclass(frozen=True)
class Thing:
    """What an event is about, as a reader of head office is led to it."""

    name: str = ""
    href: str = ""


def of(events: Sequence[Event], kinds: Collection[str] = ()) -> dict[Key, Thing]:
    """By kind and number, a query or two for each kind; where kinds are named, things of these alone."""
    numbers: dict[str, set[int]] = {}
    for event in events:
        numbers.setdefault(event.thing, set()).add(event.thing_id)
    found: dict[Key, Thing] = {}
    for kind in numbers.keys() & (kinds or _FOUND.keys()):
        found |= {(kind, number): thing for number, thing in _FOUND[kind](numbers[kind])}
    return found


def known(kind: str, public_id: str) -> tuple[int, Thing] | None:
    """The one thing of that public id; None where there is none, or where things of that kind have none."""
    if kind not in _ASKED:
        return None
    query = _ASKED[kind]()
    table: Any = query.column_descriptions[0]["type"]
    row: Any = gate.session().exec(query.where(table.public_id == public_id)).first()
    if row is None:
        return None
    ((number, thing),) = _FOUND[kind]({row.id})
    return number, thing


Lines = Iterator[tuple[int, Thing]]


def _rows(kind: str, numbers: set[int]) -> Sequence[Any]:
    query = _ASKED[kind]()
    table: Any = query.column_descriptions[0]["type"]
    return gate.session().exec(query.where(table.id.in_(numbers))).all()


def _own(kind: str, endpoint: str, name: Callable[[Any], str]) -> Callable[[set[int]], Lines]:
    """Of things that have a page by their public id."""

    def lines(numbers: set[int]) -> Lines:
        for row in _rows(kind, numbers):
            yield row.id, Thing(name(row), url_for(endpoint, public_id=row.public_id))

    return lines


def _notices(numbers: set[int]) -> Lines:
    """Under the branch whose staff were told."""
    query = select(Notice).options(selectinload(Notice.branch))  # type: ignore[arg-type]
    rows = gate.session().exec(query.where(col(Notice.id).in_(numbers))).all()
    for row in rows:
        yield row.id, Thing(row.branch.name, url_for("office.branch", public_id=row.branch.public_id))


def _mails(numbers: set[int]) -> Lines:
    """Under the person they are for."""
    query = select(Mail.id, User).join(User, col(User.id) == Mail.user_id).where(col(Mail.id).in_(numbers))
    for number, user in gate.session().exec(query):
        yield number, Thing(called(user), url_for("office.person", public_id=user.public_id))


def _due_changes(numbers: set[int]) -> Lines:
    """Under the scope whose report it is."""
    rows = gate.session().exec(select(DueChange).where(col(DueChange.id).in_(numbers))).all()
    names = _scopes()
    for row in rows:
        yield row.id, Thing(names.get(row.scope, ""), url_for("office.due_time", scope=row.scope))


def _editions(numbers: set[int]) -> Lines:
    tongue, names = gate.tongue(), _scopes()
    for row in _rows("edition", numbers):
        name = f"{names.get(row.scope, '')} · {tongue.week(row.week)}"
        yield row.id, Thing(name, url_for("editions.edition", public_id=row.public_id))


def _scopes() -> dict[str, str]:
    regions = gate.session().exec(select(Region)).all()
    return {CHAIN: gate.tongue().say("The whole chain")} | {region_key(one): one.name for one in regions}


def _standards(numbers: set[int]) -> Lines:
    """One that was taken back before its day has no page."""
    for one in gate.session().exec(select(Standard).where(col(Standard.id).in_(numbers))):
        name = gate.tongue().say("Version {version}", version=one.version)
        yield one.id, Thing(name, url_for("handbook.show", version=one.version) if one.published_at else "")


def _drafts(numbers: set[int]) -> Lines:
    """The one that is being edited has a page; those before it have none."""
    now = drafted.current(gate.session())
    for number in numbers:
        href = url_for("office.standard") if now is not None and now.id == number else ""
        yield number, Thing("", href)


def _rotas(numbers: set[int]) -> Lines:
    """By the days they are for."""
    tongue = gate.tongue()
    for row in _rows("rota", numbers):
        name = tongue.say("{first} to {last}", first=row.opens_on, last=row.closes_on)
        yield row.id, Thing(name, url_for("office.rota", public_id=row.public_id))


def _people(numbers: set[int]) -> Lines:
    """The sign-in that a branch's tablets share is no person: it stands under its branch."""
    query = select(User).options(selectinload(User.branch))  # type: ignore[arg-type]
    for row in gate.session().exec(query.where(col(User.id).in_(numbers))):
        if row.role != Role.TABLET.value:
            yield row.id, Thing(called(row), url_for("office.person", public_id=row.public_id))
        elif row.branch is not None:
            yield row.id, Thing(row.branch.name, url_for("office.branch", public_id=row.branch.public_id))


_ASKED: Mapping[str, Callable[[], SelectOfScalar[Any]]] = {
    "audit": lambda: access.visible_audits(gate.person()).options(selectinload(Audit.branch)),  # type: ignore[arg-type]
    "user": lambda: select(User).where(col(User.role).in_(PERSONS)),
    "branch": lambda: access.visible_branches(gate.person()),
    "region": lambda: select(Region),
    "rota": lambda: select(Rota),
    "referencecase": lambda: access.visible_cases(gate.person()),
    "appeal": lambda: access.visible_appeals(gate.person()).options(
        selectinload(Appeal.audit).selectinload(Audit.branch)  # type: ignore[arg-type]
    ),
    "correctiveaction": lambda: access.visible_actions(gate.person()).options(
        selectinload(CorrectiveAction.branch)  # type: ignore[arg-type]
    ),
    "flag": lambda: access.visible_flags(gate.person()).options(selectinload(Flag.branch)),  # type: ignore[arg-type]
    "edition": lambda: access.visible_editions(gate.person()).options(
        defer(Edition.content),  # type: ignore[arg-type]
        defer(Edition.changes),  # type: ignore[arg-type]
    ),
}
"""Things that addresses name, through the table of rights."""
_FOUND: Mapping[str, Callable[[set[int]], Lines]] = {
    "audit": _own("audit", "office.audit", lambda row: row.branch.name),
    "user": _people,
    "branch": _own("branch", "office.branch", lambda row: row.name),
    "region": _own("region", "office.region", lambda row: row.name),
    "appeal": _own("appeal", "office.appeal", lambda row: row.audit.branch.name),
    "correctiveaction": _own("correctiveaction", "results.action", lambda row: row.branch.name),
    "flag": _own("flag", "results.flag", lambda row: row.branch.name),
    "edition": _editions,
    "rota": _rotas,
    "referencecase": _own("referencecase", "office.case", lambda row: row.title),
    "standarddraft": _drafts,
    "notice": _notices,
    "mail": _mails,
    "duechange": _due_changes,
    "standard": _standards,
}
