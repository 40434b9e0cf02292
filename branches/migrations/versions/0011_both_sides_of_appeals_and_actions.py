"""both sides of appeals and actions."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("appeal", schema=None) as batch_op:
        batch_op.add_column(sa.Column("note", sa.String(length=2000), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column("section_before", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("section_after", sa.Integer(), nullable=True))
    with op.batch_alter_table("corrective_action", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reply", sa.String(length=16), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "appeal_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("appeal_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("received_sha256", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeal.id"], name=op.f("fk_appeal_photo_appeal_id_appeal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal_photo")),
        sa.UniqueConstraint("public_id", name=op.f("uq_appeal_photo_public_id")),
    )
    op.create_index(op.f("ix_appeal_photo_appeal_id"), "appeal_photo", ["appeal_id"], unique=False)
    op.create_index(op.f("ix_appeal_photo_sha256"), "appeal_photo", ["sha256"], unique=False)


def downgrade() -> None:
    op.drop_table("appeal_photo")
    with op.batch_alter_table("corrective_action", schema=None) as batch_op:
        for column in ("replied_at", "reply"):
            batch_op.drop_column(column)
    with op.batch_alter_table("appeal", schema=None) as batch_op:
        for column in ("section_after", "section_before", "note"):
            batch_op.drop_column(column)
