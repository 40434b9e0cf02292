"""History: every change there was, who made it, when, from what to what and why; it is read here and changed nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from branches import looking_back
from branches.access import Right
from branches.history import Event
from branches.looking_back import Doer, Mark, Part
from branches.people import Role, User
from monitor.web import download, forms, gate
from monitor.web.office import changes, narrowed, recorded, things, told
from monitor.web.office.narrowed import Asked
from monitor.web.office.room import Answer, blueprint, called, moment_words, today
from monitor.web.office.typed import UNFIT
from monitor.web.tables import Row

OF_A_PAGE = 50
AT_ONCE = 500
"""So many events are looked up together for a file."""
LONGEST_MARK = 40


@dataclass(frozen=True)
class Line:
    """One event as it is read."""

    number: int
    kind: str
    sentence: str
    when: str
    who: str
    thing: things.Thing
    changes: list[changes.Change]
    why: str


@blueprint.get("/history")
@gate.needs(Right.READ_HISTORY)
def history() -> Answer:
    asked = narrowed.asked()
    part = Part([]) if asked.errors else _part(asked)
    page = render_template(
        "office/history.html",
        headline=_headline(asked),
        asked=asked,
        found=list(asked.errors.items()),
        views=_views(asked),
        kinds=_kinds(),
        verbs=_verbs(asked.typed["kind"]),
        longest=narrowed.LONGEST,
        lines=_lines(part.events),
        newer=_beside(asked, "newer", part.newer),
        older=_beside(asked, "older", part.older),
    )
    return (page, UNFIT) if asked.errors else page


@blueprint.get("/history.csv")
@gate.needs(Right.READ_HISTORY)
def history_table() -> Response:
    asked = narrowed.asked()
    parts = iter(()) if asked.errors else looking_back.every(gate.session(), asked.wanted, at_once=AT_ONCE)
    name = download.file_name(gate.tongue().say("History"), today(), "csv")
    return download.csv_in_parts(_heads(), (_rows(events) for events in parts), name)


def _part(asked: Asked) -> Part:
    """The page that was asked for; an address that names none leads to the first."""
    below, above = (Mark.parse(forms.plain(request.args.get(name, ""))[:LONGEST_MARK]) for name in ("older", "newer"))
    return looking_back.part(gate.session(), asked.wanted, most=OF_A_PAGE, below=below, above=above)


def _beside(asked: Asked, name: str, mark: Mark | None) -> str:
    return url_for("office.history", **{**asked.address, name: str(mark)}) if mark is not None else ""


def _headline(asked: Asked) -> str:
    say = gate.tongue().say
    if asked.thing is not None:
        return say("All that happened to one thing, the newest first.")
    return say("All that was ever changed, by whom, when and why. Nobody can change it here.")


def _views(asked: Asked) -> list[tuple[str, str, bool, None]]:
    say = gate.tongue().say
    titles = {
        Doer.ANYBODY: say("Everything"),
        Doer.PEOPLE: say("What people did"),
        Doer.PROGRAM: say("What the program did"),
    }
    return [
        (title, url_for("office.history", **{**asked.address, "show": doer.value}), doer is asked.wanted.doer, None)
        for doer, title in titles.items()
    ]


def _kinds() -> list[tuple[str, str]]:
    say = gate.tongue().say
    return [("", say("Things of every kind")), *((kind, say(words)) for kind, words in recorded.KINDS.items())]


def _verbs(kind: str) -> list[tuple[str, str]]:
    """What can be done to things of the kind that was chosen; what was done by whom is told apart below."""
    say = gate.tongue().say
    known = [(verb, say(words, who="…")) for verb, words in recorded.EVERY.get(kind, {}).items()]
    return [("", say("Whatever was done")), *known] if known else []


def _lines(events: Sequence[Event]) -> list[Line]:
    about, found, people = changes.named(events), things.of(events), told.doers(events)
    return [
        Line(
            event.id,
            gate.tongue().say(recorded.KINDS.get(event.thing, event.thing)),
            gate.tongue().say(recorded.sentence(event.thing, event.verb), who=_who(_doer(event, people))),
            moment_words(event.at),
            _who(_doer(event, people)),
            found.get((event.thing, event.thing_id), things.Thing()),
            changes.of(event, about),
            changes.why(event),
        )
        for event in events
    ]


def _doer(event: Event, people: dict[int, User]) -> User | None:
    return people.get(event.by_id) if event.by_id is not None else None


def _who(doer: User | None) -> str:
    say = gate.tongue().say
    if doer is None:
        return say("The program")
    return called(doer) if doer.role != Role.TABLET.value else say("Shared tablet")


def _heads() -> tuple[str, ...]:
    say = gate.tongue().say
    return (
        *(say("Number"), say("When"), say("Who"), say("Who, in addresses"), say("What was done")),
        *(say("Kind of thing"), say("About"), say("Number of the thing"), say("Before"), say("After"), say("Why?")),
    )


def _rows(events: Sequence[Event]) -> list[Row]:
    """A line each; one of several changes at once has them all, in one order."""
    people, zone = told.doers(events), ZoneInfo(gate.site().chain_zone)
    return [
        (
            event.id,
            event.at.astimezone(zone).isoformat(timespec="seconds"),
            line.who,
            doer.public_id if (doer := _doer(event, people)) is not None else "",
            line.sentence,
            line.kind,
            line.thing.name,
            event.thing_id,
            *("; ".join(_of_field(one, side) for one in line.changes) for side in ("before", "after")),
            line.why,
            None,
        )
        for event, line in zip(events, _lines(events), strict=True)
    ]


def _of_field(change: changes.Change, side: str) -> str:
    text = change.before if side == "before" else change.after
    return f"{change.field}: {text}" if change.field and text else text
