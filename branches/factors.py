"""The second step of signing in: a code from the person's own phone, or one of ten that were written down.

What makes the codes is sealed by whoever calls, with a key that is not in the database; recovery codes are kept as hashes.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col, func, select

from branches import accounts, doorstep, history, outbox, sessions
from branches.database import UtcTime, hold
from branches.errors import Conflict, NotAllowed
from branches.history import Actor
from branches.outbox import MailKind
from branches.people import READERS, User

SET_UP_MINUTES = 15
"""How long a new phone may take until its first code is typed."""
RECOVERY_CODES = 10
MOST_WRONG = 10
"""Within an hour, before even the right code opens nothing."""
MOST_IN_A_ROW = 100
"""Wrong ones since the last right one, however long that takes; then the phone's codes are worth nothing (NIST SP 800-63B, 5.2.2)."""


class SecondFactor(SQLModel, table=True):
    """One person's phone."""

    __tablename__ = "second_factor"

    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="person.id", unique=True)
    sealed: bytes
    """What its codes are made from."""
    begun_at: datetime = Field(sa_type=UtcTime)
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcTime)
    """None: no code of it was typed yet, and none is asked for."""
    last_step: int = 0
    """The half minute of the last code that was used: it and those before open nothing more."""
    tried: int = 0
    """How often since one was right."""


class RecoveryCode(SQLModel, table=True):
    """One of those written down for when the phone is gone; each opens once."""

    __tablename__ = "recovery_code"

    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="person.id", index=True)
    code_hash: str = Field(max_length=64)
    used_at: datetime | None = Field(default=None, sa_type=UtcTime)


def is_for(user: User) -> bool:
    """Whether the second step is offered to that person: to those for whom reports are made."""
    return user.role in {role.value for role in READERS}


def of(session: Session, user: User) -> SecondFactor | None:
    """The phone whose codes that person is asked for; None where a link, a mailed code or a password is enough."""
    query = select(SecondFactor).where(SecondFactor.user_id == user.id, col(SecondFactor.confirmed_at).is_not(None))
    return session.exec(query).first() if is_for(user) else None


def pending(session: Session, user: User, *, at: datetime) -> SecondFactor | None:
    """The phone that is being set up."""
    recent = col(SecondFactor.begun_at) > at - timedelta(minutes=SET_UP_MINUTES)
    query = select(SecondFactor).where(SecondFactor.user_id == user.id, recent)
    return session.exec(query.where(col(SecondFactor.confirmed_at).is_(None))).first()


def codes_left(session: Session, user: User) -> int:
    """Recovery codes that open something still."""
    unused = select(func.count()).where(RecoveryCode.user_id == user.id, col(RecoveryCode.used_at).is_(None))
    return session.exec(unused).one()


def begin(session: Session, user: User, sealed: bytes, *, at: datetime) -> None:
    """Keeps what a new phone makes its codes from; nothing is asked of anybody before its first code was typed."""
    hold(session, user)
    if not is_for(user) or not user.active:
        raise NotAllowed("The second step is for managers and head office.")
    if of(session, user) is not None:
        raise Conflict("The second step is on already; turn it off first.")
    _remove(session, user)
    session.add(SecondFactor(user_id=user.id, sealed=sealed, begun_at=at))
    session.flush()


def turn_on(session: Session, user: User, step: int, codes: Sequence[str], *, by: Actor | None, at: datetime) -> None:
    """The new phone's first code was right; from now on each sign-in asks for one, and what came in without is signed out."""
    hold(session, user)
    found = pending(session, user, at=at)
    if found is None:
        raise Conflict("Setting it up has taken too long; begin again.")
    found.confirmed_at, found.last_step = at, step
    session.add(found)
    _keep_codes(session, user, codes)
    sessions.end_all(session, user)
    _note(session, user, "turn_on_second_step", by, at)


