"""The command line, as a person uses it: what goes in, what comes out, and every refusal a sentence with exit code 2."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from branches.weeks import Week, local_date
from tests.branches import forms
from tests.monitor.typed import Monitor, Said

COMPONENTS = {
    "critical": (0.4476, 0.6017, 7.8680, 99.00, 1648.041),
    "serious": (1.4656, 0.5961, 17.9679, 97.29, 1924.715),
    "minor": (22.6891, 6.7914, 91.5684, 78.44, 2504.556),
}
"""Branch, shopper, residual, intercept and REML criterion of the real audits with a known shopper, by R's lme4."""
YEARS = ("--from", "2011-09-01", "--to", "2014-12-31")


def read_json(said: Said) -> dict[str, Any]:
    assert said.code == 0, said.err
    read: dict[str, Any] = json.loads(said.out)
    return read


@pytest.mark.slow
def test_components_of_the_real_audits_are_those_of_lme4(monitor: Monitor, inspections: Path) -> None:
    assert monitor("import", str(inspections)).code == 0
    words = ("--no-decay", "--model", "branch,shopper", "--known-shoppers", "--json", "-")
    found = {s["section"]: s for s in read_json(monitor("components", *YEARS, *words))["sections"]}
    for section, (branch, shopper, residual, norm, criterion) in COMPONENTS.items():
        variances = found[section]["variances"]
        rounded = [round(variances[name], 4) for name in ("branch", "shopper", "residual")]
        assert rounded == [branch, shopper, residual]
        assert (round(found[section]["norm"], 2), round(found[section]["criterion"], 3)) == (norm, criterion)
        assert found[section]["audits"] == 331


@pytest.mark.slow
def test_half_a_year_of_real_audits_is_not_enough_and_the_report_says_why(monitor: Monitor, inspections: Path) -> None:
    monitor("import", str(inspections))
    said = monitor("report", "--week", "2014-W40", "--json", "report.json")
    assert "Not enough audits to judge any branch." in said.out
    assert "44 more audits, spread over the branches already audited, would be enough." in said.out
    figures = json.loads(Path("report.json").read_text(encoding="utf-8"))
    assert {cell["state"] for cell in figures["cells"]} == {"not_enough"}
    assert (len(figures["cells"]), figures["week"]) == (180 * 4, "2014-W40")
    assert figures["window"] == {"from": "2014-04-07", "to": "2014-10-05"}


@pytest.mark.slow
def test_real_audits_say_only_what_they_can(monitor: Monitor, inspections: Path) -> None:
    """In the critical items nobody can say whether shoppers differ more than branches; one bad visit is no flag."""
    monitor("import", str(inspections))
    said = monitor("report", *YEARS, "--json", "-")
    figures = read_json(said)
    sections = {section["section"]: section for section in figures["sections"]}
    assert 0.1 < sections["critical"]["shopper_over_branch"] < 0.9
    words = " ".join(monitor("report", *YEARS).out.split())
    assert (
        "In critical, serious and smoking, whether which branch or who audits matters more could not be shown." in words
    )


@pytest.mark.slow
def test_real_audits_come_out_cell_for_cell(monitor: Monitor, inspections: Path) -> None:
    monitor("import", str(inspections))
    again = monitor("import", str(inspections))
    assert again.out == "Nothing new: 400 audits are stored already.\n"
    assert monitor("export", "out").code == 0
    for name in ("branches.csv", "items.csv", "audits.csv"):
        assert _cells(Path("out") / name) == _cells(inspections / name)


