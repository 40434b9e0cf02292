"""Who sees to a corrective action: who can, who does by itself, and what handing it over changes."""

from datetime import date
from itertools import count

import pytest
from sqlmodel import Session

from branches import accounts, actions, history, notices, owners
from branches.actions import CorrectiveAction
from branches.errors import Conflict, Refused
from branches.flags import Flag
from branches.people import Role, User
from branches.places import Branch
from tests import make

DAY = date(2025, 7, 20)
SECTIONS = count(1)


def inform(session: Session, branch: Branch) -> None:
    notices.note(session, branch, informed_on=make.NOON.date(), how="Told.", by=make.user(session), at=make.NOON)


def staff(session: Session, branch: Branch, **more: object) -> User:
    return make.user(session, Role.STAFF, branch=branch, **more)


def manager(session: Session, branch: Branch) -> User:
    return make.user(session, Role.MANAGER, region=branch.region)


def promise(session: Session, branch: Branch, by: User, owner: User | None = None) -> CorrectiveAction:
    day = make.NOON.date()
    flag = Flag(branch_id=branch.id, section=f"section {next(SECTIONS)}", raised_week=day, last_week=day)
    session.add(flag)
    session.flush()
    return actions.open_action(session, branch, plan="Smile.", due_on=DAY, by=by, at=make.NOON, flag=flag, owner=owner)


@pytest.fixture
def branch(session: Session) -> Branch:
    found = make.branch(session)
    inform(session, found)
    return found


def test_the_branchs_staff_and_the_regions_manager_can_see_to_it(session: Session, branch: Branch) -> None:
    own, second, region = staff(session, branch, name="B"), staff(session, branch, name="A"), manager(session, branch)
    elsewhere = make.branch(session)
    inform(session, elsewhere)
    strangers = [staff(session, elsewhere), manager(session, elsewhere), make.user(session), make.shopper(session)]
    assert owners.candidates(session, branch) == [second, own, region]
    assert [owners.can_see_to(session, one, branch) for one in (own, second, region)] == [True] * 3
    assert [owners.can_see_to(session, one, branch) for one in strangers] == [False] * 4


def test_staff_that_were_not_told_of_the_audits_see_to_nothing(session: Session) -> None:
    branch = make.branch(session)
    own, region = staff(session, branch), manager(session, branch)
    assert owners.candidates(session, branch) == [region]
    assert not owners.can_see_to(session, own, branch)


def test_whoever_plans_it_sees_to_it_unless_somebody_else_is_named(session: Session, branch: Branch) -> None:
    own, region = staff(session, branch), manager(session, branch)
    assert actions.owner(session, promise(session, branch, own)) == own
    assert actions.owner(session, promise(session, branch, region, owner=own)) == own
    assert actions.owner(session, promise(session, branch, make.user(session))) is None
    assert actions.planner(session, promise(session, branch, region, owner=own)) == region


def test_only_who_belongs_there_can_be_named(session: Session, branch: Branch) -> None:
    stranger = staff(session, make.branch(session))
    with pytest.raises(Refused, match="Only the branch's staff and its region's manager"):
        promise(session, branch, staff(session, branch), owner=stranger)
    action = promise(session, branch, staff(session, branch))
    with pytest.raises(Refused, match="Only the branch's staff"):
        actions.hand_over(session, action, stranger, by=stranger, at=make.NOON)


def test_handing_it_over_is_noted_once(session: Session, branch: Branch) -> None:
    own, region = staff(session, branch), manager(session, branch)
    action = promise(session, branch, own)
    for _ in range(2):
        actions.hand_over(session, action, region, by=own, at=make.NOON)
    assert actions.owner(session, action) == region
    told = [(event.verb, event.by_id, event.details) for event in history.of(session, action)]
    assert told[1:] == [("hand_over", own.id, {"before": own.public_id, "after": region.public_id})]


def test_what_is_done_is_handed_over_to_nobody(session: Session, branch: Branch) -> None:
    own, region = staff(session, branch), manager(session, branch)
    action = promise(session, branch, own)
    actions.complete(session, action, by=own, at=make.NOON)
    with pytest.raises(Conflict, match="is completed, not open"):
        actions.hand_over(session, action, region, by=own, at=make.NOON)


def test_who_has_left_sees_to_it_no_more(session: Session, branch: Branch) -> None:
    own = staff(session, branch)
    action = promise(session, branch, own)
    accounts.deactivate(session, own, by=None, at=make.NOON)
    assert (actions.owner(session, action), owners.candidates(session, branch)) == (None, [])
