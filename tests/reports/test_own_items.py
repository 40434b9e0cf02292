"""What a branch is told of one more item in order: only where the audits are those that the edition counted."""

from dataclasses import replace
from fractions import Fraction

import pytest

from branches.language import codes, language
from reports.figures import ItemCount, State
from reports.one_more import OneMore
from reports.own_items import Known, own_items
from reports.voice import Voice
from tests.reports.invented import TITLES, figures

MORE = OneMore("smile", "greeting", 9, Fraction("71.2"), Fraction("73.4"), Fraction("73.4"))
COUNT = ItemCount("smile", "greeting", audits=9, kept=4, failed=5, lost=5.0)


def told(more: OneMore, code: str = "en") -> str:
    voice = Voice(figures({"b1": (State.AS_NORM, State.AS_NORM)}), language(code), TITLES)
    _, (failed,) = own_items(voice, [COUNT], Known({}, {}, {(more.code, more.section): more}))
    return failed.more


def test_one_more_is_said_as_what_would_have_been() -> None:
    assert told(MORE) == (
        "Had it been in order at one more of these audits, the score of Greeting would have been 73.4 instead of 71.2."
    )


def test_where_it_depends_on_the_audit_both_ends_are_said() -> None:
    assert told(replace(MORE, most=Fraction(74))) == (
        "Had it been in order at one more of these audits, the score of Greeting would have been 73.4 to 74.0 instead of 71.2."
    )


@pytest.mark.parametrize(
    "more",
    [
        replace(MORE, audits=8),
        replace(MORE, mean=Fraction(70)),
        replace(MORE, section="cut"),
        replace(MORE, least=Fraction("71.24"), most=Fraction("71.24")),
    ],
    ids=["an audit less", "another score", "another section", "too little to show"],
)
def test_nothing_is_said_of_other_audits_or_of_what_does_not_show(more: OneMore) -> None:
    assert told(more) == ""


@pytest.mark.parametrize("code", codes())
def test_every_language_says_it(code: str) -> None:
    words = told(MORE, code)
    assert (language(code).number(73.4) in words, language(code).number(71.2) in words, "[en]" in words) == (
        True,
        True,
        False,
    )
