"""The verdicts of a report by state: what falls short, what to watch, what is above, as the norm, and what could not be judged."""

from collections.abc import Iterable
from dataclasses import replace

from reports import doing, grounds, praise, tables, wording
from reports.figures import Cell, StandingFlag, State
from reports.report import Column, Entry, Group, Strip, Table, Verdict
from reports.voice import Voice

IN_FULL = 12
"""About how many verdicts of a state are given in full; those of one branch are not torn apart."""
STRIP_REACH = 10.0
Lacking = list[tuple[str, list[Cell]]]


def by_state(cells: Iterable[Cell]) -> dict[State, list[Cell]]:
    """The cells of each state, the furthest from the norm first."""
    found: dict[State, list[Cell]] = {state: [] for state in State}
    for cell in cells:
        found[cell.state].append(cell)
    for some in found.values():
        some.sort(key=lambda cell: -abs(cell.estimate or 0.0))
    return found


def group(voice: Voice, state: State, cells: list[Cell]) -> Group:
    """The verdicts of one state: the furthest in full, a table of them all beside."""
    language, cells = voice.language, together(cells)
    branches = wording.branches(language, len({cell.branch for cell in cells}))
    listed = cells[: tables.TABLE_ROWS]
    table = (
        tables.verdict_table(
            voice, listed, wording.state_word(language, state), len(cells), praised=state is State.ABOVE
        )
        if cells
        else None
    )
    far, since = _reach(voice), {(flag.branch, flag.section): flag for flag in voice.figures.flags}
    verdicts = tuple(
        _verdict(voice, cell, far, since.get((cell.branch, cell.section))) for cell in cells[: _in_full(cells)]
    )
    hidden = len(cells) - len(verdicts)
    more = language.count("{n} more is in the table.", "{n} more are in the table.", hidden) if hidden else ""
    found = Group(state, wording.state_word(language, state), branches, verdicts, table, more)
    if state is not State.ABOVE:
        return found
    return replace(found, names=praise.names(voice, cells), certainty=praise.certainty(voice, cells))


def together(cells: list[Cell]) -> list[Cell]:
    """The cells of a branch follow each other, the branch with the furthest one first."""
    places: dict[str, int] = {}
    for cell in cells:
        places.setdefault(cell.branch, len(places))
    return sorted(cells, key=lambda cell: places[cell.branch])


def _in_full(cells: list[Cell]) -> int:
    n = min(IN_FULL, len(cells))
    while 0 < n < len(cells) and cells[n].branch == cells[n - 1].branch:
        n += 1
    return n


def _reach(voice: Voice) -> float:
    told = {State.FALLS_SHORT, State.WATCH, State.ABOVE}
    return reach(cell for cell in voice.figures.cells if cell.state in told)


def reach(cells: Iterable[Cell]) -> float:
    """Points that every strip of a report shows on each side of the norm."""
    ends = [abs(end) for cell in cells for end in (cell.low, cell.high) if end is not None]
    return max([STRIP_REACH, *ends])


def strip(cell: Cell, margin: float, reach: float) -> Strip | None:
    """The cell beside the norm; None without an estimate."""
    if cell.estimate is None or cell.low is None or cell.high is None:
        return None
    return Strip(cell.state, cell.estimate, cell.low, cell.high, margin, reach)


def _verdict(voice: Voice, cell: Cell, far: float, flag: StandingFlag | None) -> Verdict:
    return Verdict(
        state=cell.state,
        word=wording.state_word(voice.language, cell.state),
        branch=cell.branch,
        name=voice.name(cell.branch),
        region="" if voice.figures.scope_name else voice.figures.branch_regions.get(cell.branch, ""),
        section=voice.title(cell.section),
        words=wording.verdict(voice.language, cell),
        detail=" ".join(
            filter(
                None, (wording.detail(voice.language, cell, voice.figures.rules.margin), praise.how_sure(voice, cell))
            )
        ),
        since=wording.flagged(voice.language, cell.state, voice.figures.week, flag)
        if flag
        else praise.stood(voice, cell),
        doing=doing.beside(voice, cell.branch, cell.section, flag),
        strip=strip(cell, voice.figures.rules.margin, far),
        code=cell.section,
        sure=grounds.sure(voice.language, cell),
    )


def reading(voice: Voice) -> str:
    """How a strip is read, and what its shaded part is."""
    return voice.language.say(
        "The line is the norm, the dot our best guess, the bar the likely range. The shaded {margin}-point zone is too close to the norm to act on; where the bar reaches into it, the difference may be that small.",
        margin=wording.short_number(voice.language, voice.figures.rules.margin),
    )


