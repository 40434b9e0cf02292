"""One function per chart; values in, a matplotlib Figure out (never pyplot); they calculate nothing but where things lie.

Every chart is drawn for a phone: 336 pixels wide with letters of 11 and 12, so that it can be read at 360 pixels and
grows gently on a desk. One Axes in pixels carries it all: that is quick to draw and small to send.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, cos, floor, pi, sin

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from branches.language import Language
from reports.drawing import HALO, shortened, width
from reports.figures import State
from reports.palette import COLOURS, colour, tint
from reports.report import Dot, Funnel, HeatMap, HeatRow, Part, Split, Strip, Trend, TrendPanel

WIDTH = 336.0
TEXT = 12.0
SMALL = 11.0
_DOTS = 7


def _ring() -> Path:
    """A dotted circle: there is something, and it says nothing yet."""
    turns = [2 * pi * step / _DOTS for step in range(_DOTS)]
    ends = [(cos(turn + side), sin(turn + side)) for turn in turns for side in (-0.2, 0.2)]
    return Path(ends, [Path.MOVETO, Path.LINETO] * _DOTS)


_SHAPES: dict[State, str | Path] = {
    State.FALLS_SHORT: "v",
    State.WATCH: "o",
    State.AS_NORM: "o",
    State.ABOVE: "^",
    State.NOT_ENOUGH: _ring(),
}


@dataclass(frozen=True)
class _Scale:
    """From a value to its pixel; what lies outside is drawn at the edge."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)


def funnel(values: Funnel, language: Language) -> Figure:
    """Which branches fall short in a section: mean score over number of audits, beside what chance alone does."""
    height = 268.0
    figure, axes = _canvas(height)
    across = _Scale(0, max(2, *(dot.audits for dot in values.dots)) * 1.04, 34, WIDTH - 6)
    scores = _scores_in_view(values)
    up = _Scale(min(scores), max(scores), height - 38, 30)
    _grid(axes, up, _steps(up, 5), language)
    for tick in _steps(across, 5, whole=True):
        _write(axes, across(tick), height - 22, language.whole(round(tick)), SMALL, "grey", "center")
    _write(axes, WIDTH, height - 5, values.across, SMALL, "grey", "right")
    _write(axes, 0, 12, values.up, SMALL, "grey")
    _chance(axes, values, across, up)
    _norm_line(axes, up(values.norm), across.start, across.end)
    _write(axes, across.start + 3, up(values.norm) - 5, values.norm_word, SMALL, "ink", halo=True)
    _dots(axes, values.dots, across, up)
    _names(axes, [dot for dot in values.dots if dot.label], across, up)
    return figure


def _scores_in_view(values: Funnel) -> list[float]:
    fewest = min(dot.audits for dot in values.dots)
    edges = [edge for limit in values.limits if limit.audits >= fewest for edge in (limit.low, limit.high)]
    scores = [*edges, values.norm, *(dot.score for dot in values.dots)]
    room = max((max(scores) - min(scores)) * 0.06, 1.0)
    return [max(min(scores) - room, 0.0), min(max(scores) + room, 100.0)]


def _chance(axes: Axes, values: Funnel, across: _Scale, up: _Scale) -> None:
    if not values.limits:
        return
    there = [(across(limit.audits), up(limit.high)) for limit in values.limits]
    back = [(across(limit.audits), up(limit.low)) for limit in reversed(values.limits)]
    if len(there) == 1:
        there, back = (
            [(across.start, there[0][1]), (across.end, there[0][1])],
            [(across.end, back[0][1]), (across.start, back[0][1])],
        )
    axes.fill(*zip(*(there + back), strict=True), facecolor=COLOURS["wash"], linewidth=0, clip_on=False, zorder=0.5)
    for edge in (there, back):
        _line(axes, edge, "grey", 0.8, dashes=(3, 3))
    room = width(values.chance_word, SMALL)
    axes.fill(*_box(WIDTH - room - 22, 4, 16, 9), facecolor=COLOURS["wash"], edgecolor=COLOURS["grey"], linewidth=0.8)
    _write(axes, WIDTH, 12, values.chance_word, SMALL, "grey", "right")


