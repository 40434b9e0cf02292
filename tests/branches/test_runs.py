"""What ran: one line for what was done, one for trouble that lasts, none for looks that found nothing to do."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from branches import runs
from branches.database import transaction
from branches.runs import LONGEST, Look, Run
from tests import make
from tests.together import together

NOW = make.NOON
MINUTE = timedelta(minutes=1)


def note(session: Session, at: datetime, failed: str = "", job: str = "mail", **did: int) -> None:
    runs.note(session, job, began=at, ended=at + MINUTE / 6, did=did, failed=failed)


def lines(session: Session) -> list[tuple[str, str]]:
    return [(run.job, run.failed) for run in session.exec(select(Run).order_by(Run.id))]  # type: ignore[arg-type]


def test_each_time_that_something_was_done_has_a_line(session: Session) -> None:
    note(session, NOW, mails=3)
    note(session, NOW + MINUTE, mails=1)
    found = runs.done(session, NOW, most=5)
    assert [(run.began, run.did, run.since) for run in found] == [
        (NOW + MINUTE, {"mails": 1}, None),
        (NOW, {"mails": 3}, None),
    ]
    assert runs.done(session, NOW, most=1) == found[:1]
    assert runs.failures(session, NOW, most=5) == []


def test_trouble_that_lasts_has_one_line_with_its_last_words(session: Session) -> None:
    for n in range(30):
        note(session, NOW + n * MINUTE / 2, failed=f"the disk is full ({n})")
    (run,) = runs.failures(session, NOW, most=5)
    last = NOW + 29 * MINUTE / 2
    assert (run.since, run.began, run.ended) == (NOW, last, last + MINUTE / 6)
    assert run.failed == "the disk is full (29)"


def test_trouble_after_a_while_of_another_job_or_after_something_done_is_new(session: Session) -> None:
    note(session, NOW, failed="one")
    note(session, NOW + MINUTE, failed="two", job="weekly report")
    note(session, NOW + 11 * MINUTE, failed="three")
    note(session, NOW + 12 * MINUTE, failed="four", mails=1)
    note(session, NOW + 13 * MINUTE, failed="five")
    note(session, NOW + 14 * MINUTE, mails=1)
    note(session, NOW + 15 * MINUTE, failed="six")
    assert lines(session) == [
        ("mail", "one"),
        ("weekly report", "two"),
        ("mail", "three"),
        ("mail", "four"),
        ("mail", "five"),
        ("mail", ""),
        ("mail", "six"),
    ]


def test_what_a_job_says_is_kept_as_far_as_it_fits(session: Session) -> None:
    note(session, NOW, failed="no\0" + "x" * 1000)
    session.flush()
    assert lines(session) == [("mail", "no" + "x" * (LONGEST - 2))]


@pytest.mark.parametrize(("seconds", "lately"), [(0, True), (59, True), (60, False), (-59, True), (-61, False)])
def test_a_look_is_lately_for_a_minute(session: Session, seconds: int, lately: bool) -> None:
    assert not runs.looked_lately(session, "mail", NOW)
    runs.looked(session, "mail", at=NOW)
    assert runs.looked_lately(session, "mail", NOW + timedelta(seconds=seconds)) is lately
    assert not runs.looked_lately(session, "weekly report", NOW)


def test_of_each_job_the_last_look_is_known(session: Session) -> None:
    for n in range(3):
        runs.looked(session, "mail", at=NOW + n * MINUTE)
    runs.looked(session, "weekly report", at=NOW)
    assert runs.looks(session) == {"mail": NOW + 2 * MINUTE, "weekly report": NOW}


def test_of_many_first_looks_at_once_one_row_is_left(engine: sa.Engine) -> None:
    def look() -> None:
        with transaction(engine) as session:
            runs.looked(session, "mail", at=NOW)

    together(*[look] * 4)
    with transaction(engine) as session:
        assert [look.job for look in session.exec(select(Look))] == ["mail"]


def test_old_lines_are_swept(session: Session) -> None:
    for days in (100, 91, 89):
        note(session, NOW - timedelta(days=days), mails=days)
    assert runs.sweep(session, NOW - timedelta(days=90)) == 2
    assert [run.did for run in runs.done(session, NOW - timedelta(days=365), most=5)] == [{"mails": 89}]
