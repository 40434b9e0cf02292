"""A branch's own effect in a section, told apart from what its sections have in common.

What the sections have in common (the branch's effect on all of them, and chance that struck all alike) is known mostly
from the other sections. Under a normal prior one section's great fall drags it down, and with it sections that are as
they should be. Here each other section may explain itself by the prior without a shape; what they have in common is
integrated on a grid (an expectation propagation with one normal message a section; Minka 2001).
"""

from dataclasses import dataclass, replace

import numpy as np

from reports.evidence import Evidence, plain, together
from reports.joint import Known
from reports.level import TOP
from reports.prior import Prior, cavity, learn, units
from reports.sheet import Floats
from reports.uneven import Uneven

REACH, NODES, FINE = 4.5, 31, 1001
"""The grid of what is in common: prior standard deviations to each side, and points; points of the finer one."""
SWEEPS = 2
SETTLED = 20
SPARSE = 1e-6
"""Points of the prior with less mass than this are passed over here."""
LEAST = 1e-12
CHUNK = 500
"""Branches held on the grid at once."""


@dataclass(frozen=True)
class OnAll:
    """What the branch's effect on all sections is, given its own effect in this one: cells, or cells × points."""

    at_none: Floats
    """Mean at an own effect of 0."""
    change: Floats
    """Change of the mean with the own effect."""
    variance: Floats


@dataclass(frozen=True)
class Effects:
    """What the audits say of a branch's own effect in one section, and through it of the effect on all; B cells."""

    evidence: Evidence
    mean: Floats
    """What the other sections say of what is in common; its variance is the evidence's doubt."""
    share: Floats
    """The part of what is in common that is the branch's effect, not chance."""
    normal: OnAll
    """What the normal model has put in."""

    def moved(self, points: Floats) -> OnAll:
        """To be added to what the normal model expects, were the own effect at each point."""
        e = self.evidence
        now = _given(
            e.place[:, None] + self.mean[:, None],
            e.chance(points),
            self.share[:, None],
            self.mean[:, None],
            e.doubt[:, None],
        )
        was = self.normal
        return OnAll(
            now.at_none - was.at_none[:, None], now.change - was.change[:, None], now.variance - was.variance[:, None]
        )


@dataclass(frozen=True)
class _Branches:
    """Sections that share an effect, in columns: B × k."""

    data: Floats
    """What the audits say of a section, own effect and what is in common together."""
    noise: Floats
    """Variance of that given both; infinite where nothing was audited."""
    common: Floats
    """B: prior variance of what is in common."""
    share: Floats
    """B: the part of it that is the branch's own effect, not chance."""
    evidence: tuple[Evidence, ...]
    """Of each section: what the audits say of own effect and what is in common together."""


@dataclass(frozen=True)
class _Message:
    """What the other sections say of what is in common: B × k."""

    mean: Floats
    variance: Floats


def _given(data: Floats, noise: Floats, share: Floats, mean: Floats, variance: Floats) -> OnAll:
    told = np.isfinite(noise)
    noise, share = np.where(told, noise, 1.0), np.where(told, share, 0.0)
    total = noise + variance
    at_none = share * (mean * noise + data * variance) / total
    return OnAll(at_none, -share * variance / total, share**2 * noise * variance / total)


def _opened(precision: Floats, shift: Floats, own: float, common: Floats) -> tuple[Floats, Floats, _Message]:
    """Takes apart what the normal model has put together: data and noise of each section, and its messages."""
    told = precision > 0.0
    spread = np.where(told, 1.0 / np.where(told, precision, 1.0), np.inf)
    place = np.where(told, shift / np.where(told, precision, 1.0), 0.0)
    prior = 1.0 / np.maximum(common, LEAST)[:, None]
    noise = spread
    for _ in range(SETTLED):
        weight = 1.0 / (own + noise)
        others = prior + weight.sum(axis=1, keepdims=True) - weight
        noise = np.maximum(spread - 1.0 / others, 1e-3 * spread)
    weight = 1.0 / (own + noise)
    others = prior + weight.sum(axis=1, keepdims=True) - weight
    total = (weight * others * place).sum(axis=1, keepdims=True) / prior
    data = (place * others + total) / (others + weight)
    return data, noise, _Message(data - place, 1.0 / others)


