"""the three users."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "knock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("about_hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knock")),
    )
    with op.batch_alter_table("knock", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_knock_about_hash"), ["about_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_knock_at"), ["at"], unique=False)

    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("informed_on", sa.Date(), nullable=False),
        sa.Column("how", sa.String(length=1000), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_notice_branch_id_branch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("public_id", name=op.f("uq_notice_public_id")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_branch_id"), ["branch_id"], unique=False)

    op.create_table(
        "conflict_of_interest",
        sa.Column("shopper_id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_conflict_of_interest_branch_id_branch")),
        sa.ForeignKeyConstraint(["shopper_id"], ["person.id"], name=op.f("fk_conflict_of_interest_shopper_id_person")),
        sa.PrimaryKeyConstraint("shopper_id", "branch_id", name=op.f("pk_conflict_of_interest")),
    )
    op.create_table(
        "mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("trouble", sa.String(length=500), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("folded_into_id", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["folded_into_id"], ["mail.id"], name=op.f("fk_mail_folded_into_id_mail")),
        sa.ForeignKeyConstraint(["user_id"], ["person.id"], name=op.f("fk_mail_user_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("key", name=op.f("uq_mail_key")),
    )
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mail_folded_into_id"), ["folded_into_id"], unique=False)
        batch_op.create_index("ix_mail_sent_at_next_at", ["sent_at", "next_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_mail_user_id"), ["user_id"], unique=False)

    op.create_table(
        "assignment",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("brief", sa.String(length=4000), nullable=False),
        sa.Column("fee", sa.String(length=60), nullable=False),
        sa.Column("correct_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_assignment_audit_id_audit")),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_assignment")),
    )
    op.create_table(
        "draft",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("visited_at", sa.String(length=32), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saves", sa.Integer(), nullable=False),
        sa.Column("sent_key", sa.String(length=64), nullable=False),
        sa.Column("sent_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_draft_audit_id_audit")),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_draft")),
    )
    with op.batch_alter_table("device_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("label", sa.String(length=120), nullable=False, server_default=sa.text("''")))

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("password", sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column("fs_uniquifier", sa.String(length=64), nullable=True))

    people = sa.table("person", sa.column("id", sa.Integer), sa.column("fs_uniquifier", sa.String))
    for (number,) in op.get_bind().execute(sa.select(people.c.id)).all():
        op.execute(people.update().where(people.c.id == number).values(fs_uniquifier=secrets.token_hex(16)))
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.alter_column("fs_uniquifier", existing_type=sa.String(length=64), nullable=False)
        batch_op.create_unique_constraint(batch_op.f("uq_person_fs_uniquifier"), ["fs_uniquifier"])

    with op.batch_alter_table("photo", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("received_sha256", sa.String(length=64), nullable=False, server_default=sa.text("''"))
        )
        batch_op.add_column(sa.Column("width", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("height", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("bytes", sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_index(batch_op.f("ix_photo_sha256"), ["sha256"], unique=False)

    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.add_column(sa.Column("browser_hash", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("code_hash", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("wrong_codes", sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_index(batch_op.f("ix_sign_in_link_browser_hash"), ["browser_hash"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_link_browser_hash"))
        batch_op.drop_column("wrong_codes")
        batch_op.drop_column("code_hash")
        batch_op.drop_column("browser_hash")

    with op.batch_alter_table("photo", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_photo_sha256"))
        batch_op.drop_column("bytes")
        batch_op.drop_column("height")
        batch_op.drop_column("width")
        batch_op.drop_column("received_sha256")

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_person_fs_uniquifier"), type_="unique")
        batch_op.drop_column("fs_uniquifier")
        batch_op.drop_column("password")

    with op.batch_alter_table("device_session", schema=None) as batch_op:
        batch_op.drop_column("label")
        batch_op.drop_column("seen_at")

    op.drop_table("draft")
    op.drop_table("assignment")
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mail_user_id"))
        batch_op.drop_index("ix_mail_sent_at_next_at")
        batch_op.drop_index(batch_op.f("ix_mail_folded_into_id"))

    op.drop_table("mail")
    op.drop_table("conflict_of_interest")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notice_branch_id"))

    op.drop_table("notice")
    with op.batch_alter_table("knock", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_knock_at"))
        batch_op.drop_index(batch_op.f("ix_knock_about_hash"))

    op.drop_table("knock")
