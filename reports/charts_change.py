"""Has this branch changed: its moving average beside the band of what chance alone does; drawn like the other charts."""

from itertools import pairwise

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from branches.language import Language
from reports import wording
from reports.drawing import shortened, width
from reports.ground import SMALL, WIDTH, Ground, Place, Scale
from reports.report import ChangeChart

_TOP, _BAND, _FOOT, _AXIS = 26.0, 130.0, 40.0, 34.0


def change(values: ChangeChart, language: Language) -> Figure:
    """When did it leave the band: the average a line, chance a band, the audits outside it marked, the likely week a dashed line."""
    ground = Ground(_TOP + _BAND + _FOOT)
    weeks = [spot.week.toordinal() for spot in values.spots]
    across = Scale(min(weeks), max(weeks), _AXIS if values.in_points else 8.0, WIDTH - 8)
    reach = max(max(abs(spot.average), spot.limit) for spot in values.spots) * 1.12
    up = Scale(-reach, reach, _TOP + _BAND, _TOP)
    there = [(across(week), up(spot.limit)) for week, spot in zip(weeks, values.spots, strict=True)]
    back = [(across(week), up(-spot.limit)) for week, spot in zip(weeks, values.spots, strict=True)]
    ground.areas([[*there, *reversed(back)]], "wash")
    if values.in_points:
        _levels(ground, up, across, language)
    ground.strokes([there, back], "grey", 0.8, dashes=(3, 3))
    ground.strokes([[(across.start, up(0.0)), (across.end, up(0.0))]], "ink", 1)
    _since(ground, values, across)
    _line(ground, values, [(across(week), up(s.average)) for week, s in zip(weeks, values.spots, strict=True)])
    ground.write(across.start, 12, values.above)
    ground.write(across.start, _TOP + _BAND + 12, values.below)
    ground.boxes([(WIDTH - width(values.chance, SMALL) - 22, 4, 16, 9)], "wash", edge="grey")
    ground.write(WIDTH, 12, values.chance, side="right")
    ground.write(across.start, _TOP + _BAND + 32, language.short_date(values.spots[0].week))
    ground.write(across.end, _TOP + _BAND + 32, language.short_date(values.spots[-1].week), side="right")
    return ground.figure


def _levels(ground: Ground, up: Scale, across: Scale, language: Language) -> None:
    """Points above and below the level before, at the left."""
    for tick in MaxNLocator(4, steps=[1, 2, 5, 10], integer=True).tick_values(up.low, up.high):
        if up.low <= tick <= up.high:
            ground.strokes([[(across.start, up(tick)), (across.end, up(tick))]], "line", 0.7)
            ground.write(across.start - 6, up(tick) + 4, wording.signed(language, float(tick), 0), side="right")


def _since(ground: Ground, values: ChangeChart, across: Scale) -> None:
    if values.since is None:
        return
    x = across(values.since.toordinal())
    ground.strokes([[(x, _TOP), (x, _TOP + _BAND)]], values.tone, 1.4, dashes=(2, 2))
    room = WIDTH - x - 6
    text = shortened(values.since_word, SMALL, max(room, x - 6))
    ground.write_over(x + (4 if room > x else -4), _TOP + 12, text, side="left" if room > x else "right")


def _line(ground: Ground, values: ChangeChart, spots: list[Place]) -> None:
    """The average, quiet inside the band; outside it in the colour of the change."""
    ground.strokes([list(pair) for pair in pairwise(spots)], "grey", 1.2)
    outside = [abs(spot.average) > spot.limit for spot in values.spots]
    ground.dots([at for at, out in zip(spots, outside, strict=True) if not out], "grey", 3.2)
    ground.dots([at for at, out in zip(spots, outside, strict=True) if out], values.tone, 8)
