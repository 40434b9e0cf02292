"""What is it about: the items that cost the most points, a bar each; drawn like the other charts."""

from itertools import accumulate

from matplotlib.figure import Figure

from branches.language import Language
from reports.drawing import folded, width
from reports.ground import SMALL, TEXT, WIDTH, Ground, Scale
from reports.report import ItemBar, ItemBars

_ROW = 44.0
_MIDDLE = 29.0
"""Of a row, where its bar lies."""
_LINE = 17.0
"""Of a text's second line."""
_TOP = 6.0
_FOOT = 34.0
_BESIDE = 44.0
"""Room at the right for the share in figures."""


def item_bars(values: ItemBars, language: Language) -> Figure:
    """How often the costliest items were not in order: the range a bar, the share a dot, the chain's share a line across it."""
    head = 18.0 if values.chain_word else 0.0
    texts = [folded(one.text, TEXT, WIDTH) for one in values.bars]
    ends = list(accumulate((_ROW + _LINE * (len(lines) - 1) for lines in texts), initial=_TOP + head))
    foot = ends[-1]
    ground = Ground(foot + _FOOT)
    across = Scale(0.0, 1.0, 4, WIDTH - _BESIDE)
    if values.chain_word:
        start = WIDTH - width(values.chain_word, SMALL) - 10
        ground.strokes([[(start, 3), (start, 15)]], "ink", 1.4)
        ground.write(WIDTH, 13, values.chain_word, side="right")
    ticks = [0.0, 0.25, 0.5, 0.75, 1.0]
    middles = [end - _ROW + _MIDDLE for end in ends[1:]]
    ground.strokes([[(across(tick), at - 8), (across(tick), at + 8)] for at in middles for tick in ticks], "line", 0.7)
    for tick in ticks[::2]:
        ground.write(across(tick), foot + 16, language.percent(tick), side="center" if tick else "left")
    ground.write(0, foot + 31, values.across)
    for one, lines, middle in zip(values.bars, texts, middles, strict=True):
        for above, line in enumerate(reversed(lines)):
            ground.write(0, middle - _MIDDLE + 14 - _LINE * above, line, size=TEXT, tone="ink")
        _bar(ground, one, middle, across, language)
    return ground.figure


def _bar(ground: Ground, one: ItemBar, middle: float, across: Scale, language: Language) -> None:
    ground.strokes([[(across(0.0), middle), (across(1.0), middle)]], "line", 0.8)
    ground.strokes([[(across(one.rate.low), middle), (across(one.rate.high), middle)]], "accent", 5)
    if one.chain is not None:
        ground.strokes([[(across(one.chain), middle - 7), (across(one.chain), middle + 7)]], "ink", 1.4)
    ground.dots([(across(one.rate.value), middle)], "accent", 10)
    ground.write(WIDTH, middle + 4, language.percent(one.rate.value), size=TEXT, tone="ink", side="right")
