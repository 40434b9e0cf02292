"""Where settings came from, and that nothing secret is told of them."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import origins
from monitor.config import Config, read
from monitor.origins import Said, Secret, Setting

SHIPPED = Path(__file__).parents[2] / "config.toml"
HIDDEN = "tr0ub4dor"
WEBHOOK = f"""\
[chain]
name = "Nine"

[webhooks.to.team]
address = "https://chat.nine.example/hooks/{HIDDEN}"
region = "NORTH"
language = "hu"
"""


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without settings, and an environment without ours."""
    for name in [name for name in os.environ if name.startswith("MONITOR_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(folder: Path, text: str) -> Said:
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return origins.of(read(file))


def one(found: Said, section: str, key: str) -> Setting:
    return next(each for each in found.settings if (each.section, each.key) == (section, key))


def test_settings_are_those_of_the_file_in_its_order() -> None:
    found = origins.of(read(SHIPPED))
    kinds = {name: type(getattr(Config(), name)) for name in Config.model_fields}
    wanted = [(section, key) for section, kind in kinds.items() for key in kind.model_fields]
    assert [(each.section, each.key) for each in found.settings] == wanted
    assert found.file == str(SHIPPED)


def test_every_line_of_the_shipped_file_is_that_of_its_setting_and_its_default() -> None:
    found, lines = origins.of(read(SHIPPED)), SHIPPED.read_text(encoding="utf-8").splitlines()
    assert [lines[(each.line or 0) - 1].partition(" =")[0] for each in found.settings] == [
        each.key for each in found.settings
    ]
    assert [each.key for each in found.settings if not (each.is_default and each.in_file)] == []


def test_without_a_file_everything_has_its_default() -> None:
    found = origins.of(read())
    assert [each.key for each in found.settings if each.in_file or each.variable or not each.is_default] == []
    assert (found.file, found.secrets) == ("", (Secret("pages"),))


def test_a_variable_comes_before_the_file(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("monitor_flags__margin", "7.5")
    found = one(said(elsewhere, "[flags]\nmargin = 8\n"), "flags", "margin")
    assert (found.values, found.variable, found.line) == (("7.5",), "MONITOR_FLAGS__MARGIN", 2)
    assert (found.default, found.is_default) == (("5",), False)


def test_a_table_has_its_own_line_however_it_is_written(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inline = one(said(elsewhere, '[reports]\nregions = { NORTH = "tuesday 07:00" }\n'), "reports", "regions")
    headed = one(said(elsewhere, '\n[reports.regions]\nNORTH = "tuesday 07:00"\n'), "reports", "regions")
    dotted = one(said(elsewhere, '[reports]\nregions.NORTH = "tuesday 07:00"\n'), "reports", "regions")
    assert [each.values for each in (inline, headed, dotted)] == [("NORTH: tuesday 07:00",)] * 3
    assert [each.line for each in (inline, headed, dotted)] == [2, 2, 2]
    monkeypatch.setenv("MONITOR_REPORTS__REGIONS", '{"SOUTH": "friday 09:00"}')
    both = one(said(elsewhere, '[reports.regions]\nNORTH = "tuesday 07:00"\n'), "reports", "regions")
    assert set(both.values) == {"NORTH: tuesday 07:00", "SOUTH: friday 09:00"}
    assert (both.is_table, both.in_file, both.variable) == (True, True, "MONITOR_REPORTS__REGIONS")


def test_times_days_and_answers_are_told_as_they_are_written(elsewhere: Path) -> None:
    text = '[reports]\nreporting_from = "2027-01-04"\ntime = "07:30"\n[serve]\nlog_requests = true\n'
    found = said(elsewhere, text)
    keys = (("reports", "reporting_from"), ("reports", "time"), ("serve", "log_requests"), ("reports", "chain"))
    assert [one(found, *key).values for key in keys] == [("2027-01-04",), ("07:30",), ("true",), ()]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"postgresql://monitor:{HIDDEN}@db.example.com/chain", "postgresql://monitor:***@db.example.com/chain"),
        (f"postgresql://monitor@db/chain?password={HIDDEN}", "postgresql://monitor@db/chain"),
        (f"postgresql://monitor:a@b:{HIDDEN}@db/chain", "***"),
        (f"postgresql://db:5432/chain?password=a@{HIDDEN}", "***"),
        ("postgresql:///chain?host=/run/postgresql", "postgresql:///chain"),
        ("sqlite:////srv/nine salons/chain.sqlite3", "sqlite:////srv/nine salons/chain.sqlite3"),
        (f"postgresql+{HIDDEN}", "***"),
        (f"postgresql://monitor@db:{HIDDEN}/chain", "***"),
    ],
)
def test_a_database_is_told_without_its_password(elsewhere: Path, url: str, shown: str) -> None:
    found = said(elsewhere, f'[database]\nurl = "{url}"\n')
    assert (one(found, "database", "url").values, HIDDEN in str(found)) == ((shown,), False)


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="\"\\'"), min_size=1))
def test_no_password_comes_through_whatever_signs_it_has(password: str) -> None:
    marked = f"{HIDDEN}{password}{HIDDEN}"
    assert HIDDEN not in origins.without_secrets(f"postgresql://monitor:{marked}@db.example.com/chain")


def test_a_webhook_is_told_without_where_it_leads(elsewhere: Path) -> None:
    found = said(elsewhere, WEBHOOK)
    hook = one(found, "webhooks", "to")
    assert (hook.values, hook.line) == (("team · NORTH · hu",), 4)
    assert (HIDDEN in str(found), "chat.nine.example" in str(found)) == (False, False)


def test_of_secrets_only_where_they_are_is_told(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_SMTP_PASSWORD", HIDDEN)
    monkeypatch.setenv("MONITOR_SECRET_FILE", "/run/secrets/pages")
    text = f'{WEBHOOK}secret_file = "team.secret"\n[mail]\nhost = "mail.example.com"\n'
    found = said(elsewhere, text)
    assert found.secrets == (
        Secret("pages", "MONITOR_SECRET_FILE"),
        Secret("mail", "MONITOR_SMTP_PASSWORD"),
        Secret("team", "", in_file=True, of_webhook=True),
    )
    assert HIDDEN not in str(found)
