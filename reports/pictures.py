"""What each chart of a report shows: its values, the question it answers, and the same figures as a table."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from math import sqrt

from branches.language import Language
from reports import answers, wording
from reports.figures import Cell, Interval, SectionFigures, State, TrendPoint
from reports.report import (
    Column,
    Dot,
    Entry,
    Funnel,
    HeatMap,
    HeatRow,
    Limits,
    Part,
    Picture,
    Split,
    SplitPanel,
    Table,
    Trend,
    TrendPanel,
    TrendWeek,
)
from reports.shares import shares_of
from reports.tables import branch_entry, rest, verdict_table
from reports.voice import Voice

HEAT_ROWS = 20
NAMED_DOTS = 3
SINGLE_DOTS = 600
LIMIT_POINTS = 40
NINETEEN_IN_TWENTY = 1.96
NINE_IN_TEN = 1.645
_SEVERITY = (State.FALLS_SHORT, State.WATCH, State.ABOVE, State.AS_NORM, State.NOT_ENOUGH)


def funnels(voice: Voice) -> tuple[tuple[Picture, bool], ...]:
    """One funnel for each section that has a norm, and whether a branch falls short or is on watch in it."""
    cells = defaultdict(list)
    for cell in voice.figures.cells:
        if cell.score is not None and cell.audits:
            cells[cell.section].append(cell)
    return tuple(
        (
            _funnel(voice, f"funnel-{place}", section, section.norm, cells[section.section]),
            any(cell.state in {State.FALLS_SHORT, State.WATCH} for cell in cells[section.section]),
        )
        for place, section in enumerate(voice.figures.sections, start=1)
        if section.norm is not None and cells[section.section]
    )


def _strays(section: SectionFigures, cell: Cell) -> bool:
    """Whether a branch that is as the norm lies outside the funnel."""
    single = _single(section)
    if cell.state is not State.AS_NORM or section.norm is None or cell.score is None or single is None:
        return False
    return abs(cell.score - section.norm) > NINETEEN_IN_TWENTY * sqrt(single / cell.audits)


def _funnel(voice: Voice, name: str, section: SectionFigures, norm: float, cells: list[Cell]) -> Picture:
    """One section's branches; one that is as the norm and lies outside is named."""
    say = voice.language.say
    ordered = sorted(cells, key=_depth)
    limits = _limits(section, norm, max(cell.audits for cell in cells))
    caption = say("Each dot is a branch: its mean score, and how many audits that rests on.")
    if limits:
        caption += " " + say("The luck band is where luck alone puts 19 of 20 branches that are exactly as the norm.")
        caption += " " + say("Whether a branch falls short is told by the dot's shape, not by the luck band.")
        caption += _outside(voice, [cell for cell in ordered if _strays(section, cell)])
    return Picture(
        name,
        say("Which branches fall short in {section}?", section=voice.title(section.section)),
        caption,
        Funnel(
            _dots(voice, ordered),
            norm,
            limits,
            across=say("audits"),
            up=say("mean score"),
            norm_word=say("norm {score}", score=norm),
            chance_word=say("luck band"),
        ),
        verdict_table(voice, ordered[:HEAT_ROWS], voice.title(section.section), len(ordered)),
    )


def _outside(voice: Voice, strays: list[Cell]) -> str:
    """Which branches lie outside and are as the norm all the same, on which side and why; nothing where none does."""
    if not strays:
        return ""
    say = voice.language.say
    low, high = ([c for c in strays if ((c.variance or 0.0) < 0.0) is below] for below in (True, False))
    said = [say("Below the band, but not flagged: {branches}.", branches=_named(voice, low))] if low else []
    said += [say("Above the band, but not told as above: {branches}.", branches=_named(voice, high))] if high else []
    why = say(
        "Once luck and strict or lenient shoppers are allowed for, the difference is too small to act on, or not sure enough."
    )
    return " ".join(("", *said, why))


def _named(voice: Voice, cells: list[Cell]) -> str:
    """The first few branches by name; the others are counted."""
    language, hidden = voice.language, len(cells) - NAMED_DOTS
    names = [wording.isolated(voice.name(cell.branch)) for cell in cells[:NAMED_DOTS]]
    if hidden > 0:
        names.append(language.count("{n} more", "{n} more", hidden))
    return language.join(names)


def _depth(cell: Cell) -> tuple[int, float]:
    """The furthest below first, flags before all."""
    return _SEVERITY.index(cell.state), cell.estimate if cell.estimate is not None else 0.0


def _dots(voice: Voice, ordered: list[Cell]) -> tuple[Dot, ...]:
    """A dot each; where there are very many, those that would lie on each other are drawn once."""
    named = {cell.branch for cell in ordered[:NAMED_DOTS] if cell.state is State.FALLS_SHORT}
    dots = [
        Dot(cell.audits, cell.score, cell.state, voice.name(cell.branch) if cell.branch in named else "")
        for cell in ordered
        if cell.score is not None
    ]
    if len(dots) <= SINGLE_DOTS:
        return tuple(dots)
    single = {(dot.audits, round(dot.score), dot.state, dot.label): dot for dot in reversed(dots)}
    return tuple(reversed(single.values()))


