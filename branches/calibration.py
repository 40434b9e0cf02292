"""Calibration: a reference case that every shopper marks by the standard. It is no audit, and no report counts it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import selectinload
from sqlmodel import Field, Relationship, Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from branches import history, outbox, questions, terms
from branches.database import Packed, UtcTime, hold, public_id
from branches.errors import Conflict, Refused
from branches.language import Message, message
from branches.outbox import MailKind
from branches.people import Role, User
from branches.questions import LONGEST_COMMENT, AnswersRefused, ItemFault, Mark, Question, Questions
from branches.scoring import ItemType
from branches.standards import Standard

LONGEST_TITLE = 120
LONGEST_STORY = 10_000
CHANNELS = ("visit", "phone")
NOT_MARKED = (ItemType.TEXT, ItemType.PHOTO)
"""Of these no two shoppers could give the same mark; a case leaves them out."""


class CaseState(StrEnum):
    """Where a reference case stands."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"

    @property
    def word(self) -> Message:
        return _WORDS[self]


_WORDS = {
    CaseState.DRAFT: message("being written"),
    CaseState.OPEN: message("open"),
    CaseState.CLOSED: message("closed"),
}


class ReferenceCase(SQLModel, table=True):
    """One visit told in words, with the marks that head office holds to be right."""

    __tablename__ = "reference_case"

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=16)
    standard_id: int = Field(foreign_key="standard.id", index=True)
    channel: str = Field(default=CHANNELS[0], max_length=16)
    title: str = Field(max_length=LONGEST_TITLE)
    story: str = Field(max_length=LONGEST_STORY)
    """What was seen at the branch, minute by minute."""
    reference: dict[str, Any] = Field(default_factory=dict, sa_type=Packed)
    """By item code: the mark and why it is right."""
    closes_on: date
    """The last day on which shoppers answer."""
    opened_at: datetime | None = Field(default=None, sa_type=UtcTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcTime)
    """When head office closed it, before its last day was over."""

    standard: Standard = Relationship()


class CaseAnswers(SQLModel, table=True):
    """What one shopper marked."""

    __tablename__ = "case_answers"

    case_id: int = Field(foreign_key="reference_case.id", primary_key=True)
    shopper_id: int = Field(foreign_key="person.id", primary_key=True, index=True)
    marks: dict[str, Any] = Field(sa_type=Packed)
    """By item code, as they are stored of an audit."""
    sent_at: datetime = Field(sa_type=UtcTime)

    shopper: User = Relationship()


@dataclass(frozen=True)
class Told:
    """What head office writes of a case."""

    title: str
    story: str
    closes_on: date


def stands(case: ReferenceCase, day: date) -> CaseState:
    """Where it stands on that day; after its last one it is closed by itself."""
    if case.opened_at is None:
        return CaseState.DRAFT
    return CaseState.OPEN if case.closed_at is None and day <= case.closes_on else CaseState.CLOSED


def asked(case: ReferenceCase) -> Questions:
    """What a case asks: the standard's items of its channel that can be marked alike."""
    every = questions.of(case.standard, case.channel)
    by_code = {code: one for code, one in every.by_code.items() if one.rule.type not in NOT_MARKED}
    return Questions(by_code, {code: rule for code, rule in every.conditions.items() if code in by_code}, frozenset())


def reference(case: ReferenceCase) -> dict[str, Mark]:
    """The marks that head office holds to be right, each with its reason."""
    return {code: Mark(*pair) for code, pair in case.reference.items()}


def right(case: ReferenceCase) -> dict[str, str]:
    """The same marks alone, without items that are not asked because of others."""
    kept, _ = questions.check(asked(case), reference(case), {})
    return {code: one.mark for code, one in kept.items() if one.mark}


def write_case(
    session: Session, standard: Standard, told: Told, *, channel: str, by: User, at: datetime
) -> ReferenceCase:
    """Begins a case by that version of the standard; no shopper sees it yet."""
    if channel not in CHANNELS:
        raise Refused("Choose how it was audited.")
    case = ReferenceCase(standard_id=standard.id, channel=channel, **vars(told))
    session.add(case)
    session.flush()
    history.write(session, "write", case, by=by, at=at)
    return case


def change(session: Session, case: ReferenceCase, told: Told, *, by: User, at: datetime) -> None:
    """Tells it otherwise, as long as no shopper has seen it."""
    _hold_draft(session, case)
    case.title, case.story, case.closes_on = told.title, told.story, told.closes_on
    session.add(case)
    history.write(session, "change", case, by=by, at=at)


