import multiprocessing
from collections.abc import Iterator
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from branches import database, migrations
from branches.errors import Refused
from branches.tables import metadata
from tests import make
from tests.databases import PostgresqlDatabases, SqliteDatabases


@pytest.fixture
def empty_url(databases: SqliteDatabases | PostgresqlDatabases, tmp_path: Path) -> Iterator[str]:
    """The URL of a database in which there is nothing yet."""
    if isinstance(databases, SqliteDatabases):
        yield f"sqlite:///{tmp_path / 'chain.sqlite3'}"
        return
    with databases.fresh() as url:
        engine = database.create(url)
        with engine.begin() as connection:
            connection.execute(sa.text("DROP SCHEMA public CASCADE"))
            connection.execute(sa.text("CREATE SCHEMA public"))
        engine.dispose()
        yield url


@pytest.fixture
def empty(empty_url: str) -> Iterator[sa.Engine]:
    engine = database.create(empty_url)
    yield engine
    engine.dispose()


def run(engine: sa.Engine, to: str) -> None:
    """Downgrades; the program itself only upgrades."""
    config = migrations.configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, to)


def names(engine: sa.Engine) -> set[str]:
    return set(sa.inspect(engine).get_table_names())


def at(engine: sa.Engine) -> str | None:
    with engine.connect() as connection:
        return migrations.revision(connection)


def test_there_is_one_head() -> None:
    scripts = ScriptDirectory.from_config(migrations.configuration())
    assert scripts.get_heads() == [migrations.head()]
    assert scripts.get_bases() == ["0001"]


def test_migrations_from_nothing_make_the_tables(empty: sa.Engine) -> None:
    assert (names(empty), at(empty)) == (set(), None)
    migrations.upgrade(empty)
    assert names(empty) == {*metadata.tables, "alembic_version"}
    assert migrations.differences(empty) == []
    assert at(empty) == migrations.head()


