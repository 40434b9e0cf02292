"""The documentation examined: what it links to exists, what it tells one to type is understood, what it names is there."""

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest

from monitor.cli import monitor
from monitor.config import Config
from reports.exported import as_json
from reports.figures import Interval, ItemFigures, Leniency, State, Whose
from tests.reports.invented import figures

ROOT = Path(__file__).parents[1]
OF_RUN = {"test", "sbom"}
"""What `run.py` does by itself."""
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *ROOT.glob("docs/**/*.md")])
FOR_USERS = ("README.md", "docs/operations.md", "docs/for-head-office.md")
"""Pages in which a word with an underscore is the name of a setting."""

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"(?:^ {4,}\S.*\n)+", re.MULTILINE)
_CODE = re.compile(r"`([^`\n]+)`")
_TYPED = re.compile(r"^\s*(?:[A-Z_]+=\S+ )*(?:python3 run\.py|monitor)(?= |$)(.*)")
_IN_SECTION = re.compile(r"((?:`\w+`(?:, | and )?)+) in\s+`\[(\w+)\]`")
_VARIABLE = re.compile(r"MONITOR_([A-Z]+)__([A-Z_]+)")

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(words: str) -> list[str]:
    """What stands apart as code."""
    return _FENCE.findall(words) + _BLOCK.findall(_FENCE.sub("", words))


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", text(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def typed(line: str) -> list[str] | None:
    """The words after `monitor` or `python3 run.py`; what follows two spaces explains them. None for other lines."""
    found = _TYPED.match(line)
    return None if found is None else shlex.split(re.split(r"\s{2,}", found[1].rstrip())[0])


def commands(words: str) -> Iterator[list[str]]:
    """Whole commands, as one would type them."""
    lines = [line for block in blocks(words) for line in block.splitlines()]
    yield from (found for line in lines if (found := typed(line)))


def mentions(words: str) -> Iterator[list[str]]:
    """Commands within a sentence, which may leave out what is needed to run them."""
    yield from (found for code in _CODE.findall(_FENCE.sub("", words)) if (found := typed(code)))


def settings() -> dict[str, set[str]]:
    return {name: set(type(getattr(Config(), name)).model_fields) for name in Config.model_fields}


def understood(words: list[str]) -> None:
    """Parses a command as the program would; it is not run. A wrong one is a click exception."""
    command: click.Command = monitor
    context = monitor.make_context("monitor", words)
    while isinstance(command, click.Group):
        name, found, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        assert found is not None
        command, context = found, found.make_context(name, rest, parent=context)


def options(words: list[str]) -> set[str]:
    """Every option on the way to the command that is named."""
    command: click.Command = monitor
    known = {"--help", *(option for one in monitor.params for option in one.opts)}
    for word in words:
        found = command.get_command(click.Context(command), word) if isinstance(command, click.Group) else None
        if found is not None:
            command = found
            known |= {option for one in command.params for option in one.opts}
    return known


def named(words: list[str]) -> bool:
    """Whether the first word that is no option is a command; "…" stands for any."""
    plain = [word for word in words if not word.startswith("-")]
    return not plain or plain[0] == "…" or plain[0] in monitor.list_commands(click.Context(monitor))


