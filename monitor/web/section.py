"""One section of an edition: where it falls short, every branch in it, its items and its weeks; and the same as tables."""

from flask import Blueprint, abort, render_template
from werkzeug.wrappers import Response

from branches import standards
from branches.access import Right
from branches.editions import Edition
from monitor import cache
from monitor.web import download, gate, reading, sheets
from monitor.web.tables import Sheet
from reports import stored
from reports.figures import Figures
from reports.one_section import SectionReport, narrowed, section_report
from reports.voice import Voice

blueprint = Blueprint("section", __name__)


@blueprint.get("/editions/<public_id>/sections/<place>")
@gate.needs(Right.READ_EDITIONS)
def show(public_id: str, place: str) -> str:
    found = reading.readable(public_id)
    figures = stored.load(found.content)
    told = _told(found, figures, _code(figures, place))
    pages = reading.section_pages(found, figures)
    titles = _titles(found)
    return render_template(
        "section/show.html",
        edition=found,
        edition_words=reading.edition_words(found),
        place=place,
        section=told,
        report=told.report,
        charts=cache.drawings(gate.site().cache, f"{found.public_id}-{place}", told.report, gate.tongue()),
        branch_pages=reading.branch_pages(figures),
        sections=[(titles.get(code) or code, href, str(n) == place) for n, (code, href) in enumerate(pages.items(), 1)],
    )


@blueprint.get("/editions/<public_id>/sections/<place>.csv")
@gate.needs(Right.READ_EDITIONS)
def table(public_id: str, place: str) -> Response:
    found = reading.readable(public_id)
    sheet, title = _sheet(found, place)
    return download.csv(sheet, download.file_name(title, found.week, "csv", found.revision))


@blueprint.get("/editions/<public_id>/sections/<place>.xlsx")
@gate.needs(Right.READ_EDITIONS)
def workbook(public_id: str, place: str) -> Response:
    found = reading.readable(public_id)
    sheet, title = _sheet(found, place)
    name = download.file_name(title, found.week, "xlsx", found.revision)
    return download.xlsx([sheet], f"{title} · {gate.tongue().week(found.week)}", name)


def _code(figures: Figures, place: str) -> str:
    """Of the section of that number; a number it has not is not there."""
    numbered = {str(number): one.section for number, one in enumerate(figures.sections, start=1)}
    return numbered.get(place) or abort(404)


def _titles(found: Edition) -> dict[str, str]:
    return standards.wordings(gate.session(), found.standard_id, gate.tongue().code)[0]


def _told(found: Edition, figures: Figures, code: str) -> SectionReport:
    titles, items = standards.wordings(gate.session(), found.standard_id, gate.tongue().code)
    return section_report(Voice(figures, gate.tongue(), titles), code, items)


def _sheet(found: Edition, place: str) -> tuple[Sheet, str]:
    """The section's branches, and what their file is called: scope and section."""
    figures, titles = stored.load(found.content), _titles(found)
    code = _code(figures, place)
    title = f"{reading.scope_name(found.scope)} {titles.get(code) or code}"
    return sheets.cells(narrowed(figures, code), titles), title