def test_a_column_too_many_is_a_difference(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE branch ADD COLUMN colour VARCHAR"))
    assert [difference[0] for difference in migrations.differences(engine)] == ["remove_column"]  # type: ignore[index]


def test_every_table_goes_and_comes_again(empty: sa.Engine) -> None:
    migrations.upgrade(empty)
    run(empty, "base")
    assert names(empty) == {"alembic_version"}
    migrations.upgrade(empty)
    assert migrations.differences(empty) == []


def test_upgrading_again_changes_nothing_and_keeps_what_is_stored(engine: sa.Engine) -> None:
    with database.transaction(engine) as session:
        region = make.region(session, "North")
    migrations.upgrade(engine)
    with database.reading(engine) as session:
        assert session.get_one(type(region), region.id).name == "North"


def test_a_database_of_a_newer_version_is_refused(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Refused, match="written by a newer version"):
        migrations.upgrade(engine)
    assert at(engine) == "9999"


def test_a_migration_that_fails_leaves_nothing_behind(empty: sa.Engine) -> None:
    with empty.begin() as connection:
        connection.execute(sa.text("CREATE TABLE standard (id INTEGER)"))
    with pytest.raises(sa.exc.DBAPIError):
        migrations.upgrade(empty)
    assert (names(empty), at(empty)) == ({"standard"}, None)


def upgrade(url: str, begun: Barrier, reached: "Queue[str | None]") -> None:
    engine = database.create(url)
    begun.wait()
    migrations.upgrade(engine)
    reached.put(at(engine))


@pytest.mark.slow
def test_programs_that_upgrade_at_once_wait_for_each_other(empty_url: str) -> None:
    start = multiprocessing.get_context("spawn")
    begun, reached = start.Barrier(2), start.Queue()
    programs = [start.Process(target=upgrade, args=(empty_url, begun, reached)) for _ in range(2)]
    for program in programs:
        program.start()
    for program in programs:
        program.join()
    assert [reached.get(timeout=1) for _ in programs] == [migrations.head()] * 2
    engine = database.create(empty_url)
    assert migrations.differences(engine) == []
    engine.dispose()


def upgrade_to(engine: sa.Engine, revision: str) -> None:
    config = migrations.configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_people_of_the_first_version_get_a_name_of_their_own_for_sign_in(empty: sa.Engine) -> None:
    upgrade_to(empty, "0001")
    row = (
        "INSERT INTO person (id, public_id, role, name, language, active, created_at)"
        " VALUES (:id, :public_id, 'shopper', '', 'en', :active, '2025-07-02 12:00:00')"
    )
    link = "INSERT INTO sign_in_link (id, token_hash, user_id, expires_at) VALUES (1, 'x', 1, '2025-07-02 12:00:00')"
    with empty.begin() as connection:
        rows = [{"id": n, "public_id": f"p{n}", "active": True} for n in (1, 2, 3)]
        connection.execute(sa.text(row), rows)
        connection.execute(sa.text(link))
    migrations.upgrade(empty)
    with empty.connect() as connection:
        found = connection.execute(sa.text("SELECT fs_uniquifier, password FROM person")).all()
        kept = connection.execute(sa.text("SELECT user_id, wrong_codes FROM sign_in_link")).all()
    assert kept == [(1, 0)]
    names_given = {name for name, _ in found}
    assert (len(names_given), {len(name) for name in names_given}) == (3, {32})
    assert {password for _, password in found} == {None}
    assert migrations.differences(empty) == []


def test_items_of_an_earlier_version_are_not_timed(empty: sa.Engine) -> None:
    upgrade_to(empty, "0002")
    standard = "INSERT INTO standard (id, public_id, version, title, total, bands, fingerprint) VALUES (1, 's', 1, '', 'pooled', '{}', '')"
    section = "INSERT INTO section (id, standard_id, code, position, weight, scored, titles) VALUES (1, 1, 'a', 0, '1', :yes, '{}')"
    item = (
        "INSERT INTO item (id, standard_id, section_id, code, position, type, weight, critical, scored, na, required, judgement,"
        " channels, options, condition, wording) VALUES (1, 1, 1, 'b', 0, 'seconds', '1', :no, :yes, :yes, :yes, :no, '[]', '[]', '', '{}')"
    )
    with empty.begin() as connection:
        connection.execute(sa.text(standard))
        connection.execute(sa.text(section), {"yes": True})
        connection.execute(sa.text(item), {"yes": True, "no": False})
    migrations.upgrade(empty)
    with empty.connect() as connection:
        assert connection.execute(sa.text("SELECT code, timed FROM item")).all() == [("b", "")]
    assert migrations.differences(empty) == []


def test_those_for_whom_reports_are_made_get_an_address_to_choose_their_mails_at(empty: sa.Engine) -> None:
    upgrade_to(empty, "0003")
    row = (
        "INSERT INTO person (id, public_id, role, name, language, active, fs_uniquifier, created_at)"
        " VALUES (:id, :public_id, :role, '', 'en', :active, :public_id, '2025-07-02 12:00:00')"
    )
    with empty.begin() as connection:
        roles = enumerate(("office", "manager", "staff", "shopper"), start=1)
        rows = [{"id": n, "public_id": f"p{n}", "role": role, "active": True} for n, role in roles]
        connection.execute(sa.text(row), rows)
    migrations.upgrade(empty)
    with empty.connect() as connection:
        found = connection.execute(sa.text("SELECT user_id, wanted, token FROM subscription ORDER BY user_id")).all()
    assert [(number, wanted, len(token)) for number, wanted, token in found] == [(1, "always", 32), (2, "always", 32)]
    assert found[0].token != found[1].token
    assert migrations.differences(empty) == []


def test_flags_and_actions_of_an_earlier_version_stay_and_have_no_owner_yet(empty: sa.Engine) -> None:
    upgrade_to(empty, "0006")
    rows = (
        "INSERT INTO region (id, public_id, code, name, timezone) VALUES (1, 'r', 'r', 'North', 'UTC')",
        "INSERT INTO branch (id, public_id, code, name, region_id, timezone, address) VALUES (1, 'b', 'b', 'Main', 1, 'UTC', '')",
        "INSERT INTO flag (id, public_id, branch_id, section, raised_week, last_week, missed, dismissed_reason) VALUES (1, 'f', 1, 'greeting', '2025-07-07', '2025-07-07', 0, '')",
        "INSERT INTO corrective_action (id, public_id, branch_id, flag_id, state, plan, due_on, opened_at) VALUES (1, 'a', 1, 1, 'open', 'Smile.', '2025-07-20', '2025-07-02 12:00:00')",
    )
    with empty.begin() as connection:
        for row in rows:
            connection.execute(sa.text(row))
    migrations.upgrade(empty)
    with empty.connect() as connection:
        flags = connection.execute(sa.text("SELECT public_id, seen_at, seen_note FROM flag")).all()
        actions = connection.execute(sa.text("SELECT flag_id, owner_id, plan FROM corrective_action")).all()
    assert (flags, actions) == ([("f", None, "")], [(1, None, "Smile.")])
    assert migrations.differences(empty) == []


def test_appeals_and_actions_of_an_earlier_version_stay_and_wait_for_no_reply(empty: sa.Engine) -> None:
    upgrade_to(empty, "0008")
    rows = (
        "INSERT INTO region (id, public_id, code, name, timezone) VALUES (1, 'r', 'r', 'North', 'UTC')",
        "INSERT INTO branch (id, public_id, code, name, region_id, timezone, address) VALUES (1, 'b', 'b', 'Main', 1, 'UTC', '')",
        "INSERT INTO standard (id, public_id, version, title, total, bands, fingerprint) VALUES (1, 's', 1, '', 'pooled', '{}', '')",
        "INSERT INTO section (id, standard_id, code, position, weight, scored, titles) VALUES (1, 1, 'a', 0, '1', :yes, '{}')",
        "INSERT INTO item (id, standard_id, section_id, code, position, type, weight, critical, scored, na, required, judgement, channels, options, condition, wording, timed) VALUES (1, 1, 1, 'b', 0, 'yes_no', '1', :no, :yes, :yes, :yes, :no, '[]', '[]', '', '{}', '')",
        "INSERT INTO audit (id, public_id, standard_id, branch_id, channel, state, assigned_at, reason) VALUES (1, 'a', 1, 1, 'visit', 'appealed', '2025-07-02 12:00:00', '')",
        "INSERT INTO appeal (id, public_id, audit_id, item_id, state, reason, opened_at, decision, mark_before) VALUES (1, 'p', 1, 1, 'open', 'Not so.', '2025-07-02 12:00:00', '', 'no')",
        "INSERT INTO corrective_action (id, public_id, branch_id, audit_id, state, plan, due_on, opened_at) VALUES (1, 'c', 1, 1, 'open', 'Smile.', '2025-07-20', '2025-07-02 12:00:00')",
    )
    with empty.begin() as connection:
        for row in rows:
            connection.execute(sa.text(row), {"yes": True, "no": False} if ":yes" in row else {})
    migrations.upgrade(empty)
    with empty.connect() as connection:
        appeals = connection.execute(sa.text("SELECT reason, note, section_before, section_after FROM appeal")).all()
        actions = connection.execute(sa.text("SELECT plan, reply, replied_at FROM corrective_action")).all()
    assert (appeals, actions) == ([("Not so.", "", None, None)], [("Smile.", "", None)])
    assert migrations.differences(empty) == []


def test_what_was_written_before_is_read_as_it_was_written(empty: sa.Engine) -> None:
    upgrade_to(empty, "0008")
    rows = (
        "INSERT INTO region (id, public_id, code, name, timezone) VALUES (1, 'r', 'r', 'North', 'UTC')",
        "INSERT INTO branch (id, public_id, code, name, region_id, timezone, address) VALUES (1, 'b', 'b', 'Main', 1, 'UTC', '')",
        "INSERT INTO standard (id, public_id, version, title, total, bands, fingerprint) VALUES (1, 's', 1, '', 'pooled', '{}', '')",
        "INSERT INTO section (id, standard_id, code, position, weight, scored, titles) VALUES (1, 1, 'a', 0, '1', :yes, '{}')",
        (
            "INSERT INTO item (id, standard_id, section_id, code, position, type, weight, critical, scored, na, required, judgement,"
            " channels, options, condition, wording, timed) VALUES (1, 1, 1, 'b', 0, 'text', '1', :no, :no, :yes, :no, :no, '[]', '[]', '', '{}', '')"
        ),
        (
            "INSERT INTO audit (id, public_id, standard_id, branch_id, channel, state, assigned_at, reason)"
            " VALUES (1, 'a', 1, 1, 'visit', 'released', '2025-07-02 12:00:00', '')"
        ),
        "INSERT INTO answer (audit_id, item_id, mark, comment) VALUES (1, 1, 'A text.', 'A comment.')",
        (
            "INSERT INTO photo (id, public_id, audit_id, sha256, received_sha256, width, height, bytes, kept_at)"
            " VALUES (1, 'p', 1, '', '', 0, 0, 0, '2025-07-02 12:00:00')"
        ),
    )
    with empty.begin() as connection:
        for row in rows:
            connection.execute(sa.text(row), {"yes": True, "no": False})
    migrations.upgrade(empty)
    with empty.connect() as connection:
        answers = connection.execute(sa.text("SELECT mark, cleared_mark, comment, cleared FROM answer")).all()
        kept_back = connection.execute(sa.text("SELECT kept_back FROM photo")).scalars().all()
    assert answers == [("A text.", None, "A comment.", None)]
    assert [bool(one) for one in kept_back] == [False]
    assert migrations.differences(empty) == []
