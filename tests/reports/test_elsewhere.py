"""How the other branches do on an item: the branch itself is left out, and no single branch can be told from it."""

from dataclasses import replace

import pytest

from branches.language import codes, language
from reports.elsewhere import elsewhere
from reports.figures import ItemCount, Scale, State
from reports.kept import ChainItem
from reports.voice import Voice
from tests.reports.invented import TITLES, figures

HERE = ItemCount("smile", "greeting", audits=10, kept=4, failed=6)
STARS = Scale("rating", 1.0, 5.0)


def told(whole: ChainItem, here: ItemCount = HERE, code: str = "en") -> str:
    made = replace(figures({"b1": (State.AS_NORM, State.AS_NORM)}), chain_items=(whole,))
    return elsewhere(Voice(made, language(code), TITLES), here)


def chain(kept: int, audits: int = 110, branches: int = 8, marks: float | None = None) -> ChainItem:
    return ChainItem("smile", "greeting", branches, audits, kept, marks)


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        (104, "in order at every audit."),
        (103, "in order at almost every audit."),
        (84, "not in order at about 2 of 10 audits."),
        (54, "not in order at about 5 of 10 audits."),
        (8, "in order at hardly any audit."),
        (4, "in order at hardly any audit."),
    ],
)
def test_the_branchs_own_audits_are_taken_out(kept: int, words: str) -> None:
    assert told(chain(kept)) == f"At the chain's other branches: {words}"


def test_what_is_always_in_order_here_is_told_the_same_way_of_the_others() -> None:
    always = replace(HERE, kept=10, failed=0)
    assert told(chain(90), always) == "At the chain's other branches: in order at about 8 of 10 audits."


def test_a_graded_item_has_the_others_average() -> None:
    here = replace(HERE, mark=2.0, scale=STARS)
    assert told(chain(50, marks=420.0), here) == "At the chain's other branches: on average 4.0 of 5."


@pytest.mark.parametrize(
    "whole",
    [
        chain(80, branches=3),
        chain(15, audits=19),
        chain(3),
        chain(80, marks=400.0),
        replace(chain(80), code="greeted"),
        replace(chain(80), section="cut"),
    ],
    ids=["two others", "nine audits", "does not add up", "graded meanwhile", "another item", "another section"],
)
def test_nothing_is_said_of_too_few_others_or_where_it_does_not_add_up(whole: ChainItem) -> None:
    assert told(whole) == ""


def test_an_edition_that_did_not_keep_it_says_nothing() -> None:
    made = figures({"b1": (State.AS_NORM, State.AS_NORM)})
    assert elsewhere(Voice(made, language("en"), TITLES), HERE) == ""


@pytest.mark.parametrize("code", codes())
def test_every_language_says_it(code: str) -> None:
    said = [told(chain(kept), code=code) for kept in (104, 103, 84, 4)]
    said.append(told(chain(90), replace(HERE, kept=10, failed=0), code))
    assert [words for words in said if not words or "[en]" in words] == []
