"""Replies: a branch accepts a corrective action that others planned for it, or says why not, or asks; and is answered."""

from datetime import datetime

from sqlmodel import Session

from branches import history
from branches.actions import CorrectiveAction
from branches.database import hold
from branches.errors import Conflict, Refused
from branches.history import Event
from branches.people import User
from branches.states import ActionState, Reply

OPEN = (Reply.WAITING.value, Reply.REFUSED.value, Reply.ASKED.value)
"""The branch may still accept it, or say something to it."""
SAID = ("accept", "refuse", "ask", "respond")
"""What is said to and fro, as history has it."""
_VERBS = {Reply.REFUSED: "refuse", Reply.ASKED: "ask"}


def accept(session: Session, action: CorrectiveAction, *, by: User, at: datetime) -> None:
    """The branch will do it."""
    _check_open(session, action)
    _reply(session, action, Reply.ACCEPTED, at)
    history.write(session, "accept", action, by=by, at=at)


def say(session: Session, action: CorrectiveAction, reply: Reply, text: str, *, by: User, at: datetime) -> None:
    """The branch says why it cannot, or asks something; whoever planned it sees that."""
    if not text.strip():
        raise Refused("Say why not, or what you want to know.")
    _check_open(session, action)
    _reply(session, action, reply, at)
    history.write(session, _VERBS[reply], action, by=by, at=at, reason=text.strip())


def respond(session: Session, action: CorrectiveAction, text: str, *, by: User, at: datetime) -> None:
    """The branch is answered, and asked again whether it accepts."""
    if not text.strip():
        raise Refused("Write what you answer the branch.")
    hold(session, action)
    if action.state != ActionState.OPEN.value or action.reply not in (Reply.REFUSED.value, Reply.ASKED.value):
        raise Conflict("The branch has said nothing to this action that waits for an answer.")
    _reply(session, action, Reply.WAITING, at)
    history.write(session, "respond", action, by=by, at=at, reason=text.strip())


def said(session: Session, action: CorrectiveAction) -> list[Event]:
    """What was said to and fro, oldest first."""
    return [event for event in history.of(session, action) if event.verb in SAID]


def _check_open(session: Session, action: CorrectiveAction) -> None:
    hold(session, action)
    if action.reply == Reply.ACCEPTED.value:
        raise Conflict("This action has been accepted already.")
    if action.state != ActionState.OPEN.value or action.reply not in OPEN:
        raise Conflict("This action is not waiting to be accepted.")


def _reply(session: Session, action: CorrectiveAction, reply: Reply, at: datetime) -> None:
    action.reply, action.replied_at = reply.value, at
    session.add(action)
