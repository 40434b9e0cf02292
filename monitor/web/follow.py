"""What follows from results: corrective actions and flags, as the people who deal with them read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import col

from branches import access, actions, flags, standards
from branches.actions import CorrectiveAction
from branches.flags import Flag
from branches.language import message
from branches.people import Role, User
from branches.places import Branch
from branches.standards import Item
from branches.states import ActionState, Reply
from branches.weeks import local_date
from monitor.web import gate, told
from reports import wording
from reports.called import called
from reports.own import OwnPromise

TELLING = (Reply.WAITING.value, Reply.REFUSED.value, Reply.ASKED.value)
"""Replies of a branch after which somebody is to do something."""
_OURS = {Reply.REFUSED: message("we say why not"), Reply.ASKED: message("we have a question")}


@dataclass(frozen=True)
class ActionLine:
    """One promise."""

    public_id: str
    plan: str
    about: str
    """The item or section it answers."""
    state: str
    tone: str
    due: str
    open: bool
    completed: bool
    overdue: bool
    owner: str
    """Who sees to it; empty where nobody is named who still could."""
    reply: str
    """What the branch says to it, as long as that is worth knowing; empty where it is not asked."""


@dataclass(frozen=True)
class FlagLine:
    """One standing flag."""

    public_id: str
    section: str
    since: str
    dismissed: str
    """Until when somebody has set it aside; empty where nobody has."""
    reason: str
    seen: str
    """When a manager or head office has seen it; empty where nobody has."""


def today(branch: Branch) -> date:
    return local_date(gate.site().clock(), branch.timezone)


def promised(branch: Branch, *where: object) -> list[CorrectiveAction]:
    """What was promised there: what is open first, the next due before the others."""
    query = access.visible_actions(gate.person(), told.look()).where(CorrectiveAction.branch_id == branch.id, *where)  # type: ignore[arg-type]
    order = list(ActionState)
    found = gate.session().exec(query).all()
    return sorted(found, key=lambda one: (order.index(ActionState(one.state)), one.due_on, one.public_id))


def action_line(action: CorrectiveAction) -> ActionLine:
    return action_lines([action])[0]


def action_lines(found: Sequence[CorrectiveAction]) -> list[ActionLine]:
    seeing = actions.owners_of(gate.session(), found)
    return [_action_line(one, seeing.get(one.id)) for one in found]


def _action_line(action: CorrectiveAction, owner: User | None) -> ActionLine:
    say, state = gate.tongue().say, ActionState(action.state)
    late = state is ActionState.OPEN and action.due_on < today(action.branch)
    return ActionLine(
        public_id=action.public_id,
        plan=action.plan,
        about=about(action),
        state=say("overdue") if late else say(state.word),
        tone="short" if late else "norm" if state is ActionState.VERIFIED else "",
        due=say("Due {day}", day=action.due_on),
        open=state is ActionState.OPEN,
        completed=state is ActionState.COMPLETED,
        overdue=late,
        owner=called(gate.tongue(), owner) if owner is not None else "",
        reply=_reply_word(Reply(action.reply)) if state is ActionState.OPEN and action.reply in TELLING else "",
    )


def _reply_word(reply: Reply) -> str:
    """Staff read of themselves."""
    staff = gate.person().role in (Role.STAFF.value, Role.TABLET.value)
    return gate.tongue().say(_OURS.get(reply, reply.word) if staff else reply.word)


def promises(branch: Branch) -> tuple[OwnPromise, ...]:
    """What is still to be done there, for the page in the staff room: nothing that the branch says it cannot do."""
    is_open = CorrectiveAction.state == ActionState.OPEN.value
    found = action_lines(promised(branch, is_open, CorrectiveAction.reply != Reply.REFUSED.value))
    return tuple(OwnPromise(one.plan, one.about, one.due, one.state if one.overdue else one.reply) for one in found)


def section_of(action: CorrectiveAction) -> str:
    """The code of the section that an action is about; empty where it is about none."""
    if action.item_id is not None:
        return gate.session().get_one(Item, action.item_id).section.code
    flag = _flag(action)
    return flag.section if flag is not None else ""


def about(action: CorrectiveAction) -> str:
    """The item or the section that an action answers."""
    if action.item_id is not None:
        return told.item_words(gate.session().get_one(Item, action.item_id), gate.tongue())[0]
    flag = _flag(action)
    return section_title(flag.section) if flag is not None else ""


def _flag(action: CorrectiveAction) -> Flag | None:
    query = access.visible_flags(gate.person()).where(Flag.id == action.flag_id)
    return gate.session().exec(query).first()


def section_title(code: str) -> str:
    """In the words of the standard in force."""
    current = standards.current(gate.session(), gate.site().clock())
    return standards.titles(current, gate.tongue().code).get(code, code) if current is not None else code


def standing(branch: Branch) -> list[Flag]:
    """The flags that stand there, the oldest first."""
    query = access.visible_flags(gate.person()).where(Flag.branch_id == branch.id, col(Flag.cleared_week).is_(None))
    return list(gate.session().exec(query.order_by(col(Flag.raised_week), col(Flag.section))))


def flag_lines(found: Sequence[Flag]) -> list[FlagLine]:
    before = flags.before(gate.session(), found)
    return [_flag_line(flag, before.get(flag.id)) for flag in found]


def _flag_line(flag: Flag, before: date | None) -> FlagLine:
    tongue, aside = gate.tongue(), flags.is_dismissed(flag, today(flag.branch))
    seen = flags.seen_on(flag, gate.site().clock())
    return FlagLine(
        public_id=flag.public_id,
        section=section_title(flag.section),
        since=wording.since(tongue, flag.raised_week, before),
        dismissed=tongue.say("Dismissed until {day}.", day=flag.dismissed_until)
        if aside and flag.dismissed_until
        else "",
        reason=flag.dismissed_reason if aside else "",
        seen=tongue.say("Seen on {day}.", day=seen) if seen is not None else "",
    )
