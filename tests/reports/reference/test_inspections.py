"""Real audits: lme4's figures of 331 audits with a known shopper, section scores the unweighted share of "yes"."""

import csv
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from reports.figures import Rules, State
from reports.screening import assess
from reports.sheet import UNKNOWN_SHOPPER, ScoreSheet
from reports.variance import components
from tests.reports.chains import chosen

SECTIONS = ("critical", "serious", "minor")
LME4 = {
    "critical": (99.00, 1648.041, 0.4476, 0.6017, 7.8680),
    "serious": (97.29, 1924.715, 1.4656, 0.5961, 17.9679),
    "minor": (78.44, 2504.556, 22.6891, 6.7914, 91.5684),
}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _monday(day: str) -> int:
    ordinal = date.fromisoformat(day).toordinal()
    return ordinal - (ordinal - 1) % 7


@pytest.fixture(scope="module")
def sheet(inspections: Path) -> ScoreSheet:
    branches, audits = _rows(inspections / "branches.csv"), _rows(inspections / "audits.csv")
    items = _rows(inspections / "items.csv")
    shoppers = sorted({row["shopper"] for row in audits} - {""})
    regions = sorted({row["region"] for row in branches})
    codes = [row["branch"] for row in branches]
    parts = [[item["item"] for item in items if item["section"] == name] for name in SECTIONS]
    marks = [[[row[item] == "yes" for item in part if row[item] in {"yes", "no"}] for part in parts] for row in audits]
    return ScoreSheet(
        sections=SECTIONS,
        branches=tuple(codes),
        regions=tuple(regions),
        shoppers=tuple(shoppers),
        region_of=np.array([regions.index(row["region"]) for row in branches]),
        branch=np.array([codes.index(row["branch"]) for row in audits]),
        shopper=np.array([shoppers.index(row["shopper"]) if row["shopper"] else UNKNOWN_SHOPPER for row in audits]),
        version=np.ones(len(audits), dtype=np.int64),
        week=np.array([_monday(row["date"]) for row in audits]),
        scores=np.array([[100.0 * np.mean(section) for section in row] for row in marks]),
    )


@pytest.mark.parametrize("section", SECTIONS)
def test_inspections_have_the_variances_of_lme4(sheet: ScoreSheet, section: str) -> None:
    norm, criterion, branch, shopper, residual = LME4[section]
    found = components(sheet, section, ("branch", "shopper"), known_shoppers=True)
    assert found.audits == 331
    assert found.norm == pytest.approx(norm, abs=5e-3)
    assert found.criterion == pytest.approx(criterion, abs=5e-4)
    assert found.variances["branch"].value == pytest.approx(branch, abs=5e-5)
    assert found.variances["shopper"].value == pytest.approx(shopper, abs=5e-5)
    assert found.variances["residual"].value == pytest.approx(residual, abs=5e-5)


def test_inspections_cannot_say_whether_shoppers_or_branches_matter_more_in_critical(sheet: ScoreSheet) -> None:
    found = components(sheet, "critical", ("branch", "shopper"), known_shoppers=True)
    assert found.shopper_over_branch is not None
    assert 0.1 < found.shopper_over_branch < 0.9
    assert found.variances["branch"].low == 0.0
    assert found.variances["shopper"].low > 0.0


def test_inspections_of_half_a_year_are_not_enough(sheet: ScoreSheet) -> None:
    """Most branches were inspected once a year: the 26 weeks up to week 40 of 2014 tell no branch from a visit."""
    last = date.fromisocalendar(2014, 40, 1).toordinal()
    found = assess(chosen(sheet, np.flatnonzero((sheet.week > last - 26 * 7) & (sheet.week <= last))), Rules())
    assert 20 < found.design.audits < 200
    assert not found.design.enough
    assert found.design.audits_wanted is not None
    assert found.design.audits_wanted > 0
    assert {(cell.state, cell.p_short, cell.q) for cell in found.cells} == {(State.NOT_ENOUGH, None, None)}


@pytest.mark.slow
def test_inspections_of_all_years_judge_only_branches_seen_again(sheet: ScoreSheet) -> None:
    """With unknown shoppers in, it still cannot be told whether shoppers or branches matter more in critical."""
    found = assess(sheet, Rules())
    assert (found.design.audits, found.design.audited_branches, found.design.enough) == (400, 180, True)
    once = {branch for branch, n in zip(sheet.branches, np.bincount(sheet.branch), strict=True) if n < 2}
    assert {cell.branch for cell in found.cells if cell.state is State.NOT_ENOUGH} == once
    over = found.sections[0].shopper_over_branch
    assert over is not None
    assert 0.1 < over < 0.9
