"""The weekly report's table of contents: collect → assess → the figures of one scope → its edition."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlmodel import Session

from branches import editions, flags, outbox
from branches.editions import CHAIN, Edition, Scope
from branches.flags import Shortfall
from branches.held import Privacy
from branches.timetable import DueTimes
from branches.weeks import Week, local_date
from reports import acting, collect, collect_items, costing, items, praise, stored
from reports.adjusted import Adjusted, adjusted
from reports.change_words import CHANGE_SHARE
from reports.collect import Collected, Window
from reports.collect_new import excluded
from reports.courses import courses, worth_drawing
from reports.figures import Assessment, ChainMove, Change, Figures, Interval, Rules, StandingFlag, State
from reports.item_sums import JudgedItem
from reports.kept import Courses
from reports.screening import assess
from reports.sheet import ScoreSheet
from reports.trend import chain_moves, changes, lasting, region_moves


@dataclass(frozen=True)
class Settings:
    """What the chain has decided about its reports."""

    rules: Rules = field(default_factory=Rules)
    weeks: int = 26
    """Length of the window; it ends with the reported week."""
    due: DueTimes = field(default_factory=DueTimes)
    chain_zone: str = "UTC"
    reporting_from: Week | None = None
    """First reported week; None: the Monday after a scope is first seen."""
    revised_weeks: int = 4
    """Editions that a correction may still revise."""
    privacy: Privacy = field(default_factory=Privacy)


@dataclass(frozen=True)
class Picture:
    """What was known of a window at one moment, and what the statistics say of it."""

    window: Window
    known_at: datetime
    rules: Rules
    collected: Collected
    assessment: Assessment
    items: tuple[JudgedItem, ...] = ()
    usual: Interval | None = None
    """What a whole audit usually scores."""
    changes: tuple[Change, ...] = ()
    """Those that are more than chance."""
    chain_moves: tuple[ChainMove, ...] = ()
    region_moves: Mapping[str, tuple[ChainMove, ...]] = field(default_factory=dict)
    """By the region's code."""
    scores: Mapping[int, Adjusted] = field(default_factory=dict)
    """Each section's, with shopper, version and the chain's movement taken out; empty where branches cannot be told from visits."""


@dataclass(frozen=True)
class Prepared:
    """One scope's figures, ready to be issued."""

    scope: Scope
    week: Week
    due_at: datetime
    figures: Figures
    standard_id: int | None


def look(session: Session, window: Window, known_at: datetime, rules: Rules, *, seen: Picture | None = None) -> Picture:
    """Collects and assesses the whole chain; every scope with the same due time shares it.

    `seen` is a picture of another moment: where nothing was released in between, its assessment holds for this one too.
    """
    collected = collect.window(session, window, known_at)
    if seen is not None and seen.rules == rules and seen.collected.sheet.same_as(collected.sheet):
        return replace(seen, window=window, known_at=known_at, collected=collected)
    sums = collect_items.item_sums(session, window, known_at, collected.places, collected.sheet)
    found = assess(collected.sheet, rules)
    usual = collect.usual(session, window, known_at)
    still = Picture(window, known_at, rules, collected, found, items.judge(sums), usual)
    return _moved(still, collected.sheet) if found.design.enough else still


def _moved(picture: Picture, sheet: ScoreSheet) -> Picture:
    """With the branches' own changes, the chain's and the regions'; only where branches can be told from visits."""
    known = adjusted(sheet)
    found = changes(sheet, CHANGE_SHARE / len(sheet.sections), known=known)
    return replace(
        picture,
        changes=tuple(change for change in found if lasting(change)),
        chain_moves=chain_moves(sheet, known),
        region_moves=region_moves(sheet, known),
        scores=known,
    )


