"""What the program is made of: code without known dangers, no secrets in its files, and a bill that says what comes from elsewhere."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from detect_secrets.core.scan import scan_file
from detect_secrets.settings import transient_settings
from hypothesis import given
from hypothesis import strategies as st

from supply.bill import as_json, bill, closure
from supply.lock import LOCK, Part, parts
from tests.test_house import READ_AS_TEXT, ROOT, files, pins, requirements

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
DANGERS = {
    ("branches/audits.py", "B105"): "the name of a mark, no password",
    ("branches/calendars.py", "B106"): "a row without an address yet",
    ("branches/exchange/bulk.py", "B608"): "names of our own tables and columns, from their definitions",
    ("branches/personal.py", "B105"): "a kind of column, no password",
    ("monitor/authenticator.py", "B303"): "the digest that apps make codes with (RFC 6238); it signs nothing",
    ("monitor/cache.py", "B704"): "drawings of our own, cleaned when they are made",
    ("monitor/demo/__init__.py", "B311"): "an invented chain is the same in each run",
    ("monitor/demo/desk.py", "B311"): "an invented chain is the same in each run",
    ("monitor/mailer.py", "B105"): "the name of a variable, no password",
    ("monitor/origins.py", "B105"): "the name of a variable, no secret",
    ("monitor/web/capture/dressed.py", "B704"): "a style sheet of the program's own",
    ("monitor/web/handbook.py", "B704"): "a picture drawn from an address of our own",
    ("monitor/web/second.py", "B704"): "a picture drawn from an address of our own",
    ("reports/drawing.py", "B314"): "written by matplotlib a line above",
    ("reports/mail_layout.py", "B704"): "a style sheet made from the palette",
    ("reports/render.py", "B704"): "a drawing, escaped by the cleaner",
    ("run.py", "B606"): "the program itself, in our place, so that signals reach it",
}
"""Places that a check of the code points at, each with the reason why it is no danger; one that has gone fails as well."""
INVENTED = {
    (
        "tests/branches/test_database.py",
        "Basic Auth Credentials",
    ): "an address that is to be shown without its password",
}
"""What looks like a secret and is none."""
WITHOUT_A_WORD = {"axe-playwright-python", "pyxform"}
"""Packages that name their licence in a file of theirs alone; only tests need them."""
LOOKS_FOR = (
    *("ArtifactoryDetector", "AWSKeyDetector", "AzureStorageKeyDetector", "BasicAuthDetector"),
    *("DiscordBotTokenDetector", "GitHubTokenDetector", "JwtTokenDetector", "MailchimpDetector", "NpmDetector"),
    *("PrivateKeyDetector", "SendGridDetector", "SlackDetector", "SquareOAuthDetector", "StripeDetector"),
    "TwilioKeyDetector",
)
"""Secrets that are known by their form; passwords written into code are looked for by bandit and ruff."""
LEAVES_OUT = (
    *("allowlist.is_line_allowlisted", "heuristic.is_sequential_string", "heuristic.is_potential_uuid"),
    *("heuristic.is_likely_id_string", "heuristic.is_templated_secret", "heuristic.is_indirect_reference"),
)
KEEPS_WORDS = {".po", ".lock", ".svg", ".csv"}
"""Kinds of file that hold sentences, digests or drawings."""


def secrets_in(folder: Path, paths: list[Path]) -> Iterator[tuple[str, str]]:
    """Each file with the kind of secret that seems to lie in it."""
    filters = [{"path": f"detect_secrets.filters.{name}"} for name in LEAVES_OUT]
    with transient_settings({"plugins_used": [{"name": name} for name in LOOKS_FOR], "filters_used": filters}):
        for path in paths:
            for found in scan_file(str(folder / path)):
                yield str(path), found.type


def dangers() -> set[tuple[str, str]]:
    """What bandit says of the program's code: file and rule."""
    command = [sys.executable, "-m", "bandit", "-c", "pyproject.toml", "-q", "-f", "json", "-r"]
    where = ["branches", "reports", "monitor", "supply", "run.py"]
    done = subprocess.run([*command, *where], cwd=ROOT, capture_output=True, text=True, check=False)
    said = json.loads(done.stdout)
    assert said["errors"] == []
    return {(one["filename"].removeprefix("./"), one["test_id"]) for one in said["results"]}


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    text = as_json(bill(parts(LOCK.read_text()), at=AT))
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.mark.slow
def test_no_danger_is_in_the_code_but_those_that_are_explained() -> None:
    assert dangers() == DANGERS.keys()


