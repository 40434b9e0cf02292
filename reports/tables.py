"""The tables of a report: the same figures as its sentences and charts, a line each."""

from collections import Counter
from collections.abc import Iterable

from branches.language import Language
from reports import wording
from reports.figures import Cell, State
from reports.report import Column, Entry, Table
from reports.voice import Voice

TABLE_ROWS = 100


def sections(voice: Voice) -> Table | None:
    """The norm of each section and what it rests on; None where nothing was scored."""
    if all(section.norm is None for section in voice.figures.sections):
        return None
    say, number, whole = voice.language.say, voice.language.number, voice.language.whole
    short = Counter(cell.section for cell in voice.figures.cells if cell.state is State.FALLS_SHORT)
    titles = [say("Norm"), say("Audits"), say("Branches"), say("Falls short at")]
    rows = [
        (
            voice.title(section.section),
            wording.NOTHING if section.norm is None else number(section.norm),
            whole(section.audits),
            whole(section.branches),
            whole(short[section.section]),
        )
        for section in voice.figures.sections
    ]
    shown = len(titles) - (voice.figures.scope_name is not None)  # a region's shortfalls are no figures of the chain
    return Table(
        say("The chain's norms"),
        (Column(say("Section"), "text"), *(Column(title, "number") for title in titles[:shown])),
        tuple(
            (Entry(row[0], section=section.section), *(Entry(text) for text in row[1 : shown + 1]))
            for section, row in zip(voice.figures.sections, rows, strict=True)
        ),
    )


def verdict_table(voice: Voice, cells: Iterable[Cell], caption: str, total: int, *, praised: bool = False) -> Table:
    """Everything the statistics say of some branches, a line each; of those praised how probably they are above."""
    say = voice.language.say
    titles = (
        say("Score"),
        say("Norm"),
        say("Variance"),
        say("Estimate"),
        say("Likely from"),
        say("to"),
        *((say("Probability above"),) if praised else (say("Probability short"), say("False share"))),
        say("Audits"),
        say("Shoppers"),
        say("Likely rank"),
    )
    heads = (Column(say("Branch"), "name"), Column(say("Section"), "text"), Column(say("State"), "state"))
    rows = tuple(_verdict_row(voice, cell, praised=praised) for cell in cells)
    return Table(
        caption, (*heads, *(Column(title, "number") for title in titles)), rows, rest(voice, total - len(rows))
    )


def _verdict_row(voice: Voice, cell: Cell, *, praised: bool) -> tuple[Entry, ...]:
    language = voice.language
    scores = [wording.NOTHING if score is None else language.number(score) for score in (cell.score, cell.norm)]
    points = [wording.signed(language, value) for value in (cell.variance, cell.estimate, cell.low, cell.high)]
    chances = (cell.p_above,) if praised else (cell.p_short, cell.q)
    said = [wording.NOTHING if p is None else wording.probability(language, p) for p in chances]
    counts = (language.whole(cell.audits), language.whole(cell.shoppers))
    return (
        branch_entry(voice, cell.branch),
        Entry(voice.title(cell.section), section=cell.section),
        Entry(wording.cell_word(language, cell), cell.state, unsure=wording.unsure(cell)),
        *(Entry(text) for text in (*scores, *points, *said, *counts, wording.rank(language, cell))),
    )


def branch_entry(voice: Voice, branch: str) -> Entry:
    """A branch's name, and which branch that is."""
    return Entry(voice.name(branch), branch=branch)


def rest(voice: Voice, left_out: int) -> str:
    """What a table leaves out."""
    if left_out <= 0:
        return ""
    return voice.language.count("{n} more is not listed here.", "{n} more are not listed here.", left_out)


def estimates(voice: Voice, caption: str, found: list[tuple[str, dict[str, Cell]]]) -> Table:
    """Each branch's estimates, in points from the norm, a column a section."""
    language, sections = voice.language, [section.section for section in voice.figures.sections]
    listed = found[:TABLE_ROWS]
    rows = [
        (
            branch_entry(voice, branch),
            Entry(language.whole(max(cell.audits for cell in cells.values()))),
            *(_estimate(language, cells.get(code)) for code in sections),
        )
        for branch, cells in listed
    ]
    columns = [Column(title, "number") for title in (language.say("Audits"), *map(voice.title, sections))]
    return Table(
        caption,
        (Column(language.say("Branch"), "name"), *columns),
        tuple(rows),
        rest(voice, len(found) - len(listed)),
    )


def _estimate(language: Language, cell: Cell | None) -> Entry:
    """In a table of branches that are as the norm: one that is not sure is marked."""
    points = wording.signed(language, cell.estimate if cell is not None else None)
    return Entry(f"{points} ?" if cell is not None and wording.unsure(cell) else points)


def lacking_sections(voice: Voice, cells: list[Cell]) -> str:
    """In which sections a branch has too few audits; all of them are not named one by one."""
    if len(cells) == len(voice.figures.sections):
        return voice.language.say("all sections")
    return voice.language.join([voice.title(cell.section) for cell in cells])
