"""The branch's staff: how their own branch stands against the norm, never who audited it or when exactly."""

from dataclasses import replace

from flask import Blueprint, abort, render_template

from branches import editions, standards
from branches.people import Role
from branches.places import Branch
from monitor import cache
from monitor.web import gate
from reports import stored
from reports.figures import Figures
from reports.own import own_report

blueprint = Blueprint("portal", __name__)


@blueprint.get("/branch")
@gate.audience(Role.STAFF)
def branch() -> str:
    own = gate.person().branch
    if own is None:
        abort(404)
    found = editions.latest(gate.session(), editions.region_key(own.region))
    if found is None:
        return render_template("portal/none.html", branch=own)
    titles, items = standards.wordings(gate.session(), found.standard_id, gate.tongue().code)
    report = own_report(_own_figures(stored.load(found.content), own), gate.tongue(), titles, items)
    drawings = cache.drawings(gate.site().cache, f"{found.public_id}-{own.public_id}", report, gate.tongue())
    return render_template("portal/branch.html", branch=own, report=report, charts=drawings)


def _own_figures(figures: Figures, own: Branch) -> Figures:
    """The region's edition narrowed to one branch; nothing of shoppers or of other branches is left in it."""
    return replace(
        figures,
        scope=own.code,
        scope_name=own.name,
        cells=tuple(cell for cell in figures.cells if cell.branch == own.code),
        shoppers=(),
        trend=(),
        new=tuple(audit for audit in figures.new if audit.branch == own.code),
        branch_names={code: name for code, name in figures.branch_names.items() if code == own.code},
        branch_regions={code: name for code, name in figures.branch_regions.items() if code == own.code},
        flags=tuple(flag for flag in figures.flags if flag.branch == own.code),
    )
