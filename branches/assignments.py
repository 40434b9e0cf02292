"""Assignments: who audits where, in which window, for which fee, and what became of it before there were answers."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlmodel import Field, Relationship, Session, SQLModel, col, select

from branches import audits, history, outbox
from branches.audits import Audit
from branches.database import UtcTime, hold, in_parts
from branches.errors import Conflict, NotFound, Refused
from branches.language import message
from branches.outbox import MailKind
from branches.people import User
from branches.places import Branch
from branches.standards import Standard
from branches.states import AuditState
from branches.weeks import Window, local_date, moment

LOCKOUT_DAYS = 30
"""Between two audits of one branch by the same shopper, so that nobody there comes to know them."""
LONGEST_WINDOW = 366
GRACE = timedelta(hours=48)
"""After the last day of the window, to send in what was seen on it."""
TO_DO = (AuditState.ASSIGNED.value, AuditState.STARTED.value, AuditState.RETURNED.value)
"""The shopper's turn."""
NOT_SENT = (AuditState.ASSIGNED.value, AuditState.STARTED.value)
NEVER_MADE = (AuditState.EXPIRED.value, AuditState.WITHDRAWN.value)


class Assignment(SQLModel, table=True):
    """What a shopper is asked to do: one audit, in a window of days at the branch."""

    audit_id: int = Field(foreign_key="audit.id", primary_key=True)
    opens_on: date
    closes_on: date
    """The last day on which the branch may be visited."""
    brief: str = Field(default="", max_length=4000)
    fee: str = Field(default="", max_length=60)
    """As it is agreed, with its currency."""
    expenses: str = Field(default="", max_length=200)
    """What is paid back besides, and up to how much."""
    part: str = Field(default="", max_length=16)
    """In which part of the week it should be, as a rota spreads them; empty: in any."""
    correct_until: datetime | None = Field(default=None, sa_type=UtcTime)
    """Of a returned audit: until when it may be corrected."""

    audit: Audit = Relationship()


class ConflictOfInterest(SQLModel, table=True):
    """A shopper has said that they cannot judge a branch fairly; it is not offered to them again."""

    __tablename__ = "conflict_of_interest"

    shopper_id: int = Field(foreign_key="person.id", primary_key=True)
    branch_id: int = Field(foreign_key="branch.id", primary_key=True)
    reason: str = Field(default="", max_length=1000)
    declared_at: datetime = Field(sa_type=UtcTime)


def assign(
    session: Session,
    standard: Standard,
    branch: Branch,
    shopper: User,
    *,
    opens_on: date,
    closes_on: date,
    brief: str = "",
    fee: str = "",
    expenses: str = "",
    part: str = "",
    channel: str = "visit",
    lockout_days: int = LOCKOUT_DAYS,
    anyway: bool = False,
    by: User | None,
    at: datetime,
) -> Assignment:
    """Asks a shopper to audit a branch within a window of days, and tells them so.

    `anyway`: also where they have been there of late, for whoever has been told so and knows better.
    """
    window = Window(opens_on, closes_on)
    check_window(window, branch, at)
    _hold_shopper(session, shopper)  # of two assignments at once the second sees the first
    check_shopper(session, shopper, branch, window, lockout_days=lockout_days, anyway=anyway)
    details = {"anyway": True} if anyway else {}
    audit = audits.assign(session, standard, branch, shopper, by=by, at=at, channel=channel, **details)
    made = Assignment(audit_id=audit.id, opens_on=opens_on, closes_on=closes_on, part=part)
    made.brief, made.fee, made.expenses = brief.strip(), fee.strip(), expenses.strip()
    session.add(made)
    session.flush()
    outbox.for_audit(session, MailKind.ASSIGNED, shopper, audit.public_id, at=at)
    return made


def check_window(window: Window, branch: Branch, at: datetime) -> None:
    """Refuses days on which the branch cannot be audited."""
    if window.last < window.first:
        raise Refused("The window ends before it begins; choose its last day again.")
    if window.last < local_date(at, branch.timezone):
        raise Refused("The window has already ended; choose a later day.")
    if (window.last - window.first).days > LONGEST_WINDOW:
        raise Refused("The window is longer than {most} days.", most=LONGEST_WINDOW)
    if branch.opened is not None and window.first < branch.opened:
        raise Refused("{branch} opens on {day}; let the window begin then.", branch=branch.name, day=branch.opened)
    if branch.closed is not None and window.last >= branch.closed:
        raise Refused("{branch} closes on {day}; let the window end before.", branch=branch.name, day=branch.closed)