def _dots(axes: Axes, dots: Sequence[Dot], across: _Scale, up: _Scale) -> None:
    """The quiet ones first, so that a flag is never hidden; equals stand beside each other."""
    step = across(1) - across(0)
    for state in (State.NOT_ENOUGH, State.AS_NORM, State.ABOVE, State.WATCH, State.FALLS_SHORT):
        some = [dot for dot in dots if dot.state is state]
        aside = min(step * 0.7, 18.0) if state is State.AS_NORM and step > 6 else 0.0  # noqa: PLR2004
        places = [
            (across(dot.audits) + ((place * 0.618034) % 1 - 0.5) * aside, up(dot.score))
            for place, dot in enumerate(some)
        ]
        _marks(axes, places, state, 4.5 if state is State.AS_NORM else 8.5)


def _names(axes: Axes, dots: Iterable[Dot], across: _Scale, up: _Scale) -> None:
    """Names beside their dots, where there is room for one more line."""
    taken: list[float] = []
    for dot in dots:
        x, y = across(dot.audits), up(dot.score) + 4
        if all(abs(y - other) > TEXT for other in taken):
            taken.append(y)
            left = x < WIDTH * 0.55
            name = shortened(dot.label, SMALL, 120)
            _write(axes, x + (8 if left else -8), y, name, SMALL, "ink", "left" if left else "right", halo=True)


def heat(values: HeatMap, language: Language) -> Figure:  # noqa: ARG001 - every chart is asked the same way
    """Where each branch stands: branches by sections, mark and points in each square."""
    count = max(len(values.sections), 1)
    label, slope = 120.0, 60.0
    top = _head_height(values.sections)
    row, side = 25.0, min((WIDTH - label - slope) / count, 62.0)
    figure, axes = _canvas(top + row * len(values.rows) + 4)
    for place, section in enumerate(values.sections):
        start = label + side * (place + 0.5)
        _write(axes, start - 2, top - 7, shortened(section, SMALL, 108), SMALL, "ink", turn=38)
    for place, line in enumerate(values.rows):
        _heat_row(axes, line, top + row * place, label=label, side=side, row=row)
    marks: dict[State, list[tuple[float, float]]] = {}
    for place, line in enumerate(values.rows):
        for column, entry in enumerate(line.cells):
            spot = (label + side * (column + 0.5) - (side > 34) * 10, top + row * (place + 0.5))  # noqa: PLR2004
            marks.setdefault(entry.state or State.NOT_ENOUGH, []).append(spot)
    for state, spots in marks.items():
        _marks(axes, spots, state, 5 if state is State.AS_NORM else 8)
    return figure


def _head_height(sections: Iterable[str]) -> float:
    longest = max((width(shortened(section, SMALL, 108), SMALL) for section in sections), default=0.0)
    return longest * sin(38 * pi / 180) + 20


def _heat_row(axes: Axes, line: HeatRow, y: float, *, label: float, side: float, row: float) -> None:
    _write(axes, 0, y + row / 2 + 4, shortened(line.name, TEXT, label - 8), TEXT, "ink")
    for column, entry in enumerate(line.cells):
        x, state = label + side * column, entry.state or State.NOT_ENOUGH
        plain = state in {State.AS_NORM, State.NOT_ENOUGH}
        ground = COLOURS["wash"] if plain else tint(state)
        axes.fill(*_box(x + 1, y + 1, side - 2, row - 2), facecolor=ground, linewidth=0, clip_on=False)
        if side > 34 and entry.text:  # noqa: PLR2004
            _write(axes, x + side / 2 + 17, y + row / 2 + 4, entry.text, SMALL, "grey" if plain else "ink", "right")


