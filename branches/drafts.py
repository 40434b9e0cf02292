"""Drafts: what a shopper has filled in so far, kept with each section; it becomes the audit's answers when sent."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Field, Session, SQLModel, select

from branches import stamps
from branches.audits import Answer, Audit
from branches.database import Packed, UtcTime, hold
from branches.errors import Conflict, NotFound, Refused
from branches.people import User
from branches.questions import LONGEST_COMMENT, LONGEST_MARK, AnswersRefused, ItemFault
from branches.standards import Item
from branches.states import AuditState

OPEN = (AuditState.STARTED.value, AuditState.RETURNED.value)
"""States in which an audit is being filled in."""
VISITED = stamps.VISITED
"""Stands among the items for the time of the visit."""
LONGEST_TIME = 32
LONGEST_KEY = 64


class Draft(SQLModel, table=True):
    """The unfinished form of one audit."""

    audit_id: int = Field(foreign_key="audit.id", primary_key=True)
    answers: dict[str, Any] = Field(sa_type=Packed)
    """By item code: mark and comment as they were typed, also where they are not yet right."""
    visited_at: str = Field(default="", max_length=32)
    """The visit's local time at the branch, as typed."""
    saved_at: datetime = Field(sa_type=UtcTime)
    saves: int = 0
    """Counts up with each save, so that an older page does not overwrite a newer one unseen."""
    sent_key: str = Field(default="", max_length=64)
    """Of the last submission: the same key again means the same submission again."""
    sent_hash: str = Field(default="", max_length=64)
    """Of what that submission held."""


@dataclass(frozen=True)
class Typed:
    """What was typed for one item, right or not."""

    mark: str = ""
    comment: str = ""


@dataclass(frozen=True)
class Entry:
    """One item of a draft, with what is needed to see whether an older page would overwrite it."""

    now: Typed = Typed()
    save: int = 0
    """The save it came with."""
    before: Typed | None = None
    """What it was before that, and since which save."""
    before_save: int = 0
    other: Typed | None = None
    """What an older page wanted in its place: shown beside it until the shopper has chosen."""
    phone: str = ""
    """The key of the phone that it came from."""
    edit: int = 0
    """Its number among what was typed on that phone."""

    def at(self, save: int) -> Typed | None:
        """What it was at that save, as far as is known."""
        if self.save <= save:
            return self.now
        return self.before if self.before is not None and self.before_save <= save else None


@dataclass(frozen=True)
class Phone:
    """One phone's memory of a draft: what it sends again, or what was overtaken on its way, is known by these numbers."""

    key: str
    edits: Mapping[str, int]


NO_PHONE = Phone("", {})
"""A page without a script."""


@dataclass(frozen=True)
class Filled:
    """A draft as it is read."""

    entries: Mapping[str, Entry]
    saves: int
    saved_at: datetime | None

    def typed(self, code: str) -> Typed:
        return self.entries.get(code, Entry()).now

    @property
    def visited(self) -> str:
        return self.typed(VISITED).mark

    @property
    def marks(self) -> dict[str, str]:
        return {code: entry.now.mark for code, entry in self.entries.items() if not code.startswith("@")}

    @property
    def stamps(self) -> dict[str, str]:
        """The moments that were tapped at the branch."""
        found = {stamp: self.typed(stamps.entry(stamp)).mark for stamp in stamps.STAMPS}
        return {stamp: text for stamp, text in found.items() if text}

    @property
    def undecided(self) -> list[str]:
        """Items that two pages gave different answers to."""
        return [code for code, entry in self.entries.items() if entry.other is not None]


def read(session: Session, audit: Audit) -> Filled:
    """What has been filled in; of an audit that was sent without a draft, what was sent."""
    draft = session.get(Draft, audit.id)
    if draft is not None:
        return Filled({code: _unpacked(one) for code, one in draft.answers.items()}, draft.saves, draft.saved_at)
    query = select(Item.code, Answer.mark, Answer.comment).join(Item).where(Answer.audit_id == audit.id)
    entries = {code: Entry(Typed(mark, comment)) for code, mark, comment in session.exec(query)}
    if audit.visited_at is not None:
        local = audit.visited_at.astimezone(ZoneInfo(audit.branch.timezone))
        entries[VISITED] = Entry(Typed(local.strftime("%Y-%m-%dT%H:%M")))
    return Filled(entries, 0, None)


def save(
    session: Session,
    audit: Audit,
    answers: Mapping[str, Typed],
    visited_at: str | None,
    *,
    seen: int,
    by: User,
    at: datetime,
    phone: Phone = NO_PHONE,
) -> Filled:
    """Keeps what a page sent, as it was typed; what the page does not show stays as it is.

    `seen` is the save that the page was made from. Where another page has changed an item since then and this one changed
    it too, both are kept, and the shopper chooses; where this one did not touch it, the newer stays. One `phone` never
    stands against itself: of what it typed the last holds, however often and in whichever order it comes.
    """
    check_own(audit, by)
    hold(session, audit)
    if audit.state not in OPEN:
        raise Conflict("This audit is not open to be filled in.")
    sent = {code: _stamp(typed) if code in stamps.ENTRIES else _cleaned(typed) for code, typed in answers.items()}
    if visited_at is not None:
        sent[VISITED] = Typed(_plain(visited_at))
    _check_size(audit, sent)
    if len(phone.key) > LONGEST_KEY:
        raise Refused("This page had been open too long or the request was not complete. Go back and try again.")
    held = read(session, audit)
    if _is_first(held, sent):
        sent[stamps.BEGUN] = Typed(stamps.written(at))
    entries, save = {**held.entries}, held.saves + 1
    for code, typed in sent.items():
        entries[code] = _placed(
            code, entries.get(code, Entry()), typed, seen=min(seen, held.saves), save=save, phone=phone
        )
    filled = Filled(entries, save, at)
    _store(session, audit, filled, at)
    return filled


