"""Sessions and sign-in links: rows, so that they can be ended; kept only as hashes, so that a copy of the database opens nothing."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload
from sqlmodel import Field, Relationship, Session, SQLModel, col, select

from branches import doorstep, history, places
from branches.database import UtcTime
from branches.errors import NotAllowed
from branches.people import Role, User

LINK_MINUTES = 15
SESSION_DAYS = 30
MOST_WRONG_CODES = 5
"""Of one mail; then neither its code nor its link opens anything."""
MOST_WRONG_OF_ALL = 1000
"""Wrong codes within an hour, whoever they are for; then codes open nothing, links do. So of everything that can be guessed in a year
one fits with a probability below 1 %: 1000 × 8766 hours / 10⁹."""
CODE_DIGITS = 9
_KNOWN = "known."
"""Begins the secret of a browser in which that person was before: no stranger's guesses close its code."""
SEEN_MINUTES = 60
"""How old a device's last sign of life may grow before it is written down again."""
LENT_MINUTES = 5
"""How long a shared tablet that is not used stays lent to whoever gave their PIN."""
LENT_SEEN_SECONDS = 10
"""How old that person's last sign of life may grow."""


class SignInLink(SQLModel, table=True):
    """A way in that works once, for a quarter of an hour."""

    __tablename__ = "sign_in_link"

    id: int = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True, max_length=64)
    user_id: int = Field(foreign_key="person.id", index=True)
    expires_at: datetime = Field(sa_type=UtcTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcTime)
    browser_hash: str | None = Field(default=None, index=True, max_length=64)
    """Of what the browser that asked for it keeps: the code is worth something there alone."""
    code_hash: str | None = Field(default=None, max_length=64)
    """Of the code that is typed instead of following the link, together with the browser that asked for it."""
    wrong_codes: int = 0
    """How often another code was typed; a few, and the row opens nothing more."""


class DeviceSession(SQLModel, table=True):
    """One signed-in device."""

    __tablename__ = "device_session"

    id: int = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True, max_length=64)
    user_id: int = Field(foreign_key="person.id", index=True)
    started_at: datetime = Field(sa_type=UtcTime)
    expires_at: datetime = Field(sa_type=UtcTime)
    seen_at: datetime | None = Field(default=None, sa_type=UtcTime)
    label: str = Field(default="", max_length=120)
    """What the device says it is, for the person's own list."""
    lent_to_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    """Who gave their PIN on a shared tablet and acts there; `lending` has the verbs."""
    lent_until: datetime | None = Field(default=None, sa_type=UtcTime)

    user: User = Relationship(sa_relationship_kwargs={"foreign_keys": "DeviceSession.user_id"})
    lent_to: User | None = Relationship(sa_relationship_kwargs={"foreign_keys": "DeviceSession.lent_to_id"})


@dataclass(frozen=True)
class WayIn:
    """What a sign-in mail carries; neither is kept anywhere else, nor shown where it could be logged."""

    token: str = field(repr=False)
    code: str = field(repr=False)


def make_link(session: Session, user: User, *, at: datetime) -> str:
    """The token of a new sign-in link; it is shown once and stored nowhere."""
    token = secrets.token_urlsafe(24)
    session.add(SignInLink(token_hash=_hash(token), user_id=user.id, expires_at=at + timedelta(minutes=LINK_MINUTES)))
    session.flush()
    return token


def browser_secret(*, known: bool) -> str:
    """What a browser keeps that asks for a mail."""
    return f"{_KNOWN if known else ''}{secrets.token_urlsafe(24)}"


def make_way_in(session: Session, user: User, browser: str, *, at: datetime) -> WayIn:
    """A link together with a code, which is good only in the browser that keeps the secret `browser`."""
    token, code = secrets.token_urlsafe(24), f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    row = SignInLink(
        token_hash=_hash(token),
        user_id=user.id,
        expires_at=at + timedelta(minutes=LINK_MINUTES),
        browser_hash=_hash(browser),
        code_hash=_hash(f"{browser} {code}"),
    )
    session.add(row)
    session.flush()
    return WayIn(token, code)


