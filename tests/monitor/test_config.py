import os
import re
import stat
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time
from pathlib import Path

import pytest

from branches.errors import Refused
from branches.language import codes
from branches.weeks import DueTime
from monitor.config import Config, read_config, secret
from monitor.settings import allowed

SHIPPED = Path(__file__).parents[2] / "config.toml"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without settings, and an environment without ours."""
    for name in [name for name in os.environ if name.startswith("MONITOR_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(folder: Path, text: str) -> Path:
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_shipped_file_lists_every_setting_with_its_default() -> None:
    raw = tomllib.loads(SHIPPED.read_text())
    kinds = {name: type(getattr(Config(), name)) for name in Config.model_fields}
    assert {section: list(keys) for section, keys in raw.items()} == {
        section: list(kind.model_fields) for section, kind in kinds.items()
    }
    assert Config(**raw) == Config()


def test_shipped_file_says_of_each_setting_what_it_is_and_its_default() -> None:
    expected = [
        f"# {setting.description} ({allowed(setting)})."
        for name in Config.model_fields
        for setting in type(getattr(Config(), name)).model_fields.values()
    ]
    pairs = re.findall(r"^(#.*) Default: (.*)\n\w+ = (.*)$", SHIPPED.read_text(), re.MULTILINE)
    assert [comment for comment, _, _ in pairs] == expected
    assert [default for _, default, _ in pairs] == [value for _, _, value in pairs]


def test_language_may_be_every_language_there_is() -> None:
    setting = type(Config().chain).model_fields["language"]
    assert setting.annotation is not None
    assert sorted(setting.annotation.__args__) == sorted(codes())


def test_defaults_hold_where_there_is_no_file(elsewhere: Path) -> None:
    config = read_config()
    assert config == Config()
    assert config.folder == elsewhere / "data"
    assert config.database_url == f"sqlite:///{elsewhere}/data/monitor.sqlite3"
    assert config.reports.time == time(6)


def test_file_in_the_current_folder_is_read(elsewhere: Path) -> None:
    written(elsewhere, "[flags]\nmargin = 8\n")
    assert read_config().flags.margin == 8


def test_named_file_comes_before_the_variable_and_the_current_folder(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(elsewhere, "[flags]\nmargin = 8\n")
    for name, margin in (("asked", 9), ("environment", 10)):
        (elsewhere / name).mkdir()
        written(elsewhere / name, f"[flags]\nmargin = {margin}\n")
    monkeypatch.setenv("MONITOR_CONFIG", str(elsewhere / "environment" / "config.toml"))
    assert read_config(elsewhere / "asked" / "config.toml").flags.margin == 9
    assert read_config().flags.margin == 10


def test_environment_overrides_one_value_and_leaves_its_neighbours(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(elsewhere, "[flags]\nmargin = 8\nleast_audits = 3\n")
    monkeypatch.setenv("MONITOR_FLAGS__MARGIN", "11")
    flags = read_config().flags
    assert (flags.margin, flags.least_audits) == (11, 3)


def test_relative_paths_start_where_they_are_written(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (elsewhere / "etc").mkdir()
    file = written(elsewhere / "etc", '[data]\nfolder = "kept"\n[database]\nurl = "sqlite:///chain.sqlite3"\n')
    config = read_config(file)
    assert config.folder == elsewhere / "etc" / "kept"
    assert config.database_url == f"sqlite:///{elsewhere}/etc/chain.sqlite3"
    monkeypatch.setenv("MONITOR_DATA__FOLDER", "here")
    monkeypatch.setenv("MONITOR_DATABASE__URL", "sqlite:///x.db")
    assert read_config(file).folder == elsewhere / "here"
    assert read_config(file).database_url == "sqlite:///x.db"


def test_data_folder_is_beside_a_file_that_does_not_name_it(elsewhere: Path) -> None:
    (elsewhere / "etc").mkdir()
    assert read_config(written(elsewhere / "etc", "")).folder == elsewhere / "etc" / "data"


def test_dates_and_times_may_be_text_or_of_toml(elsewhere: Path) -> None:
    text = written(elsewhere, '[reports]\nreporting_from = "2027-01-04"\ntime = "07:30"\n')
    as_text = read_config(text).reports
    own = read_config(written(elsewhere, "[reports]\nreporting_from = 2027-01-04\ntime = 07:30:00\n")).reports
    assert (as_text.reporting_from, as_text.time) == (date(2027, 1, 4), time(7, 30))
    assert own == as_text


def test_the_chain_and_regions_may_have_times_of_their_own(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = '[reports]\nchain = "tuesday 07:00"\n[reports.regions]\nNORTH = "friday 18:30"\n"Dél-Pest" = "monday 00:00"\n'
    found = read_config(written(elsewhere, own)).reports
    assert found.chain == DueTime("tuesday", time(7))
    assert found.regions == {"NORTH": DueTime("friday", time(18, 30)), "Dél-Pest": DueTime("monday", time(0))}
    monkeypatch.setenv("MONITOR_REPORTS__REGIONS", '{"NORTH": "sunday 12:00"}')
    assert read_config().reports.regions["NORTH"] == DueTime("sunday", time(12))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("{", "regions in [reports] must be JSON, not '{'."),
        ("3", 'regions in [reports] must be a table such as { NORTH = "tuesday 07:00" }, not 3.'),
        ('{"N": "x"}', "N in [reports.regions] must be a day and a time such as tuesday 07:00, not 'x'."),
    ],
)
def test_fault_in_a_table_of_the_environment_is_named(monkeypatch: pytest.MonkeyPatch, given: str, said: str) -> None:
    monkeypatch.setenv("MONITOR_REPORTS__REGIONS", given)
    with pytest.raises(Refused) as refused:
        read_config()
    assert str(refused.value) == f"MONITOR_REPORTS__REGIONS: {said}"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "[chain]\n\n[flags]\nmargn = 3\n",
            "{file}, line 4: there is no setting margn in [flags]; its settings are margin, false_share, least_audits.",
        ),
        (
            "flags.margn = 3\n",
            "{file}, line 1: there is no setting margn in [flags]; its settings are margin, false_share, least_audits.",
        ),
        (
            "\n[flag]\nmargin = 3\n",
            "{file}, line 2: there is no section [flag]; the sections are {sections}.",
        ),
        (
            "margin = 3\n",
            "{file}, line 1: there is no section [margin]; the sections are {sections}.",
        ),
        ("flags = 3\n", "{file}, line 1: [flags] must hold settings of its own."),
        ("data = 3\n", "{file}, line 1: [data] must hold settings of its own."),
        ("[flags]\nmargin = 101\n", "{file}, line 2: margin in [flags] must be a number from 0 to 100, not 101."),
        ("[flags]\nmargin = nan\n", "{file}, line 2: margin in [flags] must be a number from 0 to 100, not nan."),
        ("[flags]\nmargin = true\n", "{file}, line 2: margin in [flags] must be a number from 0 to 100, not True."),
        ("[flags]\nmargin = []\n", "{file}, line 2: margin in [flags] must be a number from 0 to 100, not []."),
        (
            "[window]\nweeks = 26.5\n",
            "{file}, line 2: weeks in [window] must be a whole number from 1 to 520, not 26.5.",
        ),
        (
            '[chain]\ntimezone = "../passwd"\n',
            "{file}, line 2: timezone in [chain] must be an IANA time zone such as Europe/Budapest, not '../passwd'.",
        ),
        ('[chain]\nlanguage = "de"\n', "{file}, line 2: language in [chain] must be en, hu, hi, ta or te, not 'de'."),
        ('[data]\nfolder = ""\n', "{file}, line 2: folder in [data] must be a folder, not ''."),
        ("[data]\nfolder = 3\n", "{file}, line 2: folder in [data] must be a folder, not 3."),
        (
            "[reports]\nreporting_from = 2027-01-05\n",
            "{file}, line 2: reporting_from in [reports] must be a Monday such as 2027-01-04, or empty, not 2027-01-05.",
        ),
        (
            '[reports]\nweekday = "Moonday"\n',
            "{file}, line 2: weekday in [reports] must be a day from monday to sunday, not 'Moonday'.",
        ),
        ('[reports]\ntime = "25:00"\n', "{file}, line 2: time in [reports] must be a time such as 06:00, not '25:00'."),
        ("[reports]\ntime = 360\n", "{file}, line 2: time in [reports] must be a time such as 06:00, not 360."),
        (
            '[reports]\nchain = "tuesday"\n',
            "{file}, line 2: chain in [reports] must be a day and a time such as tuesday 07:00, or empty, not 'tuesday'.",
        ),
        (
            '[reports.regions]\nSOUTH = "monday 06:00"\nNORTH = "tusday 07:00"\n',
            "{file}, line 3: NORTH in [reports.regions] must be a day and a time such as tuesday 07:00, not 'tusday 07:00'.",
        ),
        (
            "[reports]\nregions = { NORTH = 7 }\n",
            "{file}, line 2: NORTH in [reports.regions] must be a day and a time such as tuesday 07:00, not 7.",
        ),
        (
            '[reports.regions.NORTH]\nweekday = "monday"\n',
            "{file}, line 1: NORTH in [reports.regions] must be a day and a time such as tuesday 07:00, not {'weekday': 'monday'}.",
        ),
        (
            "[reports]\nregions = 3\n",
            '{file}, line 2: regions in [reports] must be a table such as { NORTH = "tuesday 07:00" }, not 3.',
        ),
        (
            "[schedule]\ntick_seconds = 61\n",
            "{file}, line 2: tick_seconds in [schedule] must be a whole number from 5 to 60, not 61.",
        ),
        (
            "[flags\n",
            "The settings file {file} cannot be read: Expected ']' at the end of a table declaration (at line 1, column 7).",
        ),
    ],
)
def test_fault_in_the_file_is_named_with_its_line(elsewhere: Path, text: str, sentence: str) -> None:
    file = written(elsewhere, text)
    with pytest.raises(Refused) as refused:
        read_config(file)
    assert str(refused.value) == sentence.replace("{file}", str(file)).replace(
        "{sections}", ", ".join(Config.model_fields)
    )


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("MONITOR_FLAGS__MARGN", "MONITOR_FLAGS__MARGIN"),
        ("MONITOR_FLAG__MARGIN", "MONITOR_FLAGS__MARGIN"),
        ("MONITOR_FLAGS_MARGIN", "MONITOR_FLAGS__MARGIN"),
        ("MONITOR_FLAGS", "MONITOR_FLAGS__MARGIN"),
        ("MONITOR_FLAGS__MARGIN__X", "MONITOR_FLAGS__MARGIN"),
    ],
)
def test_variable_that_sets_nothing_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, near: str) -> None:
    monkeypatch.setenv(name, "3")
    with pytest.raises(Refused) as refused:
        read_config()
    assert str(refused.value) == f"There is no setting for the environment variable {name}; the nearest is {near}."


def test_variable_of_another_purpose_is_let_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_TESTS_MUST_ALL_RUN", "1")
    assert read_config() == Config()


def test_fault_in_a_variable_is_named_by_it(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(elsewhere, "[serve]\nport = 80\n")
    monkeypatch.setenv("MONITOR_SERVE__PORT", "eighty")
    with pytest.raises(Refused) as refused:
        read_config()
    sentence = "MONITOR_SERVE__PORT: port in [serve] must be a whole number from 1 to 65535, not 'eighty'."
    assert str(refused.value) == sentence


def test_unreadable_file_is_refused(elsewhere: Path) -> None:
    missing = elsewhere / "absent.toml"
    with pytest.raises(Refused, match=f"^There is no settings file {re.escape(str(missing))}[.]$"):
        read_config(missing)
    with pytest.raises(Refused, match=r"cannot be read: Is a directory.$"):
        read_config(elsewhere)
    (elsewhere / "latin.toml").write_bytes(b'[chain]\nname = "\xe9"\n')
    with pytest.raises(Refused, match=r"is not text in UTF-8.$"):
        read_config(elsewhere / "latin.toml")


def test_secret_is_made_once_and_is_private(elsewhere: Path) -> None:
    config = read_config()
    first = secret(config, "pages")
    assert (len(first), secret(config, "pages")) == (64, first)
    assert secret(config, "links") != first
    assert sorted(path.name for path in (elsewhere / "data" / "secrets").iterdir()) == ["links", "pages"]
    assert stat.S_IMODE((elsewhere / "data" / "secrets" / "pages").stat().st_mode) == 0o600


def test_secret_is_one_for_all_who_ask_at_once() -> None:
    config = read_config()
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: secret(config, "pages"), range(8)))) == 1


def test_secret_that_others_can_read_is_refused(elsewhere: Path) -> None:
    config = read_config()
    secret(config, "pages")
    (elsewhere / "data" / "secrets" / "pages").chmod(0o644)
    with pytest.raises(Refused, match="can be read by others"):
        secret(config, "pages")


def test_secret_comes_from_the_file_that_is_named(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = elsewhere / "ours"
    file.write_text("x" * 32 + "\n")
    monkeypatch.setenv("MONITOR_SECRET_FILE", str(file))
    config = read_config()
    assert (len(secret(config, "pages")), secret(config, "pages")) == (32, secret(config, "pages"))
    assert secret(config, "pages") != secret(config, "links")
    assert not (elsewhere / "data").exists()
    file.write_text("short")
    with pytest.raises(Refused, match=r"is too short: it must have at least 32 bytes.$"):
        secret(config, "pages")


@pytest.mark.slow
def test_settings_are_read_without_the_heavy_libraries() -> None:
    heavy = ("apscheduler", "babel", "flask", "matplotlib", "numpy", "scipy", "sqlalchemy")
    script = f"import sys, monitor.config; print([name for name in {heavy} if name in sys.modules])"
    root = {**os.environ, "PYTHONPATH": str(SHIPPED.parent)}
    loaded = subprocess.run([sys.executable, "-c", script], env=root, capture_output=True, text=True, check=True)
    assert loaded.stdout == "[]\n"
