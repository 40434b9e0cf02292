"""Notices: when a branch's staff were told that mystery shoppers come; before that they are shown nothing of it."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from branches.database import UtcTime


class Notice(SQLModel, table=True):
    """The staff of one branch were informed."""

    id: int = Field(default=None, primary_key=True)
    branch_id: int = Field(foreign_key="branch.id", index=True)
    informed_on: date
    how: str = Field(max_length=1000)
    """By whom and in which form they were told."""
    noted_at: datetime = Field(sa_type=UtcTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcTime)
    """When it was taken back as noted in error."""
