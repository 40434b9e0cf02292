"""into which entry a branch was merged that was here twice."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("branch") as batch:
        batch.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_branch_merged_into_id_branch"), "branch", ["merged_into_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("branch") as batch:
        batch.drop_constraint(op.f("fk_branch_merged_into_id_branch"), type_="foreignkey")
        batch.drop_column("merged_into_id")
