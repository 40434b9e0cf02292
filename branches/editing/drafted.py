"""The draft of the next version of the standard: one at a time, kept whole, each change noted, none made unseen."""

from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, select

from branches import history
from branches.database import Packed, UtcTime, hold
from branches.editing.content import Content, dump, load
from branches.editing.reading import as_written
from branches.editing.steps import Step
from branches.errors import Conflict, Refused
from branches.exchange.publishing import publish_standard
from branches.people import User
from branches.standards import Standard


class StandardDraft(SQLModel, table=True):
    """One draft; it binds nobody."""

    __tablename__ = "standard_draft"

    id: int = Field(default=None, primary_key=True)
    slot: int | None = Field(default=1, unique=True)
    """There is one at a time; none once it was published or discarded."""
    content: dict[str, Any] = Field(sa_type=Packed)
    before: dict[str, Any] | None = Field(default=None, sa_type=Packed)
    """What the last step changed, so that it can be undone."""
    step: int = 0
    """Counts up with each change, so that an older page does not overwrite a newer one."""
    begun_at: datetime = Field(sa_type=UtcTime)
    changed_at: datetime = Field(sa_type=UtcTime)


def current(session: Session) -> StandardDraft | None:
    """The draft that is being edited, if there is one."""
    return session.exec(select(StandardDraft).where(StandardDraft.slot == 1)).first()


def content(draft: StandardDraft) -> Content:
    return load(draft.content)


def begin(session: Session, content: Content, *, origin: str, by: User | None, at: datetime) -> StandardDraft:
    """A new draft with that content; `origin` is what it was made of, for the history."""
    draft = StandardDraft(content=dump(content), begun_at=at, changed_at=at)
    try:
        with session.begin_nested():
            session.add(draft)
    except IntegrityError as error:
        raise Conflict("There is a draft already; go on with it, or discard it first.") from error
    history.write(session, "begin", draft, by=by, at=at, origin=origin)
    return draft


def change(
    session: Session, draft: StandardDraft, step: Step, *, seen: int, about: str, by: User | None, at: datetime
) -> Content:
    """Makes one step, unless somebody else has changed the draft since `seen`; `about` names what it changes."""
    _hold(session, draft, seen)
    before = content(draft)
    made = step(before)
    if made == before:
        return made
    draft.before, draft.content = draft.content, dump(made)
    _stepped(session, draft, at)
    history.write(session, "edit", draft, by=by, at=at, about=about)
    return made


def undo(session: Session, draft: StandardDraft, *, seen: int, by: User | None, at: datetime) -> None:
    """As it was before the last step; undone once more, that step holds again."""
    _hold(session, draft, seen)
    if draft.before is None:
        raise Refused("There is nothing to undo.")
    draft.before, draft.content = draft.content, draft.before
    _stepped(session, draft, at)
    history.write(session, "undo", draft, by=by, at=at)


def discard(session: Session, draft: StandardDraft, *, seen: int, by: User | None, at: datetime) -> None:
    """Ends it; what is published stays as it is."""
    _hold(session, draft, seen)
    _end(session, draft, at)
    history.write(session, "discard", draft, by=by, at=at)


def publish(
    session: Session, draft: StandardDraft, *, seen: int, since: datetime, by: User | None, at: datetime
) -> Standard:
    """The next version, in force since that moment; refused with all faults where it has any, and where nothing is new."""
    _hold(session, draft, seen)
    standard, new = publish_standard(session, as_written(content(draft)), at=at, since=since, by=by)
    if not new:
        raise Refused("Version {version} says the same; there is nothing to publish.", version=standard.version)
    _end(session, draft, at)
    history.write(session, "publish", draft, by=by, at=at, version=standard.version)
    return standard


def _hold(session: Session, draft: StandardDraft, seen: int) -> None:
    hold(session, draft)
    if draft.slot is None:
        raise Conflict("This draft was published or discarded in the meantime.")
    if draft.step != seen:
        raise Conflict("Somebody else has changed the draft in the meantime. Look at it as it is now, then save again.")


def _stepped(session: Session, draft: StandardDraft, at: datetime) -> None:
    draft.step += 1
    draft.changed_at = at
    session.add(draft)


def _end(session: Session, draft: StandardDraft, at: datetime) -> None:
    draft.slot = None
    _stepped(session, draft, at)
