"""All sections in one model where audits leave sections out.

    y_vk = norm_k + region_rk + branch_bk + shopper_sk + visit_v + e

A branch's (region's, shopper's) effects on the K sections have one variance for their mean and one for the contrasts,
so that they are independent after rotation by H (`joint.helmert`). Henderson's equations then have K × K blocks; the
larger of branch and shopper is eliminated block by block, the visits beforehand by their own closed form. What stands
between the eliminated levels and the rest is sparse: a branch meets few shoppers.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import minimize

from reports.gaps_start import Start
from reports.gaps_sums import Joined, Visits
from reports.mixed import NOTHING, scaled_inverse
from reports.mixed_sums import STRANGER
from reports.sheet import Floats, Ints

Pairs = Mapping[str, tuple[float, float]]
"""Each effect's variance ratios: of √K times the mean over sections, and of the contrasts."""
LARGEST = 1e4
NUDGE = 1e-5
SEARCHED = 1_000
"""Equations beyond which the variances are not searched for anew where the audits without gaps tell them."""


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
    cross: sparse.csr_array
    """EK × QK."""
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


@dataclass(frozen=True)
class _Tables:
    """Both sides of the equations before elimination; norms are turned back to sections."""

    count: Floats
    cross: sparse.csr_array
    inner: Floats
    left: Floats
    right: Floats


def blocks_of(rows: Ints, columns: Ints, blocks: Floats, shape: tuple[int, int]) -> sparse.csr_array:
    """Puts n blocks of K × K into a matrix of shape · K, where they fall together adding them."""
    k = blocks.shape[1]
    places, where = np.unique(rows * shape[1] + columns, return_inverse=True)
    member = sparse.csr_array((np.ones(where.size), (where, np.arange(where.size))), (places.size, where.size))
    data = (member @ blocks.reshape(-1, k * k)).reshape(-1, k, k)
    row, column = np.divmod(places, shape[1])
    starts = np.searchsorted(row, np.arange(shape[0] + 1))
    return sparse.csr_array(sparse.bsr_array((data, column, starts), (shape[0] * k, shape[1] * k)))


def _tables(joined: Joined, turn: Floats, weight: Floats, total: Floats) -> _Tables:
    """N, A, K and both right-hand sides from the cells' rotated weights.

    A version of the standard may lack a section, whose norm then has no score to it.
    """
    k, size = joined.sections, max(part.stop for part in joined.blocks.values())
    count, left, right = np.zeros((joined.levels, k, k)), np.zeros((joined.levels, k)), np.zeros((size, k))
    np.add.at(count, joined.level, weight)
    np.add.at(left, joined.level, total)
    met, pairs = [], []
    for own in joined.members.T:
        here = np.flatnonzero(own >= 0)
        np.add.at(right, own[here], total[here])
        met.append((joined.level[here], own[here], here))
        for other in joined.members.T:
            both = np.flatnonzero((own >= 0) & (other >= 0))
            pairs.append((own[both], other[both], both))
    turned = _norms_turned(joined, turn)
    tables = []
    for places, rows in ((met, joined.levels), (pairs, size)):
        one, other, cell = (np.concatenate(column) for column in zip(*places, strict=True))
        tables.append(blocks_of(one, other, weight[cell], (rows, size)) @ turned)
    inner = (turned.T @ tables[1]).toarray()
    return _Tables(count, sparse.csr_array(tables[0]), inner, left, np.asarray(turned.T @ right.ravel()))


def _norms_turned(joined: Joined, turn: Floats) -> sparse.csr_array:
    """QK × QK: the rotation at the norms' blocks, nothing changed elsewhere."""
    fixed, size = joined.blocks["fixed"].stop, max(part.stop for part in joined.blocks.values())
    return sparse.csr_array(
        sparse.block_diag([*[turn] * fixed, sparse.eye_array((size - fixed) * joined.sections)], format="csr")
    )


