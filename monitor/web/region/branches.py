"""My branches: each with where it stands, what is to be done there and what is disputed; what stands out comes first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from flask import render_template, url_for
from sqlmodel import col, func, or_, select

from branches import access, appeals, editions, standards
from branches.access import Right
from branches.actions import CorrectiveAction
from branches.audits import Audit
from branches.editions import Edition
from branches.places import Branch
from branches.states import ActionState
from monitor.web import follow, gate
from monitor.web.parts import OF_A_PAGE, place, searched
from monitor.web.region.room import blueprint
from reports import change_words, stored, wording
from reports.figures import Cell, Change, State
from reports.kept import Course
from reports.spark import Spark, spark, whole

PRESSING = (State.FALLS_SHORT, State.WATCH, State.ABOVE)
"""The states that are named section by section; the others are said once."""
Days = tuple[date, date]


@dataclass(frozen=True)
class Counts:
    """What waits at one branch."""

    audits: int = 0
    due: int = 0
    overdue: int = 0
    disputed: int = 0


@dataclass(frozen=True)
class Known:
    """What the last edition of its region says of one branch."""

    cells: list[Cell] = field(default_factory=list)
    fallen: list[Change] = field(default_factory=list)
    """The sections that have lately fallen, the deepest first."""
    courses: list[Course] = field(default_factory=list)
    """Where it was, four weeks at a time; nothing of an edition that did not keep it."""

    @property
    def is_judged(self) -> bool:
        """Whether there were audits enough, at least in one section."""
        return any(cell.state is not State.NOT_ENOUGH for cell in self.cells)


NOTHING = Known()


@dataclass(frozen=True)
class Line:
    """One branch of the list."""

    name: str
    href: str
    states: list[tuple[str, str]]
    """A state and what is said with it."""
    tags: list[tuple[str, str]]
    """What waits there, and its tone."""
    spark: Spark | None
    """Where it was, as a small line."""


@blueprint.get("/branches")
@gate.needs(Right.READ_EDITIONS)
def branches() -> str:
    """All are put in order, for what stands out comes first; only those of one page are worded."""
    text = searched()
    found = _found(text)
    known, titles, windows = _known()
    counts = _counts(found)
    order = {branch.id: _order(known.get(branch.code, NOTHING), counts[branch.id]) for branch in found}
    found.sort(key=lambda branch: (*order[branch.id], branch.name.casefold(), branch.code))
    here = place(len(found))
    lines = [
        _line(branch, known.get(branch.code, NOTHING), titles, counts[branch.id])
        for branch in found[here.skipped : here.skipped + OF_A_PAGE]
    ]
    return render_template(
        "region/branches.html",
        headline=_headline(
            sum(first == 0 for first, *_ in order.values()),
            sum(bool(known[branch.code].fallen) for branch in found if branch.code in known),
            sum(one.overdue > 0 for one in counts.values()),
            judged=any(one.is_judged for one in known.values()),
        ),
        window=_window_words(windows),
        part=here.part(lines, len(found), "region.branches", q=text),
        q=text,
    )


def _found(text: str) -> list[Branch]:
    query = access.visible_branches(gate.person())
    if text:
        named = (Branch.name, Branch.code, Branch.address)
        query = query.where(or_(*(col(one).icontains(text, autoescape=True) for one in named)))
    return list(gate.session().exec(query))


def _headline(short: int, fallen: int, waiting: int, *, judged: bool) -> list[str]:
    count = gate.tongue().count
    said = []
    if short:
        said.append(count("{n} branch falls short in a section.", "{n} branches fall short in a section.", short))
    if fallen:
        said.append(
            count("{n} branch is lately worse than before.", "{n} branches are lately worse than before.", fallen)
        )
    if waiting:
        said.append(count("Actions are overdue at {n} branch.", "Actions are overdue at {n} branches.", waiting))
    if said:
        return said
    say = gate.tongue().say
    if not judged:
        return [say("No branch can be judged yet, and nothing is overdue.")]
    return [say("No branch falls short, and nothing is overdue.")]


def _window_words(windows: set[Days]) -> str:
    """Which audits the reports count; without days where these differ from region to region."""
    say = gate.tongue().say
    if len(windows) > 1:
        return say("How each stands is as in the last report of its region, and so are the audits in the report.")
    for first, last in windows:
        return say(
            "How each stands is as in the last report, which counts the audits from {first} to {last}.",
            first=first,
            last=last,
        )
    return ""


def _known() -> tuple[dict[str, Known], dict[str, str], set[Days]]:
    """Where each branch stands in the last edition of its region, and the first and last day that these count."""
    known: dict[str, Known] = {}
    found, windows = _editions(), set()
    for edition in found:
        figures = stored.load(edition.content)
        windows.add((figures.window_from, figures.window_to))
        for cell in figures.cells:
            known.setdefault(cell.branch, Known()).cells.append(cell)
        for branch, course in whole(figures).items():
            known.setdefault(branch, Known()).courses.append(course)
        for change in change_words.fallen(figures):
            known.setdefault(change.branch, Known()).fallen.append(change)
    titles: dict[str, str] = {}
    for standard_id in dict.fromkeys(edition.standard_id for edition in found):
        titles |= standards.wordings(gate.session(), standard_id, gate.tongue().code)[0]
    return known, titles, windows


def _editions() -> list[Edition]:
    """The newest revision of the last edition of each region that this reader may read."""
    newest_first = (col(Edition.week).desc(), col(Edition.revision).desc())
    place_in_scope = func.row_number().over(partition_by=col(Edition.scope), order_by=newest_first)
    of_regions = select(Edition.id, place_in_scope.label("place"))
    ranked = of_regions.where(Edition.report == editions.WEEKLY, col(Edition.region_id).is_not(None)).subquery()
    newest = select(ranked.c.id).where(ranked.c.place == 1)
    return list(gate.session().exec(access.visible_editions(gate.person()).where(col(Edition.id).in_(newest))))


def _counts(found: Sequence[Branch]) -> dict[int, Counts]:
    """What waits at each branch, in three queries for all of them."""
    session, user = gate.session(), gate.person()
    there = col(Audit.branch_id)
    audits = access.visible_results(user).with_only_columns(there, func.count()).group_by(there)
    waiting = access.visible_actions(user).where(CorrectiveAction.state == ActionState.OPEN.value)
    days = (col(CorrectiveAction.branch_id), col(CorrectiveAction.due_on))
    promised: dict[int, list[tuple[date, int]]] = {}
    for branch_id, day, n in session.execute(waiting.with_only_columns(*days, func.count()).group_by(*days)):
        promised.setdefault(branch_id, []).append((day, n))
    open_ones = access.visible_appeals(user).join(Audit).where(appeals.waits())
    disputed = open_ones.with_only_columns(there, func.count(), maintain_column_froms=True).group_by(there)
    of_audits, of_appeals = ({one[0]: one[1] for one in session.execute(query)} for query in (audits, disputed))
    return {
        branch.id: _count(
            branch, of_audits.get(branch.id, 0), promised.get(branch.id, []), of_appeals.get(branch.id, 0)
        )
        for branch in found
    }


def _count(branch: Branch, audits: int, promised: Sequence[tuple[date, int]], disputed: int) -> Counts:
    today = follow.today(branch) if promised else date.min
    late = sum(n for day, n in promised if day < today)
    return Counts(audits, sum(n for _, n in promised) - late, late, disputed)


def _line(branch: Branch, known: Known, titles: dict[str, str], counts: Counts) -> Line:
    return Line(
        name=branch.name,
        href=url_for("region.branch", public_id=branch.public_id),
        states=_states(known, titles, counts),
        tags=_tags(counts),
        spark=next((spark(one, gate.tongue()) for one in known.courses), None),
    )


def _order(known: Known, counts: Counts) -> tuple[int, float, int]:
    """As the region's report has them: what falls short, the furthest first; what has fallen; what to watch; the others."""
    short, watch = (
        [-abs(cell.estimate or 0.0) for cell in known.cells if cell.state is state]
        for state in (State.FALLS_SHORT, State.WATCH)
    )
    fallen = [one.size or 0.0 for one in known.fallen]
    first = next((place for place, some in enumerate((short, fallen, watch)) if some), 3)
    return first, min((short, fallen, watch, [0.0])[first]), -counts.overdue - counts.disputed


