"""Assignments: who audits where, in which window, for which fee, and what became of it before there were answers."""

from datetime import date, datetime

from sqlmodel import Field, Relationship, SQLModel

from branches.audits import Audit
from branches.database import UtcTime


class Assignment(SQLModel, table=True):
    """What a shopper is asked to do: one audit, in a window of days at the branch."""

    audit_id: int = Field(foreign_key="audit.id", primary_key=True)
    opens_on: date
    closes_on: date
    """The last day on which the branch may be visited."""
    brief: str = Field(default="", max_length=4000)
    fee: str = Field(default="", max_length=60)
    """As it is agreed, with its currency."""
    correct_until: datetime | None = Field(default=None, sa_type=UtcTime)
    """Of a returned audit: until when it may be corrected."""

    audit: Audit = Relationship()


class ConflictOfInterest(SQLModel, table=True):
    """A shopper has said that they cannot judge a branch fairly; it is not offered to them again."""

    __tablename__ = "conflict_of_interest"

    shopper_id: int = Field(foreign_key="person.id", primary_key=True)
    branch_id: int = Field(foreign_key="branch.id", primary_key=True)
    reason: str = Field(default="", max_length=1000)
    declared_at: datetime = Field(sa_type=UtcTime)
