"""Flags: the branch plans what it will do about one; its manager has seen it, or knows more and sets it aside for a while."""

from dataclasses import dataclass
from datetime import timedelta

from flask import abort, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from branches import access, flags
from branches.access import Right
from branches.actions import CorrectiveAction
from branches.errors import Refused
from branches.flags import Flag
from monitor.web import follow, forms, gate, standing
from monitor.web.results import owning, room
from monitor.web.results.room import LONGEST_REASON, LONGEST_TEXT, blueprint, done, home, may
from reports import wording
from reports.called import called
from reports.figures import Cell, State
from reports.grounds import Grounds, among_surer, grounds
from reports.own import OwnSection, short_words
from reports.own_items import OwnItem

ASIDE = timedelta(weeks=8)
"""For how long a flag is set aside unless another day is chosen."""
BLANK = dict.fromkeys(
    ("due", "reason", "seen", "seen_error", "plan_error", "due_error", "owner_error", "dismiss_error"), ""
)
"""The page's forms before anything is typed."""


@blueprint.get("/flags/<public_id>")
@gate.needs(Right.READ_RESULTS)
def flag(public_id: str) -> str:
    return _page(_flag(public_id))


@blueprint.post("/flags/<public_id>/plan")
@gate.needs(Right.PLAN_ACTIONS)
def plan_for(public_id: str) -> Response | tuple[str, int]:
    found = _flag(public_id)
    errors = room.keep_promise(room.promise(request.form, found.branch), found.branch, flag=found)
    if errors:
        return _page(found, **errors, **room.typed("plan", "due", "owner")), 422
    return done(gate.tongue().say("The action is noted."), home(found.branch))


@blueprint.post("/flags/<public_id>/seen")
@gate.needs(Right.DISMISS_FLAGS)
def acknowledge(public_id: str) -> Response | tuple[str, int]:
    found = _flag(public_id)
    try:
        note = forms.text(request.form, "seen", LONGEST_REASON)
        flags.acknowledge(gate.session(), found, note=note, by=gate.person(), at=gate.site().clock())
    except Refused as refused:
        return _page(found, seen_error=room.said(refused), **room.typed("seen")), 422
    said = gate.tongue().say("It is noted that this flag was seen.")
    return done(said, url_for("results.flag", public_id=public_id))


@blueprint.post("/flags/<public_id>/dismiss")
@gate.needs(Right.DISMISS_FLAGS)
def dismiss(public_id: str) -> Response | tuple[str, int]:
    found = _flag(public_id)
    try:
        reason, until = forms.text(request.form, "reason", LONGEST_REASON), room.day(request.form, "until")
        flags.dismiss(gate.session(), found, reason=reason, until=until, by=gate.person(), at=gate.site().clock())
    except Refused as refused:
        return _page(found, dismiss_error=room.said(refused), **room.typed("reason", "until")), 422
    said = gate.tongue().say("The flag is dismissed until {day}.", day=until)
    return done(said, url_for("results.flag", public_id=public_id))


def _flag(public_id: str) -> Flag:
    """A standing flag of a branch whose results this reader may know."""
    query = access.visible_flags(gate.person()).where(Flag.public_id == public_id)
    found = gate.session().exec(query).first()
    return found if found is not None and found.cleared_week is None else abort(404)


@dataclass(frozen=True)
class Here:
    """Where the branch stands in the flag's section in the last report."""

    words: str
    strip: Markup
    grounds: Grounds
    among: str
    week: str


def _here(stands: standing.Standing, section: OwnSection, cell: Cell) -> Here:
    whole = may(Right.READ_EDITIONS)
    return Here(
        section.words,
        stands.drawings().get(section.name, Markup()),
        grounds(stands.figures, cell, gate.tongue(), whole=whole),
        among_surer(cell, gate.tongue()) if whole else "",
        gate.tongue().week(stands.figures.week),
    )


def _headline(section: str, stands: standing.Standing | None, here: tuple[OwnSection, Cell] | None) -> str:
    """What the last report says of it: one that is no longer sure stands for two editions more."""
    say = gate.tongue().say
    if stands is None or here is None:
        return say("{section} is flagged.", section=section)
    if here[1].state is not State.FALLS_SHORT:
        return say("{section} was flagged; the last report is not sure enough of it any more.", section=section)
    certain = (here[1].p_short or 0.0) >= wording.ALMOST_CERTAIN
    return short_words(gate.tongue(), [section], stands.figures.rules.margin, certain=certain)


def _costly(stands: standing.Standing | None, section: str) -> tuple[OwnItem, ...]:
    """The items of the section that cost points, the costliest first."""
    return tuple(item for item in stands.report.failed if item.section == section) if stands is not None else ()


def _tip(costly: tuple[OwnItem, ...]) -> str:
    """The standard's advice on the item that the reader chose, as the beginning of a plan."""
    chosen = request.args.get("tip", "")
    return next((item.advice for item in costly if item.code == chosen), "")


def _page(found: Flag, **shown: str) -> str:
    day = follow.today(found.branch)
    promised = follow.promised(found.branch, CorrectiveAction.flag_id == found.id)
    (line,), knows = follow.flag_lines([found]), may(Right.DISMISS_FLAGS)
    stands = standing.of(found.branch)
    here = stands.section(found.section) if stands is not None else None
    costly = _costly(stands, found.section)
    return render_template(
        "results/flag.html",
        branch=found.branch.name,
        home=home(found.branch),
        flag=line,
        headline=_headline(line.section, stands, here),
        means=stands.report.flag_means if stands is not None else "",
        costly=costly,
        here=_here(stands, *here) if stands is not None and here is not None else None,
        reason=line.reason if knows else "",
        seen_by=called(gate.tongue(), found.seen_by) if knows and found.seen_by is not None else "",
        seen_note=found.seen_note if knows else "",
        actions=follow.action_lines(promised),
        plans=may(Right.PLAN_ACTIONS),
        dismisses=knows,
        longest=LONGEST_TEXT,
        longest_reason=LONGEST_REASON,
        owners=owning.options(found.branch),
        sees_to_it=owning.only(found.branch),
        shown=BLANK
        | {"plan": _tip(costly), "until": (day + ASIDE).isoformat(), "owner": gate.person().public_id}
        | shown,
        today=day.isoformat(),
    )
