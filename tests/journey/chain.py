"""The chain of the journey: salons under the standard that ships, audited for ten weeks, and one person of each kind."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import sqlalchemy as sa
from sqlmodel import Session

from branches import audits, notices, places, questions, review, standards
from branches.database import transaction
from branches.exchange.publishing import publish_standard
from branches.exchange.shipped import SHIPPED, read_standard
from branches.people import Role, User
from branches.places import Branch
from branches.questions import Mark, Question
from branches.scoring import ItemType
from branches.standards import Standard
from branches.weeks import Week
from tests import make

WEEK = Week.of(datetime(2026, 3, 4, tzinfo=UTC).date())
"""The week of the journey's audit."""
OPENED = datetime(2025, 12, 1, 8, tzinfo=UTC)
WEEKS = 10
NAMES = ("Mill Lane", "Station Road", "Castle Hill", "Market Square", "River Walk", "Old Bridge")
AUDITED = NAMES[0]
ZONE = "Europe/Budapest"
HIDDEN = "Zebulon Quarles"
"""The shopper's name, nowhere else in the chain."""


@dataclass(frozen=True)
class Chain:
    """Who there is; the audited branch stands first."""

    branch: Branch
    office: User
    manager: User
    staff: User
    neighbours: User
    """Staff of another branch."""
    shopper: User
    other: User
    """Another shopper."""


def fill(engine: sa.Engine) -> Chain:
    with transaction(engine) as session:
        standard, _ = publish_standard(session, read_standard(SHIPPED), at=OPENED)
        north = places.open_region(session, "north", name="North", timezone=ZONE, by=None, at=OPENED)
        branches = [places.open_branch(session, north, f"n{n}", name=name, by=None, at=OPENED) for n, name in _named()]
        branches[0].address = "Mill Lane 7"
        chain = _people(session, branches)
        _history(session, standard, branches)
        told = "Told when they began to work here"
        notices.note(session, branches[1], informed_on=OPENED.date(), how=told, by=chain.office, at=OPENED)
    return chain


def _named() -> list[tuple[int, str]]:
    return list(enumerate(NAMES))


def _people(session: Session, branches: list[Branch]) -> Chain:
    first, second, *_ = branches

    def add(role: Role, email: str, **more: object) -> User:
        return make.user(session, role, email=f"{email}@salons.example", **more)

    return Chain(
        branch=first,
        office=add(Role.OFFICE, "olga", name="Olga Office"),
        manager=add(Role.MANAGER, "mara", name="Mara Manager", region=first.region),
        staff=add(Role.STAFF, "stan", name="Stan Staff", branch=first),
        neighbours=add(Role.STAFF, "nora", name="Nora Neighbour", branch=second),
        shopper=add(Role.SHOPPER, "zebulon.quarles", name=HIDDEN, code="QX7731"),
        other=add(Role.SHOPPER, "otto", name="Otto Other", code="OX1"),
    )


def _history(session: Session, standard: Standard, branches: list[Branch]) -> None:
    """One audit a week at each branch, on its Monday, released the next morning; the first greets worse than the others."""
    chance, office = Random(1), make.user(session, email=None)
    shoppers = [make.shopper(session) for _ in branches]
    for week in range(1 - WEEKS, 1):
        for number, branch in enumerate(branches):
            monday = WEEK.plus(week).monday
            visited = datetime(monday.year, monday.month, monday.day, 12, tzinfo=UTC)
            shopper = shoppers[(number + week) % len(shoppers)]
            made = audits.assign(session, standard, branch, shopper, by=office, at=visited - timedelta(days=3))
            audits.start(session, made, by=shopper, at=visited)
            given = marks(standard, chance, ill_at="greeting" if branch.name == AUDITED else "")
            audits.submit(session, made, given, visited_at=visited, by=shopper, at=visited + timedelta(hours=1))
            review.approve(session, made, by=office, at=visited + timedelta(hours=17))
            review.release(session, made, by=office, at=visited + timedelta(hours=18))


def marks(standard: Standard, chance: Random, *, ill_at: str = "") -> dict[str, Mark]:
    """What a shopper marks: mostly well, but in the section where the branch is ill."""
    by_code = questions.of(standard, "visit").by_code
    sections = {item.code: section.code for section in standard.sections for item in section.items}
    found = {code: _mark(q, chance, 0.35 if sections[code] == ill_at else 0.85) for code, q in by_code.items()}
    found["greeted"] = "yes"
    return {code: Mark(mark) for code, mark in found.items()}


def _mark(question: Question, chance: Random, well: float) -> str:
    rule, good = question.rule, chance.random() < well
    match rule.type:
        case ItemType.YES_NO:
            return "yes" if good else "no"
        case ItemType.TEXT:
            return ""
        case _:
            return str(int(rule.best if good else (rule.best + rule.worst) / 2))


def texts(session: Session) -> dict[str, str]:
    """Each item's question as the shopper reads it."""
    standard = standards.newest(session)
    assert standard is not None
    return {item.code: str(item.wording["en"]["text"]) for section in standard.sections for item in section.items}
