"""One section of an edition by itself: the same figures, narrowed, with every branch in it and what has changed there."""

from dataclasses import dataclass, replace

from reports import change_words
from reports.compose import compose
from reports.figures import Cell, ChainMove, Change, Figures, Move, State
from reports.report import Column, Entry, Report, Table
from reports.tables import branch_entry, rest, verdict_table
from reports.voice import Voice

LISTED = 400
"""Branches that a page lists; the files hold them all."""
_FIRST = (State.FALLS_SHORT, State.WATCH, State.ABOVE, State.AS_NORM, State.NOT_ENOUGH)
_ORDERED = {State.FALLS_SHORT, State.WATCH, State.ABOVE}
"""The states within which the furthest comes first; a branch that is as the norm is not held against its neighbour."""


@dataclass(frozen=True)
class SectionReport:
    """One section in the words of one reader."""

    title: str
    report: Report
    """The report of this section alone."""
    branches: Table
    """Every branch with its state."""
    changed: Table | None
    """The branches that have fallen or risen; None where none has."""
    by_chance: tuple[str, ...]
    """How often that is said where nothing has changed."""


def section_report(voice: Voice, section: str, items: dict[str, str]) -> SectionReport:
    """How does one section stand in this scope?

    Args:
        voice: the figures of the scope with the reader's language.
        section: its code, one of those in the figures.
        items: code of an item → its wording.
    """
    own = Voice(narrowed(voice.figures, section), voice.language, voice.titles)
    whole = compose(own.figures, own.language, own.titles, items)
    moves = dict.fromkeys(one.move for one in _changes(own.figures))
    return SectionReport(
        title=voice.title(section),
        report=replace(whole, heat=None, first=None),
        branches=_branches(own),
        changed=_changed(own),
        by_chance=tuple(change_words.by_chance(own, move) for move in moves),
    )


def narrowed(figures: Figures, section: str) -> Figures:
    """Nothing of other sections is left; what was told with them in mind is told here only if it was told there."""
    known = next(one for one in figures.sections if one.section == section)
    return replace(
        figures,
        design=replace(figures.design, audits=known.audits, audited_branches=known.branches),
        sections=(known,),
        cells=tuple(cell for cell in figures.cells if cell.section == section),
        shoppers=tuple(one for one in figures.shoppers if one.section == section),
        trend=tuple(point for point in figures.trend if point.section == section),
        new=(),
        flags=tuple(flag for flag in figures.flags if flag.section == section),
        items=tuple(item for item in figures.items if item.section == section),
        changes=tuple(change for change in figures.changes if change.section == section),
        courses=None,
        praise=tuple(one for one in figures.praise if one.section == section),
        chain_moves=_told(figures.chain_moves, section),
        moves=_told(figures.moves, section),
    )


def _told(moves: tuple[ChainMove, ...], section: str) -> tuple[ChainMove, ...]:
    """The section's move where it is more than chance among those of all sections: alone it would be held to less."""
    return tuple(move for move in change_words.told(moves) if move.section == section)


def _branches(voice: Voice) -> Table:
    """What stands out first; then the others by their names, for an order among them would be chance."""
    cells = sorted(voice.figures.cells, key=lambda cell: _place(voice, cell))
    table = verdict_table(voice, cells[:LISTED], voice.language.say("Every branch"), len(cells))
    return _without(table, 1)


def _place(voice: Voice, cell: Cell) -> tuple[int, float, str]:
    far = -abs(cell.estimate or 0.0) if cell.state in _ORDERED else 0.0
    return _FIRST.index(cell.state), far, voice.name(cell.branch).casefold()


def _without(table: Table, column: int) -> Table:
    """A table without a column that would say the same in each line."""
    columns = table.columns[:column] + table.columns[column + 1 :]
    return replace(table, columns=columns, rows=tuple(row[:column] + row[column + 1 :] for row in table.rows))


def _changes(figures: Figures) -> list[Change]:
    """The falls and rises, the falls before the rises, the largest first."""
    found = [one for one in figures.changes if one.since is not None and one.size is not None]
    return sorted(found, key=lambda one: (one.move is not Move.FALLING, -abs(one.size or 0.0)))


def _changed(voice: Voice) -> Table | None:
    found = _changes(voice.figures)
    if not found:
        return None
    say = voice.language.say
    listed = found[:LISTED]
    rows = [(branch_entry(voice, one.branch), Entry(change_words.sentence(voice, one))) for one in listed]
    columns = (Column(say("Branch"), "name"), Column(say("What has changed"), "text"))
    return Table(say("Lately changed"), columns, tuple(rows), rest(voice, len(found) - len(listed)))
