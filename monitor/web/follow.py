"""What follows from results: corrective actions, appeals and flags, as the people who deal with them read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for
from sqlmodel import col, select

from branches import access, actions, flags, standards
from branches.actions import CorrectiveAction
from branches.appeals import Appeal
from branches.audits import Audit
from branches.flags import Flag
from branches.people import User
from branches.places import Branch
from branches.standards import Item
from branches.states import ActionState, AppealState
from branches.weeks import local_date
from monitor.web import gate, told
from reports import wording
from reports.called import called
from reports.own import OwnPromise


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


@dataclass(frozen=True)
class AppealLine:
    """One disputed answer."""

    about: str
    week: str
    state: str
    reason: str
    decision: str
    scores: str
    """Before and after, once decided."""
    href: str
    open: bool


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
    )


def promises(branch: Branch) -> tuple[OwnPromise, ...]:
    """What is still to be done there, for the page in the staff room."""
    found = action_lines(promised(branch, CorrectiveAction.state == ActionState.OPEN.value))
    return tuple(OwnPromise(one.plan, one.about, one.due, one.state if one.overdue else "") for one in found)


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
    current = standards.current(gate.session())
    return standards.titles(current, gate.tongue().code).get(code, code) if current is not None else code


def appeals(branch: Branch, *where: object) -> list[Appeal]:
    """What that branch disputed, the undecided first."""
    there = col(Appeal.audit_id).in_(select(Audit.id).where(Audit.branch_id == branch.id))
    query = access.visible_appeals(gate.person(), told.look()).where(there, *where)  # type: ignore[arg-type]
    found = gate.session().exec(query.order_by(col(Appeal.opened_at).desc())).all()
    return sorted(found, key=lambda one: one.state != AppealState.OPEN.value)


def appeal_line(appeal: Appeal, audit: Audit) -> AppealLine:
    item = gate.session().get_one(Item, appeal.item_id)
    place = [one.id for one in told.items_of(audit)].index(item.id) + 1
    return AppealLine(
        about=told.item_words(item, gate.tongue())[0],
        week=gate.tongue().week(told.week_of(audit)),
        state=gate.tongue().say(AppealState(appeal.state).word),
        reason=appeal.reason,
        decision=appeal.decision,
        scores=_scores(appeal),
        href=url_for("results.answer", public_id=audit.public_id, place=str(place)),
        open=appeal.state == AppealState.OPEN.value,
    )


def _scores(appeal: Appeal) -> str:
    if appeal.state == AppealState.OPEN.value:
        return ""
    before, after = told.score_words(appeal.score_before), told.score_words(appeal.score_after)
    if before == after:
        return gate.tongue().say("The audit's score stays {score}.", score=after)
    return gate.tongue().say("The audit's score was {before} and is {after} now.", before=before, after=after)


def appeal_lines(found: Sequence[Appeal], audits: Sequence[Audit]) -> list[AppealLine]:
    """Those whose audit this reader may know."""
    known = {audit.id: audit for audit in audits}
    return [appeal_line(one, known[one.audit_id]) for one in found if one.audit_id in known]


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
