"""reference cases, and what shoppers marked."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reference_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("standard_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("story", sa.String(length=10_000), nullable=False),
        sa.Column("reference", sa.LargeBinary(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["standard_id"], ["standard.id"], name=op.f("fk_reference_case_standard_id_standard")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_case")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reference_case_public_id")),
    )
    op.create_index(op.f("ix_reference_case_standard_id"), "reference_case", ["standard_id"])
    op.create_table(
        "case_answers",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("shopper_id", sa.Integer(), nullable=False),
        sa.Column("marks", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["reference_case.id"], name=op.f("fk_case_answers_case_id_reference_case")
        ),
        sa.ForeignKeyConstraint(["shopper_id"], ["person.id"], name=op.f("fk_case_answers_shopper_id_person")),
        sa.PrimaryKeyConstraint("case_id", "shopper_id", name=op.f("pk_case_answers")),
    )
    op.create_index(op.f("ix_case_answers_shopper_id"), "case_answers", ["shopper_id"])


def downgrade() -> None:
    op.drop_table("case_answers")
    op.drop_table("reference_case")
