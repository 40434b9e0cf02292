"""Report: which sentences, tables and charts one reader gets."""

from collections import Counter
from collections.abc import Iterable, Mapping
from math import ceil

from branches.language import Language
from reports import pictures, wording
from reports.figures import Cell, Figures, NewAudit, State
from reports.pictures import Voice
from reports.report import Column, Entry, Fresh, Group, News, Report, Strip, Table, Verdict

IN_FULL = 12
ALSO_NAMED = 2
STRIP_REACH = 10.0


def compose(
    figures: Figures, language: Language, titles: Mapping[str, str], items: Mapping[str, str] | None = None
) -> Report:
    """What does this edition say to a reader of this language?

    Args:
        figures: one scope and week, as stored.
        language: the reader's.
        titles: section code → title in that language; a section without one is called by its code.
        items: code of a critical item → its wording; an item without one is called by its code.
    """
    voice = Voice(figures, language, titles)
    by_state = _by_state(figures.cells)
    lacking = _lacking(voice)
    drawn = pictures.funnels(voice)
    return Report(
        language=language.code,
        scope=scope_name(figures, language),
        title=f"{scope_name(figures, language)} · {language.week(figures.week)}",
        week=language.week(figures.week),
        headline=headline(voice),
        basis=_basis(voice),
        certainty=_certainty(language, by_state[State.FALLS_SHORT]),
        short=_group(voice, State.FALLS_SHORT, by_state[State.FALLS_SHORT]),
        watch=_group(voice, State.WATCH, by_state[State.WATCH]),
        above=_group(voice, State.ABOVE, by_state[State.ABOVE]),
        norm=_as_norm(voice),
        unjudged=_unjudged(voice, lacking),
        reasons=_reasons(voice, lacking),
        funnels=tuple(funnel for funnel, tells in drawn if tells),
        quiet_funnels=tuple(funnel for funnel, tells in drawn if not tells),
        heat=pictures.heat(voice),
        trend=pictures.trend(voice),
        split=pictures.split(voice),
        leaders=_leaders(voice),
        sections=pictures.sections(voice),
        news=_news(voice, items or {}),
        notes=_notes(voice),
    )


def scope_name(figures: Figures, language: Language) -> str:
    return figures.scope_name or language.say("The whole chain")


def headline(voice: Voice) -> tuple[str, ...]:
    """The sentences one would read aloud."""
    say, cells = voice.language.say, voice.figures.cells
    if not voice.figures.branch_names:
        return (say("No branch was open in this window."),)
    if all(cell.state is State.NOT_ENOUGH for cell in cells):
        return (say("Not enough audits to judge any branch."),)
    short = _short_sentence(voice)
    return (*short, *_otherwise(voice, {cell.state for cell in cells}, some=bool(short)), *_silent(voice))


def _short_sentence(voice: Voice) -> tuple[str, ...]:
    """The section that falls short at most branches first; the others in the same breath."""
    language, everywhere = voice.language, len(voice.figures.branch_names)
    short = Counter(cell.section for cell in voice.figures.cells if cell.state is State.FALLS_SHORT)
    if not short:
        return ()
    (section, n), *others = short.most_common()
    if everywhere == 1:
        titles = [voice.title(section) for section in short]
        return (
            language.count(
                "{sections} falls short.", "{sections} fall short.", len(titles), sections=language.join(titles)
            ),
        )
    first = language.count(
        "{section} falls short at {n} of {total} branches",
        "{section} falls short at {n} of {total} branches",
        n,
        section=voice.title(section),
        total=everywhere,
    )
    also = [language.say("{section} at {n}", section=voice.title(other), n=m) for other, m in others[:ALSO_NAMED]]
    if len(others) > len(also):
        more = len(others) - len(also)
        also.append(language.count("{n} more section elsewhere", "{n} more sections elsewhere", more))
    return (f"{first}; {language.join(also)}." if also else f"{first}.",)


def _silent(voice: Voice) -> tuple[str, ...]:
    """How many branches nothing can be said of."""
    states = [{cell.state for cell in cells.values()} for cells in voice.by_branch().values()]
    n = states.count({State.NOT_ENOUGH})
    return (
        (voice.language.count("{n} branch could not be judged.", "{n} branches could not be judged.", n),) if n else ()
    )


def _otherwise(voice: Voice, states: set[State], *, some: bool) -> tuple[str, ...]:
    """What may be said of everything that was not flagged: that nothing was shown is not that all is well."""
    say, others = voice.language.say, states - {State.FALLS_SHORT}
    if not others:
        return ()
    if others & {State.WATCH, State.NOT_ENOUGH}:
        return (say("No other shortfall could be shown.") if some else say("No shortfall could be shown."),)
    if not some:
        return (say("No branch falls short."),)
    if State.ABOVE in others:
        return (say("Everything else is as the norm or above it."),)
    return (say("Everything else is as the norm."),)


