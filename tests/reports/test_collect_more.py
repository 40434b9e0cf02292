"""The marks behind "one more": the same audits as the branch's scores count."""

from datetime import timedelta
from fractions import Fraction

from sqlmodel import Session

from branches import audits
from branches.weeks import Week
from reports.collect import Window
from reports.collect_more import branch_one_more
from reports.one_more import OneMore
from tests import make
from tests.make import NOON

DAYS = Window.ending(Week.of(NOON.date()), 1)
LATER = NOON + timedelta(days=30)


def test_a_branchs_own_counted_audits_are_read(session: Session) -> None:
    branch, other = make.branch(session), make.branch(session)
    for score in (60, 80):
        make.audit(session, branch, score=score)
    make.audit(session, other, score=0)
    dropped = make.audit(session, branch, score=0)
    audits.exclude(session, dropped, reason="A mix-up.", by=make.user(session), at=NOON)
    make.audit(session, branch, score=0, visited_at=NOON - timedelta(weeks=1))
    make.audit(session, branch, score=0, released_at=LATER + timedelta(days=1))
    told = {one.code: one for one in branch_one_more(session, branch.id, DAYS, LATER) if one.section == "greeting"}
    assert sorted(told) == ["greeting10", "greeting7", "greeting8", "greeting9"]
    better = Fraction(75)
    assert told["greeting7"] == OneMore("greeting7", "greeting", 2, Fraction(70), better, better)


def test_each_audit_is_scored_by_its_own_version(session: Session) -> None:
    branch = make.branch(session)
    make.audit(session, branch, score=90)
    short = make.standard(session, {"greeting": 2})
    make.audit(session, branch, under=short, given={"greeting1": "yes", "greeting2": "no"})
    told = {one.code: one for one in branch_one_more(session, branch.id, DAYS, LATER)}
    assert (told["greeting2"].mean, told["greeting2"].least, told["greeting10"].least) == tuple(
        map(Fraction, (70, 95, 75))
    )


def test_a_branch_without_audits_is_told_nothing(session: Session) -> None:
    assert branch_one_more(session, make.branch(session).id, DAYS, LATER) == ()
