"""`monitor restore`: all of the backup or nothing, nothing replaced unasked, and the same after a kill at any step."""

import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlmodel import select

from branches import database, migrations
from branches.database import reading, transaction
from branches.errors import Conflict, Refused
from branches.places import Region
from monitor import running
from monitor.cli import monitor
from monitor.config import read
from monitor.copying import finishing, making, restoring
from monitor.copying.looked_through import whole
from monitor.doctor import place
from monitor.doctor.patient import Patient
from monitor.opening import open_chain
from tests.monitor.backed import AT, Chain, at_an_older_revision, send, sent, tree

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
LATER = AT + timedelta(hours=5)


def restore(chain: Chain, backup: Path, *, replace: bool = False) -> restoring.Restored:
    chain.engine.dispose()
    return restoring.restore(backup, chain.config, replace=replace, at=LATER)


def test_a_lost_data_folder_is_restored_to_the_byte(chain: Chain, tmp_path: Path) -> None:
    for _ in range(3):
        send(chain)
    before, secrets = sent(chain.engine, chain.folder), tree(chain.folder / "secrets")
    backup = chain.back_up(tmp_path / "kept").folder
    chain.engine.dispose()
    shutil.rmtree(chain.folder)
    assert restore(chain, backup).aside is None
    assert sent(chain.engine, chain.folder) == before
    assert tree(chain.folder / "secrets") == secrets
    assert oct(chain.folder.stat().st_mode & 0o777) == "0o700"
    assert {oct(one.stat().st_mode & 0o777) for one in chain.folder.rglob("*") if one.is_dir()} == {"0o700"}
    assert not (chain.folder / "config.toml").exists()
    assert place.backup(Patient(chain.read, AT)).said.endswith(f"UTC, {backup}")


def test_a_chain_that_is_there_is_replaced_only_when_asked_and_kept(chain: Chain, tmp_path: Path) -> None:
    backup = chain.back_up(tmp_path / "kept").folder
    send(chain)
    before = sent(chain.engine, chain.folder)
    with pytest.raises(Conflict, match="holds a chain already; with --replace it is moved aside and kept"):
        restore(chain, backup)
    assert sent(chain.engine, chain.folder) == before
    aside = restore(chain, backup, replace=True).aside
    assert aside == chain.folder / "replaced-20261123T080000Z"
    assert len(sent(chain.engine, chain.folder)) == 1
    engine = database.create(f"sqlite:///{aside / 'monitor.sqlite3'}")
    assert sent(engine, aside) == before
    engine.dispose()


def test_a_damaged_backup_leaves_the_chain_as_it_is(chain: Chain, tmp_path: Path) -> None:
    backup = chain.back_up(tmp_path / "kept").folder
    (backup / "database.sqlite3").write_bytes((backup / "database.sqlite3").read_bytes()[:-4096])
    send(chain)
    chain.engine.dispose()
    before = tree(chain.folder)
    with pytest.raises(Refused, match=r"damaged and was not used\. database\.sqlite3: it is not as it was written"):
        restore(chain, backup, replace=True)
    assert tree(chain.folder) == before


def test_a_backup_of_a_newer_version_is_refused(chain: Chain, tmp_path: Path) -> None:
    with chain.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Refused, match="written by a newer version"):
        chain.back_up(tmp_path / "kept")


def test_a_backup_of_an_older_version_is_upgraded_before_it_takes_its_place(chain: Chain, tmp_path: Path) -> None:
    older = at_an_older_revision(chain)
    made = chain.back_up(tmp_path / "kept")
    assert made.manifest.revision == older
    shutil.rmtree(chain.folder)
    restore(chain, made.folder)
    assert migrations.pending(chain.engine) is None
    assert len(sent(chain.engine, chain.folder)) == 1
    assert not (chain.folder / "before-upgrade").exists()


