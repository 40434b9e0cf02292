"""Whether reports were revised because an appeal was upheld, and which."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, select

from branches import editions
from branches.appeals import Appeal
from branches.corrections import Correction
from branches.editions import Edition
from branches.states import AppealState
from branches.weeks import Week

WHY = "appeal upheld"


class Looked(StrEnum):
    """Whether the reports have been looked at again."""

    NOTHING = "nothing"
    """The appeal changed no answer."""
    TO_COME = "to come"
    UNCHANGED = "unchanged"
    """No printed figure changed."""
    REVISED = "revised"


@dataclass(frozen=True)
class Revised:
    """One edition that was revised because of it."""

    public_id: str
    scope: str
    week: date


@dataclass(frozen=True)
class Followed:
    """What became of the reports."""

    looked: Looked
    editions: tuple[Revised, ...] = ()


def followed(session: Session, appeal: Appeal) -> Followed:
    """What an appeal that was decided has changed in reports: of the chain, and of the branch's region."""
    if appeal.state != AppealState.UPHELD.value:
        return Followed(Looked.NOTHING)
    noted = select(Correction).where(Correction.audit_id == appeal.audit_id, Correction.why == WHY)
    correction = session.exec(noted.where(Correction.at == appeal.decided_at)).first()
    if correction is None:
        return Followed(Looked.NOTHING)
    if correction.settled_at is None:
        return Followed(Looked.TO_COME)
    found = _revised(session, appeal, correction)
    return Followed(Looked.REVISED, found) if found else Followed(Looked.UNCHANGED)


def _revised(session: Session, appeal: Appeal, correction: Correction) -> tuple[Revised, ...]:
    """The revisions are stored in the transaction that settles their corrections, and name their reasons."""
    branch, week = appeal.audit.branch, Week.of(date.fromordinal(correction.day)).monday
    reason = {"why": WHY, "week": week.isoformat(), "branch": branch.code}
    columns = (col(Edition.public_id), col(Edition.scope), col(Edition.week), col(Edition.changes))
    query = select(*columns).where(
        col(Edition.scope).in_((editions.CHAIN, editions.region_key(branch.region))),
        col(Edition.revision) > 0,
        Edition.issued_at == correction.settled_at,
    )
    rows: Sequence[Any] = session.exec(query.order_by(col(Edition.week).desc(), col(Edition.scope))).all()
    return tuple(Revised(name, scope, of) for name, scope, of, why in rows if reason in (why or {}).get("reasons", ()))
