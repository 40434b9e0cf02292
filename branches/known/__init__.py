"""Known: all that is tied to one person, in plain keys, to be handed to them; nobody else's data, nothing that opens a door."""

from datetime import datetime

from sqlmodel import Session

from branches import history
from branches.held import Look
from branches.history import Actor
from branches.known import account, answering, auditing, done
from branches.known.lines import Lines, Picture, to_the_day
from branches.people import Role, User

__all__ = ["Lines", "Picture", "note", "of", "pictures"]


def of(session: Session, user: User, look: Look | None = None) -> Lines:
    """By subject, a line for each thing; subjects of which there is nothing are left out.

    An action that was made of an audit stands there for staff when that audit does, as they `look`. Staff are told days, without hours and minutes, as everywhere: no moment stands there that could be held beside a visit's.
    """
    found = account.of(session, user)
    found |= auditing.of(session, user) if user.role == Role.SHOPPER.value else answering.of(session, user, look)
    found |= done.of(session, user)
    told = {subject: lines for subject, lines in found.items() if lines}
    return to_the_day(told) if user.role == Role.STAFF.value else told


def pictures(session: Session, user: User) -> list[Picture]:
    """The photos that they sent, oldest first."""
    if user.role == Role.SHOPPER.value:
        return auditing.pictures(session, user)
    return answering.pictures(session, user)


def note(session: Session, user: User, *, by: Actor, at: datetime) -> None:
    """It was taken home, by themselves or for them."""
    history.write(session, "take_home", user, by=by, at=at)
