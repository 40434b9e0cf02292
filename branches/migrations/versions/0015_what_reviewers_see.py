"""what reviewers see."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_check",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_check_audit_id_audit")),
        sa.PrimaryKeyConstraint("audit_id", "kind", name=op.f("pk_audit_check")),
    )
    op.create_index(op.f("ix_audit_check_at"), "audit_check", ["at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_audit_check_at"), table_name="audit_check")
    op.drop_table("audit_check")
