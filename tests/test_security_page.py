"""What the page on security names is there: each file, and each test in it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WORDS = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(
    set(re.findall(r"`((?:branches|reports|monitor|supply|tests)/[\w/.]+?\.(?:py|html|js))(?:::(\w+))?`", WORDS))
)
ITEMS = ["8.2.2", "8.2.3", "7.4.1", "14.2.8", "1.2.10", "2.3.3", "15.4.2"]


@pytest.mark.parametrize(("path", "test"), NAMED)
def test_what_the_page_names_exists(path: str, test: str) -> None:
    assert (ROOT / path).is_file()
    assert not test or f"def {test}(" in (ROOT / path).read_text(encoding="utf-8")


def test_nothing_named_is_missed_by_this_test() -> None:
    assert len(NAMED) > 40
    assert len(set(re.findall(r"`(?:branches|reports|monitor|supply|tests)/[^`]*`", WORDS))) == len(NAMED)


def test_every_item_that_was_promised_is_answered_by_a_test() -> None:
    rows = dict(re.findall(r"^\| ([0-9.]+) \|(.*)$", WORDS, re.MULTILINE))
    assert [*rows] == ITEMS
    assert [item for item, row in rows.items() if "::test_" not in row] == []
