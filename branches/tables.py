"""Every table of the chain, so that migrations and new databases know them all."""

from sqlmodel import SQLModel

from branches import (
    actions,
    appeals,
    assignments,
    audits,
    corrections,
    drafts,
    editions,
    evidence,
    flags,
    history,
    knocking,
    notices,
    outbox,
    people,
    pins,
    places,
    runs,
    sessions,
    stand_ins,
    standards,
    subscriptions,
    timetable,
    webhooks,
)
from branches.editing import drafted

__all__ = [
    "actions",
    "appeals",
    "assignments",
    "audits",
    "corrections",
    "drafted",
    "drafts",
    "editions",
    "evidence",
    "flags",
    "history",
    "knocking",
    "metadata",
    "notices",
    "outbox",
    "people",
    "pins",
    "places",
    "runs",
    "sessions",
    "stand_ins",
    "standards",
    "subscriptions",
    "timetable",
    "webhooks",
]

metadata = SQLModel.metadata