def shape(value: Any) -> Any:
    """The names in JSON, without the values; of a list the first entry speaks for all."""
    if isinstance(value, dict):
        return {name: shape(part) for name, part in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value and isinstance(value[0], dict) else None


def rooms(floor: str) -> list[str]:
    """What the architecture's second chapter names on a floor."""
    block = next(block for block in blocks(text(ROOT / "docs" / "architecture.md")) if f"    {floor}/\n" in block)
    lines = block.split(f"    {floor}/\n")[1].split("\n    ")
    found = [re.match(r" {2}(\w+(?:, \w+)*)(?: {2,}|$)", line.removeprefix("    ")) for line in lines]
    return [name for match in found if match for name in match[1].split(", ")]


@pytest.mark.parametrize("floor", ["branches", "reports", "monitor"])
def test_every_file_and_folder_of_a_floor_is_named_once(floor: str) -> None:
    there = {path.stem for path in (ROOT / floor).iterdir() if path.suffix in {"", ".py"} and path.stem[0] not in "_."}
    assert sorted(rooms(floor)) == sorted(there)


def test_pages_are_found() -> None:
    assert {"README.md", "docs/README.md", "docs/json.md"} <= {str(page.relative_to(ROOT)) for page in PAGES}


@every_page
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    lost = []
    for link in _LINK.findall(_FENCE.sub("", text(page))):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        if "://" not in link and (not target.exists() or (anchor and anchor not in anchors(target))):
            lost.append(link)
    assert lost == []


def test_every_page_is_reached_from_the_readme() -> None:
    reached, waiting = set[Path](), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page.suffix == ".md" and page.exists() and page not in reached:
            reached.add(page)
            waiting += [(page.parent / link.partition("#")[0]).resolve() for link in _LINK.findall(text(page))]
    assert set(PAGES) - reached == set()


@every_page
def test_commands_to_be_typed_are_understood(page: Path) -> None:
    for words in commands(text(page)):
        if words[0] not in OF_RUN and "--help" not in words:
            understood(words)


@every_page
def test_commands_in_sentences_exist(page: Path) -> None:
    said = [words for words in mentions(text(page)) if words[0] not in OF_RUN]
    assert [words for words in said if not named(words)] == []
    strange = [word for words in said for word in words if word.startswith("--") and word not in options(words)]
    assert strange == []


@pytest.mark.parametrize("words", [["reprot"], ["report", "--weak", "2026-W46"], ["components"], ["user", "lnik", "x"]])
def test_a_wrong_command_is_not_understood(words: list[str]) -> None:
    with pytest.raises(click.UsageError):
        understood(words)


@every_page
def test_settings_that_are_named_exist(page: Path) -> None:
    known = settings()
    pairs = [(section, name) for names, section in _IN_SECTION.findall(text(page)) for name in _CODE.findall(names)]
    pairs += [(section.lower(), name.lower()) for section, name in _VARIABLE.findall(text(page))]
    assert [pair for pair in pairs if pair[1] not in known.get(pair[0], ())] == []


@pytest.mark.parametrize("name", FOR_USERS)
def test_words_with_an_underscore_are_settings(name: str) -> None:
    words = {word for word in _CODE.findall(text(ROOT / name)) if re.fullmatch(r"[a-z]+(?:_[a-z]+)+", word)}
    assert words - {key for keys in settings().values() for key in keys} == set()


@pytest.mark.parametrize("name", FOR_USERS)
def test_toml_to_be_written_holds_settings(name: str) -> None:
    known = settings()
    for block in blocks(text(ROOT / name)):
        if re.search(r'^\s*\w+ = "', block, re.MULTILINE):
            for key, value in tomllib.loads(block).items():
                names = value if isinstance(value, dict) else [key]
                homes = [known[key]] if isinstance(value, dict) else list(known.values())
                assert [one for one in names if not any(one in keys for keys in homes)] == []


ITEM = ItemFigures(
    *("greeted", "greeting", 90, 60, Interval(0.67, 0.58, 0.75), None, Whose.CHAIN, 0.97), share=Interval(0.4, 0.3, 0.5)
)


def sources_left_out(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Which sources there are depends on the audits."""
    return [{key: value for key, value in item.items() if key not in ("shares", "share_intervals")} for item in items]


def test_the_json_example_has_the_fields_that_are_written() -> None:
    report, components, _ = (json.loads(block) for block in _FENCE.findall(text(ROOT / "docs" / "json.md")))
    made = figures({"a": (State.FALLS_SHORT, State.AS_NORM)})
    written = as_json(made)
    written["shoppers"] = [vars(Leniency("s", "cut", 4, 1.0, 0.5))]
    report["items"] = sources_left_out(report["items"])
    written["items"] = sources_left_out(as_json(replace(made, items=(ITEM,)))["items"])
    parts = ("variances", "intervals", "shares", "share_intervals")
    for example in (report, components, written):
        for part in parts:
            del example["sections"][0][part]  # which sources there are depends on the audits
    assert shape(report) == shape(written)
    del written["sections"][0]["branches"]
    assert shape(components["sections"]) == shape(written["sections"])


@pytest.mark.parametrize("part", ["design", "sections", "cells", "shoppers", "items"])
def test_every_field_of_the_json_is_described(part: str) -> None:
    chapter = text(ROOT / "docs" / "json.md").split(f"### `{part}`")[1].split("\n##")[0]
    example = json.loads(_FENCE.findall(text(ROOT / "docs" / "json.md"))[0])[part]
    fields = example[0] if isinstance(example, list) else example
    first_cells = [line.split("|")[1] for line in chapter.splitlines() if line.startswith("| `")]
    assert {name for cell in first_cells for name in _CODE.findall(cell)} == set(fields)
