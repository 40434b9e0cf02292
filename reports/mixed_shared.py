"""Two components of one model whose effect must have one variance: neither may say that the other's is negative."""

import numpy as np
from scipy.optimize import minimize

from reports.mixed_profile import RESIDUAL_REACH, WIDEST, Scale
from reports.mixed_reml import Fit, fit_at, likelihood
from reports.sheet import Floats


class _Parts:
    """The summed criterion over the shared variance's step, which comes first, and then each part's own."""

    def __init__(self, fits: tuple[Fit, Fit], name: str) -> None:
        self.fits, self.name = fits, name
        self.scales = [Scale(found.solution.sums, found.residual) for found in fits]
        self.own = [tuple(other for other in scale.names if other != name) for scale in self.scales]
        self.ends = np.cumsum([1, *map(len, self.own)])

    def start(self) -> Floats:
        """Where each part is best alone; the shared variance as their mean by responses."""
        responses = [found.solution.sums.responses for found in self.fits]
        shared = float(np.average([found.variances[self.name] for found in self.fits], weights=responses))
        parts = [s.steps(f.variances, names) for s, f, names in zip(self.scales, self.fits, self.own, strict=True)]
        return np.concatenate([self.scales[0].steps({self.name: shared}, (self.name,)), *parts])

    def bounds(self) -> list[tuple[float, float]]:
        reach = {"residual": (-RESIDUAL_REACH, RESIDUAL_REACH)}
        return [(0.0, WIDEST), *(reach.get(name, (0.0, WIDEST)) for names in self.own for name in names)]

    def variances(self, steps: Floats) -> list[dict[str, float]]:
        shared = self.scales[0].variances(steps[:1], (self.name,))
        cut = [steps[begin:end] for begin, end in zip(self.ends[:-1], self.ends[1:], strict=True)]
        return [
            shared | scale.variances(part, names) for scale, part, names in zip(self.scales, cut, self.own, strict=True)
        ]

    def cost(self, steps: Floats) -> tuple[float, Floats]:
        points = [likelihood(f.solution.sums, v) for f, v in zip(self.fits, self.variances(steps), strict=True)]
        slopes = [sum(point.slopes[self.name] for point in points) * self.scales[0].unit[self.name]]
        for point, scale, names in zip(points, self.scales, self.own, strict=True):
            slopes += [point.slopes[name] * scale.unit[name] for name in names]
        return sum(point.criterion for point in points), np.array(slopes) * np.exp(steps)


def fit_alike(fits: tuple[Fit, Fit], name: str) -> tuple[Fit, Fit]:
    """Which variances do the audits speak for, were one effect's variance the same in both parts?

    Args:
        fits: two independent parts of one model, each at its own best.
        name: the effect, of both.

    Returns:
        Both parts at the lowest sum of their criteria (restricted maximum likelihood; zero allowed).
    """
    parts = _Parts(fits, name)
    found = minimize(
        parts.cost,
        parts.start(),
        jac=True,
        method="L-BFGS-B",
        bounds=parts.bounds(),
        options={"ftol": 1e-12, "gtol": 1e-4},
    )
    first, second = parts.variances(np.asarray(found.x))
    return fit_at(fits[0].solution.sums, first), fit_at(fits[1].solution.sums, second)
