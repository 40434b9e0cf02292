"""A reference case is written, told otherwise, opened and closed."""

from flask import render_template

from branches import calibration, standards
from branches.access import Right
from branches.calibration import CHANNELS, ReferenceCase
from branches.errors import Refused
from branches.language import message
from branches.questions import AnswersRefused
from monitor.web import gate
from monitor.web.office.calibration.room import bounds, the_case, told
from monitor.web.office.calibration.showing import case_page
from monitor.web.office.room import Answer, blueprint, done, now, today
from monitor.web.office.typed import Typed, by
from reports.calibrated import FEWEST


@blueprint.get("/calibration/new")
@gate.needs(Right.CALIBRATE)
def writing_case() -> str:
    return _new(Typed())


@blueprint.post("/calibration/new")
@gate.needs(Right.CALIBRATE)
def write_case() -> Answer:
    typed, standard = Typed(), standards.current(gate.session(), now())
    words = told(typed)
    channel = typed.one_of("channel", CHANNELS, message("Choose how it was audited."))
    if standard is None:
        typed.tell("title", message("There is no published standard yet to audit by."))
    if words is None or standard is None or typed.errors:
        return _new(typed), typed.status
    made = calibration.write_case(gate.session(), standard, words, channel=channel, by=by(), at=now())
    said = gate.tongue().say("Kept. Now mark it as it is right.")
    return done(said, "capture.reference", public_id=made.public_id)


@blueprint.post("/calibration/<public_id>")
@gate.needs(Right.CALIBRATE)
def change_case(public_id: str) -> Answer:
    case, typed = the_case(public_id), Typed()
    words = told(typed)
    if words is not None:
        typed.take("title", lambda: calibration.change(gate.session(), case, words, by=by(), at=now()))
    if typed.errors:
        return case_page(the_case(public_id), typed), typed.status
    return done(gate.tongue().say("Kept."), "office.case", public_id=public_id)


@blueprint.post("/calibration/<public_id>/open")
@gate.needs(Right.CALIBRATE)
def open_case(public_id: str) -> Answer:
    case, typed = the_case(public_id), Typed()
    typed.take("open", lambda: _open(case))
    if typed.errors:
        return case_page(the_case(public_id), typed), typed.status
    return done(gate.tongue().say("Open: every active shopper sees it now."), "office.case", public_id=public_id)


def _open(case: ReferenceCase) -> None:
    """What is missing is counted here; at which items it is, the page of the marks shows."""
    try:
        calibration.open_case(gate.session(), case, day=today(), by=by(), at=now())
    except AnswersRefused as refused:
        raise Refused("Not every item is marked as it is right yet. Missing: {n}.", n=len(refused.faults)) from refused


@blueprint.post("/calibration/<public_id>/close")
@gate.needs(Right.CALIBRATE)
def close_case(public_id: str) -> Answer:
    case, typed = the_case(public_id), Typed()
    typed.take("close", lambda: calibration.close(gate.session(), case, day=today(), by=by(), at=now()))
    if typed.errors:
        return case_page(the_case(public_id), typed), typed.status
    return done(gate.tongue().say("Closed: the shoppers see what is right now."), "office.case", public_id=public_id)


def _new(typed: Typed) -> str:
    say = gate.tongue().say
    return render_template(
        "office/calibration/new.html",
        ready=standards.current(gate.session(), now()) is not None,
        typed={"channel": CHANNELS[0], **typed.values},
        channels=[("visit", say("Visit")), ("phone", say("Phone call"))],
        errors=typed.errors,
        found=typed.found,
        fewest=FEWEST,
        **bounds(),
    )