def beside(session: Session, audit: Audit, answers: Mapping[str, Typed], *, at: datetime) -> None:
    """Keeps answers beside those that hold, for the shopper to choose should the audit be open again."""
    sent = {code: Typed(_plain(typed.mark), _plain(typed.comment)) for code, typed in answers.items()}
    _check_size(audit, sent)
    held = read(session, audit)
    others = {code: replace(held.entries.get(code, Entry()), other=typed) for code, typed in sent.items()}
    _store(session, audit, replace(held, entries={**held.entries, **others}), held.saved_at or at)


def begin(session: Session, audit: Audit, *, at: datetime) -> Draft:
    """The draft as it is stored; one is made where there is none yet."""
    held = session.get(Draft, audit.id, populate_existing=True)
    return held or _store(session, audit, read(session, audit), at)


def _is_first(held: Filled, sent: Mapping[str, Typed]) -> bool:
    """Whether these are the first answers, and the phone has not said when they were given."""
    given = any(typed.mark.strip() for code, typed in sent.items() if not code.startswith("@"))
    return given and stamps.BEGUN not in held.entries and not stamps.ENTRIES & sent.keys()


def _cleaned(typed: Typed) -> Typed:
    return Typed(_plain(typed.mark), _plain(typed.comment))


def _stamp(typed: Typed) -> Typed:
    """A moment, or none; the last one to be sent holds."""
    return Typed(typed.mark if stamps.moment(typed.mark) is not None else "")


def _plain(text: str) -> str:
    """Without what no database keeps and nobody types."""
    return text.encode(errors="replace").decode().replace("\0", "")


def check_own(audit: Audit, by: User) -> None:
    """An audit is its shopper's alone."""
    if audit.shopper_id is None or audit.shopper_id != by.id:
        raise NotFound("There is no such audit.")


def _placed(code: str, before: Entry, typed: Typed, *, seen: int, save: int, phone: Phone) -> Entry:
    source = (phone.key, phone.edits.get(code, 0))
    if code not in stamps.ENTRIES:
        return _merged(before, typed, seen=seen, save=save, source=source)
    overtaken = phone.key != "" and phone.key == before.phone and source[1] <= before.edit
    overtaken |= code == stamps.BEGUN and "" < before.now.mark <= typed.mark  # of two phones the earlier one
    return before if overtaken else Entry(typed, save, phone=source[0], edit=source[1])


def _merged(entry: Entry, typed: Typed, *, seen: int, save: int, source: tuple[str, int] = ("", 0)) -> Entry:
    phone, edit = source
    if phone and phone == entry.phone:
        return _continued(entry, typed, seen=seen, save=save, edit=edit)
    if typed == entry.now:
        return entry if entry.save > seen else replace(entry, other=None)
    if entry.save <= seen:
        return Entry(typed, save, entry.now, entry.save, None, phone, edit)
    if typed == entry.at(seen):
        return entry
    return replace(entry, other=typed)


def _continued(entry: Entry, typed: Typed, *, seen: int, save: int, edit: int) -> Entry:
    """The same phone has typed on: whether it heard of what was kept before does not matter."""
    other = entry.other if entry.save > seen else None
    if edit <= entry.edit:
        return entry
    if typed == entry.now:
        return replace(entry, other=other, edit=edit)
    return Entry(typed, save, entry.now, entry.save, other, entry.phone, edit)


def _check_size(audit: Audit, sent: Mapping[str, Typed]) -> None:
    known = {item.code for section in audit.standard.sections for item in section.items} | {VISITED} | stamps.ENTRIES
    faults = []
    for code, typed in sent.items():
        longest = LONGEST_TIME if code == VISITED else LONGEST_MARK
        if code not in known:
            raise Refused("The standard has no item {item}.", item=code[:60])
        if len(typed.mark) > longest:
            faults.append(ItemFault(code, Refused("{item} is longer than {most} characters.", item=code, most=longest)))
        if len(typed.comment) > LONGEST_COMMENT:
            refused = Refused(
                "The comment on {item} is longer than {most} characters.", item=code, most=LONGEST_COMMENT
            )
            faults.append(ItemFault(code, refused))
    if faults:
        raise AnswersRefused(faults)


def _store(session: Session, audit: Audit, filled: Filled, at: datetime) -> Draft:
    packed = {code: _packed(entry) for code, entry in filled.entries.items()}
    draft = session.get(Draft, audit.id) or Draft(audit_id=audit.id, answers=packed, saved_at=at)
    draft.answers, draft.saves, draft.saved_at = packed, filled.saves, at
    draft.visited_at = filled.visited
    session.add(draft)
    session.flush()
    return draft


def _packed(entry: Entry) -> list[Any]:
    """Short, since it is stored many times."""
    pairs = [None if t is None else [t.mark, t.comment] for t in (entry.now, entry.before, entry.other)]
    source = [entry.phone, entry.edit] if entry.phone else []
    return [*pairs, entry.save, entry.before_save, *source]


def _unpacked(stored: list[Any]) -> Entry:
    now, before, other, saved, before_save, *source = stored
    pairs = [Typed(*pair) if pair else None for pair in (before, other)]
    phone, edit = source or ("", 0)
    return Entry(Typed(*now), saved, pairs[0], before_save, pairs[1], phone, edit)
