"""What a branch shows of an action that it has completed: its words and photos, for whoever may see the action."""

from dataclasses import dataclass

from flask import Response, abort, request, url_for

from branches import evidence, photos, showing
from branches.access import Right
from branches.actions import CorrectiveAction
from branches.errors import Refused
from branches.evidence import Evidence, EvidencePhoto
from branches.photos import Kept
from branches.showing import MOST_PHOTOS
from branches.weeks import local_date
from monitor.web import forms, gate
from monitor.web.results.room import LONGEST_TEXT, blueprint, the_action

SIZES = ("small", "large")


@dataclass(frozen=True)
class Shown:
    """What was shown of one completion."""

    note: str
    day: str
    pictures: list[tuple[str, str]]
    """Addresses of the small one and the large one."""
    names: list[tuple[str, str]]
    """What each is called in a form, and in words."""
    lost: int
    """Photos whose file cannot be found any more."""


def of(action: CorrectiveAction) -> tuple[Shown | None, list[Shown]]:
    """What is shown of the completion that stands, and what was shown of those before it, the newest first."""
    found = evidence.of_action(gate.session(), action)
    pictures, current = evidence.pictures(gate.session(), found), evidence.now(gate.session(), action)
    told = [(one, _shown(action, one, pictures.get(one.id, []))) for one in found]
    now = next((line for one, line in told if one is current), None)
    return now, [line for one, line in told if one is not current]


def _shown(action: CorrectiveAction, one: Evidence, pictures: list[EvidencePhoto]) -> Shown:
    there = [photo for photo in pictures if photos.lies(gate.site().photos, photo)]
    say = gate.tongue().say
    return Shown(
        note=one.note,
        day=gate.tongue().date(local_date(one.shown_at, action.branch.timezone)),
        pictures=[(_address(action, photo, "small"), _address(action, photo, "large")) for photo in there],
        names=[(photo.public_id, say("Take photo {n} away", n=n)) for n, photo in enumerate(there, start=1)],
        lost=len(pictures) - len(there),
    )


def _address(action: CorrectiveAction, photo: EvidencePhoto, size: str) -> str:
    return url_for("results.evidence_photo", public_id=action.public_id, photo=photo.public_id, size=size)


def note() -> str:
    return forms.text(request.form, "note", LONGEST_TEXT)


def show(action: CorrectiveAction, words: str, kept: list[Kept]) -> None:
    """Adds what came to what is shown; there must be something."""
    if not (words or kept or evidence.now(gate.session(), action)):
        raise Refused("Say what was done, or add a photo.")
    without = request.form.getlist("without")[:MOST_PHOTOS]
    by, at = gate.person(), gate.site().clock()
    showing.show(gate.session(), gate.site().photos, action, note=words, kept=kept, without=without, by=by, at=at)


@blueprint.get("/actions/<public_id>/photos/<photo>/<size>")
@gate.needs(Right.READ_RESULTS)
def evidence_photo(public_id: str, photo: str, size: str) -> Response:
    if size not in SIZES:
        abort(404)
    found, small = the_action(public_id), size == "small"
    data = showing.open_photo(gate.session(), gate.site().photos, found, photo, small=small)
    return Response(data, mimetype="image/jpeg")
