"""What can the audits of a window tell apart: branches from visits, shoppers from each other, shoppers from regions?"""

from bisect import bisect_left

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from reports.figures import LEAST_MEDIAN, LEAST_REPEATS, Design
from reports.sheet import UNKNOWN_SHOPPER, Ints, ScoreSheet

COMPARABLE = 2
"""One of anything has nobody to be compared with."""


def enough(counts: Ints) -> bool:
    """Can branches be told from visits? `counts`: audits of each branch.

    With one audit a branch the two variances are one; the rule asks for Σ(n − 1) ≥ LEAST_REPEATS over the audited
    branches and a median of LEAST_MEDIAN audits.
    """
    audited = counts[counts > 0]
    return (
        audited.size >= COMPARABLE
        and int((audited - 1).sum()) >= LEAST_REPEATS
        and float(np.median(audited)) >= LEAST_MEDIAN
    )


def audits_wanted(counts: Ints) -> int | None:
    """How many further audits, best placed, would make it enough? 0 where it is.

    None where no number would: fewer than two branches.
    """
    if counts.size < COMPARABLE:
        return None  # there is nobody to compare with
    audited = np.sort(counts[counts > 0])
    further = max(0, COMPARABLE - audited.size)
    audited = np.concatenate([np.ones(further, dtype=np.int64), audited])
    ones = int((audited < LEAST_MEDIAN).sum())

    def fits(lifted: int) -> bool:
        raised = audited.copy()
        raised[ones - lifted : ones] = LEAST_MEDIAN
        return float(np.median(raised)) >= LEAST_MEDIAN

    lifted = bisect_left(range(ones), True, key=fits)
    repeats = int((audited - 1).sum()) + lifted
    return further + lifted + max(0, LEAST_REPEATS - repeats)


def groups(sheet: ScoreSheet) -> int:
    """Into how many groups do branches and known shoppers fall that no audit connects? Leniency is compared within one.

    An unknown shopper connects nothing and parts nothing: branches that only such have audited are in no group.
    """
    size = len(sheet.branches)
    known = sheet.shopper != UNKNOWN_SHOPPER
    nodes = size + len(sheet.shoppers)
    pairs = (np.ones(int(known.sum())), (sheet.branch[known], size + sheet.shopper[known]))
    _, label = connected_components(coo_array(pairs, shape=(nodes, nodes)), directed=False)
    return int(np.unique(label[np.unique(sheet.branch[known])]).size)


def cross_region_share(sheet: ScoreSheet) -> float | None:
    """Which share of audits was made outside the shopper's most frequent region? None with fewer than two regions."""
    known = sheet.shopper != UNKNOWN_SHOPPER
    region = sheet.region_of[sheet.branch]
    if np.unique(region).size < COMPARABLE or not known.any():
        return None
    table = np.zeros((len(sheet.shoppers), len(sheet.regions)))
    np.add.at(table, (sheet.shopper[known], region[known]), 1.0)
    return float(1.0 - table.max(axis=1).sum() / table.sum())


def scored_audits(sheet: ScoreSheet) -> ScoreSheet:
    """Leaves out audits without any score."""
    kept = ~np.isnan(sheet.scores).all(axis=1)
    return ScoreSheet(
        sections=sheet.sections,
        branches=sheet.branches,
        regions=sheet.regions,
        shoppers=sheet.shoppers,
        region_of=sheet.region_of,
        branch=sheet.branch[kept],
        shopper=sheet.shopper[kept],
        version=sheet.version[kept],
        week=sheet.week[kept],
        scores=sheet.scores[kept],
    )


def design(sheet: ScoreSheet) -> Design:
    """What can the audits of this window tell apart?"""
    counts = np.bincount(sheet.branch, minlength=len(sheet.branches))
    audited = counts[counts > 0]
    known = sheet.shopper[sheet.shopper != UNKNOWN_SHOPPER]
    return Design(
        audits=int(counts.sum()),
        branches=len(sheet.branches),
        audited_branches=int(audited.size),
        shoppers=int(np.unique(known).size),
        unknown_shopper_audits=int(sheet.shopper.size - known.size),
        median_audits=float(np.median(audited)) if audited.size else 0.0,
        repeats=int((audited - 1).sum()),
        enough=enough(counts),
        audits_wanted=audits_wanted(counts),
        groups=groups(sheet) if audited.size else 0,
        cross_region_share=cross_region_share(sheet),
    )
