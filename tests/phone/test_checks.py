"""What the review desk would ask about, and what follows from stamps: the program and the phone say the same."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from branches import audits, doubts, naming, questions, stamps
from branches.doubts import Doubt, Times
from branches.questions import Mark, Question, Questions
from branches.scoring import ItemRule, ItemType
from branches.standards import Item
from tests.phone.modules import empty_page

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))
PHONE = """async (cases) => {
    const { ofAnswers, ofCorrections, ofTimes, ofStamps, ofVisit } = await import("/static/phone/checks.js");
    const { named, TITLES, OTHERS } = await import("/static/phone/naming.js");
    const { changes } = await import("/static/phone/stamps.js");
    const kinds = (found) => found.map(({ kind }) => kind);
    return { words: [TITLES, OTHERS],
        names: cases.names.map(({ text, known }) => named(text, known)),
        times: cases.times.map((times) => kinds(ofTimes(times))),
        visits: cases.visits.map(({ visited, here, asked }) => ofVisit(visited, here, asked)),
        tapped: cases.tapped.map(({ said, marks }) => kinds(ofStamps(said, marks))),
        doubts: cases.doubts.map(({ question, typed, comment }) =>
            kinds(ofAnswers({ x: question }, { x: { mark: typed, comment } }, []))),
        corrections: cases.corrections.map(({ question, sent, typed, comment, photos }) =>
            kinds(ofCorrections({ x: question }, { x: { mark: typed, comment } }, sent ? { x: sent } : {}, { x: photos }))),
        stamps: cases.stamps.map(({ spans, before, after, marks, zone }) => changes(spans, before, after, marks, zone)) };
}"""
WRITTEN = {
    "words": [naming.TITLES, naming.OTHERS],
    "names": [case["named"] for case in VECTORS["names"]],
    "times": [case["kinds"] for case in VECTORS["times"]],
    "visits": [case["fault"] for case in VECTORS["visits"]],
    "tapped": [case["kinds"] for case in VECTORS["tapped"]],
    "doubts": [case["kinds"] for case in VECTORS["doubts"]],
    "corrections": [case["kinds"] for case in VECTORS["corrections"]],
    "stamps": [case["changes"] for case in VECTORS["stamps"]],
}


def kinds(found: list[Doubt]) -> list[str]:
    return [doubt.kind.value for doubt in found]


def asked(packed: dict[str, Any]) -> Questions:
    worst, best = packed.get("steps", [0, 1])
    kind, options = ItemType(packed["type"]), tuple(packed.get("options", ()))
    rule = ItemRule("x", "s", kind, worst=worst, best=best, critical=packed.get("critical", False), options=options)
    return Questions({"x": Question(Item(code="x", standard_id=1, section_id=1, position=0), rule)}, {}, frozenset())


def of_times(case: dict[str, Any]) -> list[str]:
    window = tuple(case["window"]) if case["window"] else None
    given = {name: case[name] for name in ("visited", "here", "filling", "answers", "afar")}
    return kinds(doubts.of_times(Times(window=window, **given)))


def of_corrections(case: dict[str, Any]) -> list[str]:
    given, sent = Mark(case["typed"], case["comment"]), {"x": Mark(*case["sent"])} if case["sent"] else {}
    return kinds(doubts.of_corrections(asked(case["question"]), {"x": given}, sent, {"x": case["photos"]}))


def of_visit(case: dict[str, Any]) -> str:
    visited, here = (datetime.fromisoformat(case[name]).replace(tzinfo=UTC) for name in ("visited", "here"))
    return audits.visit_fault(visited, date.fromisoformat(case["asked"]), "UTC", at=here)


def by_program() -> dict[str, list[Any]]:
    given = [(asked(case["question"]), Mark(case["typed"], case["comment"])) for case in VECTORS["doubts"]]
    return {
        "words": [naming.TITLES, naming.OTHERS],
        "names": [naming.named(case["text"], frozenset(case["known"])) for case in VECTORS["names"]],
        "times": [of_times(case) for case in VECTORS["times"]],
        "visits": [of_visit(case) for case in VECTORS["visits"]],
        "tapped": [kinds(doubts.of_stamps(case["said"], case["marks"])) for case in VECTORS["tapped"]],
        "doubts": [kinds(doubts.of_answers(form, {"x": mark}, frozenset())) for form, mark in given],
        "corrections": [of_corrections(case) for case in VECTORS["corrections"]],
        "stamps": [
            stamps.changes({item: (a, b) for item, (a, b) in case["spans"].items()}, *_of(case))
            for case in VECTORS["stamps"]
        ],
    }


def _of(case: dict[str, Any]) -> tuple[Any, Any, Any, Any]:
    return case["before"], case["after"], case["marks"], case["zone"]


def as_sent(case: dict[str, Any]) -> dict[str, Any]:
    """A case as the phone is given it: with the definition that the program packs."""
    form = asked(case["question"])
    explain = doubts.explained(form.by_code["x"])
    return {**case, "question": {**questions.packed(form)["x"], "explain": explain}}


def test_program_finds_what_is_written() -> None:
    assert by_program() == WRITTEN


@pytest.mark.browser
def test_phone_finds_what_is_written(browser: Browser) -> None:
    with empty_page(browser) as page:
        packed = {kind: [*map(as_sent, VECTORS[kind])] for kind in ("doubts", "corrections")}
        found = page.evaluate(PHONE, {**VECTORS, **packed})
    assert found == WRITTEN