def trend(values: Trend, language: Language) -> Figure:
    """Is it getting better: the weekly means of each section, one band a section, all on the same scale."""
    band, foot = 90.0, 20.0
    figure, axes = _canvas(band * len(values.panels) + foot)
    across = _Scale(values.first.toordinal(), values.last.toordinal(), 34, WIDTH - 40)
    reach = _trend_reach(values.panels)
    for place, panel in enumerate(values.panels):
        top = band * place
        _trend_panel(axes, panel, across, _Scale(*reach, top + band - 8, top + 32), language)
        _write(axes, 0, top + 13, shortened(panel.section, TEXT, 210), TEXT, "ink")
        _write(axes, WIDTH, top + 13, panel.norm_word, SMALL, "grey", "right")
    bottom = band * len(values.panels) + 12
    _write(axes, across.start, bottom, language.short_date(values.first), SMALL, "grey")
    _write(axes, across.end, bottom, language.short_date(values.last), SMALL, "grey", "right")
    return figure


def _trend_reach(panels: Iterable[TrendPanel]) -> tuple[float, float]:
    scores = [week.score for panel in panels for week in panel.weeks]
    scores += [panel.norm for panel in panels if panel.norm is not None]
    return max(floor(min(scores) / 10) * 10.0, 0.0), min(ceil(max(scores) / 10) * 10.0, 100.0)


def _trend_panel(axes: Axes, panel: TrendPanel, across: _Scale, up: _Scale, language: Language) -> None:
    _grid(axes, up, [up.low, up.high], language, end=across.end)
    if panel.norm is not None:
        _norm_line(axes, up(panel.norm), across.start, across.end)
    spots = [(across(week.week.toordinal()), up(week.score)) for week in panel.weeks]
    for week, (x, _) in zip(panel.weeks, spots, strict=True):
        if week.interval:
            _line(axes, [(x, up(week.interval.low)), (x, up(week.interval.high))], "line", 3)
    for (one, here), (other, there) in pairwise(zip(panel.weeks, spots, strict=True)):
        if (other.week - one.week).days == 7:  # noqa: PLR2004
            _line(axes, [here, there], "accent", 1.4)
    _spots(axes, spots, "accent", 3.2)
    last = panel.weeks[-1]
    _write(axes, WIDTH, spots[-1][1] + 4, language.number(last.score), TEXT, "ink", "right")


def split(values: Split, language: Language) -> Figure:
    """Where the differences come from: each source's spread with its likely range, section by section."""
    row, head, foot, label = 22.0, 24.0, 36.0, 104.0
    height = sum(head + row * len(panel.parts) for panel in values.panels) + foot
    figure, axes = _canvas(height)
    most = max(part.spread.value for panel in values.panels for part in panel.parts)
    ends = [
        part.spread.high for panel in values.panels for part in panel.parts if part.spread.high < 4 * max(most, 1.0)
    ]
    across = _Scale(0, max([most, *ends, 1.0]) * 1.02, label, WIDTH - 42)
    for tick in _steps(across, 4, whole=True):
        _line(axes, [(across(tick), head - 4), (across(tick), height - foot + 2)], "line", 0.8)
        _write(axes, across(tick), height - foot + 16, language.whole(round(tick)), SMALL, "grey", "center")
    _write(axes, across.end, height - 6, values.across, SMALL, "grey", "right")
    y = 0.0
    for panel in values.panels:
        _write(axes, 0, y + 16, shortened(panel.section, TEXT, WIDTH), TEXT, "ink", halo=True)
        y += head
        for part in panel.parts:
            _split_row(axes, part, y + row / 2, across, language)
            y += row
    return figure


def _split_row(axes: Axes, part: Part, y: float, across: _Scale, language: Language) -> None:
    _write(axes, 8, y + 4, shortened(part.word, SMALL, across.start - 16), SMALL, "grey")
    _line(axes, [(across(part.spread.low), y), (across(part.spread.high), y)], "accent", 3)
    _spots(axes, [(across(part.spread.value), y)], "accent", 8)
    _write(axes, WIDTH, y + 4, language.number(part.spread.value), SMALL, "ink", "right")


