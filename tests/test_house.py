"""The house examines itself: its floors, its files, its words, its dependencies."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from branches.migrations import configuration

ROOT = Path(__file__).parents[1]
FLOORS = ("branches", "reports", "monitor")
MADE = "branches/migrations/versions/*"  # by Alembic, never edited
WRITTEN = {".py", ".js", ".css", ".html"}
READ_AS_TEXT = WRITTEN | {
    ".toml",
    ".md",
    ".po",
    ".lock",
    ".csv",
    ".json",
    ".svg",
    ".mplstyle",
    ".mako",
    ".typ",
    ".txt",
    "",
}
LONGEST = 400
NAMES_FOR_NOTHING = {"util", "utils", "helper", "helpers", "common", "misc", "handle", "process", "manage"}
NO_PLACE = (
    r"/(?:work|root|tmp|home|Users)/\w",  # of some machine
    r"(?:py[p]i\.org|python[h]osted|npm[j]s|/simple\b)",  # of a registry
)
NAMED_ELSEWHERE = {"process_bind_param", "process_result_value"}  # by SQLAlchemy
HEAVY_AT_HELP = {"flask", "numpy"}


def files() -> Iterator[Path]:
    """Every file of the project that git does not ignore, as a path from its root."""
    ignored = [line.strip("/") for line in (ROOT / ".gitignore").read_text().splitlines()]
    for folder, names, leaves in os.walk(ROOT):
        names[:] = [name for name in names if name != ".git" and not any(fnmatch(name, line) for line in ignored)]
        for leaf in leaves:
            if not any(fnmatch(leaf, line) for line in ignored):
                yield (Path(folder) / leaf).relative_to(ROOT)


def project() -> dict[str, dict[str, list[str]] | list[str]]:
    described: dict[str, dict[str, list[str]] | list[str]]
    described = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return described


def requirements() -> list[Requirement]:
    described = project()
    groups = described["optional-dependencies"]
    assert isinstance(groups, dict)
    return [Requirement(line) for group in (described["dependencies"], *groups.values()) for line in group]


def pins() -> list[tuple[str, str, str]]:
    """The lock: each name, its version and the rest of its entry; a name may stand for several Pythons or systems."""
    text = (ROOT / "requirements.lock").read_text()
    entries = re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([\w.+!]+)(.*(?:\n[ #].*)*)", text, re.MULTILINE)
    return [(str(canonicalize_name(name)), version, rest) for name, version, rest in entries]


def names_defined(path: Path) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)} - NAMED_ELSEWHERE


def unexplained(path: Path) -> list[str]:
    """Public functions of a file without a docstring; a method of one statement is as short as one would be."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]
    methods = [node for held in classes for node in held.body if isinstance(node, ast.FunctionDef) and node.body[1:]]
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)] + methods
    return [node.name for node in functions if not node.name.startswith("_") and ast.get_docstring(node) is None]


def first_word(name: str) -> str:
    return re.split(r"(?<=[a-z])(?=[A-Z])|_", name.strip("_"))[0].lower()


@pytest.mark.slow
def test_contracts_between_the_floors_hold() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_no_file_is_longer_than_one_can_read() -> None:
    read = [path for path in files() if path.suffix in WRITTEN and not fnmatch(str(path), MADE)]
    lengths = {str(path): len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in read}
    assert {path: length for path, length in lengths.items() if length > LONGEST} == {}


def test_no_name_says_nothing() -> None:
    parts = {part for path in files() for part in (*path.parent.parts, path.stem)}
    assert parts & NAMES_FOR_NOTHING == set()
    code = [path for path in files() if path.suffix == ".py" and path.parts[0] in FLOORS]
    named = {
        f"{path}: {name}" for path in code for name in names_defined(path) if first_word(name) in NAMES_FOR_NOTHING
    }
    assert named == set()


def test_every_public_function_of_reports_says_what_it_answers() -> None:
    code = [path for path in files() if path.suffix == ".py" and path.parts[0] == "reports"]
    found = {str(path): unexplained(path) for path in code}
    assert {path: names for path, names in found.items() if names} == {}


