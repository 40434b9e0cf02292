"""The page on JSON beside what the commands print: the same fields, of the same kinds, and examples that agree with themselves."""

import copy
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from branches import database, migrations
from branches.database import transaction
from branches.weeks import Week
from monitor import demo
from tests.monitor.typed import Monitor

PAGE = Path(__file__).parents[2] / "docs" / "json.md"
BY_SOURCE = ("variances", "intervals", "shares", "shoppers_for")
"""Which sources there are depends on the audits, and which goals are out of reach; the page says so."""
PERHAPS_EMPTY = (".untold", ".neediest.unjudged")


def examples() -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    report, components, plan = (
        json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    )
    return report, components, plan


def differences(example: Any, printed: Any, place: str = "") -> list[str]:
    """Where the two differ in names or kinds; of a list the first entry speaks for all, and null may stand for anything."""
    if isinstance(example, dict) and isinstance(printed, dict):
        if place.endswith(BY_SOURCE):
            printed = {source: value for source, value in printed.items() if source in example}
            example = {source: value for source, value in example.items() if source in printed}
        odd = [f"{place}.{name}" for name in sorted(example.keys() ^ printed.keys())]
        return odd + [
            found
            for name in example.keys() & printed.keys()
            for found in differences(example[name], printed[name], f"{place}.{name}")
        ]
    if isinstance(example, list) and isinstance(printed, list):
        if place in PERHAPS_EMPTY and not printed:
            return []
        return differences(example[0], printed[0], place) if example and printed else [place]
    kinds = {kind(example), kind(printed)} - {"null"}
    return [place] if len(kinds) > 1 else []


def kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    return "number" if isinstance(value, int | float) else type(value).__name__


@pytest.mark.slow
def test_the_examples_have_the_fields_that_the_commands_print(monitor: Monitor, tmp_path: Path) -> None:
    """With every list filled: an invented chain that is audited often enough to be fitted."""
    (tmp_path / "data").mkdir()
    today = datetime.now(UTC).date()
    engine = database.create(f"sqlite:///{tmp_path / 'data' / 'monitor.sqlite3'}")
    migrations.upgrade(engine)
    with transaction(engine) as session:
        planted = demo.build(session, seed=7, today=today, branches=10, weeks=6)
    engine.dispose()
    report, components, plan = examples()
    region = ("--region", next(iter(planted.cells))[0].split("-")[0])
    assert differences(report, json.loads(monitor("report", *region, "--json", "-").out)) == []
    assert differences(plan, json.loads(monitor("plan", "--json", "-").out)) == []
    days = ("--from", planted.first.monday.isoformat(), "--to", planted.last.sunday.isoformat())
    assert differences(components, json.loads(monitor("components", *days, "--json", "-").out)) == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda printed: printed.pop("rules"), ".rules"),
        (lambda printed: printed["cells"][0].pop("q"), ".cells.q"),
        (lambda printed: printed["design"].update(more=1), ".design.more"),
        (lambda printed: printed["cells"][0].update(score="70"), ".cells.score"),
        (lambda printed: printed["design"].update(enough=1), ".design.enough"),
        (lambda printed: printed["sections"][0].update(intervals=[]), ".sections.intervals"),
        (lambda printed: printed["sections"][0]["intervals"].update(branch={}), ".sections.intervals.branch"),
        (lambda printed: printed["shoppers"].clear(), ".shoppers"),
    ],
)
def test_a_field_that_is_missing_new_or_of_another_kind_is_found(
    change: Callable[[dict[str, Any]], object], place: str
) -> None:
    report, _, _ = examples()
    printed = copy.deepcopy(report)
    assert differences(report, printed) == []
    change(printed)
    assert differences(report, printed) == [place]


def test_the_example_agrees_with_itself() -> None:
    report, components, _ = examples()
    (cell,), (section,), design = report["cells"], report["sections"], report["design"]
    assert cell["variance"] == cell["score"] - cell["norm"]
    assert cell["low"] < cell["estimate"] < cell["high"]
    assert design["repeats"] == design["audits"] - design["audited_branches"]
    assert Week.parse(report["week"]).sunday.isoformat() == report["window"]["to"]
    for fitted in (section, *components["sections"]):
        bounds = {
            source: (low <= fitted["variances"][source] <= high) for source, (low, high) in fitted["intervals"].items()
        }
        assert bounds == dict.fromkeys(fitted["variances"], True)
