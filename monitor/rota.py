"""A rota is worked out and sent beside the pages: no request waits for it, and what was interrupted goes on when asked again."""

import logging
from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from branches import rota_field, rota_sending, rotas
from branches.database import reading, transaction
from branches.people import User
from branches.rotas import Rota

AT_ONCE = 50
"""So many are assigned in one transaction: others may write in between."""

log = logging.getLogger(__name__)


def work_out(engine: sa.Engine, rota_id: int, clock: Callable[[], datetime]) -> None:
    """Reads everything, lets the database go, and keeps what was found; done twice it is kept once."""
    from reports.rota import propose  # noqa: PLC0415 - loads scipy, without which the pages begin

    try:
        with reading(engine) as session:
            field = rota_field.field(session, session.get_one(Rota, rota_id))
        found = propose(field)
    except Exception:
        log.exception("A rota could not be worked out.")
        with transaction(engine) as session:
            rotas.fail(session, session.get_one(Rota, rota_id), at=clock())
        return
    with transaction(engine) as session:
        rotas.propose(session, session.get_one(Rota, rota_id), found, at=clock())


def send(engine: sa.Engine, rota_id: int, by_id: int, clock: Callable[[], datetime]) -> None:
    """Assigns what waits, part by part; whatever was assigned before is not assigned again."""
    left = True
    while left:
        with transaction(engine) as session:
            rota, by = session.get_one(Rota, rota_id), session.get_one(User, by_id)
            left = rota_sending.send_some(session, rota, most=AT_ONCE, by=by, at=clock())
