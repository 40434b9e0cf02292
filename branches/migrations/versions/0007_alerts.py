"""alerts between reports."""

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


def downgrade() -> None:
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        for column in ("told_to", "alerts_from", "alerts"):
            batch_op.drop_column(column)
