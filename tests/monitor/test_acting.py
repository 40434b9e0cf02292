"""A corrective action through the weekly reports: promised, overdue, completed, and judged once when enough audits have come."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from branches import actions, editions, history, places
from branches.actions import CorrectiveAction
from branches.audits import Audit
from branches.database import reading, transaction
from branches.flags import Flag
from branches.places import Branch
from branches.standards import Standard
from branches.timetable import DueTimes
from branches.weeks import Week
from monitor import jobs
from monitor.jobs import Worker
from reports import acted, stored
from reports.acted import Outcome, PlannedAction
from reports.weekly import Settings
from tests import make

pytestmark = pytest.mark.slow

FIRST = Week(date(2026, 3, 2))
DONE = FIRST.plus(12)
"""The week in which the action is completed."""
LAST = FIRST.plus(20)


def noon(week: Week, day: int = 2) -> datetime:
    return datetime.combine(week.monday + timedelta(days=day), datetime.min.time(), UTC) + timedelta(hours=12)


def audit_twice_a_week(session: Session, branches: list[Branch], under: Standard) -> None:
    """Scores of 80 with some chance; the first branch is 30 below until the action."""
    chance, shoppers = Random(7), [make.shopper(session) for _ in range(3)]
    for number in range(21):
        week = FIRST.plus(number)
        for branch in branches:
            low = -30.0 if branch is branches[0] and week <= DONE else 0.0
            for day in (1, 3):
                score = round(80 + low + chance.uniform(-8, 8))
                visited = noon(week, day)
                released = visited + timedelta(days=1)
                by = shoppers[chance.randrange(3)]
                make.audit(session, branch, by=by, under=under, score=score, visited_at=visited, released_at=released)


@pytest.fixture
def worker(engine: sa.Engine) -> Worker:
    with transaction(engine) as session:
        under = make.standard(session, {"greeting": 10})
        region = places.open_region(session, "N", name="North", timezone="UTC", by=None, at=make.NOON)
        branches = [places.open_branch(session, region, f"b{n}", by=None, at=make.NOON) for n in range(8)]
        audit_twice_a_week(session, branches, under)
    settings = Settings(reporting_from=FIRST.plus(8), chain_zone="UTC")
    return Worker(engine, settings, lambda: noon(FIRST.plus(9), 1), holder="one")


def key(session: Session) -> str:
    """Of the one region's reports."""
    return next(one.key for one in editions.scopes(session, "UTC", DueTimes()) if one.region_id is not None)


def run_to(worker: Worker, week: Week) -> None:
    """Every report up to that week's is made, on the day after it is due."""
    jobs.weekly_report(replace(worker, clock=lambda: noon(week.plus(1), 1)))


def run(worker: Worker, week: Week) -> PlannedAction:
    """What that week's report says of the one action."""
    run_to(worker, week)
    with reading(worker.engine) as session:
        found = editions.latest(session, key(session), week.monday)
        assert found is not None
        (shown,) = stored.load(found.content).actions or ()
        return shown


def promise(worker: Worker, plan: str, due_on: date, at: datetime, completed_at: datetime | None = None) -> int:
    """Of the one flag that stands."""
    with transaction(worker.engine) as session:
        (flag,), manager = session.exec(select(Flag)).all(), make.user(session)
        action = actions.open_action(session, flag.branch, plan=plan, due_on=due_on, flag=flag, by=manager, at=at)
        if completed_at is not None:
            actions.complete(session, action, by=manager, at=completed_at)
        return action.id


