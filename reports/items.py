"""How often is one item in order, and is it the chain's problem or a few branches'?"""

from collections.abc import Collection
from math import sqrt

import numpy as np
from scipy.special import betaincinv, stdtrit

from reports.figures import BranchItem, Grade, Interval, ItemFigures, Scale, Whose
from reports.item_model import Marks, concentration
from reports.item_sums import EARNED, RARE, SURE, Concentration, ItemSums, JudgedItem
from reports.kept import ChainItem
from reports.sheet import Floats, Ints

TAIL = 0.05
NAMED = 3


def rate(kept: int, applicable: int) -> Interval | None:
    """How often is it in order? Exact 90 % interval (Clopper & Pearson 1934); None without a mark.

    Raises:
        ValueError: more in order than applicable, or a negative count.
    """
    if not 0 <= kept <= applicable:
        raise ValueError(f"{kept} of {applicable} marks in order is no count.")
    if not applicable:
        return None
    low = float(betaincinv(kept, applicable - kept + 1, TAIL)) if kept else 0.0
    high = float(betaincinv(kept + 1, applicable - kept, 1.0 - TAIL)) if kept < applicable else 1.0
    return Interval(kept / applicable, low, high)


def mean_share(n: int, points: float, squares: float) -> Interval:
    """Which share of its points did a graded item earn? 90 % interval of Student's t; from a single mark anything may be.

    Args:
        n: marks, > 0.
        points: shares of full points, summed.
        squares: their squares, summed.
    """
    mean = points / n
    if n == 1:
        return Interval(mean, 0.0, 1.0)
    error = sqrt(max(squares - n * mean**2, 0.0) / (n - 1) / n)
    reach = float(stdtrit(n - 1, 1.0 - TAIL)) * error
    return Interval(mean, max(mean - reach, 0.0), min(mean + reach, 1.0))


def judge(sums: ItemSums) -> tuple[JudgedItem, ...]:
    """Whose problem is each item: the chain's or a few branches'?

    The chain's: the fifth of branches that fail it most probably make less than half of its failures. A few branches':
    they probably make more than half. Either is said with a probability of 0.9 or more. Where an item is surely in order
    19 times in 20, it is a few branches' only if one of them surely fails it more often than that, and nobody's
    otherwise. Of graded items nothing is said: a four out of five is no failure.
    """
    return tuple(_judged(sums, place) for place in range(len(sums.items)))


def _judged(sums: ItemSums, place: int) -> JudgedItem:
    own = sums.item == place
    marks = Marks(sums.branch[own], sums.shopper[own], sums.kept[own], sums.applicable[own])
    size = len(sums.branches)
    applicable, kept = (
        np.bincount(marks.branch, column, size).astype(np.int64) for column in (marks.applicable, marks.kept)
    )
    scale = sums.scales[place]
    whose, probability, found = (Whose.UNTOLD, None, None) if scale else _whose(marks)
    code, section = sums.items[place]
    earned = np.zeros((size, len(EARNED)))
    np.add.at(earned, marks.branch, sums.earned[own])
    return JudgedItem(code, section, sums.branches, applicable, kept, whose, probability, found, earned, scale)


def _whose(marks: Marks) -> tuple[Whose, float | None, Concentration | None]:
    total = rate(int(marks.kept.sum()), int(marks.applicable.sum()))
    if total is None:
        return Whose.UNTOLD, None, None
    found, rare = concentration(marks), 1.0 - total.low < RARE
    if found is not None and found.few >= SURE and (not rare or _fails_somewhere(marks)):
        return Whose.BRANCHES, found.few, found
    if rare:
        return Whose.NOBODY, None, found
    if found is None or found.few > 1.0 - SURE:
        return Whose.UNTOLD, None, found
    return Whose.CHAIN, 1.0 - found.few, found


