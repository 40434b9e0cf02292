"""Stamps: moments tapped at the branch, and the answers that follow from them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from branches import drafts, sending, stamps
from branches.drafts import Typed
from branches.errors import Refused
from tests import make
from tests.branches.test_drafts import begun, own, save

CASES = json.loads((Path(__file__).parents[1] / "phone" / "vectors.json").read_text(encoding="utf-8"))["stamps"]
AT = "2026-03-02T10:00:03Z"


@pytest.mark.parametrize("case", CASES)
def test_the_answers_follow_the_stamps(case: dict[str, Any]) -> None:
    spans = {item: (first, last) for item, (first, last) in case["spans"].items()}
    found = stamps.changes(spans, case["before"], case["after"], case["marks"], case["zone"])
    assert found == case["changes"]


def test_a_span_goes_from_one_stamp_to_a_later_one() -> None:
    assert (stamps.span(""), stamps.span("arrived-paid")) == (None, ("arrived", "paid"))
    for wrong in ("arrived", "arrived-arrived", "greeted-arrived", "arrived-left", "arrived-greeted-paid", "-"):
        with pytest.raises(Refused, match="as arrived-greeted"):
            stamps.span(wrong)


def test_what_is_written_is_read() -> None:
    assert stamps.written(datetime(2026, 3, 2, 10, 0, 3, 999, tzinfo=UTC)) == AT
    assert stamps.moment(AT) == datetime(2026, 3, 2, 10, 0, 3, tzinfo=UTC)
    assert [stamps.moment(text) for text in ("", "2026-13-02T10:00:03Z", "2026-03-02T10:00:03", "now")] == [None] * 4


def test_stamps_are_kept_with_the_draft_and_are_no_answers(session: Session) -> None:
    audit = begun(session)
    held = save(session, audit, 0, **{"@arrived": AT, "@greeted": "soon"})
    assert (held.stamps, held.marks, stamps.BEGUN in held.entries) == ({"arrived": AT}, {}, False)
    assert sending.marks(audit, held) == {}


def test_of_two_pages_the_last_stamp_holds(session: Session) -> None:
    audit = begun(session)
    later = AT.replace("03Z", "09Z")
    save(session, audit, 0, **{"@arrived": AT})
    held = save(session, audit, 0, **{"@arrived": later})
    assert (held.stamps, held.undecided) == ({"arrived": later}, [])


def test_the_first_answer_leaves_its_moment(session: Session) -> None:
    audit = begun(session)
    save(session, audit, 0, "2026-03-02T10:00")
    assert stamps.BEGUN not in drafts.read(session, audit).entries
    save(session, audit, 1, greeting1="yes")
    first = drafts.read(session, audit).typed(stamps.BEGUN)
    assert first == Typed(stamps.written(make.NOON))
    drafts.save(session, audit, {"greeting2": Typed("no")}, None, seen=2, by=own(audit), at=make.NOON.replace(hour=23))
    assert drafts.read(session, audit).typed(stamps.BEGUN) == first


def test_what_the_phone_says_of_the_first_answer_holds(session: Session) -> None:
    audit = begun(session)
    held = save(session, audit, 0, **{"greeting1": "yes", stamps.BEGUN: AT})
    assert held.typed(stamps.BEGUN).mark == AT
    held = save(session, audit, 1, **{stamps.BEGUN: AT.replace("10:00", "09:59")})
    assert held.typed(stamps.BEGUN).mark == AT.replace("10:00", "09:59")
    assert save(session, audit, 2, **{stamps.BEGUN: AT}).typed(stamps.BEGUN) == held.typed(stamps.BEGUN)
