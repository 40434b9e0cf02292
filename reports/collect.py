"""The one door to the database: the counted scores of a window as a ScoreSheet, and what stands beside them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import sqlalchemy as sa
from sqlmodel import Session, col, select

from branches import corrections, history, standards
from branches.audits import Answer, Audit, ScoreRow, failed_items
from branches.database import in_parts
from branches.people import User
from branches.places import Branch, Region, open_branches
from branches.standards import Item, Section, Standard
from branches.states import COUNTED
from branches.weeks import Week
from reports.collect_new import photos
from reports.figures import Interval, NewAudit, TrendPoint
from reports.kept import Failures
from reports.sheet import UNKNOWN_SHOPPER, Ints, ScoreSheet

BILLION = 1_000_000_000
LEAST_USUAL = 20
"""Audits from which it is said what their scores usually are: fewer have hardly a twentieth to leave out."""


@dataclass(frozen=True)
class Window:
    """First and last day whose visits count, both included."""

    first: date
    last: date

    @classmethod
    def ending(cls, week: Week, weeks: int) -> "Window":
        """So many weeks, of which `week` is the last."""
        return cls(week.plus(1 - weeks).monday, week.sunday)


@dataclass(frozen=True)
class Place:
    """Which row and which names a branch code stands for."""

    branch_id: int
    name: str
    region_id: int
    region_name: str


@dataclass(frozen=True)
class Seen:
    """How far the chain's history had come: where it is further, what was collected may be out of date."""

    change: int
    correction: int


def seen(session: Session, known_at: datetime) -> Seen:
    """What bears on the figures of that moment, up to now?"""
    return Seen(history.last_change(session, known_at), corrections.last(session))


@dataclass(frozen=True)
class Collected:
    """A window's sheet beside the places it speaks of."""

    sheet: ScoreSheet
    places: Mapping[str, Place]
    """By branch code."""
    version: int
    """The newest version of the standard in use in the window; 0 where there is none."""
    standard_id: int | None
    seen: Seen


def window(session: Session, days: Window, released_by: datetime) -> Collected:
    """Which scores count in these days, as it was known at that moment?

    Every branch open on one of the days is in the sheet, audited or not. The database filters by day and release and
    hands over whole billionths of a point; they become points here.
    """
    so_far = seen(session, released_by)
    places = _places(session, days)
    rows = _rows(session, days, released_by)
    places += _closed_places(session, {row[1] for row in rows} - {branch.id for branch, _ in places})
    sections = _sections(session, {row[2] for row in rows}, released_by)
    sheet = _sheet(rows, places, sections, _shoppers(session, {row[3] for row in rows}))
    return Collected(
        sheet=sheet,
        places={branch.code: Place(branch.id, branch.name, region.id, region.name) for branch, region in places},
        version=sections.newest[0],
        standard_id=sections.newest[1],
        seen=so_far,
    )


Row = tuple[int, int, int, int, int, int]
"""audit, branch, section, shopper or UNKNOWN_SHOPPER, day, billionths of a point."""


@dataclass(frozen=True)
class _Sections:
    codes: tuple[str, ...]
    """In the order of the newest version, then older ones' own."""
    column: dict[int, int]
    """Section row → column of the sheet."""
    version: dict[int, int]
    """Section row → number of the standard's version."""
    newest: tuple[int, int | None]
    """Number and row of the newest version in use."""


def _rows(session: Session, days: Window, released_by: datetime) -> Sequence[Row]:
    query = (
        sa.select(
            col(ScoreRow.audit_id),
            col(ScoreRow.branch_id),
            col(ScoreRow.section_id),
            sa.func.coalesce(col(ScoreRow.shopper_id), UNKNOWN_SHOPPER),
            col(ScoreRow.day),
            col(ScoreRow.billionths),
        )
        .where(col(ScoreRow.day) >= days.first.toordinal(), col(ScoreRow.day) <= days.last.toordinal())
        .where(col(ScoreRow.counted_from) <= released_by)
    )
    return [(*row,) for row in session.execute(query)]


def _places(session: Session, days: Window) -> list[tuple[Branch, Region]]:
    held = {region.id: region for region in session.exec(select(Region))}
    return [(branch, held[branch.region_id]) for branch in open_branches(session, days.first, days.last)]


def _closed_places(session: Session, missing: set[int]) -> list[tuple[Branch, Region]]:
    """Branches with audits in days on which they were not open: what happened counts all the same."""
    query = select(Branch, Region).join(Region)
    found = [row for part in in_parts(missing) for row in session.exec(query.where(col(Branch.id).in_(part)))]
    return sorted(((branch, region) for branch, region in found), key=lambda place: place[0].code)


