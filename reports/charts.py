"""One function per chart; values in, a matplotlib Figure out (never pyplot); they calculate nothing but where things lie.

Every chart is drawn for a phone: 336 pixels wide with letters of 11 and 12, so that it can be read at 360 pixels and
grows gently on a desk.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import ceil, cos, degrees, floor, radians, sin

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from branches.language import Language
from reports.drawing import shortened, width
from reports.figures import State
from reports.ground import SMALL, TEXT, WIDTH, Ground, Place, Scale
from reports.palette import TOKEN_OF, tint_token
from reports.report import Dot, Funnel, HeatMap, HeatRow, Part, Split, Strip, Trend, TrendPanel

_AXIS = 34.0
_WEEK = 7
_TURN = radians(48)
"""How steeply the heat map's heads rise."""


def funnel(values: Funnel, language: Language) -> Figure:
    """Which branches fall short in a section: mean score over number of audits, beside what chance alone does."""
    height = 268.0
    ground = Ground(height)
    across = Scale(0, max(2, *(dot.audits for dot in values.dots)) * 1.04, _AXIS, WIDTH - 6)
    up = Scale(*_scores_in_view(values), height - 38, 30)
    _chance(ground, values, across, up)
    _levels(ground, up, _steps(up, 5), across, language)
    for tick in _steps(across, 5, whole=True):
        ground.write(across(tick), height - 22, language.whole(round(tick)), side="center")
    ground.write(WIDTH, height - 5, values.across, side="right")
    ground.write(0, 12, values.up)
    ground.strokes([[(across.start, up(values.norm)), (across.end, up(values.norm))]], "ink", 1)
    ground.write_over(across.start + 3, up(values.norm) - 5, values.norm_word)
    _branches(ground, values.dots, across, up)
    _names(ground, [dot for dot in values.dots if dot.label], across, up)
    return ground.figure


def _scores_in_view(values: Funnel) -> tuple[float, float]:
    fewest = min(dot.audits for dot in values.dots)
    edges = [edge for limit in values.limits if limit.audits >= fewest for edge in (limit.low, limit.high)]
    scores = [*edges, values.norm, *(dot.score for dot in values.dots)]
    room = max((max(scores) - min(scores)) * 0.06, 1.0)
    return max(min(scores) - room, 0.0), min(max(scores) + room, 100.0)


def _chance(ground: Ground, values: Funnel, across: Scale, up: Scale) -> None:
    if not values.limits:
        return
    there = [(across(limit.audits), up(limit.high)) for limit in values.limits]
    back = [(across(limit.audits), up(limit.low)) for limit in values.limits]
    if len(values.limits) == 1:  # every branch has one audit: the funnel is a band
        there, back = [[(across.start, edge[0][1]), (across.end, edge[0][1])] for edge in (there, back)]
    ground.areas([[*there, *reversed(back)]], "wash")
    ground.strokes([there, back], "grey", 0.8, dashes=(3, 3))
    ground.boxes([(WIDTH - width(values.chance_word, SMALL) - 22, 4, 16, 9)], "wash", edge="grey")
    ground.write(WIDTH, 12, values.chance_word, side="right")


def _branches(ground: Ground, dots: Sequence[Dot], across: Scale, up: Scale) -> None:
    """The quiet ones first, so that a flag is never hidden; equals stand beside each other."""
    step = across(1) - across(0)
    for state in (State.NOT_ENOUGH, State.AS_NORM, State.ABOVE, State.WATCH, State.FALLS_SHORT):
        some = [dot for dot in dots if dot.state is state]
        aside = min(step * 0.7, 18.0) if state is State.AS_NORM and step > 6 else 0.0  # noqa: PLR2004
        ground.marks(
            [(across(dot.audits) + _beside(place) * aside, up(dot.score)) for place, dot in enumerate(some)],
            state,
            4.5 if state is State.AS_NORM else 8.5,
        )


def _beside(place: int) -> float:
    """Between -0.5 and 0.5, neighbours far from each other, the same at every drawing."""
    return (place * 0.618034) % 1 - 0.5


def _names(ground: Ground, dots: Iterable[Dot], across: Scale, up: Scale) -> None:
    """Names beside their dots, where there is room for one more line."""
    taken: list[float] = []
    for dot in dots:
        x, y = across(dot.audits), up(dot.score) + 4
        if all(abs(y - other) > TEXT for other in taken):
            taken.append(y)
            left = x < WIDTH * 0.55
            ground.write_over(
                x + (8 if left else -8), y, shortened(dot.label, SMALL, 120), side="left" if left else "right"
            )


