from datetime import timedelta

from sqlmodel import Session, select

from branches.knocking import MOST_FROM_ONE_PLACE, Knock, Visitor, came_in, forget, knock, may_try, tries
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


def test_nobody_elsewhere_uses_up_the_tries_of_a_known_browser(session: Session) -> None:
    owner = Visitor("a@example.com", "192.0.2.1", "browser")
    tried = [may_try(session, "password", Visitor("a@example.com", place), most=3, at=make.NOON) for place in "123456"]
    assert tried == [True] * 3 + [False] * 3
    assert [may_try(session, "password", owner, most=3, at=make.NOON) for _ in range(4)] == [True] * 3 + [False]
    came_in(session, "password", owner)
    assert may_try(session, "password", owner, most=1, at=make.NOON)


def test_a_place_that_tries_too_often_is_counted_against_no_address(session: Session) -> None:
    for number in range(MOST_FROM_ONE_PLACE):
        assert may_try(session, "mail", Visitor(f"{number}@example.com", "here"), most=1, at=make.NOON)
    a, elsewhere = (Visitor("a@example.com", place) for place in ("here", "elsewhere"))
    assert [may_try(session, "mail", who, most=1, at=make.NOON) for who in (a, elsewhere)] == [False, True]


def test_coming_in_takes_one_try_of_the_place_back_and_no_more(session: Session) -> None:
    for name in "abc":
        may_try(session, "password", Visitor(name, "here"), most=9, at=make.NOON)
    came_in(session, "password", Visitor("a", "here"))
    assert [tries(session, f"password {who}", at=make.NOON) for who in ("from here", "a", "b")] == [2, 0, 1]
