"""The draft of the standard as the phone shows it: the form's own lines, with no audit behind them and nothing to send."""

from flask import abort, render_template, request, url_for

from branches import questions
from branches.access import Right
from branches.audits import Audit
from branches.drafts import Filled
from branches.editing import drafted
from branches.editing.reading import as_standard
from branches.errors import Refused
from branches.questions import LONGEST_COMMENT
from branches.standards import Standard
from monitor.web import gate
from monitor.web.capture.room import blueprint
from monitor.web.capture.sheet import Sheet

CHANNELS = ("visit", "phone")


@blueprint.get("/office/standard/preview")
@gate.needs(Right.KEEP_STANDARD)
def preview() -> str:
    """As a shopper would have it who reads this reader's language; a draft with faults has no form yet."""
    draft = drafted.current(gate.session()) or abort(404)
    channel = request.args.get("channel", "")
    channel = channel if channel in CHANNELS else CHANNELS[0]
    try:
        found = as_standard(drafted.content(draft))
    except Refused:
        return render_template("capture/preview.html", parts=[], rules={}, views=_views(channel), longest_comment=0)
    sheet = _sheet(found, channel)
    return render_template(
        "capture/preview.html",
        parts=[sheet.part(section) for section in sheet.sections],
        rules={item.code: item.condition for section in found.sections for item in section.items if item.condition},
        views=_views(channel),
        longest_comment=LONGEST_COMMENT,
    )


def _sheet(standard: Standard, channel: str) -> Sheet:
    """An empty form of an audit that is nowhere."""
    audit = Audit(standard_id=0, branch_id=0, assigned_at=gate.site().clock(), channel=channel)
    audit.standard = standard
    return Sheet(audit, questions.of(standard, channel), Filled({}, 0, None), [])


def _views(channel: str) -> list[tuple[str, str, bool, None]]:
    say = gate.tongue().say
    titles = {"visit": say("Visit"), "phone": say("Phone call")}
    return [(title, url_for("capture.preview", channel=one), one == channel, None) for one, title in titles.items()]