def _states(known: Known, titles: dict[str, str], counts: Counts) -> list[tuple[str, str]]:
    """What stands out by name; else one word for all."""
    tongue, cells = gate.tongue(), known.cells
    named = {state: [titles.get(c.section) or c.section for c in cells if c.state is state] for state in PRESSING}
    told = [
        (state.value, f"{wording.state_word(tongue, state)}: {tongue.join(sections)}")
        for state, sections in named.items()
        if sections
    ]
    if known.fallen:
        sections = tongue.join([titles.get(one.section) or one.section for one in known.fallen])
        told.append(("", tongue.say("Lately worse than before: {places}.", places=sections)))
    unsure = [titles.get(one.section) or one.section for one in cells if wording.unsure(one)]
    if unsure:
        told.append((State.AS_NORM.value, f"{tongue.say('Not sure')}: {tongue.join(unsure)}"))
    if not told:
        enough = any(cell.state is State.AS_NORM for cell in cells)
        state = State.AS_NORM if enough else State.NOT_ENOUGH
        told.append((state.value, wording.state_word(tongue, state)))
    return [*told, ("", _audits(cells, counts))]


def _audits(cells: list[Cell], counts: Counts) -> str:
    """How many audits the report counts, and how many there are in all; once where these are the same."""
    tongue, counted = gate.tongue(), max((cell.audits for cell in cells), default=0)
    if counted == counts.audits:
        return wording.audits(tongue, counted)
    return tongue.count(
        "{n} audit in the report, {all} in all", "{n} audits in the report, {all} in all", counted, all=counts.audits
    )


def _tags(counts: Counts) -> list[tuple[str, str]]:
    count = gate.tongue().count
    found = [
        (counts.overdue, count("{n} action overdue", "{n} actions overdue", counts.overdue), "short"),
        (counts.due, count("{n} action due", "{n} actions due", counts.due), ""),
        (counts.disputed, count("{n} open appeal", "{n} open appeals", counts.disputed), "watch"),
    ]
    return [(words, tone) for n, words, tone in found if n]
