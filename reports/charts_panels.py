"""Which branches drift: small pictures of branches side by side, drawn as one figure."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from branches.language import Language
from reports.drawing import shortened
from reports.drift import Panel, Panels
from reports.figures import Interval, Move, State
from reports.ground import SMALL, WIDTH, Ground, Place, Scale

_COLUMNS = 3
_GUTTER = 12.0
_SIDE = (WIDTH - _GUTTER * (_COLUMNS - 1)) / _COLUMNS
_NAME, _PLOT, _GAP = 14.0, 34.0, 12.0
_ALONE = 3.0
"""Half the width of a range that has no neighbour."""
_TONES = {Move.FALLING: "short", Move.RISING: "above"}


def panels(values: Panels, language: Language) -> Figure:  # noqa: ARG001 - every chart is asked the same way
    """Each branch beside the norm, four weeks a dot; a change by more than luck in its colour, with an arrow."""
    rows = [values.panels[at : at + _COLUMNS] for at in range(0, len(values.panels), _COLUMNS)]
    heads = [_NAME * (2 if any(one.section for one in row) else 1) for row in rows]
    ground = Ground(sum(heads) + (_PLOT + _GAP) * len(rows))
    drawn: list[tuple[Panel, Scale, Scale]] = []
    top = 0.0
    for row, head in zip(rows, heads, strict=True):
        for column, panel in enumerate(row):
            left = column * (_SIDE + _GUTTER)
            _head(ground, panel, left, top)
            across = Scale(0, max(len(panel.stretches) - 1, 1), left + 4, left + _SIDE - 4)
            drawn.append((panel, across, Scale(-values.reach, values.reach, top + head + _PLOT, top + head + 2)))
        top += head + _PLOT + _GAP
    _ranges(ground, drawn)
    ground.strokes([[(a.start - 4, up(0.0)), (a.end + 4, up(0.0))] for _, a, up in drawn], "ink", 0.8)
    for move in (Move.STEADY, Move.FALLING, Move.RISING):
        _lines(ground, [one for one in drawn if one[0].move is move], _TONES.get(move, "accent"))
    _marks(ground, drawn)
    return ground.figure


def _head(ground: Ground, panel: Panel, left: float, top: float) -> None:
    arrow = panel.move in _TONES
    ground.write(left, top + 11, shortened(panel.name, SMALL, _SIDE - 14 * arrow), tone="ink")
    if panel.section:
        ground.write(
            left + 12 * (panel.state is not None), top + 11 + _NAME, shortened(panel.section, SMALL, _SIDE - 12)
        )
    if arrow:
        right, down = left + _SIDE, panel.move is Move.FALLING
        start, end = (right - 10, top + (3 if down else 11)), (right - 1, top + (11 if down else 3))
        ground.strokes(
            [[start, end], [(end[0] - 6, end[1]), end, (end[0], start[1] + (end[1] - start[1]) * 0.35)]],
            _TONES[panel.move],
            1.6,
        )


def _runs(panel: Panel) -> list[list[tuple[int, Interval]]]:
    """The stretches that follow each other without a gap."""
    runs: list[list[tuple[int, Interval]]] = [[]]
    for turn, one in enumerate(panel.stretches):
        if one is None:
            runs.append([])
        else:
            runs[-1].append((turn, one))
    return [run for run in runs if run]


def _ranges(ground: Ground, drawn: Sequence[tuple[Panel, Scale, Scale]]) -> None:
    outlines = []
    for panel, across, up in drawn:
        for run in _runs(panel):
            wide = _ALONE if len(run) == 1 else 0.0
            there = [(across(turn) + side, up(one.high)) for turn, one in run for side in _sides(wide)]
            back = [(across(turn) + side, up(one.low)) for turn, one in run for side in _sides(wide)]
            outlines.append([*there, *reversed(back)])
    ground.areas(outlines, "line")


def _sides(wide: float) -> tuple[float, ...]:
    return (-wide, wide) if wide else (0.0,)


def _lines(ground: Ground, drawn: Sequence[tuple[Panel, Scale, Scale]], tone: str) -> None:
    paths: list[list[Place]] = [
        [(across(turn), up(one.value)) for turn, one in run] for panel, across, up in drawn for run in _runs(panel)
    ]
    ground.strokes([path for path in paths if len(path) > 1], tone, 1.4)
    ground.dots([place for path in paths for place in path], tone, 3.4)


def _marks(ground: Ground, drawn: Sequence[tuple[Panel, Scale, Scale]]) -> None:
    """The mark of the state before the section that it is of."""
    for state in State:
        places = [(a.start, up.end - 2 - _NAME + 7) for panel, a, up in drawn if panel.state is state]
        ground.marks(places, state, 4.5 if state is State.AS_NORM else 7)
