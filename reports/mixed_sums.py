"""What the mixed model of `mixed` asks of the audits, summed once.

Henderson's equations (Henderson 1950; Searle, Casella & McCulloch 1992) from sums by (branch, shopper, version): the
larger of branch and shopper is eliminated as a diagonal, the rest is dense. Effects enter as λu with λ² = σ²/σ²_e
(Bates et al. 2015), so a variance of exactly zero is an ordinary value. Several responses may share design and
variances; an audit by an unknown shopper carries a shopper effect of its own, which integrates to extra variance.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from reports.sheet import UNKNOWN_SHOPPER, Floats, Ints

EFFECTS = ("region", "branch", "shopper")
STRANGER = "stranger"
"""What audits by unknown shoppers vary more than a shopper of their own each would explain. Were it left out, a few odd
audits by unknown shoppers would pass for differences between the known ones."""
DENSE_CELLS = 1_000_000
"""Up to this many entries the cross products stay dense: faster than sparse ones at a chain's usual size."""

Matrix = Floats | sparse.csr_array


@dataclass(frozen=True)
class Observations:
    """N scores of m responses with who, where and under which version of the standard."""

    branch: Ints
    shopper: Ints
    version: Ints
    region_of: Ints
    """Region of each branch, by the branch's index."""
    values: Floats
    """N × m, without gaps."""
    weight: Floats
    """N: an audit of weight ½ counts as half an audit."""
    shoppers: int
    """Number of shoppers in the chain's list."""


@dataclass(frozen=True)
class Pair:
    """A sum over audits of known shoppers and the same over those of unknown ones."""

    known: Matrix
    unknown: Matrix | None

    def at(self, share: float) -> Matrix:
        """Gives the whole sum where an audit of an unknown shopper counts `share`."""
        return self.known if self.unknown is None else self.known + share * self.unknown


@dataclass(frozen=True)
class Unknown:
    """Audits of unknown shoppers, summed to rows of one branch and version."""

    dense: sparse.csr_array
    """Rows × q."""
    out: Ints
    weight: Floats
    total: Floats
    """Rows × m."""


@dataclass(frozen=True)
class Sums:
    """Everything the model asks of the audits: E eliminated levels, q dense columns, m responses."""

    effects: tuple[str, ...]
    out: str
    """The eliminated effect."""
    columns: Mapping[str, slice]
    """Where each other effect (and "fixed") stands among the dense columns."""
    alive: Floats
    """E: 1 for levels of the eliminated effect, 0 for a stand-in where a row has none."""
    count: Pair
    cross: Pair
    """E × q."""
    inner: Pair
    """q × q."""
    left: Pair
    """E × m."""
    right: Pair
    """q × m."""
    square: tuple[float, float]
    """Σ w y² over all responses, known and unknown shoppers."""
    unknown: Unknown | None
    centre: Floats
    """m: subtracted from the responses before summing, so that no digits are lost."""
    responses: int
    freedom: float
    """Weight of all audits less fixed effects, for one response."""
    strays: float
    """Weight of audits by unknown shoppers, where shoppers vary."""

    @property
    def free(self) -> tuple[str, ...]:
        """The variances to be found beside the residual one."""
        return (*self.effects, STRANGER) if self.strays else self.effects


def _columns(effects: tuple[str, ...], out: str, sizes: Mapping[str, int]) -> dict[str, slice]:
    columns, start = {}, 0
    for name in ("fixed", *effects):
        if name != out:
            columns[name] = slice(start, start + sizes[name])
            start += sizes[name]
    return columns


def _indicators(codes: Ints, start: int, width: int) -> sparse.csr_array:
    """One row per code with a single one in column start + code; negative codes have none."""
    rows = np.flatnonzero(codes >= 0)
    return sparse.csr_array((np.ones(rows.size), (rows, start + codes[rows])), shape=(codes.size, width))


