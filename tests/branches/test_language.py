import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from branches.language import CATALOGUES, ORIGINAL, Language, codes, language, message
from branches.translations.gather import problems, sentences, template, update

MINUS = "\u2212"
NARROW = "\u00a0"
MONDAY = dt.date(2026, 11, 16)
TRANSLATED = [code for code in codes() if code != ORIGINAL]


@pytest.fixture(scope="module")
def said() -> Catalog:
    return template()


@pytest.mark.parametrize("code", TRANSLATED)
def test_catalogue_says_everything_the_program_says_and_nothing_else(code: str, said: Catalog) -> None:
    assert problems(CATALOGUES / f"{code}.po", said) == []


def test_names_and_scripts_are_the_languages_own() -> None:
    assert {code: (language(code).name, language(code).script) for code in codes()} == {
        "en": ("English", "Latn"),
        "hi": ("हिन्दी", "Deva"),
        "hu": ("Magyar", "Latn"),
        "ta": ("தமிழ்", "Taml"),
        "te": ("తెలుగు", "Telu"),
    }


def test_language_is_read_once() -> None:
    assert language("hi") is language("hi")


def test_language_without_catalogue_is_refused() -> None:
    with pytest.raises(LookupError, match="no catalogue for the language 'xx'"):
        language("xx")


@pytest.mark.parametrize(
    ("code", "number", "whole", "percent"),
    [
        ("en", f"{MINUS}1,234,567.3", "1,234", "12.5%"),
        ("hu", f"{MINUS}1{NARROW}234{NARROW}567,3", f"1{NARROW}234", "12,5%"),
        ("hi", f"{MINUS}12,34,567.3", "1,234", "12.5%"),
        ("ta", f"{MINUS}12,34,567.3", "1,234", "12.5%"),
        ("te", f"{MINUS}12,34,567.3", "1,234", "12.5%"),
    ],
)
def test_numbers_are_written_as_the_language_does(code: str, number: str, whole: str, percent: str) -> None:
    words = language(code)
    assert (words.number(-1234567.25), words.whole(1234), words.percent(0.125, 1)) == (number, whole, percent)


@pytest.mark.parametrize(
    ("x", "digits", "shown"),
    [(0.05, 1, "0.1"), (-0.05, 1, f"{MINUS}0.1"), (-0.04, 1, "0.0"), (2.5, 0, "3"), (91.665, 2, "91.67")],
)
def test_numbers_are_rounded_half_up(x: float, digits: int, shown: str) -> None:
    assert language("en").number(x, digits) == shown
    assert language("en").number(Decimal(str(x)), digits) == shown


def test_percent_does_not_stumble_over_binary_fractions() -> None:
    assert language("en").percent(0.285) == "29%"


@pytest.mark.parametrize(
    ("code", "date", "short", "week"),
    [
        ("en", "16 November 2026", "16 Nov", "week of 16 November 2026"),
        ("hu", "2026. november 16.", "nov. 16.", "2026. november 16-i hét"),
        ("hi", "16 नवंबर 2026", "16 नव॰", "16 नवंबर 2026 का हफ़्ता"),
        ("ta", "16 நவம்பர், 2026", "16 நவ.", "16 நவம்பர், 2026 அன்று தொடங்கும் வாரம்"),
        ("te", "16 నవంబర్, 2026", "16 నవం", "16 నవంబర్, 2026తో మొదలయ్యే వారం"),
    ],
)
def test_days_are_written_as_the_language_does(code: str, date: str, short: str, week: str) -> None:
    words = language(code)
    assert (words.date(MONDAY), words.short_date(MONDAY), words.week(MONDAY)) == (date, short, week)


@pytest.mark.parametrize(
    ("code", "three"),
    [("en", "a, b and c"), ("hu", "a, b és c"), ("hi", "a, b, और c"), ("ta", "a, b மற்றும் c"), ("te", "a, b మరియు c")],
)
def test_items_are_joined_as_the_language_does(code: str, three: str) -> None:
    assert language(code).join(letter for letter in "abc") == three
    assert language(code).join([]) == ""


@pytest.mark.parametrize(
    ("code", "shown"),
    [("en", "“Cut” and “care and honesty”"), ("hu", "„Cut” és „csere és vágás”"), ("ta", "“Cut” மற்றும் “a, b”")],
)
def test_items_of_which_one_is_itself_a_list_stand_in_quotation_marks(code: str, shown: str) -> None:
    inner = {"en": "care and honesty", "hu": "csere és vágás", "ta": "a, b"}[code]
    assert language(code).join(["Cut", inner]) == shown
    assert language(code).join([inner]) == inner


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("Until {it}.", MONDAY, "Until 2026. november 16."),
        ("Until {it}. Then", MONDAY, "Until 2026. november 16. Then"),
        ("{it}.", "Duna u.", "Duna u."),
        ("{it}।", "Duna u.", "Duna u."),
        ("{it}.", "Duna", "Duna."),
        ("{it}, {it}", "Duna u.", "Duna u., Duna u."),
    ],
)
def test_a_value_that_ends_in_a_stop_is_followed_by_no_other(text: str, value: object, shown: str) -> None:
    assert Language("hu", language("hu").locale, {"it": (text,)}).say("it", it=value) == shown