def test_while_the_program_is_at_work_nothing_is_restored(chain: Chain, tmp_path: Path) -> None:
    backup = chain.back_up(tmp_path / "kept").folder
    waits = "from pathlib import Path; import sys; from monitor import running; running.stay(Path(sys.argv[1])); print(); input()"
    command = [sys.executable, "-c", waits, str(chain.folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        program.stdout.readline()
        with pytest.raises(
            Conflict, match=r"The program is at work on the folder .*: stop the pages and the scheduler"
        ):
            restore(chain, backup, replace=True)
        program.kill()  # no lock is left to be removed by hand
    assert restore(chain, backup, replace=True).aside is not None


def test_while_a_restore_is_at_work_the_program_does_not_begin(chain: Chain) -> None:
    with running.alone(chain.folder), pytest.raises(Conflict, match="is being restored; try again in a moment"):
        open_chain(chain.config, stays=True)


def test_a_database_elsewhere_is_not_restored(chain: Chain, tmp_path: Path) -> None:
    backup = chain.back_up(tmp_path / "kept").folder
    settings = tmp_path / "config.toml"
    for url in ("sqlite:///elsewhere/chain.sqlite3", "postgresql://db.example.com/chain"):
        settings.write_text(f'[database]\nurl = "{url}"\n')
        with pytest.raises(Refused, match="only where the database is a file in the data folder"):
            restoring.restore(backup, read(settings).config, replace=True, at=LATER)


def test_the_command_says_what_was_restored_and_where_the_old_is(chain: Chain, tmp_path: Path) -> None:
    backup = chain.back_up(tmp_path / "kept").folder
    chain.engine.dispose()
    words = ["--config", str(chain.read.file), "restore", str(backup)]
    looked = CliRunner().invoke(monitor, [*words, "--check"])
    assert looked.output.startswith(f"{backup} is whole: the database at revision {migrations.head()}, photos: 1, ")
    said = CliRunner().invoke(monitor, [*words, "--replace"]).output.splitlines()
    assert said[0].startswith(
        f"Restored into {chain.folder}: the database at revision {migrations.head()}, photos: 1, "
    )
    assert said[0].endswith(f" MB, as it was on {AT.isoformat()}.")
    assert said[1].startswith(f"What was there before is kept in {chain.folder}/replaced-")
    assert said[2] == f"The settings of that day stand in {backup}/config.toml; they were not put in place."


KILLED = """
import os, signal, sys

left = int(sys.argv[1])
def watch(event, arguments):
    global left
    if event == "os.rename" and "/data/" in str(arguments[0]):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
"""
"""A process that is ended in the place of so many-th renaming in the data folder."""
RESTORES = """
from datetime import datetime
from pathlib import Path
from monitor.config import read
from monitor.copying import restoring
restoring.restore(Path(sys.argv[2]), read(Path(sys.argv[3])).config, replace=True, at=datetime.fromisoformat(sys.argv[4]))
"""
FINISHES = """
from pathlib import Path
from monitor.copying import finishing
finishing.finish(Path(sys.argv[2]))
"""


def killed(step: int, does: str, *words: object) -> bool:
    """Whether it came to be killed."""
    command = [sys.executable, "-c", KILLED + does, str(step), *map(str, words)]
    ended = subprocess.run(command, cwd=ROOT, check=False).returncode
    assert ended in {0, -signal.SIGKILL}
    return ended != 0


def names(chain: Chain) -> set[str]:
    """Of the regions, whichever chain stands there now."""
    engine = open_chain(chain.config)
    with reading(engine) as session:
        found = set(session.exec(select(Region.name)))
    engine.dispose()
    return found


@dataclass(frozen=True)
class Both:
    """A chain, a backup of how it was before, and how either is known."""

    chain: Chain
    backup: Path
    old: dict[str, bytes]
    new: dict[str, bytes]
    copy: Path

    def begin_anew(self) -> None:
        shutil.rmtree(self.chain.folder)
        shutil.copytree(self.copy, self.chain.folder)

    def stands(self) -> str:
        """Which of the two is there once the program has been started again; it is there whole."""
        name = "old" if names(self.chain) == {"Old"} else "new"
        assert sent(self.chain.engine, self.chain.folder) == (self.old if name == "old" else self.new)
        self.chain.engine.dispose()
        assert not finishing.is_waiting(self.chain.folder)
        return name


@pytest.fixture
def both(chain: Chain, tmp_path: Path) -> Both:
    backup, new = chain.back_up(tmp_path / "kept").folder, sent(chain.engine, chain.folder)
    send(chain)
    with transaction(chain.engine) as session:
        session.connection().exec_driver_sql("UPDATE region SET name = 'Old'")
    old = sent(chain.engine, chain.folder)
    chain.engine.dispose()
    shutil.copytree(chain.folder, tmp_path / "before")
    return Both(chain, backup, old, new, tmp_path / "before")


@pytest.mark.long
def test_a_restore_that_is_killed_at_any_step_leaves_the_old_or_the_new_whole(both: Both) -> None:
    outcomes: list[str] = []
    goes_on = True
    while goes_on:
        both.begin_anew()
        goes_on = killed(len(outcomes), RESTORES, both.backup, both.chain.read.file, LATER.isoformat())
        outcomes.append(both.stands())
    turn = outcomes.index("new")
    assert outcomes == ["old"] * turn + ["new"] * (len(outcomes) - turn)
    assert (turn > 1, len(outcomes) - turn > 5) == (True, True)


def test_the_last_step_that_is_killed_anywhere_and_again_is_finished_by_whoever_opens_the_chain(both: Both) -> None:
    folder, manifest = both.chain.folder, whole(both.backup)
    steps, goes_on = 0, True
    while goes_on:
        both.begin_anew()
        (folder / "restoring-20261123T080000Z").mkdir()
        restoring._stage(both.backup, folder / "restoring-20261123T080000Z", manifest, "monitor.sqlite3")
        goes_on = killed(steps, FINISHES, folder)
        killed(1, FINISHES, folder)
        assert both.stands() == "new"
        kept = database.create(f"sqlite:///{folder / 'replaced-20261123T080000Z' / 'monitor.sqlite3'}")
        assert sent(kept, folder / "replaced-20261123T080000Z") == both.old
        kept.dispose()
        steps += 1
    assert steps > 7


def test_what_a_killed_restore_left_goes_with_the_next(chain: Chain, tmp_path: Path) -> None:
    backup = chain.back_up(tmp_path / "kept").folder
    (chain.folder / ".restore-0123456789abcdef").mkdir()
    restore(chain, backup, replace=True)
    assert sorted(one.name for one in chain.folder.iterdir()) == [
        making.NOTE,
        "monitor.sqlite3",
        "photos",
        "replaced-20261123T080000Z",
        running.NAME,
        "secrets",
    ]
