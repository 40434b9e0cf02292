"""Corrective actions: what a branch promises for a finding or a flag."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import JSON, Column
from sqlmodel import Field, Relationship, Session, SQLModel, col, select

from branches import history, notices, owners
from branches.audits import Audit
from branches.database import UtcTime, hold, in_parts, public_id
from branches.errors import Conflict, NotAllowed, Refused
from branches.flags import Flag
from branches.people import Role, User
from branches.places import Branch
from branches.standards import Item, Section
from branches.states import COUNTED, ActionState, AuditState, Reply
from branches.weeks import local_date


class CorrectiveAction(SQLModel, table=True):
    """One promise of a branch, with a day by which it is kept."""

    __tablename__ = "corrective_action"

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=16)
    branch_id: int = Field(foreign_key="branch.id", index=True)
    flag_id: int | None = Field(default=None, foreign_key="flag.id")
    audit_id: int | None = Field(default=None, foreign_key="audit.id")
    item_id: int | None = Field(default=None, foreign_key="item.id")
    owner_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    """Who sees to it; None where nobody was named."""
    state: str = Field(default=ActionState.OPEN.value, max_length=16)
    plan: str = Field(max_length=2000)
    due_on: date
    opened_at: datetime = Field(sa_type=UtcTime)
    completed_at: datetime | None = Field(default=None, sa_type=UtcTime)
    verified_at: datetime | None = Field(default=None, sa_type=UtcTime)
    reply: str = Field(default=Reply.UNASKED.value, max_length=16)
    """What the branch says to it, where somebody else planned it."""
    replied_at: datetime | None = Field(default=None, sa_type=UtcTime)
    effect: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    """What the audits since then say of it, as the reports keep it; judged once."""

    branch: Branch = Relationship()
    owner: User | None = Relationship()


def open_action(
    session: Session,
    branch: Branch,
    *,
    plan: str,
    due_on: date,
    by: User,
    at: datetime,
    flag: Flag | None = None,
    audit: Audit | None = None,
    item: Item | None = None,
    owner: User | None = None,
) -> CorrectiveAction:
    """Promises something for a flag or for an audit's finding, by a day; `item` is the one that failed.

    Whoever plans it sees to it, unless somebody else is named.
    """
    if not plan.strip():
        raise Refused("Say what the branch will do.")
    if flag is None and audit is None:
        raise Refused("A corrective action answers a flag or a finding; name it.")
    if any(thing is not None and thing.branch_id != branch.id for thing in (flag, audit)):
        raise Refused("That belongs to another branch.")
    if item is not None and (audit is None or item.standard_id != audit.standard_id):
        raise Refused("That item was not part of this audit.")
    if due_on < local_date(at, branch.timezone):
        raise Refused("The day by which it is done has passed; choose one to come.")
    if audit is not None and AuditState(audit.state) not in COUNTED:
        raise Conflict("This audit is not released, so there is nothing to put right yet.")
    sees_to_it = _owner(session, branch, owner, by)
    action = CorrectiveAction(
        branch_id=branch.id,
        flag_id=flag.id if flag else None,
        audit_id=audit.id if audit else None,
        item_id=item.id if item else None,
        owner_id=sees_to_it.id if sees_to_it is not None else None,
        reply=_awaited(session, branch, sees_to_it, by).value,
        plan=plan.strip(),
        due_on=due_on,
        opened_at=at,
    )
    session.add(action)
    session.flush()
    history.write(session, "open", action, by=by, at=at)
    return action


def _owner(session: Session, branch: Branch, named: User | None, by: User) -> User | None:
    """Who sees to it: who was named, else who plans it where they belong there."""
    if named is not None:
        _check_owner(session, branch, named)
    found = named or by
    return found if owners.can_see_to(session, found, branch) else None


def _awaited(session: Session, branch: Branch, owner: User | None, by: User) -> Reply:
    """Whether the branch is asked to accept it: where others planned it, or left it to one of the staff; and somebody could."""
    if by.role == Role.STAFF.value:
        asked = owner is not None and owner.role == Role.STAFF.value and owner.id != by.id
    else:
        asked = any(person.role == Role.STAFF.value for person in owners.candidates(session, branch))
    return Reply.WAITING if asked else Reply.UNASKED


def _check_owner(session: Session, branch: Branch, named: User) -> None:
    if not owners.can_see_to(session, named, branch):
        raise Refused("Only the branch's staff and its region's manager can see to it; choose one of them.")


def hand_over(session: Session, action: CorrectiveAction, to: User, *, by: User, at: datetime) -> None:
    """Somebody else sees to it from now on; to name the same person again changes nothing.

    One of the staff who is named by others is asked to accept it; who takes it over has accepted it.
    """
    _check_owner(session, action.branch, to)
    _must_be(session, action, ActionState.OPEN)
    if action.owner_id == to.id:
        return
    before = action.owner.public_id if action.owner is not None else ""
    action.owner = to
    if to.role == Role.STAFF.value:
        action.reply = (Reply.ACCEPTED if to.id == by.id else Reply.WAITING).value
        action.replied_at = at if to.id == by.id else None
    elif by.role == Role.STAFF.value:  # the branch has nothing to accept of what it leaves to its manager
        action.reply, action.replied_at = Reply.UNASKED.value, None
    session.add(action)
    session.flush()
    history.write(session, "hand_over", action, by=by, at=at, before=before, after=to.public_id)


def owner(session: Session, action: CorrectiveAction) -> User | None:
    """Who sees to it; nobody where who was named has left, or belongs elsewhere by now."""
    named = action.owner
    return named if named is not None and owners.can_see_to(session, named, action.branch) else None


def owners_of(session: Session, found: Sequence[CorrectiveAction]) -> dict[int, User]:
    """Who sees to each of several, by its number: the same, in as many queries for a hundred as for one."""
    parts = in_parts(sorted({one.owner_id for one in found if one.owner_id is not None}))
    people = {who.id: who for part in parts for who in session.exec(select(User).where(col(User.id).in_(part)))}
    named = [(one, people[one.owner_id]) for one in found if one.owner_id is not None]
    told = notices.informed_among(session, (one.branch_id for one, _ in named))
    return {
        one.id: who
        for one, who in named
        if owners.belongs(who, one.branch) and (who.role != Role.STAFF.value or one.branch_id in told)
    }


def planner(session: Session, action: CorrectiveAction) -> User | None:
    """Who promised it."""
    first = next((event.by_id for event in history.of(session, action) if event.verb == "open"), None)
    return session.get(User, first) if first is not None else None


def complete(session: Session, action: CorrectiveAction, *, by: User, at: datetime) -> None:
    """The branch says that it is done."""
    _step(session, action, ActionState.OPEN, ActionState.COMPLETED)
    action.completed_at = at
    history.write(session, "complete", action, by=by, at=at)


def check_seen(session: Session, action: CorrectiveAction, newest: int) -> None:
    """Refuses to go by a page older than the action; `newest` is the last event the page knew."""
    hold(session, action)
    if history.newest(session, action) != newest:
        raise Conflict("This action has changed since the page was opened. Look at it again before you decide.")


def verify(session: Session, action: CorrectiveAction, *, by: User, at: datetime) -> None:
    """Somebody else has seen that it is done: neither who said so nor who last showed it."""
    hold(session, action)  # of a completion and a check at once the second sees the first
    events = history.of(session, action)
    completed = max((n for n, event in enumerate(events) if event.verb == "complete"), default=len(events))
    last = {event.verb: event.by_id for event in events[completed:]}
    if by.id in (last.get("complete"), last.get("show")):
        raise NotAllowed("Somebody else than the person who completed this must verify it.")
    _step(session, action, ActionState.COMPLETED, ActionState.VERIFIED)
    action.verified_at = at
    history.write(session, "verify", action, by=by, at=at)


def reopen(session: Session, action: CorrectiveAction, *, reason: str, by: User, at: datetime) -> None:
    """It turned out not to be done."""
    if not reason.strip():
        raise Refused("Say why this corrective action is opened again.")
    _step(session, action, ActionState.COMPLETED, ActionState.OPEN)
    action.completed_at = action.effect = None
    history.write(session, "reopen", action, by=by, at=at, reason=reason.strip())


def why_reopened(session: Session, action: CorrectiveAction) -> str:
    """Why an open action was opened again; empty where it was not."""
    last = [event for event in history.of(session, action) if event.verb in ("complete", "reopen")][-1:]
    return str(last[0].details.get("reason", "")) if last and last[0].verb == "reopen" else ""


def note_effect(
    session: Session, action: CorrectiveAction, effect: Mapping[str, Any], *, judged: bool, at: datetime
) -> None:
    """Keeps what the audits since an action say of it so far, and once it is judged for good.

    What was judged, or opened again in the meantime, stays as it is.
    """
    hold(session, action)
    if action.completed_at is None or (action.effect or {}).get("change") is not None:
        return
    action.effect = dict(effect)
    session.add(action)
    if judged:
        history.write(session, "judge", action, by=None, at=at, outcome=effect.get("outcome"))


@dataclass(frozen=True)
class Promised:
    """An open promise whose day comes or has passed."""

    branch: str
    plan: str
    due_on: date
    overdue: bool


def promised(
    session: Session, at: datetime, *, ahead: timedelta, region_id: int | None, most: int
) -> tuple[list[Promised], int]:
    """Open promises that are late or due in the next days by their branch's own day, the oldest first; and of how many.

    Without a region, those of the whole chain.
    """
    there = sa.true() if region_id is None else col(Branch.region_id) == region_id
    still = there & (col(CorrectiveAction.state) == ActionState.OPEN.value)
    zones = session.exec(select(Branch.timezone).join(CorrectiveAction).where(still).distinct())
    today = {zone: local_date(at, zone) for zone in zones}
    due_on = col(CorrectiveAction.due_on)
    soon = sa.or_(
        sa.false(),
        *(
            (due_on <= day + ahead) & col(Branch.timezone).in_([zone for zone in today if today[zone] == day])
            for day in sorted(set(today.values()))
        ),
    )
    columns = (col(Branch.name), col(Branch.timezone), col(CorrectiveAction.plan), due_on, sa.func.count().over())
    query = sa.select(*columns).select_from(CorrectiveAction).join(Branch).where(still, soon)
    rows = session.execute(query.order_by(due_on, col(CorrectiveAction.id)).limit(most)).all()
    found = [Promised(name, plan, day, overdue=day < today[zone]) for name, zone, plan, day, _ in rows]
    return found, rows[0][-1] if rows else 0


@dataclass(frozen=True)
class Kept:
    """A corrective action as it stood at a moment."""

    action: CorrectiveAction
    branch: str
    """Code."""
    section: str
    """Code of the section that it answers."""
    state: ActionState
    overdue: bool
    completed_on: date | None
    """By the branch's own day."""


