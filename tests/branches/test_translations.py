"""The catalogues' sentences as readers meet them: with values in, in the words of the glossary."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from babel.messages.pofile import read_po

from branches.language import CATALOGUES, ORIGINAL, Language, codes, forms, language

TRANSLATED = [code for code in codes() if code != ORIGINAL]
INDIAN = ("hi", "ta", "te")
DAY = dt.date(2026, 11, 16)
FIELD = re.compile(r"\{(\w+)\}")
WORD = re.compile(r"(?<![A-Za-z/.-])[a-z][a-z_]*(?:\.[a-z0-9]+)*")
ENDS = {".": ".।!", "?": "?", ":": ":", ",": ",!"}
"""With which sign a translation may end where its English sentence ends with that one."""
NO_SENTENCES = {"Branches of"}
"""What stands before a name; some languages part the two by a colon."""
ILL = re.compile(r"[.।]\s?[.।]|[,;:]{2}|\s\s|^\s|\s$|\s[,;:।]|\s[.?!](?!=|\s*<)|\{|\}")
"""Two stops, two spaces, a space before a stop, a field that was not filled."""
RULE = "= != < >"
"""The one place where signs stand alone."""
AS_WRITTEN = {
    *("and", "or", "from", "to", "yes", "no", "na", "none", "true", "false", "choice", "greeted", "carriage", "return"),
    *("sender", "security", "mail", "chmod", "sqlite", "monitor", "import", "publish", "restore", "data"),
    *("standard", "arrived", "seconds", "password_file", "chain.sqlite3", "audits.csv", "branches.csv", "salon.toml"),
    *("config.toml", "tuesday", "secret_file", "whsec_", "base", "https"),
    *(
        "choices",
        "constraint",
        "good",
        "hu",
        "label",
        "not",
        "phone",
        "pt",
        "relevant",
        "salon.xlsx",
        "visit",
        "waited",
    ),
    *("weight", "when"),
}
"""What has to be typed or is named in a file, and is therefore the same in every language."""
SHUNNED = {
    "hu": ("szokásos felett", "szokásos alatt", "ellenőrzés", " ezelőtt", "levelezőszerver", "kijelentkez"),
    "hi": ("शाखा", "समय क्षेत्र", "ईमेल पता", "सप्ताह", "सहेज", "बाकी", "खाली"),
    "ta": ("மொத்த நிறுவன", "ஏற்கனவே", "சேவையக", "புகைப்பட", "ஒதுக்கப்"),
    "te": ("శాఖ", "విజిట్", "సంచిక", "భద్రపర", "హెడ్ ఆఫీసు", "సలూన్"),
}
"""Second words for what the glossary has one word for, or forms that are wrong."""


def pairs(code: str) -> Iterator[tuple[str, str]]:
    """Each English sentence with its translation; of a plural each form."""
    with (CATALOGUES / f"{code}.po").open("rb") as file:
        for entry in read_po(file, locale=code):
            if entry.id and all(forms(entry.string)):
                yield from ((forms(entry.id)[-1], text) for text in forms(entry.string))


@pytest.mark.parametrize("value", ["Fő tér", "Duna u.", DAY, 5], ids=["name", "name with a stop", "day", "number"])
@pytest.mark.parametrize("code", TRANSLATED)
def test_a_sentence_with_its_values_in_has_one_stop_and_single_spaces(code: str, value: object) -> None:
    found = [Language(code, language(code).locale, {"it": (text,)}) for _, text in pairs(code)]
    shown = [tongue.say("it", **dict.fromkeys(FIELD.findall(tongue.sentences["it"][0]), value)) for tongue in found]
    assert [text for text in shown if ILL.search(text.replace(RULE, "="))] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_translation_ends_as_its_sentence_does(code: str) -> None:
    def told(text: str) -> str:
        return text[-1] if text[-1] in ".।?!:," else ""

    astray = [
        (original, text)
        for original, text in pairs(code)
        if original not in NO_SENTENCES
        and (told(text) not in ENDS.get(told(original), "") or bool(told(original)) != bool(told(text)))
    ]
    assert astray == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_quotation_marks_and_brackets_are_opened_and_closed_as_the_language_does(code: str) -> None:
    opened, other = ("„", "“") if code == "hu" else ("“", "„")
    unpaired = [
        text
        for _, text in pairs(code)
        if text.count(opened) != text.count("”") or other in text or text.count("(") != text.count(")")
    ]
    assert unpaired == []


@pytest.mark.parametrize("code", INDIAN)
def test_no_english_word_is_left_but_what_has_to_be_typed(code: str) -> None:
    left = {word for _, text in pairs(code) for word in WORD.findall(FIELD.sub("", text)) if word not in AS_WRITTEN}
    assert left == set()


@pytest.mark.parametrize("code", TRANSLATED)
def test_one_thing_has_one_word(code: str) -> None:
    found = [text for _, text in pairs(code) if any(word in text for word in SHUNNED[code])]
    assert found == []
