"""One released audit: every answer with what it earned, its comments and photos."""

from flask import Response, abort, render_template, url_for

from branches import photos
from branches.access import Right
from branches.actions import CorrectiveAction
from branches.appeals import Appeal
from branches.audits import Audit, Outcome
from monitor.web import cleared, disputes, follow, gate, told
from monitor.web.results.room import appealing, blueprint, home, the_audit

SIZES = ("small", "large")


@blueprint.get("/results/<public_id>")
@gate.needs(Right.READ_RESULTS)
def audit(public_id: str) -> str:
    found = the_audit(public_id)
    shown, visit = told.reader(found.branch), photos.of_item(gate.session(), found, None)
    chapters = told.chapters(found, photo_address(found), shown)
    answers = [one for chapter in chapters for one in chapter.answers]
    appealed = disputes.of_branch(found.branch, Appeal.audit_id == found.id)
    promised = follow.promised(found.branch, CorrectiveAction.audit_id == found.id)
    return render_template(
        "results/audit.html",
        audit_id=public_id,
        branch=found.branch.name,
        home=home(found.branch),
        week=gate.tongue().week(told.week_of(found)),
        score=told.score_words(found.score) if found.score is not None else "",
        score_before=disputes.before(appealed),
        critical=found.outcome == Outcome.CRITICAL_FAIL.value,
        shopper=_shopper(found),
        chapters=chapters,
        failed=[one for one in answers if one.tone in {told.FAILED, told.CRITICAL}],
        partly=[one for one in answers if one.tone == told.PARTLY],
        pictures=told.addresses(shown.photos(visit), photo_address(found)),
        cleared=cleared.photos(visit) if shown.originals else [],
        held=shown.held,
        actions=follow.action_lines(promised),
        appealing=appealing(found),
        appeals=disputes.lines(appealed, [found]),
    )


def _shopper(found: Audit) -> str:
    """Who audited, for those who are told."""
    if not told.knows_shoppers():
        return ""
    shopper = found.shopper
    if shopper is not None and shopper.erased_at is not None:
        return gate.tongue().say("A person who was erased")
    return shopper.name or shopper.code or shopper.public_id if shopper is not None else gate.tongue().say("not known")


def photo_address(found: Audit) -> told.Address:
    def address(photo: str, size: str) -> str:
        return url_for("results.photo", public_id=found.public_id, photo=photo, size=size)

    return address


@blueprint.get("/results/<public_id>/photos/<photo>/<size>")
@gate.needs(Right.READ_RESULTS)
def photo(public_id: str, photo: str, size: str) -> Response:
    if size not in SIZES:
        abort(404)
    found = the_audit(public_id)
    shown = told.reader(found.branch).photos(photos.of_audit(gate.session(), found))
    if photo not in {one.public_id for one in shown}:
        abort(404)
    data = photos.open_photo(gate.session(), gate.site().photos, found, photo, small=size == "small")
    return Response(data, mimetype="image/jpeg")
