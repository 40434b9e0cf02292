"""Appeals from the branch's side: made with what speaks for them, added to until they are decided, taken back."""

from typing import NoReturn

from flask import Response as FileResponse
from flask import abort, request, url_for

from branches import access, appeals, backing
from branches.access import Right
from branches.appeals import Appeal
from branches.audits import Audit
from branches.errors import Conflict, Refused
from branches.showing import MOST_PHOTOS
from monitor.web import forms, gate, told
from monitor.web.results import room, sent
from monitor.web.results.answers import Page, item_at, page, place_of
from monitor.web.results.room import LONGEST_TEXT, blueprint, done
from monitor.web.results.sent import Sent

SIZES = ("small", "large")
PHOTOS = {"appeal_error": "photos_error", "backing_error": "more_photos_error"}
"""Beside which field of each form it is said that a photo cannot be taken."""


@blueprint.post("/results/<public_id>/answers/<place>/appeal")
@gate.needs(Right.APPEAL)
@gate.takes(sent.MOST_UPLOAD)
def appeal(public_id: str, place: str) -> Page:
    found = _still_there(public_id)
    item, until = (
        item_at(found, place),
        appeals.open_until(gate.session(), found, gate.site().appeal_days, gate.site().privacy),
    )
    assert until is not None
    came = sent.photos_sent()
    if came.errors:
        return _refused(public_id, place, came)
    try:
        reason = forms.text(request.form, "reason", LONGEST_TEXT)
        made = appeals.open_appeal(
            gate.session(), found, item.code, reason=reason, until=until, by=gate.person(), at=gate.site().clock()
        )
        if came.kept:
            _back(made, "", came)
    except Refused as refused:
        return _refused(public_id, place, came, refused)
    return done(gate.tongue().say("Your appeal is with head office."), _there(public_id, place))


@blueprint.post("/appeals/<public_id>/backing")
@gate.needs(Right.APPEAL)
@gate.takes(sent.MOST_UPLOAD)
def back(public_id: str) -> Page:
    found = _the_appeal(public_id)
    audit, place, came = found.audit.public_id, place_of(found), sent.photos_sent()
    if came.errors:
        return _refused(audit, place, came, field="backing_error")
    try:
        _back(found, forms.text(request.form, "note", LONGEST_TEXT), came)
    except Refused as refused:
        return _refused(audit, place, came, refused, field="backing_error")
    return done(gate.tongue().say("It is kept; head office sees it."), _there(audit, place))


def _back(found: Appeal, note: str, came: Sent) -> None:
    without = request.form.getlist("without")[:MOST_PHOTOS]
    by, at = gate.person(), gate.site().clock()
    backing.back(gate.session(), gate.site().photos, found, note=note, kept=came.kept, without=without, by=by, at=at)


@blueprint.post("/appeals/<public_id>/withdraw")
@gate.needs(Right.APPEAL)
def withdraw(public_id: str) -> Page:
    found = _the_appeal(public_id)
    audit, place = found.audit.public_id, place_of(found)
    appeals.withdraw(gate.session(), found, by=gate.person(), at=gate.site().clock())
    return done(gate.tongue().say("The appeal is withdrawn; the answer stays as it was."), _there(audit, place))


@blueprint.get("/appeals/<public_id>/photos/<photo>/<size>")
@gate.needs(Right.READ_RESULTS)
def appeal_photo(public_id: str, photo: str, size: str) -> FileResponse:
    if size not in SIZES:
        abort(404)
    found, small = _known(public_id), size == "small"
    data = backing.open_photo(gate.session(), gate.site().photos, found, photo, small=small)
    return FileResponse(data, mimetype="image/jpeg")


def _known(public_id: str) -> Appeal:
    """An appeal of a branch whose results this reader may know."""
    query = access.visible_appeals(gate.person(), told.look()).where(Appeal.public_id == public_id)
    return gate.session().exec(query).first() or abort(404)


def _the_appeal(public_id: str) -> Appeal:
    """The same, of an audit that still counts; of one that counts no longer only that is said."""
    found = _known(public_id)
    _still_there(found.audit.public_id)
    return found


def _still_there(public_id: str) -> Audit:
    """The audit; one that was excluded after the branch had read it says so, any other that is not there is not found."""
    found = told.results(Audit.public_id == public_id)
    return found[0] if found else _gone(public_id)


def _gone(public_id: str) -> NoReturn:
    query = access.excluded_results(gate.person(), told.look()).where(Audit.public_id == public_id)
    if gate.session().exec(query).first() is not None:
        raise Conflict(appeals.EXCLUDED)
    abort(404)


def _refused(
    public_id: str, place: str, came: Sent, refused: Refused | None = None, *, field: str = "appeal_error"
) -> Page:
    """Nothing of it is done; words and good photos stand in the form again, each with what is wrong beside it."""
    gate.session().rollback()
    status = 409 if isinstance(refused, Conflict) else 422
    shown = {field: room.said(refused) if refused is not None else "", **room.typed("reason", "note")}
    shown[PHOTOS[field]] = " ".join(came.errors)
    return page(_still_there(public_id), place, came, **shown), status


def _there(public_id: str, place: str) -> str:
    return url_for("results.answer", public_id=public_id, place=place)
