"""Terms: what a shopper can take on: near which branch they live, how far they go, how many audits, and since when they are certified."""

from datetime import date, datetime

from sqlmodel import Field, Relationship, Session, SQLModel, col, select

from branches import history
from branches.database import hold
from branches.errors import Refused
from branches.people import Role, User
from branches.places import Branch

MOST_AUDITS = 60
FARTHEST_KM = 1000


class ShopperTerms(SQLModel, table=True):
    """One shopper's; nothing of it is asked of anybody who has none."""

    __tablename__ = "shopper_terms"

    shopper_id: int = Field(foreign_key="person.id", primary_key=True)
    home_id: int | None = Field(default=None, foreign_key="branch.id", index=True)
    """The branch near which they live: enough to tell ways apart, and no address is kept."""
    most_audits: int | None = None
    """In the days of one rota; None: as the rota says."""
    most_km: int | None = None
    """How far they go; None: as the rota says."""
    certified_on: date | None = None
    """Since when they may audit by the standard."""

    shopper: User = Relationship()
    home: Branch | None = Relationship()


def of(session: Session, shopper: User) -> ShopperTerms:
    """That shopper's; those of nobody in particular where none were agreed."""
    return session.get(ShopperTerms, shopper.id) or ShopperTerms(shopper_id=shopper.id)


def agree(
    session: Session,
    shopper: User,
    *,
    home: Branch | None,
    most_audits: int | None,
    most_km: int | None,
    certified_on: date | None,
    by: User,
    at: datetime,
) -> ShopperTerms:
    """Keeps what was agreed with a shopper."""
    check_active(shopper)
    if most_audits is not None and not 0 <= most_audits <= MOST_AUDITS:
        raise Refused("A shopper makes 0 to {most} audits.", most=MOST_AUDITS)
    if most_km is not None and not 1 <= most_km <= FARTHEST_KM:
        raise Refused("A way has 1 to {most} kilometres.", most=FARTHEST_KM)
    hold(session, shopper)
    terms = of(session, shopper)
    new = {
        "home_id": home.id if home is not None else None,
        "most_audits": most_audits,
        "most_km": most_km,
        "certified_on": certified_on,
    }
    differing = {name: [getattr(terms, name), value] for name, value in new.items() if getattr(terms, name) != value}
    for name, value in new.items():
        setattr(terms, name, value)
    session.add(terms)
    session.flush()
    if differing:
        history.write(session, "agree", shopper, by=by, at=at, **history.plain(differing))
    return terms


def certify(session: Session, shopper: User, certified_on: date, *, by: User, at: datetime) -> None:
    """From that day on they may audit by the standard; somebody who is certified already stays so from their own day on."""
    check_active(shopper)
    hold(session, shopper)
    terms = of(session, shopper)
    if terms.certified_on is not None and terms.certified_on <= certified_on:
        return
    before, terms.certified_on = terms.certified_on, certified_on
    session.add(terms)
    session.flush()
    history.write(session, "certify", shopper, by=by, at=at, **history.plain({"certified_on": [before, certified_on]}))


def of_all(session: Session) -> dict[int, ShopperTerms]:
    """Everybody's, by the shopper's number."""
    return {one.shopper_id: one for one in session.exec(select(ShopperTerms).order_by(col(ShopperTerms.shopper_id)))}


def check_active(user: User) -> None:
    """Refuses whoever does not audit, or no longer does."""
    if user.role != Role.SHOPPER.value or not user.active:
        raise Refused("Only active shoppers audit.")
