import numpy as np
import pytest

from reports.evidence import plain, together
from reports.prior import Prior, cavity, learn, posterior, units


def test_cavity_is_what_the_data_say_without_the_prior() -> None:
    """A branch with n audits of variance 1 and mean y: λ = n, η = ny, whatever the effect's variance."""
    n, mean = np.array([1.0, 4.0, 9.0]), np.array([2.0, -1.0, 0.5])
    for variance in (0.0, 0.5, 100.0):
        spread = variance + 1.0 / n
        precision, shift = cavity(1.0 / spread, mean / spread, variance)
        np.testing.assert_allclose(precision, n)
        np.testing.assert_allclose(shift, n * mean)


def test_learn_finds_two_groups() -> None:
    rng = np.random.default_rng(3)
    truth = np.where(rng.random(4000) < 0.2, -10.0, 0.0)
    seen = truth + rng.normal(0, 1, 4000)
    prior = learn(plain(np.ones(4000), seen), 16.0)
    low = prior.points < -5.0
    assert prior.masses.sum() == pytest.approx(1.0)
    assert prior.masses[low].sum() == pytest.approx(0.2, abs=0.02)
    assert (prior.masses * prior.points)[low].sum() / prior.masses[low].sum() == pytest.approx(-10.0, abs=0.2)


def test_all_cells_teach_whatever_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many cells some find the shape; which of them, no order or name decides, and each has left its mass in it."""
    monkeypatch.setattr("reports.prior.MOST_CELLS", 400)
    rng = np.random.default_rng(6)
    noise = rng.uniform(0.5, 2.0, 1_000)
    evidence = plain(1.0 / noise, rng.normal(0, 3, 1_000) / noise)
    turned = evidence.of(rng.permutation(1_000))
    one, other = learn(evidence, 4.0), learn(turned, 4.0)
    assert one.cells == 1_000
    np.testing.assert_allclose(one.masses, other.masses, atol=1e-12)
    monkeypatch.setattr("reports.prior.MOST_CELLS", 1_000)
    whole = learn(evidence, 4.0)
    for power, most in ((1, 0.3), (2, 1.5)):
        assert one.masses @ one.points**power == pytest.approx(whole.masses @ whole.points**power, abs=most)


def test_learn_from_nothing_is_no_difference() -> None:
    prior = learn(plain(np.zeros(3), np.zeros(3)), 1.0)
    assert (prior.points.tolist(), prior.masses.tolist()) == ([0.0], [1.0])


def test_posterior_of_a_cell_without_data_is_the_prior() -> None:
    prior = Prior(np.array([-1.0, 2.0]), np.array([0.25, 0.75]))
    found = posterior(prior, plain(np.zeros(1), np.zeros(1)))
    np.testing.assert_allclose(found.masses, [[0.25, 0.75]])
    np.testing.assert_allclose(found.centres, [[-1.0, 2.0]])


def test_posterior_weighs_by_likelihood() -> None:
    prior = Prior(np.array([0.0, 1.0]), np.array([0.5, 0.5]))
    found = posterior(prior, plain(np.array([4.0]), np.array([4.0])))
    np.testing.assert_allclose(found.masses, [[1 / (1 + np.exp(2.0)), 1 / (1 + np.exp(-2.0))]])


def test_posterior_of_one_normal_is_the_textbooks() -> None:
    """Prior N(1, 4), data y = 5 with variance 1: posterior N((1/4 + 5)/(1/4 + 1), 1/(1/4 + 1))."""
    found = posterior(Prior(np.array([1.0]), np.ones(1), width=4.0), plain(np.array([1.0]), np.array([5.0])))
    assert found.centres[0, 0] == pytest.approx(5.25 / 1.25)
    assert found.variance[0, 0] == pytest.approx(0.8)


def test_lone_cell_does_not_write_its_own_prior() -> None:
    """One cell 10 below 200 at the norm: its own doubt remains, where a prior with a point under it would leave none."""
    seen = np.concatenate([np.random.default_rng(1).normal(0, 1, 200), [-10.0]])
    prior = learn(plain(np.ones(201), seen), 0.0)
    found = posterior(prior, plain(np.ones(201), seen))
    masses, centres = found.masses[-1], found.centres[-1]
    mean = float(masses @ centres)
    assert mean == pytest.approx(-10.0, abs=0.5)
    assert float(masses @ (centres - mean) ** 2) == pytest.approx(1.0, abs=0.3)


def test_few_outliers_are_no_point_in_the_prior() -> None:
    """Three cells near −10: where they lie, the prior is as wide as they cannot tell; the many at 0 stay narrow."""
    seen = np.concatenate([np.random.default_rng(1).normal(0, 1, 400), [-9.5, -10.0, -10.5]])
    prior = learn(plain(np.ones(403), seen), 0.0)
    masses = prior.spread_out()
    far = prior.points < -5.0
    for part, least, most in ((far, 0.5, 1.5), (~far, 0.0, 0.6)):
        share = masses[part] / masses[part].sum()
        middle = float(share @ prior.points[part])
        assert least < float(np.sqrt(share @ (prior.points[part] - middle) ** 2)) < most


def test_units_follow_the_sections_own_spread() -> None:
    rng = np.random.default_rng(4)
    cells = [plain(np.ones(2000), rng.normal(0, spread, 2000) + rng.normal(0, 1, 2000)) for spread in (1.0, 3.0)]
    found = units(learn(together(cells), 5.0), cells)
    assert found.prod() == pytest.approx(1.0)
    assert 1.3 < found[1] / found[0] <= 3.0