def _limits(section: SectionFigures, norm: float, most: int) -> tuple[Limits, ...]:
    """The funnel of Spiegelhalter (2005), Statistics in Medicine 24: norm ± 1.96 · √((shopper + residual) / audits), in points."""
    single = _single(section)
    if single is None:
        return ()
    steps = min(most, LIMIT_POINTS)
    counts = [1 + (most - 1) * (step / max(steps - 1, 1)) ** 2 for step in range(steps)]
    return tuple(_limits_at(norm, NINETEEN_IN_TWENTY * sqrt(single / audits), audits) for audits in counts)


def _single(section: SectionFigures) -> float | None:
    """Variance of one audit at the norm; None without a fit."""
    if "residual" not in section.variances:
        return None
    shopper = section.variances.get("shopper")
    return section.variances["residual"].value + (shopper.value if shopper else 0.0)


def _limits_at(norm: float, reach: float, audits: float) -> Limits:
    return Limits(audits, max(norm - reach, 0.0), min(norm + reach, 100.0))


def heat(voice: Voice) -> Picture | None:
    """Branches by sections, the furthest below first; None where nothing was judged."""
    branches = [
        (branch, cells)
        for branch, cells in voice.by_branch().items()
        if any(cell.state is not State.NOT_ENOUGH for cell in cells.values())
    ]
    if not branches:
        return None
    say = voice.language.say
    branches.sort(key=lambda pair: min(_depth(cell) for cell in pair[1].values()))
    shown = branches[:HEAT_ROWS]
    rows = tuple(HeatRow(voice.name(branch), _heat_cells(voice, cells)) for branch, cells in shown)
    titles = tuple(voice.title(section.section) for section in voice.figures.sections)
    caption = say("Points above or below the norm, as estimated; the branches furthest below come first.")
    table = _heat_table(voice, titles, shown, len(branches))
    return Picture(
        "heat", say("Where does each branch stand?"), f"{caption} {table.rest}".strip(), HeatMap(titles, rows), table
    )


def _heat_cells(voice: Voice, cells: Mapping[str, Cell]) -> tuple[Entry, ...]:
    found = [cells.get(section.section) for section in voice.figures.sections]
    return tuple(
        Entry("", State.NOT_ENOUGH)
        if cell is None or cell.state is State.NOT_ENOUGH
        else Entry(wording.signed(voice.language, cell.estimate, 0), cell.state, unsure=wording.unsure(cell))
        for cell in found
    )


def _heat_table(voice: Voice, titles: tuple[str, ...], shown: list[tuple[str, dict[str, Cell]]], total: int) -> Table:
    say = voice.language.say
    return Table(
        say("Where does each branch stand?"),
        (Column(say("Branch"), "name"), *(Column(title, "state") for title in titles)),
        tuple(
            (branch_entry(voice, branch), *(_heat_words(voice, cells.get(s.section)) for s in voice.figures.sections))
            for branch, cells in shown
        ),
        rest(voice, total - len(shown)),
    )


def _heat_words(voice: Voice, cell: Cell | None) -> Entry:
    if cell is None or cell.estimate is None or cell.low is None or cell.high is None:
        return Entry(wording.state_word(voice.language, State.NOT_ENOUGH), State.NOT_ENOUGH)
    word = wording.cell_word(voice.language, cell)
    likely = wording.likely(voice.language, cell.low, cell.high)
    told = f"{word}: {wording.difference(voice.language, cell.estimate)} ({likely})"
    return Entry(told, cell.state, unsure=wording.unsure(cell))


def trend(voice: Voice, answer: str) -> Picture | None:
    """The weekly means of the scope's own audits, and whether they are getting better; None without any."""
    figures, say = voice.figures, voice.language.say
    if not figures.trend:
        return None
    points = defaultdict(list)
    for point in sorted(figures.trend, key=lambda point: point.week):
        points[point.section].append(point)
    panels = tuple(
        _panel(voice, section, points[section.section]) for section in figures.sections if points[section.section]
    )
    first = figures.window_from - timedelta(days=figures.window_from.weekday())
    return Picture(
        "trend",
        say("Is it getting better?"),
        _trend_caption(voice, panels),
        Trend(first, figures.week, panels),
        _trend_table(voice, panels),
        answer,
    )


def _panel(voice: Voice, section: SectionFigures, points: list[TrendPoint]) -> TrendPanel:
    """One section's weeks; the range of a week's mean is ± 1.645 · √(all variance of a single audit / audits)."""
    single = sum(part.value for part in section.variances.values())
    weeks = tuple(
        TrendWeek(
            point.week,
            point.audits,
            point.score,
            _range(point.score, NINE_IN_TEN * sqrt(single / point.audits)) if section.variances else None,
        )
        for point in points
    )
    say, mean = voice.language.say, _mean(voice, section)
    told = [
        *([say("mean {score}", score=mean)] if mean is not None else []),
        *([say("norm {score}", score=section.norm)] if section.norm is not None else []),
    ]
    return TrendPanel(voice.title(section.section), section.norm, mean, " · ".join(told), weeks)