def heat(values: HeatMap, language: Language) -> Figure:  # noqa: ARG001 - every chart is asked the same way
    """Where each branch stands: branches by sections, mark and points in each square."""
    row, names = 25.0, [shortened(line.name, TEXT, 112) for line in values.rows]
    label = max((width(name, TEXT) for name in names), default=0.0) + 8  # what short names leave is the squares'
    slope = min(max(WIDTH - label - 35 * len(values.sections), 60.0), 90.0)  # for the last head, as squares leave room
    side = min((WIDTH - label - slope) / max(len(values.sections), 1), 62.0)
    rooms = [(WIDTH - label - side * (place + 0.5)) / cos(_TURN) for place in range(len(values.sections))]
    heads = [shortened(head, SMALL, min(room, 170)) for head, room in zip(values.sections, rooms, strict=True)]
    top = max((width(head, SMALL) for head in heads), default=0.0) * sin(_TURN) + 20
    ground = Ground(top + row * len(values.rows) + 4)
    for place, head in enumerate(heads):
        ground.write(label + side * (place + 0.5) - 2, top - 7, head, tone="ink", turn=degrees(_TURN))
    for place, name in enumerate(names):
        ground.write(0, top + row * (place + 0.5) + 4, name, size=TEXT, tone="ink")
    _squares(ground, values.rows, Scale(0, 1, label, label + side), Scale(0, 1, top, top + row))
    return ground.figure


def _squares(ground: Ground, rows: Sequence[HeatRow], first_column: Scale, first_row: Scale) -> None:
    """Grounds, then marks, each state at once; then the points, where the squares have room for them."""
    side, row = first_column.end - first_column.start, first_row.end - first_row.start
    squares = [
        (first_column.start + side * column, first_row.start + row * place, entry.state or State.NOT_ENOUGH, entry)
        for place, line in enumerate(rows)
        for column, entry in enumerate(line.cells)
    ]
    roomy = side > 34  # noqa: PLR2004
    left, right = min(13.0, side / 2 - 8) * roomy, min(17.0, side / 2 - 3)  # of a square's middle: its mark, its points
    for state in State:
        corners = [(x, y) for x, y, of, _ in squares if of is state]
        ground.boxes([(x + 1.5, y + 1, side - 3, row - 2) for x, y in corners], tint_token(state))
        known = [(x, y) for x, y, of, entry in squares if of is state and not entry.unsure]
        centres = [(x + side / 2 - left, y + row / 2) for x, y in known]
        ground.marks(centres, state, 5 if state is State.AS_NORM else 8)
    for x, y, _, entry in squares:
        if entry.unsure:
            ground.write(x + side / 2 - left, y + row / 2 + 4, "?", tone="ink", side="center")
    for x, y, state, entry in squares if roomy else ():
        tone = "grey" if state is State.AS_NORM and not entry.unsure else "ink"
        ground.write(x + side / 2 + right, y + row / 2 + 4, entry.text, tone=tone, side="right")


def trend(values: Trend, language: Language) -> Figure:
    """Is it getting better: the weekly means of each section, one band a section, all on the same scale."""
    band, foot = 98.0, 20.0
    ground = Ground(band * len(values.panels) + foot)
    across = Scale(values.first.toordinal(), values.last.toordinal(), _AXIS, WIDTH - 6)
    reach = _trend_reach(values.panels)
    for place, panel in enumerate(values.panels):
        top = band * place
        room = WIDTH - width(panel.told, SMALL) - 10
        ground.write(0, top + 13, shortened(panel.section, TEXT, room), size=TEXT, tone="ink")
        ground.write(WIDTH, top + 13, panel.told, side="right")
        _trend_panel(ground, panel, across, Scale(*reach, top + band - 16, top + 32), language)
    bottom = band * len(values.panels) + 6
    ground.write(across.start, bottom, language.short_date(values.first))
    ground.write(across.end, bottom, language.short_date(values.last), side="right")
    return ground.figure


def _trend_reach(panels: Iterable[TrendPanel]) -> tuple[float, float]:
    """Whole tens around all scores."""
    scores = [week.score for panel in panels for week in panel.weeks]
    scores += [panel.norm for panel in panels if panel.norm is not None]
    return max(floor(min(scores) / 10) * 10.0, 0.0), min(ceil(max(scores) / 10) * 10.0, 100.0)


