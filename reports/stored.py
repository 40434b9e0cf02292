"""Figures as they are stored in an edition, and the parts of them that a reader sees printed."""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from reports.figures import Cell, Figures, State


@cache
def _adapter() -> TypeAdapter[Figures]:
    return TypeAdapter(Figures)


def dump(figures: Figures) -> dict[str, Any]:
    """What an edition's row holds."""
    content = _adapter().dump_python(figures, mode="json")
    if not isinstance(content, dict):
        raise TypeError("figures must become a JSON object")
    return content


def load(content: dict[str, Any]) -> Figures:
    """The figures of a stored edition; fields that a newer version added have their defaults."""
    return _adapter().validate_python(content)


def states(figures: Figures) -> dict[str, int]:
    """How many cells are in which state, and at how many branches."""
    counts = dict(Counter(cell.state.value for cell in figures.cells))
    places = {(cell.state, cell.branch) for cell in figures.cells}
    return counts | dict(Counter(branches_in(state) for state, _ in places))


def branches_in(state: State) -> str:
    """Under which name `states` counts the branches of a state; editions made before have no such count."""
    return f"{state.value}_branches"


@dataclass(frozen=True)
class Change:
    """A printed figure that differs between two revisions."""

    branch: str
    section: str
    figure: str
    """"audits", "score", "norm", "variance", "estimate", "state", or "new" for the list of new audits."""
    was: float | str | None
    now: float | str | None


def changes(was: Figures, now: Figures) -> tuple[Change, ...]:
    """Which printed figures differ? Cells first, then the norms of the sections (branch "")."""
    before = {(c.branch, c.section): c for c in was.cells}
    after = {(c.branch, c.section): c for c in now.cells}
    found = [change for key in before.keys() & after.keys() for change in _cell_changes(before[key], after[key])]
    norms = {s.section: s.norm for s in now.sections}
    found += [
        Change("", section.section, "norm", printed(section.norm), printed(norms[section.section]))
        for section in was.sections
        if section.section in norms and printed(section.norm) != printed(norms[section.section])
    ]
    listed = [
        tuple(replace(audit, failures=(), findings=(), photos=0, public_id="") for audit in one.new)
        for one in (was, now)
    ]
    if listed[0] != listed[1]:
        found.append(Change("", "", "new", len(was.new), len(now.new)))
    return tuple(sorted(found, key=lambda c: (c.branch, c.section, c.figure)))


def _cell_changes(was: Cell, now: Cell) -> Iterator[Change]:
    if was.state is not now.state:
        yield Change(was.branch, was.section, "state", was.state.value, now.state.value)
    for figure in ("audits", "score", "norm", "variance", "estimate"):
        old, new = printed(getattr(was, figure)), printed(getattr(now, figure))
        if old != new:
            yield Change(was.branch, was.section, figure, old, new)


def printed(value: float | None) -> float | None:
    """As a reader sees it: half up to one decimal, no negative zero."""
    if value is None:
        return None
    rounded = math.floor(abs(value) * 10 + 0.5) / 10
    return math.copysign(rounded, value) if rounded else 0.0


def state_changed(found: tuple[Change, ...]) -> bool:
    """Whether a branch's state differs: then the reader is told by mail."""
    return any(change.figure == "state" for change in found)


class Reason(NamedTuple):
    """Why an edition was revised."""

    why: str
    week: date
    """Monday of the visit's week."""
    branch: str = ""
    """Code of the audit's branch; empty in revisions that did not keep it yet."""


def dump_changes(found: tuple[Change, ...], reasons: tuple[Reason, ...]) -> dict[str, Any]:
    """What a revision's row says beside its figures: what changed and why."""
    return {
        "changes": [asdict(change) for change in found],
        "reasons": [{"why": one.why, "week": one.week.isoformat(), "branch": one.branch} for one in reasons],
        "state_changed": state_changed(found),
    }
