from datetime import UTC, date, datetime, time, timedelta
from time import sleep

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from branches import actions, history
from branches.actions import CorrectiveAction
from branches.database import reading, transaction
from branches.errors import Conflict, NotAllowed, Refused
from branches.flags import Flag
from branches.people import Role, User
from branches.places import Branch
from branches.weeks import moment
from tests import make
from tests.together import together

DAY = date(2025, 7, 20)


def flag(session: Session, branch: Branch) -> Flag:
    made = Flag(branch_id=branch.id, section="greeting", raised_week=make.NOON.date(), last_week=make.NOON.date())
    session.add(made)
    session.flush()
    return made


def promise(session: Session, by: User | None = None, due_on: date = DAY) -> CorrectiveAction:
    branch = make.branch(session)
    return actions.open_action(
        session,
        branch,
        plan=" Train the desk. ",
        due_on=due_on,
        by=by or make.user(session, Role.STAFF, branch=branch),
        at=make.NOON,
        flag=flag(session, branch),
    )


def test_an_action_is_opened_completed_and_verified(session: Session) -> None:
    staff, manager = make.user(session), make.user(session)
    action = promise(session, by=staff)
    actions.complete(session, action, by=staff, at=make.NOON + timedelta(days=1))
    actions.verify(session, action, by=manager, at=make.NOON + timedelta(days=2))
    assert (action.state, action.plan, action.due_on) == ("verified", "Train the desk.", DAY)
    assert (action.completed_at, action.verified_at) == (make.NOON + timedelta(days=1), make.NOON + timedelta(days=2))
    told = [(e.verb, e.by_id) for e in history.of(session, action)]
    assert told == [("open", staff.id), ("complete", staff.id), ("verify", manager.id)]


def test_who_completed_does_not_verify(session: Session) -> None:
    staff, manager = make.user(session), make.user(session)
    action = promise(session)
    actions.complete(session, action, by=staff, at=make.NOON)
    with pytest.raises(NotAllowed, match="Somebody else"):
        actions.verify(session, action, by=staff, at=make.NOON)
    actions.reopen(session, action, reason="not done", by=staff, at=make.NOON)
    actions.complete(session, action, by=manager, at=make.NOON)
    actions.verify(session, action, by=staff, at=make.NOON)
    assert action.state == "verified"


def test_an_action_that_was_not_done_is_open_again(session: Session) -> None:
    action, manager = promise(session), make.user(session)
    actions.complete(session, action, by=manager, at=make.NOON)
    with pytest.raises(Refused, match="Say why"):
        actions.reopen(session, action, reason=" ", by=manager, at=make.NOON)
    actions.reopen(session, action, reason=" not done ", by=manager, at=make.NOON)
    assert (action.state, action.completed_at) == ("open", None)
    assert history.of(session, action)[-1].details == {"reason": "not done"}


def test_steps_out_of_order_are_refused(session: Session) -> None:
    action, staff, manager = promise(session), make.user(session), make.user(session)
    with pytest.raises(Conflict, match="is open, not completed"):
        actions.verify(session, action, by=manager, at=make.NOON)
    with pytest.raises(Conflict, match="is open, not completed"):
        actions.reopen(session, action, reason="x", by=manager, at=make.NOON)
    actions.complete(session, action, by=staff, at=make.NOON)
    with pytest.raises(Conflict, match="is completed, not open"):
        actions.complete(session, action, by=staff, at=make.NOON)
    actions.verify(session, action, by=manager, at=make.NOON)
    with pytest.raises(Conflict, match="is verified, not completed"):
        actions.reopen(session, action, reason="x", by=manager, at=make.NOON)


def test_an_action_says_what_will_be_done_about_what(session: Session) -> None:
    branch, staff = make.branch(session), make.user(session)
    with pytest.raises(Refused, match="Say what the branch will do"):
        actions.open_action(session, branch, plan=" ", due_on=DAY, by=staff, at=make.NOON, flag=flag(session, branch))
    with pytest.raises(Refused, match="answers a flag or a finding"):
        actions.open_action(session, branch, plan="x", due_on=DAY, by=staff, at=make.NOON)


def test_an_action_answers_only_what_is_its_branchs_own(session: Session) -> None:
    branch, other, staff = make.branch(session), make.branch(session), make.user(session)
    with pytest.raises(Refused, match="another branch"):
        actions.open_action(session, branch, plan="x", due_on=DAY, by=staff, at=make.NOON, flag=flag(session, other))
    audit = make.audit(session, other)
    with pytest.raises(Refused, match="another branch"):
        actions.open_action(session, branch, plan="x", due_on=DAY, by=staff, at=make.NOON, audit=audit)


def test_an_action_answers_an_audit_only_once_it_is_released(session: Session) -> None:
    branch, staff = make.branch(session), make.user(session)
    audit = make.audit(session, branch)
    action = actions.open_action(session, branch, plan="x", due_on=DAY, by=staff, at=make.NOON, audit=audit)
    assert (action.audit_id, action.flag_id) == (audit.id, None)
    audit.state = "approved"
    with pytest.raises(Conflict, match="not released"):
        actions.open_action(session, branch, plan="x", due_on=DAY, by=staff, at=make.NOON, audit=audit)


