"""The copy before an upgrade: made by itself, named by revision and moment, the last three kept, never in the way."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from click.testing import CliRunner

from branches import database, migrations
from branches.errors import Refused
from monitor.cli import monitor
from monitor.config import read
from monitor.copying import upgrading
from monitor.doctor.checks import examine
from monitor.doctor.patient import Patient
from monitor.opening import open_chain
from tests.databases import PostgresqlDatabases
from tests.monitor.backed import AT, Chain, at_an_older_revision, sent

pytestmark = pytest.mark.slow


def copies(chain: Chain) -> list[Path]:
    return sorted((chain.folder / "before-upgrade").glob("*"))


def test_an_older_database_is_copied_before_it_is_upgraded_and_that_is_said(
    chain: Chain, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sent(chain.engine, chain.folder)
    older = at_an_older_revision(chain)
    open_chain(chain.config).dispose()
    (copy,) = copies(chain)
    assert re.fullmatch(rf"\d{{8}}T\d{{6}}Z-at-{older}\.sqlite3", copy.name)
    assert oct(copy.stat().st_mode & 0o777) == "0o600"
    said = capsys.readouterr()
    newest = migrations.head()
    assert (said.out, said.err) == (
        "",
        f"The database is upgraded from {older} to {newest}; as it was it is kept in {copy}.\n",
    )
    old = database.create(f"sqlite:///{copy}")
    with old.connect() as connection:
        assert migrations.revision(connection) == older
    assert sent(old, chain.folder) == before == sent(chain.engine, chain.folder)
    old.dispose()


def test_where_nothing_is_to_be_upgraded_no_copy_is_made(chain: Chain, tmp_path: Path) -> None:
    open_chain(chain.config).dispose()
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "config.toml").write_text("")
    empty = read(tmp_path / "new" / "config.toml").config
    open_chain(empty).dispose()
    assert (copies(chain), (empty.folder / "before-upgrade").exists()) == ([], False)


def test_the_last_three_copies_are_kept_and_nothing_else_is_touched(chain: Chain) -> None:
    older = at_an_older_revision(chain)
    for days in range(5):
        upgrading.copy_before(chain.config, older, at=AT + timedelta(days=days))
        (chain.folder / "before-upgrade" / "mine.sqlite3").touch()
    assert [copy.name for copy in copies(chain)] == [
        *(f"{AT + timedelta(days=days):%Y%m%dT%H%M%SZ}-at-{older}.sqlite3" for days in (2, 3, 4)),
        "mine.sqlite3",
    ]


def test_one_that_another_process_has_upgraded_already_is_not_copied(chain: Chain) -> None:
    assert upgrading.copy_before(chain.config, "0001", at=AT) is None
    assert copies(chain) == []


def test_without_room_for_a_copy_one_can_upgrade_all_the_same(chain: Chain) -> None:
    at_an_older_revision(chain)
    (chain.folder / "before-upgrade").write_text("in the way")
    with pytest.raises(Refused, match=r"Nothing can be written to the folder .*before-upgrade"):
        open_chain(chain.config)
    said = CliRunner().invoke(monitor, ["--config", str(chain.read.file), "migrate", "--without-copy"])
    assert said.output == f"The database is at revision {migrations.head()}.\n"


def test_with_postgresql_somebody_has_to_say_that_there_is_a_copy(
    postgresql: PostgresqlDatabases, tmp_path: Path
) -> None:
    settings, alembic = tmp_path / "config.toml", migrations.configuration()
    with postgresql.fresh() as url:
        settings.write_text(f'[database]\nurl = "{url}"\n')
        config, engine = read(settings).config, database.create(url)
        with engine.begin() as connection:
            alembic.attributes["connection"] = connection
            command.downgrade(alembic, "-1")
            older = migrations.revision(connection)
        sentence = f"from revision {older}: copy it with pg_dump first, then run monitor migrate --without-copy"
        with pytest.raises(Refused, match=sentence):
            open_chain(config)
        assert migrations.pending(engine) == older
        open_chain(config, copies=False).dispose()
        assert migrations.pending(engine) is None
        found = dict(examine(Patient(read(settings), AT)))
        assert {name for name, one in found.items() if not one.well} == {"Scheduler"}
        assert found["Database"].said == "PostgreSQL answers"
        engine.dispose()