def renew_codes(session: Session, user: User, codes: Sequence[str], *, by: Actor | None, at: datetime) -> None:
    """Other recovery codes; those from before open nothing."""
    hold(session, user)
    if of(session, user) is None:
        raise Conflict("The second step is off.")
    _keep_codes(session, user, codes)
    _note(session, user, "renew_recovery_codes", by, at)


def turn_off(session: Session, user: User, *, by: Actor | None, at: datetime) -> None:
    """The person wants it no more, and has shown a code."""
    hold(session, user)
    if of(session, user) is None:
        raise Conflict("The second step is off.")
    _remove(session, user)
    doorstep.clear(session, user)
    _note(session, user, "turn_off_second_step", by, at)


def take_away(session: Session, user: User, *, by: Actor | None, at: datetime) -> None:
    """The phone is lost: the person signs in without, and sets up another. Whoever has the lost one is signed out."""
    hold(session, user)
    if session.exec(select(SecondFactor.id).where(SecondFactor.user_id == user.id)).first() is None:
        raise Conflict("{name} has no second step.", name=accounts.called(user))
    _remove(session, user)
    sessions.end_all(session, user)
    _note(session, user, "take_second_step", by, at)


def forget(session: Session, user: User) -> None:
    """Nothing of it stays, and nobody is told: the person is erased."""
    _remove(session, user)


def count_try(session: Session, user: User) -> bool:
    """Counts a try before it is looked at; False where the phone's codes were guessed at too often."""
    theirs = col(SecondFactor.user_id) == user.id
    counted = sa.update(SecondFactor).where(theirs, col(SecondFactor.tried) < MOST_IN_A_ROW)
    return session.exec(counted.values(tried=col(SecondFactor.tried) + 1)).rowcount > 0


def use_step(session: Session, user: User, step: int) -> bool:
    """Uses the code of that half minute up; False where it or a later one was used before."""
    theirs = (col(SecondFactor.user_id) == user.id, col(SecondFactor.confirmed_at).is_not(None))
    used = sa.update(SecondFactor).where(*theirs, col(SecondFactor.last_step) < step)
    return session.exec(used.values(last_step=step, tried=0)).rowcount > 0


def use_recovery(session: Session, user: User, typed: str, *, at: datetime) -> bool:
    """Uses a recovery code up; it opens as well where the phone's codes were guessed at too often."""
    theirs = (col(RecoveryCode.user_id) == user.id, col(RecoveryCode.used_at).is_(None))
    used = sa.update(RecoveryCode).where(*theirs, col(RecoveryCode.code_hash) == _hash(typed)).values(used_at=at)
    if session.exec(used).rowcount == 0:
        return False
    session.exec(sa.update(SecondFactor).where(col(SecondFactor.user_id) == user.id).values(tried=0))
    _note(session, user, "use_recovery_code", user, at, left=codes_left(session, user))
    return True


def _keep_codes(session: Session, user: User, codes: Sequence[str]) -> None:
    session.exec(sa.delete(RecoveryCode).where(col(RecoveryCode.user_id) == user.id))
    session.add_all([RecoveryCode(user_id=user.id, code_hash=_hash(code)) for code in codes])
    session.flush()


def _remove(session: Session, user: User) -> None:
    session.exec(sa.delete(RecoveryCode).where(col(RecoveryCode.user_id) == user.id))
    session.exec(sa.delete(SecondFactor).where(col(SecondFactor.user_id) == user.id))


def _note(session: Session, user: User, verb: str, by: Actor | None, at: datetime, **about: int) -> None:
    """Into history, and by mail to the person: it may not have been them."""
    history.write(session, verb, user, by=by, at=at, **about)
    if user.email is not None:
        key = f"{MailKind.SIGN_IN.value}:{verb}:{user.public_id}:{at.isoformat()}"
        outbox.write(session, MailKind.SIGN_IN, user, {"verb": verb, **about}, key=key, at=at)


def _hash(code: str) -> str:
    """No salt: the codes are drawn, 80 bits each, and nobody's choice."""
    return hashlib.sha256(code.encode(errors="replace")).hexdigest()
