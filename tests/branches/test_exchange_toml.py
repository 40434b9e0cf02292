"""A standard as TOML: the shipped one is loaded, a bad one is refused with its place, none brings the parser down."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlmodel import Session, select

from branches import history, standards
from branches.errors import Refused
from branches.exchange import FormRefused, export_folder, load_standard
from branches.exchange.shipped import read_standard
from branches.exchange.toml import MOST_BYTES, read_toml
from branches.standards import Standard
from tests import make
from tests.branches import forms
from tests.branches.forms import NOW, read, write

STRUCTURE = """
title = "Test"
total = "sections"
bands = { good = 80, poor = 0.5 }

[[sections]]
code = "greeting"
title = "Greeting"
weight = 2.5

[[sections.items]]
code = "greeted"
text = "Greeted?"
hint = "A nod counts."
weight = 3
critical = true

[[sections.items]]
code = "after"
type = "seconds"
from = 180
to = 60
na = true
when = "greeted = yes"
timed = "arrived-greeted"
channels = ["visit", "phone"]
text = "After how long?"

[[sections]]
code = "rest"
title = "The rest"
scored = false

[[sections.items]]
code = "who"
type = "choice"
options = ["desk", "stylist"]
judgement = true
required = false
text = "Who?"
"""
HUNGARIAN = """
language = "hu"
title = "Próba"
sections = { greeting = "Köszöntés" }
[items.greeted]
text = "Köszöntek?"
[items.who]
text = "Ki?"
options = { desk = "A pult" }
"""
DOTS = b"\n".join(b"k%d.a.b.c.d.e.f = 1" % number for number in range(20_000))
MEASURED = """
import resource, sys, time
from branches.errors import Refused
from branches.exchange.toml import read_toml
data = sys.stdin.buffer.read()
before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
try:
    read_toml(data)
except Refused as refused:
    print(refused)
print(time.process_time() - began)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def folder(tmp_path: Path, structure: str = STRUCTURE, hungarian: str = HUNGARIAN) -> Path:
    (tmp_path / "test.toml").write_text(structure, encoding="utf-8")
    (tmp_path / "test.hu.toml").write_text(hungarian, encoding="utf-8")
    return tmp_path


def faults(path: Path) -> list[str]:
    with pytest.raises(FormRefused) as refused:
        read_standard(path)
    return [str(fault) for fault in refused.value.faults]


def test_standard_is_stored_and_published(session: Session, tmp_path: Path) -> None:
    standard = load_standard(session, folder(tmp_path), at=NOW, by=make.user(session))
    assert (standard.version, standard.title, standard.total, standard.published_at) == (1, "Test", "sections", NOW)
    assert standard.bands == {"good": "80", "poor": "0.5"}
    assert [(s.code, s.weight, s.scored, s.titles) for s in standard.sections] == [
        ("greeting", "2.5", True, {"en": "Greeting", "hu": "Köszöntés"}),
        ("rest", "1", False, {"en": "The rest"}),
    ]
    greeted, after, who = (item for section in standard.sections for item in section.items)
    assert (greeted.weight, greeted.critical, greeted.na, greeted.required) == ("3", True, False, True)
    assert greeted.wording == {"en": {"text": "Greeted?", "hint": "A nod counts."}, "hu": {"text": "Köszöntek?"}}
    assert (after.type, after.worst, after.best, after.na) == ("seconds", "180", "60", True)
    assert after.timed == "arrived-greeted"
    assert (after.condition, after.channels, greeted.channels) == ("greeted = yes", ["visit", "phone"], ["visit"])
    assert (who.options, who.judgement, who.required, who.scored) == (["desk", "stylist"], True, False, False)
    assert who.wording["hu"] == {"text": "Ki?", "options": {"desk": "A pult"}}
    assert [item.position for item in (greeted, after, who)] == [0, 1, 2]
    assert [event.verb for event in history.of(session, standard)] == ["publish"]


def test_standard_is_not_published_twice(session: Session, tmp_path: Path) -> None:
    first = load_standard(session, folder(tmp_path), at=NOW)
    assert load_standard(session, folder(tmp_path), at=NOW) is first
    second = load_standard(session, folder(tmp_path, hungarian=HUNGARIAN.replace("Ki?", "Kicsoda?")), at=NOW)
    assert (second.version, len(session.exec(select(Standard)).all())) == (2, 2)


def test_shipped_standard_is_loaded_in_its_languages(session: Session) -> None:
    standard = load_standard(session, at=NOW)
    items = [item for section in standard.sections for item in section.items]
    assert {code for item in items for code in item.wording} == {"en", "hu", "hi", "ta", "te"}
    assert standards.titles(standard, "hu")["greeting"] == "Köszöntés"
    assert [item.code for item in items if item.critical] == ["same_courtesy", "clean_tools"]
    assert [section.code for section in standard.sections if not section.scored] == ["outcome"]