def _among(prior: Prior, evidence: Evidence, common: Floats) -> Floats:
    """Log likelihood of what is in common on its grid, cells × nodes, the own effect integrated over the prior."""
    masses = prior.spread_out()
    kept = masses > SPARSE
    masses, points = masses[kept], prior.points[kept]
    nodes = np.sqrt(common)[:, None] * np.linspace(-REACH, REACH, NODES)
    if evidence.power == 0.0:
        away = (evidence.place[:, None] - nodes)[:, :, None] - points
        inside = np.exp(-0.5 * away**2 / (evidence.noise + prior.width)[:, None, None]) @ masses
    else:
        reach = float(np.abs(nodes).max() + np.abs(points).max())
        grid = np.linspace(-reach, reach, FINE)
        table = np.exp(evidence.log_likelihood(grid, prior.width))
        where = np.rint((nodes[:, :, None] + points + reach) * ((FINE - 1) / (2.0 * reach))).astype(np.intp)
        inside = table[np.arange(table.shape[0])[:, None, None], where] @ masses
    return np.asarray(np.log(np.maximum(inside, 1e-300)))


def _messages(priors: list[Prior], branches: _Branches) -> _Message:
    """What the other sections say, each of them free to have fallen by itself."""
    mean, variance = np.empty_like(branches.data), np.empty_like(branches.data)
    grid = np.linspace(-REACH, REACH, NODES)
    for start in range(0, branches.common.size, CHUNK):
        part = slice(start, start + CHUNK)
        spread = np.sqrt(branches.common[part])[:, None, None]
        logs = np.zeros((*branches.data[part].shape, NODES))
        for k, evidence in enumerate(branches.evidence):
            told = np.flatnonzero(np.isfinite(branches.noise[part, k]))
            logs[told, k] = _among(priors[k], evidence.of(start + told), branches.common[start + told])
        others = logs.sum(axis=1, keepdims=True) - logs - 0.5 * grid**2
        mass = np.exp(others - others.max(axis=2, keepdims=True))
        mass /= mass.sum(axis=2, keepdims=True)
        middle = (mass * grid).sum(axis=2, keepdims=True)
        mean[part] = (middle * spread)[:, :, 0]
        variance[part] = ((mass * (grid - middle) ** 2).sum(axis=2, keepdims=True) * spread**2)[:, :, 0]
    return _Message(mean, variance)


def _learned(sections: dict[int, Known], effects: dict[int, Effects], before: dict[int, Prior]) -> dict[int, Prior]:
    """One distribution for all sections, in units of each section's own."""
    told = {k: effects[k].evidence.of(s.among) for k, s in sections.items()}
    own = float(np.mean([s.own_variance for s in sections.values()]))
    prior = learn(together([one.in_units(before[k].unit if before else 1.0) for k, one in told.items()]), own)
    return {k: prior.scaled(factor) for k, factor in zip(told, units(prior, list(told.values())), strict=True)}


def _alone(s: Known, k: int, spread: Uneven | None, lent: Floats) -> Effects:
    """Of a section that shares nothing with others."""
    evidence, nothing = plain(*cavity(s.precision, s.score, s.own_variance)), np.zeros(s.precision.size)
    if spread is not None:
        slope = s.slope / np.maximum(1.0 - s.own_variance * s.precision, 1e-12) * s.scale
        level = spread.norms[:, k] + s.estimate - slope * s.own_variance * s.score
        evidence = _at(replace(evidence, slope=slope, lent=lent), level, spread, k)
    return Effects(evidence, nothing, nothing, OnAll(nothing, nothing, nothing))


