from datetime import date, timedelta

import pytest
from sqlmodel import Session

from branches import access, history, notices
from branches.errors import Conflict, Refused
from branches.held import USUAL, Look
from branches.people import Role
from tests import make

TODAY = make.NOON.date()
MONDAY = Look(USUAL, make.NOON + timedelta(days=5))
"""Staff see the audit then, if anything of it."""


def test_staff_see_their_audits_once_they_have_been_told(session: Session) -> None:
    branch = make.branch(session)
    staff, office = make.user(session, Role.STAFF, branch=branch), make.user(session)
    audit = make.audit(session, branch)
    assert session.exec(access.visible_audits(staff, MONDAY)).all() == []
    notice = notices.note(session, branch, informed_on=TODAY, how="At the meeting", by=office, at=make.NOON)
    assert notices.is_informed(session, branch)
    assert [seen.id for seen in session.exec(access.visible_audits(staff, MONDAY))] == [audit.id]
    notices.withdraw(session, notice, by=office, at=make.NOON)
    assert not notices.is_informed(session, branch)
    assert session.exec(access.visible_audits(staff, MONDAY)).all() == []


def test_the_notice_of_one_branch_opens_no_other(session: Session) -> None:
    told, other = make.branch(session), make.branch(session)
    notices.note(session, told, informed_on=TODAY, how="By letter", by=make.user(session), at=make.NOON)
    make.audit(session, other)
    assert session.exec(access.visible_audits(make.user(session, Role.STAFF, branch=other), MONDAY)).all() == []


def test_managers_need_no_notice(session: Session) -> None:
    branch = make.branch(session)
    audit = make.audit(session, branch)
    seen = session.exec(access.visible_audits(make.user(session, Role.MANAGER, region=branch.region))).all()
    assert [row.id for row in seen] == [audit.id]


@pytest.mark.parametrize(("day", "how"), [(TODAY, "  "), (TODAY + timedelta(days=1), "At the meeting")])
def test_a_notice_says_how_and_is_never_of_a_day_to_come(session: Session, day: date, how: str) -> None:
    with pytest.raises(Refused):
        notices.note(session, make.branch(session), informed_on=day, how=how, by=make.user(session), at=make.NOON)


def test_a_notice_is_taken_back_once_and_stays_on_record(session: Session) -> None:
    branch, office = make.branch(session), make.user(session)
    first = notices.note(session, branch, informed_on=date(2025, 1, 7), how="By letter", by=office, at=make.NOON)
    second = notices.note(session, branch, informed_on=TODAY, how="At the meeting", by=office, at=make.NOON)
    notices.withdraw(session, first, by=office, at=make.NOON)
    with pytest.raises(Conflict):
        notices.withdraw(session, first, by=office, at=make.NOON)
    assert [row.id for row in notices.log(session, branch)] == [second.id, first.id]
    assert [event.verb for event in history.of(session, first)] == ["note", "withdraw"]
    assert notices.is_informed(session, branch)


def test_many_branches_are_noted_at_once_all_or_none(session: Session) -> None:
    office, region = make.user(session), make.region(session)
    told, one, two = (make.branch(session, region) for _ in range(3))
    first = notices.note(session, told, informed_on=TODAY, how="By letter", by=office, at=make.NOON)
    noted = notices.note_all(session, [told, one, two], informed_on=TODAY, how="At work", by=office, at=make.NOON)
    assert [(row.branch_id, row.informed_on, row.how) for row in noted] == [
        (b.id, TODAY, "At work") for b in (one, two)
    ]
    assert [row.id for row in notices.log(session, told)] == [first.id]
    assert notices.note_all(session, [one, two], informed_on=TODAY, how="At work", by=office, at=make.NOON) == []
