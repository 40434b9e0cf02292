"""The outbox: mail to send, written in the transaction that makes it due, retried until the mail server takes it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, Relationship, SQLModel

from branches.database import UtcTime
from branches.people import User


class MailKind(StrEnum):
    """What a mail is about."""

    EDITION = "edition"
    ASSIGNED = "assigned"
    RETURNED = "returned"


class Mail(SQLModel, table=True):
    """One mail to one person. It is worded when it is sent, from what it is about."""

    __table_args__ = (Index("ix_mail_sent_at_next_at", "sent_at", "next_at"),)

    id: int = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=120)
    """What it is about and whom it is for: there is one mail of each."""
    kind: str = Field(max_length=16)
    user_id: int = Field(foreign_key="person.id", index=True)
    about: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """Public ids of what it is about, such as its edition and the editions it lists."""
    made_at: datetime = Field(sa_type=UtcTime)
    next_at: datetime = Field(sa_type=UtcTime)
    """When it is tried next."""
    tries: int = 0
    lease_until: datetime | None = Field(default=None, sa_type=UtcTime)
    """While a process is at work on it."""
    holder: str = Field(default="", max_length=64)
    trouble: str = Field(default="", max_length=500)
    """What the mail server said last."""
    sent_at: datetime | None = Field(default=None, sa_type=UtcTime)
    dropped_at: datetime | None = Field(default=None, sa_type=UtcTime)
    """When it was given up, because its reader has gone or may no longer read it."""
    message_id: str = Field(default="", max_length=200)

    user: User = Relationship()
