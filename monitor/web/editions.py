"""Editions: the weekly report as a page, for the region's manager and for head office."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, redirect, render_template, url_for
from sqlmodel import col
from werkzeug.wrappers import Response as AnyResponse

from branches import access, editions, stand_ins, standards
from branches.access import Right
from branches.editions import CHAIN, Edition, Entry
from branches.people import Role
from branches.places import Branch, regions
from branches.stand_ins import StandIn
from monitor import cache
from monitor.web import download, gate, leave, sheets
from monitor.web.tables import Sheet
from reports import stored, wording
from reports.compose import compose
from reports.figures import Figures, State
from reports.report import Report
from reports.revised import revision_words

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
    _may_read(scope)
    found = editions.past(gate.session(), scope)
    revised = {entry.week for entry in found if entry.revision}
    lines = [_line(entry, revised) for entry in found]
    return render_template("edition/list.html", scope=_scope_name(scope), editions=lines, lent=_ways(scope))


@blueprint.get("/editions/<public_id>")
@gate.needs(Right.READ_EDITIONS)
def edition(public_id: str) -> str:
    return _page(_readable(public_id))


@blueprint.get("/editions/<public_id>.pdf")
@gate.needs(Right.READ_EDITIONS)
def paper(public_id: str) -> AnyResponse:
    found = _readable(public_id)
    figures = stored.load(found.content)
    report = composed(found, figures)
    pdf = cache.paper(
        gate.site().cache,
        found.public_id,
        report,
        gate.tongue(),
        words=_edition_words(found),
        revised=_revised(found, figures),
    )
    return download.pdf(pdf, download.file_name(report.scope, found.week, "pdf", found.revision))


@blueprint.get("/editions/<public_id>.csv")
@gate.needs(Right.READ_EDITIONS)
def table(public_id: str) -> AnyResponse:
    found = _readable(public_id)
    name = download.file_name(_scope_name(found.scope), found.week, "csv", found.revision)
    return download.csv(_sheet(found), name)


@blueprint.get("/editions/<public_id>.xlsx")
@gate.needs(Right.READ_EDITIONS)
def workbook(public_id: str) -> AnyResponse:
    found = _readable(public_id)
    scope = _scope_name(found.scope)
    name = download.file_name(scope, found.week, "xlsx", found.revision)
    return download.xlsx([_sheet(found)], f"{scope} · {gate.tongue().week(found.week)}", name)


def _sheet(found: Edition) -> Sheet:
    titles, _ = standards.wordings(gate.session(), found.standard_id, gate.tongue().code)
    return sheets.cells(stored.load(found.content), titles)


def _latest(scope_key: str) -> str:
    _may_read(scope_key)
    found = editions.latest(gate.session(), scope_key)
    if found is None:
        return render_template("edition/list.html", scope=_scope_name(scope_key), editions=[], lent=_ways(scope_key))
    return _page(found)


def _readable(public_id: str) -> Edition:
    found = editions.find(gate.session(), public_id)
    if found is None:
        abort(404)
    _may_read(found.scope)
    return found


def _may_read(scope_key: str) -> None:
    known = {CHAIN, *(editions.region_key(region) for region in regions(gate.session()))}
    if scope_key not in known or not access.may_read_scope(gate.person(), scope_key, _lent()):
        abort(404)


def _lent() -> dict[str, StandIn]:
    """The scopes of the regions that this reader stands in for today, each with what it rests on."""
    held = stand_ins.held_by(gate.session(), gate.person(), at=gate.site().clock())
    return {editions.region_key(one.region): one for one in held}


def _ways(scope_key: str) -> list[tuple[str, str]]:
    """To the reports that this reader stands in for, but for those they are at: address and region."""
    lent = _lent()
    named = {key: wording.isolated(one.region.name) for key, one in lent.items() if key != scope_key}
    return [(url_for("editions.scope", scope=key), name) for key, name in named.items()]


def _stands_in(scope_key: str) -> str:
    """Why this reader may read it, where they stand in for its manager."""
    found = _lent().get(scope_key)
    return leave.held_words(found) if found is not None else ""


def _scope_name(scope_key: str) -> str:
    names = {editions.region_key(region): region.name for region in regions(gate.session())}
    return names.get(scope_key) or gate.tongue().say("The whole chain")


def _page(found: Edition) -> str:
    figures = stored.load(found.content)
    report = composed(found, figures)
    drawings = cache.drawings(gate.site().cache, found.public_id, report, gate.tongue())
    return render_template(
        "edition/show.html",
        edition=found,
        edition_words=_edition_words(found),
        report=report,
        charts=drawings,
        branch_pages=_branch_pages(figures),
        others=_others(),
        lent=_ways(found.scope),
        stands_in=_stands_in(found.scope),
        may_plan=access.may_read_scope(gate.person(), found.scope),
        revised=_revised(found, figures),
        newer=_newer(found),
    )


def _branch_pages(figures: Figures) -> dict[str, str]:
    """Where the page of each branch is, of those that this reader may see now."""
    known = access.visible_branches(gate.person()).with_only_columns(col(Branch.code), col(Branch.public_id))
    found = dict(gate.session().execute(known).all())
    return {code: url_for("region.branch", public_id=found[code]) for code in figures.branch_names if code in found}


def _newer(found: Edition) -> str | None:
    """Where the newest revision of this week is, when this is not it."""
    newest = editions.latest(gate.session(), found.scope, found.week)
    if newest is None or newest.id == found.id:
        return None
    return url_for("editions.edition", public_id=newest.public_id)


def _edition_words(found: Edition) -> str:
    """For the foot of each printed page."""
    say = gate.tongue().say
    if found.revision:
        return say("edition {edition}, revision {n}", edition=found.public_id, n=found.revision)
    return say("edition {edition}", edition=found.public_id)


def _revised(found: Edition, figures: Figures) -> tuple[str, ...]:
    """What a revision changed and why; nothing for a first edition."""
    if found.changes is None:
        return ()
    titles, _ = standards.wordings(gate.session(), found.standard_id, gate.tongue().code)
    return revision_words(found.changes, gate.tongue(), titles, figures.branch_names)


def composed(found: Edition, figures: Figures | None = None) -> Report:
    """The edition in the reader's words."""
    tongue = gate.tongue()
    titles, items = standards.wordings(gate.session(), found.standard_id, tongue.code)
    return compose(figures or stored.load(found.content), tongue, titles, items)


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


def _others() -> list[tuple[str, str]]:
    """The other scopes this reader may look at: key and name; the chain's is worded by the page."""
    if Role(gate.person().role) is not Role.OFFICE:
        return []
    return [(editions.region_key(region), region.name) for region in regions(gate.session())]
