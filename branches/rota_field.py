"""What a rota is made from, read from the rows: open branches, active shoppers, their terms, who was where of late."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, or_, select

from branches import places, terms
from branches.assignments import LOCKOUT_DAYS, NEVER_MADE, Assignment, ConflictOfInterest
from branches.audits import Audit
from branches.people import Role, User
from branches.places import Branch
from branches.rota import Available, Been, Field, Part, Point, RotaRules, Wanted, windows
from branches.rotas import Rota
from branches.states import AuditState
from branches.terms import ShopperTerms
from branches.weeks import Window, local_date

LATE_WEEKS = 26
"""So long ago an audit still tells who was where: a report's window."""
NOON, SIX = 12, 17
"""An afternoon begins with the first, an evening with the second."""
SATURDAY = 5


@dataclass(frozen=True)
class _Seen:
    """One audit of late, or one that is still to be made."""

    branch: Branch
    shopper: int | None
    days: Window
    part: Part | None


def field(session: Session, rota: Rota, *, lockout_days: int = LOCKOUT_DAYS) -> Field:
    """All of it as values, so that it can be worked out while nobody waits for the database."""
    seen = list(_seen(session, rota.opens_on - timedelta(weeks=LATE_WEEKS)))
    rules = RotaRules(lockout_days=lockout_days, most_km=float(rota.most_km), certified_only=rota.certified_only)
    return Field(
        wanted=tuple(_wanted(session, rota, seen)),
        shoppers=tuple(_shoppers(session, rota, seen)),
        been=tuple(Been(one.branch.id, one.shopper, one.days) for one in seen if one.shopper is not None),
        conflicts=frozenset(
            session.exec(select(col(ConflictOfInterest.branch_id), col(ConflictOfInterest.shopper_id)))
        ),
        missed=frozenset(_missed(session, rota)),
        rules=rules,
    )


def _missed(session: Session, rota: Rota) -> Iterator[tuple[int, int]]:
    """Who was asked to go where in these days, and could not or did not: nobody is asked the same twice."""
    query = select(Audit.branch_id, Audit.shopper_id).join(Assignment, col(Assignment.audit_id) == Audit.id)
    query = query.where(col(Audit.state).in_(NEVER_MADE), col(Audit.shopper_id).is_not(None))
    query = query.where(col(Assignment.opens_on) <= rota.closes_on, col(Assignment.closes_on) >= rota.opens_on)
    return ((branch, shopper) for branch, shopper in session.exec(query) if shopper is not None)


def _seen(session: Session, since: date) -> Iterator[_Seen]:
    query = select(Audit, Assignment, Branch).outerjoin(Assignment, col(Assignment.audit_id) == Audit.id)
    query = query.join(Branch, col(Branch.id) == Audit.branch_id).where(col(Audit.state).not_in(NEVER_MADE))
    recent = or_(col(Audit.visited_on) >= since, col(Audit.visited_on).is_(None))
    for audit, assignment, branch in session.exec(query.where(recent).order_by(col(Audit.id))):
        yield _Seen(branch, audit.shopper_id, _days(audit, assignment, branch), _part(audit, branch))


def _days(audit: Audit, assignment: Assignment | None, branch: Branch) -> Window:
    """When the branch was, or may be, visited."""
    if audit.visited_on is not None:
        return Window(audit.visited_on, audit.visited_on)
    if assignment is not None:
        return Window(assignment.opens_on, assignment.closes_on)
    asked = local_date(audit.assigned_at, branch.timezone)
    return Window(asked, asked)


def _part(audit: Audit, branch: Branch) -> Part | None:
    """In which part of the week it was, by the clock there; None of one that tells nothing of it."""
    if audit.visited_at is None or audit.state == AuditState.EXCLUDED.value:
        return None
    local = audit.visited_at.astimezone(ZoneInfo(branch.timezone))
    if local.weekday() >= SATURDAY:
        return Part.WEEKEND
    if local.hour < NOON:
        return Part.MORNING
    return Part.AFTERNOON if local.hour < SIX else Part.EVENING


def _wanted(session: Session, rota: Rota, seen: list[_Seen]) -> Iterator[Wanted]:
    """Each branch that is open on some of the days, with what is not assigned there anyway."""
    there, came = dict[int, list[Window]](), dict[int, Counter[Part]]()
    for one in seen:
        if one.days.days_to(rota.days) <= 0:
            there.setdefault(one.branch.id, []).append(one.days)
        if one.part is not None:
            came.setdefault(one.branch.id, Counter())[one.part] += 1
    for branch in places.open_branches(session, rota.opens_on, rota.closes_on):
        yield Wanted(
            branch=branch.id,
            region=branch.region_id,
            windows=_left(_open_days(branch, rota.days), _audits(rota, branch), there.get(branch.id, [])),
            point=_point(branch),
            came=came.get(branch.id, {}),
        )


def _audits(rota: Rota, branch: Branch) -> int:
    return rota.each + (1 if branch.id in set(rota.extra) else 0)


def _open_days(branch: Branch, days: Window) -> Window:
    first = max(days.first, branch.opened) if branch.opened is not None else days.first
    last = min(days.last, branch.closed - timedelta(days=1)) if branch.closed is not None else days.last
    return Window(first, last)


def _left(days: Window, audits: int, there: list[Window]) -> tuple[Window, ...]:
    """The windows in which an audit is still wanted: each one that is there takes the place of one, its own if it can."""
    found = list(windows(days.first, days.last, audits))
    for one in there:
        if found:
            found.remove(min(found, key=lambda window: (max(window.days_to(one), 0), window.first)))
    return tuple(found)


def _shoppers(session: Session, rota: Rota, seen: list[_Seen]) -> Iterator[Available]:
    agreed, asked = terms.of_all(session), Counter[int]()
    regions = dict[int, Counter[int]]()
    for one in seen:
        if one.shopper is not None:
            regions.setdefault(one.shopper, Counter())[one.branch.region_id] += 1
            asked[one.shopper] += one.days.days_to(rota.days) <= 0
    query = select(User).where(User.role == Role.SHOPPER.value, User.active).order_by(col(User.id))
    homes = {branch.id: branch for branch in session.exec(select(Branch))}
    for user in session.exec(query):
        own = agreed.get(user.id) or ShopperTerms(shopper_id=user.id)
        home = homes.get(own.home_id) if own.home_id is not None else None
        yield Available(
            shopper=user.id,
            most=max((rota.most_audits if own.most_audits is None else own.most_audits) - asked[user.id], 0),
            region=home.region_id if home is not None else _usual(regions.get(user.id)),
            point=_point(home) if home is not None else None,
            most_km=float(own.most_km) if own.most_km is not None else None,
            certified=own.certified_on is not None and own.certified_on <= rota.opens_on,
        )


def _usual(regions: Counter[int] | None) -> int | None:
    """Where somebody audits most who has not said where they live."""
    return min(regions, key=lambda one: (-regions[one], one)) if regions else None


def _point(branch: Branch) -> Point | None:
    if branch.latitude is None or branch.longitude is None:
        return None
    return Point(branch.latitude, branch.longitude)
