"""rotas."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("expenses", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("part", sa.String(length=16), nullable=False, server_default=""))
    op.create_table(
        "shopper_terms",
        sa.Column("shopper_id", sa.Integer(), nullable=False),
        sa.Column("home_id", sa.Integer(), nullable=True),
        sa.Column("most_audits", sa.Integer(), nullable=True),
        sa.Column("most_km", sa.Integer(), nullable=True),
        sa.Column("certified_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["home_id"], ["branch.id"], name=op.f("fk_shopper_terms_home_id_branch")),
        sa.ForeignKeyConstraint(["shopper_id"], ["person.id"], name=op.f("fk_shopper_terms_shopper_id_person")),
        sa.PrimaryKeyConstraint("shopper_id", name=op.f("pk_shopper_terms")),
    )
    with op.batch_alter_table("shopper_terms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shopper_terms_home_id"), ["home_id"], unique=False)
    op.create_table(
        "calendar_feed",
        sa.Column("shopper_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shopper_id"], ["person.id"], name=op.f("fk_calendar_feed_shopper_id_person")),
        sa.PrimaryKeyConstraint("shopper_id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    op.create_table(
        "rota",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("standard_id", sa.Integer(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("each", sa.Integer(), nullable=False),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("most_audits", sa.Integer(), nullable=False),
        sa.Column("most_km", sa.Integer(), nullable=False),
        sa.Column("certified_only", sa.Boolean(), nullable=False),
        sa.Column("brief", sa.String(length=4000), nullable=False),
        sa.Column("fee", sa.String(length=60), nullable=False),
        sa.Column("expenses", sa.String(length=200), nullable=False),
        sa.Column("quality", sa.JSON(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["standard_id"], ["standard.id"], name=op.f("fk_rota_standard_id_standard")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rota")),
        sa.UniqueConstraint("public_id", name=op.f("uq_rota_public_id")),
    )
    with op.batch_alter_table("rota", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rota_state"), ["state"], unique=False)
    op.create_table(
        "planned",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("rota_id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("part", sa.String(length=16), nullable=False),
        sa.Column("shopper_id", sa.Integer(), nullable=True),
        sa.Column("proposed_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column("anyway", sa.Boolean(), nullable=False),
        sa.Column("trouble", sa.String(length=1000), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_planned_audit_id_audit")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_planned_branch_id_branch")),
        sa.ForeignKeyConstraint(["proposed_id"], ["person.id"], name=op.f("fk_planned_proposed_id_person")),
        sa.ForeignKeyConstraint(["rota_id"], ["rota.id"], name=op.f("fk_planned_rota_id_rota")),
        sa.ForeignKeyConstraint(["shopper_id"], ["person.id"], name=op.f("fk_planned_shopper_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned")),
        sa.UniqueConstraint("public_id", name=op.f("uq_planned_public_id")),
    )
    with op.batch_alter_table("planned", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_planned_audit_id"), ["audit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_planned_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_planned_proposed_id"), ["proposed_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_planned_rota_id"), ["rota_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_planned_shopper_id"), ["shopper_id"], unique=False)


def downgrade() -> None:
    op.drop_table("planned")
    op.drop_table("rota")
    op.drop_table("calendar_feed")
    op.drop_table("shopper_terms")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_column("part")
        batch_op.drop_column("expenses")
