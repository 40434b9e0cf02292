"""A shopper's own audits in their own calendar: an address that only they know, shown once, and the way to end it."""

from flask import abort, make_response, render_template, url_for
from sqlmodel import col
from werkzeug.wrappers import Response

from branches import access, assignments, calendars
from branches.access import Right
from branches.assignments import NOT_SENT, Assignment
from branches.audits import Audit
from branches.database import reading
from branches.language import Language, codes, language
from branches.rota import Part
from monitor.web import gate, ical
from monitor.web.capture.room import blueprint
from monitor.web.ical import Entry

MOST = 200


@blueprint.get("/calendar")
@gate.needs(Right.FILL_AUDITS)
def calendar() -> str:
    return _page("")


@blueprint.post("/calendar")
@gate.needs(Right.FILL_AUDITS)
def make_calendar() -> str:
    """Not followed by another page: the address stands on this one alone."""
    token = calendars.make(gate.session(), gate.person(), by=gate.person(), at=gate.site().clock())
    return _page(gate.site().address + url_for("capture.feed", token=token))


@blueprint.post("/calendar/end")
@gate.needs(Right.FILL_AUDITS)
def end_calendar() -> str:
    calendars.end(gate.session(), gate.person(), by=gate.person(), at=gate.site().clock())
    return _page("")


def _page(address: str) -> str:
    feed = calendars.of(gate.session(), gate.person())
    return render_template("capture/calendar.html", address=address, since=feed.made_at if feed is not None else None)


@blueprint.get("/calendar/<token>.ics")
@gate.everybody
def feed(token: str) -> Response:
    """Read by a program that is not signed in: whoever knows the address is taken for the shopper, and reads no more than this."""
    with reading(gate.site().engine) as look:
        shopper = calendars.whose(look, token)
        if shopper is None:
            abort(404)
        query = access.visible_audits(shopper).where(col(Audit.state).in_(NOT_SENT))
        found = list(look.exec(query.order_by(col(Audit.id)).limit(MOST)))
        asked = assignments.of_all(look, found)
        tongue = language(shopper.language if shopper.language in codes() else gate.site().language)
        entries = [_entry(audit, asked[audit.id], tongue) for audit in found if audit.id in asked]
    answer = make_response(ical.calendar(tongue.say("My audits"), entries, gate.site().clock()))
    answer.headers["Content-Type"] = ical.TYPE
    return answer


def _entry(audit: Audit, known: Assignment, tongue: Language) -> Entry:
    """The title names no branch: others may see it on the lock screen."""
    say = tongue.say
    best = say(Part(known.part).word) if known.part else ""
    return Entry(
        uid=f"{audit.public_id}@audits",
        first=known.opens_on,
        last=known.closes_on,
        title=say("An audit of yours"),
        place=audit.branch.address,
        words="\n".join(filter(None, (audit.branch.name, best))),
        link=gate.site().address + url_for("capture.audit", public_id=audit.public_id),
    )
