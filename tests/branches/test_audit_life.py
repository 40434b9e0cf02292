"""An audit's life at random: whatever is tried in whatever order, what must hold of an audit holds."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from branches import appeals, audits, history, review, scoring, standards
from branches.appeals import Appeal
from branches.audits import Answer, Audit, ScoreRow
from branches.errors import Refused
from branches.people import User
from branches.questions import Mark
from branches.standards import Item, Section
from branches.states import COUNTED, AuditState
from tests import make
from tests.branches.test_audits import LIFE

Step = Callable[[Session, Audit, User, int], None]
"""Something that is tried with an audit, by the office; a number chooses among its variants."""


def submit(session: Session, audit: Audit, by: User, n: int) -> None:
    marks = {f"greeting{i}": Mark(("yes", "no", "na")[(n // 3**i) % 3]) for i in range(1, 4)}
    audits.submit(session, audit, marks, visited_at=make.NOON - timedelta(days=n % 9), by=by, at=make.NOON)


def appeal(session: Session, audit: Audit, by: User, n: int) -> None:
    item = f"greeting{n % 3 + 1}"
    appeals.open_appeal(session, audit, item, reason="not so", until=make.NOON, by=by, at=make.NOON)


def decide(session: Session, audit: Audit, by: User, n: int) -> None:
    waiting = session.exec(select(Appeal).where(Appeal.audit_id == audit.id)).all()
    if waiting:
        mark = (None, "yes", "no", "na")[n % 4]
        chosen = waiting[n % len(waiting)]
        appeals.decide(session, chosen, upheld_as=mark, decision="seen", by=by, at=make.NOON)


BARE = ("expired", "withdrawn", "closed", "assigned")
"""Steps that have no verb of their own, and one that none leads to."""

STEPS: tuple[Step, ...] = (
    lambda session, audit, by, _: audits.start(session, audit, by=by, at=make.NOON),
    submit,
    submit,
    lambda session, audit, by, _: review.send_back(session, audit, reason="again", by=by, at=make.NOON),
    lambda session, audit, by, _: review.approve(session, audit, by=by, at=make.NOON),
    lambda session, audit, by, _: review.approve(session, audit, by=by, at=make.NOON),
    lambda session, audit, by, _: review.release(session, audit, by=by, at=make.NOON),
    lambda session, audit, by, _: review.release(session, audit, by=by, at=make.NOON),
    appeal,
    appeal,
    decide,
    decide,
    lambda session, audit, by, n: audits.exclude(session, audit, reason="x" if n % 4 == 0 else "", by=by, at=make.NOON),
    lambda session, audit, by, n: audits.move(session, audit, AuditState(BARE[n % 4]), by=by, at=make.NOON),
)


@pytest.mark.slow
@settings(
    max_examples=6,
    phases=[Phase.generate],  # shrinking through a database takes minutes and finds little
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(tries=st.lists(st.tuples(st.integers(0, len(STEPS) - 1), st.integers(0, 80)), min_size=6, max_size=12))
def test_whatever_is_tried_an_audit_stays_whole(session: Session, tries: list[tuple[int, int]]) -> None:
    standard = standards.newest(session) or make.standard(session, {"greeting": 3})
    office = make.user(session)
    audit = audits.assign(session, standard, make.branch(session), None, by=office, at=make.NOON - timedelta(days=9))
    for step, n in [(0, 0), (1, 5), (4, 0), (6, 0), *tries]:
        state = audit.state
        before = steps_told(session, audit)
        try:
            with session.begin_nested():
                STEPS[step](session, audit, office, n)
        except Refused:
            session.refresh(audit)
            assert (audit.state, steps_told(session, audit)) == (state, before)
        told = steps_told(session, audit)
        assert told[: len(before)] == before
        assert path(state, told[len(before) :]) == audit.state
        check(session, audit)


def steps_told(session: Session, audit: Audit) -> list[str]:
    return [event.verb for event in history.of(session, audit)]


def path(state: str, steps: list[str]) -> str:
    """Where the steps that history tells of lead; each must be one of an audit's life."""
    for step in steps:
        assert step in LIFE[state].split()
        state = step
    return state


def check(session: Session, audit: Audit) -> None:
    """The stored scores are those of the stored answers, and count while the state counts and since the release."""
    query = select(Item.code, Answer.mark).join(Answer).where(Answer.audit_id == audit.id)
    result = scoring.score(standards.scoring_rules(audit.standard), dict(session.exec(query).all()))
    assert audit.score == (None if result.total is None else scoring.thousandths(result.total))
    since = audit.released_at if AuditState(audit.state) in COUNTED else None
    stored = session.exec(
        select(Section.code, ScoreRow.score, ScoreRow.counted_from).join(ScoreRow).where(ScoreRow.audit_id == audit.id)
    ).all()
    assert {tuple(row) for row in stored} == {
        (code, scoring.thousandths(s.score), since) for code, s in result.sections.items()
    }
    waiting = session.exec(select(Appeal.id).where(Appeal.audit_id == audit.id, Appeal.state == "open")).all()
    assert (audit.state == "appealed" and bool(waiting)) or not waiting or audit.state == "excluded"
