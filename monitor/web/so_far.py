"""The report so far: before the first one is issued, what it would say if it were made now; nothing of it is kept."""

from flask import abort, render_template
from sqlmodel import col, func, select

from branches import editions, standards
from branches.audits import Audit
from branches.editions import Scope
from branches.states import COUNTED
from branches.weeks import Week, local_date
from monitor import cache
from monitor.web import coming, gate, reading
from reports.collect import Window
from reports.report import Report

MOST_AUDITS = 2000
"""Of the chain; more of them would keep a page waiting, and are looked at under Explore."""


def is_small() -> bool:
    """Whether a report of all that counts is made while somebody waits; there is something to make one of."""
    counted = select(Audit.id).where(col(Audit.state).in_([state.value for state in COUNTED]))
    query = select(func.count()).select_from(counted.limit(MOST_AUDITS + 1).subquery())
    return 0 < gate.session().exec(query).one() <= MOST_AUDITS


def page(scope_key: str) -> str:
    """The report of this week as it would be issued now, marked as not issued."""
    scope = next((one for one in _scopes() if one.key == scope_key), None)
    if scope is None or not is_small():
        abort(404)
    report, branch_pages = _report(scope)
    drawn = cache.drawings(gate.site().cache, f"so-far-{cache.digest(report)}", report, gate.tongue())
    return render_template(
        "edition/so_far.html",
        edition=None,
        report=report,
        charts=drawn,
        branch_pages=branch_pages,
        section_pages={},
        others=[],
        lent=[],
        tables={},
        comes=coming.first_report(scope_key),
    )


def _scopes() -> list[Scope]:
    return editions.scopes(gate.session(), gate.site().chain_zone, gate.site().due)


def _report(scope: Scope) -> tuple[Report, dict[str, str]]:
    # The libraries of the figures take a second to import; no other page may wait for them.
    from reports import weekly  # noqa: PLC0415
    from reports.compose import compose  # noqa: PLC0415

    session, site, tongue = gate.session(), gate.site(), gate.tongue()
    now = site.clock()
    week = Week.of(local_date(now, scope.zone))
    picture = weekly.look(session, Window.ending(week, site.privacy.weeks), now, site.rules)
    found = weekly.prepare(
        session,
        picture,
        scope,
        week,
        due_at=scope.due_at(week),
        since=scope.due_at(week.plus(-1)),
        reported=editions.started(session).get(scope.key, week),
    )
    titles, items = standards.wordings(session, found.standard_id, tongue.code)
    return compose(found.figures, tongue, titles, items), reading.branch_pages(found.figures)
