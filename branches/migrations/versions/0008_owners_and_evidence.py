"""owners and evidence."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("corrective_action", schema=None) as batch_op:
        batch_op.add_column(sa.Column("owner_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_corrective_action_owner_id"), ["owner_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_corrective_action_owner_id_person"), "person", ["owner_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("corrective_action", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_corrective_action_owner_id_person"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_corrective_action_owner_id"))
        batch_op.drop_column("owner_id")