def _at(evidence: Evidence, level: Floats, spread: Uneven, k: int) -> Evidence:
    level, usual = np.where(np.isnan(level), TOP / 2, level), np.full(level.size, spread.usual[k])
    noise = evidence.noise * (1.0 + spread.stays[:, k])
    return replace(evidence, noise=noise, level=level, usual=usual, tails=spread.tails[:, k], power=spread.power)


def _effects(branches: _Branches, normal: _Message, free: _Message, k: int) -> Effects:
    """Puts the free message in the place of the normal one."""
    e = branches.evidence[k]
    mean, variance = free.mean[:, k], free.variance[:, k]
    level = e.level + e.slope * branches.share * mean
    was = _given(e.place, branches.noise[:, k], branches.share, normal.mean[:, k], normal.variance[:, k])
    evidence = replace(e, place=e.place - mean, doubt=variance, level=level, lasting=branches.share)
    return Effects(evidence, mean, branches.share, was)


def _branches(sections: dict[int, Known], spread: Uneven | None, lent: dict[int, Floats]) -> tuple[_Branches, _Message]:
    """The sections of one model, taken apart; chance in common spreads as the branch's sections do on average."""
    joined = list(sections.values())
    shared = joined[0].shared
    assert shared is not None
    cavities = [cavity(s.precision, s.score, s.own_variance) for s in joined]
    precision, shift = (np.stack([c[part] for c in cavities], axis=1) for part in (0, 1))
    data, noise, normal = _opened(precision, shift, joined[0].own_variance, shared.variance)
    common = np.maximum(shared.variance, LEAST)
    evidence = [
        replace(plain(1.0 / noise[:, i], data[:, i] / noise[:, i]), noise=noise[:, i]) for i in range(len(joined))
    ]
    if spread is None:
        return _Branches(data, noise, common, shared.share, tuple(evidence)), normal
    for i, (k, s) in enumerate(sections.items()):
        was = _given(data[:, i], noise[:, i], shared.share, normal.mean[:, i], normal.variance[:, i])
        own = s.own_variance * s.score
        level = spread.norms[:, k] + s.estimate - s.scale * (own + was.at_none + was.change * own)
        evidence[i] = _at(replace(evidence[i], slope=np.full(own.size, s.scale), lent=lent[k]), level, spread, k)
    effect = common * shared.share
    total = effect + spread.ratios[:, list(sections)].mean(axis=1) * (common - effect)
    return _Branches(data, noise, total, effect / total, tuple(evidence)), normal


def separated(
    sections: dict[int, Known],
    prior: Prior | None = None,
    spread: Uneven | None = None,
    leniency: dict[int, Floats] | None = None,
) -> tuple[dict[int, Prior], dict[int, Effects]]:
    """What do the audits say of each branch's own effect in each section, and how are these effects distributed?

    Args:
        sections: what `joint.known` found; those with a `shared` part are taken to be of one model.
        prior: how branches' own effects are distributed; learned where it is left out.
        spread: how far single scores spread at each level; the same at every level without.
        leniency: B by section, what each branch's shoppers gave it on average, in points; nothing without.
    """
    nothing = np.zeros(next(iter(sections.values())).precision.size)
    lent = {k: leniency[k] / s.scale if leniency else nothing for k, s in sections.items()}
    held = {k: _alone(s, k, spread, lent[k]) for k, s in sections.items()}
    priors = dict.fromkeys(sections, prior) if prior else _learned(sections, held, {})
    joined = {k: s for k, s in sections.items() if s.shared is not None}
    if len(joined) <= 1 or not any(s.shared and s.shared.variance.max() > 0.0 for s in joined.values()):
        return priors, held
    branches, normal = _branches(joined, spread, lent)
    for sweep in range(SWEEPS):
        free = _messages([priors[k] for k in joined], branches)
        held |= {k: _effects(branches, normal, free, i) for i, k in enumerate(joined)}
        if prior is None and sweep < SWEEPS - 1:
            priors = _learned(sections, held, priors)
    return priors, held
