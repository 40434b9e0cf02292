"""A draft of the standard: any steps leave one that publishes or tells its faults; out as TOML and in again it is the same."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from branches import history, standards
from branches.editing import drafted, steps
from branches.editing.content import Content, content_of, dump, load
from branches.editing.missing import Missing, missing, outdated
from branches.editing.reading import as_standard, as_written, faults, stored_form, uploaded
from branches.errors import Conflict, NotFound, Refused
from branches.exchange.publishing import says_the_same
from branches.exchange.shipped import SHIPPED, load_standard, read_standard
from branches.exchange.toml_out import standard_files
from branches.scoring import ItemType
from tests import make

NOW = make.NOON
SALON = read_standard(SHIPPED)


def salon() -> Content:
    return content_of(stored_form(SALON))


def small() -> Content:
    """One section with one item that has its words."""
    content = steps.add_item(steps.add_section(Content()), "s1")
    return steps.set_item(content, "i2", code="greeted", wording={"en": {"text": "Greeted?"}})


def draft_of(session: Session, content: Content) -> drafted.StandardDraft:
    return drafted.begin(session, content, origin="nothing", by=None, at=NOW)


def test_a_draft_begun_from_a_version_says_the_same() -> None:
    content = salon()
    assert faults(content) == []
    assert says_the_same(as_standard(content), SALON)
    assert load(dump(content)) == content
    assert missing(content) == []


def test_an_empty_draft_tells_what_it_lacks() -> None:
    assert [fault.refused.message for fault in faults(Content())] == ["A standard has sections, and these have items."]
    item = steps.add_item(steps.add_section(Content()), "s1")
    (fault,) = faults(item)
    assert (fault.key, fault.field, str(fault.refused)) == ("i2", "text", "The item needs a text.")
    assert missing(item) == [Missing("s1", "title", "en"), Missing("i2", "text", "en")]


def test_translations_of_a_question_that_changed_are_told_until_they_change_too() -> None:
    before = salon()
    item = next(one for one in before.items if one.code == "greeted")
    said = {language: dict(words) for language, words in item.wording.items()}
    said["en"]["text"] = "Did somebody say hello?"
    content = steps.set_item(before, item.key, wording=said)
    assert outdated(content, before) == [Missing(item.key, "text", one) for one in content.languages if one != "en"]
    said["hu"]["text"] = "Köszönt valaki?"
    content = steps.set_item(content, item.key, wording=said)
    assert {one.language for one in outdated(content, before)} == {"hi", "ta", "te"}
    assert outdated(before, before) == []
    assert outdated(content, Content()) == []


def test_a_rule_that_names_no_item_is_told_at_its_item() -> None:
    content = steps.set_item(small(), "i2", condition="nothing = yes")
    (fault,) = faults(content)
    assert (fault.key, str(fault.refused)) == ("i2", "The rule of greeted asks about nothing, which is not an item.")


def test_a_hint_without_a_text_is_told_in_its_language() -> None:
    content = steps.set_item(small(), "i2", wording={"en": {"text": "Greeted?"}, "hu": {"hint": "Egy szó."}})
    (fault,) = faults(content)
    assert (fault.key, fault.field, fault.language) == ("i2", "text", "hu")


def test_a_band_below_nothing_is_told() -> None:
    assert [str(f.refused) for f in faults(replace(small(), bands={"poor": "-1"}))] == [
        "poor: -1 is not a number of 0 or more."
    ]


def test_an_item_moves_within_its_section_and_on_into_the_next() -> None:
    content = salon()
    first, second = content.sections[0].items[:2]
    assert [i.key for i in steps.move(content, second.key, -1).sections[0].items[:2]] == [second.key, first.key]
    assert steps.move(content, first.key, -1) == content
    last = content.sections[0].items[-1]
    assert steps.move(content, last.key, 1).sections[1].items[0].key == last.key
    assert steps.move(content, content.sections[0].key, 1).sections[1].key == content.sections[0].key


def test_a_copy_has_a_code_of_its_own_and_stands_behind() -> None:
    made = steps.copy(small(), "i2")
    assert [(item.key, item.code) for item in made.items] == [("i2", "greeted"), ("i3", "greeted_1")]
    with pytest.raises(Refused, match="greeted is there twice"):
        steps.set_item(made, "i3", code="greeted")


def test_a_type_lets_go_what_only_the_former_one_has() -> None:
    rated = steps.set_type(small(), "i2", ItemType.RATING)
    assert [(item.worst, item.best) for item in rated.items] == [("1", "5")]
    text = steps.set_type(rated, "i2", ItemType.TEXT)
    assert [(item.worst, item.scored) for item in text.items] == [("", False)]
    assert faults(text) == []
    assert [item.scored for item in steps.set_type(text, "i2", ItemType.YES_NO).items] == [True]


def test_the_wording_of_a_language_that_is_given_up_goes() -> None:
    made = steps.set_head(salon(), languages=("en", "hu"))
    assert {language for item in made.items for language in item.wording} == {"en", "hu"}


def test_what_is_gone_cannot_be_changed() -> None:
    for step in (steps.copy, steps.remove):
        with pytest.raises(NotFound):
            step(small(), "i9")
    with pytest.raises(NotFound):
        steps.add_item(small(), "s9")


def test_there_are_bounds() -> None:
    content = Content()
    for _ in range(steps.MOST_SECTIONS):
        content = steps.add_section(content)
    with pytest.raises(Refused, match="at most 50 sections"):
        steps.add_section(content)


def test_files_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(Refused, match=r"Send one file NAME\.toml"):
        uploaded({"a.toml": b"", "b.toml": b""})
    with pytest.raises(Refused, match=r"b\.hu\.toml does not belong to a\.toml"):
        uploaded({"a.toml": b"", "b.hu.toml": b""})


def test_the_second_of_two_who_edit_is_told(session: Session) -> None:
    draft = draft_of(session, small())
    drafted.change(session, draft, steps.add_section, seen=0, about="", by=None, at=NOW)
    with pytest.raises(Conflict, match="Somebody else has changed the draft"):
        drafted.change(session, draft, steps.add_section, seen=0, about="", by=None, at=NOW)
    with pytest.raises(Conflict, match="There is a draft already"):
        draft_of(session, Content())


def test_the_last_step_is_undone_and_done_again(session: Session) -> None:
    draft = draft_of(session, small())
    with pytest.raises(Refused, match="nothing to undo"):
        drafted.undo(session, draft, seen=0, by=None, at=NOW)
    drafted.change(session, draft, lambda c: steps.remove(c, "i2"), seen=0, about="greeted", by=None, at=NOW)
    drafted.undo(session, draft, seen=1, by=None, at=NOW)
    assert drafted.content(draft) == small()
    drafted.undo(session, draft, seen=2, by=None, at=NOW)
    assert list(drafted.content(draft).items) == []


def test_a_change_that_changes_nothing_is_no_step(session: Session) -> None:
    draft = draft_of(session, small())
    drafted.change(session, draft, lambda c: c, seen=0, about="", by=None, at=NOW)
    assert (draft.step, draft.before) == (0, None)


def test_every_change_is_in_the_history(session: Session) -> None:
    office = make.user(session)
    draft = drafted.begin(session, small(), origin="nothing", by=office, at=NOW)
    drafted.change(session, draft, steps.add_section, seen=0, about="section_1", by=office, at=NOW)
    drafted.undo(session, draft, seen=1, by=office, at=NOW)
    drafted.publish(session, draft, seen=2, since=NOW, by=office, at=NOW)
    assert [(event.verb, event.by_id) for event in history.of(session, draft)] == [
        (verb, office.id) for verb in ("begin", "edit", "undo", "publish")
    ]
    assert drafted.current(session) is None
    with pytest.raises(Conflict, match="published or discarded"):
        drafted.discard(session, draft, seen=3, by=office, at=NOW)


def test_a_draft_with_faults_is_not_published(session: Session) -> None:
    draft = draft_of(session, Content())
    with pytest.raises(Refused, match="Faults"):
        drafted.publish(session, draft, seen=0, since=NOW, by=None, at=NOW)
    assert standards.newest(session) is None


def test_nothing_new_is_not_published(session: Session) -> None:
    load_standard(session, at=NOW)
    draft = draft_of(session, salon())
    later = NOW + timedelta(days=1)
    with pytest.raises(Refused, match="Version 1 says the same"):
        drafted.publish(session, draft, seen=0, since=later, by=None, at=later)


def test_a_draft_in_which_only_a_time_is_taken_otherwise_is_published(session: Session) -> None:
    load_standard(session, at=NOW)
    content = salon()
    timed = next(item for item in content.items if item.timed)
    draft = draft_of(session, steps.set_item(content, timed.key, timed=""))
    later = NOW + timedelta(days=1)
    assert drafted.publish(session, draft, seen=0, since=later, by=None, at=later).version == 2


def test_the_first_language_is_the_one_that_all_items_are_worded_in() -> None:
    content = steps.add_item(replace(small(), first="hu", languages=("hu", "en")), "s1")
    for key, words in (
        ("i2", {"en": {"text": "Greeted?"}, "hu": {"text": "Köszöntek?"}}),
        ("i3", {"hu": {"text": "Hol?"}}),
    ):
        content = steps.set_item(content, key, wording=words)
    made = as_standard(content)
    texts = standard_files(made, "standard")
    assert sorted(texts) == ["standard.en.toml", "standard.toml"]
    assert says_the_same(made, uploaded({name: text.encode() for name, text in texts.items()}))
    assert content_of(made).first == "hu"
    assert faults(content_of(made)) == []


def test_a_discarded_draft_makes_room_for_another(session: Session) -> None:
    first = draft_of(session, small())
    drafted.discard(session, first, seen=0, by=None, at=NOW)
    assert drafted.current(session) is None
    assert draft_of(session, Content()).id != first.id


KINDS = st.sampled_from([*ItemType])
CODES = st.sampled_from(["greeted", "item", "a b", "x.y", "na", "shopper"])
NUMBERS = st.sampled_from(["0", "1", "2.5", "007", "-1", "many", "", "0.0000001"])
RULES = st.sampled_from(["", "greeted = yes", "item = 3 or greeted != no", "= =", "itself < 2"])
WORDS = st.dictionaries(
    st.sampled_from(["en", "hu"]),
    st.fixed_dictionaries(
        {}, optional={"text": st.just("Who? \x7f “é”"), "hint": st.just('"'), "playbook": st.just("…")}
    ),
)


@dataclass(frozen=True)
class Turn:
    """One step that is about to be made."""

    draw: st.DrawFn
    content: Content
    key: str
    section: str


@st.composite
def edits(draw: st.DrawFn) -> Content:
    """What a few steps in any order leave."""
    content = small()
    for _ in range(draw(st.integers(0, 12))):
        keys = [section.key for section in content.sections] + [item.key for item in content.items]
        key = draw(st.sampled_from(keys)) if keys else ""
        section = content.section(key) or content.section_of(key)
        try:
            content = draw(st.sampled_from(STEPS))(Turn(draw, content, key, section.key if section else ""))
        except Refused:
            continue
    return content


STEPS = [
    lambda t: steps.add_section(t.content),
    lambda t: steps.add_item(t.content, t.section),
    lambda t: steps.copy(t.content, t.key),
    lambda t: steps.remove(t.content, t.key),
    lambda t: steps.move(t.content, t.key, t.draw(st.sampled_from([-1, 1]))),
    lambda t: steps.set_type(t.content, t.key, t.draw(KINDS)),
    lambda t: steps.set_section(
        t.content, t.section, weight=t.draw(NUMBERS), scored=t.draw(st.booleans()), titles={"hu": "Köszöntés"}
    ),
    lambda t: steps.set_item(
        t.content,
        t.key,
        code=t.draw(CODES),
        weight=t.draw(NUMBERS),
        critical=t.draw(st.booleans()),
        worst=t.draw(NUMBERS),
        best=t.draw(NUMBERS),
        condition=t.draw(RULES),
        channels=t.draw(st.sampled_from([(), ("visit",), ("visit", "phone")])),
        wording=t.draw(WORDS),
    ),
    lambda t: steps.set_head(t.content, languages=t.draw(st.sampled_from([("en",), ("en", "hu")]))),
]


@pytest.mark.slow
@given(edits())
def test_any_edits_leave_a_draft_that_can_be_kept_and_tells_its_faults_or_has_none(content: Content) -> None:
    assert load(dump(content)) == content
    found = faults(content)
    if found:
        assert all(str(fault.refused) for fault in found)
        return
    made = as_standard(content)
    standards.check(made)
    texts = standard_files(made, "standard")
    again = uploaded({name: text.encode() for name, text in texts.items()})
    assert says_the_same(made, again)
    assert faults(content_of(made)) == []


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(content=edits())
def test_any_edits_publish_or_are_refused(session: Session, content: Content) -> None:
    with session.begin_nested() as nested:
        draft = draft_of(session, content)
        if faults(content):
            with pytest.raises(Refused):
                drafted.publish(session, draft, seen=0, since=NOW, by=None, at=NOW)
        else:
            made = drafted.publish(session, draft, seen=0, since=NOW, by=None, at=NOW)
            assert says_the_same(made, as_written(content))
        nested.rollback()
    session.expunge_all()


def test_what_toml_says_comes_back_from_the_salon() -> None:
    texts = standard_files(as_standard(salon()), "salon")
    assert says_the_same(as_standard(salon()), uploaded({name: text.encode() for name, text in texts.items()}))
