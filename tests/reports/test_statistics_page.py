"""The page on the statistics quotes what the report prints; both must say the same."""

from dataclasses import replace
from pathlib import Path

import pytest

from branches.language import language
from reports import judging, praise, wording
from reports.figures import Cell, Rules, State
from reports.screening import WATCH
from reports.uneven import STAYS
from reports.voice import Voice
from tests.reports import invented
from tests.reports.test_own import own

PAGE = (Path(__file__).parents[2] / "docs" / "statistics.md").read_text(encoding="utf-8")
ENGLISH = language("en")


SCORES = {State.WATCH: 76.9, State.AS_NORM: 84.0, State.ABOVE: 94.1}


def shown(state: State) -> Cell:
    """The page's example of a state."""
    audits = 1 if state is State.NOT_ENOUGH else 9
    cell = invented.cell("b1", "greeting", state, audits, score=SCORES.get(state, 69.4))
    if state is State.ABOVE:
        return replace(cell, p_above=0.96)
    return replace(cell, rank_low=52, rank_high=60, ranked=60) if state is State.FALLS_SHORT else cell


def rows(heading: str) -> dict[str, list[str]]:
    """The table under a heading, by its first column."""
    part = PAGE.split(f"\n{heading}\n", 1)[1].split("\n#", 1)[0]
    cells = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| ")]
    return {first.strip("*"): rest for first, *rest in cells[1:]}


@pytest.mark.parametrize("state", State)
def test_sentences_of_a_state_are_those_the_report_prints(state: State) -> None:
    cell, mine = shown(state), own(state, state)
    (words, *_) = [one.words for one in mine.sections]
    voice = Voice(invented.figures({"b1": (state, state)}), ENGLISH, invented.TITLES)
    beside = " ".join(filter(None, (wording.detail(ENGLISH, cell, Rules().margin), praise.how_sure(voice, cell))))
    printed = [wording.verdict(ENGLISH, cell), beside, words]
    assert rows("### What is printed")[wording.state_word(ENGLISH, state)] == printed


def test_every_state_has_its_rule_and_its_sentences() -> None:
    names = [wording.state_word(ENGLISH, state) for state in State]
    assert sorted(rows("## The states, exactly")) == sorted(names)
    assert list(rows("### What is printed")) == names


def test_rules_are_quoted_as_the_report_prints_them() -> None:
    part = PAGE.split("\n### What is printed\n", 1)[1].split("\n#", 1)[0]
    assert [line.removeprefix("> ") for line in part.splitlines() if line.startswith("> ")] == list(
        judging.rules(ENGLISH, Rules())
    )


def test_numbers_of_the_rules_are_the_programs() -> None:
    rules = Rules()
    stated = rows("## The states, exactly")
    assert f"({rules.false_share:.2f})" in stated["Falls short"][0]
    assert f"({rules.least_audits})" in stated["Not enough audits"][0]
    assert f"({rules.margin:g} points unless set otherwise)" in rows("## The words")["margin"][0]
    assert (WATCH, wording.UNSURE) == (0.5, 0.25)
    assert f"P(short) of {wording.UNSURE} or more is called **Not sure**" in PAGE
    open_one = replace(invented.cell("b1", "greeting", State.AS_NORM), p_short=0.44)
    assert wording.cell_word(ENGLISH, open_one) == "Not sure"
    ends = (Path(__file__).parents[2] / "docs" / "near-the-ends.md").read_text(encoding="utf-8")
    assert f"{STAYS * 100:g} % of a single audit's variance" in ends
