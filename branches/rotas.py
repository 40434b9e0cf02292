"""Rotas: the audits planned for some days: asked for, proposed, dropped. Until one is sent nobody is told of it."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, Relationship, Session, SQLModel

from branches import history
from branches.database import UtcTime, hold, public_id
from branches.errors import Conflict, Refused
from branches.language import Message, message
from branches.people import User
from branches.places import Branch
from branches.rota import Given, Proposal, Unplaced
from branches.standards import Standard
from branches.terms import FARTHEST_KM, MOST_AUDITS
from branches.weeks import Window

LONGEST_DAYS = 92
MOST_EACH = 31
LONGEST_SAID = 1000


class RotaState(StrEnum):
    """Where a rota stands."""

    ASKED = "asked"
    """It is being worked out."""
    FAILED = "failed"
    PROPOSED = "proposed"
    SENDING = "sending"
    SENT = "sent"
    DROPPED = "dropped"

    @property
    def word(self) -> Message:
        return _WORDS[self]


_WORDS = {
    RotaState.ASKED: message("being worked out"),
    RotaState.FAILED: message("could not be worked out"),
    RotaState.PROPOSED: message("proposed, not sent yet"),
    RotaState.SENDING: message("being sent"),
    RotaState.SENT: message("sent"),
    RotaState.DROPPED: message("dropped"),
}


class Rota(SQLModel, table=True):
    """What was asked for, and how good what was proposed is."""

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=16)
    state: str = Field(default=RotaState.ASKED.value, max_length=16, index=True)
    standard_id: int = Field(foreign_key="standard.id")
    opens_on: date
    closes_on: date
    each: int
    """Audits of each branch in these days, those that are assigned anyway among them."""
    extra: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Branches that get one more, because it tells most there."""
    most_audits: int
    """Of one shopper in these days, where their terms say nothing."""
    most_km: int
    certified_only: bool = False
    brief: str = Field(default="", max_length=4000)
    fee: str = Field(default="", max_length=60)
    expenses: str = Field(default="", max_length=200)
    quality: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    asked_at: datetime = Field(sa_type=UtcTime)

    standard: Standard = Relationship()

    @property
    def days(self) -> Window:
        return Window(self.opens_on, self.closes_on)


class Planned(SQLModel, table=True):
    """One audit of a rota: whom it is given, or why nobody."""

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=16)
    rota_id: int = Field(foreign_key="rota.id", index=True)
    branch_id: int = Field(foreign_key="branch.id", index=True)
    opens_on: date
    closes_on: date
    part: str = Field(max_length=16)
    shopper_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    """None: nobody."""
    proposed_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    """Whom the program proposed."""
    why: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """What spoke for that, or against everybody."""
    anyway: bool = False
    """Given by hand to somebody who is known there, by whoever was told so."""
    trouble: str = Field(default="", max_length=LONGEST_SAID)
    """Why it could not be sent: the sentence and its values, as JSON; empty: nothing is wrong."""
    audit_id: int | None = Field(default=None, foreign_key="audit.id", index=True)
    """Once it is sent."""

    rota: Rota = Relationship()
    branch: Branch = Relationship()
    shopper: User | None = Relationship(sa_relationship_kwargs={"foreign_keys": "Planned.shopper_id"})
    proposed: User | None = Relationship(sa_relationship_kwargs={"foreign_keys": "Planned.proposed_id"})

    @property
    def window(self) -> Window:
        return Window(self.opens_on, self.closes_on)


@dataclass(frozen=True)
class Wish:
    """What a rota is to reach, and what it may not exceed."""

    opens_on: date
    closes_on: date
    each: int
    most_audits: int
    most_km: int
    extra: tuple[int, ...] = ()
    certified_only: bool = False
    brief: str = ""
    fee: str = ""
    expenses: str = ""


