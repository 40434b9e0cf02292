"""Which variances are more than chance? Every branch in every section, judged together.

Empirical Bayes with a prior without a shape, and the largest set of flags whose mean local false-discovery rate stays
within the accepted share (Sun & Cai 2007; Gu & Koenker 2023, "Invidious comparisons").
"""

from dataclasses import replace
from math import isnan

import numpy as np

from reports.beliefs import Beliefs, believe
from reports.design import audits_wanted, design, enough, scored_audits
from reports.figures import Assessment, Cell, Leniency, Rules, SectionFigures, State
from reports.joint import Known, known
from reports.mixed_posterior import sources
from reports.norms import Bools, Means, norms
from reports.ranks import rank_intervals
from reports.shares import vast_shares
from reports.sheet import UNKNOWN_SHOPPER, Floats, Ints, ScoreSheet, check
from reports.uneven import uneven
from reports.variance import is_vast, section_fit, spans, weights
from reports.vast import vast_shopper_over_branch
from reports.visits import rests_on_one

WATCH = 0.5


def false_shares(probabilities: Floats) -> Floats:
    """Which share of flags would be false, were each cell flagged with all that are at least as likely?

    Args:
        probabilities: any shape, of the cells that may be flagged; NaN for those that may not.

    Returns:
        The running mean of 1 − p from the likeliest down (Sun & Cai 2007), equal for equal p; NaN where p is.
    """
    flat = probabilities.ravel()
    order = np.argsort(-flat, kind="stable")
    order = order[~np.isnan(flat[order])]
    shares = np.full(flat.size, np.nan)
    sorted_false = 1.0 - flat[order]
    running = np.cumsum(sorted_false) / np.arange(1, order.size + 1)
    last = np.searchsorted(sorted_false, sorted_false, side="right") - 1
    shares[order] = running[last]
    return shares.reshape(probabilities.shape)


def _flat_sections(sheet: ScoreSheet, means: Means, sections: dict[int, Known], beliefs: Beliefs) -> None:
    """Where all scores of a section are equal, every audited branch is at the norm and there is nothing to fit."""
    for k in range(len(sheet.sections)):
        column = sheet.scores[~np.isnan(sheet.scores[:, k]), k]
        if k not in sections and column.size and np.ptp(column) == 0.0:
            for part in (beliefs.estimate, beliefs.low, beliefs.high, beliefs.short, beliefs.above):
                part[means.audits[:, k] > 0, k] = 0.0


def _judged(means: Means, rules: Rules, *, whole: bool) -> Bools:
    """B × K: the cells of which something may be said."""
    told = np.array([whole and enough(column) for column in means.audits.T], dtype=bool)
    compared = ~np.isnan(means.norms) & (means.audits > 0)
    return np.asarray(told[None, :] & compared & (means.audits >= rules.least_audits))


def _state(short: float, q_short: float, q_above: float, rules: Rules) -> State:
    if isnan(short):
        return State.NOT_ENOUGH
    if q_short <= rules.false_share:
        return State.FALLS_SHORT
    if q_above <= rules.false_share:
        return State.ABOVE
    return State.WATCH if short >= WATCH else State.AS_NORM


def _or_none(value: float) -> float | None:
    return None if isnan(value) else value


def _shoppers_seen(sheet: ScoreSheet) -> Ints:
    """B × K: different shoppers who scored a branch; audits of unknown shoppers count one each."""
    seen = np.zeros((len(sheet.branches), len(sheet.sections)), dtype=np.int64)
    own = sheet.shopper == UNKNOWN_SHOPPER
    who = np.where(own, len(sheet.shoppers) + np.arange(own.size), sheet.shopper)
    for k in range(len(sheet.sections)):
        scored = ~np.isnan(sheet.scores[:, k])
        pairs = np.unique(np.column_stack([sheet.branch[scored], who[scored]]), axis=0)
        seen[:, k] = np.bincount(pairs[:, 0], minlength=len(sheet.branches))
    return seen


def _ranks(means: Means, beliefs: Beliefs) -> tuple[Ints, Ints, Ints]:
    """B × K: lowest and highest rank, 1 the best, among the branches that were seen; K: how many these are."""
    lowest, highest = np.zeros(means.audits.shape, dtype=np.int64), np.zeros(means.audits.shape, dtype=np.int64)
    seen = np.where(means.audits > 0, beliefs.estimate, np.nan)
    for k in range(seen.shape[1]):
        lowest[:, k], highest[:, k] = rank_intervals(-seen[:, k], -beliefs.high[:, k], -beliefs.low[:, k])
    return lowest, highest, np.sum(~np.isnan(seen), axis=0)


