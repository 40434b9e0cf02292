"""Clearing: what others than head office read instead of a shopper's own words, and which photos they are not shown."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from branches import history, naming, photos
from branches.audits import Answer, Audit, Photo
from branches.database import hold
from branches.errors import Conflict, Refused
from branches.language import message
from branches.people import User
from branches.scoring import NA, ItemType
from branches.standards import Item
from branches.states import COUNTED, AuditState

VERB = "clear"
OPEN = (AuditState.SUBMITTED.value, AuditState.APPROVED.value)
"""States in which nobody but head office has read it yet."""
TAKEN_BACK = message(
    "It was released: more can be taken out of what the branch reads, but what was taken out cannot be given back."
)


@dataclass(frozen=True)
class Words:
    """What others read of one answer: of its comment, and of a text that was marked; None: as it was written."""

    comment: str | None = None
    mark: str | None = None


@dataclass(frozen=True)
class Reader:
    """How much of what a shopper wrote and photographed somebody is shown."""

    originals: bool = False
    """Head office, and managers who are told who audited."""
    held: bool = False
    """Staff, while there are too few audits or shoppers."""

    def comment(self, answer: Answer) -> str:
        return "" if self.held else self._form(answer.comment, answer.cleared)

    def text(self, answer: Answer) -> str:
        """A mark that is a text."""
        return "" if self.held else self._form(answer.mark, answer.cleared_mark)

    def photos(self, found: Iterable[Photo]) -> list[Photo]:
        return [one for one in found if self.originals or not (self.held or one.kept_back)]

    def _form(self, written: str, cleared: str | None) -> str:
        return written if self.originals or cleared is None else cleared


def is_text(item: Item, answer: Answer) -> bool:
    """Whether what was marked are a shopper's own words."""
    return item.type == ItemType.TEXT.value and answer.mark not in ("", NA)


def is_open(audit: Audit) -> bool:
    """Whether it can be said what others read of it: once it was sent, and as long as it may count."""
    return audit.state in OPEN or AuditState(audit.state) in COUNTED


def clear(
    session: Session,
    audit: Audit,
    words: Mapping[str, Words],
    kept_back: Collection[str],
    *,
    by: User,
    at: datetime,
) -> list[str]:
    """Keeps what others read, by item, and the photos they are not shown, by public id; gives the items that are otherwise now.

    After the release that can be made stricter alone.
    """
    hold(session, audit)
    if not is_open(audit):
        raise Conflict(
            "This audit is {state}: what the branch reads of it cannot be changed now.",
            state=AuditState(audit.state).word,
        )
    released = audit.state not in OPEN
    changed = [code for code, answer in _answers(session, audit) if _clear(answer, words.get(code), released)]
    back = [one for one in photos.of_audit(session, audit) if one.kept_back is not (one.public_id in kept_back)]
    if released and any(one.kept_back for one in back):
        raise Refused(TAKEN_BACK)
    for one in back:
        one.kept_back = not one.kept_back
    if changed or back:
        history.write(session, VERB, audit, by=by, at=at, items=changed, photos=len(back))
    session.flush()
    return changed


def _answers(session: Session, audit: Audit) -> list[tuple[str, Answer]]:
    query = select(Item.code, Answer).join(Item).where(Answer.audit_id == audit.id).order_by(Item.position)  # type: ignore[arg-type]
    return list(session.exec(query))


def _clear(answer: Answer, wanted: Words | None, released: bool) -> bool:
    """Whether it is otherwise now."""
    was = Words(answer.cleared, answer.cleared_mark)
    if wanted is None or wanted == was:
        return False
    if released and (_gives_back(was.comment, wanted.comment) or _gives_back(was.mark, wanted.mark)):
        raise Refused(TAKEN_BACK)
    answer.cleared, answer.cleared_mark = wanted.comment, wanted.mark
    return True


def _gives_back(was: str | None, wanted: str | None) -> bool:
    """Whether others would read the original again, or anything where they read nothing."""
    return wanted != was and (wanted is None or was == "")


def still_named(session: Session, audit: Audit, known: frozenset[str]) -> dict[str, str]:
    """Who seems to be named in what others read, by item; `known` are words that name nobody."""
    found, others = {}, Reader()
    for code, answer in _answers(session, audit):
        texts = [others.comment(answer), others.text(answer) if is_text(answer.item, answer) else ""]
        if name := next(filter(None, (naming.named(text, known) for text in texts)), ""):
            found[code] = name
    return found
