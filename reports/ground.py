"""The ground a chart is drawn on: pixels from the top left, colours by their token's name, one artist for many strokes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, nan, pi, sin
from typing import Literal

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Transform

from reports.drawing import HALO
from reports.figures import State
from reports.palette import COLOURS, TOKEN_OF

Side = Literal["left", "center", "right"]
Place = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, top, width, height."""

WIDTH = 336.0
TEXT = 12.0
SMALL = 11.0
_DOTS = 7
_INCH = 72.0


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
class Scale:
    """From a value to its pixel; what lies outside is drawn at the edge."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)


class Ground:
    """A figure without axes: making one takes matplotlib ten times as long as drawing on it."""

    def __init__(self, height: float) -> None:
        self.figure = Figure(figsize=(WIDTH / _INCH, height / _INCH), dpi=_INCH)
        self.figure.patch.set_visible(False)
        pixels = Affine2D().scale(1 / _INCH, -1 / _INCH).translate(0, height / _INCH)
        self._place: Transform = pixels + self.figure.dpi_scale_trans

    def write(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = SMALL,
        tone: str = "grey",
        side: Side = "left",
        turn: float = 0,
    ) -> Text:
        """A line of text on its baseline; side says which end of it is at x."""
        label = Text(x, y, text, fontsize=size, color=COLOURS[tone], ha=side, va="baseline", rotation=turn)
        label.set(rotation_mode="anchor", transform=self._place)
        self.figure.add_artist(label)
        return label

    def write_over(self, x: float, y: float, text: str, *, size: float = SMALL, side: Side = "left") -> None:
        """Text that lies over other things."""
        self.write(x, y, text, size=size, tone="ink", side=side).set_gid(HALO)

    def strokes(
        self, lines: Iterable[Sequence[Place]], tone: str, weight: float, dashes: tuple[int, int] | None = None
    ) -> None:
        """Many lines of one kind."""
        places = [place for line in lines for place in (*line, (nan, nan))]
        if not places:
            return
        stroke = Line2D(*zip(*places, strict=True), color=COLOURS[tone], linewidth=weight)
        if dashes:
            stroke.set_linestyle((0, dashes))
        stroke.set(solid_capstyle="butt", dash_capstyle="butt", transform=self._place)
        self.figure.add_artist(stroke)

    def boxes(self, boxes: Iterable[Box], tone: str, edge: str | None = None) -> None:
        """Filled rectangles."""
        corners = [[(x, y), (x + w, y), (x + w, y + h), (x, y + h)] for x, y, w, h in boxes]
        self.areas(corners, tone, edge)

    def areas(self, outlines: Sequence[Sequence[Place]], tone: str, edge: str | None = None) -> None:
        """Many filled areas of one kind."""
        if not outlines:
            return
        path = Path.make_compound_path(*(Path([*outline, outline[0]], closed=True) for outline in outlines))
        patch = PathPatch(path, facecolor=COLOURS[tone], linewidth=0.8 if edge else 0, transform=self._place)
        patch.set_edgecolor(COLOURS[edge] if edge else "none")
        self.figure.add_artist(patch)

    def dots(self, places: Sequence[Place], tone: str, size: float) -> None:
        self._markers(places, marker="o", color=COLOURS[tone], markersize=size, markeredgewidth=0)

    def marks(self, places: Sequence[Place], state: State, size: float) -> None:
        """The marks of a state: a shape of its own, so that it survives without its colour."""
        thin = state in {State.WATCH, State.NOT_ENOUGH}
        fill = {State.WATCH: "left", State.NOT_ENOUGH: "none"}.get(state, "full")
        self._markers(
            places,
            marker=_SHAPES[state],
            color=COLOURS[TOKEN_OF[state]],
            markersize=size,
            markeredgewidth=1.2 if thin else 0,
            fillstyle=fill,
            markerfacecoloralt=COLOURS["paper"],
        )

    def _markers(self, places: Sequence[Place], **look: object) -> None:
        if places:
            marks = Line2D(*zip(*places, strict=True), linestyle="none", **look)  # type: ignore[arg-type]
            marks.set_transform(self._place)
            self.figure.add_artist(marks)