def stacked(blocks: Floats) -> sparse.csr_array:
    """E × K × K blocks along the diagonal."""
    levels, k, _ = blocks.shape
    return sparse.csr_array(sparse.bsr_array((blocks, np.arange(levels), np.arange(levels + 1)), (levels * k,) * 2))


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
    tables = _tables(joined, turn, weight, total)
    cross, left = tables.cross, tables.left
    system, keep, shrink = _taken_out(joined, ratios, tables.count)
    inner = tables.inner - (cross.T @ (stacked(shrink) @ cross)).toarray()
    right = tables.right - cross.T @ np.einsum("eij,ej->ei", shrink, left).ravel()
    inverse, log_determinant = scaled_inverse(inner, _scales(joined, ratios), int(joined.scored.sum()))
    dense = inverse @ right
    rest = cells.square - float(np.einsum("ei,eij,ej->", left, shrink, left)) - float(dense @ right)
    return Gapped(
        joined=joined,
        ratios=ratios,
        keep=keep,
        shrink=shrink,
        count=tables.count,
        cross=cross,
        inner=inner,
        inverse=inverse,
        right=right,
        left=left,
        dense=dense,
        eliminated=np.einsum("eij,ej->ei", shrink, left - (cross @ dense).reshape(left.shape)),
        log_determinant=log_determinant + float(np.linalg.slogdet(system)[1].sum()) + cells.log_determinant,
        rest=max(rest, 1e-12 * cells.square),
    )


def _pulls(solution: Gapped, name: str) -> tuple[Floats, Floats]:
    """tr(Z'PZ) and |Z'Py|² of an effect, of each rotated component."""
    k, joined = solution.joined.sections, solution.joined
    if name == joined.out:
        levels = joined.levels - (joined.out == "shopper")
        keep, cross = solution.keep[:levels], solution.cross[: levels * k]
        gain = stacked(keep) @ cross
        taken = [float(((gain[i::k].T @ gain[i::k]).toarray() * solution.inverse).sum()) for i in range(k)]
        trace = np.einsum("eij,eji->i", keep, solution.count[:levels]) - np.array(taken)
        seen = solution.left[:levels] - (cross @ solution.dense).reshape(levels, k)
        return trace, (np.einsum("eij,ej->ei", keep, seen) ** 2).sum(axis=0)
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

    def _steps(self, start: Start | None) -> Floats:
        if start is None:
            return np.full(self.audits.size, 0.7)
        pairs = [start.ratios.get(name, (0.0, 0.0)) for name in self.effects]
        return np.asarray(np.log1p(np.append(np.ravel(pairs), start.visit) * self.audits))

    def lowest(self, start: Start | None) -> Gapped:
        """The equations at the lowest criterion: bounded quasi-Newton."""
        ends = np.log1p(self.audits * LARGEST)
        found = minimize(
            self.cost,
            np.clip(self._steps(start), 0.0, ends),
            jac=True,
            method="L-BFGS-B",
            bounds=[(0.0, float(end)) for end in ends],
            options={"ftol": 1e-10, "gtol": 1e-4},
        )
        return self.solve(np.asarray(found.x))


def fit_gaps(joined: Joined, turn: Floats, effects: tuple[str, ...], start: Start | None = None) -> Gapped:
    """Which variances do audits with gaps speak for?

    Restricted maximum likelihood, zero allowed; a branch's mean over sections varies at least as its contrasts do. On a
    large chain a quarter of whose audits have every section, the variances are those of these; all tell the effects.

    Args:
        joined: the audits, summed.
        turn: K × K rotation, first row the mean.
        effects: which of region, branch and shopper vary, as `joined` was made with.
        start: what the audits without gaps say; None where they say nothing.

    Returns:
        The equations solved at these variances, in units of σ²_e.

    Raises:
        ValueError: the audits do not determine the norms.
    """
    size = max(part.stop for part in joined.blocks.values()) * joined.sections
    if size > SEARCHED and start is not None:
        return solve_gaps(joined, turn, start.ratios, start.visit)
    found = _Search(joined, turn, effects).lowest(start)
    mean, contrast = found.ratios["branch"]
    return found if mean >= contrast else _Search(joined, turn, effects, alike=True).lowest(start)
