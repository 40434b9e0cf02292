"""A branch's own effect in a section, told apart from what its sections have in common.

What the sections have in common (the branch's effect on all of them, and chance that struck all alike) is known mostly
from the other sections. Under a normal prior one section's great fall drags it down, and with it sections that are as
they should be. Here each other section may explain itself by the prior without a shape; what they have in common is
integrated on a grid (an expectation propagation with one normal message a section; Minka 2001).
"""

from dataclasses import dataclass

import numpy as np

from reports.joint import Known
from reports.prior import Prior, cavity, learn
from reports.sheet import Floats

REACH, NODES = 4.5, 31
"""The grid of what is in common: prior standard deviations to each side, and points."""
SWEEPS = 2
SETTLED = 20
SPARSE = 1e-6
"""Points of the prior with less mass than this are passed over here."""
LEAST = 1e-12
CHUNK = 500
"""Branches held on the grid at once."""


@dataclass(frozen=True)
class Effects:
    """What the audits say of a branch's own effect in one section, in its units; B each."""

    precision: Floats
    """λ of the likelihood exp(ηg − λg²/2)."""
    shift: Floats
    """η."""
    lift: Floats
    """To be added to the difference that the normal model expects at an own effect of 0."""
    tilt: Floats
    """To be added to its change with the own effect."""
    doubt: Floats
    """To be added to its variance given the own effect."""
    unit: Floats
    """Units of the normal model in one unit of the own effect."""


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


@dataclass(frozen=True)
class _Message:
    """What the other sections say of what is in common: B × k."""

    mean: Floats
    variance: Floats


def _plain(precision: Floats, shift: Floats, stretch: Floats) -> Effects:
    nothing = np.zeros(precision.size)
    return Effects(precision / stretch**2, shift / stretch, nothing, nothing, nothing, 1.0 / stretch)


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


def _among(prior: Prior, data: Floats, noise: Floats, common: Floats) -> Floats:
    """Log likelihood of what is in common on its grid, B × k × nodes, the own effect integrated over the prior."""
    kept = prior.masses > SPARSE
    nodes = np.sqrt(common)[:, None] * np.linspace(-REACH, REACH, NODES)
    logs = np.zeros((*data.shape, NODES))
    for k in range(data.shape[1]):
        told = np.flatnonzero(np.isfinite(noise[:, k]))
        away = (data[told, k, None] - nodes[told])[:, :, None] - prior.points[kept]
        inside = np.exp(-0.5 * away**2 / (noise[told, k] + prior.width)[:, None, None]) @ prior.masses[kept]
        logs[told, k] = np.log(np.maximum(inside, 1e-300))
    return logs


def _messages(prior: Prior, branches: _Branches) -> _Message:
    """What the other sections say, each of them free to have fallen by itself."""
    mean, variance = np.empty_like(branches.data), np.empty_like(branches.data)
    grid = np.linspace(-REACH, REACH, NODES)
    for start in range(0, branches.common.size, CHUNK):
        part = slice(start, start + CHUNK)
        spread = np.sqrt(branches.common[part])[:, None, None]
        logs = _among(prior, branches.data[part], branches.noise[part], branches.common[part])
        others = logs.sum(axis=1, keepdims=True) - logs - 0.5 * grid**2
        mass = np.exp(others - others.max(axis=2, keepdims=True))
        mass /= mass.sum(axis=2, keepdims=True)
        middle = (mass * grid).sum(axis=2, keepdims=True)
        mean[part] = (middle * spread)[:, :, 0]
        variance[part] = ((mass * (grid - middle) ** 2).sum(axis=2, keepdims=True) * spread**2)[:, :, 0]
    return _Message(mean, variance)


def _given(branches: _Branches, message: _Message, k: int) -> tuple[Floats, Floats, Floats]:
    """The branch's effect on all sections: mean at an own effect of 0, change with that, and variance."""
    told = np.isfinite(branches.noise[:, k])
    noise, share = np.where(told, branches.noise[:, k], 1.0), np.where(told, branches.share, 0.0)
    mean, variance = message.mean[:, k], message.variance[:, k]
    total = noise + variance
    at_none = share * (mean * noise + branches.data[:, k] * variance) / total
    return at_none, -share * variance / total, share**2 * noise * variance / total


def _effects(before: tuple[_Branches, _Message], after: tuple[_Branches, _Message], stretch: Floats, k: int) -> Effects:
    """Puts the free message in the place of the normal one; the free one is in units of the own effect."""
    was, fell, doubt = _given(*before, k)
    now, falls, doubts = _given(*after, k)
    branches, free = after
    precision = 1.0 / (branches.noise[:, k] + free.variance[:, k])
    return Effects(
        precision=precision,
        shift=precision * (branches.data[:, k] - free.mean[:, k]),
        lift=now / stretch - was,
        tilt=(falls - fell) / stretch,
        doubt=doubts / stretch**2 - doubt,
        unit=1.0 / stretch,
    )


def _learned(sections: dict[int, Known], effects: dict[int, Effects]) -> Prior:
    precision = np.concatenate([effects[k].precision[s.among] for k, s in sections.items()])
    shift = np.concatenate([effects[k].shift[s.among] for k, s in sections.items()])
    return learn(precision, shift, float(np.mean([s.own_variance for s in sections.values()])))


def _stretched(branches: _Branches, stretch: Floats) -> _Branches:
    """In units of the own effect; chance in common is stretched as the branch's sections are on average."""
    effect = branches.common * branches.share
    total = effect + stretch.mean(axis=1) ** 2 * (branches.common - effect)
    return _Branches(branches.data * stretch, branches.noise * stretch**2, total, effect / total)


def separated(
    sections: dict[int, Known], prior: Prior | None = None, stretch: dict[int, Floats] | None = None
) -> tuple[Prior, dict[int, Effects]]:
    """What do the audits say of each branch's own effect in each section, and how are these effects distributed?

    Args:
        sections: what `joint.known` found; those with a `shared` part are taken to be of one model.
        prior: how branches' own effects are distributed; learned where it is left out.
        stretch: B by section, units of an own effect in one unit of the scale the sections were fitted on; 1 without.
    """
    stretches = stretch or {k: np.ones(s.precision.size) for k, s in sections.items()}
    cavities = {k: cavity(s.precision, s.score, s.own_variance) for k, s in sections.items()}
    held = {k: _plain(*cavities[k], stretches[k]) for k in sections}
    given = prior
    prior = given or _learned(sections, held)
    joined = [k for k, s in sections.items() if s.shared is not None]
    shared = sections[joined[0]].shared if joined else None
    if shared is None or len(joined) == 1 or not shared.variance.max() > 0.0:
        return prior, held
    precision, shift = (np.stack([cavities[k][part] for k in joined], axis=1) for part in (0, 1))
    data, noise, normal = _opened(precision, shift, sections[joined[0]].own_variance, shared.variance)
    before = _Branches(data, noise, np.maximum(shared.variance, LEAST), shared.share)
    wide = np.stack([stretches[k] for k in joined], axis=1)
    after = _stretched(before, wide)
    for sweep in range(SWEEPS):
        free = _messages(prior, after)
        held |= {k: _effects((before, normal), (after, free), wide[:, i], k=i) for i, k in enumerate(joined)}
        if given is None and sweep < SWEEPS - 1:
            prior = _learned(sections, held)
    return prior, held
