"""The handbook: what a version of the standard says to whoever is to keep it."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session

from branches.exchange.publishing import publish_standard
from branches.exchange.shipped import SHIPPED, read_standard
from branches.language import codes, language
from branches.scoring import Total
from branches.standards import Standard
from reports.handbook import Chapter, Handbook, Promise, Words, handbook
from tests import make
from tests.reports.versions import Items, said, version

SINCE = date(2026, 3, 30)


def book(standard: Standard, code: str = "en") -> Handbook:
    return handbook(standard, language(code), SINCE)


def test_each_item_says_what_counts_how_it_is_done_and_whether_it_is_critical(session: Session) -> None:
    words = said("Were you greeted?", hint="A nod counts.", playbook="Look up.")
    made = version(session, {"greeting": {"greeted": {"wording": words, "critical": True, "judgement": True}}})
    (chapter,) = book(made).chapters
    assert chapter == Chapter(
        "greeting",
        "Greeting",
        "About 100% of the score.",
        (
            Promise(
                1,
                Words("Were you greeted?", "en"),
                Words("A nod counts.", "en"),
                Words("Look up.", "en"),
                critical=True,
                notes=("A matter of judgement: two people may see it differently.",),
            ),
        ),
    )


def test_weights_are_told_beside_what_most_items_weigh(session: Session) -> None:
    weights = {"a": "2", "b": "2", "c": "3", "d": "1", "e": "0.5"}
    items: dict[str, dict[str, Any]] = {code: {"weight": weight} for code, weight in weights.items()}
    items["f"] = {"scored": False}
    (chapter,) = book(version(session, {"greeting": items})).chapters
    assert [one.notes for one in chapter.promises] == [
        (),
        (),
        ("It counts 1.5 times as much as most items.",),
        ("It counts 50% as much as most items.",),
        ("It counts 25% as much as most items.",),
        ("It is asked, but earns no points.",),
    ]


@pytest.mark.parametrize(
    ("total", "shares"), [(Total.POOLED, ["About 75%", "About 25%"]), (Total.SECTIONS, ["About 50%", "About 50%"])]
)
def test_a_section_says_how_much_of_the_score_it_makes(session: Session, total: Total, shares: list[str]) -> None:
    sections: dict[str, Items] = {"greeting": {"a": {"weight": "3"}}, "cut": {"b": {}}, "unscored": {"c": {}}}
    found = book(version(session, sections, total=total)).chapters
    assert [one.share for one in found] == [
        *(f"{share} of the score." for share in shares),
        "It does not count in the score.",
    ]
    assert found[2].promises[0].notes == ()


def test_what_lacks_in_the_readers_language_is_shown_in_its_own_and_counted(session: Session) -> None:
    both = said("Clean?") | said("Tiszta?", "hu")
    items = {"clean": {"wording": both}, "smile": {}, "only": {"wording": said("Köszöntek?", "hu")}}
    made = version(session, {"greeting": items})
    (hungarian,), (english,) = book(made, "hu").chapters, book(made).chapters
    assert [one.promised for one in hungarian.promises] == [
        Words("Tiszta?", "hu"),
        Words("smile", "en"),
        Words("Köszöntek?", "hu"),
    ]
    assert [one.promised.language for one in english.promises] == ["en", "en", "hu"]
    assert book(made).lacking == (
        "1 item is not said in your language in full; what is missing is shown in the language it was written in."
    )


def test_items_are_numbered_through_and_a_section_without_items_is_left_out(session: Session) -> None:
    found = book(version(session, {"greeting": {"a": {}, "b": {}}, "empty": {}, "cut": {"c": {}}})).chapters
    assert [[one.place for one in chapter.promises] for chapter in found] == [[1, 2], [3]]


@pytest.mark.parametrize("code", codes())
def test_the_standard_that_comes_along_is_said_in_every_language(session: Session, code: str) -> None:
    standard, _ = publish_standard(session, read_standard(SHIPPED), at=make.NOON)
    found = book(standard, code)
    assert (found.lacking, "[en]" in repr(found), len(found.chapters)) == ("", False, 5)