def _sections(session: Session, used: set[int], known_at: datetime) -> _Sections:
    """Sections of the versions in use; where none is, those of the version in force at that moment."""
    query = select(Section, Standard).join(Standard).where(Section.scored, col(Standard.published_at).is_not(None))
    rows = list(session.exec(query.order_by(col(Standard.version).desc(), col(Section.position))))
    in_use = {standard.id for section, standard in rows if section.id in used}
    current = standards.current(session, known_at) or standards.newest(session)
    in_use = in_use or ({current.id} if current is not None else set())
    held = [(section, standard) for section, standard in rows if standard.id in in_use]
    codes = tuple(dict.fromkeys(section.code for section, _ in held))
    return _Sections(
        codes,
        {section.id: codes.index(section.code) for section, _ in held},
        {section.id: standard.version for section, standard in held},
        max(((standard.version, standard.id) for _, standard in held), default=(0, None)),
    )


def _shoppers(session: Session, used: set[int]) -> dict[int, str]:
    rows = session.exec(select(col(User.id), col(User.code), col(User.public_id)).order_by(col(User.id)))
    return {number: code or public for number, code, public in rows if number in used}


def _sheet(
    rows: Sequence[Row], places: Sequence[tuple[Branch, Region]], sections: _Sections, shoppers: dict[int, str]
) -> ScoreSheet:
    table = np.array(rows, dtype=np.int64).reshape(-1, 6)
    audits, first, at = np.unique(table[:, 0], return_index=True, return_inverse=True)
    scores = np.full((len(audits), len(sections.codes)), np.nan)
    scores[at, _lookup(table[:, 2], sections.column)] = table[:, 5] / BILLION
    regions = tuple(sorted({region.code for _, region in places}))
    codes = tuple(sorted(shoppers.values()))
    seen = {number: codes.index(code) for number, code in shoppers.items()} | {UNKNOWN_SHOPPER: UNKNOWN_SHOPPER}
    days = table[first, 4]
    return ScoreSheet(
        sections=sections.codes,
        branches=tuple(branch.code for branch, _ in places),
        regions=regions,
        shoppers=codes,
        region_of=np.array([regions.index(region.code) for _, region in places], dtype=np.int64),
        branch=_lookup(table[first, 1], {branch.id: index for index, (branch, _) in enumerate(places)}),
        shopper=_lookup(table[first, 3], seen),
        version=_lookup(table[first, 2], sections.version),
        week=days - (days - 1) % 7,
        scores=scores,
    )


def _lookup(column: Ints, meaning: Mapping[int, int]) -> Ints:
    """Each row number replaced by what it means; one without a meaning is refused, never taken for its neighbour."""
    used, at = np.unique(column, return_inverse=True)
    return np.array([meaning[number] for number in used.tolist()], dtype=np.int64)[at]


def reach(session: Session) -> Window | None:
    """The days of the first and the last visit that count; None before the first."""
    day = col(ScoreRow.day)
    found = sa.select(sa.func.min(day), sa.func.max(day)).where(col(ScoreRow.counted_from).is_not(None))
    first, last = session.execute(found).one()
    return None if first is None else Window(date.fromordinal(first), date.fromordinal(last))


def trend(sheet: ScoreSheet, branches: Collection[str]) -> tuple[TrendPoint, ...]:
    """How did these branches do, week by week? Plain means of the week's audits, section by section."""
    mine = np.isin(sheet.branch, [index for index, code in enumerate(sheet.branches) if code in branches])
    points = []
    for week in np.unique(sheet.week[mine]):
        scores = sheet.scores[mine & (sheet.week == week)]
        counts = np.sum(~np.isnan(scores), axis=0)
        sums = np.nansum(scores, axis=0)
        points += [
            TrendPoint(date.fromordinal(int(week)), section, int(n), float(total / n))
            for section, n, total in zip(sheet.sections, counts, sums, strict=True)
            if n
        ]
    return tuple(points)


def branch_trend(session: Session, branch_id: int, days: Window, released_by: datetime) -> tuple[TrendPoint, ...]:
    """How did one branch do, week by week? Plain means of the week's audits, section by section."""
    week = col(ScoreRow.day) - (col(ScoreRow.day) - 1) % 7
    query = (
        sa.select(week, col(Section.code), sa.func.count(), sa.func.sum(col(ScoreRow.billionths)))
        .join(Section, col(Section.id) == ScoreRow.section_id)
        .where(col(ScoreRow.branch_id) == branch_id, col(ScoreRow.counted_from) <= released_by)
        .where(col(ScoreRow.day).between(days.first.toordinal(), days.last.toordinal()))
        .group_by(week, col(Section.code))
    )
    rows = sorted((int(monday), code, n, float(total)) for monday, code, n, total in session.execute(query))
    return tuple(TrendPoint(date.fromordinal(week), code, n, total / n / BILLION) for week, code, n, total in rows)