def mark(session: Session, case: ReferenceCase, given: Mapping[str, Mark], *, by: User, at: datetime) -> None:
    """Keeps the marks that are right, and why; what is missing may come later."""
    _hold_draft(session, case)
    found = asked(case).by_code
    if faults := [fault for code, one in given.items() if (fault := _fault(found, code, one)) is not None]:
        raise AnswersRefused(faults)
    read = {code: [questions.read(found[code].rule, one.mark), one.comment.strip()] for code, one in given.items()}
    case.reference = {code: pair for code, pair in read.items() if any(pair)}
    session.add(case)
    history.write(session, "mark", case, by=by, at=at)


def _fault(found: Mapping[str, Question], code: str, one: Mark) -> ItemFault | None:
    try:
        _check(found, code, one)
    except Refused as refused:
        return ItemFault(code, refused)
    return None


def _check(found: Mapping[str, Question], code: str, one: Mark) -> None:
    if code not in found:
        raise Refused("The standard has no item {item}.", item=code[:60])
    if len(one.comment) > LONGEST_COMMENT:
        raise Refused("The reason for {item} is longer than {most} characters.", item=code, most=LONGEST_COMMENT)
    questions.check_mark(found[code], questions.read(found[code].rule, one.mark))


def open_case(session: Session, case: ReferenceCase, *, day: date, by: User, at: datetime) -> None:
    """From now on every active shopper sees it, and is told by mail; nothing of it is changed. It must be marked as an audit is."""
    _hold_draft(session, case)
    if case.closes_on < day:
        raise Refused("The last day is over; choose a later one.")
    if not right(case):
        raise Refused("Nothing is marked yet as it is right.")
    _, faults = questions.check(asked(case), reference(case), {})
    if faults:
        raise AnswersRefused(faults)
    case.opened_at = at
    session.add(case)
    history.write(session, "open", case, by=by, at=at)
    for shopper in session.exec(_shoppers()):
        key = f"{MailKind.CASE.value}:{case.public_id}:{shopper.public_id}"
        outbox.write(session, MailKind.CASE, shopper, {"case": case.public_id}, key=key, at=at)


def _shoppers() -> SelectOfScalar[User]:
    """Who is mailed of it: who audits and has an address."""
    audits = (col(User.role) == Role.SHOPPER.value) & col(User.active) & col(User.email).is_not(None)
    return select(User).where(audits).order_by(col(User.id))


def close(session: Session, case: ReferenceCase, *, day: date, by: User, at: datetime) -> None:
    """Nobody answers any more, and the shoppers are shown what is right and why."""
    hold(session, case)
    if stands(case, day) is not CaseState.OPEN:
        raise Conflict("This case is {state}; it cannot be closed.", state=stands(case, day).word)
    case.closed_at = at
    session.add(case)
    history.write(session, "close", case, by=by, at=at)


def answer(
    session: Session, case: ReferenceCase, given: Mapping[str, Mark], *, day: date, by: User, at: datetime
) -> CaseAnswers:
    """Keeps a shopper's marks; until the case closes they may send others in their place."""
    terms.check_active(by)
    hold(session, case)
    if stands(case, day) is not CaseState.OPEN:
        raise Conflict("This case is closed; your answers were not changed.")
    kept, faults = questions.check(asked(case), given, {})
    if faults:
        raise AnswersRefused(faults)
    row = answers_of(session, case, by) or CaseAnswers(case_id=case.id, shopper_id=by.id, marks={}, sent_at=at)
    row.marks, row.sent_at = {code: one.mark for code, one in kept.items() if one.mark}, at
    session.add(row)
    session.flush()
    history.write(session, "answer", case, by=by, at=at)
    return row


def answers_of(session: Session, case: ReferenceCase, shopper: User) -> CaseAnswers | None:
    """What that shopper marked; None where nothing yet."""
    return session.get(CaseAnswers, (case.id, shopper.id))


def all_answers(session: Session, case: ReferenceCase) -> list[CaseAnswers]:
    """What everybody marked, by who they are."""
    query = select(CaseAnswers).where(CaseAnswers.case_id == case.id).options(selectinload(CaseAnswers.shopper))  # type: ignore[arg-type]
    return list(session.exec(query.order_by(col(CaseAnswers.shopper_id))))


def alike(session: Session, case: ReferenceCase) -> list[ReferenceCase]:
    """The cases by the same version that shoppers were shown, this one among them."""
    query = select(ReferenceCase).where(ReferenceCase.standard_id == case.standard_id)
    return list(session.exec(query.where(col(ReferenceCase.opened_at).is_not(None)).order_by(col(ReferenceCase.id))))


def _hold_draft(session: Session, case: ReferenceCase) -> None:
    hold(session, case)
    if case.opened_at is not None:
        raise Conflict("Shoppers have seen this case; nothing of it can be changed any more.")
