"""`monitor doctor`: a line for each thing, what to do where something is wrong, never a traceback, and nothing written."""

import json
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from branches import history, outbox, runs
from branches.database import transaction
from branches.editions import Reporting
from branches.factors import SecondFactor
from branches.outbox import MailKind
from branches.places import Branch
from monitor import authenticator
from monitor.cli import monitor
from monitor.config import read, secret
from monitor.doctor.checks import CHECKS, examine
from monitor.doctor.patient import Finding, Patient
from tests import make
from tests.monitor.backed import AT, Chain, at_an_older_revision, tree

pytestmark = pytest.mark.slow
HOUR = timedelta(hours=1)


def found(chain: Chain, *, every: bool = True) -> dict[str, Finding]:
    return dict(examine(Patient(chain.read, AT, every_photo=every)))


def ill(chain: Chain, *, every: bool = True) -> dict[str, tuple[str, str]]:
    """What is not well: what was said, and what to do."""
    return {name: (one.said, one.do) for name, one in found(chain, every=every).items() if not one.well}


@pytest.fixture
def well(chain: Chain, tmp_path: Path) -> Chain:
    """A chain with which nothing is wrong."""
    with transaction(chain.engine) as session:
        runs.looked(session, "weekly report", at=AT)
    chain.back_up(tmp_path / "kept", AT - HOUR)
    return chain


def test_where_all_is_well_each_line_says_what_was_looked_at(well: Chain) -> None:
    said = found(well)
    assert ill(well) == {}
    assert list(said) == [name for name, _ in CHECKS]
    assert said["Database"].said == f"{well.file} is whole"
    assert said["Writing"].said == "WAL, synchronous FULL"
    assert said["Photos"].said == "1 read through"
    assert said["Mail"].said == f"kept as files in {well.folder / 'mail'}; none has waited for a day"
    assert said["Accepted"].said == "photos, mails, reports and scores of the last five weeks are there"
    assert said["Languages"].said == "en, hi, hu, ta, te"


def test_the_doctor_writes_nothing(well: Chain) -> None:
    well.engine.dispose()
    before = tree(well.folder)
    found(well)
    left = {name: digest for name, digest in tree(well.folder).items() if not name.endswith(("-wal", "-shm"))}
    assert left == before


def test_it_works_while_somebody_writes(well: Chain) -> None:
    with transaction(well.engine) as session:
        session.connection().exec_driver_sql("UPDATE region SET name = 'Changed'")
        assert {name for name, one in found(well).items() if one.unseen} == set()


def typed(chain: Chain, *words: str) -> tuple[int, list[str]]:
    said = CliRunner().invoke(monitor, ["--config", str(chain.read.file), "doctor", *words])
    assert said.exception is None or isinstance(said.exception, SystemExit)
    return said.exit_code, said.output.splitlines()


def test_the_command_ends_with_1_where_something_is_wrong(chain: Chain) -> None:
    code, lines = typed(chain)
    assert code == 1
    assert (
        "WRONG  Scheduler: it has never looked whether there is something to do."
        " Start it: monitor schedule, or monitor serve --with-schedule." in lines
    )
    assert "WRONG  Backup: none has been made. Run monitor backup FOLDER, and have it run each night." in lines
    assert lines[-1] == "Not well: 2. Begin with the first line that says WRONG."


