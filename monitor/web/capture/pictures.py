"""Photos, to the shopper who took them."""

from flask import Response, abort

from branches import photos
from branches.access import Right
from monitor.web import gate
from monitor.web.capture.room import blueprint, own

SIZES = ("small", "large")


@blueprint.get("/audits/<public_id>/photos/<photo>/<size>")
@gate.needs(Right.FILL_AUDITS)
def photo(public_id: str, photo: str, size: str) -> Response:
    if size not in SIZES:
        abort(404)
    audit = own(public_id)
    data = photos.open_photo(gate.session(), gate.site().photos, audit, photo, small=size == "small")
    return Response(data, mimetype="image/jpeg")