def ask(session: Session, standard: Standard, wish: Wish, *, by: User, at: datetime) -> Rota:
    """Asks for a rota; nothing is proposed yet."""
    check_days(wish.opens_on, wish.closes_on, at)
    for number, most, sentence in (
        (wish.each, MOST_EACH, message("A branch is audited 1 to {most} times.")),
        (wish.most_audits, MOST_AUDITS, message("A shopper makes 1 to {most} audits.")),
        (wish.most_km, FARTHEST_KM, message("A way has 1 to {most} kilometres.")),
    ):
        if not 1 <= number <= most:
            raise Refused(sentence, most=most)
    check_each(wish.each, Window(wish.opens_on, wish.closes_on))
    rota = Rota(standard_id=standard.id, asked_at=at, **{**vars(wish), "extra": sorted(wish.extra)})
    rota.brief, rota.fee, rota.expenses = wish.brief.strip(), wish.fee.strip(), wish.expenses.strip()
    session.add(rota)
    session.flush()
    history.write(session, "ask", rota, by=by, at=at)
    return rota


def check_days(opens_on: date, closes_on: date, at: datetime) -> None:
    """Refuses days for which nothing can be planned."""
    if closes_on < opens_on:
        raise Refused("The last day is before the first; choose it again.")
    check_first_day(opens_on, at)
    if (closes_on - opens_on).days >= LONGEST_DAYS:
        raise Refused("A rota has {most} days at most.", most=LONGEST_DAYS)


def check_first_day(opens_on: date, at: datetime) -> None:
    """Refuses to plan what is over."""
    if opens_on <= at.date() - timedelta(days=1):
        raise Refused("The first day is over; choose a later one.")


def check_each(each: int, days: Window) -> None:
    """Refuses more audits of each branch than there are days: no branch is visited twice on one."""
    there = (days.last - days.first).days + 1
    if each > there >= 1:
        raise Refused(
            "{each} audits of each branch need {each} days or more; here there are {days}.", each=each, days=there
        )


def propose(session: Session, rota: Rota, found: Proposal, *, at: datetime) -> None:
    """Keeps what was worked out, unless somebody dropped the rota meanwhile or another was quicker."""
    hold(session, rota)
    if rota.state not in {RotaState.ASKED.value, RotaState.FAILED.value}:
        return
    session.add_all(_planned(rota, one, one.shopper) for one in found.given)
    session.add_all(_planned(rota, one, None) for one in found.unplaced)
    rota.quality = asdict(found.quality)
    move(session, rota, RotaState.PROPOSED)
    session.flush()
    history.write(session, "propose", rota, by=None, at=at, placed=len(found.given), unplaced=len(found.unplaced))


def _planned(rota: Rota, one: Given | Unplaced, shopper: int | None) -> Planned:
    return Planned(
        rota_id=rota.id,
        branch_id=one.branch,
        opens_on=one.window.first,
        closes_on=one.window.last,
        part=one.part.value,
        shopper_id=shopper,
        proposed_id=shopper,
        why=_why(one),
    )


def _why(one: Given | Unplaced) -> dict[str, Any]:
    """As JSON keeps it."""
    if isinstance(one, Unplaced):
        return {"bars": {bar.value: n for bar, n in one.bars.items()}}
    return {"km": one.km, "home": one.home, "before": one.before, "could": one.could, "joins": one.joins}


def fail(session: Session, rota: Rota, *, at: datetime) -> None:
    """It could not be worked out; it may be asked for again."""
    hold(session, rota)
    if rota.state == RotaState.ASKED.value:
        move(session, rota, RotaState.FAILED)
        history.write(session, "fail", rota, by=None, at=at)


def drop(session: Session, rota: Rota, *, by: User, at: datetime) -> None:
    """Nothing of the rota is sent; nobody ever hears of it."""
    hold(session, rota)
    if rota.state in {RotaState.SENDING.value, RotaState.SENT.value, RotaState.DROPPED.value}:
        raise Conflict("This rota is {state}; it cannot be dropped any more.", state=RotaState(rota.state).word)
    move(session, rota, RotaState.DROPPED)
    history.write(session, "drop", rota, by=by, at=at)


def move(session: Session, rota: Rota, state: RotaState) -> None:
    """The verbs of the rooms above write what led to it."""
    rota.state = state.value
    session.add(rota)
