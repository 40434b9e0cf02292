"""Checks: what the review desk sees at an audit, as it was seen; kept for each audit that is sent, to know how common it is."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlmodel import Field, Session, SQLModel, col, delete, func, select

from branches.audits import Audit
from branches.database import UtcTime

WEEKS = 26
"""Back to which it is counted how common something is."""
ENOUGH = 20
"""Audits below which nothing is said of that."""
LOOKED_AT = ""
"""Stands among the kinds: this audit was looked at, whatever was seen."""


class CheckKind(StrEnum):
    """What may be seen at an audit; those that the shopper is asked about before sending are named as there."""

    CRITICAL = "critical"
    """A critical item failed."""
    EARLY = "early"
    LATE = "late"
    SOON = "soon"
    FAST = "fast"
    MOMENT = "moment"
    APART = "apart"
    SHORT = "short"
    NAME = "name"
    ROW = "row"
    """Ratings are the same, one after another."""
    WORDS = "words"
    """A text stood word for word in an earlier audit of the shopper."""
    PICTURE = "picture"
    """A photo is the same as one of an earlier audit."""
    UNFIT = "unfit"
    """An item is said not to apply, and there is a photo of it."""
    ELSEWHERE = "elsewhere"
    """The shopper was too far away too shortly before or after."""
    OVERDUE = "overdue"
    """It was sent long after the visit."""
    AHEAD = "ahead"
    """It was sent before the time that is given for the visit."""
    AGAIN = "again"
    """The same shopper was at the branch within the lockout."""


@dataclass(frozen=True)
class Check:
    """One thing that was seen, at an item or at the audit as a whole."""

    kind: CheckKind
    item: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    other: str = ""
    """The public id of the audit it is about besides this one."""


class AuditCheck(SQLModel, table=True):
    """A kind that was seen at an audit when it was sent; never what exactly, and of nobody by name."""

    __tablename__ = "audit_check"

    audit_id: int = Field(foreign_key="audit.id", primary_key=True)
    kind: str = Field(primary_key=True, max_length=16)
    at: datetime = Field(sa_type=UtcTime, index=True)
    """When the audit was sent."""


@dataclass(frozen=True)
class Usual:
    """How common each kind is: of so many audits in so many it was seen."""

    audits: int
    seen: Mapping[str, int]

    @property
    def is_enough(self) -> bool:
        return self.audits >= ENOUGH


def keep(session: Session, audit: Audit, found: Collection[Check], *, at: datetime) -> None:
    """Keeps what was seen of an audit that was sent then; of one that is sent again, what is seen now."""
    session.exec(delete(AuditCheck).where(col(AuditCheck.audit_id) == audit.id))
    kinds = {LOOKED_AT, *(one.kind.value for one in found)}
    session.add_all(AuditCheck(audit_id=audit.id, kind=kind, at=at) for kind in sorted(kinds))
    session.flush()


def usual(session: Session, *, at: datetime) -> Usual:
    """How common each kind was in the weeks before; one query, whatever the size of the chain."""
    since = at - timedelta(weeks=WEEKS)
    counted = select(AuditCheck.kind, func.count()).where(AuditCheck.at > since, AuditCheck.at <= at)
    seen = dict(session.exec(counted.group_by(AuditCheck.kind)).all())
    return Usual(seen.pop(LOOKED_AT, 0), seen)


def amounts(session: Session, found: Collection[Audit]) -> dict[int, int]:
    """How many kinds were seen, by the number of each audit that was looked at."""
    counted = select(AuditCheck.audit_id, func.count()).where(col(AuditCheck.audit_id).in_([one.id for one in found]))
    return {number: n - 1 for number, n in session.exec(counted.group_by(col(AuditCheck.audit_id)))}
