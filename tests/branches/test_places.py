from datetime import date, datetime
from typing import Any, TypedDict

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from branches import history, places
from branches.database import transaction
from branches.errors import Conflict, Refused
from branches.places import Branch
from tests import make

FIRST, LAST = date(2025, 6, 30), date(2025, 7, 6)


class ByAt(TypedDict):
    by: None
    at: datetime


NOBODY: ByAt = {"by": None, "at": make.NOON}


def test_a_branch_has_the_zone_of_its_region_or_its_own(session: Session) -> None:
    region = make.region(session, timezone="Asia/Kolkata")
    inherited = places.open_branch(session, region, "a", **NOBODY)
    own = places.open_branch(session, region, "b", name="Long Street", timezone="Europe/Budapest", **NOBODY)
    assert [(b.name, b.timezone) for b in (inherited, own)] == [
        ("a", "Asia/Kolkata"),
        ("Long Street", "Europe/Budapest"),
    ]


def test_names_are_kept_literally(session: Session) -> None:
    name = "=HYPERLINK(1) '; DROP TABLE branch; -- $x^2$ <b>"
    branch = places.open_branch(session, make.region(session), name, name=name, **NOBODY)
    session.expire_all()
    assert (branch.code, branch.name) == (name, name)


def test_a_code_is_taken_once(session: Session) -> None:
    region = places.open_region(session, "north", timezone="UTC", **NOBODY)
    places.open_branch(session, region, "one", **NOBODY)
    with pytest.raises(Conflict, match="already a region with the code north"):
        places.open_region(session, "north", timezone="UTC", **NOBODY)
    with pytest.raises(Conflict, match="already a branch with the code one"):
        places.open_branch(session, region, "one", **NOBODY)
    assert [r.code for r in places.regions(session)] == ["north"]


@pytest.mark.parametrize("timezone", ["Nowhere", "../UTC"])
def test_a_place_in_no_time_zone_is_refused(session: Session, timezone: str) -> None:
    with pytest.raises(Refused):
        places.open_region(session, "north", timezone=timezone, **NOBODY)
    with pytest.raises(Refused):
        places.open_branch(session, make.region(session), "one", timezone=timezone, **NOBODY)


def test_regions_are_listed_by_name(session: Session) -> None:
    for name in ("West", "East", "North"):
        make.region(session, name)
    assert [r.name for r in places.regions(session)] == ["East", "North", "West"]


@pytest.mark.parametrize(
    ("opened", "closed", "is_open"),
    [
        (None, None, True),
        (date(2025, 7, 6), None, True),
        (date(2025, 7, 7), None, False),
        (None, date(2025, 7, 1), True),
        (None, date(2025, 6, 30), False),
        (date(2025, 7, 2), date(2025, 7, 3), True),
    ],
)
def test_branches_are_open_on_a_day_of_the_window(
    session: Session, opened: date | None, closed: date | None, *, is_open: bool
) -> None:
    branch = places.open_branch(session, make.region(session), "one", opened=opened, **NOBODY)
    if closed is not None:
        places.close_branch(session, branch, closed, **NOBODY)
    assert places.open_branches(session, FIRST, LAST) == ([branch] if is_open else [])


def test_open_branches_come_by_code(session: Session) -> None:
    region = make.region(session)
    for code in ("b", "a", "c"):
        places.open_branch(session, region, code, **NOBODY)
    assert [b.code for b in places.open_branches(session, FIRST, LAST)] == ["a", "b", "c"]


def test_a_branch_cannot_close_before_it_opened(session: Session) -> None:
    branch = places.open_branch(session, make.region(session), "one", name="Main Street", opened=FIRST, **NOBODY)
    with pytest.raises(Refused, match="Main Street cannot close before it opened on 2025-06-30"):
        places.close_branch(session, branch, date(2025, 6, 29), **NOBODY)
    places.close_branch(session, branch, FIRST, **NOBODY)
    assert branch.closed == FIRST


def test_a_closed_branch_can_open_again(session: Session) -> None:
    branch = make.branch(session)
    with pytest.raises(Conflict, match="Main Street is not closed"):
        places.reopen_branch(session, branch, **NOBODY)
    places.close_branch(session, branch, FIRST, **NOBODY)
    places.reopen_branch(session, branch, **NOBODY)
    assert places.open_branches(session, FIRST, LAST) == [branch]


def test_what_changes_at_a_place_is_noted_with_what_was_there_before(session: Session) -> None:
    office, branch, south = make.user(session), make.branch(session), make.region(session, "South")
    noted: dict[str, Any] = {"by": office, "at": make.NOON}
    north = branch.region_id
    places.rename(session, branch, " Long Street ", **noted)
    places.rename(session, branch, "Long Street", **noted)
    places.set_address(session, branch, "7 Long Street", **noted)
    places.move_branch(session, branch, south, **noted)
    places.close_branch(session, branch, LAST, **noted)
    events = history.of(session, branch)
    assert [(event.verb, event.by_id) for event in events] == [("open", None)] + [("change", office.id)] * 4
    assert [event.details for event in events[1:]] == [
        {"name": ["Main Street", "Long Street"]},
        {"address": ["", "7 Long Street"]},
        {"region_id": [north, south.id]},
        {"closed": [None, "2025-07-06"]},
    ]
    assert (branch.region, branch.name) == (south, "Long Street")


def test_a_place_without_a_name_is_refused(session: Session) -> None:
    region = make.region(session)
    with pytest.raises(Refused, match="needs a name"):
        places.rename(session, region, "  ", **NOBODY)
    places.rename(session, region, "West", **NOBODY)
    assert [one.name for one in places.regions(session)] == ["West"]


def test_a_place_gets_another_clock_and_a_branch_another_first_day(session: Session) -> None:
    branch = make.branch(session)
    places.set_zone(session, branch, " Asia/Kolkata ", **NOBODY)
    places.open_from(session, branch, FIRST, **NOBODY)
    assert (branch.timezone, branch.opened) == ("Asia/Kolkata", FIRST)
    with pytest.raises(Refused, match="not a time zone"):
        places.set_zone(session, branch.region, "Budapest", **NOBODY)
    places.close_branch(session, branch, FIRST, **NOBODY)
    with pytest.raises(Refused, match="cannot open after it closed"):
        places.open_from(session, branch, LAST, **NOBODY)
    assert [one.details for one in history.of(session, branch)][1:3] == [
        {"timezone": ["Europe/Budapest", "Asia/Kolkata"]},
        {"opened": [None, "2025-06-30"]},
    ]


def test_a_branch_changed_meanwhile_is_read_anew(engine: sa.Engine) -> None:
    with transaction(engine) as session:
        number = make.branch(session).id
    with Session(engine, expire_on_commit=False) as late:
        known = late.get_one(Branch, number)
        late.commit()
        with transaction(engine) as session:
            places.rename(session, session.get_one(Branch, number), "First", **NOBODY)
            places.open_from(session, session.get_one(Branch, number), LAST, **NOBODY)
        with pytest.raises(Refused, match="cannot close before it opened"):
            places.close_branch(late, known, FIRST, **NOBODY)
        places.rename(late, known, "Second", **NOBODY)
        assert history.of(late, known)[-1].details == {"name": ["First", "Second"]}
