from datetime import timedelta

from sqlmodel import Session, select

from branches.knocking import Knock, forget, knock, tries
from tests import make

HOUR = timedelta(hours=1)


def test_a_door_opens_so_many_times_an_hour(session: Session) -> None:
    answers = [knock(session, "a@example.com", most=3, at=make.NOON) for _ in range(4)]
    assert answers == [True, True, True, False]
    assert knock(session, "b@example.com", most=3, at=make.NOON) is True
    assert knock(session, "a@example.com", most=3, at=make.NOON + HOUR) is True


def test_tries_are_forgotten_after_an_hour_and_on_coming_in(session: Session) -> None:
    for _ in range(2):
        knock(session, "a", most=9, at=make.NOON)
    assert tries(session, "a", at=make.NOON) == 2
    forget(session, "a")
    assert tries(session, "a", at=make.NOON) == 0
    knock(session, "a", most=9, at=make.NOON)
    knock(session, "b", most=9, at=make.NOON + HOUR)
    assert len(session.exec(select(Knock.id)).all()) == 1


def test_what_was_typed_is_not_kept(session: Session) -> None:
    knock(session, "my password by mistake", most=1, at=make.NOON)
    assert "password" not in session.exec(select(Knock.about_hash)).one()
