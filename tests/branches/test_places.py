from datetime import date

import pytest
from sqlmodel import Session

from branches import places
from branches.errors import Conflict, Refused
from tests import make

FIRST, LAST = date(2025, 6, 30), date(2025, 7, 6)


def test_a_branch_has_the_zone_of_its_region_or_its_own(session: Session) -> None:
    region = make.region(session, timezone="Asia/Kolkata")
    inherited = places.open_branch(session, region, "a")
    own = places.open_branch(session, region, "b", name="Long Street", timezone="Europe/Budapest")
    assert [(b.name, b.timezone) for b in (inherited, own)] == [
        ("a", "Asia/Kolkata"),
        ("Long Street", "Europe/Budapest"),
    ]


def test_names_are_kept_literally(session: Session) -> None:
    name = "=HYPERLINK(1) '; DROP TABLE branch; -- $x^2$ <b>"
    branch = places.open_branch(session, make.region(session), name, name=name)
    session.expire_all()
    assert (branch.code, branch.name) == (name, name)


def test_a_code_is_taken_once(session: Session) -> None:
    region = places.open_region(session, "north", timezone="UTC")
    places.open_branch(session, region, "one")
    with pytest.raises(Conflict, match="already a region with the code north"):
        places.open_region(session, "north", timezone="UTC")
    with pytest.raises(Conflict, match="already a branch with the code one"):
        places.open_branch(session, region, "one")
    assert [r.code for r in places.regions(session)] == ["north"]


@pytest.mark.parametrize("timezone", ["Nowhere", "../UTC"])
def test_a_place_in_no_time_zone_is_refused(session: Session, timezone: str) -> None:
    with pytest.raises(Refused):
        places.open_region(session, "north", timezone=timezone)
    with pytest.raises(Refused):
        places.open_branch(session, make.region(session), "one", timezone=timezone)


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
    branch = places.open_branch(session, make.region(session), "one", opened=opened)
    if closed is not None:
        places.close_branch(session, branch, closed)
    assert places.open_branches(session, FIRST, LAST) == ([branch] if is_open else [])


def test_open_branches_come_by_code(session: Session) -> None:
    region = make.region(session)
    for code in ("b", "a", "c"):
        places.open_branch(session, region, code)
    assert [b.code for b in places.open_branches(session, FIRST, LAST)] == ["a", "b", "c"]


def test_a_branch_cannot_close_before_it_opened(session: Session) -> None:
    branch = places.open_branch(session, make.region(session), "one", name="Main Street", opened=FIRST)
    with pytest.raises(Refused, match="Main Street cannot close before it opened on 2025-06-30"):
        places.close_branch(session, branch, date(2025, 6, 29))
    places.close_branch(session, branch, FIRST)
    assert branch.closed == FIRST