def test_an_action_is_judged_once_by_as_many_audits_as_were_fixed_beforehand(worker: Worker) -> None:
    jobs.weekly_report(worker)
    number = promise(worker, "Greet  within\na minute.", FIRST.plus(11).monday, noon(FIRST.plus(9)))
    opened, late = run(worker, FIRST.plus(9)), run(worker, FIRST.plus(11))
    assert (opened.state, opened.overdue, opened.plan, opened.effect) == ("open", False, "Greet within a minute.", None)
    assert late.overdue
    with transaction(worker.engine) as session:
        actions.complete(session, session.get_one(CorrectiveAction, number), by=make.user(session), at=noon(DONE))
    effects = [effect for n in range(8) if (effect := run(worker, DONE.plus(n)).effect) is not None]
    early = [effect for effect in effects if effect.outcome is Outcome.TOO_EARLY]
    judged = effects[len(early) :]
    assert [effect.audits for effect in early] == list(range(0, 2 * len(early), 2))
    assert len({(effect.wanted, effect.before, effect.doubt) for effect in effects}) == 1
    assert len(early) >= 1
    assert len(judged) > 1
    assert {(effect.outcome, effect.audits) for effect in judged} == {(Outcome.BETTER, effects[0].wanted)}
    assert len(set(judged)) == 1
    with reading(worker.engine) as session:
        held = session.get_one(CorrectiveAction, number)
        assert [event.verb for event in history.of(session, held)] == ["open", "complete", "judge"]
        assert acted.load(held.effect) == judged[0]


def test_an_edition_made_late_shows_actions_as_they_stood_when_it_was_due(worker: Worker) -> None:
    jobs.weekly_report(worker)
    promise(worker, "Greet everybody.", LAST.monday, noon(FIRST.plus(9)), completed_at=noon(FIRST.plus(11)))
    promise(worker, "Train the desk.", LAST.monday, noon(FIRST.plus(12)))
    run_to(worker, FIRST.plus(13))
    with reading(worker.engine) as session:
        shown = [stored.load(one.content).actions or () for one in editions.last_editions(session, key(session), 5)]
    greet = ("Greet everybody.", "open"), ("Greet everybody.", "completed")
    train = ("Train the desk.", "open")
    assert [[(one.plan, one.state) for one in some] for some in shown] == [
        [greet[0]],
        [greet[0]],
        [greet[1]],
        [greet[1], train],
        [greet[1], train],
    ]


def test_an_action_opened_again_is_judged_anew(worker: Worker) -> None:
    jobs.weekly_report(worker)
    number = promise(worker, "Greet everybody.", LAST.monday, noon(FIRST.plus(9)), completed_at=noon(FIRST.plus(10)))
    assert run(worker, FIRST.plus(11)).effect is not None
    with transaction(worker.engine) as session:
        action = session.get_one(CorrectiveAction, number)
        actions.reopen(session, action, reason="not done", by=make.user(session), at=noon(FIRST.plus(12)))
    with reading(worker.engine) as session:
        assert session.get_one(CorrectiveAction, number).effect is None
    assert run(worker, FIRST.plus(12)).effect is None


def test_an_action_that_answers_a_finding_is_judged_by_its_items_section(worker: Worker) -> None:
    jobs.weekly_report(worker)
    with transaction(worker.engine) as session:
        (flag,), manager = session.exec(select(Flag)).all(), make.user(session)
        audits = select(Audit).where(Audit.branch_id == flag.branch_id, Audit.state == "released")
        audit = session.exec(audits.order_by(col(Audit.id).desc())).all()[-1]
        item = next(one for one in audit.standard.sections if one.code == flag.section).items[-1]
        at, due = noon(FIRST.plus(9)), LAST.monday
        action = actions.open_action(
            session, flag.branch, plan="Greet.", due_on=due, audit=audit, item=item, by=manager, at=at
        )
        actions.complete(session, action, by=manager, at=noon(DONE))
    shown = [run(worker, DONE.plus(n)) for n in range(8)]
    assert {(one.for_flag, one.section) for one in shown} == {(False, flag.section)}
    outcomes = [one.effect.outcome for one in shown if one.effect is not None]
    assert (outcomes[0], outcomes[-1]) == (Outcome.TOO_EARLY, Outcome.BETTER)