def test_say_fills_each_value_in_its_own_form() -> None:
    english = language("en")
    assert (
        english.say("{a}, {b}, {c}, {d}", a="{b}", b=1200, c=-1.25, d=MONDAY)
        == f"{{b}}, 1,200, {MINUS}1.3, 16 November 2026"
    )


def test_say_words_a_message_within_a_message() -> None:
    hungarian = Language("hu", language("hu").locale, {"{a} is {b}": ("{a}: {b}",), "open": ("nyitott",)})
    assert hungarian.say("{a} is {b}", a="open", b=message("open")) == "open: nyitott"


def test_say_without_a_value_the_message_names_fails() -> None:
    with pytest.raises(KeyError, match="day"):
        language("en").say("week of {day}")


def test_message_without_translation_is_shown_in_english_and_marked() -> None:
    assert language("hu").say("Nobody says this {n} times.", n=3) == "[en] Nobody says this 3 times."
    assert language("hu").count("{n} of this", "{n} of these", 2) == "[en] 2 of these"
    assert language("en").count("{n} of this", "{n} of these", 1) == "1 of this"


def test_hindi_counts_nothing_as_one() -> None:
    hindi = Language("hi", language("hi").locale, {"{n} a": ("one {n}", "many {n}")})
    assert [hindi.count("{n} a", "{n} b", n) for n in (0, 1, 2)] == ["one 0", "one 1", "many 2"]


def test_sentences_are_found_in_python(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("""
x.say("said", a=b("not"))
Refused("refused"), message("marked"), x.say(y), "abc".count("a"), [].pop()(), f(x)("z")
x.count("one", "many", n), say("yes" if x else "no")
def say(text="not"): ...
""")
    assert list(sentences(file)) == ["said", "refused", "marked", ("one", "many"), "yes", "no"]


def test_sentences_are_found_in_templates(tmp_path: Path) -> None:
    file = tmp_path / "a.html"
    file.write_text(
        '{% macro m() %}{{ words.say("said") }}{% endmacro %}<a title="{{ say("yes" if x else "no") }}">not</a>'
        '{{ count("one", "many", n) }}{{ say(x) }}{{ say("a" if x) }}'
    )
    assert list(sentences(file)) == ["said", "yes", "no", ("one", "many"), "a"]


def said_in(*texts: str | tuple[str, str]) -> Catalog:
    catalogue = Catalog()
    for text in texts:
        catalogue.add(text)
    return catalogue


HEADER = '# Glossary: audit = próba\nmsgid ""\nmsgstr ""\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'


def test_update_keeps_header_and_translations_and_drops_what_is_not_said(tmp_path: Path) -> None:
    path = tmp_path / "hu.po"
    path.write_text(HEADER + '\nmsgid "kept"\nmsgstr "megtartott"\n\nmsgid "gone"\nmsgstr "elment"\n')
    update("hu", said_in("kept", "new"), tmp_path)
    assert path.read_text() == HEADER + '\nmsgid "kept"\nmsgstr "megtartott"\n\nmsgid "new"\nmsgstr ""\n'


def test_update_begins_a_catalogue_with_the_plural_rule_of_the_language(tmp_path: Path) -> None:
    update("hi", said_in(("one", "many")), tmp_path)
    assert problems(tmp_path / "hi.po", said_in(("one", "many"))) == ["not translated: one | many"]


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ('#, fuzzy\nmsgid "{a} b"\nmsgstr "c {a}"', ["not sure (fuzzy): {a} b"]),
        ('msgid "{a} b"\nmsgstr "c {d}"', ["other fields in braces: {a} b"]),
        ('msgid "{a} b"\nmsgstr ""', ["not translated: {a} b"]),
        ('msgid "{a} b"\nmsgstr "c {a}"\n\nmsgid "d"\nmsgstr "e"', ["not said any more: d"]),
        ('msgid "{a} b"\nmsgstr "c {a}"\n\n#~ msgid "d"\n#~ msgstr "e"', ["not said any more: d"]),
        ("", ["missing: {a} b"]),
        ('msgid "{a} b"\nmsgstr "c {a}"', []),
    ],
)
def test_problems_are_named(tmp_path: Path, entry: str, problem: list[str]) -> None:
    path = tmp_path / "hu.po"
    path.write_text(f"{HEADER}\n{entry}\n")
    assert problems(path, said_in("{a} b")) == problem


def test_a_wrong_plural_rule_in_the_header_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "hi.po"
    path.write_text(f"{HEADER}\n")
    (problem,) = problems(path, said_in())
    assert problem.startswith("the plural rule in the header should be nplurals=2; plural=")
