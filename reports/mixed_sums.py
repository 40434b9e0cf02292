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

from reports.norms import Bools
from reports.observed import EFFECTS, Cells, Observations, cells, eliminated, placed, sizes_of, totals
from reports.sheet import UNKNOWN_SHOPPER, Floats, Ints

STRANGER = "stranger"
"""What audits by unknown shoppers vary more than a shopper of their own each would explain. Were it left out, a few odd
audits by unknown shoppers would pass for differences between the known ones."""
DENSE_CELLS = 1_000_000
"""Up to this many entries the cross products stay dense: faster than sparse ones at a chain's usual size."""

Matrix = Floats | sparse.csr_array


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


def _indicators(codes: Ints, start: int, width: int) -> sparse.csr_array:
    """One row per code with a single one in column start + code; negative codes have none."""
    rows = np.flatnonzero(codes >= 0)
    return sparse.csr_array((np.ones(rows.size), (rows, start + codes[rows])), shape=(codes.size, width))


def _maybe_dense(matrix: sparse.csr_array) -> Matrix:
    return matrix.toarray() if matrix.shape[0] * matrix.shape[1] <= DENSE_CELLS else matrix


def design(found: Cells, region_of: Ints, columns: Mapping[str, slice]) -> sparse.csr_array:
    """Which norm and which level of each effect does each cell rest on? G × q, ones and zeros.

    The first version's norm counts everywhere; those of later ones add what changed with them.
    """
    width = max(part.stop for part in columns.values())
    later = np.where(found.version > 0, found.version, -1)
    dense = _indicators(np.zeros_like(later), 0, width) + _indicators(later, 0, width)
    codes = found.codes(region_of)
    for name, part in columns.items():
        if name != "fixed":
            dense = dense + _indicators(codes[name], part.start, width)
    return sparse.csr_array(dense)


@dataclass(frozen=True)
class _Rows:
    """The G cells as rows of the equations."""

    level: Ints
    """G: of the eliminated effect."""
    levels: int
    member: sparse.csc_array
    """E × G: the same as a matrix of ones."""
    dense: sparse.csr_array
    """G × q."""
    weight: Floats
    total: Floats
    """G × m."""
    stray: Bools
    """G: cells of unknown shoppers, where shoppers vary."""

    def _pair(self, make: Callable[[Floats], Matrix]) -> Pair:
        known, unknown = np.where(self.stray, 0.0, 1.0), np.where(self.stray, 1.0, 0.0)
        return Pair(make(known), make(unknown) if self.stray.any() else None)

    def count(self) -> Pair:
        return self._pair(
            lambda part: np.bincount(self.level, self.weight * part, minlength=self.levels).astype(np.float64)
        )

    def cross(self) -> Pair:
        return self._pair(lambda part: _maybe_dense(self.member @ sparse.diags_array(self.weight * part) @ self.dense))

    def inner(self) -> Pair:
        return self._pair(lambda part: (self.dense.T @ sparse.diags_array(self.weight * part) @ self.dense).toarray())

    def left(self) -> Pair:
        return self._pair(lambda part: self.member @ (part[:, None] * self.total))

    def right(self) -> Pair:
        return self._pair(lambda part: self.dense.T @ (part[:, None] * self.total))

    def unknown(self) -> Unknown | None:
        stray = self.stray
        if not stray.any():
            return None
        return Unknown(self.dense[stray], self.level[stray], self.weight[stray], self.total[stray])


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
    found = cells(data)
    sizes = sizes_of(data, found)
    out = eliminated(effects, sizes, found)
    columns = placed((name for name in ("fixed", *effects) if name != out.name), sizes)
    rows = _Rows(
        out.level,
        out.levels,
        _indicators(out.level, 0, out.levels).T,
        design(found, data.region_of, columns),
        *totals(data, found, centred),
        (found.shopper == UNKNOWN_SHOPPER) & ("shopper" in effects),
    )
    lone = (data.shopper == UNKNOWN_SHOPPER) & ("shopper" in effects)
    squares = data.weight * (centred**2).sum(axis=1)
    real = np.arange(out.levels) < sizes[out.name]
    return Sums(
        effects=effects,
        out=out.name,
        columns=columns,
        alive=real.astype(float) if out.name in effects else np.zeros(out.levels),
        count=rows.count(),
        cross=rows.cross(),
        inner=rows.inner(),
        left=rows.left(),
        right=rows.right(),
        square=(float(squares[~lone].sum()), float(squares[lone].sum())),
        unknown=rows.unknown(),
        centre=centre,
        responses=centred.shape[1],
        freedom=float(data.weight.sum()) - found.versions,
        strays=float(data.weight[lone].sum()),
    )