def told(session: Session, at: datetime, region_id: int | None = None, most: int = 9) -> tuple[list[date], int]:
    found, total = actions.promised(session, at, ahead=timedelta(days=2), region_id=region_id, most=most)
    return [one.due_on if not one.overdue else date.min for one in found], total


def test_open_promises_are_told_until_their_day_and_then_as_late(session: Session) -> None:
    make.branch(session)
    assert told(session, make.NOON) == ([], 0)
    days = [DAY + timedelta(days=n) for n in (3, 2, 0, -1)]
    for day in days:
        promise(session, due_on=day)
    actions.complete(session, promise(session, due_on=DAY - timedelta(days=9)), by=make.user(session), at=make.NOON)
    at = datetime.combine(DAY, time(12), UTC)
    assert told(session, at) == ([date.min, DAY, days[1]], 3)
    assert told(session, at, most=1) == ([date.min], 3)


def test_a_promise_is_late_once_the_day_is_over_at_its_branch(session: Session) -> None:
    for zone in ("Pacific/Auckland", "America/Los_Angeles"):
        action = promise(session, due_on=DAY)
        action.branch.timezone = zone
        session.add(action.branch)
    session.flush()
    late = datetime.combine(DAY, time(13), UTC)  # the next day has begun in Auckland
    assert told(session, late) == ([date.min, DAY], 2)
    early = datetime.combine(DAY - timedelta(days=2), time(3), UTC)  # three days before it in Los Angeles
    assert told(session, early) == ([DAY], 1)


def test_promises_are_told_of_one_region_or_all(session: Session) -> None:
    one, _ = promise(session, due_on=DAY), promise(session, due_on=DAY)
    at = datetime.combine(DAY, time(12), UTC)
    other = make.region(session, "South")
    assert (told(session, at)[1], told(session, at, other.id)[1]) == (2, 0)
    one.branch.region_id = other.id
    session.add(one.branch)
    session.flush()
    assert told(session, at, other.id) == ([DAY], 1)


def test_an_action_completed_by_two_at_once_is_completed_once(engine: sa.Engine) -> None:
    with transaction(engine) as session:
        number = promise(session).id

    def complete() -> None:
        with transaction(engine) as session:
            action = session.get_one(CorrectiveAction, number)
            sleep(0.05)
            actions.complete(session, action, by=make.user(session), at=make.NOON)
            session.flush()
            sleep(0.05)

    given = together(complete, complete)
    with reading(engine) as session:
        told = [e.verb for e in history.of(session, session.get_one(CorrectiveAction, number))]
    assert told == ["open", "complete"]
    assert sorted(map(str, given)) == ["None", "This corrective action is completed, not open."]


def test_who_completes_it_at_the_same_moment_does_not_verify_it(engine: sa.Engine) -> None:
    with transaction(engine) as session:
        staff = make.user(session)
        number = promise(session, by=staff).id

    def complete() -> None:
        with transaction(engine) as session:
            actions.complete(session, session.get_one(CorrectiveAction, number), by=staff, at=make.NOON)
            sleep(0.3)

    def verify() -> None:
        with transaction(engine) as session:
            sleep(0.1)
            actions.verify(session, session.get_one(CorrectiveAction, number), by=staff, at=make.NOON)

    _, refused = together(complete, verify)
    assert type(refused) in (Conflict, NotAllowed)  # before it was completed, or because of it
    with transaction(engine) as session:
        assert session.get_one(CorrectiveAction, number).state == "completed"


def test_actions_as_they_stood_at_a_moment(session: Session) -> None:
    action, by = promise(session), make.user(session)
    branch = action.branch_id
    actions.complete(session, action, by=by, at=make.NOON + timedelta(days=3))
    actions.verify(session, action, by=make.user(session), at=make.NOON + timedelta(days=5))

    def stood(days: int, since: date = date(2000, 1, 1)) -> list[tuple[str, str, bool]]:
        found = actions.kept(session, [branch], make.NOON + timedelta(days=days), since=since)
        return [(one.section, one.state.value, one.overdue) for one in found]

    assert [stood(days) for days in (-1, 0, 3, 5)] == [
        [],
        [("greeting", "open", False)],
        [("greeting", "completed", False)],
        [("greeting", "verified", False)],
    ]
    assert stood(5, since=date(2100, 1, 1)) == []


def test_actions_are_late_by_the_branchs_own_day(session: Session) -> None:
    action = promise(session, due_on=DAY)
    zone = action.branch.timezone
    for at, late in ((moment(DAY, time(23, 59), zone), False), (moment(DAY + timedelta(days=1), time(0), zone), True)):
        (found,) = actions.kept(session, [action.branch_id], at, since=DAY)
        assert found.overdue is late


def test_an_effect_is_kept_until_it_is_judged_and_then_for_good(session: Session) -> None:
    action, at = promise(session), make.NOON + timedelta(days=9)
    actions.note_effect(session, action, {"outcome": "of one that is open"}, judged=True, at=at)
    actions.complete(session, action, by=make.user(session), at=make.NOON)
    actions.note_effect(session, action, {"outcome": "too_early"}, judged=False, at=at)
    actions.note_effect(session, action, {"outcome": "better", "change": 8.0}, judged=True, at=at)
    actions.note_effect(session, action, {"outcome": "worse", "change": -8.0}, judged=True, at=at)
    assert action.effect == {"outcome": "better", "change": 8.0}
    assert [event.verb for event in history.of(session, action)] == ["open", "complete", "judge"]
