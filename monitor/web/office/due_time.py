"""When one scope's report is due: as config.toml has it, or another time that is set here."""

from flask import abort, render_template, request, url_for

from branches import agenda, clocks, timetable
from branches.access import Right
from branches.agenda import Standing
from branches.editions import Scope
from branches.errors import Refused
from branches.language import message
from branches.weeks import DAYS, DueTime, Week
from monitor.web import gate
from monitor.web.office import told
from monitor.web.office.room import Answer, blueprint, done, moment_words, now
from monitor.web.office.schedule import late_words, name_of, scopes
from monitor.web.office.typed import Typed, by

LONGEST_HOUR = 40


@blueprint.get("/schedule/<scope>")
@gate.needs(Right.KEEP_TIMES)
def due_time(scope: str) -> str:
    return _page(_the(scope), Typed())


@blueprint.post("/schedule/<scope>")
@gate.needs(Right.KEEP_TIMES)
def change_due_time(scope: str) -> Answer:
    found, typed = _the(scope), Typed()
    due = None if "as_written" in request.form else _typed(typed)
    first = found.changes_from(due, now())
    if due == found.times.last and not typed.errors:
        return done(gate.tongue().say("It is set so already; nothing was changed."), "office.due_time", scope=scope)
    typed.take("hour", lambda: timetable.change(gate.session(), found.key, due, first, by=by(), at=now()))
    if typed.errors:
        return _page(_the(scope), typed), typed.status
    return done(_kept(_the(scope), first), "office.due_time", scope=scope)


def _the(key: str) -> Scope:
    """The scope of that key; 404 where there is none."""
    return next((scope for scope in scopes() if scope.key == key), None) or abort(404)


def _typed(typed: Typed) -> DueTime | None:
    """The day and time that were chosen; None where something is wrong with them."""
    weekday = typed.one_of("weekday", DAYS, message("Choose a day."))
    hour = typed.line("hour", LONGEST_HOUR, message("Write the time."))
    if typed.errors:
        return None
    try:
        return DueTime.parse(f"{weekday} {hour}")
    except Refused:
        typed.tell("hour", message("Write the time like 06:00."))
        return None


def _kept(scope: Scope, first: Week) -> str:
    moment = moment_words(scope.due_at(first), scope.zone)
    said = message("Kept. It holds from the report of the {week} on, which is due on {moment}.")
    return gate.tongue().say(said, week=gate.tongue().week(first.monday), moment=moment)


def _page(scope: Scope, typed: Typed) -> str:
    (one,) = agenda.standings(gate.session(), [scope], now())
    tongue, last = gate.tongue(), one.last
    shown = scope.times.last or scope.times.settings
    return render_template(
        "office/due_time.html",
        name=name_of(scope),
        key=scope.key,
        headline=_headline(one),
        late=late_words(one.missing),
        facts=_facts(one),
        last=tongue.week(last.week) if last is not None else "",
        last_href=url_for("editions.edition", public_id=last.public_id) if last is not None else "",
        days=[(day, clocks.day_words(tongue, day)) for day in DAYS],
        written=clocks.due_words(tongue, scope.times.settings) if scope.times.last is not None else "",
        typed={"weekday": shown.weekday, "hour": f"{shown.at:%H:%M}", **typed.values},
        errors=typed.errors,
        found=typed.found,
        history=told.of_all(timetable.made(gate.session(), scope.key)),
    )


def _headline(one: Standing) -> str:
    tongue = gate.tongue()
    if one.week is None or one.due_at is None:
        return tongue.say("No branch of it is open any more.")
    week, moment = tongue.week(one.week.monday), moment_words(one.due_at, one.scope.zone)
    return tongue.say("The next report, of the {week}, is due on {moment}.", week=week, moment=moment)


def _facts(one: Standing) -> list[tuple[str, str]]:
    """When it is due, who says so, and by which clock; what is set for later is told too."""
    say, times, week = gate.tongue().say, one.scope.times, one.week or one.scope.next_week(now())
    facts = [
        (say("Due"), clocks.due_words(gate.tongue(), times.of(week))),
        (say("Set"), say("by head office") if times.own(week) is not None else say("in config.toml")),
        (say("Time zone"), one.scope.zone),
    ]
    first, due = times.changes[-1] if times.changes else (week, None)
    if first > week:
        later = clocks.due_words(gate.tongue(), due or times.settings)
        facts.insert(1, (say("From the {week} on", week=gate.tongue().week(first.monday)), later))
    return facts
