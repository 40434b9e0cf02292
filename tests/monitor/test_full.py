"""A full disk is known by whatever met it first, and is taken for no other fault."""

import errno
import logging
import os
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import InternalServerError, NotFound

from branches import database, photos
from branches.language import language
from monitor import full
from monitor.later import Later


def fill(engine: sa.Engine) -> None:
    """Writes more than the database may hold."""
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1")
        connection.exec_driver_sql("CREATE TABLE large (text)")
        connection.exec_driver_sql("INSERT INTO large VALUES (zeroblob(100000))")


def test_a_database_that_may_not_grow_is_a_full_disk(tmp_path: Path) -> None:
    engine = database.create(f"sqlite:///{tmp_path / 'small.sqlite3'}")
    with pytest.raises(OperationalError) as found:
        fill(engine)
    engine.dispose()
    assert full.met(found.value)


def test_so_is_one_of_postgresql_whose_disk_is_full() -> None:
    assert full.met(OperationalError("INSERT", {}, psycopg.errors.DiskFull("could not extend file")))
    assert not full.met(OperationalError("INSERT", {}, psycopg.errors.AdminShutdown("going down")))


@pytest.mark.parametrize(("number", "is_full"), [(errno.ENOSPC, True), (errno.EDQUOT, True), (errno.EACCES, False)])
def test_a_file_that_cannot_be_written_is_a_full_disk_only_where_room_is_lacking(number: int, *, is_full: bool) -> None:
    error = OSError(number, "cannot be written")
    assert (full.met(error), full.met(InternalServerError(original_exception=error))) == (is_full, is_full)


@pytest.mark.parametrize("other", [None, ValueError(), NotFound(), InternalServerError()])
def test_another_fault_is_none(other: BaseException | None) -> None:
    assert not full.met(other)


def test_a_photo_for_which_there_is_no_room_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a full disk half a file for each try would take the last room."""

    def stop(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", stop)
    with pytest.raises(OSError, match="No space left"):
        photos._write(tmp_path / "ab" / "abc.jpg", b"a picture")
    assert [file.name for file in tmp_path.rglob("*")] == ["ab"]


def said_of(job: Callable[[], object], caplog: pytest.LogCaptureFixture) -> list[tuple[int, bool]]:
    later = Later()
    later(job)
    later._hands.shutdown()
    return [(record.levelno, record.exc_info is None) for record in caplog.records]


def test_what_was_to_be_done_later_says_so_in_a_line(caplog: pytest.LogCaptureFixture) -> None:
    def job() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    assert said_of(job, caplog) == [(logging.ERROR, True)]


@pytest.mark.parametrize("code", ["hu", "hi", "ta", "te"])
def test_it_is_told_in_the_readers_language(code: str) -> None:
    assert language(code).say(full.NO_ROOM) != full.NO_ROOM
