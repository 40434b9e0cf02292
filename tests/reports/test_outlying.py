from dataclasses import replace

import numpy as np
import pytest

from reports.beliefs import believe
from reports.joint import known
from reports.norms import cell_means
from reports.outlying import separated
from reports.prior import Prior
from tests.reports.chains import Spreads, chain, with_gaps

CALM = Spreads(region=0.0, branch=4.0, cell=2.0, residual=10.0)


@pytest.mark.parametrize("gaps", [0.0, 0.1])
def test_normal_prior_changes_nothing(gaps: float) -> None:
    """With the very prior that the normal model has, the sections' messages are the normal model's own."""
    sheet, _ = chain(3, audits=12, sections=4)
    sections = known(with_gaps(sheet, 1, gaps) if gaps else sheet)
    own = sections[0].own_variance
    _, effects = separated(sections, Prior(np.zeros(1), np.ones(1), width=own))
    for section, found in zip(sections.values(), effects.values(), strict=True):
        left = 1.0 - own * section.precision
        np.testing.assert_allclose(found.evidence.noise + found.evidence.doubt, left / section.precision, rtol=2e-3)
        np.testing.assert_allclose(found.evidence.place, section.score / section.precision, atol=2e-2)
        moved = found.moved(np.array([-1.0, 0.0, 1.0]))
        for nothing in (moved.at_none, moved.change, moved.variance):
            np.testing.assert_allclose(nothing, 0.0, atol=2e-3)


@pytest.mark.slow
def test_great_fall_in_one_section_leaves_the_others_as_they_are() -> None:
    """Branch 5 falls by 30 in one section; what is said of its others hardly moves, where plain shrinking drags them."""
    moved, dragged = [], []
    for seed in range(6):
        sheet, _ = chain(seed, audits=20, sections=4, spreads=CALM)
        fallen = sheet.scores.copy()
        fallen[sheet.branch == 5, 0] -= 30.0
        sunk = replace(sheet, scores=fallen)
        before, after = (believe(one, known(one), 5.0).estimate[5, 1:] for one in (sheet, sunk))
        plain = [np.array([known(one)[k].estimate[5] for k in (1, 2, 3)]) for one in (sheet, sunk)]
        moved.append(np.abs(after - before).mean())
        dragged.append(np.abs(plain[1] - plain[0]).mean())
    assert np.mean(moved) < 0.4
    assert np.mean(moved) < np.mean(dragged) / 2


def test_branch_low_everywhere_is_still_held_to_be_low_everywhere() -> None:
    sheet, _ = chain(4, audits=8, sections=4, spreads=CALM)
    low = replace(sheet, scores=sheet.scores - 12.0 * (sheet.branch == 5)[:, None])
    joint = believe(low, known(low), 5.0).estimate[5]
    _, means = cell_means(low)
    raw = means[5] - np.delete(means, 5, axis=0).mean(axis=0)
    assert joint.std() < raw.std()
    assert joint.mean() == pytest.approx(raw.mean(), abs=2.5)


def test_single_section_has_nothing_in_common() -> None:
    sections = known(chain(5, sections=1)[0])
    _, effects = separated(sections)
    moved = effects[0].moved(np.array([-1.0, 0.0, 1.0]))
    assert [float(np.abs(part).max()) for part in (moved.at_none, moved.change, moved.variance)] == [0.0] * 3