def test_every_dependency_carries_its_reason() -> None:
    lines = [
        line for line in (ROOT / "pyproject.toml").read_text().splitlines() if re.match(r' {4}"[a-z].*[<>=]', line)
    ]
    given = re.findall(r"^postgres = .*$", (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert len(lines + given) == len(requirements())
    assert [line for line in lines + given if not re.search(r"  # \S", line)] == []


def test_lock_holds_what_the_project_asks_for() -> None:
    wanted = {canonicalize_name(requirement.name): requirement.specifier for requirement in requirements()}
    locked = [(canonicalize_name(name), version) for name, version, _ in pins() if name in wanted]
    assert wanted.keys() - dict(locked).keys() == set()
    assert [(name, version) for name, version in locked if version not in wanted[name]] == []


def test_lock_holds_hashes_and_no_addresses() -> None:
    text = (ROOT / "requirements.lock").read_text()
    assert [name for name, _, rest in pins() if "--hash=sha256:" not in rest] == []
    assert len(pins()) == sum(line[:1].isalnum() for line in text.splitlines())
    assert re.findall(r"://|^-.*|@ .*", text, re.MULTILINE) == []


@pytest.mark.parametrize("pattern", NO_PLACE)
def test_no_file_names_a_place_of_some_machine_or_registry(pattern: str) -> None:
    read = [path for path in files() if path.suffix in READ_AS_TEXT and path != Path(__file__).relative_to(ROOT)]
    found = {str(path): re.findall(pattern, (ROOT / path).read_text(encoding="utf-8")) for path in read}
    assert {path: places for path, places in found.items() if places} == {}


def test_migrations_have_one_head() -> None:
    assert len(ScriptDirectory.from_config(configuration()).get_heads()) == 1


def test_every_template_is_used() -> None:
    folder = ROOT / "monitor" / "templates"
    templates = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    texts = [
        (ROOT / path).read_text(encoding="utf-8")
        for path in files()
        if path.parts[0] == "monitor" and path.suffix in {".py", ".html"}
    ]
    named = {name for text in texts for name in re.findall(r"""["']([\w./-]+\.\w+)["']""", text)}
    assert templates - named == set()


@pytest.mark.slow
def test_help_does_not_wait_for_the_heavy_libraries() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "monitor", "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "click" in loaded
    assert loaded & HEAVY_AT_HELP == set()
    assert done.stdout.startswith("Usage: ")


GUARDED = {"Audit", "Appeal", "Edition", "Branch", "Flag", "CorrectiveAction"}
"""Tables of which each reader sees a part: `branches/access.py` says which."""
ASKS = {"select", "get", "get_one", "query"}


def past_the_table(code: str) -> list[str]:
    """Where guarded rows or their columns are asked for directly; numbers alone may be, to narrow another query."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        asked = node.args if name == "select" else node.args[:1] if name in ASKS else []
        for one in asked:
            table = one.value if isinstance(one, ast.Attribute) else one
            is_number = isinstance(one, ast.Attribute) and one.attr == "id"
            if isinstance(table, ast.Name) and table.id in GUARDED and not is_number:
                found.append(f"line {node.lineno}: {ast.unparse(one)}")
    return found


def test_pages_read_rows_through_the_table_of_rights_alone() -> None:
    code = [path for path in files() if path.suffix == ".py" and path.parts[:2] == ("monitor", "web")]
    found = {str(path): past_the_table((ROOT / path).read_text(encoding="utf-8")) for path in code}
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ("select(Audit)", ["line 1: Audit"]),
        ("select(User, Audit)", ["line 1: Audit"]),
        ("select(Branch.name)", ["line 1: Branch.name"]),
        ("session.get(Flag, 1)", ["line 1: Flag"]),
        ("select(User, Branch.id).where(Audit.state == '')", []),
    ],
)
def test_a_page_that_reads_past_the_table_is_found(told: str, found: list[str]) -> None:
    assert past_the_table(told) == found
