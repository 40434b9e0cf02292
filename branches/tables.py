"""Every table of the chain, so that migrations and new databases know them all."""

from sqlmodel import SQLModel

from branches import (
    actions,
    appeals,
    audits,
    corrections,
    editions,
    flags,
    history,
    people,
    places,
    sessions,
    standards,
)

__all__ = [
    "actions",
    "appeals",
    "audits",
    "corrections",
    "editions",
    "flags",
    "history",
    "metadata",
    "people",
    "places",
    "sessions",
    "standards",
]

metadata = SQLModel.metadata