@pytest.mark.slow
def test_no_secret_is_in_any_file() -> None:
    read = [path for path in files() if path.suffix in READ_AS_TEXT - KEEPS_WORDS and path.name != Path(__file__).name]
    assert set(secrets_in(ROOT, read)) == INVENTED.keys()


@pytest.mark.parametrize(
    "secret",
    [
        "-----BEGIN RSA PRIVATE " + "KEY-----\nMIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn",
        "aws = 'AKIA" + "Z7Q2M4X9K1P8T3V6'",
        "token = 'ghp_" + "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'",
        "url = 'postgresql://monitor:" + "hunter2@db/monitor'",
    ],
    ids=["key", "cloud", "token", "address"],
)
def test_a_secret_in_a_file_is_found(tmp_path: Path, secret: str) -> None:
    (tmp_path / "a.py").write_text(secret + "\n")
    assert len(list(secrets_in(tmp_path, [Path("a.py")]))) == 1


@pytest.mark.slow
def test_the_bill_names_each_part_of_the_lock_with_its_digests(made: dict[str, Any]) -> None:
    said = {(one["name"], one["version"]): {h["content"] for h in one["hashes"]} for one in made["components"]}
    assert said == {(one.name, one.version): set(one.digests) for one in parts(LOCK.read_text())}
    assert len(said) == len(pins())
    assert made["metadata"]["component"]["licenses"] == [{"license": {"id": "MIT"}}]


@pytest.mark.slow
def test_every_part_that_is_installed_says_its_licence(made: dict[str, Any]) -> None:
    here = closure(str(one) for one in requirements())
    silent = {one["bom-ref"].partition("@")[0] for one in made["components"] if not one.get("licenses")}
    assert silent & here == WITHOUT_A_WORD


@pytest.mark.slow
def test_the_bill_tells_what_is_shipped_from_what_tests_need(made: dict[str, Any]) -> None:
    scopes = {one["name"]: one["scope"] for one in made["components"]}
    assert {scopes[name] for name in ("flask", "werkzeug", "numpy")} == {"required"}
    assert {scopes[name] for name in ("pytest", "bandit", "cyclonedx-python-lib")} == {"excluded"}
    known = {one["bom-ref"] for one in made["components"]} | {made["metadata"]["component"]["bom-ref"]}
    assert {one for needed in made["dependencies"] for one in needed.get("dependsOn", [])} <= known


@pytest.mark.slow
def test_the_same_lock_gives_the_same_bill() -> None:
    found = parts(LOCK.read_text())
    assert as_json(bill(found, at=AT)) == as_json(bill(found[::-1], at=AT))


def test_nothing_is_installed_but_by_its_digest() -> None:
    text = (ROOT / "run.py").read_text()
    assert text.count('"--requirement"') == text.count('"--require-hashes"') == 2


NAMES = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,4})?", fullmatch=True)
DIGESTS = st.lists(st.text("0123456789abcdef", min_size=64, max_size=64), min_size=1, max_size=2)


@pytest.mark.slow
@given(
    st.lists(
        st.builds(Part, NAMES, st.from_regex(r"[0-9]{1,4}(\.[0-9]{1,3}){1,2}", fullmatch=True), DIGESTS.map(tuple))
    )
)
def test_a_lock_is_read_as_it_was_written(written: list[Part]) -> None:
    def entry(part: Part) -> str:
        return " \\\n".join([f"{part.name}=={part.version}", *(f"    --hash=sha256:{one}" for one in part.digests)])

    assert parts("\n    # via something\n".join(map(entry, written)) + "\n") == written
