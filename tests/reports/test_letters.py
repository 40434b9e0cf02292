from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.figures import State
from reports.letters import NO_LETTER, every_text, legible


@pytest.mark.parametrize(
    "name",
    [
        "=cmd|'/c calc'!A0 $x$ <b>*#panic()*",
        "K" * 200,
        "Állomás tér",
        "பழைய சந்தைத் தெருவும்",
        "చెరువు వీధి",
        "बाज़ार चौक",
        "مقهى السلام",
        "קפה שלום",
        "a\u200db\u2068c\u2069",
    ],
)
def test_name_in_our_letters_stays_as_it_is(name: str) -> None:
    assert legible(name) == name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("上海 x", f"{NO_LETTER}{NO_LETTER} x"),
        ("a\nb\tc\x00d", "a b c d"),
        ("\ud800a\ue000", f" a{NO_LETTER}"),
        ("☀\ufe0f", "☀"),
        ("ש\u0941", "ש"),  # a sign that none of the letter's fonts can hang on it
        ("", ""),
    ],
)
def test_what_no_font_has_is_shown_as_missing(name: str, shown: str) -> None:
    assert legible(name) == shown


@given(st.text())
def test_legible_text_is_legible(text: str) -> None:
    assert legible(legible(text)) == legible(text)


@dataclass(frozen=True)
class Told:
    name: str
    state: State
    rows: tuple[tuple[str, ...], ...]
    inner: "Told | None" = None
    number: float = 1.5


def test_every_text_is_changed_and_nothing_else() -> None:
    told = Told("a", State.ABOVE, (("b", "c"),), Told("d", State.WATCH, ()))
    assert every_text(told, str.upper) == Told("A", State.ABOVE, (("B", "C"),), Told("D", State.WATCH, ()))