def _cells(sheet: ScoreSheet, means: Means, beliefs: Beliefs, rules: Rules, judged: Bools) -> tuple[Cell, ...]:
    short, above = (np.where(judged, p, np.nan) for p in (beliefs.short, beliefs.above))
    one_low, one_high = (rests_on_one(sheet, means, rules.margin, side) for side in (-1, 1))
    q_short = false_shares(np.where(one_low, np.nan, short))
    q_above = false_shares(np.where(one_high, np.nan, above))
    shoppers, (lowest, highest, ranked) = _shoppers_seen(sheet), _ranks(means, beliefs)
    cells = []
    for b, k in np.ndindex(means.audits.shape):
        state = _state(short.item(b, k), q_short.item(b, k), q_above.item(b, k), rules)
        score, norm = _or_none(means.scores.item(b, k)), _or_none(means.norms.item(b, k))
        seen, told = means.audits[b, k] > 0, bool(judged[b, k])
        cells.append(
            Cell(
                branch=sheet.branches[b],
                section=sheet.sections[k],
                audits=int(means.audits[b, k]),
                shoppers=int(shoppers[b, k]),
                score=score,
                norm=norm,
                variance=None if score is None or norm is None else score - norm,
                estimate=_or_none(beliefs.estimate.item(b, k)) if seen else None,
                low=_or_none(beliefs.low.item(b, k)) if seen else None,
                high=_or_none(beliefs.high.item(b, k)) if seen else None,
                p_short=_or_none(short.item(b, k)),
                q=_or_none(q_short.item(b, k)),
                state=state,
                one_visit=short.item(b, k) >= WATCH and bool(one_low[b, k]),
                rank_low=int(lowest[b, k]) if told else None,
                rank_high=int(highest[b, k]) if told else None,
                ranked=int(ranked[k]) if told else None,
                p_above=above.item(b, k) if state is State.ABOVE else None,
            )
        )
    return tuple(cells)


def _section(sheet: ScoreSheet, k: int, means: Means, weight: Floats, own: Known | None) -> SectionFigures:
    audits = int(means.audits[:, k].sum())
    branches = int((means.audits[:, k] > 0).sum())
    plain = SectionFigures(
        sheet.sections[k],
        audits,
        branches,
        _or_none(means.overall.item(k)),
        audits_wanted=audits_wanted(means.audits[:, k]),
    )
    if is_vast(sheet):
        wide = dict(own.variances) if own else {}
        return replace(
            plain, variances=wide, shopper_over_branch=vast_shopper_over_branch(wide), shares=vast_shares(wide)
        )
    found = section_fit(sheet, k, weight)
    if found is None:
        return plain
    summed, fitted = found
    widths = spans(summed, fitted)
    told = sources(summed, fitted, widths)
    return replace(
        plain,
        variances=widths,
        criterion=fitted.criterion,
        shopper_over_branch=told.shopper_over_branch,
        shares=told.shares,
    )


def _leniencies(sheet: ScoreSheet, sections: dict[int, Known]) -> tuple[Leniency, ...]:
    found = []
    for s, k in np.ndindex(len(sheet.shoppers), len(sheet.sections)):
        audits = int((~np.isnan(sheet.scores[sheet.shopper == s, k])).sum())
        section = sections.get(k)
        if audits and section is not None and section.leniency is not None and section.leniency_variance is not None:
            sd = float(np.sqrt(section.leniency_variance[s]))
            found.append(Leniency(sheet.shoppers[s], sheet.sections[k], audits, float(section.leniency[s]), sd))
    return tuple(found)


def _believed(sheet: ScoreSheet, rules: Rules) -> tuple[dict[int, Known], Beliefs]:
    sections = known(sheet, rules.half_life_weeks)
    return sections, believe(sheet, sections, rules.margin, spread=uneven(sheet))


def assess(sheet: ScoreSheet, rules: Rules) -> Assessment:
    """Where do branches fall short of the chain's norm, and how sure is that?

    Args:
        sheet: the window's audits; scores in points, NaN where a section has none.
        rules: margin, accepted share of false flags, least audits, half-life.

    Returns:
        Every branch × section in the sheet's order. Estimates and intervals (90 %) are of the true difference from the
        mean of the other audited branches, in points; `p_short`, `q` and the rank are None where nothing may be said.

    Raises:
        ValueError: a sheet that cannot be one (a score beyond a million points, a code outside its list).
    """
    check(sheet)
    sheet = scored_audits(sheet)
    plan, means = design(sheet), norms(sheet)
    sections, beliefs = _believed(sheet, rules)
    _flat_sections(sheet, means, sections, beliefs)
    weight = weights(sheet, rules.half_life_weeks)
    judged = _judged(means, rules, whole=plan.enough) & ~np.isnan(beliefs.short)
    return Assessment(
        design=plan,
        sections=tuple(_section(sheet, k, means, weight, sections.get(k)) for k in range(len(sheet.sections))),
        cells=_cells(sheet, means, beliefs, rules, judged),
        shoppers=_leniencies(sheet, sections),
    )
