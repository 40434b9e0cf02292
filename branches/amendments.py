"""Amendments: what a shopper would have otherwise in an audit that was sent; head office reads it and decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from branches import drafts, history, stamps
from branches.audits import Audit
from branches.database import hold
from branches.drafts import OPEN, Entry, Typed
from branches.errors import Conflict
from branches.history import Event
from branches.people import User
from branches.states import AuditState

VERB = "amend"
UNREVIEWED = (AuditState.SUBMITTED.value, AuditState.APPROVED.value)
"""States in which photos may still be added, where the shopper has said that something is to be corrected."""


@dataclass(frozen=True)
class Wanted:
    """One item as it was sent, and as its shopper would have it."""

    item: str
    sent: Typed
    wanted: Typed


def differing(session: Session, audit: Audit, typed: Mapping[str, Typed]) -> list[str]:
    """Of what a phone or a page still has, the items that were sent otherwise and that head office was not told of."""
    held = drafts.read(session, audit).entries
    known = {code: held.get(code, Entry()) for code in typed if code not in stamps.ENTRIES}
    return [code for code in known if _bare(typed[code]) not in (_bare(known[code].now), _bare(known[code].other))]


def _bare(typed: Typed | None) -> tuple[str, str] | None:
    return None if typed is None else (typed.mark.strip(), typed.comment.strip())


def ask(session: Session, audit: Audit, typed: Mapping[str, Typed], photos: int, *, by: User, at: datetime) -> None:
    """Tells head office what differs, and keeps it beside what was sent; told again it is the same.

    Should the audit be returned, the shopper finds both and chooses. `photos` are those that would come with it.
    """
    drafts.check_own(audit, by)
    hold(session, audit)
    if audit.state in (*OPEN, AuditState.ASSIGNED.value):
        raise Conflict("This audit is open: change it in its form.")
    if audit.submitted_at is None:  # withdrawn or expired: head office has nothing that could be corrected
        raise Conflict("This audit is not open to be filled in.")
    left = differing(session, audit, typed)
    if not left and (not photos or asked(session, audit) is not None):
        return
    drafts.beside(session, audit, {code: typed[code] for code in left}, at=at)
    history.write(session, VERB, audit, by=by, at=at, items=left, photos=photos)


def asked(session: Session, audit: Audit) -> Event | None:
    """When the shopper last asked for a correction of what is sent now."""
    events = [event for event in history.of(session, audit) if event.verb in (VERB, AuditState.SUBMITTED.value)]
    return events[-1] if events and events[-1].verb == VERB else None


def wanted(session: Session, audit: Audit) -> list[Wanted]:
    """What the shopper would have otherwise, in the order of the draft; nothing where nothing was asked."""
    if asked(session, audit) is None:
        return []
    entries = drafts.read(session, audit).entries
    return [Wanted(code, one.now, one.other) for code, one in entries.items() if one.other is not None]