def check_shopper(
    session: Session,
    shopper: User,
    branch: Branch,
    window: Window,
    *,
    lockout_days: int = LOCKOUT_DAYS,
    but: Audit | None = None,
    anyway: bool = False,
) -> None:
    """Refuses who knows the branch and, unless `anyway`, who is known there from another audit than `but`."""
    if session.get(ConflictOfInterest, (shopper.id, branch.id)) is not None:
        raise Refused("This shopper has declared a conflict of interest with {branch}.", branch=branch.name)
    for refused in () if anyway else _known_there(session, shopper, branch, window, days=max(lockout_days, 1), but=but):
        raise refused


def doubts(
    session: Session,
    shopper: User,
    branch: Branch,
    window: Window,
    *,
    lockout_days: int = LOCKOUT_DAYS,
    but: Audit | None = None,
) -> list[Refused]:
    """What speaks against it, though it may be done all the same: who was there of late, or goes there meanwhile."""
    known = _known_there(session, shopper, branch, window, days=max(lockout_days, 1), but=but)
    return [*known, *_others_there(session, shopper, branch, window)]


def _known_there(
    session: Session, shopper: User, branch: Branch, window: Window, *, days: int, but: Audit | None
) -> Iterator[Refused]:
    """The shopper's own audits of the branch within so many days, other than that one."""
    query = select(Audit, Assignment).outerjoin(Assignment).where(col(Audit.state).not_in(NEVER_MADE))
    if but is not None:
        query = query.where(Audit.id != but.id)
    for audit, known in session.exec(query.where(Audit.shopper_id == shopper.id, Audit.branch_id == branch.id)):
        other = _days(audit, known, branch)
        if window.days_to(other) < days:
            said = message("This shopper audits {branch} around {day} already; {n} days should lie between two audits.")
            yield Refused(said, branch=branch.name, day=other.last, n=days)


def _others_there(session: Session, shopper: User, branch: Branch, window: Window) -> Iterator[Refused]:
    """What other shoppers are still to do there in the same days."""
    query = select(Assignment, User).join(Audit, col(Audit.id) == Assignment.audit_id)
    query = query.join(User, col(User.id) == Audit.shopper_id).where(Audit.branch_id == branch.id)
    query = query.where(col(Audit.state).in_(NOT_SENT), User.id != shopper.id)
    query = query.where(col(Assignment.opens_on) <= window.last, col(Assignment.closes_on) >= window.first)
    for known, other in session.exec(query.order_by(col(Assignment.opens_on), col(Assignment.audit_id))):
        yield Refused(
            message("{shopper} is to audit {branch} as well, from {first} to {last}."),
            shopper=other.name or other.email or other.code or other.public_id,
            branch=branch.name,
            first=known.opens_on,
            last=known.closes_on,
        )


def _days(audit: Audit, known: Assignment | None, branch: Branch) -> Window:
    """When the branch was, or may be, visited."""
    if audit.visited_on is not None:
        return Window(audit.visited_on, audit.visited_on)
    if known is not None:
        return Window(known.opens_on, known.closes_on)
    asked = local_date(audit.assigned_at, branch.timezone)
    return Window(asked, asked)


def of(session: Session, audit: Audit) -> Assignment | None:
    """What was asked; None of an audit that came another way."""
    return session.get(Assignment, audit.id)


def of_all(session: Session, found: Iterable[Audit]) -> dict[int, Assignment]:
    """What was asked, by the audit's number; nothing of those that came another way."""
    parts = in_parts([audit.id for audit in found])
    query = select(Assignment)
    return {
        one.audit_id: one for part in parts for one in session.exec(query.where(col(Assignment.audit_id).in_(part)))
    }


def change_window(
    session: Session,
    audit: Audit,
    *,
    opens_on: date,
    closes_on: date,
    lockout_days: int = LOCKOUT_DAYS,
    anyway: bool = False,
    by: User,
    at: datetime,
) -> None:
    """Gives an audit that has not been sent yet other days, and tells its shopper so; `anyway` as in assigning."""
    if audit.shopper is not None:
        _hold_shopper(session, audit.shopper)
    hold(session, audit)
    known = session.get(Assignment, audit.id, populate_existing=True)
    if known is None or audit.state not in NOT_SENT:
        state = AuditState(audit.state).word
        raise Conflict("This audit is {state}; its days cannot be changed any more.", state=state)
    window = Window(opens_on, closes_on)
    check_window(window, audit.branch, at)
    if closes_on < audits.first_day(audit):
        raise Refused(
            "This audit is made by a version of the standard that is in force from {day}. "
            "Let its days end later, or withdraw it and assign another one.",
            day=audits.first_day(audit),
        )
    if audit.shopper is not None:
        check_shopper(session, audit.shopper, audit.branch, window, lockout_days=lockout_days, but=audit, anyway=anyway)
    before = [known.opens_on.isoformat(), known.closes_on.isoformat()]
    known.opens_on, known.closes_on = opens_on, closes_on
    session.add(known)
    after = [opens_on.isoformat(), closes_on.isoformat()]
    if before != after:
        history.write(session, "change_window", audit, by=by, at=at, before=before, after=after)
        _tell(session, MailKind.MOVED, audit, at, days=after)


