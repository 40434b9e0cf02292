"""Shares of the variance: their intervals hold the truth, at the ends of what is possible too."""

from dataclasses import replace

import numpy as np
import pytest

from branches.language import language
from reports import wording
from reports.compose import compose
from reports.figures import Interval, ItemFigures, State, Whose
from reports.mixed_posterior import sources
from reports.mixed_profile import intervals
from reports.report import Picture, Report
from reports.shares import share_intervals, vast_shares
from reports.stored import dump, load
from reports.variance import components, section_fit, section_vast
from reports.vast import vast_intervals
from tests.reports import invented
from tests.reports.chains import Spreads, chain

ALL = ("region", "branch", "shopper")
NOTHING = Spreads(region=0.0, branch=0.0, cell=0.0, shopper=0.0, taste=0.0)


def true_shares(spreads: Spreads) -> dict[str, float]:
    variances = {
        "region": spreads.region**2,
        "branch": spreads.branch**2 + spreads.cell**2,
        "shopper": spreads.shopper**2 + spreads.taste**2,
        "residual": spreads.visit**2 + spreads.residual**2,
    }
    return {name: variance / sum(variances.values()) for name, variance in variances.items()}


@pytest.mark.slow
@pytest.mark.parametrize(
    "spreads",
    [Spreads(), Spreads(region=4.0, branch=8.0, shopper=8.0), replace(NOTHING, branch=4.0, cell=3.0), NOTHING],
    ids=["usual", "wide", "branches alone", "nothing but chance"],
)
@pytest.mark.parametrize("large", [300, 10], ids=["grid", "curvature"])
def test_shares_hold_the_truth_nine_times_in_ten(spreads: Spreads, large: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over forty chains, give or take chance."""
    monkeypatch.setattr("reports.mixed_posterior.LARGE", large)
    held = dict.fromkeys((*ALL, "residual"), 0)
    for seed in range(40):
        sheet, _ = chain(seed, branches=60, audits=10, sections=1, shoppers=30, regions=8, spreads=spreads)
        found = components(sheet, "section0000", ALL).shares
        for name, true in true_shares(spreads).items():
            held[name] += found[name].low - 1e-12 <= true <= found[name].high + 1e-12
    assert min(held.values()) >= 32


@pytest.mark.slow
def test_shares_of_a_vast_chain_hold_the_truth_nine_times_in_ten() -> None:
    """The way of vast chains, on middling ones."""
    held = dict.fromkeys((*ALL, "residual"), 0)
    for seed in range(40):
        sheet, _ = chain(seed, branches=300, audits=6, sections=1, shoppers=100, regions=20)
        vast = section_vast(sheet, 0, np.ones(sheet.branch.size))
        assert vast is not None
        found = vast_shares(vast_intervals(vast))
        for name, true in true_shares(Spreads()).items():
            held[name] += found[name].low - 1e-12 <= true <= found[name].high + 1e-12
    assert min(held.values()) >= 32


def test_shares_add_up_to_one_and_lie_within_their_intervals() -> None:
    found = components(chain(2)[0], "section0001", ALL)
    total = sum(part.value for part in found.variances.values())
    for name, part in found.variances.items():
        share = found.shares[name]
        assert share.value == pytest.approx(part.value / total)
        assert 0.0 <= share.low <= share.value <= share.high <= 1.0
    assert sum(share.value for share in found.shares.values()) == pytest.approx(1.0)


def test_share_of_a_variance_that_may_be_zero_starts_at_zero() -> None:
    found = components(chain(5, spreads=NOTHING, sections=1)[0], "section0000", ALL)
    zero = [name for name in ALL if found.variances[name].low == 0.0]
    assert zero == list(ALL)
    assert [found.shares[name].low for name in zero] == [0.0] * 3
    assert all(found.shares[name].high > 0.0 for name in zero)
    assert found.shares["residual"].high == 1.0
    assert found.shares["residual"].low < 1.0


def test_shares_ask_for_a_source_to_be_shared_with() -> None:
    assert components(chain(2)[0], "section0000", ()).shares == {}
    assert share_intervals({"residual": Interval(4.0, 3.0, 5.0)}, {}) == {}
    assert vast_shares({}) == {}


def test_one_source_and_the_rest_share_what_there_is() -> None:
    found = components(chain(3)[0], "section0000", ("shopper",)).shares
    assert list(found) == ["shopper", "residual"]
    assert found["shopper"].low == pytest.approx(1.0 - found["residual"].high)
    assert found["shopper"].high == pytest.approx(1.0 - found["residual"].low)


def test_few_levels_are_integrated_over_finely(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three regions, four shoppers: nodes evenly apart once gave a probability wrong by .16 and ends wrong by .09."""
    spreads = Spreads(region=4.0, branch=3.0, cell=0.0, shopper=5.0, taste=0.0)
    for seed in range(3):
        sheet, _ = chain(seed, branches=30, audits=6, sections=1, shoppers=4, regions=3, spreads=spreads)
        found = section_fit(sheet, 0, np.ones(sheet.branch.size))
        assert found is not None
        widths = intervals(*found)
        usual = sources(*found, widths)
        with monkeypatch.context() as finer:
            finer.setattr("reports.mixed_posterior.NODES", 13)
            other = sources(*found, widths)
        assert usual.shopper_over_branch == pytest.approx(other.shopper_over_branch, abs=0.01)
        for name in usual.shares:
            assert usual.shares[name].low == pytest.approx(other.shares[name].low, abs=0.02)
            assert usual.shares[name].high == pytest.approx(other.shares[name].high, abs=0.02)


def made(*, shares: bool) -> Report:
    """A report with an item; with shares, or as an edition of before."""
    asked = {"branch": Interval(0.2, 0.1, 0.3), "residual": Interval(0.8, 0.7, 0.9)}
    rate = Interval(60 / 90, 0.58, 0.75)
    items = (
        ItemFigures("greeted", "greeting", 90, 60, rate, None, Whose.CHAIN, 0.99, sources=asked if shares else {}),
        ItemFigures("name", "greeting", 90, 80, Interval(80 / 90, 0.8, 0.95), None, Whose.UNTOLD),
    )
    figures = invented.figures({"b1": (State.AS_NORM, State.AS_NORM)})
    known = {"branch": Interval(0.128, 0.03, 0.26)} if shares else {}
    sections = (replace(figures.sections[0], shares=known), *figures.sections[1:])
    return compose(replace(figures, items=items, sections=sections), language("en"), invented.TITLES, {})


def rows(picture: Picture | None) -> list[list[str]]:
    assert picture is not None
    return [[column.title for column in picture.table.columns], *([e.text for e in row] for row in picture.table.rows)]


def test_shares_stand_in_the_table_with_their_ranges() -> None:
    table = rows(made(shares=True).split)
    assert table[0] == ["Section", "Reason", "Points", "Likely from", "to", "Share", "Likely from", "to"]
    assert table[1][1:] == ["From branch to branch", "4.0", "2.0", "6.0", "13%", "3%", "26%"]
    assert table[2][1:] == ["From shopper to shopper", "3.0", "1.0", "5.0", "7%", wording.NOTHING, wording.NOTHING]


def test_editions_that_did_not_ask_show_the_plain_share() -> None:
    found = made(shares=False)
    assert rows(found.split)[0] == ["Section", "Reason", "Points", "Likely from", "to", "Share"]
    assert rows(found.items)[0][-2:] == ["to", "Where"]
    assert "table also says" not in (found.items.beyond if found.items else "")


def test_shares_of_an_item_stand_in_its_table() -> None:
    found = made(shares=True).items
    assert rows(found)[0][-3:] == ["From branch to branch", "From audit to audit", "Where"]
    by_item = {row[0]: row[-3:] for row in rows(found)[1:]}
    assert by_item["greeted"] == ["20% (10% to 30%)", "80% (70% to 90%)", "all over the chain"]
    assert by_item["name"] == [wording.NOTHING, wording.NOTHING, "cannot be told"]
    assert found is not None
    assert "The table also says, for the whole chain, how much" in found.beyond


def test_editions_without_shares_are_read() -> None:
    figures = replace(invented.figures({"b1": (State.AS_NORM, State.AS_NORM)}), items=())
    content = dump(figures)
    for section in content["sections"]:
        del section["shares"]
    assert load(content) == figures
