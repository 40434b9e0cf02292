"""All sections in one model where audits leave sections out.

    y_vk = norm_k + region_rk + branch_bk + shopper_sk + visit_v + e

A branch's (region's, shopper's) effects on the K sections have one variance for their mean and one for the contrasts,
so that they are independent after rotation by H (`joint.helmert`). Henderson's equations then have K × K blocks; the
larger of branch and shopper is eliminated block by block, the visits beforehand by their own closed form.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from reports.gaps_sums import Joined, Visits
from reports.mixed import NOTHING, scaled_inverse
from reports.mixed_sums import STRANGER
from reports.sheet import Floats

Pairs = Mapping[str, tuple[float, float]]
"""Each effect's variance ratios: of √K times the mean over sections, and of the contrasts."""
LARGEST = 1e4
NUDGE = 1e-5


@dataclass(frozen=True)
class Gapped:
    """The equations solved at given ratios; E eliminated levels, Q dense blocks, K sections; units of σ²_e."""

    joined: Joined
    ratios: Pairs
    keep: Floats
    """E × K × K: (I + NG)⁻¹."""
    shrink: Floats
    """E × K × K: G(I + NG)⁻¹."""
    count: Floats
    """E × K × K: N."""
    cross: Floats
    """E × K × QK."""
    inner: Floats
    inverse: Floats
    right: Floats
    """QK."""
    left: Floats
    """E × K."""
    dense: Floats
    """QK: estimates."""
    eliminated: Floats
    """E × K: estimates."""
    log_determinant: float
    rest: float

    @property
    def residual(self) -> float:
        return self.rest / self.joined.freedom

    @property
    def criterion(self) -> float:
        """−2 log restricted likelihood with the scale profiled out, less its constant."""
        return self.joined.freedom * float(np.log(self.residual)) + self.log_determinant


def _own(ratios: tuple[float, float], sections: int) -> Floats:
    """The K ratios of one level's rotated effects."""
    return np.array([ratios[0], *[ratios[1]] * (sections - 1)])


@dataclass(frozen=True)
class _Weighed:
    weight: Floats
    total: Floats
    square: float
    log_determinant: float


def _weighed(visits: Visits, share: float, visit: float) -> _Weighed:
    """Takes the visits' own effects out; `share`: weight of one score, `visit`: ratio of the visits' variance."""
    n = np.arange(1, visits.visits.size + 1)
    taken = visit / (1.0 + n * visit)
    weight = -np.einsum("n,gnij->gij", taken, visits.pairs)
    weight[:, np.arange(n.size), np.arange(n.size)] += visits.count
    total = visits.total - np.einsum("n,gni->gi", taken, visits.whole)
    square = visits.square - float(taken @ visits.squares)
    logs = float(visits.visits @ (np.log1p(n * visit) - n * np.log(share)))
    return _Weighed(share * weight, share * total, share * square, logs)


def _cells(joined: Joined, ratios: Pairs, visit: float) -> _Weighed:
    found = _weighed(joined.known, 1.0, visit)
    if joined.stray is None:
        return found
    own, more = ratios["shopper"], ratios.get(STRANGER, (0.0, 0.0))
    mean, contrast = own[0] + more[0], own[1] + more[1]
    share = 1.0 / (1.0 + contrast)
    stray = _weighed(joined.stray, share, share * (visit + (mean - contrast) / joined.sections))
    return _Weighed(
        found.weight + stray.weight,
        found.total + stray.total,
        found.square + stray.square,
        found.log_determinant + stray.log_determinant,
    )


