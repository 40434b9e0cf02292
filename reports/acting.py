"""What the branches of a scope do about it: their corrective actions as an edition shows them, and whether they helped."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime

from sqlmodel import Session, col, select

from branches import actions
from branches.actions import CorrectiveAction, Kept
from branches.database import in_parts
from branches.weeks import Week
from reports.acted import PlannedAction, load
from reports.adjusted import Adjusted
from reports.collect import Window
from reports.effects import Done, effects
from reports.sheet import ScoreSheet

LONGEST_PLAN = 300
"""Letters of a plan that a report shows; the action's own page has all of it."""


def planned(session: Session, branch_ids: Iterable[int], window: Window, at: datetime) -> tuple[PlannedAction, ...]:
    """What these branches had promised by that moment, with what was said of its effect so far."""
    return tuple(_planned(one) for one in actions.kept(session, branch_ids, at, since=window.first))


def _planned(one: Kept) -> PlannedAction:
    plan = " ".join(one.action.plan.split())
    return PlannedAction(
        public_id=one.action.public_id,
        branch=one.branch,
        section=one.section,
        plan=plan if len(plan) <= LONGEST_PLAN else f"{plan[: LONGEST_PLAN - 1].rstrip()}…",
        state=one.state.value,
        due_on=one.action.due_on,
        overdue=one.overdue,
        for_flag=one.action.flag_id is not None,
        completed_on=one.completed_on,
        effect=load(one.action.effect) if one.completed_on is not None else None,
    )


def judged(
    promised: tuple[PlannedAction, ...],
    sheet: ScoreSheet,
    scores: Mapping[int, Adjusted],
    window: Window,
    margin: float,
) -> tuple[PlannedAction, ...]:
    """The same, and of those that are completed and were not judged yet, what the audits since say of their section.

    A finding's branch was not chosen because its section is low; the level before is shrunk, so that it is right of either.
    """
    done = {
        one.public_id: Done(one.branch, one.section, Week.of(one.completed_on).monday.toordinal(), one.effect)
        for one in promised
        if one.section and one.completed_on is not None and (one.effect is None or not one.effect.is_judged)
    }
    days = window.first.toordinal(), window.last.toordinal()
    found = effects(sheet, scores, done, margin, days)
    return tuple(replace(one, effect=found.get(one.public_id, one.effect)) for one in promised)


def keep(session: Session, shown: Iterable[PlannedAction], *, at: datetime) -> None:
    """Keeps with the actions what this edition says of their effects; in the caller's transaction."""
    told = {one.public_id: one for one in shown if one.effect is not None}
    for part in in_parts(sorted(told)):
        query = select(CorrectiveAction).where(col(CorrectiveAction.public_id).in_(part))
        for action in session.exec(query.order_by(col(CorrectiveAction.id))):
            effect = told[action.public_id].effect
            if effect is not None:
                actions.note_effect(session, action, asdict(effect), judged=effect.is_judged, at=at)
