"""A rota is changed by hand: an audit goes to somebody else, to nobody, or as it was proposed; until it is sent."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from branches import assignments, history, terms
from branches.database import hold
from branches.errors import Conflict, Refused
from branches.language import message
from branches.people import User
from branches.rotas import Planned, RotaState


def give(session: Session, one: Planned, shopper: User, *, anyway: bool = False, by: User, at: datetime) -> None:
    """Gives an audit of the rota to somebody else, by hand; `anyway` as in assigning."""
    _hold_proposed(session, one)
    terms.check_active(shopper)
    assignments.check_window(one.window, one.branch, at)
    assignments.check_shopper(session, shopper, one.branch, one.window, anyway=anyway)
    if _goes_anyway(session, one, shopper):
        raise Refused("This shopper audits {branch} in this rota already.", branch=one.branch.name)
    _change(session, one, shopper.id, anyway=anyway, by=by, at=at)


def leave(session: Session, one: Planned, *, by: User, at: datetime) -> None:
    """Nobody is given that audit; it is not sent."""
    _hold_proposed(session, one)
    _change(session, one, None, anyway=False, by=by, at=at)


def restore(session: Session, one: Planned, *, by: User, at: datetime) -> None:
    """Undoes what was changed by hand: as it was proposed."""
    _hold_proposed(session, one)
    if one.proposed is not None and _goes_anyway(session, one, one.proposed):
        raise Refused("This shopper audits {branch} in this rota already.", branch=one.branch.name)
    _change(session, one, one.proposed_id, anyway=False, by=by, at=at)


def _goes_anyway(session: Session, one: Planned, shopper: User) -> bool:
    query = select(Planned.id).where(Planned.rota_id == one.rota_id, Planned.branch_id == one.branch_id)
    query = query.where(Planned.shopper_id == shopper.id, Planned.id != one.id)
    return session.exec(query.limit(1)).first() is not None


def _change(session: Session, one: Planned, shopper_id: int | None, *, anyway: bool, by: User, at: datetime) -> None:
    """What was given is known by numbers: names change."""
    before = one.shopper_id
    one.shopper_id, one.anyway, one.trouble = shopper_id, anyway, ""
    session.add(one)
    session.flush()
    session.refresh(one, ["shopper"])
    if before != shopper_id:
        history.write(session, "give", one.rota, by=by, at=at, planned=one.public_id, shopper=[before, shopper_id])


def _hold_proposed(session: Session, one: Planned) -> None:
    hold(session, one.rota)
    hold(session, one)
    if one.rota.state != RotaState.PROPOSED.value or one.audit_id is not None:
        raise Conflict("This rota is {state}; it cannot be changed any more.", state=RotaState(one.rota.state).word)


def doubts(session: Session, one: Planned, shopper: User) -> list[Refused]:
    """What speaks against it, though it may be done all the same: as in assigning, and how many they have already."""
    found = assignments.doubts(session, shopper, one.branch, one.window)
    agreed = terms.of(session, shopper).most_audits
    most = one.rota.most_audits if agreed is None else agreed
    query = select(func.count(col(Planned.id))).where(Planned.rota_id == one.rota_id, Planned.id != one.id)
    has = session.exec(query.where(Planned.shopper_id == shopper.id)).one()
    if has >= most:
        said = message("This shopper has {n} audits in this rota already; {most} are their most.")
        found.append(Refused(said, n=has, most=most))
    return found
