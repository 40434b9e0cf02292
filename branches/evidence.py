"""Evidence: what a branch shows of a corrective action that it has completed, in its own words and photos."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from branches.actions import CorrectiveAction
from branches.database import UtcTime, in_parts, public_id


class Evidence(SQLModel, table=True):
    """What was shown of one completion; an action that is opened again and completed once more is shown anew."""

    __table_args__ = (UniqueConstraint("action_id", "completed_at"),)

    id: int = Field(default=None, primary_key=True)
    action_id: int = Field(foreign_key="corrective_action.id", index=True)
    completed_at: datetime = Field(sa_type=UtcTime)
    """Which completion it belongs to."""
    note: str = Field(default="", max_length=2000)
    shown_at: datetime = Field(sa_type=UtcTime)


class EvidencePhoto(SQLModel, table=True):
    """A picture of what was done; its bytes lie with those of audits, by their hash."""

    __tablename__ = "evidence_photo"

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=16)
    evidence_id: int = Field(foreign_key="evidence.id", index=True)
    sha256: str = Field(max_length=64, index=True)
    """Of the file as it is kept: made anew, without what the camera wrote into it."""
    received_sha256: str = Field(max_length=64)
    width: int
    height: int
    bytes: int
    kept_at: datetime = Field(sa_type=UtcTime)


def of_action(session: Session, action: CorrectiveAction) -> list[Evidence]:
    """Everything that was shown of an action, the newest first."""
    query = select(Evidence).where(Evidence.action_id == action.id)
    return list(session.exec(query.order_by(col(Evidence.id).desc())))


def now(session: Session, action: CorrectiveAction) -> Evidence | None:
    """What is shown of the completion that stands; None while it is open, or where nothing was shown."""
    found = of_action(session, action)[:1]
    return found[0] if found and found[0].completed_at == action.completed_at else None


def pictures(session: Session, shown: Collection[Evidence]) -> dict[int, list[EvidencePhoto]]:
    """The photos of each, by its number, in the order in which they came."""
    found: dict[int, list[EvidencePhoto]] = defaultdict(list)
    for part in in_parts(sorted(one.id for one in shown)):
        query = select(EvidencePhoto).where(col(EvidencePhoto.evidence_id).in_(part))
        for photo in session.exec(query.order_by(col(EvidencePhoto.id))):
            found[photo.evidence_id].append(photo)
    return found
