"""What an audit asks, and what is wrong with what was given: all of it at once."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from branches import audits, questions, rules, scoring, standards
from branches.audits import Answer, Audit
from branches.errors import Refused
from branches.questions import AnswersRefused, Mark
from branches.scoring import ItemRule, ItemType, ScoringRules
from branches.standards import Item
from tests import make


def items_of(session: Session, **items: dict[str, Any]) -> Audit:
    """A started audit of a standard of these items."""
    standard = make.standard(session, {"one": len(items)})
    for item, (code, values) in zip(standard.sections[0].items, items.items(), strict=True):
        item.code = code
        for name, value in values.items():
            setattr(item, name, value)
    session.flush()
    audit = audits.assign(session, standard, make.branch(session), make.shopper(session), by=None, at=make.NOON)
    audits.start(session, audit, by=audit.shopper, at=make.NOON)
    return audit


def send(session: Session, audit: Audit, **marks: str) -> None:
    sent = {code: Mark(mark) for code, mark in marks.items()}
    audits.submit(session, audit, sent, visited_at=make.NOON, by=audit.shopper, at=make.NOON)


def stored(session: Session, audit: Audit) -> dict[str, str]:
    return dict(session.exec(select(Item.code, Answer.mark).join(Answer).where(Answer.audit_id == audit.id)).all())


def faults(session: Session, audit: Audit, **marks: str) -> list[tuple[str, str]]:
    with pytest.raises(AnswersRefused) as refused:
        send(session, audit, **marks)
    assert (audit.state, stored(session, audit)) == ("started", {})
    return [(fault.item, str(fault.refused)) for fault in refused.value.faults]


def test_all_faults_are_told_at_once_each_with_its_item(session: Session) -> None:
    audit = items_of(
        session,
        greeted={"required": True},
        wait={"type": "seconds", "worst": "60", "best": "0"},
        cut={"type": "rating", "worst": "1", "best": "5", "na": False},
        drink={"type": "choice", "options": ["tea", "water"], "scored": False},
        picture={"type": "photo", "required": True, "scored": False},
        count={"type": "number", "worst": "0", "best": "5"},
    )
    assert faults(session, audit, wait="-1", cut="na", drink="gin", count="9" * 12, other="x") == [
        ("other", "The standard has no item other."),
        ("greeted", "greeted is not answered yet."),
        ("wait", "wait takes from 0 to 86400 seconds."),
        ("cut", "cut always applies and cannot be marked otherwise."),
        ("drink", "drink cannot be marked gin."),
        ("picture", "picture needs a photo."),
        ("count", "count takes no number as large as that."),
    ]


@pytest.mark.parametrize("mark", ["NaN", "inf", "1e9", "9" * 400, "0x10", "--1", "1.2.3", ":", "1:2:3", "\0", "½", "²"])
def test_what_is_no_number_is_refused(session: Session, mark: str) -> None:
    audit = items_of(session, wait={"type": "seconds", "worst": "60", "best": "0"})
    assert [item for item, _ in faults(session, audit, wait=mark)] == ["wait"]


@pytest.mark.parametrize(
    ("typed", "mark"), [("42", "42"), (" 1:30 ", "90"), ("12,5", "12.5"), ("1 200", "1200"), ("४२", "42"), ("", "")]
)
def test_numbers_are_taken_as_people_write_them(session: Session, typed: str, mark: str) -> None:
    audit = items_of(session, wait={"type": "seconds", "worst": "60", "best": "0"})
    send(session, audit, wait=typed)
    assert stored(session, audit) == {"wait": mark}


def test_an_item_is_asked_only_where_its_condition_holds(session: Session) -> None:
    audit = items_of(
        session,
        greeted={},
        after={"type": "seconds", "worst": "60", "best": "0", "condition": "greeted = yes", "required": True},
        late={"condition": "after > 30", "required": True},
    )
    assert faults(session, audit, greeted="yes") == [("after", "after is not answered yet.")]
    assert faults(session, audit, greeted="yes", after="0:45") == [("late", "late is not answered yet.")]
    send(session, audit, greeted="no", after="45", late="yes")
    assert (stored(session, audit), audit.score) == ({"greeted": "no"}, 0)


def test_what_another_channel_asks_may_be_missing_here(session: Session) -> None:
    audit = items_of(session, greeted={}, rings={"required": True, "channels": ["phone"]})
    send(session, audit, greeted="yes")
    assert stored(session, audit) == {"greeted": "yes"}


def test_a_visit_long_ago_is_refused_with_the_rest(session: Session) -> None:
    audit = items_of(session, greeted={"required": True})
    with pytest.raises(AnswersRefused) as refused:
        audits.submit(session, audit, {}, visited_at=make.NOON.replace(year=2023), by=None, at=make.NOON)
    assert [fault.item for fault in refused.value.faults] == ["greeted", ""]
    assert str(refused.value) == (
        "The audit cannot be sent yet. Still to be put right: 2. greeted is not answered yet. "
        "The visit was more than a year ago; check its date and time."
    )


def test_a_standard_whose_rules_wait_for_one_another_is_not_published(session: Session) -> None:
    standard = make.standard(session, {"one": 2})
    standard.published_at = None
    standard.sections[0].items[0].condition = "one2 = yes"
    standard.sections[0].items[1].condition = "one1 = yes"
    with pytest.raises(Refused, match="wait for one another"):
        standards.publish(session, standard, at=make.NOON, by=None)


CODES = [f"i{n}" for n in range(6)]
MARKS = st.dictionaries(st.sampled_from(CODES), st.sampled_from(["yes", "no", "na", ""]))


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, rules.Expression]:
    """Rules that look back only, so that none waits for itself."""
    found = {}
    for place, code in enumerate(CODES[1:], 1):
        terms = draw(
            st.lists(
                st.tuples(st.sampled_from(CODES[:place]), st.sampled_from(["=", "!="]), st.sampled_from(["yes", "na"])),
                max_size=9,
            )
        )
        joined = draw(st.sampled_from([" and ", " or "]))
        if terms:
            found[code] = rules.parse(joined.join(map(" ".join, terms)))
    return found


@given(when=conditions(), marks=MARKS)
def test_what_is_not_asked_scores_as_if_it_were_not_there(
    when: dict[str, rules.Expression], marks: dict[str, str]
) -> None:
    items = tuple(ItemRule(code, "one") for code in CODES)
    hidden = rules.skipped(when, marks)
    seen = {code: mark for code, mark in marks.items() if code not in hidden}
    result = scoring.score(ScoringRules(items, conditions=when), marks)
    assert result == scoring.score(ScoringRules(items), seen)
    assert rules.skipped(when, seen) == hidden
    assert scoring.score(ScoringRules(items, conditions=when), seen) == result


@given(when=conditions(), marks=MARKS, code=st.sampled_from(CODES), mark=st.sampled_from(["yes", "no", "na"]))
def test_a_hidden_mark_changes_nothing(
    when: dict[str, rules.Expression], marks: dict[str, str], code: str, mark: str
) -> None:
    if code in rules.skipped(when, marks):
        items = tuple(ItemRule(one, "one") for one in CODES)
        one, other = (scoring.score(ScoringRules(items, conditions=when), m) for m in (marks, {**marks, code: mark}))
        assert one == other


@given(st.text(max_size=40))
def test_whatever_is_typed_is_read_as_something(typed: str) -> None:
    for kind in ItemType:
        assert isinstance(questions.read(ItemRule("x", "one", kind), typed), str)


def test_a_count_is_never_below_nothing_but_a_scale_may_be(session: Session) -> None:
    minutes, warmth = {"type": "number", "worst": "20", "best": "5"}, {"type": "number", "worst": "-5", "best": "5"}
    said = {"heard": "heard takes no number below 0.", "waited": "waited takes no number below 0."}
    audit = items_of(session, waited=minutes, heard={"type": "number", "scored": False}, degrees=warmth)
    assert dict(faults(session, audit, waited="-3", heard="-0.5", degrees="-3")) == said
    send(session, audit, waited="0", heard="-0", degrees="-3")
    assert stored(session, audit) == {"waited": "0", "heard": "-0", "degrees": "-3"}
