"""Drafts: what a shopper has filled in so far, kept with each section; it becomes the audit's answers when sent."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from branches.database import Packed, UtcTime


class Draft(SQLModel, table=True):
    """The unfinished form of one audit."""

    audit_id: int = Field(foreign_key="audit.id", primary_key=True)
    answers: dict[str, Any] = Field(sa_type=Packed)
    """By item code: mark and comment as they were typed, also where they are not yet right."""
    visited_at: str = Field(default="", max_length=32)
    """The visit's local time at the branch, as typed."""
    saved_at: datetime = Field(sa_type=UtcTime)
    saves: int = 0
    """Counts up with each save, so that an older page does not overwrite a newer one unseen."""
    sent_key: str = Field(default="", max_length=64)
    """Of the last submission: the same key again means the same submission again."""
    sent_hash: str = Field(default="", max_length=64)
    """Of what that submission held."""