def as_norm(voice: Voice) -> Group:
    """The branches of which nothing else is to be said."""
    return _alike(voice, unsure=False)


def unsure(voice: Voice) -> Group | None:
    """The branches that may well fall short in some section; None where there is none."""
    found = _alike(voice, unsure=True)
    return found if found.table else None


def _alike(voice: Voice, *, unsure: bool) -> Group:
    language = voice.language
    quiet = {State.AS_NORM, State.NOT_ENOUGH}
    found = [
        (branch, cells)
        for branch, cells in voice.by_branch().items()
        if State.AS_NORM in (states := {cell.state for cell in cells.values()}) and states <= quiet
        if any(wording.unsure(cell) for cell in cells.values()) is unsure
    ]
    found.sort(key=lambda pair: voice.name(pair[0]).casefold())
    title = language.say("Not sure") if unsure else wording.state_word(language, State.AS_NORM)
    table = tables.estimates(voice, title, found) if found else None
    return Group(State.AS_NORM, title, wording.branches(language, len(found)), (), table)


def lacking_of(voice: Voice) -> Lacking:
    """The branches that could not be judged in every section with scores, each with those cells."""
    scored = {section.section for section in voice.figures.sections if section.norm is not None}
    found = [
        (branch, [cell for cell in cells.values() if cell.state is State.NOT_ENOUGH and cell.section in scored])
        for branch, cells in voice.by_branch().items()
    ]
    return sorted(
        ((branch, cells) for branch, cells in found if cells), key=lambda pair: voice.name(pair[0]).casefold()
    )


def reasons(voice: Voice, lacking: Lacking) -> tuple[str, ...]:
    """Why something could not be judged, and how many audits would change it: each reason by itself."""
    figures, language = voice.figures, voice.language
    if not figures.design.audits:
        return ()
    why = _by_section(voice, lacking) if figures.design.enough else wording.not_enough(language, figures.design)
    unscored = [voice.title(section.section) for section in figures.sections if section.norm is None]
    if unscored:
        why += (language.say("Nothing was scored in {sections}.", sections=language.join(unscored)),)
    return why


def _by_section(voice: Voice, lacking: Lacking) -> tuple[str, ...]:
    """Branches with too few audits, sections with too few repeats, and sections in which the scores hardly differ."""
    figures, language, least = voice.figures, voice.language, voice.figures.rules.least_audits
    wanting = {one.section: one.audits_wanted for one in figures.sections if one.norm is not None and one.audits_wanted}
    cells = [cell for _, some in lacking for cell in some if cell.section not in wanting]
    fewest: dict[str, int] = {}
    for cell in cells:
        if cell.audits < least:
            fewest[cell.branch] = min(cell.audits, fewest.get(cell.branch, least))
    why = wording.too_few(language, len(fewest), least, sum(least - n for n in fewest.values())) if fewest else ()
    why += tuple(wording.section_wants(language, voice.title(section), n) for section, n in wanting.items())
    alike = {cell.section for cell in cells if cell.audits >= least}
    named = [voice.title(section.section) for section in figures.sections if section.section in alike]
    if named:
        why += (
            language.say("In {sections} scores hardly differ: nothing can be judged.", sections=language.join(named)),
        )
    return why


def _fewest(cells: list[Cell]) -> int:
    return min(cell.audits for cell in cells)


def unjudged(voice: Voice, lacking: Lacking) -> Group:
    """Branches that could not be judged: with what is known of them, or in which sections audits are missing."""
    language = voice.language
    title, n = wording.state_word(language, State.NOT_ENOUGH), wording.branches(language, len(lacking))
    if not voice.figures.design.enough and lacking:
        cells = [cell for _, some in lacking for cell in some]
        figures = tables.verdict_table(voice, cells[: tables.TABLE_ROWS], title, len(cells))
        return Group(State.NOT_ENOUGH, title, n, (), figures)
    rows = [
        (
            tables.branch_entry(voice, branch),
            Entry(tables.lacking_sections(voice, cells)),
            Entry(language.whole(_fewest(cells))),
        )
        for branch, cells in lacking[: tables.TABLE_ROWS]
    ]
    columns = (
        Column(language.say("Branch"), "name"),
        Column(language.say("Section"), "text"),
        Column(language.say("Audits"), "number"),
    )
    table = Table(title, columns, tuple(rows), tables.rest(voice, len(lacking) - len(rows))) if rows else None
    return Group(State.NOT_ENOUGH, title, n, (), table)
