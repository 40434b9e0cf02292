"""My branch: how it stands against the norm, its released audits, and what is being done; never who audited it or when exactly."""

from flask import Blueprint, abort, render_template
from werkzeug.wrappers import Response

from branches import notices
from branches.access import Right
from branches.audits import Audit
from branches.editions import region_key
from branches.places import Branch
from branches.weeks import Week
from monitor.web import coming, disputes, download, follow, gate, sheets, standing, told
from reports.own_brief import brief

blueprint = Blueprint("portal", __name__)


@blueprint.get("/branch")
@gate.needs(Right.READ_OWN_BRANCH)
def branch() -> str:
    own = _own()
    if not notices.is_informed(gate.session(), own):
        return render_template("portal/uninformed.html", branch=own)
    found = standing.of(own)
    audits = told.results(Audit.branch_id == own.id)
    return render_template(
        "portal/branch.html" if found is not None else "portal/none.html",
        branch=own,
        comes=coming.first_report(region_key(own.region)) if found is None else "",
        report=found.report if found is not None else None,
        brief=brief(found.report) if found is not None else None,
        charts=found.drawings() if found is not None else {},
        audits=told.lines(audits),
        flags=follow.flag_lines(follow.standing(own)),
        actions=follow.action_lines(follow.promised(own)),
        appeals=disputes.lines(disputes.of_branch(own), audits),
    )


@blueprint.get("/branch.pdf")
@gate.needs(Right.READ_OWN_BRANCH)
def paper() -> Response:
    own = _informed()
    found = standing.of(own) or abort(404)
    return download.pdf(found.paper(follow.promises(own)), download.file_name(own.name, found.edition.week, "pdf"))


@blueprint.get("/branch.csv")
@gate.needs(Right.READ_OWN_BRANCH)
def table() -> Response:
    own = _informed()
    audits = told.results(Audit.branch_id == own.id)
    week = sheets.newest_week(audits, Week.of(follow.today(own)).monday)
    return download.csv(sheets.answers(audits), download.file_name(own.name, week, "csv"))


def _own() -> Branch:
    return gate.person().branch or abort(404)


def _informed() -> Branch:
    own = _own()
    return own if notices.is_informed(gate.session(), own) else abort(404)
