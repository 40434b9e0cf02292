"""The page: what to look at, and how it stands there against the time before."""

from dataclasses import dataclass, replace

from flask import make_response, render_template, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from branches import standards
from branches.access import Right
from branches.editions import Scope
from branches.weeks import Week
from monitor import cache
from monitor.web import gate, reading
from monitor.web.explore.asked import WEEKS, Asked, asked, ended_weeks, today
from monitor.web.explore.room import Found, blueprint, find, looked_at, sections_of, wordings
from reports import collect
from reports.against_words import AgainstReport, against_report
from reports.collect import Window
from reports.compose import compose
from reports.explored import Explored
from reports.report import Report
from reports.voice import Voice

AGAIN = 3
"""Seconds after which a page that waits looks again."""


@dataclass(frozen=True)
class Shown:
    """What was found, in the reader's words."""

    report: Report
    against: AgainstReport
    section: str
    """The title of the one that is looked at; empty for all."""
    charts: dict[str, Markup]
    branch_pages: dict[str, str]


@blueprint.get("/explore")
@gate.needs(Right.READ_EDITIONS)
def show() -> Response:
    wanted = asked()
    found = find(wanted)
    shown = _shown(found, wanted.section) if found is not None and found.explored is not None else None
    page = make_response(
        render_template(
            "explore/show.html",
            asked=wanted,
            found=found,
            shown=shown,
            branch_pages=shown.branch_pages if shown is not None else {},
            scopes=[(one.key, _name(one)) for one in wanted.scopes],
            sections=_sections(found),
            views=_views(wanted),
        )
    )
    if found is not None and found.explored is None and not found.failed:
        page.headers["Refresh"] = str(AGAIN)
    page.status_code = 422 if wanted.errors else 200
    return page


def _name(scope: Scope) -> str:
    return scope.region_name or gate.tongue().say("The whole chain")


def _shown(found: Found, section: str) -> Shown:
    assert found.explored is not None
    figures = looked_at(found.explored, section)
    titles, items = wordings(found.explored)
    tongue = gate.tongue()
    report = _few_pictures(compose(figures, tongue, titles, items))
    number = _number(found.explored, section)
    return Shown(
        report,
        against_report(Voice(figures, tongue, titles), found.explored.before, found.explored.against),
        (titles.get(section) or section) if number else "",
        cache.drawings(found.at.folder, f"{found.at.name}-{number}", report, tongue),
        reading.branch_pages(figures),
    )


def _few_pictures(report: Report) -> Report:
    """Where one section is looked at its funnel, else none: a page on demand draws no more than it needs."""
    funnels = (*report.funnels, *report.quiet_funnels)
    return replace(
        report,
        funnels=funnels if len(funnels) == 1 else (),
        quiet_funnels=(),
        heat=None,
        trend=None,
        split=None,
        items=None,
    )


def _number(found: Explored, section: str) -> int:
    """The section's place among those of the window; 0 for all."""
    codes = sections_of(found)
    return codes.index(section) + 1 if section in codes else 0


def _sections(found: Found | None) -> list[tuple[str, str]]:
    """What may be chosen: the sections of the window that is looked at, else those of the standard in force."""
    say = gate.tongue().say
    if found is not None and found.explored is not None:
        titles, _ = wordings(found.explored)
        named = [(code, titles.get(code) or code) for code in sections_of(found.explored)]
    else:
        standard = standards.current(gate.session(), gate.site().clock())
        titles = standards.titles(standard, gate.tongue().code) if standard is not None else {}
        named = [(one.code, titles[one.code]) for one in (standard.sections if standard else ()) if one.scored]
    return [("", say("All sections")), *named]


def _views(wanted: Asked) -> list[tuple[str, str, bool, None]]:
    """The last weeks that have ended, in several lengths, and this one so far; none before the first audit that counts."""
    reach = collect.reach(gate.session())
    if wanted.scope is None or reach is None:
        return []
    kept = {name: text for name, text in wanted.address.items() if name in ("scope", "section")}
    tongue, now = gate.tongue(), today(wanted.scope)
    views = [(tongue.count("{n} week", "{n} weeks", weeks), ended_weeks(wanted.scope, weeks)) for weeks in WEEKS]
    views.append((tongue.say("This week so far"), Window(Week.of(now).monday, now)))
    found = []
    for words, days in views:
        address = {**kept, "from": days.first.isoformat(), "to": days.last.isoformat()}
        if days.last >= reach.first:
            found.append((words, url_for("explore.show", **address), days == wanted.days, None))
    return found
