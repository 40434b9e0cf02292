"""My branches: each with where it stands, what is to be done there and what is disputed; what stands out comes first."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import render_template, url_for
from sqlmodel import col, select

from branches import access, editions, standards
from branches.access import Right
from branches.actions import CorrectiveAction
from branches.appeals import Appeal
from branches.audits import Audit
from branches.editions import Edition
from branches.places import Branch
from branches.states import ActionState, AppealState
from monitor.web import follow, gate
from monitor.web.region.room import blueprint
from reports import stored, wording
from reports.figures import Cell, State

PRESSING = (State.FALLS_SHORT, State.WATCH, State.ABOVE)
"""The states that are named section by section; the others are said once."""


@dataclass(frozen=True)
class Counts:
    """What waits at one branch."""

    audits: int = 0
    due: int = 0
    overdue: int = 0
    disputed: int = 0


@dataclass(frozen=True)
class Line:
    """One branch of the list."""

    name: str
    href: str
    states: list[tuple[str, str]]
    """A state and what is said with it."""
    tags: list[tuple[str, str]]
    """What waits there, and its tone."""
    order: tuple[int, int, str]


@blueprint.get("/branches")
@gate.needs(Right.READ_EDITIONS)
def branches() -> str:
    found = list(gate.session().exec(access.visible_branches(gate.person())))
    cells, titles = _cells(found)
    lines = [_line(branch, cells.get(branch.code, []), titles, _counts(branch)) for branch in found]
    short = sum(line.order[0] == 0 for line in lines)
    waiting = sum(any(tone == "short" for _, tone in line.tags) for line in lines)
    return render_template(
        "region/branches.html",
        headline=_headline(short, waiting),
        lines=sorted(lines, key=lambda line: line.order),
    )


def _headline(short: int, waiting: int) -> list[str]:
    count = gate.tongue().count
    said = []
    if short:
        said.append(count("{n} branch falls short in a section.", "{n} branches fall short in a section.", short))
    if waiting:
        said.append(count("Actions are overdue at {n} branch.", "Actions are overdue at {n} branches.", waiting))
    return said or [gate.tongue().say("No branch falls short, and nothing is overdue.")]


def _cells(found: Iterable[Branch]) -> tuple[dict[str, list[Cell]], dict[str, str]]:
    """Where each branch stands in the last edition of its region."""
    cells: dict[str, list[Cell]] = {}
    titles: dict[str, str] = {}
    for edition in _editions(found):
        own, _ = standards.wordings(gate.session(), edition.standard_id, gate.tongue().code)
        titles |= own
        for cell in stored.load(edition.content).cells:
            cells.setdefault(cell.branch, []).append(cell)
    return cells, titles


def _editions(found: Iterable[Branch]) -> list[Edition]:
    regions = {branch.region_id: branch.region for branch in found}
    newest = (editions.latest(gate.session(), editions.region_key(region)) for region in regions.values())
    return [edition for edition in newest if edition is not None]


def _counts(branch: Branch) -> Counts:
    session, user = gate.session(), gate.person()
    audits = access.visible_results(user).where(Audit.branch_id == branch.id).with_only_columns(col(Audit.id))
    waiting = access.visible_actions(user).where(
        CorrectiveAction.branch_id == branch.id, CorrectiveAction.state == ActionState.OPEN.value
    )
    due = [one.due_on for one in session.exec(waiting)]
    there = select(Audit.id).where(Audit.branch_id == branch.id)
    disputed = access.visible_appeals(user).where(
        col(Appeal.audit_id).in_(there), Appeal.state == AppealState.OPEN.value
    )
    today = follow.today(branch)
    late = sum(day < today for day in due)
    return Counts(len(session.execute(audits).all()), len(due) - late, late, len(session.exec(disputed).all()))


def _line(branch: Branch, cells: list[Cell], titles: dict[str, str], counts: Counts) -> Line:
    return Line(
        name=branch.name,
        href=url_for("region.branch", public_id=branch.public_id),
        states=_states(cells, titles, counts),
        tags=_tags(counts),
        order=(*_order(cells, counts), branch.name.casefold()),
    )


def _order(cells: list[Cell], counts: Counts) -> tuple[int, int]:
    states = {cell.state for cell in cells}
    first = next((place for place, state in enumerate(PRESSING[:2]) if state in states), 2)
    return first, -counts.overdue - counts.disputed


def _states(cells: list[Cell], titles: dict[str, str], counts: Counts) -> list[tuple[str, str]]:
    """What stands out by name; else one word for all."""
    tongue, told = gate.tongue(), []
    for state in PRESSING:
        sections = [titles.get(cell.section) or cell.section for cell in cells if cell.state is state]
        if sections:
            told.append((state.value, f"{wording.state_word(tongue, state)}: {tongue.join(sections)}"))
    if not told:
        enough = any(cell.state is State.AS_NORM for cell in cells)
        state = State.AS_NORM if enough else State.NOT_ENOUGH
        told.append((state.value, wording.state_word(tongue, state)))
    return [*told, ("", wording.audits(tongue, counts.audits))]


def _tags(counts: Counts) -> list[tuple[str, str]]:
    count = gate.tongue().count
    found = [
        (counts.overdue, count("{n} action overdue", "{n} actions overdue", counts.overdue), "short"),
        (counts.due, count("{n} action due", "{n} actions due", counts.due), ""),
        (counts.disputed, count("{n} open appeal", "{n} open appeals", counts.disputed), "watch"),
    ]
    return [(words, tone) for n, words, tone in found if n]
