"""Sending: a draft becomes the audit's answers, once, however often the phone tries; and the receipt for it."""

import hashlib
import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, select

from branches import audits, drafts, questions
from branches.audits import Answer, Audit, Photo
from branches.database import hold
from branches.drafts import OPEN, VISITED, Draft, Filled
from branches.errors import Conflict, Refused
from branches.language import message
from branches.people import User
from branches.questions import AnswersRefused, ItemFault, Mark
from branches.weeks import moment

CHANGED = message("The answers have changed since this page was opened. Look at them again before you send.")
_KEY = re.compile(r"[A-Za-z0-9\-]{16,64}", re.ASCII)


class AlreadySent(Conflict):
    """The audit has been sent with something else in it."""


class ChangedSince(Conflict):
    """What is to be sent is no longer what the page showed."""


class NotWhole(Conflict):
    """A photo that the phone has sent is not there; the phone is to send it again."""

    def __init__(self, photos: list[str]) -> None:
        super().__init__(message("The photo did not arrive whole; it will be sent again."))
        self.photos = photos


@dataclass(frozen=True)
class Receipt:
    """What head office has of an audit."""

    answers: int
    photos: int
    sent_at: datetime
    visited_at: datetime


def faults(session: Session, audit: Audit, filled: Filled, *, at: datetime) -> list[ItemFault]:
    """All that is still missing or wrong, in the order of the form."""
    found: list[ItemFault] = []
    try:
        found += audits.visit_faults(audit, visit_time(filled.visited, audit.branch.timezone), at=at)
    except Refused as refused:
        found.append(ItemFault("", refused))
    asked = questions.of(audit.standard, audit.channel)
    _, wrong = questions.check(asked, marks(audit, filled), audits.photos_by_item(session, audit))
    twice = [code for code in filled.undecided if code == VISITED or code in asked.by_code]
    found += wrong
    found += [ItemFault("" if code == VISITED else code, _undecided(code)) for code in twice]
    order = {code: place for place, code in enumerate(asked.by_code)}
    return sorted(found, key=lambda fault: order.get(fault.item, -1))


def _undecided(code: str) -> Refused:
    return Refused("{item} was answered differently on two pages; choose one answer.", item=code)


def marks(audit: Audit, filled: Filled) -> dict[str, Mark]:
    """The answers of a draft, without items that this channel does not ask."""
    by_code = questions.of(audit.standard, audit.channel).by_code
    typed = {code: filled.typed(code) for code in by_code if code in filled.entries}
    return {code: Mark(one.mark, one.comment.strip()) for code, one in typed.items()}


def visit_time(text: str, zone: str) -> datetime:
    """Reads a local date and time at the branch, as a form sends it."""
    try:
        local = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Refused("Give the day and the time of the visit.") from None
    if local.tzinfo is not None or len(text.strip()) <= len("2026-11-16"):
        raise Refused("Give the day and the time of the visit.")
    try:
        return moment(local.date(), local.time(), zone)
    except OverflowError:
        raise Refused("Give the day and the time of the visit.") from None


def local_time(at: datetime, zone: str) -> datetime:
    """What the clock on the branch's wall showed."""
    return at.astimezone(ZoneInfo(zone))


def content(session: Session, audit: Audit, filled: Filled) -> str:
    """A digest of all that would be sent: answers, the time of the visit, photos."""
    query = select(Photo.item_id, Photo.sha256).where(Photo.audit_id == audit.id)
    photos = sorted([item or 0, sha256] for item, sha256 in session.exec(query))
    typed = {code: [entry.now.mark, entry.now.comment] for code, entry in filled.entries.items()}
    whole = json.dumps([{c: t for c, t in typed.items() if any(t)}, photos], sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()


def send(
    session: Session,
    audit: Audit,
    *,
    key: str,
    content_seen: str,
    by: User,
    at: datetime,
    photos: Collection[str] = (),
) -> None:
    """Makes the draft the audit's answers. The same key and content again is the same success again.

    `content_seen` is the digest of what the shopper saw when sending; `photos` names those that must be among it.
    """
    drafts.check_own(audit, by)
    if _KEY.fullmatch(key) is None:
        raise Refused("This page had been open too long or the request was not complete. Go back and try again.")
    hold(session, audit)
    draft = session.get(Draft, audit.id, populate_existing=True)
    if draft is not None and draft.sent_key:
        if content_seen == draft.sent_hash and (key == draft.sent_key or audit.state not in OPEN):
            return
        if audit.state not in OPEN:  # one that came back is sent anew, also under the key of the first time
            raise AlreadySent(message("This audit has been sent before, with something else in it."))
    if audit.state not in OPEN:
        raise Conflict("This audit is not open to be filled in.")
    draft = drafts.begin(session, audit, at=at)
    if absent := _absent(session, audit, photos):
        raise NotWhole(absent)
    filled = drafts.read(session, audit)
    if content_seen != content(session, audit, filled):
        raise ChangedSince(CHANGED)
    if wrong := faults(session, audit, filled, at=at):
        raise AnswersRefused(wrong)
    visited = visit_time(filled.visited, audit.branch.timezone)
    audits.submit(session, audit, marks(audit, filled), visited_at=visited, by=by, at=at)
    draft.sent_key, draft.sent_hash = key, content_seen
    session.add(draft)
    session.flush()


def _absent(session: Session, audit: Audit, named: Collection[str]) -> list[str]:
    there = session.exec(select(Photo.public_id).where(Photo.audit_id == audit.id)).all()
    return sorted(set(named).difference(there))


def receipt(session: Session, audit: Audit) -> Receipt | None:
    """What head office has; None before an audit was sent."""
    if audit.submitted_at is None or audit.visited_at is None:
        return None
    marked = select(func.count()).where(Answer.audit_id == audit.id, col(Answer.mark) != "")
    photos = select(func.count()).where(Photo.audit_id == audit.id)
    return Receipt(session.exec(marked).one(), session.exec(photos).one(), audit.submitted_at, audit.visited_at)
