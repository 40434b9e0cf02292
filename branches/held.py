"""Held: what a branch's staff are not shown yet of a released audit: all of it until a Monday, its comments and photos until there are enough."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from branches.audits import Audit
from branches.places import Branch, Region
from branches.states import COUNTED
from branches.weeks import Week, local_date, moment

EVERYWHERE = "UTC"
"""Shoppers are counted alike for all branches of a region, whatever their clocks."""


@dataclass(frozen=True)
class Privacy:
    """What the chain has decided about it."""

    staff_delay_days: int = 1
    """Days between an audit's release and the Monday on which its branch's staff first see it."""
    comments_after_audits: int = 3
    comments_after_shoppers: int = 3
    weeks: int = 26
    """Over which audits and shoppers are counted: a report's window."""


USUAL = Privacy()


@dataclass(frozen=True)
class Look:
    """Those decisions, and the moment somebody looks."""

    privacy: Privacy
    at: datetime


class Few(StrEnum):
    """Of what there are too few for comments and photos to be shown."""

    AUDITS = "audits"
    SHOPPERS = "shoppers"


def first_seen(visited_on: date, released_at: datetime, zone: str, wait: int) -> date:
    """The Monday from which on staff see an audit: its week is over, and it was released so many days before.

    All audits appear on Mondays at midnight, so that the moment tells neither when the visit was nor when it was reviewed.
    """
    monday = Week.of(visited_on).plus(1)
    while released_at > _waited(monday.monday, zone, wait):
        ready = Week.of(local_date(released_at, zone) + timedelta(days=wait))
        monday = ready if ready > monday else monday.plus(1)
    return monday.monday


def seen_from(session: Session, audit: Audit, privacy: Privacy) -> date | None:
    """The same of an audit; None before its release."""
    # Asked of the database: staff's rows do not hold when an audit was sent.
    sent = session.exec(select(Audit.submitted_at).where(Audit.id == audit.id)).one()
    if audit.released_at is None or audit.visited_on is None:
        return None
    wait = privacy.staff_delay_days if sent is not None else 0
    return first_seen(audit.visited_on, audit.released_at, audit.branch.timezone, wait)


def is_seen(session: Session, audit: Audit, look: Look) -> bool:
    """Whether the branch's staff see it at that moment."""
    first = seen_from(session, audit, look.privacy)
    return first is not None and first <= local_date(look.at, audit.branch.timezone)


def seen(zone: str, look: Look) -> ColumnElement[bool]:
    """Whether staff see an audit of a branch in that zone; for a query.

    What came in files was released elsewhere, and bears the end of its day: were it to wait, the Monday on which it
    appears would tell a visit at the weekend from one before.
    """
    monday = this_monday(look, zone)
    released, from_files = col(Audit.released_at), col(Audit.submitted_at).is_(None)
    waited = released <= _waited(monday, zone, look.privacy.staff_delay_days)
    return (col(Audit.visited_on) < monday) & (waited | (from_files & (released <= _waited(monday, zone, 0))))


def this_monday(look: Look, zone: str) -> date:
    """The Monday of the week in which somebody looks."""
    return Week.of(local_date(look.at, zone)).monday


def _waited(monday: date, zone: str, days: int) -> datetime:
    """The last moment of a release after which there are so many days until that Monday begins."""
    return moment(monday - timedelta(days=days), time(0), zone)


def comments(session: Session, branch: Branch, look: Look) -> Few | None:
    """Why staff of that branch are shown no comments and photos at that moment; None where they are.

    One of few audits, or of few shoppers, is easily put beside a face that somebody remembers.
    """
    query = select(func.count()).select_from(Audit).where(Audit.branch_id == branch.id)
    query = query.where(_counted(), seen(branch.timezone, look), _in_window(look, branch.timezone))
    if session.exec(query).one() < look.privacy.comments_after_audits:
        return Few.AUDITS
    shoppers = select(func.count(func.distinct(Audit.shopper_id))).select_from(Audit).join(Branch)
    shoppers = shoppers.where(Branch.region_id == branch.region_id, *_lately(look))
    return Few.SHOPPERS if session.exec(shoppers).one() < look.privacy.comments_after_shoppers else None


def thin_regions(session: Session, look: Look) -> list[Region]:
    """Regions that are audited by so few shoppers that staff there are shown no comments and photos, by name."""
    shoppers = func.count(func.distinct(Audit.shopper_id))
    query = (
        select(Region).join(Branch, col(Branch.region_id) == Region.id).join(Audit, col(Audit.branch_id) == Branch.id)
    )
    few = query.where(*_lately(look)).group_by(col(Region.id)).having(shoppers < look.privacy.comments_after_shoppers)
    return list(session.exec(few.order_by(col(Region.name), col(Region.id))))


def _lately(look: Look) -> tuple[ColumnElement[bool], ...]:
    return _counted(), seen(EVERYWHERE, look), _in_window(look, EVERYWHERE)


def _counted() -> ColumnElement[bool]:
    return col(Audit.state).in_([state.value for state in COUNTED])


def _in_window(look: Look, zone: str) -> ColumnElement[bool]:
    return col(Audit.visited_on) >= this_monday(look, zone) - timedelta(weeks=look.privacy.weeks)
