"""Every table of the chain, so that migrations and new databases know them all."""

from sqlmodel import SQLModel

from branches import (
    actions,
    appeals,
    assignments,
    audits,
    calendars,
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
    rotas,
    runs,
    sessions,
    stand_ins,
    standards,
    subscriptions,
    terms,
    timetable,
    webhooks,
)
from branches.editing import drafted
from branches.listing import uploads

__all__ = [
    "actions",
    "appeals",
    "assignments",
    "audits",
    "calendars",
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
    "rotas",
    "runs",
    "sessions",
    "stand_ins",
    "standards",
    "subscriptions",
    "terms",
    "timetable",
    "uploads",
    "webhooks",
]

metadata = SQLModel.metadata