def _basis(voice: Voice) -> str:
    figures, language = voice.figures, voice.language
    if not figures.design.audits:
        days = {"first": figures.window_from, "last": figures.window_to}
        return language.say("No audit was counted from {first} to {last}.", **days)
    chain = wording.audits(language, figures.design.audits)
    if figures.scope_name is None:
        return language.say(
            "Rests on {audits} of {branches}, {first} to {last}.",
            audits=chain,
            branches=wording.branches(language, figures.design.audited_branches),
            first=figures.window_from,
            last=figures.window_to,
        )
    own = [max(cell.audits for cell in cells.values()) for cells in voice.by_branch().values()]
    return language.say(
        "Rests on {audits} of {branches}, {first} to {last}, held against {chain} of the whole chain.",
        audits=wording.audits(language, sum(own)),
        branches=wording.branches(language, sum(n > 0 for n in own)),
        first=figures.window_from,
        last=figures.window_to,
        chain=chain,
    )


def _certainty(language: Language, short: list[Cell]) -> str:
    """The expected share of false flags among these very flags: the mean of 1 - P(short), rounded up."""
    chances = [cell.p_short for cell in short if cell.p_short is not None]
    if not chances:
        return ""
    false = sum(1 - p for p in chances) / len(chances)
    return language.count(
        "About {n} in 100 flags as sure as these is a false alarm.",
        "About {n} in 100 flags as sure as these are false alarms.",
        max(1, ceil(100 * false)),
    )


def _by_state(cells: Iterable[Cell]) -> dict[State, list[Cell]]:
    """The cells of each state, the furthest from the norm first."""
    found: dict[State, list[Cell]] = {state: [] for state in State}
    for cell in cells:
        found[cell.state].append(cell)
    for some in found.values():
        some.sort(key=lambda cell: -abs(cell.estimate or 0.0))
    return found


def _group(voice: Voice, state: State, cells: list[Cell]) -> Group:
    language = voice.language
    branches = wording.branches(language, len({cell.branch for cell in cells}))
    listed = cells[: pictures.TABLE_ROWS]
    table = pictures.verdict_table(voice, listed, wording.state_word(language, state), len(cells)) if cells else None
    verdicts = tuple(_verdict(voice, cell, _reach(voice)) for cell in cells[:IN_FULL])
    hidden = len(cells) - len(verdicts)
    more = language.count("{n} more is in the table.", "{n} more are in the table.", hidden) if hidden else ""
    return Group(state, wording.state_word(language, state), branches, verdicts, table, more)


def _reach(voice: Voice) -> float:
    """Points every strip of this report shows on each side of the norm."""
    ends = [
        abs(end)
        for cell in voice.figures.cells
        if cell.state in {State.FALLS_SHORT, State.WATCH, State.ABOVE}
        for end in (cell.low, cell.high)
        if end is not None
    ]
    return max([STRIP_REACH, *ends])


def _verdict(voice: Voice, cell: Cell, reach: float) -> Verdict:
    strip = None
    if cell.estimate is not None and cell.low is not None and cell.high is not None:
        strip = Strip(cell.state, cell.estimate, cell.low, cell.high, voice.figures.rules.margin, reach)
    return Verdict(
        state=cell.state,
        word=wording.state_word(voice.language, cell.state),
        branch=cell.branch,
        name=voice.name(cell.branch),
        region="" if voice.figures.scope_name else voice.figures.branch_regions.get(cell.branch, ""),
        section=voice.title(cell.section),
        words=wording.verdict(voice.language, cell),
        detail=wording.detail(voice.language, cell, voice.figures.rules.margin),
        strip=strip,
    )


def _as_norm(voice: Voice) -> Group:
    """The branches of which nothing else is to be said."""
    language = voice.language
    quiet = {State.AS_NORM, State.NOT_ENOUGH}
    found = [
        (branch, cells)
        for branch, cells in voice.by_branch().items()
        if State.AS_NORM in (states := {cell.state for cell in cells.values()}) and states <= quiet
    ]
    found.sort(key=lambda pair: voice.name(pair[0]).casefold())
    title = wording.state_word(language, State.AS_NORM)
    table = _estimates(voice, title, found) if found else None
    return Group(State.AS_NORM, title, wording.branches(language, len(found)), (), table)


def _estimates(voice: Voice, caption: str, found: list[tuple[str, dict[str, Cell]]]) -> Table:
    language, sections = voice.language, [section.section for section in voice.figures.sections]
    listed = found[: pictures.TABLE_ROWS]
    rows = [
        (
            voice.name(branch),
            language.whole(max(cell.audits for cell in cells.values())),
            *(wording.signed(language, cells[code].estimate if code in cells else None) for code in sections),
        )
        for branch, cells in listed
    ]
    columns = [Column(title, "number") for title in (language.say("Audits"), *map(voice.title, sections))]
    return Table(
        caption,
        (Column(language.say("Branch"), "name"), *columns),
        tuple(tuple(Entry(text) for text in row) for row in rows),
        pictures.rest(voice, len(found) - len(listed)),
    )


