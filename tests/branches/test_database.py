from datetime import UTC, datetime, timedelta, timezone
from threading import Thread

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from branches import database, places
from branches.database import reading, transaction
from branches.editions import Edition
from branches.errors import Refused
from branches.flags import Flag
from branches.people import User
from branches.places import Region
from tests import make


@pytest.mark.parametrize("url", ["", "x", "postgresql://root:secret@host:port/chain", "sqlite"])
def test_an_address_that_cannot_be_read_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(Refused) as refused:
        database.create(url)
    assert str(refused.value) == "The database address cannot be read; write it like sqlite:///chain.sqlite3."
    assert refused.value.__cause__ is None


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(Refused, match="kind mysql is not supported"):
        database.create("mysql://localhost/chain")


@pytest.mark.parametrize(
    ("values", "parts"), [(range(5), [[0, 1], [2, 3], [4]]), (range(4), [[0, 1], [2, 3]]), (range(0), [])]
)
def test_parts_leave_nothing_out(values: range, parts: list[list[int]]) -> None:
    assert list(database.in_parts(iter(values), most=2)) == parts


def test_public_ids_are_random() -> None:
    made = {database.public_id() for _ in range(1000)}
    assert len(made) == 1000
    assert {len(name) for name in made} == {16}


def test_public_ids_do_not_follow_the_order_of_rows(session: Session) -> None:
    made = [make.region(session).public_id for _ in range(20)]
    assert made != sorted(made)
    assert made != sorted(made, reverse=True)


def test_moments_come_back_in_utc(session: Session) -> None:
    at = datetime(2025, 7, 2, 12, 0, 0, 123456, timezone(timedelta(hours=5, minutes=30)))
    user = make.user(session)
    user.created_at = at
    session.flush()
    session.expire_all()
    assert (user.created_at, user.created_at.tzinfo) == (at, UTC)
    assert session.exec(select(User.id).where(User.created_at == at)).all() == [user.id]


def test_a_moment_without_a_zone_is_not_stored(session: Session) -> None:
    user = make.user(session)
    user.created_at = datetime(2025, 7, 2, 12)  # noqa: DTZ001 - the fault that is tested
    with pytest.raises(sa.exc.StatementError, match="without a time zone"):
        session.flush()


def test_moments_sort_as_time_does(session: Session) -> None:
    for second in (3, 1, 2):
        make.user(session).created_at = make.NOON + timedelta(seconds=second / 2)
    session.flush()
    seen = session.exec(
        select(User.created_at).where(User.created_at > make.NOON).order_by(sa.text("created_at"))
    ).all()
    assert seen == [make.NOON + timedelta(seconds=second / 2) for second in (1, 2, 3)]


def test_packed_content_comes_back_as_it_was(session: Session) -> None:
    content = {"cells": [{"branch": "Fő utca", "score": 81.5, "q": None}] * 100}
    edition = Edition(scope="chain", week=make.NOON.date(), due_at=make.NOON, issued_at=make.NOON, content=content)
    session.add(edition)
    session.flush()
    session.expire_all()
    assert (edition.content, edition.changes) == (content, None)


@pytest.mark.parametrize("name", ["x" * 201, "a\0b"])
def test_a_text_that_not_every_engine_keeps_is_refused(session: Session, name: str) -> None:
    with pytest.raises(Refused, match="“Name” is too long or not plain text; 200 characters"):
        make.branch(session, name=name)


def test_a_text_that_grows_too_long_is_refused(session: Session) -> None:
    branch = make.branch(session, name="x" * 200)
    branch.name += "x"
    with pytest.raises(Refused):
        session.flush()


def test_a_reference_to_nothing_is_refused(session: Session) -> None:
    session.add(Flag(branch_id=987654, section="x", raised_week=make.NOON.date(), last_week=make.NOON.date()))
    with pytest.raises(sa.exc.IntegrityError):
        session.flush()


def count(engine: sa.Engine) -> int:
    with reading(engine) as session:
        return len(places.regions(session))


def test_a_transaction_that_fails_keeps_nothing(engine: sa.Engine) -> None:
    def fail() -> None:
        with transaction(engine) as session:
            make.region(session)
            raise Refused("no")

    with pytest.raises(Refused):
        fail()
    assert count(engine) == 0


def test_a_transaction_that_ends_is_kept_and_its_rows_stay_readable(engine: sa.Engine) -> None:
    with transaction(engine) as session:
        region = make.region(session, "North")
    assert (count(engine), region.name) == (1, "North")


def test_what_is_written_while_reading_is_not_kept(engine: sa.Engine) -> None:
    with reading(engine) as session:
        make.region(session)
    assert count(engine) == 0


def test_a_look_sees_one_moment_while_others_write(engine: sa.Engine) -> None:
    with reading(engine) as session:
        assert places.regions(session) == []
        with transaction(engine) as writing:
            make.region(writing)
        assert places.regions(session) == []
    assert count(engine) == 1


@pytest.mark.slow
def test_writers_that_read_first_come_one_after_the_other(database_url: str) -> None:
    engine = database.create(database_url)
    with transaction(engine) as session:
        number = make.region(session, "0").id

    def add_one() -> None:
        for _ in range(10):
            with transaction(engine) as session:
                region = session.exec(select(Region).where(Region.id == number).with_for_update()).one()
                region.name = str(int(region.name) + 1)

    writers = [Thread(target=add_one) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with reading(engine) as session:
        assert session.get_one(Region, number).name == "40"
    engine.dispose()


def test_sqlite_keeps_what_it_has_acknowledged(sqlite_url: str) -> None:
    engine = database.create(sqlite_url)
    with engine.connect() as connection:
        asked = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
    engine.dispose()
    assert asked == ["wal", 2]


@pytest.fixture
def sqlite_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('chain') / 'chain.sqlite3'}"
