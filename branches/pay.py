"""Pay: what was agreed for the audits that were approved in some days, for whoever pays the shoppers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session, col, select

from branches.assignments import Assignment
from branches.audits import Audit
from branches.people import User
from branches.places import Branch
from branches.weeks import local_date, moment


@dataclass(frozen=True)
class Due:
    """One approved audit and what was agreed for it."""

    audit: str
    """Its public id."""
    shopper: User
    branch: str
    visited_on: date | None
    approved_on: date
    fee: str
    expenses: str
    state: str


def due(session: Session, first: date, last: date, zone: str) -> Iterator[Due]:
    """Audits by known shoppers, approved from the first to the last of these days, in that order; whatever became of them since."""
    since, until = moment(first, time(0), zone), moment(last + timedelta(days=1), time(0), zone)
    query = select(Audit, Branch, User, Assignment).join(Branch, col(Branch.id) == Audit.branch_id)
    query = query.join(User, col(User.id) == Audit.shopper_id)
    query = query.outerjoin(Assignment, col(Assignment.audit_id) == Audit.id)
    query = query.where(col(Audit.approved_at) >= since, col(Audit.approved_at) < until)
    for audit, branch, shopper, known in session.exec(query.order_by(col(Audit.approved_at), col(Audit.id))):
        yield Due(
            audit=audit.public_id,
            shopper=shopper,
            branch=branch.name,
            visited_on=audit.visited_on,
            approved_on=local_date(_known(audit.approved_at), zone),
            fee=known.fee if known is not None else "",
            expenses=known.expenses if known is not None else "",
            state=audit.state,
        )


def _known(at: datetime | None) -> datetime:
    if at is None:
        raise ValueError("only approved audits are looked for")
    return at
