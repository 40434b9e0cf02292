"""A rota is sent: each of its audits is assigned as if by hand, in parts; what is refused says why and stays."""

import json
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, func, select

from branches import assignments, history, terms
from branches.database import hold
from branches.errors import Conflict, Refused
from branches.language import message
from branches.people import User
from branches.rotas import LONGEST_SAID, Planned, Rota, RotaState, move

UNTOLD = message("It could not be sent; assign it by hand.")


def begin_sending(session: Session, rota: Rota, *, by: User, at: datetime) -> None:
    """From now on nothing of it is changed; `send_some` does the rest, and goes on where it was interrupted."""
    hold(session, rota)
    if rota.state == RotaState.SENDING.value:
        return
    if rota.state != RotaState.PROPOSED.value:
        raise Conflict("This rota is {state}; it cannot be sent.", state=RotaState(rota.state).word)
    if not waiting(session, rota):
        raise Refused("Nobody is given any audit of this rota; there is nothing to send.")
    move(session, rota, RotaState.SENDING)
    history.write(session, "send", rota, by=by, at=at)


def send_some(session: Session, rota: Rota, *, most: int, by: User | None, at: datetime) -> bool:
    """Assigns so many of those that wait, each as if by hand; whether some are left. What is refused says why."""
    hold(session, rota)
    if rota.state != RotaState.SENDING.value:
        return False
    query = _waiting(select(Planned), rota).order_by(col(Planned.opens_on), col(Planned.id))
    for one in session.exec(query.limit(most)).all():
        _send(session, rota, one, by, at)
    session.flush()
    if waiting(session, rota):
        return True
    move(session, rota, RotaState.SENT)
    return False


def _send(session: Session, rota: Rota, one: Planned, by: User | None, at: datetime) -> None:
    shopper = session.get_one(User, one.shopper_id)
    try:
        with session.begin_nested():
            terms.check_active(shopper)
            made = assignments.assign(
                session,
                rota.standard,
                one.branch,
                shopper,
                opens_on=one.opens_on,
                closes_on=one.closes_on,
                brief=rota.brief,
                fee=rota.fee,
                expenses=rota.expenses,
                part=one.part,
                anyway=one.anyway,
                by=by,
                at=at,
            )
        one.audit_id = made.audit_id
    except Refused as refused:
        one.trouble = _told(refused)
    session.add(one)


def waiting(session: Session, rota: Rota) -> int:
    """How many of its audits somebody was given and nobody was told of."""
    return int(session.exec(_waiting(select(func.count(col(Planned.id))), rota)).one())


def _waiting(query: Any, rota: Rota) -> Any:
    told = col(Planned.audit_id).is_(None) & (Planned.trouble == "")
    return query.where(Planned.rota_id == rota.id, col(Planned.shopper_id).is_not(None), told)


def _told(refused: Refused) -> str:
    """To be worded in the reader's language later on."""
    values = {name: one.isoformat() if isinstance(one, date) else one for name, one in refused.values.items()}
    said = json.dumps([refused.message, values], ensure_ascii=False, default=str)
    return said if len(said) <= LONGEST_SAID else json.dumps([UNTOLD, {}])


def trouble(one: Planned) -> Refused | None:
    """Why it could not be sent; None where nothing is wrong."""
    if not one.trouble:
        return None
    said, values = json.loads(one.trouble)
    return Refused(said, **{name: _day(value) for name, value in values.items()})


def _day(value: object) -> object:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value
