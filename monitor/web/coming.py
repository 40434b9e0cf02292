"""What comes: when the first report of a scope is due, and what its audits say until then."""

from typing import Any

from flask import url_for

from branches import agenda, clocks, editions
from branches.weeks import Week, local_date
from monitor.web import gate
from reports import collect


def first_report(scope_key: str) -> str:
    """When the first report comes by itself, and of which week; empty where none will."""
    site, tongue = gate.site(), gate.tongue()
    scopes = [one for one in editions.scopes(gate.session(), site.chain_zone, site.due) if one.key == scope_key]
    for standing in agenda.standings(gate.session(), scopes, site.clock()):
        if standing.week is not None and standing.due_at is not None:
            return tongue.say(
                "It comes by itself on {moment}, about the {week}.",
                moment=clocks.moment_words(tongue, standing.due_at, standing.scope.zone),
                week=tongue.week(standing.week.monday),
            )
    return ""


def this_week(scope_key: str) -> str:
    """Where this week's audits so far are judged as the report will judge them; empty where none counts yet."""
    site = gate.site()
    scopes = [one for one in editions.scopes(gate.session(), site.chain_zone, site.due) if one.key == scope_key]
    reach = collect.reach(gate.session())
    if not scopes or reach is None:
        return ""
    today = local_date(site.clock(), scopes[0].zone)
    first = Week.of(today).monday
    if reach.first > today:
        return ""
    days: dict[str, Any] = {"from": first.isoformat(), "to": today.isoformat()}
    return url_for("explore.show", scope=scope_key, **days)
