"""What was found, taken home: every branch and section beside the time before, a line each."""

from flask import redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from branches.access import Right
from branches.errors import Conflict
from monitor.web import download, gate, sheets
from monitor.web.explore.asked import Asked, asked
from monitor.web.explore.room import blueprint, find, looked_at, wordings
from monitor.web.tables import Row, Sheet
from reports import stored
from reports.against import Against
from reports.against_words import turn_word
from reports.compose import scope_name
from reports.explored import Explored
from reports.figures import Figures

CHANCE_DIGITS = 4


@blueprint.get("/explore.csv")
@gate.needs(Right.READ_EDITIONS)
def table() -> AnyResponse:
    wanted = asked()
    found = _found(wanted)
    if found is None:
        return redirect(url_for("explore.show", **wanted.address))
    figures = looked_at(found, wanted.section)
    return download.csv(_sheet(found, figures), _file_name(figures, "csv"))


@blueprint.get("/explore.xlsx")
@gate.needs(Right.READ_EDITIONS)
def workbook() -> AnyResponse:
    wanted = asked()
    found = _found(wanted)
    if found is None:
        return redirect(url_for("explore.show", **wanted.address))
    figures = looked_at(found, wanted.section)
    title = f"{scope_name(figures, gate.tongue())} {figures.window_from} {figures.window_to}"
    return download.xlsx([_sheet(found, figures)], title, _file_name(figures, "xlsx"))


def _found(wanted: Asked) -> Explored | None:
    """None where the page has to ask again; what is not there yet is said."""
    found = find(wanted)
    if found is None:
        return None
    if found.explored is None:
        raise Conflict("These figures are not worked out yet. Look again in a moment.")
    return found.explored


def _file_name(figures: Figures, kind: str) -> str:
    scope = f"{scope_name(figures, gate.tongue())} {figures.window_from}"
    return download.file_name(scope, figures.window_to, kind)


def _sheet(found: Explored, figures: Figures) -> Sheet:
    """The columns of a report's table, then those of the time before."""
    titles, _ = wordings(found)
    plain = sheets.cells(figures, titles)
    known = {(one.branch, one.section): one for one in found.against}
    rows = [
        (*row[1:], *_beside(known.get((cell.branch, cell.section)), found.before))
        for row, cell in zip(plain.rows, figures.cells, strict=True)
    ]
    return Sheet(plain.name, (*plain.heads[1:], *_heads()), rows)


def _heads() -> tuple[str, ...]:
    say = gate.tongue().say
    return (
        *(say("Against the time before"), say("Difference"), say("Likely from"), say("to"), say("Chance alone")),
        *(say("Estimate before"), say("Audits before"), say("First day before"), say("Last day before")),
    )


def _beside(one: Against | None, before: Figures) -> Row:
    if one is None:
        return (None,) * 9
    ends = (None,) * 3 if one.points is None else (one.points.value, one.points.low, one.points.high)
    return (
        turn_word(gate.tongue(), one.turn),
        *(stored.printed(end) for end in ends),
        None if one.chance is None else round(one.chance, CHANCE_DIGITS),
        stored.printed(one.estimate),
        one.audits,
        before.window_from,
        before.window_to,
    )
