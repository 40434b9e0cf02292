"""cleared words and photos that are kept back."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cleared", sa.String(length=4000), nullable=True))
        batch_op.add_column(sa.Column("cleared_mark", sa.String(length=2000), nullable=True))
    with op.batch_alter_table("photo", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kept_back", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("photo", schema=None) as batch_op:
        batch_op.drop_column("kept_back")
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.drop_column("cleared_mark")
        batch_op.drop_column("cleared")