Lacking = list[tuple[str, list[Cell]]]


def _lacking(voice: Voice) -> Lacking:
    """The branches that could not be judged in every section, each with those cells."""
    found = [
        (branch, [cell for cell in cells.values() if cell.state is State.NOT_ENOUGH])
        for branch, cells in voice.by_branch().items()
    ]
    return sorted(
        ((branch, cells) for branch, cells in found if cells), key=lambda pair: voice.name(pair[0]).casefold()
    )


def _reasons(voice: Voice, lacking: Lacking) -> tuple[str, ...]:
    """Why something could not be judged, and how many audits would change it."""
    figures, language = voice.figures, voice.language
    if not figures.design.audits or not lacking:
        return ()
    if not figures.design.enough:
        reasons = wording.not_enough(language, figures.design)
    else:
        wanted = sum(max(0, figures.rules.least_audits - _fewest(cells)) for _, cells in lacking)
        reasons = wording.too_few(language, len(lacking), figures.rules.least_audits, wanted)
    unscored = [voice.title(section.section) for section in figures.sections if section.norm is None]
    if unscored:
        reasons += (language.say("Nothing was scored in {sections}.", sections=language.join(unscored)),)
    return reasons


def _fewest(cells: list[Cell]) -> int:
    return min(cell.audits for cell in cells)


def _unjudged(voice: Voice, lacking: Lacking) -> Group:
    language = voice.language
    title, n = wording.state_word(language, State.NOT_ENOUGH), wording.branches(language, len(lacking))
    if not voice.figures.design.enough and lacking:
        cells = [cell for _, some in lacking for cell in some]
        figures = pictures.verdict_table(voice, cells[: pictures.TABLE_ROWS], title, len(cells))
        return Group(State.NOT_ENOUGH, title, n, (), figures)
    rows = [
        (voice.name(branch), _lacking_sections(voice, cells), language.whole(_fewest(cells)))
        for branch, cells in lacking[: pictures.TABLE_ROWS]
    ]
    columns = (
        Column(language.say("Branch"), "name"),
        Column(language.say("Section"), "text"),
        Column(language.say("Audits"), "number"),
    )
    entries = tuple(tuple(Entry(text) for text in row) for row in rows)
    table = Table(title, columns, entries, pictures.rest(voice, len(lacking) - len(rows))) if rows else None
    return Group(State.NOT_ENOUGH, title, n, (), table)


def _lacking_sections(voice: Voice, cells: list[Cell]) -> str:
    if len(cells) == len(voice.figures.sections):
        return voice.language.say("all sections")
    return voice.language.join([voice.title(cell.section) for cell in cells])


def _leaders(voice: Voice) -> tuple[str, ...]:
    return tuple(
        wording.who_differs_more(
            voice.language,
            voice.title(section.section),
            section,
            pictures.spread(section.variances["branch"]),
            pictures.spread(section.variances["shopper"]),
        )
        for section in voice.figures.sections
        if {"branch", "shopper"} <= section.variances.keys()
    )


def _news(voice: Voice, items: Mapping[str, str]) -> News:
    """What came in since the last edition: listed, never ranked."""
    new = sorted(voice.figures.new, key=lambda audit: (voice.name(audit.branch).casefold(), audit.week))
    critical = [audit for audit in new if audit.failed_critical]
    others = [audit for audit in new if not audit.failed_critical]
    late = sum(audit.late for audit in new)
    listed = others[: pictures.TABLE_ROWS]
    return News(
        wording.news(voice.language, len(new), late, len(critical)),
        tuple(_fresh(voice, audit, items) for audit in critical[: pictures.TABLE_ROWS]),
        tuple(_fresh(voice, audit, items) for audit in listed),
        pictures.rest(voice, len(new) - len(listed) - min(len(critical), pictures.TABLE_ROWS)),
    )


def _fresh(voice: Voice, audit: NewAudit, items: Mapping[str, str]) -> Fresh:
    language = voice.language
    score = language.say("no score") if audit.score is None else language.say("score {score}", score=audit.score)
    return Fresh(
        voice.name(audit.branch),
        f"{language.week(audit.week)} · {score}" if audit.week != voice.figures.week else score,
        language.say("arrived late") if audit.late else "",
        tuple(items.get(code) or code for code in audit.failed_critical),
    )


def _notes(voice: Voice) -> tuple[str, ...]:
    figures, language = voice.figures, voice.language
    return (
        *wording.rules(language, figures.rules),
        *(wording.cautions(language, figures.design) if figures.design.audits else ()),
        language.say("The standard is version {version}.", version=figures.standard_version),
    )
