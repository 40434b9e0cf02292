"""What the draft would change of the newest version and of comparison; publishing it from a day on, and taking that back."""

from datetime import date, datetime, time, timedelta

from flask import render_template, request

from branches import standards
from branches.access import Right
from branches.editing import coming, drafted
from branches.editing.content import Content
from branches.editing.reading import as_standard, faults
from branches.errors import Conflict, Refused
from branches.language import message
from branches.standards import Standard
from branches.weeks import Week, moment
from monitor.web import forms, gate
from monitor.web.office.room import Answer, blueprint, done, now, today
from monitor.web.office.standard import overview
from monitor.web.office.standard.overview import fault_address, fault_words, headline, page
from monitor.web.office.standard.room import seen, the_draft
from monitor.web.office.typed import STALE, UNFIT, Typed, by
from reports.standard_changes import Difference, difference

AT_ONCE, LATER = "now", "later"


@blueprint.get("/standard/changes")
@gate.needs(Right.KEEP_STANDARD)
def standard_changes() -> str:
    return _page(Typed())


@blueprint.post("/standard/changes")
@gate.needs(Right.KEEP_STANDARD)
def publish_standard() -> Answer:
    typed, offered = Typed(), dict(_days())
    choice = typed.one_of("since", list(offered), message("Choose from when it is in force."))
    day = _later(typed) if choice == LATER else None
    made = list[Standard]()
    typed.take(
        "day" if day else "since",
        lambda: made.append(
            drafted.publish(gate.session(), the_draft(), seen=seen(), since=_since(choice, day), by=by(), at=now())
        ),
    )
    if typed.errors:
        return _page(typed), typed.status
    return done(_told(made[0], day), "office.standard")


@blueprint.post("/standard/take-back")
@gate.needs(Right.KEEP_STANDARD)
def take_back_standard() -> Answer:
    try:
        version = forms.whole(request.form, "version")
        taken = coming.take_back(gate.session(), version=version, by=by(), at=now())
    except Refused as refused:
        gate.session().rollback()
        return page(gate.tongue().say(refused.message, **refused.values)), (
            STALE if isinstance(refused, Conflict) else UNFIT
        )
    said = message(
        "Version {version} is taken back; it never comes into force. The draft can be changed and published."
    )
    return done(gate.tongue().say(said, version=taken.version), "office.standard")


def _told(made: Standard, day: date | None) -> str:
    say = gate.tongue().say
    if day is None:
        said = message("Version {version} is published. New audits are made by it; those that were begun keep theirs.")
        return say(said, version=made.version)
    said = message("Version {version} is published and in force from {day}. Until then it can be taken back.")
    return say(said, version=made.version, day=day)


def _later(typed: Typed) -> date | None:
    """The day to come that was chosen."""
    day = typed.day("day", message("Choose the day from which it is in force."))
    if day is not None and day <= today():
        typed.tell("day", message("That day has come already; choose a later one."))
    elif day is not None and day > _last_day():
        typed.tell("day", message("A version is published a year ahead at most; choose an earlier day."))
    return day


def _last_day() -> date:
    last: date = today() + standards.LONGEST_AHEAD - timedelta(days=1)
    return last


def _since(choice: str, day: date | None) -> datetime:
    """The first moment of that day, or of that Monday, by the chain's clock; or this moment."""
    if choice == AT_ONCE:
        return now()
    return moment(day or Week.parse(choice).monday, time(0), gate.site().chain_zone)


def _days() -> list[tuple[str, str]]:
    """This week's Monday, unless the newest version is younger, this moment, and a day to come."""
    tongue, week = gate.tongue(), Week.of(today())
    last = standards.newest(gate.session())
    monday = moment(week.monday, time(0), gate.site().chain_zone)
    free = last is None or last.published_at is None or last.published_at <= monday
    first = [(str(week), tongue.say("the Monday of this week, {day}", day=week.monday))] if free else []
    return [*first, (AT_ONCE, tongue.say("this moment")), (LATER, tongue.say("a later day, chosen below"))]


def _page(typed: Typed) -> str:
    draft = the_draft()
    content = drafted.content(draft)
    wrong, last = faults(content), standards.newest(gate.session())
    return render_template(
        "office/standard/changes.html",
        headline=_headline(content, last, bool(wrong)),
        wrong=[(fault_address(fault, content), fault_words(fault, content)) for fault in wrong],
        said=headline(wrong, [], []) if wrong else "",
        differences=None if wrong else _differences(content, last),
        last=last,
        coming=overview.coming(),
        days=_days(),
        earliest=(today() + timedelta(days=1)).isoformat(),
        latest=_last_day().isoformat(),
        typed=typed.values,
        errors=typed.errors,
        found=typed.found,
        seen=draft.step,
    )


def _differences(content: Content, last: Standard | None) -> Difference | None:
    return difference(last, as_standard(content), gate.tongue()) if last is not None else None


def _headline(content: Content, last: Standard | None, wrong: bool) -> str:
    tongue = gate.tongue()
    if wrong:
        return tongue.say("It cannot be published yet.")
    if last is None:
        return tongue.count(
            "It will be the first version, with {n} item.",
            "It will be the first version, with {n} items.",
            len(list(content.items)),
        )
    found = _differences(content, last)
    assert found is not None
    if found.none:
        return tongue.say("It says the same as version {version}.", version=last.version)
    number = len(found.new) + len(found.gone) + len(found.changed) + int(found.moved)
    return tongue.count(
        "{n} thing is different from version {version}.",
        "{n} things are different from version {version}.",
        number,
        version=last.version,
    )