def make_tablet_code(session: Session, tablet: User, *, at: datetime) -> str:
    """A code that signs a shared tablet in, wherever it is typed; it is shown once. No link opens the same."""
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    row = SignInLink(
        token_hash=_hash(secrets.token_urlsafe(24)),
        user_id=tablet.id,
        expires_at=at + timedelta(minutes=LINK_MINUTES),
        code_hash=_hash(f"tablet {code}"),
    )
    session.add(row)
    session.flush()
    return code


def use_tablet_code(session: Session, code: str, *, at: datetime) -> User | None:
    """Which branch's tablet that code is for; it works once. Whoever asks counts the tries."""
    return _use(session, col(SignInLink.code_hash) == _hash(f"tablet {code}"), at)


def redeem(session: Session, token: str, *, at: datetime) -> User:
    """Whose link this is; it works once."""
    user = _use(session, col(SignInLink.token_hash) == _hash(token), at)
    if user is None:
        raise NotAllowed(
            "This link has been used or is older than {minutes} minutes; ask for a new one.", minutes=LINK_MINUTES
        )
    if not user.active:
        raise NotAllowed("This person may no longer sign in.")
    return user


def try_code(session: Session, browser: str, code: str, *, at: datetime) -> User | None:
    """Whose code this is; it works once. Nobody's: then the try has been counted, and must be kept."""
    often = not browser.startswith(_KNOWN) and _wrong_of_all(session, at) >= MOST_WRONG_OF_ALL
    theirs = col(SignInLink.browser_hash) == _hash(browser)
    counted = sa.update(SignInLink).where(theirs, *_alive(at))
    # Counted before it is looked at: of many tries at once each waits for the one before.
    alive = session.exec(counted.values(wrong_codes=col(SignInLink.wrong_codes) + 1)).rowcount > 0
    # Looked at whether or not there is such a mail: the answer takes as long, and the database as many steps.
    right = col(SignInLink.code_hash) == _hash(f"{browser} {code}") if alive and not often else sa.false()
    just_counted = col(SignInLink.wrong_codes) <= MOST_WRONG_CODES
    used = sa.update(SignInLink).where(theirs, right, just_counted, col(SignInLink.used_at).is_(None))
    kept = used.values(used_at=at, wrong_codes=col(SignInLink.wrong_codes) - 1)
    found = session.exec(kept.returning(col(SignInLink.user_id))).scalars().first()
    user = session.get(User, found) if found is not None else None
    return user if user is not None and user.active else None


def _wrong_of_all(session: Session, at: datetime) -> int:
    """Wrong codes typed within the hour: those of every mail that could still be answered an hour ago, or came since."""
    latest = col(SignInLink.expires_at) > at - timedelta(hours=1)
    return session.exec(select(sa.func.coalesce(sa.func.sum(col(SignInLink.wrong_codes)), 0)).where(latest)).one()


def _use(session: Session, which: sa.ColumnElement[bool], at: datetime) -> User | None:
    used = sa.update(SignInLink).where(which, *_alive(at)).values(used_at=at)
    found = session.exec(used.returning(col(SignInLink.user_id))).scalars().first()
    return session.get(User, found) if found is not None else None


def _alive(at: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(SignInLink.used_at).is_(None),
        col(SignInLink.expires_at) > at,
        col(SignInLink.wrong_codes) < MOST_WRONG_CODES,
    )


def begin(session: Session, user: User, *, at: datetime, label: str = "") -> str:
    """Signs a device in; gives the token that its cookie carries."""
    token = secrets.token_urlsafe(32)
    device = DeviceSession(
        token_hash=_hash(token),
        user_id=user.id,
        started_at=at,
        expires_at=at + timedelta(days=SESSION_DAYS),
        seen_at=at,
        label=label,
    )
    session.add(device)
    session.flush()
    history.write(session, "sign_in", user, by=user, at=at)
    return token


