"""What head office does on the way."""

from collections.abc import Callable
from datetime import date
from functools import partial

import pytest
from sqlmodel import select

from branches import assignments, notices, review, standards
from branches.audits import Audit
from branches.database import transaction
from branches.errors import Conflict, Refused
from branches.people import User
from branches.places import Branch
from tests.journey.served import House

BRIEF = "Have your hair cut.\nAsk what it costs before you sit down."
REASON = "You were greeted, you wrote. After how many seconds? Please look at your notes."


def assign(house: House) -> str:
    with transaction(house.engine) as session:
        standard = standards.current(session)
        assert standard is not None
        made = assignments.assign(
            session,
            standard,
            session.get_one(Branch, house.chain.branch.id),
            session.get_one(User, house.chain.shopper.id),
            opens_on=date(2026, 3, 3),
            closes_on=date(2026, 3, 10),
            brief=BRIEF,
            fee="6 000 Ft",
            by=session.get_one(User, house.chain.office.id),
            at=house.clock(),
        )
        return made.audit.public_id


def release_too_early(house: House, audit: str) -> None:
    with pytest.raises(Conflict, match="submitted"):
        release(house, audit)


def send_back(house: House, audit: str) -> None:
    with pytest.raises(Refused, match="Say what the shopper should correct"):
        _decide(house, audit, partial(review.send_back, reason=" "))
    _decide(house, audit, partial(review.send_back, reason=REASON))


def approve(house: House, audit: str) -> None:
    _decide(house, audit, review.approve)


def release(house: House, audit: str) -> None:
    _decide(house, audit, review.release)


def _decide(house: House, audit: str, verb: Callable[..., None]) -> None:
    with transaction(house.engine) as session:
        found = session.exec(select(Audit).where(Audit.public_id == audit)).one()
        verb(session, found, by=house.chain.office, at=house.clock())


def note(house: House) -> None:
    with transaction(house.engine) as session:
        branch = session.get_one(Branch, house.chain.branch.id)
        how = "Told by their manager at the morning meeting"
        notices.note(session, branch, informed_on=date(2026, 3, 5), how=how, by=house.chain.office, at=house.clock())
