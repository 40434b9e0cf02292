"""What is asked and what an answer may be: the program and the phone say the same, of written cases and of random ones."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from branches import questions, rules
from branches.questions import Mark, Question, Questions
from branches.rules import Expression
from branches.scoring import ItemRule, ItemType
from branches.standards import Item
from tests.phone.modules import empty_page

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))
WORDS = {
    "{item} is not answered yet.": "missing",
    "{item} needs a photo.": "photo",
    "{item} always applies and cannot be marked otherwise.": "always",
    "{item} cannot be marked {mark}.": "mark",
    "{item} takes from 0 to {most} seconds.": "seconds",
    "{item} takes no number below 0.": "least",
    "{item} takes no number as large as that.": "large",
    "{item} is longer than {most} characters.": "long",
    "The comment on {item} is longer than {most} characters.": "comment",
}
BOTH = """async (cases) => {
    const { skipped } = await import("/static/phone/rules.js");
    const { fault } = await import("/static/phone/marks.js");
    return [cases.skipped.map(({ questions, marks }) => [...skipped(questions, marks)].sort()),
            cases.faults.map(({ question, typed, comment, photos }) => fault(question, typed, comment, photos))];
}"""
SIGNS = [*"0123456789-.,: ", "\u0663", "\u09e7", "\U0001d7d8", "\ufeff", "\x1f", "\u2003", "na", "yes", "1:30"]


def question(packed: dict[str, Any]) -> Question:
    steps = packed.get("steps", [0, 1])
    rule = ItemRule(
        "x",
        "s",
        ItemType(packed["type"]),
        worst=steps[0],
        best=steps[1],
        na=packed.get("na", False),
        options=tuple(packed.get("options", ())),
    )
    return Question(
        Item(code="x", standard_id=1, section_id=1, position=0, required=packed.get("required", False)), rule
    )


def conditions(written: dict[str, str]) -> dict[str, Expression]:
    return {item: rules.parse(text) for item, text in written.items()}


def fault(case: dict[str, Any]) -> str:
    """What the program finds wrong, in the phone's word for it."""
    asked = Questions({"x": question(case["question"])}, {}, frozenset())
    given = {"x": Mark(case["typed"], case.get("comment", ""))}
    _, found = questions.check(asked, given, {"x": case.get("photos", 0)})
    assert len(found) <= 1
    return WORDS[found[0].refused.message] if found else ""


def as_sent(case: dict[str, Any]) -> dict[str, Any]:
    """A case as the phone is given it: with the definition that the program packs."""
    asked = Questions({"x": question(case["question"])}, {}, frozenset())
    return {"comment": "", "photos": 0, **case, "question": questions.packed(asked)["x"]}


def with_rules(case: dict[str, Any]) -> dict[str, Any]:
    found = {item: {"when": rules.packed(rule)} for item, rule in conditions(case["rules"]).items()}
    return {"questions": found, "marks": case["marks"]}


def by_phone(browser: Browser, cases: dict[str, list[dict[str, Any]]]) -> list[list[Any]]:
    sent = {"skipped": [*map(with_rules, cases["skipped"])], "faults": [*map(as_sent, cases["faults"])]}
    with empty_page(browser) as page:
        found: list[list[Any]] = page.evaluate(BOTH, sent)
    return found


def by_program(cases: dict[str, list[dict[str, Any]]]) -> list[list[Any]]:
    skipped = [sorted(rules.skipped(conditions(case["rules"]), case["marks"])) for case in cases["skipped"]]
    return [skipped, [fault(case) for case in cases["faults"]]]


WRITTEN = [[case["skipped"] for case in VECTORS["skipped"]], [case["fault"] for case in VECTORS["faults"]]]


def test_program_finds_what_is_written() -> None:
    assert by_program(VECTORS) == WRITTEN


@pytest.mark.browser
def test_what_comes_back_is_another_sending_by_the_same_phone(browser: Browser) -> None:
    """What was left unsent goes on as it is; the key that a sending goes by is another one, or it would count as done."""
    with empty_page(browser) as page:
        found = page.evaluate(
            """async () => {
                const { fresh, ofRound, type } = await import("/static/phone/kept.js");
                const about = { person: "p", audit: "a", branch: "b", round: "", seen: 0 };
                const draft = type(fresh(about), "x", "yes", "");
                const next = ofRound(draft, { ...about, round: "2026-01-05" });
                return [next.key === draft.key, next.sending !== draft.sending, next.entries.x.mark,
                    ofRound(draft, about) === draft];
            }"""
        )
    assert found == [True, True, "yes", True]


@pytest.mark.browser
def test_phone_finds_what_is_written(browser: Browser) -> None:
    assert by_phone(browser, VECTORS) == WRITTEN


def random_rule(chance: random.Random, depth: int = 0) -> str:
    kind = chance.choice(["=", "!=", "<", ">"] + (["and", "or", "not", "("] if depth < 3 else []))
    if kind in ("and", "or"):
        return f"{random_rule(chance, depth + 1)} {kind} {random_rule(chance, depth + 1)}"
    if kind == "not":
        return f"not ({random_rule(chance, depth + 1)})"
    if kind == "(":
        return f"({random_rule(chance, depth + 1)})"
    return f"{chance.choice('abcd')} {kind} {chance.choice(['yes', 'no', '1', '1.0', '-2.5', '3', 'na'])}"


def random_cases(chance: random.Random, number: int) -> dict[str, list[dict[str, Any]]]:
    marks = ["", "yes", "no", "1", "1.00", "-2.5", "3", "na", "x"]
    skipped = [
        {
            "rules": {item: random_rule(chance) for item in chance.sample("abcdef", chance.randint(0, 4))},
            "marks": {item: chance.choice(marks) for item in chance.sample("abcdef", chance.randint(0, 6))},
        }
        for _ in range(number)
    ]
    faults = [
        {
            "question": {
                "type": chance.choice([kind.value for kind in ItemType]),
                "na": chance.random() < 0.5,
                "required": chance.random() < 0.5,
                "steps": [1, 5],
                "options": ["tea", "yes"],
            },
            "typed": "".join(chance.choices(SIGNS, k=chance.randint(0, 5))),
            "photos": chance.choice([0, 0, 2]),
        }
        for _ in range(number)
    ]
    return {"skipped": skipped, "faults": faults}


@pytest.mark.browser
def test_phone_and_program_agree_on_random_cases(browser: Browser) -> None:
    cases = random_cases(random.Random(20261122), 2000)
    phone, program = by_phone(browser, cases), by_program(cases)
    for kind, mine, own in zip(("skipped", "faults"), phone, program, strict=True):
        unlike = [(case, a, b) for case, a, b in zip(cases[kind], mine, own, strict=True) if a != b]
        assert unlike == []
    assert {"", "missing", "mark"} <= set(program[1])
