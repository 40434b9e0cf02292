"""What the audits say of each cell's effect, with a chance that spreads less towards the ends of the scale.

Quasi-likelihood (Wedderburn 1974): only how the variance follows the level is assumed, and the mean is weighed at the
spread it would have *if the branch were there*. A branch that seems far below the norm would also vary more from visit to
visit, so a few low scores say less of it than the chain's usual spread would make them say. Lenient and strict shoppers, too,
differ there by as much more, as effects on the family's own scale do (McCullagh & Nelder 1989).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.polynomial.hermite_e import hermegauss

from reports.level import TOP
from reports.norms import Bools
from reports.sheet import Floats, Ints

DOUBT_NODES = 5
"""Of Gauss's quadrature."""
LEAST_ROOM = 0.1
"""Points from an end of the scale within which the spread stays what it is there."""
COLUMNS = ("place", "noise", "doubt", "level", "slope", "usual", "lent", "tails", "lasting")


def unevenness(level: Floats, power: float) -> Floats:
    """Variance of single scores at a level, up to a factor: (m(100 − m))^power; constant beyond the ends."""
    inside = np.clip(level, LEAST_ROOM, TOP - LEAST_ROOM)
    return np.asarray((inside * (TOP - inside)) ** power)


@dataclass(frozen=True)
class Evidence:
    """Of C cells, in units of the effect."""

    place: Floats
    """What the mean of the audits says of the effect."""
    noise: Floats
    """Chance in it at the section's usual level, a variance; infinite where nothing was audited."""
    doubt: Floats
    """Variance in it that has nothing to do with the level."""
    level: Floats
    """Points of a branch without an effect."""
    slope: Floats
    """Points of one unit of the effect."""
    usual: Floats
    """`unevenness` of the section's usual level."""
    lent: Floats
    """What the branch's shoppers have given it at the usual level, taken out of the place; elsewhere they give otherwise."""
    tails: Floats
    """Degrees of freedom of chance; infinite where it has no long tails."""
    lasting: Floats
    """The part of the doubt that is in the branch's level, not chance."""
    power: float = 0.0
    """0: the spread is the same at every level."""

    def _ratio(self, points: Floats) -> Floats:
        """C × P: variance of single scores over the usual one, were the effect at each point.

        Where much is doubtful besides, the place says more of the branch's level than the effect does.
        """
        known = self.doubt / (self.noise + self.doubt + 1e-12)
        effect = points + (self.place[:, None] - points) * known[:, None]
        level = self.level[:, None] + self.slope[:, None] * effect
        return np.asarray(unevenness(level, self.power) / self.usual[:, None])

    def chance(self, points: Floats) -> Floats:
        """C × P: the variance by chance, were the effect at each point."""
        if self.power == 0.0:
            return np.asarray(np.broadcast_to(self.noise[:, None], (self.noise.size, points.size)))
        return np.asarray(self.noise[:, None] * self._ratio(points))

    def variance(self, points: Floats) -> Floats:
        """C × P: of the place, were the effect at each point."""
        return np.asarray(self.chance(points) + self.doubt[:, None])

    def log_likelihood(self, points: Floats, width: float = 0.0) -> Floats:
        """C × P, up to a constant for each cell: of the effect, or of the middle of a normal of that variance.

        Where the spread is uneven, what is doubtful besides is integrated out: it moves the place and the level alike.
        """
        if self.power == 0.0:
            table = -0.5 * (self.place[:, None] - points) ** 2 / (self.noise + self.doubt + width)[:, None]
            return self._with_tails(table - table.max(axis=1, keepdims=True))
        nodes = zip(*hermegauss(DOUBT_NODES), strict=True) if self.doubt.any() else ((0.0, 1.0),)
        table = np.full((self.place.size, points.size), -np.inf)
        for node, weight in nodes:
            table = np.logaddexp(table, np.log(weight) + self._given_doubt(points, width, node * np.sqrt(self.doubt)))
        return np.asarray(table - table.max(axis=1, keepdims=True))

    def _given_doubt(self, points: Floats, width: float, doubted: Floats) -> Floats:
        """The quasi-likelihood, with the root of the variance for its constant (Nelder & Pregibon 1987)."""
        moved = self.level + self.slope * self.lasting * doubted
        ratio = unevenness(moved[:, None] + self.slope[:, None] * points, self.power) / self.usual[:, None]
        away = (self.place - doubted)[:, None] - points - self.lent[:, None] * (ratio - 1.0)
        variance = self.noise[:, None] * ratio + width
        pull = away / variance
        table = np.zeros_like(pull)
        np.cumsum((pull[:, 1:] + pull[:, :-1]) / 2 * np.diff(points), axis=1, out=table[:, 1:])
        best = table.argmax(axis=1, keepdims=True)
        table -= np.take_along_axis(table, best, axis=1)
        usual = np.where(np.isfinite(self.noise), np.take_along_axis(variance, best, axis=1)[:, 0], 1.0)
        return self._with_tails(table) - 0.5 * np.log(usual)[:, None]

    def _with_tails(self, table: Floats) -> Floats:
        """As of Student's t: alike near the place, less sure of what lies far from it."""
        long = np.flatnonzero(np.isfinite(self.tails))
        if long.size:
            size = self.tails[long, None] + 1.0
            table[long] = -0.5 * size * np.log1p(-2.0 * table[long] / size)
        return table

    def in_units(self, unit: float) -> "Evidence":
        """The same in larger or smaller units of the effect."""
        return replace(
            self,
            place=self.place / unit,
            noise=self.noise / unit**2,
            doubt=self.doubt / unit**2,
            slope=self.slope * unit,
            lent=self.lent / unit,
        )

    def of(self, cells: Ints | Bools) -> "Evidence":
        """Some of the cells."""
        return replace(self, **{name: getattr(self, name)[cells] for name in COLUMNS})


def plain(precision: Floats, shift: Floats) -> Evidence:
    """Of one spread at every level: the likelihood exp(ηg − λg²/2) with λ the precision and η the shift."""
    told = precision > 0.0
    noise = np.where(told, 1.0 / np.where(told, precision, 1.0), np.inf)
    place = np.where(told, shift * np.where(told, noise, 0.0), 0.0)
    nothing, one = np.zeros(precision.size), np.ones(precision.size)
    return Evidence(place, noise, nothing, nothing, one, one, nothing, np.full(precision.size, np.inf), one)


def together(parts: list[Evidence]) -> Evidence:
    """The cells of all, one after the other."""
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS}
    return Evidence(**columns, power=parts[0].power)