def _cells(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def test_a_form_with_faults_is_refused_whole_with_each_fault(monitor: Monitor, tmp_path: Path) -> None:
    bad = [list(row) for row in forms.AUDITS]
    bad[1][6], bad[2][1] = "9", "nowhere"
    said = monitor("import", str(forms.write(tmp_path / "form", audits=tuple(map(tuple, bad)))))
    assert said.code == 2
    assert said.err.splitlines()[-3:] == [
        "audits.csv, row 2, column cut: 9 is not a rating from 1 to 5 in whole steps.",
        "audits.csv, row 3, column branch: There is no branch nowhere in branches.csv.",
        "Nothing was imported. Faults in the form: 2.",
    ]
    assert "holds no branches yet; read some with: monitor import FOLDER" in monitor("report").err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("report", "--week", "2025-27"), "2025-27 is not a week; write it like 2025-W27."),
        (("report", "--week", "2025-W53"), "The year 2025 has no week 53."),
        (("report", "--from", "2025-01-01"), "Give both --from and --to, or neither."),
        (("report", "--from", "2025-02-01", "--to", "2025-01-01"), "--to lies before --from."),
        (("report", "--week", "2199-W01"), "The week 2199-W01 has not begun yet."),
        (("report", "--week", "2199-W01", "--issue"), "The week 2199-W01 has not begun yet."),
        (
            ("report", "--from", "2198-01-01", "--to", "2199-01-01"),
            "2198-01-01 has not come yet; --from must be a day that has.",
        ),
        (("report", "--from", "2025-01-01", "--to", "2025-13-01"), "'2025-13-01' does not match the format"),
        (("report", "--region", "Mars"), "There is no region Mars; the regions are North, South."),
        (("report", "--region", ""), "There is no region ; the regions are North, South."),
        (("report", "--region", "north"), "There is no region north; the regions are North, South."),
        (("components", "--from", "2025-02-01", "--to", "2025-01-01"), "--to lies before --from."),
        (
            ("components", "--from", "2198-01-01", "--to", "2199-01-01"),
            "2198-01-01 has not come yet; --from must be a day that has.",
        ),
        (
            ("report", "--json", "no/such/folder.json"),
            "no/such/folder.json cannot be written: No such file or directory.",
        ),
        (
            ("report", "--issue", "--from", "2025-01-01", "--to", "2025-02-01"),
            "An edition has the window of the settings; leave --from and --to out, or --issue.",
        ),
        (
            ("components", *YEARS, "--model", "branch,weather"),
            "weather cannot differ in the model; choose from region, branch, shopper.",
        ),
        (("user", "link", "nobody@example.com"), "Nobody here has the address nobody@example.com."),
        (("user", "add", "a@example.com", "--role", "staff", "--branch", "b9"), "There is no branch b9."),
        (("user", "add", "a@example.com", "--role", "manager"), "A manager belongs to a region; name it."),
        (("export", "form"), "form"),
    ],
)
def test_what_cannot_be_done_is_a_sentence_and_exit_code_2(
    monitor: Monitor, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    forms_folder = forms.write(tmp_path / "kept")
    (tmp_path / "form").mkdir()
    (tmp_path / "form" / "letter.txt").write_text("not ours")
    assert monitor("import", str(forms_folder)).code == 0
    said = monitor(*words)
    assert (said.code, sentence in said.err, "Traceback" in said.err) == (2, True, False), said.err


def test_a_report_by_hand_stores_nothing_until_it_is_issued_and_then_once(monitor: Monitor, tmp_path: Path) -> None:
    monitor("import", str(forms.write(tmp_path / "form")))
    week = ("report", "--week", "2026-W06", "--region", "North")
    assert monitor(*week).out == monitor(*week).out
    assert monitor(*week, "--issue").code == 0
    again = monitor(*week, "--issue")
    assert (again.code, again.err) == (2, "The report of week 2026-W06 has already been issued.\n")


def test_a_report_of_days_is_no_weeks_report(monitor: Monitor, tmp_path: Path) -> None:
    monitor("import", str(forms.write(tmp_path / "form")))
    days = ("report", "--from", "2026-01-05", "--to", "2026-02-08")
    said = monitor(*days).out
    assert said.splitlines()[0] == "The whole chain · 5 January 2026 to 8 February 2026"
    assert ("week" in said, "No critical item failed" in said) == (False, False)
    assert read_json(monitor(*days, "--json", "-"))["week"] is None


def test_a_plan_is_made_of_the_week_that_is_asked_for(monitor: Monitor, tmp_path: Path) -> None:
    monitor("import", str(forms.write(tmp_path / "form")))
    window = read_json(monitor("plan", "--week", "2026-W06", "--json", "-"))["window"]
    assert window == {"from": "2025-08-11", "to": "2026-02-08"}
    early = monitor("plan", "--week", "2199-W06")
    assert (early.code, early.err) == (2, "The week 2199-W06 has not begun yet.\n")


def test_a_region_without_branches_is_told_from_one_that_never_was(monitor: Monitor, tmp_path: Path) -> None:
    folder = forms.write(tmp_path / "form")
    monitor("import", str(folder))
    forms.write(folder, branches=forms.with_cell(forms.BRANCHES, 2, "region", "South"))
    assert monitor("import", str(folder)).code == 0
    said = monitor("report", "--region", "North")
    assert (said.code, said.err) == (2, "The region North has no branches; those that have are South.\n")


def test_a_week_that_has_not_ended_shows_what_is_there_so_far(monitor: Monitor, tmp_path: Path) -> None:
    monitor("import", str(forms.write(tmp_path / "form")))
    this_week = Week.of(local_date(datetime.now(UTC), "UTC"))
    assert monitor("report", "--week", str(this_week)).code == 0
    early = monitor("report", "--week", str(this_week), "--issue")
    assert (early.code, f"The report of week {this_week} is due at" in early.err) == (2, True)


@pytest.mark.slow
def test_the_scheduler_makes_what_is_due_once(
    monitor: Monitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monitor("import", str(forms.write(tmp_path / "form")))
    assert monitor("schedule", "--once").out == "0 issued\n"
    monkeypatch.setenv("MONITOR_REPORTS__REPORTING_FROM", "2026-02-02")
    monkeypatch.setenv("MONITOR_REPORTS__REGIONS", '{"North": "tuesday 23:59", "NORHT": "monday 06:00"}')
    said = monitor("schedule", "--dry-run").out.splitlines()
    assert said[:3] == ["2026-W06 chain", "2026-W06 South", "2026-W06 North"]  # Monday, Monday, Tuesday
    assert said[-5] == f"{len(said) - 5} due"
    assert [line.partition(" will be due on ")[0].partition(" ")[2] for line in said[-4:-1]] == [
        "chain",
        "North",
        "South",
    ]
    assert said[-3].partition(" will be due on ")[2].split()[1] == "23:59"
    assert said[-1] == "There is no region NORHT, which has a time in [reports.regions]."
    assert monitor("schedule", "--once").out == f"{len(said) - 5} issued\n"
    assert monitor("schedule", "--once").out == "0 issued\n"


def test_a_shopper_is_joined_to_the_audits_imported_under_a_code(monitor: Monitor, tmp_path: Path) -> None:
    monitor("import", str(forms.write(tmp_path / "form")))
    assert monitor("user", "add", "ann@example.com", "--role", "shopper", "--code", "ann").code == 0
    twice = monitor("user", "add", "other@example.com", "--role", "shopper", "--code", "ann")
    assert (twice.code, twice.err) == (2, "ann is already somebody's code here.\n")
    taken = monitor("user", "add", "ann@example.com", "--role", "shopper", "--code", "ben")
    assert (taken.code, taken.err) == (2, "ann@example.com is already somebody's address here.\n")


def test_a_language_that_is_not_spoken_here_is_refused(monitor: Monitor) -> None:
    assert monitor("user", "add", "a@example.com", "--role", "office", "--language", "xx").code == 2


def test_a_person_gets_a_link(monitor: Monitor, tmp_path: Path) -> None:
    monitor("import", str(forms.write(tmp_path / "form")))
    assert monitor("user", "add", "Boss@Example.com", "--role", "office").out.startswith("Added boss@example.com.")
    assert monitor("user", "link", "boss@example.com").out.startswith("http://127.0.0.1:8000/sign-in/")
    twice = monitor("user", "add", "boss@example.com", "--role", "office")
    assert (twice.code, "already" in twice.err) == (2, True)
