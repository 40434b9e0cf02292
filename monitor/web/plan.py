"""The plan: what the audits of a scope are worth and where the next ones tell most, from its latest edition."""

from typing import TYPE_CHECKING

from flask import Blueprint, abort, render_template, request, url_for

from branches import access, editions, standards
from branches.access import Right
from branches.editions import CHAIN, Edition
from branches.places import regions
from monitor.web import gate
from reports import stored
from reports.voice import Voice

if TYPE_CHECKING:
    from reports.plan_words import PlanReport

blueprint = Blueprint("plan", __name__)

SUPPOSED = (4, 8, 12, 26)
"""Audits of each branch that a reader may suppose."""


@blueprint.get("/plan")
@gate.needs(Right.ASSIGN)
def chain() -> str:
    return _page(CHAIN)


@blueprint.get("/reports/<scope>/plan")
@gate.needs(Right.READ_EDITIONS)
def scope(scope: str) -> str:
    return _page(scope)


def _page(scope_key: str) -> str:
    """Nothing is fitted for it: variances and counts stand in the edition."""
    names = {editions.region_key(region): region.name for region in regions(gate.session())}
    if scope_key not in {CHAIN, *names} or not access.may_read_scope(gate.person(), scope_key):
        abort(404)
    found = editions.latest(gate.session(), scope_key)
    return render_template(
        "plan/show.html",
        scope=names.get(scope_key) or gate.tongue().say("The whole chain"),
        scope_key=scope_key,
        edition=found,
        report=None if found is None else _report(found),
        views=_views(scope_key),
    )


def _report(found: Edition) -> "PlanReport":
    # They load scipy, without which the pages begin.
    from reports.outlook import outlook  # noqa: PLC0415
    from reports.plan_words import plan_report  # noqa: PLC0415

    figures, tongue = stored.load(found.content), gate.tongue()
    titles, _ = standards.wordings(gate.session(), found.standard_id, tongue.code)
    return plan_report(Voice(figures, tongue, titles), outlook(figures, supposed=_supposed()))


def _supposed() -> int | None:
    """The number of audits asked for in the address; what is no such number is left aside."""
    from reports.planning import MOST_AUDITS  # noqa: PLC0415 - as above

    asked = request.args.get("audits", type=int)
    return asked if asked is not None and 1 <= asked <= MOST_AUDITS else None


def _views(scope_key: str) -> list[tuple[str, str, bool, None]]:
    tongue, chosen = gate.tongue(), _supposed()
    as_it_is = (tongue.say("As it is"), url_for("plan.scope", scope=scope_key), chosen is None, None)
    return [
        as_it_is,
        *(
            (
                tongue.count("{n} audit", "{n} audits", n),
                url_for("plan.scope", scope=scope_key, audits=n),
                chosen == n,
                None,
            )
            for n in SUPPOSED
        ),
    ]