def _tables(
    joined: Joined, turn: Floats, weight: Floats, total: Floats
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """N, A, K and both right-hand sides from the cells' rotated weights; norms are turned back to sections.

    A version of the standard may lack a section, whose norm then has no score to it.
    """
    k, size = joined.sections, max(part.stop for part in joined.blocks.values())
    count, left = np.zeros((joined.levels, k, k)), np.zeros((joined.levels, k))
    cross, inner = np.zeros((joined.levels, size, k, k)), np.zeros((size, size, k, k))
    right = np.zeros((size, k))
    np.add.at(count, joined.level, weight)
    np.add.at(left, joined.level, total)
    for i in range(joined.members.shape[1]):
        here = np.flatnonzero(joined.members[:, i] >= 0)
        block = joined.members[here, i]
        np.add.at(right, block, total[here])
        np.add.at(cross, (joined.level[here], block), weight[here])
        for j in range(joined.members.shape[1]):
            both = here[joined.members[here, j] >= 0]
            np.add.at(inner, (joined.members[both, i], joined.members[both, j]), weight[both])
    fixed = joined.blocks["fixed"]
    cross[:, fixed] = cross[:, fixed] @ turn
    inner[:, fixed] = inner[:, fixed] @ turn
    inner[fixed] = turn.T @ inner[fixed]
    right[fixed] = right[fixed] @ turn
    cross = cross.transpose(0, 2, 1, 3).reshape(joined.levels, k, size * k)
    return count, cross, inner.transpose(0, 2, 1, 3).reshape(size * k, size * k), left, right.reshape(size * k)


def _taken_out(joined: Joined, ratios: Pairs, count: Floats) -> tuple[Floats, Floats, Floats]:
    """I + NG of the eliminated effect, its inverse, and G times that; E × K × K each."""
    alive = np.ones(joined.levels)
    if joined.out == "shopper":
        alive[-1] = 0.0
    scaled = _own(ratios[joined.out], joined.sections) * alive[:, None]
    system = np.eye(joined.sections) + count * scaled[:, None, :]
    keep = np.asarray(np.linalg.inv(system), dtype=np.float64)
    return system, keep, scaled[:, :, None] * keep


def _scales(joined: Joined, ratios: Pairs) -> Floats:
    """QK: λ of each dense effect; 1 for a norm with scores to it, 0 for one without."""
    k = joined.sections
    scales = np.ones(max(part.stop for part in joined.blocks.values()) * k)
    scales[: joined.scored.size] = joined.scored
    for name, part in joined.blocks.items():
        if name != "fixed":
            own = _own(ratios[name], k)
            scale = np.sqrt(np.where(own > NOTHING, own, 0.0))
            scales[part.start * k : part.stop * k] = np.tile(scale, part.stop - part.start)
    return scales


def solve_gaps(joined: Joined, turn: Floats, ratios: Pairs, visit: float) -> Gapped:
    """What are the effects, were the variances these?

    Args:
        joined: the audits, summed.
        turn: K × K rotation, first row the mean.
        ratios: of each effect, to the residual variance.
        visit: variance of visits over the residual variance.
    """
    cells = _cells(joined, ratios, visit)
    weight, total = turn @ cells.weight @ turn.T, cells.total @ turn.T
    count, cross, inner, left, right = _tables(joined, turn, weight, total)
    system, keep, shrink = _taken_out(joined, ratios, count)
    flat = cross.reshape(-1, cross.shape[2])
    inner = inner - flat.T @ (shrink @ cross).reshape(flat.shape)
    right = right - flat.T @ np.einsum("eij,ej->ei", shrink, left).ravel()
    inverse, log_determinant = scaled_inverse(inner, _scales(joined, ratios), int(joined.scored.sum()))
    dense = inverse @ right
    rest = cells.square - float(np.einsum("ei,eij,ej->", left, shrink, left)) - float(dense @ right)
    return Gapped(
        joined=joined,
        ratios=ratios,
        keep=keep,
        shrink=shrink,
        count=count,
        cross=cross,
        inner=inner,
        inverse=inverse,
        right=right,
        left=left,
        dense=dense,
        eliminated=np.einsum("eij,ej->ei", shrink, left - cross @ dense),
        log_determinant=log_determinant + float(np.linalg.slogdet(system)[1].sum()) + cells.log_determinant,
        rest=max(rest, 1e-12 * cells.square),
    )


def _pulls(solution: Gapped, name: str) -> tuple[Floats, Floats]:
    """tr(Z'PZ) and |Z'Py|² of an effect, of each rotated component."""
    k, joined = solution.joined.sections, solution.joined
    if name == joined.out:
        gain = solution.keep @ solution.cross
        taken = ((gain.reshape(-1, gain.shape[2]) @ solution.inverse).reshape(gain.shape) * gain).sum(axis=2)
        trace = np.einsum("eij,eji->ei", solution.keep, solution.count) - taken
        score = np.einsum("eij,ej->ei", solution.keep, solution.left - solution.cross @ solution.dense)
        alive = slice(0, joined.levels - (joined.out == "shopper"))
        return trace[alive].sum(axis=0), (score[alive] ** 2).sum(axis=0)
    part = joined.blocks[name]
    rows = solution.inner[part.start * k : part.stop * k]
    own = np.diagonal(rows[:, part.start * k : part.stop * k])
    trace = own - ((rows @ solution.inverse) * rows).sum(axis=1)
    score = solution.right[part.start * k : part.stop * k] - rows @ solution.dense
    return trace.reshape(-1, k).sum(axis=0), (score.reshape(-1, k) ** 2).sum(axis=0)


class _Search:
    """The criterion over log(1 + nγ) of every ratio.

    Where `alike`, branches differ as much in their mean as in the contrasts: nothing is in common, and never less.
    """

    def __init__(self, joined: Joined, turn: Floats, effects: tuple[str, ...], *, alike: bool = False) -> None:
        self.joined, self.turn = joined, turn
        self.pair = 2 * effects.index("branch") if alike else None
        self.effects = effects if joined.stray is None else (*effects, STRANGER)
        scores = float(joined.known.count.sum() + (0.0 if joined.stray is None else joined.stray.count.sum()))
        sizes = {name: part.stop - part.start for name, part in joined.blocks.items()} | {joined.out: joined.levels}
        sizes[STRANGER] = max(1, int(scores))
        each = [max(scores / joined.sections / sizes[name], 1.0) for name in self.effects]
        self.audits = np.array([*np.repeat(each, 2), float(joined.sections)])

    def _tied(self, steps: Floats) -> Floats:
        tied = steps.copy()
        if self.pair is not None:
            tied[self.pair] = tied[self.pair + 1]
        return tied

    def solve(self, steps: Floats) -> Gapped:
        values = np.expm1(self._tied(steps)) / self.audits
        ratios = {name: (float(values[2 * i]), float(values[2 * i + 1])) for i, name in enumerate(self.effects)}
        return solve_gaps(self.joined, self.turn, ratios, float(values[-1]))

    def cost(self, steps: Floats) -> tuple[float, Floats]:
        solution = self.solve(steps)
        slopes = np.zeros(steps.size)
        by_hand = [steps.size - 1]
        for i, name in enumerate(self.effects):
            if self.joined.stray is not None and name in {"shopper", STRANGER}:
                by_hand += [2 * i, 2 * i + 1]
                continue
            trace, score = _pulls(solution, name)
            by_component = trace - score / solution.residual
            slopes[2 * i : 2 * i + 2] = by_component[0], by_component[1:].sum()
        slopes *= np.exp(self._tied(steps)) / self.audits
        for i in by_hand:
            ahead = steps.copy()
            ahead[i] += NUDGE
            slopes[i] = (self.solve(ahead).criterion - solution.criterion) / NUDGE
        if self.pair is not None:
            slopes[self.pair + 1] += slopes[self.pair]
            slopes[self.pair] = 0.0
        return solution.criterion, slopes

    def lowest(self) -> Gapped:
        """The equations at the lowest criterion: bounded quasi-Newton."""
        found = minimize(
            self.cost,
            np.full(self.audits.size, 0.7),
            jac=True,
            method="L-BFGS-B",
            bounds=[(0.0, float(np.log1p(n * LARGEST))) for n in self.audits],
            options={"ftol": 1e-10, "gtol": 1e-4},
        )
        return self.solve(np.asarray(found.x))


def fit_gaps(joined: Joined, turn: Floats, effects: tuple[str, ...]) -> Gapped:
    """Which variances do audits with gaps speak for?

    Restricted maximum likelihood, zero allowed; a branch's mean over sections varies at least as its contrasts do.
    """
    found = _Search(joined, turn, effects).lowest()
    mean, contrast = found.ratios["branch"]
    return found if mean >= contrast else _Search(joined, turn, effects, alike=True).lowest()
