"""Does a branch's difference rest on a single visit? One bad visit is a finding, not a flag."""

import numpy as np

from reports.norms import Bools, Means
from reports.sheet import Floats, ScoreSheet


def rests_on_one(sheet: ScoreSheet, means: Means, margin: float, side: int) -> Bools:
    """In which cells does the difference vanish without the one audit that speaks for it most?

    Whatever the model makes of it, a section that few audits fail (one yes/no item, say) has a spread of almost nothing,
    and a single failure lies many spreads away. The plain mean of the other audits must therefore be on the same side
    of the norm, by half the margin at least.

    Args:
        sheet: N audits × K sections.
        means: the plain means and norms of its cells.
        margin: points that are worth acting on.
        side: −1 for shortfalls, where the lowest audit is left out; 1 for the other side, where the highest is.

    Returns:
        B × K; True also where there is no other audit.
    """
    others = _without_extreme(sheet, means, side)
    with_norm = np.where(np.isnan(means.norms), 0.0, means.norms)
    return np.asarray(~(side * (others - with_norm) > margin / 2))


def _without_extreme(sheet: ScoreSheet, means: Means, side: int) -> Floats:
    """B × K: the mean of a cell's audits but the lowest (side −1) or highest (side 1); NaN where none is left."""
    shape = means.audits.shape
    extreme, total, count = np.full(shape, -np.inf), np.zeros(shape), np.zeros(shape)
    for k in range(shape[1]):
        scored = ~np.isnan(sheet.scores[:, k])
        branch, scores = sheet.branch[scored], sheet.scores[scored, k]
        np.maximum.at(extreme[:, k], branch, side * scores)
        total[:, k] = np.bincount(branch, weights=scores, minlength=shape[0])
        count[:, k] = np.bincount(branch, minlength=shape[0])
    left = np.maximum(count - 1, 1)
    return np.where(count > 1, (total - side * np.where(np.isinf(extreme), 0.0, extreme)) / left, np.nan)
