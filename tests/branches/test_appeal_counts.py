"""How often branches appeal: what counts, in as many queries for many branches as for few."""

from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import Session

from branches import appeal_counts, appeals, audits
from branches.appeal_counts import Counts
from tests import make
from tests.branches.test_appeals import decide, open_appeal

SINCE = make.NOON - timedelta(weeks=52)


def test_appeals_are_counted_by_branch_and_state(session: Session) -> None:
    here, there = make.branch(session), make.branch(session)
    audit, quiet = make.audit(session, here), make.audit(session, there)
    for item, mark in (("greeting9", "yes"), ("service9", None), ("service10", None)):
        decide(session, open_appeal(session, audit, item), mark)
    open_appeal(session, audit, "greeting10")
    appeals.withdraw(session, open_appeal(session, audit, "greeting1"), by=make.user(session), at=make.NOON)
    found = appeal_counts.by_branch(session, since=SINCE)
    assert found == {here.id: Counts(1, 20, waiting=1, upheld=1, rejected=2), there.id: Counts(1, 20)}
    assert (found[here.id].appeals, found[here.id].decided, quiet.branch_id) == (4, 3, there.id)
    assert appeal_counts.together(found.values()) == Counts(2, 40, waiting=1, upheld=1, rejected=2)


def test_excluded_audits_and_those_released_before_are_not_counted(session: Session) -> None:
    branch = make.branch(session)
    gone = make.audit(session, branch)
    open_appeal(session, gone, "greeting9")
    audits.exclude(session, gone, reason="wrong branch", by=None, at=make.NOON)
    kept = make.audit(session, branch)
    assert appeal_counts.by_branch(session, since=SINCE) == {branch.id: Counts(1, 20)}
    assert kept.released_at is not None
    assert appeal_counts.by_branch(session, since=kept.released_at + timedelta(seconds=1)) == {}


def test_the_counts_take_as_many_queries_for_many_branches_as_for_one(session: Session) -> None:
    asked: list[str] = []
    sa.event.listen(session.get_bind(), "before_cursor_execute", lambda *told: asked.append(told[2]))
    taken = []
    for _ in range(2):
        for _ in range(3):
            make.audit(session, make.branch(session))
        session.flush()
        asked.clear()
        appeal_counts.by_branch(session, since=SINCE)
        taken.append(len(asked))
    assert taken == [3, 3]
