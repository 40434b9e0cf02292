from datetime import timedelta

from sqlmodel import Session

from branches import audits, corrections
from tests import make


def test_a_correction_waits_until_it_is_settled(session: Session) -> None:
    branch = make.branch(session)
    for _ in range(2):
        audits.exclude(session, make.audit(session, branch), reason="test", by=None, at=make.NOON)
    first, second = corrections.unsettled(session)
    corrections.settle(session, [first], at=make.NOON + timedelta(days=1))
    assert corrections.unsettled(session) == [second]
    assert (first.settled_at, second.settled_at) == (make.NOON + timedelta(days=1), None)
