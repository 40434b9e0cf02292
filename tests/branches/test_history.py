from datetime import timedelta

from sqlmodel import Session

from branches import history
from branches.places import Branch
from tests import make


def test_history_tells_who_did_what_oldest_first(session: Session) -> None:
    branch, user = make.branch(session), make.user(session)
    history.write(session, "close", branch, by=user, at=make.NOON + timedelta(days=1), day="2025-07-03")
    history.write(session, "open", branch, by=None, at=make.NOON)
    history.write(session, "open", make.branch(session), by=None, at=make.NOON)
    told = [(e.verb, e.by_id, e.at, e.details) for e in history.of(session, branch)[1:]]
    assert told == [
        ("open", None, make.NOON, {}),
        ("close", user.id, make.NOON + timedelta(days=1), {"day": "2025-07-03"}),
    ]


def test_history_of_one_kind_of_thing_is_not_that_of_another(session: Session) -> None:
    branch = make.branch(session)
    user = make.user(session)
    history.write(session, "open", branch, by=None, at=make.NOON)
    assert [(e.verb, e.thing) for e in history.of(session, user)] == [("add", "user")]
    assert {e.thing for e in history.of(session, branch)} == {"branch"}


def test_history_of_a_row_that_was_not_stored_yet_names_it(session: Session) -> None:
    branch = Branch(code="new", name="New", region_id=make.region(session).id, timezone="UTC")
    session.add(branch)
    history.write(session, "open", branch, by=None, at=make.NOON)
    assert [e.thing_id for e in history.of(session, branch)] == [branch.id]
