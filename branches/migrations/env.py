"""How Alembic finds our tables; it works on the connection that `migrations.upgrade` hands over."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator

from branches.tables import metadata


def plain_type(kind: str, thing: Any, _: AutogenContext) -> str | Literal[False]:
    """Writes a column's stored type instead of our class, which may move or change after the migration is written."""
    if kind == "type" and isinstance(thing, TypeDecorator):
        stored = thing.impl if not isinstance(thing.impl, sa.String) else sa.String(thing.impl.length)
        return f"sa.{stored!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=plain_type,
)
with context.begin_transaction():
    context.run_migrations()
