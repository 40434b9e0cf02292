"""which mails, and who stands in."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table = op.create_table(
        "subscription",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.String(length=16), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["person.id"], name=op.f("fk_subscription_user_id_person")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_subscription")),
        sa.UniqueConstraint("token", name=op.f("uq_subscription_token")),
    )
    # Mails that wait already are worded with the new program: their readers have an address to choose at.
    readers = sa.text("SELECT id FROM person WHERE role IN ('manager', 'office')")
    rows = [
        {"user_id": number, "wanted": "always", "token": secrets.token_urlsafe(24)}
        for number in op.get_bind().execute(readers).scalars()
    ]
    op.bulk_insert(table, rows)

    op.create_table(
        "stand_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("stand_in_id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_stand_in_person_id_person")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_stand_in_region_id_region")),
        sa.ForeignKeyConstraint(["stand_in_id"], ["person.id"], name=op.f("fk_stand_in_stand_in_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stand_in")),
        sa.UniqueConstraint("public_id", name=op.f("uq_stand_in_public_id")),
    )
    with op.batch_alter_table("stand_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stand_in_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stand_in_region_id"), ["region_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stand_in_stand_in_id"), ["stand_in_id"], unique=False)


def downgrade() -> None:
    op.drop_table("stand_in")
    op.drop_table("subscription")