@pytest.mark.parametrize("made", ["flipped pages", "cut", "no database", "empty", "missing", "a folder"])
def test_a_broken_database_is_told_and_the_rest_is_still_looked_at(well: Chain, made: str) -> None:
    well.engine.dispose()
    content = well.file.read_bytes()
    if made == "flipped pages":
        well.file.write_bytes(content[:8192] + os.urandom(len(content) // 2) + content[8192 + len(content) // 2 :])
    elif made == "cut":
        os.truncate(well.file, len(content) // 2)
    elif made == "no database":
        well.file.write_bytes(os.urandom(9000))
    elif made == "empty":
        well.file.write_bytes(b"")
    else:
        well.file.unlink()
        if made == "a folder":
            well.file.mkdir()
    code, lines = typed(well)
    assert code == 1
    assert any(line.startswith(("WRONG  Database:", "WRONG  Tables:")) for line in lines)
    assert len(lines) == len(CHECKS) + 1
    assert "ok     Languages: en, hi, hu, ta, te." in lines
    assert well.file.exists() == (made != "missing")


def test_settings_that_cannot_be_read_are_the_one_line(chain: Chain) -> None:
    assert chain.read.file is not None
    chain.read.file.write_text("[chain]\nnom = 1\n")
    code, (line,) = typed(chain)
    assert code == 1
    assert line.startswith("WRONG  Settings: ")


def test_a_mail_server_without_a_sender_is_told(chain: Chain) -> None:
    assert chain.read.file is not None
    chain.read.file.write_text('[mail]\nhost = "mail.example.com"\n')
    broken = Patient(read(chain.read.file), AT)
    assert dict(examine(broken))["Settings"].said == "Say in [mail] which address mail comes from: sender is empty."


def test_a_data_folder_that_others_can_read_is_told(well: Chain) -> None:
    well.folder.chmod(0o755)
    (well.folder / "secrets" / "pages").chmod(0o644)
    assert ill(well) == {
        "Data folder": (f"{well.folder} can be read by other accounts", f"chmod 700 {well.folder}"),
        "Secrets": (
            f"{well.folder}/secrets/pages can be read by other accounts",
            f"chmod 600 {well.folder}/secrets/pages",
        ),
    }


def test_a_file_of_another_account_is_given_back_and_nothing_restored(well: Chain) -> None:
    well.engine.dispose()
    if os.geteuid() == 0:
        os.chown(well.file, 4242, -1)
    else:
        well.file.chmod(0o400)
    said, do = ill(well)["Data folder"]
    assert said == f"{well.file} belongs to another account, or cannot be written to"
    assert (
        do == f"Nothing need be restored: give it back to the account of the program (chown -R ACCOUNT: {well.folder})."
    )


def test_another_secret_is_told_where_phones_were_set_up_with_the_first(well: Chain) -> None:
    assert found(well)["Second steps"].said == "nobody has one"
    with transaction(well.engine) as session:
        user = make.user(session)
        sealed = authenticator.seal(authenticator.fresh(), secret(well.config, "pages"), user.public_id)
        session.add(SecondFactor(user_id=user.id, sealed=sealed, begun_at=AT, confirmed_at=AT))
    assert found(well)["Second steps"].said == "looked at: 1"
    (well.folder / "secrets" / "pages").write_text("f" * 64)
    assert ill(well)["Second steps"] == (
        "the codes of people's phones cannot be checked: the secret is another one",
        "Bring back the file of secrets from a backup; until then recovery codes open.",
    )


def test_a_token_that_the_pages_would_not_start_with_is_told(well: Chain) -> None:
    short = well.folder / "token"
    short.write_text("short")
    (well.folder.parent / "config.toml").write_text(f'[serve]\nmetrics_token_file = "{short}"\n')
    changed = replace(well, read=read(well.folder.parent / "config.toml"))
    assert ill(changed)["Secrets"][0] == f"The secret in {short} is too short: it must have at least 32 bytes."


def test_without_a_data_folder_nothing_is_made(chain: Chain) -> None:
    chain.engine.dispose()
    shutil.rmtree(chain.folder)
    assert ill(chain)["Data folder"][0] == f"{chain.folder} is not there"
    assert ill(chain)["Backup"] == ("nobody can say without the data folder: look where yours are kept", "")
    assert not chain.folder.exists()


def test_older_and_newer_tables_are_told(well: Chain) -> None:
    at_an_older_revision(well)
    assert ill(well)["Tables"][1] == "Run monitor migrate."
    well.engine.dispose()
    with closing(sqlite3.connect(well.file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    assert ill(well)["Tables"][1] == "Install the version that wrote it."


def test_a_database_that_does_not_write_ahead_is_told(well: Chain) -> None:
    well.engine.dispose()
    with closing(sqlite3.connect(well.file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    assert ill(well) == {
        "Writing": ("the database is in delete mode, not WAL", "Run monitor migrate: opening it sets that.")
    }


@pytest.mark.parametrize("every", [True, False])
def test_photos_that_are_missing_or_changed_are_told(well: Chain, every: bool) -> None:
    (photo,) = (well.folder / "photos").rglob("*.jpg")
    photo.write_bytes(b"no picture any more")
    more = "" if every else " (--all for all)"
    assert ill(well, every=every)["Photos"][0] == (f"1 read through{more}, 0 missing, 1 damaged, such as {photo.stem}")
    photo.unlink()
    assert ill(well, every=every)["Photos"][0] == (f"1 read through{more}, 1 missing, 0 damaged, such as {photo.stem}")


def test_a_clock_behind_what_was_done_is_told(well: Chain) -> None:
    with transaction(well.engine) as session:
        history.write(session, "opened", session.get_one(Branch, 1), by=None, at=AT + HOUR)
    assert ill(well) == {
        "Clock": (
            "2026-11-23 03:00 UTC, but the last entry is of 2026-11-23 04:00",
            "Set this machine's clock (NTP).",
        )
    }


def test_a_scheduler_that_sleeps_and_a_job_that_fails_are_told(well: Chain) -> None:
    with transaction(well.engine) as session:
        runs.looked(session, "weekly report", at=AT - HOUR)
        began = AT - HOUR / 2
        runs.note(session, "mail", began=began, ended=began, did={}, failed="no route\nto host")
    said = ill(well)
    assert said["Scheduler"][0] == "it last looked at 2026-11-23 02:00 UTC"
    assert said["Jobs"][0] == "“mail” failed: no route to host"


def test_a_look_that_is_still_to_come_says_nothing(well: Chain) -> None:
    with transaction(well.engine) as session:
        runs.looked(session, "mail", at=AT + 2 * HOUR)
    assert "which is still to come: the clock was ahead then" in ill(well)["Scheduler"][0]


def test_a_report_that_is_late_is_told(well: Chain) -> None:
    with transaction(well.engine) as session:
        session.add(Reporting(scope="chain", first_week=date(2026, 11, 9)))
    assert ill(well)["Reports"][0] == "late: 1, the first of the chain, 2026-W46"
    assert ill(well)["Accepted"][0] == "missing: weeks without a report: 1"


def test_mail_that_waits_for_a_day_is_told_with_its_trouble(well: Chain) -> None:
    with transaction(well.engine) as session:
        reader = make.user(session)
        about = {"edition": "x", "scope": "chain", "week": "", "revision": 0}
        mail = outbox.write(session, MailKind.EDITION, reader, about, key="x", at=AT - 30 * HOUR)
        mail.trouble = "550 no such user"
    assert ill(well)["Mail"][0] == (
        f"kept as files in {well.folder / 'mail'}; waiting for more than a day: 1. 550 no such user"
    )


def test_an_old_backup_and_one_that_is_gone_are_told(well: Chain, tmp_path: Path) -> None:
    note = well.folder / "last-backup.json"
    (made,) = (tmp_path / "kept").iterdir()
    shutil.rmtree(made)
    assert ill(well)["Backup"][0].endswith(f"{made}, and it is not there any more")
    note.write_text(json.dumps({"folder": str(made), "made_at": (AT - 72 * HOUR).isoformat()}))
    assert ill(well)["Backup"][0] == f"the newest is of 2026-11-20 03:00 UTC, {made}"
    note.write_text("broken")
    assert found(well)["Backup"].unseen


def test_a_restore_that_was_killed_is_told(well: Chain) -> None:
    (well.folder / "restoring-20261123T080000Z").mkdir()
    assert ill(well)["Restore"] == ("one was ended in the middle", "Run monitor migrate: it takes the last step.")