def _trend_panel(ground: Ground, panel: TrendPanel, across: Scale, up: Scale, language: Language) -> None:
    _levels(ground, up, [up.low, up.high], across, language)
    spots = [(across(week.week.toordinal()), up(week.score)) for week in panel.weeks]
    ground.strokes(
        [
            [(x, up(week.interval.low)), (x, up(week.interval.high))]
            for week, (x, _) in zip(panel.weeks, spots, strict=True)
            if week.interval
        ],
        "line",
        3,
    )
    if panel.norm is not None:
        ground.strokes([[(across.start, up(panel.norm)), (across.end, up(panel.norm))]], "ink", 0.8)
    ground.strokes(_without_gaps(panel, spots), "accent", 1)
    ground.dots(spots, "accent", 3.2)
    if panel.mean is not None:
        ground.strokes([[(across.start, up(panel.mean)), (across.end, up(panel.mean))]], "accent", 1.6, dashes=(5, 3))


def _without_gaps(panel: TrendPanel, spots: Sequence[Place]) -> list[list[Place]]:
    """The steps from a week to the very next: a week without audits is not bridged."""
    steps = pairwise(zip(panel.weeks, spots, strict=True))
    return [[here, there] for (one, here), (other, there) in steps if (other.week - one.week).days == _WEEK]


def split(values: Split, language: Language) -> Figure:
    """Where the differences come from: each source's spread with its likely range, section by section."""
    row, head, foot = 22.0, 24.0, 36.0
    words = [width(part.word, SMALL) for panel in values.panels for part in panel.parts]
    label = min(max([80.0, *words]) + 18, 170.0)
    height = sum(head + row * len(panel.parts) for panel in values.panels) + foot
    ground = Ground(height)
    across = Scale(0, _widest(values) * 1.02, label, WIDTH - 42)
    ticks = _steps(across, 4, whole=True)
    ground.strokes([[(across(tick), head - 4), (across(tick), height - foot + 2)] for tick in ticks], "line", 0.8)
    for tick in ticks:
        ground.write(across(tick), height - foot + 16, language.whole(round(tick)), side="center")
    ground.write(across.end, height - 6, values.across, side="right")
    y = 0.0
    for panel in values.panels:
        ground.write_over(0, y + 16, shortened(panel.section, TEXT, WIDTH), size=TEXT)
        for place, part in enumerate(panel.parts):
            _part(ground, part, y + head + row * (place + 0.5), across, language)
        y += head + row * len(panel.parts)
    return ground.figure


def _widest(values: Split) -> float:
    """The largest spread in view; a range that tells nothing at its upper end may run out of the picture."""
    spreads = [part.spread for panel in values.panels for part in panel.parts]
    most = max(1.0, *(spread.value for spread in spreads))
    return max(most, *(spread.high for spread in spreads if spread.high < 4 * most))


def _part(ground: Ground, part: Part, y: float, across: Scale, language: Language) -> None:
    ground.write(8, y + 4, shortened(part.word, SMALL, across.start - 16))
    ground.strokes([[(across(part.spread.low), y), (across(part.spread.high), y)]], "accent", 3)
    ground.dots([(across(part.spread.value), y)], "accent", 8)
    ground.write(WIDTH, y + 4, language.number(part.spread.value), tone="ink", side="right")


def strip(values: Strip, language: Language) -> Figure:  # noqa: ARG001 - every chart is asked the same way
    """How far and how sure: the norm a line, the likely range a bar, the estimate a dot; the shaded part is not worth acting on."""
    height = 26.0
    ground = Ground(height)
    across = Scale(-values.reach, values.reach, 6, WIDTH - 6)
    middle, token = height / 2, TOKEN_OF[values.state]
    left = across(-values.margin)
    ground.boxes([(left, 3, across(values.margin) - left, height - 6)], "wash", edge="line")
    ground.strokes([[(across.start, middle), (across.end, middle)]], "line", 1)
    ground.strokes([[(across(0), 1), (across(0), height - 1)]], "ink", 1.4)
    ground.strokes([[(across(values.low), middle), (across(values.high), middle)]], token, 5)
    ground.dots([(across(values.value), middle)], token, 12)
    return ground.figure


def _levels(ground: Ground, up: Scale, ticks: Sequence[float], across: Scale, language: Language) -> None:
    """Faint lines with their numbers at the left."""
    ground.strokes([[(_AXIS, up(tick)), (across.end, up(tick))] for tick in ticks], "line", 0.7)
    for tick in ticks:
        ground.write(28, up(tick) + 4, language.whole(round(tick)), side="right")


def _steps(scale: Scale, most: int, *, whole: bool = False) -> list[float]:
    ticks = MaxNLocator(most, steps=[1, 2, 5, 10], integer=whole).tick_values(scale.low, scale.high)
    return [float(tick) for tick in ticks if scale.low <= tick <= scale.high]
