"""Real rows for tests: `make.branch(session)`, `make.audit(session, branch, score=80)`."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlmodel import Session

from branches import audits, places, review, standards
from branches.audits import Audit
from branches.people import Role, User, add_user
from branches.places import Branch, Region
from branches.questions import Mark
from branches.standards import Item, Section, Standard
from branches.states import AuditState

NOON = datetime(2025, 7, 2, 12, tzinfo=UTC)
"""A Wednesday in the week 2025-W27."""
IN_FORCE = NOON - timedelta(weeks=60)
"""Since when a standard is in force that was made here: before any visit that a test has."""
_numbers = count(1)


def region(session: Session, name: str = "North", timezone: str = "Europe/Budapest") -> Region:
    return places.open_region(session, f"region {next(_numbers)}", name=name, timezone=timezone, by=None, at=NOON)


def branch(session: Session, within: Region | None = None, name: str = "Main Street") -> Branch:
    return places.open_branch(
        session, within or region(session), f"branch {next(_numbers)}", name=name, by=None, at=NOON
    )


def user(session: Session, role: Role = Role.OFFICE, **more: object) -> User:
    number = next(_numbers)
    known = {"email": f"person{number}@example.com", "name": f"Person {number}", "by": None, **more}
    return add_user(session, role, at=NOON, **known)  # type: ignore[arg-type]


def shopper(session: Session) -> User:
    return user(session, Role.SHOPPER, code=f"shopper {next(_numbers)}")


def standard(session: Session, sections: Mapping[str, int] | None = None) -> Standard:
    """A published standard of yes/no items: section code → number of items, named like greeting1."""
    made = standards.draft(session, title="Test standard")
    for position, (code, items) in enumerate((sections or {"greeting": 10, "service": 10}).items()):
        section = Section(standard_id=made.id, code=code, position=position, titles={"en": code.title()})
        session.add(section)
        session.flush()
        for number in range(1, items + 1):
            session.add(Item(standard_id=made.id, section_id=section.id, code=f"{code}{number}", position=number))
    session.flush()
    session.refresh(made)
    standards.publish(session, made, since=IN_FORCE, at=NOON, by=None)
    return made


def audit(
    session: Session,
    at: Branch,
    *,
    by: User | None = None,
    under: Standard | None = None,
    score: int = 80,
    visited_at: datetime = NOON,
    released_at: datetime | None = None,
    given: Mapping[str, str] | None = None,
) -> Audit:
    """A released audit whose every section of ten items scores as asked, in steps of ten points; `given`: marks instead."""
    office = user(session)
    version = under or standards.newest(session) or standard(session)
    made = audits.assign(session, version, at, by, by=office, at=visited_at - timedelta(days=1))
    audits.start(session, made, by=by, at=visited_at)
    marks: dict[str, Mark] = {}
    for section in version.sections:
        wanted = score * len(section.items) // 100
        marks |= {item.code: Mark("yes" if n < wanted else "no") for n, item in enumerate(section.items)}
    if given is not None:
        marks = {code: Mark(mark) for code, mark in given.items()}
    audits.submit(session, made, marks, visited_at=visited_at, by=by, at=visited_at)
    review.approve(session, made, by=office, at=visited_at)
    review.release(session, made, by=office, at=released_at or visited_at)
    assert made.state == AuditState.RELEASED.value
    return made
