"""The standard that ships: complete in every language, sound as a questionnaire."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

import branches
from branches.language import ORIGINAL, codes, language

FOLDER = Path(branches.__file__).parent / "standard"
LONGEST = {"text": 120, "hint": 140, "playbook": 160}
MEASURED = {"rating", "number", "seconds"}
TRANSLATED = [code for code in codes() if code != ORIGINAL]
FIELDS = {
    "code",
    "type",
    "weight",
    "from",
    "to",
    "critical",
    "na",
    "timed",
    "judgement",
    "required",
    "channels",
    "when",
    *LONGEST,
}


def read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


STANDARD = read("salon.toml")
SECTIONS: list[dict[str, Any]] = STANDARD["sections"]
ITEMS: list[dict[str, Any]] = [item for section in SECTIONS for item in section["items"]]
SCORED = {item["code"] for section in SECTIONS if section["scored"] for item in section["items"]}


def wording(code: str) -> dict[str, dict[str, str]]:
    """Item code → text, hint and, where the item is scored, playbook."""
    if code == ORIGINAL:
        return {item["code"]: {key: item[key] for key in LONGEST if key in item} for item in ITEMS}
    return dict(read(f"salon.{code}.toml")["items"])


def test_a_wording_exists_for_each_catalogue() -> None:
    assert {path.name for path in FOLDER.glob("*.toml")} == {
        "salon.toml",
        *(f"salon.{code}.toml" for code in TRANSLATED),
    }


def test_codes_are_unique_and_plain() -> None:
    named = [item["code"] for item in ITEMS] + [section["code"] for section in SECTIONS]
    assert len(named) == len(set(named))
    assert [code for code in named if not re.fullmatch(r"[a-z][a-z_]*", code)] == []


def test_items_have_no_field_that_nobody_reads() -> None:
    assert [(item["code"], set(item) - FIELDS) for item in ITEMS if set(item) - FIELDS] == []


def test_each_scored_section_has_at_least_seven_items_on_a_visit() -> None:
    visits = {
        s["code"]: sum("visit" in i.get("channels", ["visit"]) for i in s["items"]) for s in SECTIONS if s["scored"]
    }
    assert list(visits) == ["greeting", "care", "offerings", "service"]
    assert min(visits.values()) >= 7


def test_four_items_in_five_are_facts() -> None:
    scored = [item for item in ITEMS if item["code"] in SCORED]
    assert sum(not item.get("judgement", False) for item in scored) >= 0.8 * len(scored)


def test_hygiene_and_equal_courtesy_alone_are_critical() -> None:
    assert [item["code"] for item in ITEMS if item.get("critical")] == ["same_courtesy", "clean_tools"]


def test_scored_items_weigh_something_and_others_nothing() -> None:
    assert {item["code"] for item in ITEMS if item.get("weight", 0) > 0} == SCORED


def test_measured_items_alone_have_two_different_ends() -> None:
    assert [i["code"] for i in ITEMS if (i["type"] in MEASURED) != ("from" in i and "to" in i)] == []
    assert [i["code"] for i in ITEMS if i["type"] in MEASURED and i["from"] == i["to"]] == []


def test_channels_are_visit_or_phone() -> None:
    asked = {channel for item in ITEMS for channel in item.get("channels", ["visit"])}
    assert asked == {"visit", "phone"}


def test_skip_rules_name_earlier_items_and_their_answers() -> None:
    earlier: list[str] = []
    for item in ITEMS:
        for named, answer in re.findall(r"(\w+) !?= (\w+)", item.get("when", "")):
            assert named in earlier
            assert answer in {"yes", "no"}
        earlier.append(item["code"])


def test_the_skip_rules_are_few() -> None:
    assert [item["code"] for item in ITEMS if "when" in item] == ["greeted_after"]


@pytest.mark.parametrize("code", codes())
def test_wording_is_complete_and_short(code: str) -> None:
    words = wording(code)
    assert {item: set(texts) for item, texts in words.items()} == {
        item["code"]: set(LONGEST) if item["code"] in SCORED else {"text", "hint"} for item in ITEMS
    }
    lengths = [(item, key, len(text)) for item, texts in words.items() for key, text in texts.items()]
    assert [entry for entry in lengths if not 0 < entry[2] <= LONGEST[entry[1]]] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_section_titles_are_complete(code: str) -> None:
    words = read(f"salon.{code}.toml")
    assert list(words["sections"]) == [section["code"] for section in SECTIONS]
    assert all([*words["sections"].values(), words["title"]])
    assert words["language"] == code


@pytest.mark.parametrize("code", TRANSLATED)
def test_wording_follows_the_order_of_the_standard(code: str) -> None:
    """So that a translator reads both files side by side."""
    assert list(wording(code)) == [item["code"] for item in ITEMS]


SCRIPTS = {"Latn": "A-Za-zÀ-ž", "Deva": "\u0900-\u097f", "Taml": "\u0b80-\u0bff", "Telu": "\u0c00-\u0c7f"}


@pytest.mark.parametrize("code", codes())
def test_wording_is_written_in_the_script_of_its_language(code: str) -> None:
    own = SCRIPTS[language(code).script]
    stray = re.compile(rf"[^{own}\u200c\u200d\d\s.,:;?!“”„'()=-]")
    found = {item: stray.findall(" ".join(texts.values())) for item, texts in wording(code).items()}
    assert {item: letters for item, letters in found.items() if letters} == {}
