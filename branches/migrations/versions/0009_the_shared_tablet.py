"""the shared tablet."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("device_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lent_to_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("lent_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_device_session_lent_to_id"), ["lent_to_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_device_session_lent_to_id_person"), "person", ["lent_to_id"], ["id"])
    op.create_table(
        "pin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("hashed", sa.String(length=255), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["person.id"], name=op.f("fk_pin_user_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pin")),
        sa.UniqueConstraint("user_id", name=op.f("uq_pin_user_id")),
    )


def downgrade() -> None:
    op.drop_table("pin")
    with op.batch_alter_table("device_session", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_device_session_lent_to_id_person"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_device_session_lent_to_id"))
        batch_op.drop_column("lent_until")
        batch_op.drop_column("lent_to_id")
