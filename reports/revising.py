"""Revisions: an audit that editions have counted has changed; where a printed figure changes, so does the edition, openly."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session

from branches import corrections, editions, flags, outbox
from branches.audits import Audit
from branches.corrections import Correction
from branches.editions import Edition
from branches.weeks import Week
from reports import collect, stored
from reports.collect import Window
from reports.collect_new import excluded
from reports.figures import Figures
from reports.stored import Change, Reason
from reports.weekly import Picture, courses_of, look, shortfalls, standing

Pictures = dict[tuple[Window, datetime], Picture]


@dataclass(frozen=True)
class Revision:
    """One edition's next revision, ready to be stored."""

    edition: Edition
    figures: Figures
    found: tuple[Change, ...]
    why: tuple[Reason, ...]
    branch_ids: dict[str, int]
    newest: bool
    """Whether it is of the scope's last reported week: only there flags are still as it left them."""


@dataclass(frozen=True)
class Revisions:
    """What the corrections seen so far change."""

    seen: tuple[Correction, ...]
    made: tuple[Revision, ...]


def prepare(session: Session, weeks: int) -> Revisions:
    """Which of the last editions do the unsettled corrections change, and how? Nothing is written.

    Args:
        session: only read from.
        weeks: so many of each scope's last editions are looked at.
    """
    seen = tuple(corrections.unsettled(session))
    pictures: Pictures = {}
    made = []
    for scope in editions.reported_scopes(session) if seen else ():
        held = editions.last_editions(session, scope, weeks)
        for edition in held:
            revision = _revision(session, edition, seen, pictures, newest=edition is held[-1])
            made += [revision] if revision is not None else []
    return Revisions(seen, tuple(made))


def store(session: Session, revisions: Revisions, *, at: datetime) -> list[Edition]:
    """Stores the revisions and settles the corrections they answer, in the caller's transaction.

    A correction that has come in since is not among them: the next run looks at it.
    """
    stored_editions = [_store(session, revision, at) for revision in revisions.made]
    corrections.settle(session, (session.merge(correction) for correction in revisions.seen), at=at)
    return stored_editions


def _store(session: Session, revision: Revision, at: datetime) -> Edition:
    figures = revision.figures
    if revision.newest:
        if revision.edition.region_id is not None:
            short = shortfalls(figures, revision.branch_ids)
            flags.correct_flags(session, figures.week, revision.branch_ids.values(), short, at=at)
        figures = replace(figures, flags=standing(session, revision.branch_ids, at))
    edition = editions.revise(
        session,
        revision.edition,
        stored.dump(figures),
        stored.dump_changes(revision.found, revision.why),
        at=at,
        states=stored.states(figures),
    )
    if stored.state_changed(revision.found):
        outbox.for_edition(session, edition, at=at)
    return edition


def _revision(
    session: Session, edition: Edition, changed: Sequence[Correction], pictures: Pictures, *, newest: bool
) -> Revision | None:
    was = stored.load(edition.content)
    reasons = [c for c in changed if _counted(c, edition, was)]
    if not reasons:
        return None
    picture = _picture(session, edition, was, pictures)
    ids = {code: place.branch_id for code, place in picture.collected.places.items() if code in was.branch_names}
    now = _again(session, edition, was, picture, ids)
    found = stored.changes(was, now)
    why = tuple(_reason(session, correction) for correction in reasons)
    return Revision(edition, now, found, why, ids, newest) if found else None


def _reason(session: Session, correction: Correction) -> Reason:
    branch = session.get_one(Audit, correction.audit_id).branch.code
    return Reason(correction.why, Week.of(date.fromordinal(correction.day)).monday, branch)


def _counted(correction: Correction, edition: Edition, figures: Figures) -> bool:
    """Whether the edition had counted the audit."""
    in_window = figures.window_from.toordinal() <= correction.day <= figures.window_to.toordinal()
    return in_window and correction.counted_from <= edition.due_at


def _picture(session: Session, edition: Edition, was: Figures, pictures: Pictures) -> Picture:
    """The chain by the same rules as of the same moment, from the audits as they are now."""
    window = Window(was.window_from, was.window_to)
    key = (window, edition.due_at)
    if key not in pictures or pictures[key].rules != was.rules:
        seen = next((p for (days, _), p in pictures.items() if days == window), None)
        pictures[key] = look(session, window, edition.due_at, was.rules, seen=seen)
    return pictures[key]


def _again(session: Session, edition: Edition, was: Figures, picture: Picture, ids: dict[str, int]) -> Figures:
    new = was.new
    if was.new_after is not None and was.first_week is not None:
        week, first = Week(was.week), Week(was.first_week)
        new = collect.new_audits(
            session,
            ids.values(),
            after=was.new_after,
            until=edition.due_at,
            week=week,
            reported=first,
            days=picture.window,
        )
    now = replace(
        was,
        design=picture.assessment.design,
        sections=picture.assessment.sections,
        cells=tuple(cell for cell in picture.assessment.cells if cell.branch in was.branch_names),
        shoppers=picture.assessment.shoppers,
        trend=collect.trend(picture.collected.sheet, was.branch_names.keys()),
        new=new,
        usual=picture.usual,
        excluded=excluded(session, ids.values(), picture.window.first, picture.window.last),
    )
    return replace(now, courses=courses_of(picture, now))