def usual(session: Session, days: Window, released_by: datetime) -> Interval | None:
    """What does a whole audit of the chain usually score? The middle one, and between which nine in ten lie, in points."""
    query = select(col(Audit.score)).where(col(Audit.state).in_(COUNTED), col(Audit.released_at) <= released_by)
    query = query.where(col(Audit.visited_on).between(days.first, days.last), col(Audit.score).is_not(None))
    scores = np.array(session.exec(query).all(), dtype=np.float64) / 1000
    if scores.size < LEAST_USUAL:
        return None
    low, middle, high = np.quantile(scores, (0.05, 0.5, 0.95)).round(3).tolist()
    return Interval(middle, low, high)


def new_audits(
    session: Session,
    branch_ids: Iterable[int],
    *,
    after: datetime,
    until: datetime,
    week: Week,
    reported: Week,
    days: Window,
) -> tuple[NewAudit, ...]:
    """Which audits count for the first time in this edition?

    A report may be due days after its week: what was visited since belongs to the next one, also where it is released.

    Args:
        session: only read from.
        branch_ids: of the scope's branches.
        after: when the edition before was due.
        until: when this one is.
        week: its week.
        reported: the scope's first reported week.
        days: in which it is counted how often a failed critical item failed at its branch.
    """
    rows = _released(session, branch_ids, after, until, week)
    ids = [audit.id for audit, _, _ in rows]
    failed, others = failed_items(session, ids, critical=True), failed_items(session, ids, critical=False)
    pictures = photos(session, ids)
    often = _failures(
        session, {(audit.branch_id, item) for audit, _, _ in rows for item in failed.get(audit.id, ())}, days, until
    )
    return tuple(
        NewAudit(
            branch=code,
            week=seen.monday,
            late=reported <= seen < week,
            score=None if audit.score is None else audit.score / 1000,
            failed_critical=tuple(failed.get(audit.id, ())),
            failures=tuple(often.get((audit.branch_id, item), Failures(0, 0)) for item in failed.get(audit.id, ())),
            findings=tuple(others.get(audit.id, ())),
            photos=pictures.get(audit.id, 0),
            public_id=audit.public_id,
        )
        for audit, code, seen in rows
    )


def _released(
    session: Session, branch_ids: Iterable[int], after: datetime, until: datetime, week: Week
) -> list[tuple[Audit, str, Week]]:
    """The week's audits and late ones of weeks before, with branch and week; within a week their order tells nothing."""
    query = (
        select(Audit, Branch.code)
        .join(Branch)
        .where(col(Audit.state).in_(COUNTED))
        .where(col(Audit.released_at) <= until, col(Audit.visited_on) <= week.sunday)
        .where((col(Audit.released_at) > after) | (col(Audit.visited_on) >= week.monday))
    )
    found = [row for part in in_parts(branch_ids) for row in session.exec(query.where(col(Audit.branch_id).in_(part)))]
    visited = [(audit, code, Week.of(audit.visited_on)) for audit, code in found if audit.visited_on is not None]
    return sorted(visited, key=lambda row: (row[1], row[2].monday, row[0].public_id))


def _failures(
    session: Session, wanted: set[tuple[int, str]], days: Window, released_by: datetime
) -> dict[tuple[int, str], Failures]:
    """How often did these items fail at these branches in these days?"""
    found: dict[tuple[int, str], Failures] = {}
    codes = {code for _, code in wanted}
    for part in in_parts({branch for branch, _ in wanted}):
        query = (
            sa.select(
                col(Audit.branch_id),
                col(Item.code),
                sa.func.sum(sa.case((col(Answer.points) == 0, 1), else_=0)),
                sa.func.count(),
            )
            .select_from(Answer)
            .join(Audit, col(Audit.id) == Answer.audit_id)
            .join(Item, col(Item.id) == Answer.item_id)
            .where(col(Audit.branch_id).in_(part), col(Item.code).in_(codes), col(Answer.points).is_not(None))
            .where(col(Audit.state).in_(COUNTED), col(Audit.released_at) <= released_by)
            .where(col(Audit.visited_on).between(days.first, days.last))
            .group_by(col(Audit.branch_id), col(Item.code))
        )
        found |= {(branch, code): Failures(failed, n) for branch, code, failed, n in session.execute(query)}
    return found