def kept(session: Session, branch_ids: Iterable[int], at: datetime, *, since: date) -> list[Kept]:
    """What these branches had promised by that moment: what was open, and what was completed from that day on; the oldest first."""
    section = sa.func.coalesce(col(Flag.section), col(Section.code), "")
    query = (
        sa.select(CorrectiveAction, col(Branch.code), col(Branch.timezone), section)
        .join(Branch, col(Branch.id) == col(CorrectiveAction.branch_id))
        .outerjoin(Flag, col(Flag.id) == col(CorrectiveAction.flag_id))
        .outerjoin(Item, col(Item.id) == col(CorrectiveAction.item_id))
        .outerjoin(Section, col(Section.id) == col(Item.section_id))
        .where(col(CorrectiveAction.opened_at) <= at)
    )
    parts = in_parts(sorted(branch_ids))
    rows = [row for part in parts for row in session.execute(query.where(col(Branch.id).in_(part)))]
    found = [_as_of(action, code, zone, about, at) for action, code, zone, about in rows]
    lasting = [one for one in found if one.completed_on is None or one.completed_on >= since]
    return sorted(lasting, key=lambda one: (one.action.due_on, one.action.id))


def _as_of(action: CorrectiveAction, branch: str, zone: str, section: str, at: datetime) -> Kept:
    completed = action.completed_at if action.completed_at is not None and action.completed_at <= at else None
    verified = completed is not None and action.verified_at is not None and action.verified_at <= at
    state = ActionState.OPEN if completed is None else ActionState.VERIFIED if verified else ActionState.COMPLETED
    return Kept(
        action,
        branch,
        section,
        state,
        overdue=state is ActionState.OPEN and action.due_on < local_date(at, zone),
        completed_on=local_date(completed, zone) if completed is not None else None,
    )


def _step(session: Session, action: CorrectiveAction, must_be: ActionState, to: ActionState) -> None:
    _must_be(session, action, must_be)
    action.state = to.value
    session.add(action)


def _must_be(session: Session, action: CorrectiveAction, expected: ActionState) -> None:
    hold(session, action)
    if action.state != expected.value:
        now = ActionState(action.state)
        raise Conflict("This corrective action is {state}, not {expected}.", state=now.word, expected=expected.word)
