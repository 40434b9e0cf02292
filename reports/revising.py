"""Revisions: an audit that editions have counted has changed; where a printed figure changes, so does the edition, openly."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlmodel import Session

from branches import corrections, editions
from branches.corrections import Correction
from branches.editions import Edition, Scope
from branches.weeks import Week
from reports import collect, stored
from reports.collect import Window
from reports.figures import Figures
from reports.weekly import Picture, Settings, look

Pictures = dict[tuple[Window, datetime], Picture]


def revise(session: Session, scopes: Sequence[Scope], settings: Settings, *, at: datetime) -> list[Edition]:
    """Revises what the unsettled corrections change in the last editions, and settles them, in the caller's transaction.

    Nothing printed changes → no revision. What a reader has in hand stays readable under its own revision.
    """
    open_corrections = corrections.unsettled(session)
    if not open_corrections:
        return []
    pictures: Pictures = {}
    revised = []
    for scope in scopes:
        for edition in editions.last_editions(session, scope.key, settings.revised_weeks):
            made = _revised(session, edition, open_corrections, pictures, at)
            if made is not None:
                revised.append(made)
    corrections.settle(session, open_corrections, at=at)
    return revised


def _revised(
    session: Session, edition: Edition, changed: Sequence[Correction], pictures: Pictures, at: datetime
) -> Edition | None:
    was = stored.load(edition.content)
    reasons = [c for c in changed if _counted(c, edition, was)]
    if not reasons:
        return None
    now = _again(session, edition, was, pictures)
    found = stored.changes(was, now)
    if not found:
        return None
    why = tuple((c.why, Week.of(date.fromordinal(c.day)).monday) for c in reasons)
    return editions.revise(
        session, edition, stored.dump(now), stored.dump_changes(found, why), at=at, states=stored.states(now)
    )


def _counted(correction: Correction, edition: Edition, figures: Figures) -> bool:
    """Whether the edition had counted the audit."""
    in_window = figures.window_from.toordinal() <= correction.day <= figures.window_to.toordinal()
    return in_window and correction.counted_from <= edition.due_at


def _again(session: Session, edition: Edition, was: Figures, pictures: Pictures) -> Figures:
    """The same figures by the same rules as of the same moment, from the audits as they are now."""
    window = Window(was.window_from, was.window_to)
    key = (window, edition.due_at)
    if key not in pictures or pictures[key].rules != was.rules:
        pictures[key] = look(session, window, edition.due_at, was.rules)
    picture = pictures[key]
    return replace(
        was,
        design=picture.assessment.design,
        sections=picture.assessment.sections,
        cells=tuple(cell for cell in picture.assessment.cells if cell.branch in was.branch_names),
        shoppers=picture.assessment.shoppers,
        trend=collect.trend(picture.collected.sheet, was.branch_names.keys()),
    )