def test_shipped_standard_survives_the_folder_form(session: Session, tmp_path: Path) -> None:
    """Its items and how they are scored, that is: hints, languages and conditions have no place there."""
    shipped = load_standard(session, at=NOW)
    export_folder(session, tmp_path / "out", at=NOW)
    header = read(tmp_path / "out")["audits.csv"][0]
    export = read(tmp_path / "out")["items.csv"]
    folder = write(
        tmp_path / "form",
        items=export,
        audits=[header, ["a", "b1", "2026-02-02", "", "visit", *[""] * (len(header) - 5)]],
    )
    assert forms.take(session, folder).version == 2
    imported = standards.newest(session)
    assert imported is not None
    assert set(standards.scoring_rules(imported).items) == set(standards.scoring_rules(shipped).items)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("weight = 3", "weight = -3", "greeted.weight: -3 is below 0, which a weight cannot be."),
        ("weight = 3", 'weight = "3"', "greeted.weight: A number belongs here."),
        ("weight = 3", "weight = true", "greeted.weight: A number belongs here."),
        ("weight = 3", "weight = 1e9", "greeted.weight: 1E+9 is not a number of at most 30 characters; write it like 12.5."),
        ("weight = 3", "weight = inf", "greeted.weight: Infinity is not a number of at most 30 characters; write it like 12.5."),
        ("weight = 3", f"weight = 0x{'f' * 9999}", "greeted.weight: A number belongs here."),
        ("critical = true", 'critical = "yes"', "greeted.critical: true or false belongs here."),
        ("critical = true", "colour = 1", "greeted.colour: The key is not known; these are: channels, code, critical, from, hint, judgement, na, options, playbook, required, scored, text, timed, to, type, weight, when."),
        ('text = "Greeted?"', "", "greeted.text: The item needs a text."),
        ('text = "Greeted?"', "text = 5", "greeted.text: A text of at most 2000 characters belongs here."),
        ('"visit", "phone"', "1", "after.channels: A list of words belongs here."),
        ("from = 180", "", "after.from: An item of type seconds needs the range it is scored on: from and to."),
        ("from = 180", "from = 60", "after.to: from and to must differ."),
        ('type = "seconds"', 'type = "hours"', "after.type: hours is not a type of item; these are: yes_no, rating, number, seconds, choice, text, photo."),
        ('code = "after"', 'code = "greeted"', "code: greeted is there twice."),
        ("arrived-greeted", "greeted", "after.timed: An item is timed from one of arrived, greeted, offered, served, paid to a later one, as arrived-greeted."),
        ("critical = true", 'timed = "arrived-paid"', "greeted.timed: Only an item of type seconds is timed."),
        ("greeted = yes", "greeted is yes", 'after.when: "is" stands in the rule where one of = != < > belongs.'),
        ("greeted = yes", "smiled = yes", "when: The rule of after asks about smiled, which is not an item."),
        ("greeted = yes", "after = yes", "when: The rules of after wait for one another."),
        ('options = ["desk", "stylist"]', "", "who.options: An item of type choice, and no other, has options."),
        ('total = "sections"', 'total = "mean"', "total: mean is not a way to a total; these are: pooled, sections."),
        ("good = 80", "good = []", "bands.good: A number belongs here."),
        ("bands = {", "bands = 5 #", "bands: A table belongs here."),
        ('title = "Test"', 'titel = "Test"', "titel: The key is not known; these are: bands, code, language, sections, title, total."),
    ],
)  # fmt: skip
def test_structure_with_a_fault(tmp_path: Path, before: str, after: str, sentence: str) -> None:
    structure = STRUCTURE.replace(before, after, 1)
    assert structure != STRUCTURE
    told = faults(folder(tmp_path, structure))
    assert f"test.toml, column {sentence}" in told


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ('"hu"', '"hi"', "language: The file's name says hu."),
        ("{ greeting", "{ farewell", "sections.farewell: The key is not known; these are: greeting, rest."),
        ("[items.greeted]", "[items.smiled]", "items.smiled: The key is not known; these are: after, greeted, who."),
        ('text = "Ki?"', 'hint = "Ki?"', "items.who.text: The item needs a text."),
        ("{ desk", "{ boss", "items.who.options.boss: The key is not known; these are: desk, stylist."),
        ('title = "Próba"', 'titel = "Próba"', "titel: The key is not known; these are: items, language, sections, title."),
    ],
)  # fmt: skip
def test_wording_with_a_fault(tmp_path: Path, before: str, after: str, sentence: str) -> None:
    assert faults(folder(tmp_path, hungarian=HUNGARIAN.replace(before, after))) == [f"test.hu.toml, column {sentence}"]


