"""Which branches drift: a small picture of each, of the section that stands out there, else of all sections together."""

from math import ceil, sqrt

from reports import improved, wording
from reports.change_words import fallen
from reports.drift import Panel, Panels
from reports.figures import Interval, Move, State
from reports.groups import by_state
from reports.kept import TOGETHER, Course, Courses
from reports.report import Column, Entry, Picture, Table
from reports.tables import TABLE_ROWS, branch_entry, rest
from reports.voice import Voice

MOST = 30
"""Panels of a picture; a region's branches as a rule."""
STEP = 5.0
"""Points to whose multiple the panels reach."""
FURTHEST = 30.0
NINE_IN_TEN = 1.645
Place = tuple[str, str]


def panels(voice: Voice) -> Picture | None:
    """How has each branch moved? None in editions that did not keep it, and where there is nothing to draw."""
    kept = voice.figures.courses
    if kept is None:
        return None
    known = {(one.branch, one.section): one for one in kept.of if any(one.audits)}
    told = (place if place in known else (place[0], TOGETHER) for place in _places(voice))
    places = [place for place in told if place in known]
    if not places:
        return None
    shown = tuple(_panel(voice, kept, known[place]) for place in places[:MOST])
    reach = _reach(shown)
    table = _table(voice, kept, [known[place] for place in places])
    return Picture(
        "panels",
        voice.language.say("Which branches drift?"),
        _caption(voice, kept, reach, len(places) - len(shown)),
        Panels(shown, reach),
        table,
        _answer(voice),
    )


def _places(voice: Voice) -> list[Place]:
    """One section of each branch: what has changed before what stands out, then the others by their names."""
    figures, ordered = voice.figures, by_state(voice.figures.cells)
    out = [cell for state in (State.FALLS_SHORT, State.WATCH, State.ABOVE) for cell in ordered[state]]
    told: list[Place] = [(one.branch, one.section) for one in (*fallen(figures), *improved.risen(figures))]
    told += [(cell.branch, cell.section) for cell in out]
    first = {branch: (branch, section) for branch, section in reversed(told)}
    leading = [first[branch] for branch in dict.fromkeys(branch for branch, _ in told)]
    others = sorted(set(figures.branch_names) - set(first), key=lambda branch: (voice.name(branch).casefold(), branch))
    return [*leading, *((branch, TOGETHER) for branch in others)]


def _panel(voice: Voice, kept: Courses, course: Course) -> Panel:
    cell = voice.by_branch().get(course.branch, {}).get(course.section)
    return Panel(
        name=voice.name(course.branch),
        section=voice.title(course.section) if course.section else "",
        state=cell.state if cell is not None else None,
        move=_moves(voice).get((course.branch, course.section), Move.STEADY),
        stretches=tuple(
            None if points is None else _likely(points, kept.spreads[course.section] / sqrt(n))
            for points, n in zip(course.points, course.audits, strict=True)
        ),
    )


def _moves(voice: Voice) -> dict[Place, Move]:
    return {(one.branch, one.section): one.move for one in voice.figures.changes}


def _likely(points: float, error: float) -> Interval:
    return Interval(points, points - NINE_IN_TEN * error, points + NINE_IN_TEN * error)


def _reach(shown: tuple[Panel, ...]) -> float:
    """As far as nine means in ten lie: one branch far out would make all others flat."""
    means = sorted(abs(one.value) for panel in shown for one in panel.stretches if one is not None)
    most = means[(len(means) - 1) * 9 // 10]
    return min(max(ceil(most / STEP), 2) * STEP, FURTHEST)


def _caption(voice: Voice, kept: Courses, reach: float, hidden: int) -> str:
    language = voice.language
    said = language.say(
        "Each branch in small, from {first} to {last}, all on one scale: {reach} points below the norm to {reach} above; what lies further is drawn at the edge. The line is the norm, a dot the mean of four weeks' audits, the shaded part its likely range. Shown is the section that stands out there, else all sections together. Shoppers and what moved the whole chain are allowed for. The mark beside a section says how the branch stands, not where it is going: that it has changed by more than luck is said only by an arrow at the right of its name.",
        first=kept.starts[0],
        last=voice.figures.window_to,
        reach=wording.short_number(language, reach),
    )
    if hidden > 0:
        said += " " + language.count("{n} more is in the table.", "{n} more are in the table.", hidden)
    return said


def _answer(voice: Voice) -> str:
    """How many have fallen and risen by more than luck."""
    language = voice.language
    down, up = (len({one.branch for one in some}) for some in (fallen(voice.figures), improved.risen(voice.figures)))
    if not down and not up:
        return language.say("No branch has changed by more than luck.")
    said = [
        language.count("{n} branch has fallen by more than luck.", "{n} branches have fallen by more than luck.", down)
        if down
        else "",
        language.count("{n} branch has risen by more than luck.", "{n} branches have risen by more than luck.", up)
        if up
        else "",
    ]
    return " ".join(filter(None, said))


def _table(voice: Voice, kept: Courses, found: list[Course]) -> Table:
    """The dots in figures, with how many audits each rests on."""
    language, say = voice.language, voice.language.say
    rows = [
        (
            branch_entry(voice, one.branch),
            Entry(voice.title(one.section) if one.section else say("All sections")),
            *(Entry(_dot(voice, points, n)) for points, n in zip(one.points, one.audits, strict=True)),
        )
        for one in found[:TABLE_ROWS]
    ]
    columns = (
        Column(say("Branch"), "name"),
        Column(say("Section"), "text"),
        *(Column(say("from {day}", day=language.short_date(start)), "number") for start in kept.starts),
    )
    return Table(
        say("Points above or below the norm, every four weeks (audits)"),
        columns,
        tuple(rows),
        rest(voice, len(found) - len(rows)),
    )


def _dot(voice: Voice, points: float | None, audits: int) -> str:
    if points is None:
        return wording.NOTHING
    return f"{wording.signed(voice.language, points)} ({voice.language.whole(audits)})"
