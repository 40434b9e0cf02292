"""`monitor backup`: everything is in it, whole, under a name of its own; what is not as it was written is refused."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from branches import migrations, photos
from branches.database import transaction
from branches.errors import Conflict, NotFound, Refused
from monitor import running
from monitor.cli import monitor
from monitor.config import Read, read
from monitor.copying import looked_through, making
from monitor.copying.looked_through import whole
from tests.monitor.backed import AT, Chain, send, sent, tree

pytestmark = pytest.mark.slow
NAME = "monitor-backup-20261123T030000Z"
DAY = timedelta(days=1)


def test_a_backup_holds_the_database_its_photos_the_secret_and_the_settings(chain: Chain, tmp_path: Path) -> None:
    made = chain.back_up(tmp_path / "kept")
    (photo,) = made.manifest.photos
    assert made.folder == tmp_path / "kept" / NAME
    assert sorted(tree(made.folder)) == sorted(
        ["config.toml", "database.sqlite3", "manifest.json", "manifest.sha256", photo.path, "secrets/pages"]
    )
    assert (made.manifest.chain, made.manifest.revision, made.manifest.missing) == ("Test", migrations.head(), [])
    assert (made.folder / photo.path).read_bytes() in sent(chain.engine, chain.folder).values()
    assert sorted(one.name for one in (tmp_path / "kept").iterdir()) == [NAME]


def test_a_backup_is_for_its_account_alone(chain: Chain, tmp_path: Path) -> None:
    made = chain.back_up(tmp_path / "kept")
    modes = {oct(path.stat().st_mode & 0o777) for path in made.folder.rglob("*") if path.is_file()}
    assert (modes, oct(made.folder.stat().st_mode & 0o777)) == ({"0o600"}, "0o700")


def test_a_backup_does_not_change_the_chain_and_waits_for_no_writer(chain: Chain, tmp_path: Path) -> None:
    before = tree(chain.folder / "photos") | tree(chain.folder / "secrets")
    with transaction(chain.engine) as session:  # somebody is writing, and has not come to the end
        session.connection().exec_driver_sql("UPDATE region SET name = 'Changed'")
        made = chain.back_up(tmp_path / "kept")
        session.rollback()
    assert tree(chain.folder / "photos") | tree(chain.folder / "secrets") == before
    with closing(sqlite3.connect(f"{(made.folder / 'database.sqlite3').as_uri()}?immutable=1", uri=True)) as copy:
        assert copy.execute("SELECT DISTINCT name FROM region").fetchall() == [("North",)]


def test_a_photo_that_nothing_names_is_left_out(chain: Chain, tmp_path: Path) -> None:
    photos.path(chain.folder / "photos", "ab" * 32).parent.mkdir()
    photos.path(chain.folder / "photos", "ab" * 32).write_bytes(b"nobody's")
    assert len(chain.back_up(tmp_path / "kept").manifest.photos) == 1


def test_a_backup_replaces_nothing(chain: Chain, tmp_path: Path) -> None:
    made = chain.back_up(tmp_path)
    before = tree(made.folder)
    with pytest.raises(Conflict, match="exists already"):
        chain.back_up(tmp_path)
    assert tree(made.folder) == before
    assert [one.name for one in tmp_path.glob(".*")] == []


def test_a_backup_that_cannot_be_finished_leaves_nothing(chain: Chain, tmp_path: Path) -> None:
    (chain.folder / "secrets" / "locked").symlink_to(chain.folder / "secrets" / "pages")
    chain.file.write_bytes(b"no database" * 1000)
    with pytest.raises(Refused, match=r"cannot be opened: file is not a database\.$"):
        chain.back_up(tmp_path / "kept")
    assert list((tmp_path / "kept").iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_a_sentence(chain: Chain, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="Nothing can be written to the folder"):
        chain.back_up(tmp_path / "file")


def test_a_photo_that_cannot_be_read_is_named(chain: Chain, tmp_path: Path) -> None:
    (photo,) = (chain.folder / "photos").rglob("*.jpg")
    photo.unlink()
    photo.mkdir()
    with pytest.raises(Refused, match=rf"^{photo} cannot be read: Is a directory\.$"):
        chain.back_up(tmp_path / "kept")
    assert list((tmp_path / "kept").iterdir()) == []


def test_while_a_restore_is_at_work_nothing_is_copied(chain: Chain, tmp_path: Path) -> None:
    with running.alone(chain.folder), pytest.raises(Conflict, match="is being restored"):
        chain.back_up(tmp_path / "kept")


def test_where_there_is_no_database_none_is_begun(chain: Chain, tmp_path: Path) -> None:
    shutil.rmtree(chain.folder)
    with pytest.raises(NotFound, match="There is no database"):
        chain.back_up(tmp_path / "kept")
    assert not chain.folder.exists()


def test_with_postgresql_the_way_is_said(chain: Chain, tmp_path: Path) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text('[database]\nurl = "postgresql://db.example.com/chain"\n')
    with pytest.raises(Refused, match=r"The database is on PostgreSQL: copy it with pg_dump, and the folder .*photos"):
        making.make(read(settings), tmp_path / "kept", at=AT)


def test_photos_that_were_lost_before_are_told_and_older_backups_stay(chain: Chain, tmp_path: Path) -> None:
    chain.back_up(tmp_path / "kept", AT - DAY)
    send(chain)
    lost, damaged = sorted((chain.folder / "photos").rglob("*.jpg"))
    lost.unlink()
    damaged.write_bytes(b"no picture any more")
    said = typed(chain.read, "backup", str(tmp_path / "kept"), "--keep", "1")
    assert said.exit_code == 1
    assert "The chain itself lacks photos: 1 missing, 1 damaged; see: monitor doctor" in said.output
    older, newer = sorted((tmp_path / "kept").iterdir())
    assert (older.name, whole(newer).missing, whole(newer).damaged) == (
        f"{AT - DAY:{making.NAMED}}",
        [lost.stem],
        [damaged.stem],
    )


def typed(found: Read, *words: str):  # type: ignore[no-untyped-def]  # noqa: ANN201 - click's own
    return CliRunner().invoke(monitor, ["--config", str(found.file), *words])


def test_the_command_says_what_is_in_it_and_keeps_as_many_as_asked(chain: Chain, tmp_path: Path) -> None:
    into = tmp_path / "kept"
    for days in (3, 2, 1):
        chain.back_up(into, AT - days * DAY)
    others = [into / "monitor-backup-of-mine", into / "notes.txt", into / ".monitor-backup-20261123T020000Z.part"]
    for other in others:
        other.mkdir()
    abandoned = into / ".monitor-backup-20200101T000000Z.part"
    abandoned.mkdir()
    said = typed(chain.read, "backup", str(into), "--keep", "2")
    first, *removed = said.output.splitlines()
    assert said.exit_code == 0, said.output
    assert first.startswith(f"{into}/monitor-backup-")
    assert f": the database at revision {migrations.head()}, photos: 1, " in first
    assert ". Read back and whole, in " in first
    assert removed == [f"Removed {AT - days * DAY:{making.NAMED}}." for days in (3, 2)]
    assert [other.exists() for other in (*others, abandoned)] == [True, True, True, False]
    assert len(list(into.glob("monitor-backup-2*"))) == 2


def flip(file: Path, place: int = 40) -> None:
    content = bytearray(file.read_bytes())
    content[place % len(content)] ^= 1
    file.write_bytes(content)


def parts_of(backup: Path) -> list[Path]:
    return [backup / path for path in sorted(tree(backup))]


def make_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def make_a_link(file: Path) -> None:
    file.rename(file.parents[3] / "elsewhere")
    file.symlink_to(file.parents[3] / "elsewhere")


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a byte": flip,
    "its last byte": lambda file: flip(file, -1),
    "cut": lambda file: os.truncate(file, file.stat().st_size - 1),
    "empty": lambda file: os.truncate(file, 0),
    "missing": Path.unlink,
    "longer": lambda file: file.write_bytes(file.read_bytes() + b"x"),
    "a folder": make_a_folder,
    "a link": make_a_link,
}


def test_each_kind_of_damage_to_each_part_is_refused(chain: Chain, tmp_path: Path) -> None:
    backup = chain.back_up(tmp_path / "a" / "b" / "kept").folder
    for name, damage in DAMAGES.items():
        for part in parts_of(backup):
            shutil.copytree(backup, tmp_path / "a" / "b" / "damaged")
            damage(tmp_path / "a" / "b" / "damaged" / part.relative_to(backup))
            with pytest.raises(Refused) as refused:
                whole(tmp_path / "a" / "b" / "damaged")
            said = str(refused.value)
            assert "is damaged and was not used" in said or "is no backup of this program" in said, (name, part)
            shutil.rmtree(tmp_path / "a" / "b" / "damaged")
    assert whole(backup).chain == "Test"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_flipped_bit_goes_unseen(chain: Chain, tmp_path: Path, data: st.DataObject) -> None:
    backup = tmp_path / "kept" / NAME
    if not backup.exists():
        chain.back_up(tmp_path / "kept")
    part = data.draw(st.sampled_from(parts_of(backup)))
    before = part.read_bytes()
    place, bit = data.draw(st.integers(0, len(before) - 1)), data.draw(st.integers(0, 7))
    part.write_bytes(before[:place] + bytes([before[place] ^ (1 << bit)]) + before[place + 1 :])
    with pytest.raises(Refused, match="is damaged and was not used"):
        whole(backup)
    part.write_bytes(before)


@pytest.mark.parametrize("added", ["note.txt", "photos/00/note.jpg", "secrets/other", "database.sqlite3-wal"])
def test_a_part_that_was_added_is_refused(chain: Chain, tmp_path: Path, added: str) -> None:
    backup = chain.back_up(tmp_path).folder
    (backup / added).parent.mkdir(exist_ok=True)
    (backup / added).write_bytes(b"more")
    with pytest.raises(Refused, match=f"was not used. {added}: it does not belong to the backup"):
        whole(backup)


def resealed(backup: Path, change: Callable[[dict[str, object]], object]) -> None:
    """The list as somebody would forge it, with its hash."""
    told = json.loads((backup / "manifest.json").read_bytes())
    change(told)
    content = json.dumps(told).encode()
    (backup / "manifest.json").write_bytes(content)
    (backup / "manifest.sha256").write_bytes(looked_through.seal(content))


@pytest.mark.parametrize(
    "path",
    ["../outside", "/etc/hostname", "photos/../../outside", "secrets/../x", "secrets/a/b", "database.sqlite3/x", ""],
)
def test_a_list_that_leads_out_of_the_folder_is_refused(chain: Chain, tmp_path: Path, path: str) -> None:
    backup = chain.back_up(tmp_path / "kept").folder
    (tmp_path / "kept" / "outside").write_bytes(b"x")
    resealed(backup, lambda told: told["parts"].append({"path": path, "bytes": 1, "sha256": "0" * 64}))  # type: ignore[attr-defined]
    with pytest.raises(Refused, match=r"manifest\.json: it cannot be read"):
        whole(backup)


def test_a_list_that_leaves_a_photo_out_is_refused(chain: Chain, tmp_path: Path) -> None:
    made = chain.back_up(tmp_path)
    (photo,) = made.manifest.photos
    (made.folder / photo.path).unlink()
    resealed(made.folder, lambda told: told["parts"].pop())  # type: ignore[attr-defined]
    with pytest.raises(Refused, match=f"{photo.path}: it is missing"):
        whole(made.folder)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda told: told.update(format=2), "written by a newer version"),
        (lambda told: told.update(revision="0001"), r"database\.sqlite3: it is not whole"),
        (lambda told: told.update(more=1), r"manifest\.json: it cannot be read"),
        (lambda told: told["parts"].append(told["parts"][0]), r"manifest\.json: it cannot be read"),
    ],
)
def test_a_list_that_says_something_else_is_refused(
    chain: Chain, tmp_path: Path, change: Callable[[dict[str, object]], object], said: str
) -> None:
    backup = chain.back_up(tmp_path).folder
    resealed(backup, change)
    with pytest.raises(Refused, match=said):
        whole(backup)


def test_a_database_that_was_damaged_before_it_was_copied_gets_no_backup(chain: Chain, tmp_path: Path) -> None:
    chain.engine.dispose()
    with closing(sqlite3.connect(chain.file)) as connection:
        connection.execute("UPDATE branch SET region_id = 4711")  # the driver minds no references by itself
        connection.commit()
    with pytest.raises(Refused, match=r"database\.sqlite3: it is not whole"):
        chain.back_up(tmp_path / "kept")
    assert list((tmp_path / "kept").iterdir()) == []


def test_what_is_no_backup_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="is no backup of this program"):
        whole(tmp_path)