def withdraw(session: Session, audit: Audit, *, reason: str, by: User, at: datetime) -> None:
    """Head office takes an audit back that is still the shopper's to do."""
    if not reason.strip():
        raise Refused("Say why this audit is withdrawn; the shopper reads it.")
    hold(session, audit)
    audits.move(session, audit, AuditState.WITHDRAWN, by=by, at=at, reason=reason.strip(), why="by head office")
    _tell(session, MailKind.WITHDRAWN, audit, at)


def decline(session: Session, audit: Audit, *, reason: str, by: User, at: datetime) -> None:
    """The shopper cannot go: the audit is free to be given to somebody else."""
    _own(audit, by)
    if not reason.strip():
        raise Refused("Say why you cannot go.")
    hold(session, audit)
    if audit.state == AuditState.RETURNED.value:
        raise Conflict("This audit has been made; correct it, or write to head office.")
    audits.move(session, audit, AuditState.WITHDRAWN, by=by, at=at, reason=reason.strip(), why="cannot go")


def could_not_be_done(session: Session, audit: Audit, *, reason: str, by: User, at: datetime) -> None:
    """The shopper went, or tried to, and the audit could not be made: the branch was closed, say."""
    _own(audit, by)
    if not reason.strip():
        raise Refused("Say what happened.")
    hold(session, audit)
    if audit.state == AuditState.RETURNED.value:
        raise Conflict("This audit has been made; correct it, or write to head office.")
    audits.move(session, audit, AuditState.WITHDRAWN, by=by, at=at, reason=reason.strip(), why="could not be done")


def declare_conflict(session: Session, shopper: User, branch: Branch, *, reason: str, by: User, at: datetime) -> None:
    """Bars the branch for that shopper and withdraws what they were still to do there."""
    if by.id != shopper.id and by.role != "office":
        raise NotFound("There is no such audit.")
    if not reason.strip():
        raise Refused("Say what connects you with this branch.")
    _hold_shopper(session, shopper)
    if session.get(ConflictOfInterest, (shopper.id, branch.id)) is None:
        row = ConflictOfInterest(shopper_id=shopper.id, branch_id=branch.id, reason=reason.strip(), declared_at=at)
        session.add(row)
        history.write(session, "declare_conflict", shopper, by=by, at=at, branch=branch.public_id)
    query = select(Audit).where(Audit.shopper_id == shopper.id, Audit.branch_id == branch.id)
    for audit in session.exec(query.where(col(Audit.state).in_(TO_DO)).order_by(col(Audit.id))).all():
        audits.move(
            session, audit, AuditState.WITHDRAWN, by=by, at=at, reason=reason.strip(), why="conflict of interest"
        )
        if by.id != shopper.id:
            _tell(session, MailKind.WITHDRAWN, audit, at)


def expires_at(audit: Audit, known: Assignment, *, grace: timedelta = GRACE) -> datetime:
    """From when on an audit that has not been sent is no longer waited for."""
    return moment(known.closes_on + timedelta(days=1), time(0), audit.branch.timezone) + grace


def expire_overdue(session: Session, at: datetime, *, grace: timedelta = GRACE) -> list[Audit]:
    """Ends what was not sent in time; safe to repeat. What had been filled in stays in its draft."""
    query = select(Assignment, Audit).join(Audit).where(col(Audit.state).in_(NOT_SENT))
    found = session.exec(query.where(col(Assignment.closes_on) <= at.date()).order_by(col(Audit.id))).all()
    ended = []
    for known, audit in found:
        if at < expires_at(audit, known, grace=grace):
            continue
        hold(session, audit)
        if audit.state in NOT_SENT:
            audits.move(session, audit, AuditState.EXPIRED, by=None, at=at)
            ended.append(audit)
    return ended


def _tell(session: Session, kind: MailKind, audit: Audit, at: datetime, **about: Any) -> None:
    if audit.shopper is not None:
        outbox.for_audit(session, kind, audit.shopper, audit.public_id, at=at, **about)


def _own(audit: Audit, by: User) -> None:
    if audit.shopper_id is None or audit.shopper_id != by.id:
        raise NotFound("There is no such audit.")


def _hold_shopper(session: Session, shopper: User) -> None:
    """Always before an audit of theirs; a row that only names the shopper, as history does, waits for nobody."""
    session.flush()
    session.refresh(shopper, with_for_update={"key_share": True})