def prepare(
    session: Session, picture: Picture, scope: Scope, week: Week, *, due_at: datetime, since: datetime, reported: Week
) -> Prepared:
    """The figures of one scope from the chain's picture; `since` is when the edition before was due."""
    places = picture.collected.places
    mine = {code: p for code, p in places.items() if scope.region_id in (None, p.region_id)}
    ids = [place.branch_id for place in mine.values()]
    promised = acting.planned(session, ids, picture.window, due_at)
    new = collect.new_audits(session, ids, after=since, until=due_at, week=week, reported=reported, days=picture.window)
    figures = Figures(
        scope=scope.region_code if scope.region_code is not None else CHAIN,
        scope_name=scope.region_name if scope.region_id is not None else None,
        week=week.monday,
        window_from=picture.window.first,
        window_to=picture.window.last,
        rules=picture.rules,
        standard_version=picture.collected.version,
        design=picture.assessment.design,
        sections=picture.assessment.sections,
        cells=tuple(cell for cell in picture.assessment.cells if cell.branch in mine),
        shoppers=picture.assessment.shoppers,
        trend=collect.trend(picture.collected.sheet, mine.keys()),
        new=new,
        new_after=since,
        first_week=reported.monday,
        branch_names={code: place.name for code, place in mine.items()},
        branch_regions={code: place.region_name for code, place in mine.items()},
        changes=tuple(change for change in picture.changes if change.branch in mine),
        chain_moves=picture.chain_moves,
        moves=picture.chain_moves if scope.region_id is None else picture.region_moves.get(scope.region_code or "", ()),
        critical_items=collect_items.critical_items(session, picture.collected.standard_id),
        items=items.of_scope(picture.items, None if scope.region_id is None else mine.keys()),
        costly=costing.costliest(picture.items, [cell for cell in picture.assessment.cells if cell.branch in mine]),
        actions=acting.judged(promised, picture.collected.sheet, picture.scores, picture.window, picture.rules.margin),
        usual=picture.usual,
        chain_items=items.of_chain(picture.items),
        excluded=excluded(session, ids, picture.window.first, picture.window.last),
    )
    figures = replace(figures, courses=courses_of(picture, figures))
    return Prepared(scope, week, due_at, figures, picture.collected.standard_id)


def courses_of(picture: Picture, figures: Figures) -> Courses | None:
    """Where the scope's branches were every four weeks; of the whole chain only those that stand out or have changed."""
    everybody = figures.branch_names if figures.scope_name is not None else ()
    wanted = worth_drawing(figures.cells, figures.changes, everybody)
    days = (picture.window.first, picture.window.last)
    return courses(picture.collected.sheet, picture.scores, days, wanted)


class OutdatedError(Exception):
    """The chain's history went on while the figures were made; look again."""


def issue(session: Session, prepared: Prepared, picture: Picture, *, at: datetime) -> Edition:
    """Stores the edition with the flags it raises and clears and the mail that tells of it, in the caller's transaction.

    Flags follow the regions' editions, in the order of their weeks: those are what somebody acts on. The chain's
    edition shows how they stand.

    Raises:
        OutdatedError: something was released, imported or corrected since the picture was made that bears on it.
    """
    editions.counts_from(session, prepared.due_at)  # until this transaction ends nothing new begins to count
    if collect.seen(session, prepared.due_at) != picture.collected.seen:
        raise OutdatedError
    places = picture.collected.places
    mine = {code: places[code].branch_id for code in prepared.figures.branch_names}
    newest = editions.latest(session, prepared.scope.key)
    in_order = newest is None or newest.week < prepared.week.monday
    if prepared.scope.region_id is not None and in_order:
        short = shortfalls(prepared.figures, mine)
        flags.raise_flags(session, prepared.week.monday, mine.values(), short, at=at)
        acting.keep(session, prepared.figures.actions or (), at=at)
    figures = prepared.figures
    if in_order:
        follows = newest is not None and newest.week == prepared.week.plus(-1).monday
        before = stored.load(newest.content) if newest is not None and follows else None
        figures = replace(figures, flags=standing(session, mine, at), praise=praise.standing(figures, before))
    edition = editions.issue(
        session,
        prepared.scope,
        prepared.week,
        stored.dump(figures),
        due_at=prepared.due_at,
        at=at,
        standard_id=prepared.standard_id,
        states=stored.states(figures),
    )
    outbox.for_edition(session, edition, at=at)
    return edition


def shortfalls(figures: Figures, branch_ids: Mapping[str, int]) -> list[Shortfall]:
    """The cells in the flagged set."""
    return [Shortfall(branch_ids[c.branch], c.section) for c in figures.cells if c.state is State.FALLS_SHORT]


def standing(session: Session, branch_ids: Mapping[str, int], at: datetime) -> tuple[StandingFlag, ...]:
    """Flags as they stand at these branches at that moment; a dismissal is told while it lasts, and that one was seen from then on."""
    codes = {number: code for code, number in branch_ids.items()}
    held = flags.standing_flags(session, branch_ids.values())
    before = flags.before(session, held)
    set_aside = [flag for flag in held if flag.dismissed_until is not None]
    aside = {flag.id for flag in set_aside if flags.is_dismissed(flag, local_date(at, flag.branch.timezone))}
    return tuple(
        StandingFlag(
            codes[flag.branch_id],
            flag.section,
            flag.raised_week,
            flag.dismissed_until if flag.id in aside else None,
            flag.dismissed_reason if flag.id in aside else "",
            before.get(flag.id),
            flags.seen_on(flag, at),
        )
        for flag in held
    )
