"""which mails."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
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


def downgrade() -> None:
    op.drop_table("subscription")
