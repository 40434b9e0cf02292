"""The desk of the invented chain has work on it, and what counts is as it was."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from sqlalchemy import func
from sqlmodel import Session, col, select

from branches import drafts, questions, review
from branches.appeals import Appeal
from branches.assignments import TO_DO
from branches.audits import Audit, ScoreRow
from branches.people import Role, User
from monitor import demo
from monitor.demo import desk

TODAY = datetime(2026, 11, 19, 10, tzinfo=UTC)


@pytest.mark.slow
def test_work_waits_at_each_state_and_no_figure_changes(session: Session) -> None:
    demo.build(session, seed=3, today=TODAY.date(), branches=20, weeks=10)

    def counted() -> tuple[int, int]:
        query = select(func.count(), func.sum(ScoreRow.billionths)).where(col(ScoreRow.counted_from).is_not(None))
        found = session.exec(query).one()
        return int(found[0]), int(found[1])

    before, released = counted(), len(session.exec(select(Audit.id)).all())
    desk.lay_out(session, seed=3, now=TODAY)
    states = Counter(session.exec(select(Audit.state)))
    assert counted() == before
    assert states == {
        "released": released - 1,
        "appealed": 1,
        "assigned": 7,
        "started": 1,
        "submitted": 4,
        "approved": 2,
        "returned": 2,
    }
    first = session.exec(select(User).where(User.role == Role.SHOPPER.value).order_by(col(User.id))).first()
    assert first is not None
    own = session.exec(select(Audit).where(Audit.shopper_id == first.id, col(Audit.state).in_(TO_DO))).all()
    assert sorted(audit.state for audit in own) == ["assigned", "returned", "started"]
    for audit in own:
        filled, asked = drafts.read(session, audit), questions.of(audit.standard, audit.channel)
        answered = [
            one for one in asked.asked(filled.marks) if questions.is_answered(one, filled.marks.get(one.rule.code, ""))
        ]
        assert (len(answered) > 3) == (audit.state != "assigned")
        assert (len(review.to_correct(session, audit)) > 0) == (audit.state == "returned")
    assert [appeal.state for appeal in session.exec(select(Appeal))] == ["open"]


@pytest.mark.slow
@pytest.mark.parametrize("hour", [0, 4, 20, 23])
def test_work_is_laid_out_at_any_hour_wherever_the_salons_are(session: Session, hour: int) -> None:
    demo.build(session, seed=3, today=TODAY.date(), branches=20, weeks=10)
    desk.lay_out(session, seed=3, now=TODAY.replace(hour=hour))
    states = Counter(session.exec(select(Audit.state)))
    assert (states["assigned"], states["submitted"], states["returned"]) == (7, 4, 2)


@pytest.mark.slow
def test_a_small_chain_has_less_work(session: Session) -> None:
    demo.build(session, seed=3, today=TODAY.date(), branches=10, weeks=6)
    desk.lay_out(session, seed=3, now=TODAY)
    states = set(session.exec(select(Audit.state)))
    assert {"released", "assigned"} <= states
