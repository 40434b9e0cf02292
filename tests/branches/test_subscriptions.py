"""When somebody wants the weekly report's mail: chosen, kept, judged over everything that a mail tells of."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from branches import accounts, editions, history, outbox, subscriptions
from branches.database import reading, transaction
from branches.editions import CHAIN, Edition, Scope
from branches.people import Role, User
from branches.subscriptions import Subscription, Wanted
from branches.weeks import Week
from reports.figures import State
from tests import make

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
WEEK = Week.of(NOW.date()).plus(-1)


def told(*, short: int = 0, state_changed: bool | None = None) -> Edition:
    """An edition with so many sections that fall short; a revision where it is said whether a state changed."""
    changes = None if state_changed is None else {"state_changed": state_changed}
    return edition(states={"falls_short": short, "watch": 3}, changes=changes)


def edition(**more: Any) -> Edition:
    return Edition(scope=CHAIN, week=WEEK.monday, due_at=NOW, issued_at=NOW, content={}, **more)


def issued(session: Session, week: Week = WEEK, *, short: int = 0) -> Edition:
    at = NOW + timedelta(days=7)
    states = {State.FALLS_SHORT.value: short}
    return editions.issue(session, Scope(CHAIN, "UTC"), week, {}, due_at=at, at=at, standard_id=None, states=states)


def test_the_state_that_is_asked_for_is_the_reports_own() -> None:
    assert State.FALLS_SHORT.value == subscriptions.FALLS_SHORT


def test_who_never_chose_is_mailed_every_week(session: Session) -> None:
    assert subscriptions.wanted(session, make.user(session)) is Wanted.ALWAYS
    assert subscriptions.find(session, make.user(session)) is None


def test_a_choice_is_kept_with_who_made_it_and_the_same_again_changes_nothing(session: Session) -> None:
    office, manager = make.user(session), make.user(session, Role.MANAGER, region=make.region(session))
    for _ in range(2):
        subscriptions.choose(session, manager, Wanted.SHORT, by=office, at=NOW)
    assert subscriptions.wanted(session, manager) is Wanted.SHORT
    noted = [one for one in history.of(session, manager) if one.verb == "choose_mails"]
    assert [(one.by_id, one.details) for one in noted] == [(office.id, {"before": "always", "after": "short"})]


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (told(), False),
        (told(short=1), True),
        (told(state_changed=True), True),
        (told(state_changed=False), False),
        (edition(), False),
    ],
)
def test_something_falls_short_where_a_branch_does_or_a_revision_changed_a_state(found: Edition, wanted: bool) -> None:
    assert subscriptions.is_wanted(Wanted.SHORT, [found]) is wanted
    assert subscriptions.is_wanted(Wanted.ALWAYS, [found]) is True
    assert subscriptions.is_wanted(Wanted.NEVER, [found]) is False


@given(st.lists(st.integers(0, 2), min_size=1, max_size=6))
def test_a_mail_that_speaks_for_many_is_wanted_where_one_of_them_alone_would_be(counts: list[int]) -> None:
    many = [told(short=n) for n in counts]
    alone = [subscriptions.is_wanted(Wanted.SHORT, [one]) for one in many]
    assert subscriptions.is_wanted(Wanted.SHORT, many) is any(alone)


def test_mail_is_written_for_those_alone_who_want_it(session: Session) -> None:
    always, short, never = (make.user(session) for _ in range(3))
    subscriptions.choose(session, short, Wanted.SHORT, by=None, at=NOW)
    subscriptions.choose(session, never, Wanted.NEVER, by=None, at=NOW)
    calm, grave = issued(session, WEEK), issued(session, WEEK.plus(1), short=2)
    assert [mail.user_id for mail in outbox.for_edition(session, calm, at=NOW)] == [always.id]
    assert [mail.user_id for mail in outbox.for_edition(session, grave, at=NOW)] == [always.id, short.id]


def test_each_reader_of_a_mail_has_a_token_of_their_own(session: Session) -> None:
    people = [make.user(session) for _ in range(3)]
    outbox.for_edition(session, issued(session), at=NOW)
    rows = session.exec(select(Subscription)).all()
    assert {row.user_id for row in rows} == {one.id for one in people}
    assert len({row.token for row in rows}) == 3
    assert [subscriptions.holder(session, row.token) for row in rows] == [row.user for row in rows]


def test_a_token_is_nobodys_once_its_person_reads_no_reports(session: Session) -> None:
    branch = make.branch(session)
    make.user(session)
    moved, left = (make.user(session, Role.MANAGER, region=branch.region) for _ in range(2))
    tokens = [subscriptions.of(session, one).token for one in (moved, left)]
    accounts.change_role(session, moved, Role.STAFF, branch=branch, by=None, at=NOW)
    accounts.deactivate(session, left, by=None, at=NOW)
    assert [subscriptions.holder(session, token) for token in (*tokens, "", "x" * 100)] == [None] * 4


def test_a_new_address_gets_a_new_token_and_the_choice_stays(session: Session) -> None:
    office = make.user(session)
    subscriptions.choose(session, office, Wanted.SHORT, by=office, at=NOW)
    old = subscriptions.of(session, office).token
    accounts.change_address(session, office, "new@example.com", by=None, at=NOW)
    assert subscriptions.holder(session, old) is None
    assert subscriptions.holder(session, subscriptions.of(session, office).token) is office
    assert subscriptions.wanted(session, office) is Wanted.SHORT


def test_of_two_who_choose_at_once_both_are_noted_in_turn(engine: sa.Engine) -> None:
    with transaction(engine) as session:
        office = make.user(session)
    both = Barrier(2)

    def choose(wanted: Wanted) -> None:
        both.wait()
        with transaction(engine) as session:
            subscriptions.choose(session, session.get_one(User, office.id), wanted, by=None, at=NOW)

    threads = [Thread(target=choose, args=(wanted,)) for wanted in (Wanted.SHORT, Wanted.NEVER)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as session:
        noted = [one.details for one in history.of(session, office) if one.verb == "choose_mails"]
        assert noted[0]["before"] == "always"
        assert noted[0]["after"] == noted[1]["before"]
        assert noted[1]["after"] == subscriptions.wanted(session, office).value
