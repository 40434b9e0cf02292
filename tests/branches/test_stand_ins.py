"""Who stands in for a manager: on which days by the region's clock, and what ends it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from branches import access, accounts, editions, history, outbox, stand_ins
from branches.access import Right
from branches.database import transaction
from branches.editions import CHAIN, Edition, Scope, region_key
from branches.errors import Conflict, Refused
from branches.people import READERS, Role, User
from branches.places import Region
from branches.stand_ins import StandIn
from branches.weeks import Week
from tests import make

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
TODAY, DAY = NOW.date(), timedelta(days=1)


@dataclass
class Chain:
    north: Region
    south: Region
    manager: User
    """Of the north: the one who goes away."""
    colleague: User
    """Of the south."""
    office: User


@pytest.fixture
def chain(session: Session) -> Chain:
    north, south = make.region(session), make.region(session, "South")
    manager, colleague = (make.user(session, Role.MANAGER, region=region) for region in (north, south))
    make.user(session)
    return Chain(north, south, manager, colleague, make.user(session))


def name(session: Session, chain: Chain, stand_in: User | None = None, **more: object) -> StandIn:
    days = {"first_day": TODAY, "last_day": TODAY + 7 * DAY, "by": chain.manager, "at": NOW, **more}
    return stand_ins.name(session, chain.manager, stand_in or chain.colleague, **days)  # type: ignore[arg-type]


def lent(session: Session, user: User, at: datetime = NOW) -> list[str]:
    return [region_key(one.region) for one in stand_ins.held_by(session, user, at=at)]


def issued(session: Session, region: Region | None = None) -> Edition:
    key = CHAIN if region is None else region_key(region)
    week, at = Week.of(TODAY).plus(-1), NOW
    scope = Scope(key, "UTC", region.id if region is not None else None)
    return editions.issue(session, scope, week, {}, due_at=at, at=at, standard_id=None)


def test_reports_are_made_for_those_who_may_read_them() -> None:
    assert access.holders(Right.READ_EDITIONS) == READERS


def test_a_stand_in_reads_and_gets_the_regions_reports_and_nothing_else(session: Session, chain: Chain) -> None:
    name(session, chain)
    mine, other, whole = (region_key(chain.north), region_key(chain.south), CHAIN)
    held = lent(session, chain.colleague)
    assert [access.may_read_scope(chain.colleague, scope, held) for scope in (mine, other, whole)] == [
        True,
        True,
        False,
    ]
    assert [access.may_read_scope(chain.colleague, scope) for scope in (mine, other, whole)] == [False, True, False]
    assert list(session.exec(access.visible_branches(chain.colleague))) == []
    mails = outbox.for_edition(session, issued(session, chain.north), at=NOW)
    assert {mail.user_id for mail in mails} == {chain.manager.id, chain.colleague.id}
    mails = outbox.for_edition(session, issued(session), at=NOW)
    assert chain.colleague.id not in {mail.user_id for mail in mails}


def test_what_is_lent_is_worth_nothing_to_whom_no_report_is_made_for(session: Session, chain: Chain) -> None:
    staff = make.user(session, Role.STAFF, branch=make.branch(session, chain.north))
    for user in (staff, make.shopper(session)):
        assert access.may_read_scope(user, region_key(chain.north), [region_key(chain.north)]) is False


@given(st.integers(0, 5), st.integers(0, 5), st.integers(-3, 12))
def test_it_holds_from_its_first_day_to_its_last(first: int, more: int, now: int) -> None:
    row = StandIn(
        person_id=1,
        stand_in_id=2,
        region_id=3,
        first_day=TODAY + first * DAY,
        last_day=TODAY + (first + more) * DAY,
        named_at=NOW,
    )
    row.region = Region(code="x", name="x", timezone="UTC")
    assert stand_ins.holds(row, NOW + now * DAY) is (first <= now <= first + more)


def test_it_begins_and_ends_at_midnight_in_the_region(session: Session) -> None:
    region = make.region(session, "East", timezone="Asia/Kolkata")
    manager, stand_in = make.user(session, Role.MANAGER, region=region), make.user(session)
    day = date(2026, 3, 20)
    stand_ins.name(session, manager, stand_in, first_day=day, last_day=day, by=None, at=NOW)
    midnight = datetime(2026, 3, 19, 18, 30, tzinfo=UTC)
    moment = timedelta(seconds=1)
    asked = (midnight - moment, midnight, midnight + DAY - moment, midnight + DAY)
    assert [lent(session, stand_in, at) != [] for at in asked] == [False, True, True, False]
    found = [[one.stand_in_id for one in stand_ins.in_region(session, region.id, at=at)] for at in asked]
    assert found == [[], [stand_in.id], [stand_in.id], []]


def test_today_is_the_regions_own_when_it_is_named(session: Session) -> None:
    """Noon in London is tomorrow already in the far east of the Pacific."""
    region = make.region(session, "Line", timezone="Pacific/Kiritimati")
    manager = make.user(session, Role.MANAGER, region=region)
    with pytest.raises(Refused, match="not on days that are past"):
        stand_ins.name(session, manager, make.user(session), first_day=TODAY, last_day=TODAY, by=None, at=NOW)


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        (-1, 3, "from today on"),
        (3, 2, "The last day is before the first"),
        (0, 400, "at most a year ahead"),
        (400, 401, "at most a year ahead"),
    ],
)
def test_days_that_cannot_be_are_refused(session: Session, chain: Chain, first: int, last: int, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        name(session, chain, first_day=TODAY + first * DAY, last_day=TODAY + last * DAY)


def test_nobody_stands_in_for_themselves(session: Session, chain: Chain) -> None:
    with pytest.raises(Refused, match="Nobody stands in for themselves"):
        name(session, chain, chain.manager)


def test_only_a_manager_or_head_office_stands_in_and_only_for_a_manager(session: Session, chain: Chain) -> None:
    chain.colleague.active = False
    others = [chain.colleague, make.shopper(session), make.user(session, Role.STAFF, branch=make.branch(session))]
    for user in others:
        with pytest.raises(Refused, match="Only another manager or somebody at head office"):
            name(session, chain, user)
    for user in (*others, chain.office):
        with pytest.raises(Refused, match="Only the manager of a region"):
            stand_ins.name(session, user, chain.manager, first_day=TODAY, last_day=TODAY, by=None, at=NOW)


def test_one_person_at_a_time_stands_in(session: Session, chain: Chain) -> None:
    first = name(session, chain)
    with pytest.raises(Conflict, match="end that first"):
        name(session, chain, chain.office, first_day=TODAY + 7 * DAY, last_day=TODAY + 9 * DAY)
    name(session, chain, chain.office, first_day=TODAY + 8 * DAY, last_day=TODAY + 9 * DAY)
    stand_ins.end(session, first, by=chain.manager, at=NOW)
    name(session, chain, chain.office)
    assert [one.stand_in_id for one in stand_ins.to_come(session, chain.manager, at=NOW)] == [chain.office.id] * 2


def test_an_end_holds_at_once_and_comes_once(session: Session, chain: Chain) -> None:
    row = name(session, chain)
    stand_ins.end(session, row, by=chain.office, at=NOW)
    assert lent(session, chain.colleague) == []
    assert stand_ins.to_come(session, chain.manager, at=NOW) == []
    with pytest.raises(Conflict, match="ended already"):
        stand_ins.end(session, row, by=chain.office, at=NOW)


def test_history_tells_who_named_whom_for_which_days_and_who_ended_it(session: Session, chain: Chain) -> None:
    stand_ins.end(session, name(session, chain), by=chain.office, at=NOW)
    noted = [(one.verb, one.by_id, one.details) for one in history.of(session, chain.manager)][-2:]
    days = {"first": "2026-03-10", "last": "2026-03-17"}
    assert noted == [
        ("name_stand_in", chain.manager.id, {"stand_in": chain.colleague.public_id, **days}),
        ("end_stand_in", chain.office.id, {"stand_in": chain.colleague.public_id}),
    ]


def leaves(session: Session, chain: Chain) -> None:
    accounts.deactivate(session, chain.colleague, by=None, at=NOW)


def becomes_staff(session: Session, chain: Chain) -> None:
    branch = make.branch(session, chain.north)
    accounts.change_role(session, chain.colleague, Role.STAFF, branch=branch, by=None, at=NOW)


def is_let_go(session: Session, chain: Chain) -> None:
    accounts.deactivate(session, chain.manager, by=None, at=NOW)


def gets_another_region(session: Session, chain: Chain) -> None:
    accounts.change_role(session, chain.manager, Role.MANAGER, region=chain.south, by=None, at=NOW)


def goes_to_head_office(session: Session, chain: Chain) -> None:
    accounts.change_role(session, chain.manager, Role.OFFICE, by=None, at=NOW)


@pytest.mark.parametrize(
    "change", [leaves, becomes_staff, is_let_go, gets_another_region, goes_to_head_office], ids=lambda one: one.__name__
)
def test_it_ends_with_the_access_of_either(
    session: Session, chain: Chain, change: Callable[[Session, Chain], None]
) -> None:
    name(session, chain)
    change(session, chain)
    assert lent(session, chain.colleague) == []
    assert stand_ins.in_region(session, chain.north.id, at=NOW) == []
    assert stand_ins.to_come(session, chain.manager, at=NOW) == []


def test_a_stand_in_who_manages_the_region_too_gets_one_mail(session: Session, chain: Chain) -> None:
    second = make.user(session, Role.MANAGER, region=chain.north)
    name(session, chain, second)
    mails = outbox.for_edition(session, issued(session, chain.north), at=NOW)
    assert [mail.user_id for mail in mails] == [chain.manager.id, second.id]


def test_a_stand_in_without_an_address_may_read_and_gets_no_mail(session: Session, chain: Chain) -> None:
    chain.colleague.email = None
    name(session, chain)
    assert lent(session, chain.colleague) == [region_key(chain.north)]
    assert len(outbox.for_edition(session, issued(session, chain.north), at=NOW)) == 1


def test_of_two_who_name_somebody_at_once_one_is_refused(engine: sa.Engine) -> None:
    with transaction(engine) as session:
        manager = make.user(session, Role.MANAGER, region=make.region(session))
        others = [make.user(session), make.user(session)]
    both, refused = Barrier(2), list[str]()

    def choose(other: User) -> None:
        both.wait()
        try:
            with transaction(engine) as session:
                away, there = (session.get_one(User, one.id) for one in (manager, other))
                stand_ins.name(session, away, there, first_day=TODAY, last_day=TODAY, by=away, at=NOW)
        except Conflict as conflict:
            refused.append(conflict.message)

    threads = [Thread(target=choose, args=(other,)) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["Somebody stands in on some of these days already; end that first."]
