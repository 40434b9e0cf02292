"""What the pages of reference cases share."""

from flask import abort

from branches import access
from branches.calibration import LONGEST_STORY, LONGEST_TITLE, ReferenceCase, Told
from branches.language import message
from monitor.web import gate
from monitor.web.office.typed import Typed


def the_case(public_id: str) -> ReferenceCase:
    """A case that this person may see."""
    query = access.visible_cases(gate.person()).where(ReferenceCase.public_id == public_id)
    return gate.session().exec(query).first() or abort(404)


def told(typed: Typed) -> Told | None:
    """What was written of a case; None where some of it is missing, which is said beside its field."""
    title = typed.line("title", LONGEST_TITLE, message("Give the case a name."))
    story = typed.text("story", LONGEST_STORY, message("Write what was seen at the branch."))
    closes_on = typed.day("closes_on", message("Choose the last day for answers."))
    return Told(title, story, closes_on) if closes_on is not None and not typed.errors else None


def bounds() -> dict[str, int]:
    """For the form's fields."""
    return {"longest_title": LONGEST_TITLE, "longest_story": LONGEST_STORY}