def cells(data: Observations, centred: Floats) -> tuple[Ints, Ints, Ints, Floats, Floats]:
    """Sums weights and scores by (branch, shopper, version)."""
    versions, version = np.unique(data.version, return_inverse=True)
    key = (data.branch * (data.shoppers + 1) + data.shopper + 1) * versions.size + version
    keys, row = np.unique(key, return_inverse=True)
    weight = np.bincount(row, weights=data.weight).astype(np.float64)
    total = np.column_stack([np.bincount(row, weights=data.weight * column) for column in centred.T]).astype(np.float64)
    pairs, version = np.divmod(keys, versions.size)
    branch, shopper = np.divmod(pairs, data.shoppers + 1)
    return branch, shopper - 1, version, weight, total


def _maybe_dense(matrix: sparse.csr_array) -> Matrix:
    return matrix.toarray() if matrix.shape[0] * matrix.shape[1] <= DENSE_CELLS else matrix


def sums(data: Observations, effects: tuple[str, ...]) -> Sums:
    """What has to be summed once so that any variances can be tried at a cost that does not grow with the audits?

    Args:
        data: the scores; shoppers UNKNOWN_SHOPPER count as one new shopper each.
        effects: which of `EFFECTS` vary.

    Raises:
        ValueError: an effect that is none of `EFFECTS`.
    """
    if strangers := [name for name in effects if name not in EFFECTS]:
        raise ValueError(f"A model can hold region, branch and shopper, not {strangers[0]}.")
    centre = data.values.mean(axis=0)
    centred = data.values - centre
    branch, shopper, version, weight, total = cells(data, centred)
    versions = int(version.max()) + 1
    sizes = {
        "fixed": versions,
        "region": int(data.region_of.max()) + 1,
        "branch": data.region_of.size,
        "shopper": data.shoppers,
    }
    out = "shopper" if "shopper" in effects and sizes["shopper"] > sizes["branch"] else "branch"
    columns = _columns(effects, out, sizes)
    codes = {"region": data.region_of[branch], "branch": branch, "shopper": shopper}
    width = max(part.stop for part in columns.values())
    dense = _indicators(np.zeros_like(version), 0, width) + _indicators(np.where(version > 0, version, -1), 0, width)
    for name, part in columns.items():
        if name != "fixed":
            dense = dense + _indicators(codes[name], part.start, width)
    level = codes[out] if out == "branch" else np.where(shopper < 0, sizes["shopper"], shopper)
    levels = sizes[out] + (out == "shopper")
    stray = (shopper == UNKNOWN_SHOPPER) & ("shopper" in effects)
    member = _indicators(level, 0, levels).T

    def pair(make: Callable[[Floats], Matrix]) -> Pair:
        return Pair(make(np.where(stray, 0.0, 1.0)), make(np.where(stray, 1.0, 0.0)) if stray.any() else None)

    lone = (data.shopper == UNKNOWN_SHOPPER) & ("shopper" in effects)
    squares = data.weight * (centred**2).sum(axis=1)
    return Sums(
        effects=effects,
        out=out,
        columns=columns,
        alive=(np.arange(levels) < sizes[out]).astype(float) if out in effects else np.zeros(levels),
        count=pair(lambda part: np.bincount(level, weights=weight * part, minlength=levels).astype(np.float64)),
        cross=pair(lambda part: _maybe_dense(member @ sparse.diags_array(weight * part) @ dense)),
        inner=pair(lambda part: (dense.T @ sparse.diags_array(weight * part) @ dense).toarray()),
        left=pair(lambda part: member @ (part[:, None] * total)),
        right=pair(lambda part: dense.T @ (part[:, None] * total)),
        square=(float(squares[~lone].sum()), float(squares[lone].sum())),
        unknown=Unknown(dense[stray], level[stray], weight[stray], total[stray]) if stray.any() else None,
        centre=centre,
        responses=centred.shape[1],
        freedom=float(data.weight.sum()) - versions,
        strays=float(data.weight[lone].sum()),
    )
