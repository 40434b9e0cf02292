"""alerts between reports, and webhooks."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        # who was here before never asked for it
        batch_op.add_column(sa.Column("alerts", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("alerts_from", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("told_to", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "webhook",
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("told_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_to", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_webhook")),
    )
    op.create_table(
        "webhook_post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("trouble", sa.String(length=500), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_post")),
        sa.UniqueConstraint("key", name=op.f("uq_webhook_post_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_webhook_post_public_id")),
    )
    op.create_index(op.f("ix_webhook_post_name"), "webhook_post", ["name"], unique=False)


def downgrade() -> None:
    for table in ("webhook_post", "webhook"):
        op.drop_table(table)
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        for column in ("told_to", "alerts_from", "alerts"):
            batch_op.drop_column(column)