def strip(values: Strip, language: Language) -> Figure:  # noqa: ARG001 - every chart is asked the same way
    """How far and how sure: the norm a line, the likely range a bar, the estimate a mark; the shaded part is not worth acting on."""
    height = 26.0
    figure, axes = _canvas(height)
    across = _Scale(-values.reach, values.reach, 6, WIDTH - 6)
    middle = height / 2
    left = across(-values.margin)
    axes.fill(
        *_box(left, 3, across(values.margin) - left, height - 6), facecolor=COLOURS["wash"], linewidth=0, clip_on=False
    )
    _line(axes, [(across.start, middle), (across.end, middle)], "line", 1)
    _line(axes, [(across(0), 1), (across(0), height - 1)], "ink", 1.4)
    _line(axes, [(across(values.low), middle), (across(values.high), middle)], _token(values.state), 5)
    _spots(axes, [(across(values.value), middle)], _token(values.state), 12)
    return figure


def _token(state: State) -> str:
    return next(token for token, value in COLOURS.items() if value == colour(state))


def _canvas(height: float) -> tuple[Figure, Axes]:
    """A drawing ground in pixels, the first line on top."""
    figure = Figure(figsize=(WIDTH / 72, height / 72), dpi=72)
    figure.patch.set_visible(False)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.axis("off")
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(height, 0)
    return figure, axes


def _write(  # noqa: PLR0917 - where, what and how it looks, as everywhere in drawing
    axes: Axes,
    x: float,
    y: float,
    text: str,
    size: float,
    token: str,
    side: str = "left",
    *,
    turn: float = 0,
    halo: bool = False,
) -> None:
    label = axes.text(x, y, text, fontsize=size, color=COLOURS[token], ha=side, va="baseline", rotation=turn)
    label.set_rotation_mode("anchor")
    if halo:
        label.set_gid(HALO)


def _line(
    axes: Axes, places: Sequence[tuple[float, float]], token: str, weight: float, dashes: tuple[int, int] | None = None
) -> None:
    xs, ys = zip(*places, strict=True)
    style: tuple[int, tuple[int, int]] | str = (0, dashes) if dashes else "solid"
    axes.plot(
        xs, ys, color=COLOURS[token], linewidth=weight, linestyle=style, solid_capstyle="butt", clip_on=False, zorder=1
    )


def _spots(axes: Axes, places: Sequence[tuple[float, float]], token: str, size: float) -> None:
    xs, ys = zip(*places, strict=True)
    axes.plot(xs, ys, "o", color=COLOURS[token], markersize=size, markeredgewidth=0, clip_on=False, zorder=2)


def _marks(axes: Axes, places: Sequence[tuple[float, float]], state: State, size: float) -> None:
    if not places:
        return
    xs, ys = zip(*places, strict=True)
    (marks,) = axes.plot(xs, ys, linestyle="none", marker=_SHAPES[state], markersize=size, clip_on=False, zorder=3)
    marks.set(color=colour(state), markeredgewidth=1.2 if state in {State.WATCH, State.NOT_ENOUGH} else 0)
    if state is State.WATCH:
        marks.set(fillstyle="left", markerfacecoloralt=COLOURS["paper"])
    if state is State.NOT_ENOUGH:
        marks.set(fillstyle="none")


def _norm_line(axes: Axes, y: float, start: float, end: float) -> None:
    _line(axes, [(start, y), (end, y)], "ink", 1)


def _grid(axes: Axes, up: _Scale, ticks: Iterable[float], language: Language, end: float = WIDTH - 6) -> None:
    for tick in ticks:
        _line(axes, [(34, up(tick)), (end, up(tick))], "line", 0.7)
        _write(axes, 28, up(tick) + 4, language.whole(round(tick)), SMALL, "grey", "right")


def _steps(scale: _Scale, most: int, *, whole: bool = False) -> list[float]:
    ticks = MaxNLocator(most, steps=[1, 2, 5, 10], integer=whole).tick_values(scale.low, scale.high)
    return [float(tick) for tick in ticks if scale.low <= tick <= scale.high]


def _box(x: float, y: float, wide: float, high: float) -> tuple[list[float], list[float]]:
    return [x, x + wide, x + wide, x], [y, y, y + high, y + high]
