from fractions import Fraction
from time import sleep
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from branches import history, standards
from branches.database import reading, transaction
from branches.errors import Conflict, Refused
from branches.scoring import Band, ItemType, Total
from branches.standards import Item, Section, Standard
from tests import make
from tests.together import together


def drafted(session: Session, **item: Any) -> Standard:
    """A draft of one section with one item."""
    made = standards.draft(session, title="Draft", bands={"low": "0", "high": "85.5"})
    section = Section(standard_id=made.id, code="greeting", position=0, weight="2.5", titles={"hu": "Köszöntés"})
    session.add(section)
    session.flush()
    session.add(Item(standard_id=made.id, section_id=section.id, code="smile", position=0, **item))
    session.flush()
    session.refresh(made)
    return made


def test_versions_are_counted_up(session: Session) -> None:
    assert [standards.draft(session, title="x").version for _ in range(3)] == [1, 2, 3]


def test_the_current_version_is_the_newest_published(session: Session) -> None:
    assert standards.newest(session) is None
    one, two = make.standard(session), make.standard(session)
    standards.draft(session, title="not yet")
    assert (standards.newest(session), one.version, two.version) == (two, 1, 2)


def test_published_versions_are_told_the_newest_first_and_no_draft(session: Session) -> None:
    one, two = make.standard(session), make.standard(session)
    standards.draft(session, title="not yet")
    assert standards.published(session) == [two, one]


def test_publishing_writes_history_and_happens_once(session: Session) -> None:
    office, made = make.user(session), drafted(session)
    standards.publish(session, made, at=make.NOON, by=office)
    assert [(e.verb, e.by_id, e.details) for e in history.of(session, made)] == [("publish", office.id, {"version": 1})]
    with pytest.raises(Refused, match="already published"):
        standards.publish(session, made, at=make.NOON, by=office)


def test_a_standard_without_items_is_not_published(session: Session) -> None:
    made = standards.draft(session, title="empty")
    with pytest.raises(Refused, match="without items"):
        standards.publish(session, made, at=make.NOON, by=None)


@pytest.mark.parametrize("number", ["", "-1", "1e9", "nan", "1/3", "x", "٣", "9" * 31])
def test_a_weight_that_cannot_be_calculated_with_is_not_published(session: Session, number: str) -> None:
    made = drafted(session, weight=number)
    with pytest.raises(Refused, match="is not a number of 0 or more"):
        standards.publish(session, made, at=make.NOON, by=None)


def test_weights_of_sections_and_floors_of_bands_are_numbers_too(session: Session) -> None:
    made = drafted(session)
    made.sections[0].weight = "heavy"
    with pytest.raises(Refused, match="greeting: heavy"):
        standards.publish(session, made, at=make.NOON, by=None)
    made.sections[0].weight = "1"
    made.bands = {"high": "85,5"}
    with pytest.raises(Refused, match="high: 85,5"):
        standards.publish(session, made, at=make.NOON, by=None)


@pytest.mark.parametrize(
    ("kind", "worst", "best"),
    [
        (ItemType.RATING, None, None),
        (ItemType.RATING, "1", None),
        (ItemType.RATING, "3", "3.0"),
        (ItemType.RATING, "0.5", "5"),
        (ItemType.NUMBER, "1e9", "0"),
        (ItemType.SECONDS, "60", ""),
    ],
)
def test_a_range_that_earns_nothing_to_everything_is_needed(
    session: Session, kind: ItemType, worst: str | None, best: str | None
) -> None:
    made = drafted(session, type=kind.value, worst=worst, best=best)
    with pytest.raises(Refused, match="smile needs two different numbers"):
        standards.publish(session, made, at=make.NOON, by=None)


@pytest.mark.parametrize(
    "item", [{"type": "rating", "scored": False}, {"type": "seconds", "worst": "120.5", "best": "30"}, {"type": "text"}]
)
def test_a_range_is_needed_only_where_something_is_scored_on_it(session: Session, item: dict[str, object]) -> None:
    made = drafted(session, **item)
    standards.publish(session, made, at=make.NOON, by=None)
    assert made.published_at == make.NOON


@pytest.mark.parametrize("item", [{"scored": False}, {"type": "text"}])
def test_a_critical_item_must_be_scored(session: Session, item: dict[str, object]) -> None:
    made = drafted(session, critical=True, **item)
    with pytest.raises(Refused, match="smile is critical, so it must be scored"):
        standards.publish(session, made, at=make.NOON, by=None)


@pytest.mark.slow
def test_two_who_begin_a_version_at_once_do_not_both_have_it(engine: sa.Engine) -> None:
    def begin() -> int:
        with transaction(engine) as session:
            version = standards.draft(session, title="mine").version
            sleep(0.1)  # so that the other one begins meanwhile
        return version

    given = together(begin, begin)
    with reading(engine) as session:
        kept = sorted(session.exec(select(Standard.version)))
    assert kept == sorted(version for version in given if isinstance(version, int))
    assert [type(why) for why in given if not isinstance(why, int)] == [Conflict] * (2 - len(kept))


def test_two_who_publish_at_once_write_it_down_once(engine: sa.Engine) -> None:
    with transaction(engine) as session:
        made = drafted(session)

    def publish() -> None:
        with transaction(engine) as session:
            standard = session.get_one(Standard, made.id)
            sleep(0.05)
            standards.publish(session, standard, at=make.NOON, by=None)
            session.flush()
            sleep(0.05)

    given = together(publish, publish)
    with reading(engine) as session:
        assert [e.verb for e in history.of(session, made)] == ["publish"]
    assert sorted(str(why) for why in given) == ["None", "Version 1 of the standard is already published."]


def test_scoring_rules_are_the_version_as_written(session: Session) -> None:
    made = drafted(
        session, type="choice", weight="0.3", scored=False, na=False, options=["red", "green"], worst="120", best="30"
    )
    made.total = Total.SECTIONS.value
    rules = standards.scoring_rules(made)
    (item,) = rules.items
    assert (rules.total, rules.section_weights) == (Total.SECTIONS, {"greeting": Fraction(5, 2)})
    assert (item.code, item.section, item.type) == ("smile", "greeting", ItemType.CHOICE)
    assert (item.weight, item.worst, item.best) == (Fraction(3, 10), Fraction(120), Fraction(30))
    assert (item.scored, item.critical, item.na, item.options) == (False, False, False, ("red", "green"))


def test_items_of_a_section_that_is_not_scored_are_not_scored(session: Session) -> None:
    made = drafted(session)
    made.sections[0].scored = False
    assert [item.scored for item in standards.scoring_rules(made).items] == [False]


def test_bands_are_exact(session: Session) -> None:
    assert standards.bands(drafted(session)) == [Band("low", Fraction(0)), Band("high", Fraction("85.5"))]


def test_titles_and_texts_fall_back_on_english_and_then_on_the_code(session: Session) -> None:
    made = drafted(session, wording={"en": {"text": "A smile"}, "hu": {"text": "Mosoly"}})
    assert standards.titles(made, "hu") == {"greeting": "Köszöntés"}
    assert standards.titles(made, "ta") == {"greeting": "greeting"}
    assert standards.item_texts(made, "hu") == {"smile": "Mosoly"}
    assert standards.item_texts(made, "ta") == {"smile": "A smile"}
    made.sections[0].items[0].wording = {}
    assert standards.item_texts(made, "en") == {"smile": "smile"}