def _mean(voice: Voice, section: SectionFigures) -> float | None:
    """Of the scope's branch means over the whole window; the whole chain's is the norm itself."""
    cells = [cell for cell in voice.figures.cells if cell.section == section.section]
    scores = [cell.score for cell in cells if cell.score is not None]
    return sum(scores) / len(scores) if scores and voice.figures.scope_name is not None else None


def _trend_caption(voice: Voice, panels: tuple[TrendPanel, ...]) -> str:
    say, weeks = voice.language.say, [week for panel in panels for week in panel.weeks]
    if 2 * sum(week.audits == 1 for week in weeks) > len(weeks):
        dots = say("Each dot is usually a single audit, with its likely range: do not read single dots.")
    else:
        dots = say("Each dot is the mean of a week's audits, with its likely range: a single week swings by chance.")
    if all(panel.mean is None for panel in panels):
        return " ".join((dots, say("The line is the chain's norm.")))
    return " ".join((dots, say("The dashed line is the mean of the whole time, the other the chain's norm.")))


def _range(score: float, reach: float) -> Interval:
    return Interval(score, max(score - reach, 0.0), min(score + reach, 100.0))


def _trend_table(voice: Voice, panels: tuple[TrendPanel, ...]) -> Table:
    language, say = voice.language, voice.language.say
    weeks = sorted({week.week for panel in panels for week in panel.weeks}, reverse=True)
    scores = {(panel.section, week.week): week for panel in panels for week in panel.weeks}
    found = [[scores.get((panel.section, week)) for panel in panels] for week in weeks]
    return Table(
        say("Mean score of each week (audits)"),
        (Column(say("Week"), "text"), *(Column(panel.section, "number") for panel in panels)),
        tuple(
            (Entry(language.week(week)), *(Entry(_score_of(language, at)) for at in row))
            for week, row in zip(weeks, found, strict=True)
        ),
    )


def _score_of(language: Language, week: TrendWeek | None) -> str:
    return wording.NOTHING if week is None else f"{language.number(week.score)} ({language.whole(week.audits)})"


def split(voice: Voice) -> Picture | None:
    """How much of the spread comes from regions, branches, shoppers and single visits; None where nothing could be fitted."""
    say = voice.language.say
    fitted = [section for section in voice.figures.sections if section.variances]
    if not fitted:
        return None
    words = {
        "region": say("From region to region"),
        "branch": say("From branch to branch"),
        "shopper": say("From shopper to shopper"),
        "residual": say("From audit to audit"),
    }
    panels = tuple(
        SplitPanel(
            voice.title(section.section),
            tuple(Part(words[key], spread(section.variances[key])) for key in words if key in section.variances),
        )
        for section in fitted
    )
    return Picture(
        "split",
        say("Why do scores differ? The whole chain"),
        say(
            "By how many points scores typically differ for each reason, neither good nor bad: the dot is our best guess, the bar its likely range."
        ),
        Split(panels, say("points by which scores differ")),
        _split_table(voice, fitted, words),
        " ".join(answers.sources(voice)),
    )


def spread(variance: Interval) -> Interval:
    """A variance in points² as a spread in points."""
    return Interval(*(sqrt(max(part, 0.0)) for part in (variance.value, variance.low, variance.high)))


def _split_table(voice: Voice, fitted: list[SectionFigures], words: Mapping[str, str]) -> Table:
    say, language = voice.language.say, voice.language
    wide = any(section.shares for section in fitted)
    rows = []
    for section in fitted:
        for key in (key for key in words if key in section.variances):
            part = spread(section.variances[key])
            texts = [language.number(points) for points in (part.value, part.low, part.high)]
            rows.append((voice.title(section.section), words[key], *texts, *_share(language, section, key, wide=wide)))
    likely = (say("Likely from"), say("to"))
    titles = (say("Points"), *likely, say("Share"), *(likely if wide else ()))
    return Table(
        say("Why do scores differ? The whole chain"),
        (Column(say("Section"), "text"), Column(say("Reason"), "text"), *(Column(title, "number") for title in titles)),
        tuple(tuple(Entry(text) for text in row) for row in rows),
    )


def _share(language: Language, section: SectionFigures, key: str, *, wide: bool) -> tuple[str, ...]:
    """The share of a source in the variance of one score, and between what it lies, where any section's is known."""
    share = section.shares.get(key)
    value = shares_of({name: part.value for name, part in section.variances.items()})[key]
    ends = (wording.NOTHING,) * 2 if share is None else (language.percent(share.low), language.percent(share.high))
    return (language.percent(value), *(ends if wide else ()))
