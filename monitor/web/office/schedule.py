"""The schedule: when whose report is due, which was the last, which are late; and below it what ran."""

from dataclasses import dataclass

from flask import render_template, url_for

from branches import agenda, clocks, editions, timetable
from branches.access import Right
from branches.agenda import Standing
from branches.editions import Scope
from branches.language import message
from branches.weeks import Week
from monitor.web import gate
from monitor.web.office import kept, missing, ran
from monitor.web.office.room import blueprint, moment_words, now, shown
from monitor.web.parts import OF_A_PAGE, place, searched

CUTS = ("all", "late", "own")


@dataclass(frozen=True)
class Report:
    """One scope's reports in the list."""

    name: str
    href: str
    when: str
    coming: str
    late: str
    last: str
    last_href: str


@blueprint.get("/schedule")
@gate.needs(Right.KEEP_TIMES)
def schedule() -> str:
    cut, text = shown(CUTS), searched()
    every = agenda.standings(gate.session(), scopes(), now())
    found = [one for one in of_cut(every, cut) if text.casefold() in name_of(one.scope).casefold()]
    here = place(len(found))
    rows = [_report(one) for one in found[here.skipped : here.skipped + OF_A_PAGE]]
    asleep, (looked, lost) = ran.asleep(), missing.found()
    return render_template(
        "office/schedule.html",
        headline=_headline(every, asleep=bool(asleep)),
        asleep=asleep,
        unknown=_unknown(every),
        views=_views(every, cut),
        part=here.part(rows, len(found), "office.schedule", show=cut, q=text),
        looked=looked,
        lost=lost,
        failures=ran.failures(),
        runs=ran.done(),
        looks=ran.looks(),
        mails=ran.mails(),
        posts=ran.posts(),
        posts_sent=ran.posts_sent(),
        kept=kept.lines(),
        kept_last=kept.last(),
        q=text,
        cut=cut,
    )


def scopes() -> list[Scope]:
    return editions.scopes(gate.session(), gate.site().chain_zone, gate.site().due)


def name_of(scope: Scope) -> str:
    return scope.region_name or gate.tongue().say("The whole chain")


def of_cut(every: list[Standing], cut: str) -> list[Standing]:
    """All, those with a report missing, or those whose time head office has set."""
    if cut == "late":
        return [one for one in every if one.missing]
    return [one for one in every if one.scope.times.last is not None] if cut == "own" else every


def _views(every: list[Standing], current: str) -> list[tuple[str, str, bool, int | None]]:
    say = gate.tongue().say
    titles = {"all": say("All reports"), "late": say("Late"), "own": say("Time set here")}
    return [
        (title, url_for("office.schedule", show=cut), cut == current, len(of_cut(every, cut)))
        for cut, title in titles.items()
    ]


def _headline(every: list[Standing], *, asleep: bool) -> str:
    """What is wrong, if anything is; else when the next report is due."""
    tongue, late = gate.tongue(), sum(len(one.missing) for one in every)
    if asleep:
        return tongue.say("The scheduler is not at work.")
    if late:
        return tongue.count("{n} report is late.", "{n} reports are late.", late)
    coming = [at for one in every if (at := one.due_at) is not None]
    if not coming:
        return tongue.say("No report is due: there is no branch that is open.")
    return tongue.say("The next report is due on {moment}.", moment=moment_words(min(coming)))


def _unknown(every: list[Standing]) -> str:
    """Regions that config.toml has a time for and that are not here."""
    codes = timetable.unknown(gate.site().due, [one.scope.region_code for one in every])
    tongue = gate.tongue()
    said = message("config.toml has a time for a region that is not here, or has no branch: {codes}.")
    return tongue.say(said, codes=tongue.join(codes)) if codes else ""


def _report(one: Standing) -> Report:
    scope, last, tongue = one.scope, one.last, gate.tongue()
    return Report(
        name_of(scope),
        url_for("office.due_time", scope=scope.key),
        clocks.due_words(tongue, scope.times.of(one.week)) if one.week is not None else "",
        coming_words(one),
        late_words(one.missing),
        tongue.week(last.week) if last is not None else "",
        url_for("editions.edition", public_id=last.public_id) if last is not None else "",
    )


def coming_words(one: Standing) -> str:
    """Which report is due next, and when."""
    if one.week is None or one.due_at is None:
        return gate.tongue().say("No branch of it is open any more.")
    moment = moment_words(one.due_at, one.scope.zone)
    return gate.tongue().say("next on {moment}, of the {week}", moment=moment, week=gate.tongue().week(one.week.monday))


def late_words(missing: tuple[Week, ...]) -> str:
    if not missing:
        return ""
    tongue, n = gate.tongue(), len(missing)
    week = tongue.week(missing[0].monday)
    return tongue.count("{n} report late, of the {week}", "{n} reports late, the first of the {week}", n, week=week)
