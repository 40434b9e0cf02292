"""What a branch says to an action that others planned for it."""

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from branches import actions, history, notices, replies
from branches.actions import CorrectiveAction
from branches.database import reading, transaction
from branches.errors import Conflict, Refused
from branches.flags import Flag
from branches.people import Role, User
from branches.places import Branch
from branches.states import Reply
from tests import make
from tests.branches.test_actions import DAY, flag
from tests.together import together


def staffed(session: Session, informed: bool = True) -> tuple[Branch, User, User]:
    """A branch with one of its staff, and its manager."""
    branch = make.branch(session)
    staff = make.user(session, Role.STAFF, branch=branch)
    if informed:
        office = make.user(session)
        notices.note(session, branch, informed_on=make.NOON.date(), how="By letter", by=office, at=make.NOON)
    return branch, staff, make.user(session, Role.MANAGER, region=branch.region)


def planned(session: Session, branch: Branch, by: User, owner: User | None = None) -> CorrectiveAction:
    known = session.exec(select(Flag).where(Flag.branch_id == branch.id)).first()
    return actions.open_action(
        session,
        branch,
        plan="Smile.",
        due_on=DAY,
        by=by,
        at=make.NOON,
        flag=known or flag(session, branch),
        owner=owner,
    )


def test_what_a_manager_plans_waits_to_be_accepted_and_what_staff_plan_does_not(session: Session) -> None:
    branch, staff, manager = staffed(session)
    colleague = make.user(session, Role.STAFF, branch=branch)
    asked = [
        planned(session, branch, by, owner).reply
        for by, owner in ((manager, None), (manager, staff), (staff, None), (staff, manager), (staff, colleague))
    ]
    assert asked == ["waiting", "waiting", "", "", "waiting"]


def test_nobody_is_asked_where_nobody_could_answer(session: Session) -> None:
    branch, _, manager = staffed(session, informed=False)
    assert planned(session, branch, manager).reply == ""


def test_a_branch_accepts_once_and_that_is_written_down(session: Session) -> None:
    branch, staff, manager = staffed(session)
    action = planned(session, branch, manager)
    replies.accept(session, action, by=staff, at=make.NOON)
    assert (action.reply, action.replied_at) == ("accepted", make.NOON)
    assert [(e.verb, e.by_id) for e in replies.said(session, action)] == [("accept", staff.id)]
    with pytest.raises(Conflict, match="accepted already"):
        replies.accept(session, action, by=staff, at=make.NOON)
    with pytest.raises(Conflict, match="accepted already"):
        replies.say(session, action, Reply.ASKED, "Why?", by=staff, at=make.NOON)


@pytest.mark.parametrize(("kind", "verb"), [(Reply.REFUSED, "refuse"), (Reply.ASKED, "ask")])
def test_a_branch_says_why_not_or_asks_and_is_answered(session: Session, kind: Reply, verb: str) -> None:
    branch, staff, manager = staffed(session)
    action = planned(session, branch, manager)
    with pytest.raises(Refused, match="Say why not"):
        replies.say(session, action, kind, " ", by=staff, at=make.NOON)
    replies.say(session, action, kind, " We are two. ", by=staff, at=make.NOON)
    assert action.reply == kind.value
    with pytest.raises(Refused, match="Write what you answer"):
        replies.respond(session, action, "\n", by=manager, at=make.NOON)
    replies.respond(session, action, "A third comes.", by=manager, at=make.NOON)
    with pytest.raises(Conflict, match="nothing to this action"):
        replies.respond(session, action, "Again.", by=manager, at=make.NOON)
    replies.accept(session, action, by=staff, at=make.NOON)
    told = [(e.verb, e.details.get("reason", "")) for e in replies.said(session, action)]
    assert told == [(verb, "We are two."), ("respond", "A third comes."), ("accept", "")]


def test_an_action_that_is_done_or_was_never_asked_about_is_not_accepted(session: Session) -> None:
    branch, staff, manager = staffed(session)
    done, own = planned(session, branch, manager), planned(session, branch, staff)
    actions.complete(session, done, by=staff, at=make.NOON)
    for action in (done, own):
        with pytest.raises(Conflict, match="not waiting to be accepted"):
            replies.accept(session, action, by=staff, at=make.NOON)


def test_who_is_named_later_is_asked_and_who_takes_it_over_has_accepted(session: Session) -> None:
    branch, staff, manager = staffed(session)
    colleague = make.user(session, Role.STAFF, branch=branch)
    action = planned(session, branch, staff)
    actions.hand_over(session, action, colleague, by=staff, at=make.NOON)
    assert action.reply == "waiting"
    actions.hand_over(session, action, staff, by=staff, at=make.NOON)
    assert (action.reply, action.replied_at) == ("accepted", make.NOON)
    actions.hand_over(session, action, manager, by=manager, at=make.NOON)
    assert action.reply == "accepted"
    assert [e.verb for e in history.of(session, action)] == ["open", "hand_over", "hand_over", "hand_over"]


def test_of_two_who_reply_at_once_the_second_is_told(engine: sa.Engine) -> None:
    with transaction(engine) as session:
        branch, staff, manager = staffed(session)
        number, by = planned(session, branch, manager).id, staff.id

    def accept() -> str:
        with transaction(engine) as session:
            found = session.get_one(CorrectiveAction, number)
            replies.accept(session, found, by=session.get_one(User, by), at=make.NOON)
        return "accepted"

    given = sorted(map(str, together(accept, accept)))
    assert given == ["This action has been accepted already.", "accepted"]
    with reading(engine) as session:
        assert session.get_one(CorrectiveAction, number).reply == "accepted"