def device(session: Session, token: str, *, at: datetime) -> DeviceSession | None:
    """The signed-in device with that token, its person loaded with it."""
    query = (
        select(DeviceSession)
        .join(User, col(DeviceSession.user_id) == User.id)
        .where(DeviceSession.token_hash == _hash(token), DeviceSession.expires_at > at, User.active)
        .options(contains_eager(DeviceSession.user), joinedload(DeviceSession.lent_to))  # type: ignore[arg-type]
    )
    found = session.exec(query).first()
    return found if found is None or not _rests(found.user, at) else None


def _rests(user: User, at: datetime) -> bool:
    """A shared tablet opens nothing while its branch is closed."""
    if user.role != Role.TABLET.value:
        return False
    return user.branch is None or places.is_closed(user.branch, at)


def who(session: Session, token: str, *, at: datetime) -> User | None:
    """The person signed in on the device with that token."""
    found = device(session, token, at=at)
    return found.user if found is not None else None


def devices(session: Session, user: User, *, at: datetime) -> list[DeviceSession]:
    """Where a person is signed in, the one used last first."""
    query = select(DeviceSession).where(DeviceSession.user_id == user.id, DeviceSession.expires_at > at)
    return list(session.exec(query.order_by(col(DeviceSession.seen_at).desc(), col(DeviceSession.id).desc())))


def long_unseen(device: DeviceSession, *, at: datetime) -> bool:
    """Whether it is time to write down that the device is in use."""
    if device.lent_until is not None and device.lent_until > at:
        return device.lent_until - at < timedelta(minutes=LENT_MINUTES, seconds=-LENT_SEEN_SECONDS)
    return device.seen_at is None or at - device.seen_at > timedelta(minutes=SEEN_MINUTES)


def see(session: Session, device_id: int, *, at: datetime) -> None:
    """Writes it down. A shared tablet stays signed in as long as it is used, and lent as long as somebody uses it."""
    here = col(DeviceSession.id) == device_id
    tablets = select(User.id).where(User.role == Role.TABLET.value)
    session.exec(sa.update(DeviceSession).where(here).values(seen_at=at))
    longer = sa.update(DeviceSession).where(here, col(DeviceSession.user_id).in_(tablets))
    session.exec(longer.values(expires_at=at + timedelta(days=SESSION_DAYS)))
    lent = sa.update(DeviceSession).where(here, col(DeviceSession.lent_until) > at)
    session.exec(lent.values(lent_until=at + timedelta(minutes=LENT_MINUTES)))


def end(session: Session, token: str, *, at: datetime) -> None:
    """Signs out the device with that token, if there is one."""
    found = session.exec(select(DeviceSession).where(DeviceSession.token_hash == _hash(token))).first()
    if found is not None:
        _end_one(session, found, "sign_out", by=found.user, at=at)


def end_device(session: Session, device: DeviceSession, *, by: User, at: datetime) -> None:
    """Signs out another device than the one that asks for it."""
    _end_one(session, device, "end_device", by=by, at=at)


def _end_one(session: Session, device: DeviceSession, verb: str, *, by: User, at: datetime) -> None:
    """Of two who end it at once one is noted."""
    ended = session.exec(sa.delete(DeviceSession).where(col(DeviceSession.id) == device.id))
    if ended.rowcount:
        history.write(session, verb, device.user, by=by, at=at)


def end_all(session: Session, user: User) -> None:
    """After a change of password, address or role nothing stays signed in, and no link that was sent still opens."""
    session.exec(sa.delete(SignInLink).where(col(SignInLink.user_id) == user.id))
    session.exec(sa.delete(DeviceSession).where(col(DeviceSession.user_id) == user.id))
    doorstep.clear(session, user)
    take_back(session, user)


def take_back(session: Session, user: User) -> None:
    """No shared tablet acts for that person any more."""
    lent = sa.update(DeviceSession).where(col(DeviceSession.lent_to_id) == user.id)
    session.exec(lent.values(lent_to_id=None, lent_until=None))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
