"""One branch as its manager and head office see it: sections, trend, audits, actions, flags, and the same as tables."""

from flask import render_template
from werkzeug.wrappers import Response

from branches.access import Right
from branches.audits import Audit
from branches.weeks import Week
from monitor.web import disputes, download, follow, gate, reading, sheets, standing, told
from monitor.web.region.room import blueprint, shows_shoppers, the_branch


@blueprint.get("/branches/<public_id>")
@gate.needs(Right.READ_EDITIONS)
def branch(public_id: str) -> str:
    found = the_branch(public_id)
    stands = standing.of(found)
    audits = told.results(Audit.branch_id == found.id)
    return render_template(
        "region/branch.html",
        branch=found,
        section_pages=reading.section_pages(stands.edition, stands.figures) if stands is not None else {},
        report=stands.report if stands is not None else None,
        charts=stands.drawings() if stands is not None else {},
        basis=_basis(stands, len(audits)) if stands is not None else "",
        audits=told.lines(audits),
        flags=follow.flag_lines(follow.standing(found)),
        actions=follow.action_lines(follow.promised(found)),
        appeals=disputes.lines(disputes.of_branch(found), audits),
    )


def _basis(stands: standing.Standing, released: int) -> str:
    """How many of the branch's audits the report counts, of which days."""
    figures = stands.figures
    counted = max((cell.audits for cell in figures.cells), default=0)
    return gate.tongue().count(
        "Of the {n} audit released here the report counts {counted}: those of {first} to {last}. Older and newer ones do not count in it.",
        "Of the {n} audits released here the report counts {counted}: those of {first} to {last}. Older and newer ones do not count in it.",
        released,
        counted=counted,
        first=figures.window_from,
        last=figures.window_to,
    )


@blueprint.get("/branches/<public_id>.csv")
@gate.needs(Right.READ_EDITIONS)
def table(public_id: str) -> Response:
    found = the_branch(public_id)
    audits = told.results(Audit.branch_id == found.id)
    name = download.file_name(found.name, sheets.newest_week(audits, Week.of(follow.today(found)).monday), "csv")
    return download.csv(sheets.answers(audits, shoppers=shows_shoppers()), name)


@blueprint.get("/branches/<public_id>.xlsx")
@gate.needs(Right.READ_EDITIONS)
def workbook(public_id: str) -> Response:
    found = the_branch(public_id)
    audits, shoppers = told.results(Audit.branch_id == found.id), shows_shoppers()
    name = download.file_name(found.name, sheets.newest_week(audits, Week.of(follow.today(found)).monday), "xlsx")
    made = [sheets.scores(audits, shoppers=shoppers), sheets.answers(audits, shoppers=shoppers)]
    return download.xlsx(made, found.name, name)
