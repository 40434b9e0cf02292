"""What a new version of the standard brought, item by item."""

from typing import Any

import pytest
from sqlmodel import Session

from branches.language import codes, language
from reports.handbook import Words
from reports.handbook_changes import ChangedItem, Changes, changes
from tests.reports.versions import said, version

TITLE = "What changed since version 1"


def between(session: Session, before: dict[str, Any], now: dict[str, Any], code: str = "en") -> Changes:
    """Of two versions of one section."""
    return changes(version(session, {"greeting": before}), version(session, {"greeting": now}), language(code))


def test_items_are_new_or_gone(session: Session) -> None:
    found = between(session, {"a": {}, "b": {}}, {"b": {}, "c": {}})
    assert found == Changes(TITLE, (Words("c", "en"),), (Words("a", "en"),), ())


@pytest.mark.parametrize(
    ("before", "now", "words"),
    [
        ({"wording": said("Greeted?")}, {"wording": said("Greeted at once?")}, "It is worded anew; before: “Greeted?”"),
        ({}, {"wording": said("a", hint="A nod.")}, "What counts is worded anew."),
        ({"wording": said("a", playbook="Nod.")}, {"wording": said("a")}, "The advice is worded anew."),
        ({}, {"critical": True}, "It is critical now."),
        ({"critical": True}, {}, "It is no longer critical."),
        ({}, {"weight": "2"}, "It counts more than before."),
        ({"weight": "2"}, {"weight": "1.5"}, "It counts less than before."),
        ({"scored": False}, {}, "It earns points now."),
        ({}, {"scored": False, "weight": "7"}, "It earns no points any more."),
        ({}, {"type": "rating", "worst": "1", "best": "5"}, "It is marked on another scale."),
    ],
)
def test_each_difference_is_a_sentence(
    session: Session, before: dict[str, Any], now: dict[str, Any], words: str
) -> None:
    found = between(session, {"a": before, "b": {}}, {"a": now, "b": {}})
    assert [one.words for one in found.changed] == [(words,)]
    assert (found.new, found.gone) == ((), ())


def test_a_move_to_another_section_is_told(session: Session) -> None:
    before = version(session, {"greeting": {"a": {}, "b": {}}, "cut": {"c": {}}})
    now = version(session, {"greeting": {"b": {}}, "cut": {"c": {}, "a": {}}})
    told = changes(before, now, language("en")).changed
    assert told == (ChangedItem(Words("a", "en"), ("It stands in another section.",)),)


def test_what_nobody_reads_is_no_change(session: Session) -> None:
    found = between(session, {"a": {"weight": "1"}}, {"a": {"weight": "1.0", "required": True}})
    assert found.none


@pytest.mark.parametrize("code", codes())
def test_a_wording_is_compared_in_the_readers_language(session: Session, code: str) -> None:
    words = said("Greeted?") | said("Köszöntek?", "hu")
    found = between(
        session, {"a": {"wording": words}}, {"a": {"wording": words | said("Köszöntek rögtön?", "hu")}}, code
    )
    assert (found.none, "[en]" in repr(found)) == (code != "hu", False)
