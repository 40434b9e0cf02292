"""due times and runs."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "due_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("first_week", sa.Date(), nullable=False),
        sa.Column("weekday", sa.String(length=9), nullable=True),
        sa.Column("hour", sa.Time(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due_change")),
    )
    op.create_index(op.f("ix_due_change_scope"), "due_change", ["scope"], unique=False)
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job", sa.String(length=32), nullable=False),
        sa.Column("began", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True), nullable=False),
        sa.Column("did", sa.JSON(), nullable=False),
        sa.Column("failed", sa.String(length=500), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    op.create_index(op.f("ix_run_job"), "run", ["job"], unique=False)
    op.create_index(op.f("ix_run_ended"), "run", ["ended"], unique=False)
    op.create_table(
        "look",
        sa.Column("job", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_look")),
    )


def downgrade() -> None:
    for table in ("look", "run", "due_change"):
        op.drop_table(table)
