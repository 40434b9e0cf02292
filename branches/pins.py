"""PINs: six digits by which somebody of a branch's staff acts on its shared tablet; kept as a hash, and good for nothing else."""

from datetime import datetime, timedelta
from itertools import pairwise

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col, select

from branches import history, knocking, sessions
from branches.database import UtcTime, hold
from branches.errors import NotAllowed, Refused
from branches.history import Actor
from branches.people import Role, User
from branches.places import Branch

DIGITS = 6
MOST_WRONG = 5
"""Of one person, wherever they are tried; then the right one opens nothing either."""
LOCKED_MINUTES = 15
MOST_WRONG_ON_A_TABLET = 30
"""Within an hour, whoever they are for."""
MOST_IN_A_ROW = 100
"""Wrong ones since the last right one, however long that takes: NIST SP 800-63B, section 5.2.2, allows no more. Then it is worth nothing."""
LEAST_DIFFERENT = 3
"""Digits that differ from each other."""


class Pin(SQLModel, table=True):
    """One person's."""

    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="person.id", unique=True)
    hashed: str = Field(max_length=255)
    given: bool = False
    """Head office made it: whoever uses it first chooses another."""
    set_at: datetime = Field(sa_type=UtcTime)
    tried: int = Field(default=0, sa_column_kwargs={"server_default": sa.text("0")})
    """How often since it was right."""


def well_formed(text: str) -> str:
    """A PIN as it may be chosen; what anybody would try first is refused."""
    if len(text) != DIGITS or not (text.isascii() and text.isdigit()):
        raise Refused("A PIN has six digits.")
    if is_obvious(text):
        raise Refused("This PIN is easy to guess: choose one that is no row, no repetition and no date.")
    return text


def is_obvious(pin: str) -> bool:
    """A row, the same again or backwards, too few different digits, or a date."""
    digits = [int(one) for one in pin]
    row = len({(after - before) % 10 for before, after in pairwise(digits)}) == 1
    again = pin[:3] == pin[3:] or pin[::2] == pin[1::2] or pin == pin[::-1]
    return row or again or len(set(pin)) < LEAST_DIFFERENT or _is_date(pin)


def _is_date(pin: str) -> bool:
    """A day with the last two digits of a year, in the orders in which people write it."""
    a, b, c = int(pin[:2]), int(pin[2:4]), int(pin[4:])
    days, months = range(1, 32), range(1, 13)
    return (a in days and b in months) or (a in months and b in days) or (b in months and c in days)


def of(session: Session, user: User) -> Pin | None:
    return session.exec(select(Pin).where(Pin.user_id == user.id)).first()


def still_opens(session: Session, user: User, hashed: str) -> bool:
    """Whether the PIN of that hash, looked at a moment ago, is theirs even now; until the transaction ends nobody changes it."""
    hold(session, user)
    kept = session.exec(select(Pin.hashed).where(Pin.user_id == user.id)).first()
    return user.active and kept == hashed


def holders(session: Session, branch: Branch) -> list[User]:
    """The staff of that branch who have one, by name."""
    query = select(User).join(Pin, col(Pin.user_id) == User.id)
    query = query.where(User.active, User.role == Role.STAFF.value, User.branch_id == branch.id)
    return list(session.exec(query.order_by(User.name, col(User.id))))


def choose(session: Session, user: User, hashed: str, *, by: Actor | None, at: datetime) -> None:
    """Keeps the hash of the PIN that a person has chosen; tablets that act for them lock."""
    _keep(session, user, Pin(user_id=user.id, hashed=hashed, set_at=at))
    history.write(session, "choose_pin", user, by=by, at=at)


def give(session: Session, user: User, hashed: str, *, by: Actor | None, at: datetime) -> None:
    """A first one for somebody who signs in nowhere else; whoever has an address chooses their own there."""
    may_be_given(user)
    _keep(session, user, Pin(user_id=user.id, hashed=hashed, given=True, set_at=at))
    history.write(session, "give_pin", user, by=by, at=at)


def may_be_given(user: User) -> None:
    """Refuses to make one for anybody else than active staff without an address."""
    if user.email is not None:
        raise NotAllowed("{name} has an address: they choose their PIN themselves, under My sign-in.", name=user.name)
    _check_staff(user)


def _check_staff(user: User) -> None:
    if user.role != Role.STAFF.value or not user.active:
        raise NotAllowed("A PIN is for the staff of a branch.")


def _keep(session: Session, user: User, pin: Pin) -> None:
    hold(session, user)
    _check_staff(user)
    take_away(session, user)
    session.add(pin)
    session.flush()


def take_away(session: Session, user: User) -> None:
    """With it goes what it opened."""
    session.exec(sa.delete(Pin).where(col(Pin.user_id) == user.id))
    sessions.take_back(session, user)


def may_try(session: Session, user: User, tablet: str, *, at: datetime) -> bool:
    """Counts a try, for the person, their PIN and the tablet; where one has had too many nothing is counted, so that a lock ends."""
    hold(session, user)
    if is_spent(session, user):
        return False
    if _is_locked(session, user, at) or knocking.tries(session, _on(tablet), at=at) >= MOST_WRONG_ON_A_TABLET:
        return False
    knocking.knock(session, _on(tablet), most=MOST_WRONG_ON_A_TABLET, at=at)
    session.exec(sa.update(Pin).where(col(Pin.user_id) == user.id).values(tried=col(Pin.tried) + 1))
    return knocking.knock(session, _of(user), most=MOST_WRONG, at=at)


def is_spent(session: Session, user: User) -> bool:
    """Whether their PIN was tried wrongly so often that only another one opens anything."""
    tried = session.exec(select(Pin.tried).where(Pin.user_id == user.id)).first()
    return tried is not None and tried >= MOST_IN_A_ROW


def _is_locked(session: Session, user: User, at: datetime) -> bool:
    """After the last of too many for a quarter of an hour; then they are forgotten."""
    last = knocking.newest(session, _of(user))
    if last is None or knocking.tries(session, _of(user), at=at) < MOST_WRONG:
        return False
    if at - last < timedelta(minutes=LOCKED_MINUTES):
        return True
    knocking.forget(session, _of(user))
    return False


def was_right(session: Session, user: User, tablet: str) -> None:
    """Who knows it has not been guessing; what was tried for others on that tablet stays counted."""
    session.exec(sa.update(Pin).where(col(Pin.user_id) == user.id).values(tried=0))
    knocking.forget(session, _of(user))
    knocking.forget_newest(session, _on(tablet))


def _of(user: User) -> str:
    return f"pin of {user.public_id}"


def _on(tablet: str) -> str:
    return f"pin on tablet {tablet}"
