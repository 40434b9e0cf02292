"""What is to be expected of a section: the mean of branch means, each branch held against the others."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reports.sheet import Floats, Ints, ScoreSheet, check

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Means:
    """The plain means of a window. B branches, K sections; NaN where nothing was scored."""

    audits: Ints
    """B × K: scored audits."""
    scores: Floats
    """B × K: plain mean of a branch's audits."""
    norms: Floats
    """B × K: leave-one-out norm, the mean of the other branches' means."""
    overall: Floats
    """K: mean of branch means."""


def cell_means(sheet: ScoreSheet) -> tuple[Ints, Floats]:
    """How often was each branch scored in each section, and what is its plain mean?

    Returns B × K counts and B × K means in points, NaN where a branch has no score.
    """
    size = len(sheet.branches)
    audits = np.zeros((size, len(sheet.sections)), dtype=np.int64)
    means = np.full(audits.shape, np.nan)
    for k in range(len(sheet.sections)):
        scored = ~np.isnan(sheet.scores[:, k])
        audits[:, k] = np.bincount(sheet.branch[scored], minlength=size)
        totals = np.bincount(sheet.branch[scored], weights=sheet.scores[scored, k], minlength=size)
        np.divide(totals, audits[:, k], out=means[:, k], where=audits[:, k] > 0)
    return audits, means


def leave_one_out(means: Floats, among: Bools | None = None) -> Floats:
    """What do the other branches reach?

    Args:
        means: B × K branch means in points, NaN where nothing was scored.
        among: B, the branches that make up the norm (a region's); all where left out.

    Returns:
        B × K norms in points: for a branch of the group the mean of the others' means, for one outside it the group's
        mean; NaN where nobody is left to compare with.
    """
    counted = ~np.isnan(means)
    if among is not None:
        counted &= among[:, None]
    held = np.where(counted, means, 0.0)
    others = counted.sum(axis=0) - counted
    norms = np.full(means.shape, np.nan)
    np.divide(held.sum(axis=0) - held, others, out=norms, where=others > 0)
    return norms


def overall(means: Floats, among: Bools | None = None) -> Floats:
    """What does the chain (or the group `among`) reach? K means of branch means in points, NaN where nothing was scored."""
    counted = ~np.isnan(means)
    if among is not None:
        counted &= among[:, None]
    size = counted.sum(axis=0)
    reached = np.full(size.shape, np.nan)
    np.divide(np.where(counted, means, 0.0).sum(axis=0), size, out=reached, where=size > 0)
    return reached


def norms(sheet: ScoreSheet, region: str | None = None) -> Means:
    """What is each branch held against, in the chain or within one region?

    Raises:
        ValueError: the sheet has no such region, or cannot be one.
    """
    check(sheet)
    if region is not None and region not in sheet.regions:
        raise ValueError(f"There is no region {region} in this window.")
    among = None if region is None else sheet.region_of == sheet.regions.index(region)
    audits, scores = cell_means(sheet)
    return Means(audits, scores, leave_one_out(scores, among), overall(scores, among))