def test_standard_without_items(tmp_path: Path) -> None:
    assert faults(folder(tmp_path, 'title = "x"', "")) == [
        "test.toml, column sections: A standard has sections, and these have items."
    ]


def test_folder_without_one_structure(tmp_path: Path) -> None:
    sentence = "One file NAME.toml with the structure belongs here, and NAME.LANGUAGE.toml for wording."
    assert faults(tmp_path) == [f"{tmp_path.name}: {sentence}"]
    folder(tmp_path)
    (tmp_path / "other.toml").write_text("")
    assert faults(tmp_path) == [f"{tmp_path.name}: {sentence}"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"a = 1\n" * MOST_BYTES, "The file has more than 512000 bytes."),
        (b"a = '\xff'", "Byte 6 of the file is not UTF-8."),
        (b"a = ", "The file is not TOML: Invalid value (at end of document)."),
        (b"a = " + b"[" * 5000, "The file is nested more than 8 deep."),
        (b"a = " + b"{a=" * 5000, "The file is nested more than 8 deep."),
        (b"a." * 20_000 + b"a = 1", "The file is nested more than 8 deep."),
        (b"['a'" + b" . 'a'" * 9_999 + b"]", "The file is nested more than 8 deep."),
        (b'["a"' + b'."a"' * 9_999 + b"]", "The file is nested more than 8 deep."),
        (DOTS, "The file has more than 15000 dots in its keys and numbers."),
        (b'a = ["""x"""", ' + b"[" * 5000, "The file is nested more than 8 deep."),
        (b"a = ['''x''''', " + b"[" * 5000, "The file is nested more than 8 deep."),
        (b"a = " + b"9" * 5000, "The file is not TOML: "),
    ],
    ids=[
        "large",
        "Latin-1",
        "broken",
        "arrays",
        "tables",
        "dotted",
        "spaced dots",
        "quoted dots",
        "many dots",
        "behind quotes",
        "behind five",
        "digits",
    ],
)
def test_toml_is_bounded(data: bytes, sentence: str) -> None:
    began = time.process_time()
    with pytest.raises(Refused) as refused:
        read_toml(data)
    assert str(refused.value).startswith(sentence)
    assert time.process_time() - began < 10  # a search that is not linear takes hours


@pytest.mark.slow
@pytest.mark.parametrize("dots", [b".".join([b"a"] * 20_000) + b" = 1", DOTS], ids=["in one", "beside each other"])
def test_twenty_thousand_dotted_keys_are_refused_at_once(dots: bytes) -> None:
    """In a process of its own, since its memory is to be seen too."""
    done = subprocess.run([sys.executable, "-c", MEASURED], input=dots, capture_output=True, check=True)
    refused, seconds, mebibytes = done.stdout.decode().splitlines()
    assert refused.startswith("The file ")
    assert (float(seconds) < 1, int(mebibytes) < 50) == (True, True)


@pytest.mark.parametrize(
    "unit", [b'"""', b"'''", b'"', b"'", b'"\n', b"\\", b'"\\', b"#", b"a.", b"a . ", b'"".', b".", b"- "]
)
def test_no_repetition_slows_the_look_before_parsing(unit: bytes) -> None:
    began = time.process_time()
    with pytest.raises(Refused):
        read_toml(b"a = " + unit * (MOST_BYTES // len(unit) - 4))
    assert time.process_time() - began < 10  # a search that is not linear takes hours


def test_toml_reads_text_with_brackets_and_dots() -> None:
    text = """a = "[[[[[[[[[[ a.b.c.d.e.f.g.h.i.j.k" # [[[[[[[[[[
b = '''[[[[[[[[[[
'''
c = 1.5
"""
    assert read_toml(text.encode())["b"] == "[[[[[[[[[[\n"


def test_sections_that_are_no_list(tmp_path: Path) -> None:
    assert faults(folder(tmp_path, "sections = 5", "")) == [
        "test.toml, column sections: A list of tables belongs here.",
        "test.toml, column sections: A standard has sections, and these have items.",
    ]


def test_every_broken_file_is_told(tmp_path: Path) -> None:
    folder(tmp_path, "a = [", "b = ]")
    assert [fault.split(" (")[0] for fault in faults(tmp_path)] == [
        "test.hu.toml: The file is not TOML: Invalid value",
        "test.toml: The file is not TOML: Invalid value",
    ]