def _fails_somewhere(marks: Marks) -> bool:
    """Does some branch surely fail more often than RARE? The doubt is shared by all: chance picks the worst."""
    applicable, kept = (np.bincount(marks.branch, column) for column in (marks.applicable, marks.kept))
    tail = TAIL / max(int((applicable > 0).sum()), 1)
    return bool((_least_failing(applicable, kept, tail) > RARE).any())


def _least_failing(applicable: Ints, kept: Ints, tail: float = TAIL) -> Floats:
    """The lower end of each branch's share of failures (Clopper & Pearson 1934); 0 without a failure."""
    low = betaincinv(np.maximum(applicable - kept, 1), kept + 1.0, tail)
    return np.where(kept < applicable, low, 0.0)


def of_scope(judged: Collection[JudgedItem], branches: Collection[str] | None = None) -> tuple[ItemFigures, ...]:
    """What is there to say of each item in one scope?

    Args:
        judged: the items, judged over the whole chain.
        branches: codes of the scope's branches; left out: all of the chain's.

    Returns:
        Shares in order as fractions with exact 90 % intervals, points lost; items that the scope never marked are left out.
    """
    return tuple(found for one in judged if (found := _scoped(one, branches)) is not None)


def of_chain(judged: Collection[JudgedItem]) -> tuple[ChainItem, ...]:
    """How did the whole chain keep each item? In the order of the standard; items that nobody marked are left out."""
    return tuple(_kept_by_all(one) for one in judged if one.applicable.any())


def _kept_by_all(one: JudgedItem) -> ChainItem:
    return ChainItem(
        code=one.code,
        section=one.section,
        branches=int((one.applicable > 0).sum()),
        audits=int(one.applicable.sum()),
        kept=int(one.kept.sum()),
        marks=None if one.scale is None else round(float(one.earned[:, EARNED.index("marks")].sum()), 6),
    )


def _scoped(one: JudgedItem, branches: Collection[str] | None) -> ItemFigures | None:
    mine = np.array([branches is None or code in branches for code in one.branches], dtype=bool)
    applicable, kept = int(one.applicable[mine].sum()), int(one.kept[mine].sum())
    own = rate(kept, applicable)
    if own is None:
        return None
    return ItemFigures(
        code=one.code,
        section=one.section,
        applicable=applicable,
        kept=kept,
        rate=own,
        chain=None if branches is None else rate(int(one.kept.sum()), int(one.applicable.sum())),
        whose=one.whose,
        probability=one.probability,
        share=one.found.share if one.found else None,
        worst=_worst(one, mine) if one.whose is Whose.BRANCHES and one.found else (),
        lost=round(float(one.earned[mine, 0].sum()), 6),
        grade=None if one.scale is None else _grade(one, one.scale, mine, whole=branches is None),
        sources=one.found.sources if one.found else {},
    )


def _grade(one: JudgedItem, scale: Scale, mine: np.ndarray[tuple[int], np.dtype[np.bool_]], *, whole: bool) -> Grade:
    n, all_marks = int(one.applicable[mine].sum()), int(one.applicable.sum())
    _, points, squares, marks = (round(float(total), 6) for total in one.earned[mine].sum(axis=0))
    chain = None if whole else round(float(one.earned[:, 1].sum()), 6) / all_marks
    return Grade(scale, marks / n, mean_share(n, points, squares), chain)


def _worst(one: JudgedItem, mine: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[BranchItem, ...]:
    """The scope's among the fifth of branches that probably fail most; one that may well fail seldom is not named."""
    assert one.found is not None
    failing = np.zeros(len(one.branches))
    failing[: one.found.failing.size] = one.found.failing
    failing[one.applicable == 0] = 0.0
    audited = int((one.applicable > 0).sum())
    order = np.argsort(-failing, kind="stable")[: max(1, audited // 5)]
    failed = mine & (_least_failing(one.applicable, one.kept) > RARE)
    named = [place for place in order.tolist() if failed[place]][:NAMED]
    return tuple(BranchItem(one.branches[place], int(one.applicable[place]), int(one.kept[place])) for place in named)
