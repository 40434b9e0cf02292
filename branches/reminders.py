"""Reminders: who is mailed of a promise the day before its day, and once when that has passed; by the branch's own calendar."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from branches import actions, held, outbox, owners
from branches.actions import CorrectiveAction
from branches.audits import Audit
from branches.database import in_parts
from branches.held import USUAL, Look, Privacy
from branches.outbox import Mail, MailKind
from branches.people import Role, User
from branches.places import Branch
from branches.states import ActionState

EARLIEST = time(6)
"""By the clock at the branch: nobody is woken."""
LONGEST_LATE = timedelta(days=7)
"""So long after its day a promise is worth a reminder that nobody sent: the scheduler may have been off."""
REMINDERS = (MailKind.DUE_TOMORROW, MailKind.OVERDUE)


@dataclass(frozen=True)
class Reminder:
    """One mail to one person about one promise."""

    kind: MailKind
    action: CorrectiveAction
    to: User

    @property
    def key(self) -> str:
        """A promise whose day is another one is another promise; whoever takes it over is told too."""
        return f"{self.kind.value}:{self.action.public_id}:{self.action.due_on.isoformat()}:{self.to.public_id}"


def kind_at(due_on: date, at: datetime, zone: str) -> MailKind | None:
    """Which reminder of a promise that is open is due there at that moment; mostly none."""
    local = at.astimezone(ZoneInfo(zone))
    if local.time() < EARLIEST:
        return None
    if local.date() == due_on - timedelta(days=1):
        return MailKind.DUE_TOMORROW
    return MailKind.OVERDUE if due_on < local.date() <= due_on + LONGEST_LATE else None


def readers(session: Session, action: CorrectiveAction) -> list[User]:
    """Who is reminded of it: who sees to it, or where nobody does who has an address, the branch's staff that have one."""
    owner = actions.owner(session, action)
    return [owner] if owner is not None and owner.email is not None else _staff(session, action.branch)


def _staff(session: Session, branch: Branch) -> list[User]:
    there = owners.candidates(session, branch)
    return [person for person in there if person.role == Role.STAFF.value and person.email is not None]


def owed(session: Session, at: datetime, privacy: Privacy = USUAL) -> list[Reminder]:
    """What is due at that moment and has not been written yet; staff are told of nothing that they do not see."""
    look = Look(privacy, at)
    found, written = list(_due(session, at)), set[str]()
    for part in in_parts([one.key for one in found]):
        written |= set(session.exec(select(Mail.key).where(col(Mail.key).in_(part))))
    return [one for one in found if one.key not in written and _is_there_for(session, one, look)]


def _is_there_for(session: Session, reminder: Reminder, look: Look) -> bool:
    """Whether its reader sees the audit that the promise is about."""
    number = reminder.action.audit_id
    if number is None or reminder.to.role != Role.STAFF.value:
        return True
    return held.is_seen(session, session.get_one(Audit, number), look)


def _due(session: Session, at: datetime) -> Iterator[Reminder]:
    a_day = timedelta(days=1)  # no zone is further away
    earliest, latest = at.date() - LONGEST_LATE - a_day, at.date() + 2 * a_day
    query = select(CorrectiveAction).where(
        CorrectiveAction.state == ActionState.OPEN.value,
        col(CorrectiveAction.due_on).between(earliest, latest),
    )
    found = session.exec(query.order_by(col(CorrectiveAction.id))).all()
    kinds = {one.id: kind_at(one.due_on, at, one.branch.timezone) for one in found if not _is_closed(one.branch, at)}
    for action, reader in _each_reader(session, [one for one in found if kinds.get(one.id) is not None]):
        kind = kinds[action.id]
        if kind is not None:
            yield Reminder(kind, action, reader)


def _each_reader(session: Session, found: Sequence[CorrectiveAction]) -> Iterator[tuple[CorrectiveAction, User]]:
    """Each of several with each of its readers; a branch's staff are looked for once."""
    seeing = actions.owners_of(session, found)
    staff: dict[int, list[User]] = {}
    for action in found:
        owner = seeing.get(action.id)
        if owner is not None and owner.email is not None:
            yield action, owner
            continue
        if action.branch_id not in staff:
            staff[action.branch_id] = _staff(session, action.branch)
        yield from ((action, reader) for reader in staff[action.branch_id])


def _is_closed(branch: Branch, at: datetime) -> bool:
    return branch.closed is not None and branch.closed <= at.astimezone(ZoneInfo(branch.timezone)).date()


def write(session: Session, privacy: Privacy = USUAL, *, at: datetime) -> int:
    """Puts into the outbox what is owed; how many mails that is."""
    found = owed(session, at, privacy)
    for one in found:
        about = {"action": one.action.public_id, "due_on": one.action.due_on.isoformat()}
        outbox.write(session, one.kind, one.to, about, key=one.key, at=at)
    return len(found)
