"""What the draft would change of the version in force and of comparison; publishing it from a week on."""

from datetime import datetime, time

from flask import render_template

from branches import standards
from branches.access import Right
from branches.editing import drafted
from branches.editing.content import Content
from branches.editing.reading import as_standard, faults
from branches.language import message
from branches.standards import Standard
from branches.weeks import Week, moment
from monitor.web import gate
from monitor.web.office.room import Answer, blueprint, done, now, today
from monitor.web.office.standard.overview import fault_address, fault_words, headline
from monitor.web.office.standard.room import seen, the_draft
from monitor.web.office.typed import Typed, by
from reports.standard_changes import Difference, difference

AT_ONCE = "now"


@blueprint.get("/standard/changes")
@gate.needs(Right.KEEP_STANDARD)
def standard_changes() -> str:
    return _page(Typed())


@blueprint.post("/standard/changes")
@gate.needs(Right.KEEP_STANDARD)
def publish_standard() -> Answer:
    typed, offered = Typed(), dict(_days())
    day = typed.one_of("since", list(offered), message("Choose from when it is in force."))
    made = list[Standard]()
    typed.take(
        "since",
        lambda: made.append(
            drafted.publish(gate.session(), the_draft(), seen=seen(), since=_since(day), by=by(), at=now())
        ),
    )
    if typed.errors:
        return _page(typed), typed.status
    said = message("Version {version} is published. New audits are made by it; those that were begun keep theirs.")
    return done(gate.tongue().say(said, version=made[0].version), "office.standard")


def _since(day: str) -> datetime:
    """The first moment of that Monday by the chain's clock, or this one."""
    return now() if day == AT_ONCE else moment(Week.parse(day).monday, time(0), gate.site().chain_zone)


def _days() -> list[tuple[str, str]]:
    """This week's Monday, unless the version in force is younger, and this moment."""
    tongue, week = gate.tongue(), Week.of(today())
    last = standards.current(gate.session())
    monday = moment(week.monday, time(0), gate.site().chain_zone)
    free = last is None or last.published_at is None or last.published_at <= monday
    first = [(str(week), tongue.say("the Monday of this week, {day}", day=week.monday))] if free else []
    return [*first, (AT_ONCE, tongue.say("this moment"))]


def _page(typed: Typed) -> str:
    draft = the_draft()
    content = drafted.content(draft)
    wrong, last = faults(content), standards.current(gate.session())
    return render_template(
        "office/standard/changes.html",
        headline=_headline(content, last, bool(wrong)),
        wrong=[(fault_address(fault, content), fault_words(fault, content)) for fault in wrong],
        said=headline(wrong, [], []) if wrong else "",
        differences=None if wrong else _differences(content, last),
        last=last,
        days=_days(),
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
