"""The sentences one would read aloud first: where to look, and no more than was shown."""

from dataclasses import replace

import pytest

from reports.figures import Change, Move
from tests.reports import invented
from tests.reports.invented import WEEK
from tests.reports.test_compose import ABOVE, FEW, NORM, SHORT, WATCH, Pair, composed, report


def test_falls_stand_in_the_headline_the_deepest_first() -> None:
    plain = invented.figures({f"b{n}": (NORM, NORM) for n in range(6)})
    falls = tuple(Change(f"b{n}", "cut", Move.FALLING, WEEK.toordinal(), -5.0 - n, ()) for n in range(6))
    (said, chance, otherwise) = composed(replace(plain, changes=falls)).headline
    assert said == "Lately worse than before: b5 (Cut), b4 (Cut), b3 (Cut), b2 (Cut) and 2 more."
    assert chance.startswith("Of 20 branches where nothing has changed, about one shows such a fall")
    assert otherwise == "No shortfall could be shown."


@pytest.mark.parametrize(
    ("pairs", "headline"),
    [
        (
            [(SHORT, NORM), (SHORT, NORM), (NORM, NORM)],
            ("Greeting falls short at 2 of 3 branches.", "No other shortfall could be shown."),
        ),
        (
            [(SHORT, SHORT), (SHORT, NORM), (NORM, ABOVE)],
            (
                "2 of 3 branches fall short, most often in Greeting.",
                "By section: Greeting at 2; Cut at 1.",
                "No other shortfall could be shown.",
            ),
        ),
        (
            [(SHORT, NORM), (WATCH, NORM)],
            ("Greeting falls short at 1 of 2 branches.", "No other shortfall could be shown."),
        ),
        (
            [(SHORT, NORM), (FEW, FEW)],
            (
                "Greeting falls short at 1 of 2 branches.",
                "No other shortfall could be shown.",
                "1 branch could not be judged.",
            ),
        ),
        ([(NORM, NORM), (NORM, ABOVE)], ("No shortfall could be shown.",)),
        ([(NORM, WATCH), (NORM, NORM)], ("No shortfall could be shown.",)),
        ([(FEW, FEW), (FEW, FEW)], ("Not enough audits to judge any branch.",)),
        ([(SHORT, SHORT)], ("Greeting and Cut fall short.",)),
        (
            [(SHORT, SHORT), (SHORT, SHORT)],
            ("2 of 2 branches fall short.", "By section: Greeting at 2; Cut at 2."),
        ),
        ([], ("No branch was open in this window.",)),
    ],
)
def test_headline_says_where_to_look_and_no_more_than_was_shown(pairs: list[Pair], headline: tuple[str, ...]) -> None:
    assert report(*pairs).headline == headline
