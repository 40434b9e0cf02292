"""History narrowed and read in parts."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from branches import history, looking_back
from branches.history import Event
from branches.looking_back import Doer, Mark, Wanted
from branches.people import User
from branches.places import Branch
from tests import make

MINUTE = timedelta(minutes=1)


def written(session: Session, minutes: list[int]) -> tuple[Branch, User]:
    """An event of one branch at each of these minutes, every other one by a person."""
    branch, user = make.branch(session), make.user(session)
    for n, minute in enumerate(minutes):
        at = make.NOON + minute * MINUTE
        history.write(session, "open" if n % 3 else "change", branch, by=user if n % 2 else None, at=at, number=n)
    session.flush()
    return branch, user


def numbers(events: list[Event]) -> list[int]:
    return [event.details["number"] for event in events]


def of_branch(branch: Branch, **more: object) -> Wanted:
    return Wanted("branch", thing_id=branch.id, **more)  # type: ignore[arg-type]


def all_but_first(session: Session, wanted: Wanted, most: int) -> list[list[Event]]:
    here = looking_back.part(session, wanted, most=most)
    found = [here.events]
    while here.older is not None:
        here = looking_back.part(session, wanted, most=most, below=here.older)
        found.append(here.events)
    return found


def test_parts_have_every_event_once_the_newest_first(session: Session) -> None:
    branch, _ = written(session, [0, 5, 5, 5, 2, 9, 9])
    wanted = Wanted("branch", "open", branch.id), Wanted("branch", "change", branch.id)
    for one in wanted:
        whole = looking_back.part(session, one, most=50).events
        assert [event for part in all_but_first(session, one, 2) for event in part] == whole
        assert whole == sorted(whole, key=lambda event: (event.at, event.id), reverse=True)


def test_going_back_shows_the_part_that_was_left_and_the_first_whole(session: Session) -> None:
    branch, _ = written(session, list(range(1, 8)))
    wanted = of_branch(branch, since=make.NOON + MINUTE)
    first = looking_back.part(session, wanted, most=3)
    assert (numbers(first.events), first.newer) == ([6, 5, 4], None)
    second = looking_back.part(session, wanted, most=3, below=first.older)
    third = looking_back.part(session, wanted, most=3, below=second.older)
    assert (numbers(second.events), numbers(third.events), third.older) == ([3, 2, 1], [0], None)
    assert looking_back.part(session, wanted, most=3, above=third.newer) == second
    assert looking_back.part(session, wanted, most=3, above=second.newer) == first


def test_what_is_written_meanwhile_moves_no_part(session: Session) -> None:
    branch, _ = written(session, list(range(1, 7)))
    wanted = of_branch(branch, since=make.NOON + MINUTE)
    first = looking_back.part(session, wanted, most=3)
    history.write(session, "open", branch, by=None, at=make.NOON + 99 * MINUTE, number=99)
    session.flush()
    assert numbers(looking_back.part(session, wanted, most=3, below=first.older).events) == [2, 1, 0]


def test_history_is_narrowed_by_each_thing_alone(session: Session) -> None:
    branch, user = written(session, [1, 2, 3, 4])
    since = make.NOON + MINUTE

    def found(**narrowed: object) -> list[int]:
        return numbers(looking_back.part(session, of_branch(branch, since=since, **narrowed), most=9).events)

    assert found() == [3, 2, 1, 0]
    assert found(verb="change") == [3, 0]
    assert found(by_id=user.id) == found(doer=Doer.PEOPLE) == [3, 1]
    assert found(doer=Doer.PROGRAM) == [2, 0]
    assert found(until=make.NOON + 3 * MINUTE) == [1, 0]


def test_all_are_read_a_few_at_a_time(session: Session) -> None:
    branch, _ = written(session, list(range(1, 8)))
    wanted = of_branch(branch, since=make.NOON + MINUTE)
    parts = [numbers(events) for events in looking_back.every(session, wanted, at_once=3)]
    assert parts == [[6, 5, 4], [3, 2, 1], [0]]
    assert list(looking_back.every(session, Wanted("flag"), at_once=3)) == []


@given(st.integers(0, 10**16), st.integers(1, 10**17))
@settings(max_examples=50)
def test_a_mark_is_read_as_it_was_written(microseconds: int, number: int) -> None:
    mark = Mark.parse(f"{microseconds}-{number}")
    assert mark is not None
    assert (str(mark), Mark.parse(str(mark))) == (f"{microseconds}-{number}", mark)


@pytest.mark.parametrize("text", ["", "1", "-1", "1-", "a-b", "1-2-3", "9" * 18 + "-1", "1-" + "9" * 19, "\u0661-1"])
def test_anything_else_is_no_mark(text: str) -> None:
    assert Mark.parse(text) is None
