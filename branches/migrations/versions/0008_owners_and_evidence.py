"""owners and evidence."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("corrective_action", schema=None) as batch_op:
        batch_op.add_column(sa.Column("owner_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_corrective_action_owner_id"), ["owner_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_corrective_action_owner_id_person"), "person", ["owner_id"], ["id"])
    with op.batch_alter_table("flag", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("seen_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("seen_note", sa.String(length=1000), nullable=False, server_default=sa.text("''"))
        )
        batch_op.create_foreign_key(batch_op.f("fk_flag_seen_by_id_person"), "person", ["seen_by_id"], ["id"])
    _evidence()


def _evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_id"], ["corrective_action.id"], name=op.f("fk_evidence_action_id_corrective_action")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("action_id", "completed_at", name=op.f("uq_evidence_action_id_completed_at")),
    )
    op.create_index(op.f("ix_evidence_action_id"), "evidence", ["action_id"], unique=False)
    op.create_table(
        "evidence_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("evidence_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("received_sha256", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_photo_evidence_id_evidence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_photo")),
        sa.UniqueConstraint("public_id", name=op.f("uq_evidence_photo_public_id")),
    )
    op.create_index(op.f("ix_evidence_photo_evidence_id"), "evidence_photo", ["evidence_id"], unique=False)
    op.create_index(op.f("ix_evidence_photo_sha256"), "evidence_photo", ["sha256"], unique=False)


def downgrade() -> None:
    for table in ("evidence_photo", "evidence"):
        op.drop_table(table)
    with op.batch_alter_table("flag", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_flag_seen_by_id_person"), type_="foreignkey")
        for column in ("seen_note", "seen_by_id", "seen_at"):
            batch_op.drop_column(column)
    with op.batch_alter_table("corrective_action", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_corrective_action_owner_id_person"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_corrective_action_owner_id"))
        batch_op.drop_column("owner_id")
