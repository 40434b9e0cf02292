"""Editions: the weekly report as a page, for the region's manager and for head office."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from branches import access, editions, standards
from branches.access import Right
from branches.editions import CHAIN, Edition, Entry
from monitor import cache
from monitor.web import coming, download, further, gate, reading, sheets
from monitor.web import so_far as first
from monitor.web.tables import Sheet
from reports import stored, wording
from reports.figures import Figures, State
from reports.revised import revision_words
from reports.voice import Voice

blueprint = Blueprint("editions", __name__)


@blueprint.get("/reports/chain")
@gate.needs(Right.READ_EDITIONS)
def chain() -> str:
    return _latest(CHAIN)


@blueprint.get("/reports/mine")
@gate.needs(Right.READ_EDITIONS)
def mine() -> AnyResponse:
    region = gate.person().region
    if region is None:
        abort(404)
    return redirect(url_for("editions.scope", scope=editions.region_key(region)))


@blueprint.get("/reports/<scope>")
@gate.needs(Right.READ_EDITIONS)
def scope(scope: str) -> str:
    return _latest(scope)


@blueprint.get("/reports/<scope>/past")
@gate.needs(Right.READ_EDITIONS)
def past(scope: str) -> str:
    reading.may_read(scope)
    found = editions.past(gate.session(), scope)
    revised = {entry.week for entry in found if entry.revision}
    lines = [_line(entry, revised) for entry in found]
    comes, so_far = ("", "") if lines else (coming.first_report(scope), _so_far(scope))
    name, lent = reading.scope_name(scope), reading.ways(scope)
    return render_template("edition/list.html", scope=name, editions=lines, lent=lent, comes=comes, so_far=so_far)


@blueprint.get("/reports/<scope>/so-far")
@gate.needs(Right.READ_EDITIONS)
def so_far(scope: str) -> str | AnyResponse:
    """The first report as it would be now; once there is one, that."""
    reading.may_read(scope)
    if editions.latest(gate.session(), scope) is not None:
        return redirect(url_for("editions.scope", scope=scope))
    return first.page(scope)


@blueprint.get("/editions/<public_id>")
@gate.needs(Right.READ_EDITIONS)
def edition(public_id: str) -> str:
    return _page(reading.readable(public_id))


@blueprint.get("/editions/<public_id>.pdf")
@gate.needs(Right.READ_EDITIONS)
def paper(public_id: str) -> AnyResponse:
    found = reading.readable(public_id)
    figures = stored.load(found.content)
    report = reading.composed(found, figures)
    pdf = cache.paper(
        gate.site().cache,
        found.public_id,
        report,
        gate.tongue(),
        words=reading.edition_words(found),
        revised=_revised(found, figures),
    )
    return download.pdf(pdf, download.file_name(report.scope, found.week, "pdf", found.revision))


@blueprint.get("/editions/<public_id>.csv")
@gate.needs(Right.READ_EDITIONS)
def table(public_id: str) -> AnyResponse:
    found = reading.readable(public_id)
    name = download.file_name(reading.scope_name(found.scope), found.week, "csv", found.revision)
    return download.csv(_sheet(found), name)


@blueprint.get("/editions/<public_id>/tables/<table>.csv")
@gate.needs(Right.READ_EDITIONS)
def other_table(public_id: str, table: str) -> AnyResponse:
    """Any other table of the report: what stands behind a picture, the new audits, the actions."""
    found = reading.readable(public_id)
    sheet = further.named(*_told(found), table) or abort(404)
    title = f"{reading.scope_name(found.scope)} {sheet.name}"
    return download.csv(sheet, download.file_name(title, found.week, "csv", found.revision))


@blueprint.get("/editions/<public_id>.xlsx")
@gate.needs(Right.READ_EDITIONS)
def workbook(public_id: str) -> AnyResponse:
    found = reading.readable(public_id)
    scope = reading.scope_name(found.scope)
    name = download.file_name(scope, found.week, "xlsx", found.revision)
    pages = [_sheet(found), *further.sheets(*_told(found))]
    return download.xlsx(pages, f"{scope} · {gate.tongue().week(found.week)}", name)


def _sheet(found: Edition) -> Sheet:
    titles, _ = standards.wordings(gate.session(), found.standard_id, gate.tongue().code)
    return sheets.cells(stored.load(found.content), titles)


def _told(found: Edition) -> tuple[Voice, Mapping[str, str]]:
    titles, items = standards.wordings(gate.session(), found.standard_id, gate.tongue().code)
    return further.voice(stored.load(found.content), titles), items


def _latest(scope_key: str) -> str:
    reading.may_read(scope_key)
    found = editions.latest(gate.session(), scope_key)
    if found is None:
        name, ways = reading.scope_name(scope_key), reading.ways(scope_key)
        return render_template(
            "edition/list.html",
            scope=name,
            editions=[],
            lent=ways,
            comes=coming.first_report(scope_key),
            so_far=_so_far(scope_key),
        )
    return _page(found)


def _so_far(scope_key: str) -> str:
    """Where the first report is read before it is issued: as it would be now, or as Explore works it out where that takes longer."""
    return url_for("editions.so_far", scope=scope_key) if first.is_small() else coming.this_week(scope_key)


def _page(found: Edition) -> str:
    figures = stored.load(found.content)
    report = reading.composed(found, figures)
    drawings = cache.drawings(gate.site().cache, found.public_id, report, gate.tongue())
    return render_template(
        "edition/show.html",
        edition=found,
        edition_words=reading.edition_words(found),
        report=report,
        charts=drawings,
        branch_pages=reading.branch_pages(figures),
        section_pages=reading.section_pages(found, figures),
        others=reading.others(),
        lent=reading.ways(found.scope),
        stands_in=reading.stands_in(found.scope),
        may_plan=access.may_read_scope(gate.person(), found.scope),
        revised=_revised(found, figures),
        newer=_newer(found),
        tables=_tables(found),
    )


def _tables(found: Edition) -> dict[str, str]:
    """Where the table behind each picture can be taken home."""
    others = {
        picture: url_for("editions.other_table", public_id=found.public_id, table=name)
        for picture, name in further.OF_PICTURES.items()
    }
    return {"heat": url_for("editions.table", public_id=found.public_id), **others}


def _newer(found: Edition) -> str | None:
    """Where the newest revision of this week is, when this is not it."""
    newest = editions.latest(gate.session(), found.scope, found.week)
    if newest is None or newest.id == found.id:
        return None
    return url_for("editions.edition", public_id=newest.public_id)


def _revised(found: Edition, figures: Figures) -> tuple[str, ...]:
    """What a revision changed and why; nothing for a first edition."""
    if found.changes is None:
        return ()
    titles, _ = standards.wordings(gate.session(), found.standard_id, gate.tongue().code)
    return revision_words(found.changes, gate.tongue(), titles, figures.branch_names)


@dataclass(frozen=True)
class Line:
    """A past edition in the list."""

    title: str
    href: str
    headline: str
    note: str


def _line(entry: Entry, revised: set[date]) -> Line:
    tongue = gate.tongue()
    words = [
        f"{wording.state_word(tongue, state)}: {_how_many(entry, state)}"
        for state in (State.FALLS_SHORT, State.WATCH, State.ABOVE)
    ]
    return Line(
        title=tongue.week(entry.week),
        href=url_for("editions.edition", public_id=entry.public_id),
        headline=" · ".join(words),
        note=_note(entry, revised),
    )


def _how_many(entry: Entry, state: State) -> str:
    """Branches, as the report's headline counts them; of an edition that did not count them, sections of branches."""
    tongue, found = gate.tongue(), entry.states.get(state.value, 0)
    if found and stored.branches_in(state) not in entry.states:
        return tongue.count("{n} section of a branch", "{n} sections of branches", found)
    return wording.branches(tongue, entry.states.get(stored.branches_in(state), 0))


def _note(entry: Entry, revised: set[date]) -> str:
    if entry.revision:
        return gate.tongue().say("revised")
    return gate.tongue().say("as first issued") if entry.week in revised else ""
