"""What a draft would change: item by item from what to what, and whose scores before and after are not measured alike."""

from typing import Any

from sqlmodel import Session

from branches.language import language
from reports.standard_changes import Change, Difference, difference
from tests.reports.versions import Items, said, version

ENGLISH = language("en")
BEFORE: dict[str, Items] = {"greeting": {"greeted": {}, "smile": {}}, "service": {"cut": {}}}


def found(session: Session, **sections: Items) -> Difference:
    """What is different once these sections say so."""
    was = version(session, BEFORE)
    return difference(was, version(session, {**BEFORE, **sections}), ENGLISH)


def changed(session: Session, **more: Any) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """What is told of one item that is otherwise, and whose scores it parts."""
    one = found(session, greeting={"greeted": more, "smile": {}})
    assert (one.new, one.gone, one.moved, len(one.changed)) == ((), (), False, 1)
    return one.changed[0].changes, one.parted


def test_versions_that_say_the_same_differ_in_nothing(session: Session) -> None:
    assert found(session).none is True


def test_items_that_come_and_go_are_named_and_part_the_scores_of_their_section(session: Session) -> None:
    one = found(session, greeting={"greeted": {}, "badge": {}})
    assert (one.new, one.gone, one.changed, one.parted) == (("badge",), ("smile",), (), ("Greeting",))


def test_a_weight_is_told_from_what_to_what_and_parts_the_scores(session: Session) -> None:
    assert changed(session, weight="2.50") == ((Change("Weight", "1", "2.5"),), ("Greeting",))


def test_a_weight_written_otherwise_is_no_change(session: Session) -> None:
    assert found(session, greeting={"greeted": {"weight": "1.0"}, "smile": {}}).none is True


def test_other_words_are_told_and_part_no_scores(session: Session) -> None:
    told, parted = changed(session, wording=said("Were you greeted?"))
    assert (told, parted) == ((Change("Question (en)", "greeted", "Were you greeted?"),), ())


def test_an_item_that_is_asked_only_sometimes_parts_the_scores(session: Session) -> None:
    told, parted = changed(session, condition="smile = yes")
    assert (told, parted) == ((Change("Asked only when", "always", "smile = yes"),), ("Greeting",))


def test_another_order_is_told_and_parts_no_scores(session: Session) -> None:
    one = found(session, greeting={"smile": {}, "greeted": {}})
    assert (one.moved, one.none, one.changed, one.parted) == (True, False, (), ())


def test_an_item_that_goes_to_another_section_parts_the_scores_of_both(session: Session) -> None:
    one = found(session, greeting={"greeted": {}}, service={"cut": {}, "smile": {}})
    assert one.changed[0].changes == (Change("Section", "Greeting", "Service"),)
    assert one.parted == ("Greeting", "Service")
