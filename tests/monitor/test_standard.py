"""`monitor standard`, as a person types it: shown, published, written out, and every refusal a sentence with exit code 2."""

import shutil
import tomllib
from datetime import UTC, datetime, timedelta
from importlib.resources import as_file
from pathlib import Path

import pytest

from branches.exchange.shipped import SHIPPED
from tests.branches import forms, workbooks
from tests.branches.test_exchange_toml import HUNGARIAN, STRUCTURE
from tests.monitor.typed import Monitor

CHOICE = "out.toml, column drink.options: An item of type choice, and no other, has options."


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A small standard in two languages."""
    (tmp_path / "mine.toml").write_text(STRUCTURE, encoding="utf-8")
    (tmp_path / "mine.hu.toml").write_text(HUNGARIAN, encoding="utf-8")
    return tmp_path / "mine.toml"


def test_a_chain_without_a_standard_is_told_how_to_get_one(monitor: Monitor) -> None:
    said = monitor("standard", "show")
    assert (said.code, said.err) == (
        2,
        "There is no standard yet; publish the one for salons with: monitor standard publish\n",
    )
    assert (monitor("standard", "export", "out.toml").code, Path("out.toml").exists()) == (2, False)


def test_the_standard_for_salons_is_published_once(monitor: Monitor) -> None:
    first = monitor("standard", "publish")
    shipped = tomllib.loads((SHIPPED / "salon.toml").read_text(encoding="utf-8"))
    items = sum(len(section["items"]) for section in shipped["sections"])
    head = f"version 1 · Salon service standard, in force since {datetime.now(UTC).date()}: {len(shipped['sections'])} sections"
    assert (first.code, first.out) == (0, f"Published {head}, {items} items.\n")
    assert monitor("standard", "publish").out == "Nothing new: version 1 says the same.\n"
    shown = monitor("standard", "show").out.splitlines()
    assert shown[:4] == [
        f"The standard: {head}, {items} items.",
        "",
        "Greeting (greeting)",
        "  greeted: Did someone greet you when you came in? [yes_no, weight 3]",
    ]
    assert len([line for line in shown if line.startswith("  ")]) == items


def test_show_says_how_each_item_counts(monitor: Monitor, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monitor("standard", "publish", str(file))
    monkeypatch.setenv("MONITOR_CHAIN__LANGUAGE", "hu")
    assert monitor("standard", "show").out.splitlines()[1:] == [
        "",
        "Köszöntés (greeting)",
        "  greeted: Köszöntek? [yes_no, weight 3, critical]",
        "  after: After how long? [seconds 180 to 60, weight 1, when greeted = yes]",
        "",
        "The rest (rest, not scored)",
        "  who: Ki? [choice, not scored]",
    ]


@pytest.mark.parametrize("published", [(), ("mine.toml",)])
def test_what_is_written_out_says_the_same(monitor: Monitor, file: Path, published: tuple[str, ...]) -> None:
    assert monitor("standard", "publish", *published).code == 0
    said = monitor("standard", "export", "copy.toml")
    assert (said.code, said.out.startswith("Written: copy.toml, copy.")) == (0, True)
    assert monitor("standard", "publish", "copy.toml").out == "Nothing new: version 1 says the same.\n"


@pytest.mark.parametrize("words", [("copy.xlsx",), ("--xlsform", "copy.xlsx")])
def test_what_is_written_out_as_xlsform_says_the_same(monitor: Monitor, file: Path, words: tuple[str, ...]) -> None:
    monitor("standard", "publish", str(file))
    assert monitor("standard", "export", *words).out == "Written: copy.xlsx.\n"
    said = monitor("standard", "publish", "copy.xlsx")
    assert (said.code, said.out, said.err) == (0, "Nothing new: version 1 says the same.\n", "")


def test_an_xlsform_of_others_is_published_and_told_what_was_left_out(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_CHAIN__LANGUAGE", "hu")
    Path("theirs.xlsx").write_bytes(workbooks.survey(workbooks.GREETED, ("note", "thanks", "Thank you!")))
    said = monitor("standard", "publish", "theirs.xlsx")
    assert (said.code, said.out.startswith("Published version 1, in force since ")) == (0, True)
    assert said.err.splitlines() == [
        "survey, row 1: The file does not say its language; it is taken for hu.",
        "survey, row 1: There is no column weight: each item counts 1.",
        "survey, row 2: Questions that stand in no group are the section general.",
        "survey, row 3, column type: A note asks nothing, so it is left out.",
    ]
    assert monitor("standard", "show").out.endswith(
        "\ngeneral (general)\n  greeted: Did somebody greet you? [yes_no, weight 1]\n"
    )


def test_an_xlsform_with_faults_is_not_published(monitor: Monitor) -> None:
    Path("theirs.xlsx").write_bytes(workbooks.survey(("geopoint", "where", "Where?"), ("text", "why", None)))
    said = monitor("standard", "publish", "theirs.xlsx")
    assert (said.code, said.out) == (2, "")
    assert [line.partition(": ")[0] for line in said.err.splitlines()] == [
        "survey, row 2, column type",
        "survey, row 3, column label",
        "Nothing was published. Faults",
    ]


def test_the_items_of_an_imported_chain_are_written_out(monitor: Monitor, tmp_path: Path) -> None:
    hard = "Say \"Üdv!\"?\\u0041\n\t=1+1 \x7f '''"
    items = forms.with_cell(forms.ITEMS, 2, "text", hard)
    monitor("import", str(forms.write(tmp_path / "form", items=items)))
    assert monitor("standard", "export", "out.toml").out == "Written: out.toml.\n"
    sections = tomllib.loads(Path("out.toml").read_text(encoding="utf-8"))["sections"]
    assert sections[0]["items"][0]["text"] == hard
    assert [(section["code"], [item["code"] for item in section["items"]]) for section in sections] == [
        ("greeting", ["greeted", "cut"]),
        ("offerings", ["drink"]),
        ("service", ["wait", "tools"]),
        ("remarks", ["why"]),
    ]
    assert monitor("standard", "publish", "out.toml").out == "Nothing new: version 1 says the same.\n"


def test_an_item_without_a_form_in_toml_is_refused_by_name(monitor: Monitor, tmp_path: Path) -> None:
    """A choice of an imported folder has no list of what may be chosen."""
    items = forms.with_cell(forms.with_cell(forms.ITEMS, 3, "type", "choice"), 3, "scored", "")
    assert monitor("import", str(forms.write(tmp_path / "form", items=items))).code == 0
    said = monitor("standard", "export", "out.toml")
    assert (said.code, said.err) == (2, f"The standard has no form in TOML: {CHOICE}\n")
    assert not Path("out.toml").exists()


def test_a_change_is_a_new_version_and_so_is_the_way_back(monitor: Monitor, file: Path) -> None:
    monitor("standard", "publish", str(file))
    changed = file.with_name("changed.toml")
    changed.write_text(STRUCTURE.replace("weight = 3", "weight = 4"), encoding="utf-8")
    shutil.copy(file.with_name("mine.hu.toml"), file.with_name("changed.hu.toml"))
    assert monitor("standard", "publish", str(changed)).out.startswith("Published version 2 · Test, in force")
    assert monitor("standard", "publish", str(file)).out.startswith("Published version 3 · Test, in force")


def test_a_number_written_in_another_way_is_no_change(monitor: Monitor, file: Path) -> None:
    monitor("standard", "publish", str(file))
    file.write_text(STRUCTURE.replace("weight = 2.5", "weight = 2.50"), encoding="utf-8")
    assert monitor("standard", "publish", str(file)).out == "Nothing new: version 1 says the same.\n"


def test_another_moment_to_time_an_item_by_is_a_change(monitor: Monitor, file: Path) -> None:
    monitor("standard", "publish", str(file))
    file.write_text(STRUCTURE.replace("arrived-greeted", "arrived-offered"), encoding="utf-8")
    assert monitor("standard", "publish", str(file)).out.startswith("Published version 2 · Test, in force")


def test_other_files_in_the_folder_are_none_of_its_business(monitor: Monitor, file: Path) -> None:
    file.with_name("config.toml").write_text("[flags]\nmargin = 4.0\n")
    file.with_name("mine2.toml").write_text("not toml")
    assert monitor("standard", "publish", str(file)).code == 0


def test_a_standard_may_be_older_than_today(monitor: Monitor, file: Path) -> None:
    since = monitor("standard", "publish", str(file), "--from", "2026-01-05").out
    assert since == "Published version 1 · Test, in force since 2026-01-05: 2 sections, 3 items.\n"
    older = monitor("standard", "publish", "--replace", "--from", "2026-01-04")
    assert (older.code, older.err) == (2, "Version 1 is of 2026-01-05; the next one cannot be older.\n")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("publish", "nowhere.toml"), "There is no file nowhere.toml."),
        (("publish", "."), "There is no file .."),
        (("publish", "mine.hu.toml"), "mine.hu.toml is no name for a standard; write one such as salon.toml."),
        (("publish", "empty.toml"), "empty.toml, column sections: A standard has sections, and these have items."),
        (("publish", "broken.toml"), "broken.toml: The file is not TOML: "),
        (("publish", "broken.toml"), "Nothing was published. Faults: 1."),
        (("publish", "empty.xlsx"), "empty.xlsx: The file is damaged, or no XLSX file."),
        (("export", "mine.xlsx"), "mine.xlsx is there already; name another file."),
        (("export", "--xlsform", "new.toml"), "new.toml is no name for an XLSForm; write one such as salon.xlsx."),
        (("export", "no/where.xlsx"), "no/where.xlsx cannot be written: No such file or directory."),
        (("export", "mine.toml"), "mine.toml is there already; name another file."),
        (("export", "mine"), "mine is no name for a standard; write one such as salon.toml."),
        (("export", "mine.en.toml"), "mine.en.toml is no name for a standard; write one such as salon.toml."),
        (("export", "no/where.toml"), "no/where.toml cannot be written: No such file or directory."),
        (("publish", "--from", "1850-01-01"), "1850-01-01 lies outside the years 1900 to 2199."),
    ],
)
def test_what_cannot_be_done_is_a_sentence_and_exit_code_2(
    monitor: Monitor, file: Path, words: tuple[str, ...], sentence: str
) -> None:
    assert monitor("standard", "publish", str(file)).code == 0
    file.with_name("empty.toml").write_text('title = "Nothing"\n')
    file.with_name("broken.toml").write_text("title = \n")
    for name in ("empty.xlsx", "mine.xlsx"):
        file.with_name(name).touch()
    before = monitor("standard", "show").out
    said = monitor("standard", *words)
    assert (said.code, sentence in said.err, "Traceback" in said.err) == (2, True, False), said.err
    assert monitor("standard", "show").out == before


def test_a_version_for_a_day_to_come_is_shown_beside_the_one_in_force_and_taken_back(
    monitor: Monitor, file: Path
) -> None:
    monitor("standard", "publish")
    day = (datetime.now(UTC).date() + timedelta(days=2)).isoformat()
    head = f"version 2 · Test, in force from {day}: 2 sections, 3 items.\n"
    assert monitor("standard", "publish", str(file), "--from", day).out == f"Published {head}"
    shown = monitor("standard", "show").out
    assert shown.startswith("The standard: version 1 · Salon service standard, in force since ")
    assert shown.endswith(f"\nComing: {head}")
    again = monitor("standard", "publish", "--replace")
    assert (again.code, again.err.partition(",")[0]) == (2, "Version 2 is coming")
    assert monitor("standard", "publish", str(file)).out == "Nothing new: version 2 says the same.\n"
    taken = monitor("standard", "take-back", "2")
    assert (taken.code, taken.out) == (0, "Taken back: version 2. It never comes into force.\n")
    assert "Coming" not in monitor("standard", "show").out
    gone = monitor("standard", "take-back", "2")
    assert (gone.code, gone.err.partition(";")[0]) == (2, "Version 2 is not coming any more")


def test_a_day_more_than_a_year_ahead_is_refused(monitor: Monitor) -> None:
    day = (datetime.now(UTC).date() + timedelta(days=400)).isoformat()
    said = monitor("standard", "publish", "--from", day)
    assert (said.code, said.err) == (2, "A version is published a year ahead at most; choose an earlier day.\n")


def test_a_copy_of_the_shipped_files_is_the_shipped_standard(monitor: Monitor, tmp_path: Path) -> None:
    with as_file(SHIPPED) as folder:
        shutil.copytree(folder, tmp_path / "copy")
    monitor("standard", "publish")
    assert monitor("standard", "publish", "copy/salon.toml").out == "Nothing new: version 1 says the same.\n"


def test_a_standard_of_ones_own_is_not_replaced_by_an_empty_word(monitor: Monitor, file: Path) -> None:
    monitor("standard", "publish", str(file))
    refused = monitor("standard", "publish")
    assert (refused.code, "--replace" in refused.err) == (2, True)
    assert monitor("standard", "show").out.startswith("The standard: version 1 · Test,")
    assert monitor("standard", "publish", "--replace").out.startswith("Published version 2 · Salon")
