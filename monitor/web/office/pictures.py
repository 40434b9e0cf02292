"""Photos of an audit, to whoever reviews it."""

from flask import Response, abort

from branches import photos
from branches.access import Right
from monitor.web import gate
from monitor.web.office.room import blueprint, the_audit

SIZES = ("small", "large")


@blueprint.get("/review/<public_id>/photos/<photo>/<size>")
@gate.needs(Right.REVIEW)
def photo(public_id: str, photo: str, size: str) -> Response:
    if size not in SIZES:
        abort(404)
    found = photos.open_photo(gate.session(), gate.site().photos, the_audit(public_id), photo, small=size == "small")
    answer = Response(found, mimetype="image/jpeg")
    answer.headers["Content-Disposition"] = "inline"
    return answer
