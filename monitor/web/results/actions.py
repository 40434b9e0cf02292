"""Corrective actions: the branch says that one is done, its manager has seen it or opens it again."""

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from branches import actions, history
from branches.access import Right
from branches.actions import CorrectiveAction
from branches.errors import Conflict, Refused
from branches.showing import MOST_PHOTOS
from branches.states import ActionState
from branches.weeks import local_date
from monitor.web import follow, forms, gate, standing
from monitor.web.results import owning, shown
from monitor.web.results.room import LONGEST_REASON, LONGEST_TEXT, blueprint, done, home, may, said, the_action
from reports import acting, doing
from reports.called import called


@blueprint.get("/actions/<public_id>")
@gate.needs(Right.READ_RESULTS)
def action(public_id: str) -> str:
    return _page(the_action(public_id))


@blueprint.post("/actions/<public_id>/owner")
@gate.needs(Right.PLAN_ACTIONS)
def hand_over(public_id: str) -> Response | tuple[str, int]:
    found = the_action(public_id)
    try:
        named = owning.named(request.form, found.branch)
        actions.hand_over(gate.session(), found, named, by=gate.person(), at=gate.site().clock())
    except Conflict:
        raise  # it was completed meanwhile
    except Refused as refused:
        return _page(found, owner_error=said(refused)), 422
    words = gate.tongue().say("Seen to from now on by {name}.", name=called(gate.tongue(), named))
    return done(words, url_for("results.action", public_id=public_id))


@blueprint.post("/actions/<public_id>/complete")
@gate.needs(Right.PLAN_ACTIONS)
@gate.takes(shown.MOST_UPLOAD)
def complete(public_id: str) -> Response | tuple[str, int]:
    found = the_action(public_id)
    try:
        words, kept = shown.note(), shown.came()
        actions.complete(gate.session(), found, by=gate.person(), at=gate.site().clock())
        if words or kept:
            shown.show(found, words, kept)
    except Refused as refused:
        return _not_shown(public_id, refused)
    return done(gate.tongue().say("The action is completed; your manager will look at it."), home(found.branch))


@blueprint.post("/actions/<public_id>/evidence")
@gate.needs(Right.PLAN_ACTIONS)
@gate.takes(shown.MOST_UPLOAD)
def show(public_id: str) -> Response | tuple[str, int]:
    found = the_action(public_id)
    try:
        words, kept = shown.note(), shown.came()
        shown.show(found, words, kept)
    except Refused as refused:
        return _not_shown(public_id, refused)
    said_so = gate.tongue().say("It is kept; whoever verifies the action sees it.")
    return done(said_so, url_for("results.action", public_id=public_id))


def _not_shown(public_id: str, refused: Refused) -> tuple[str, int]:
    """Nothing of it is kept; what was typed stands in the form again, unless the action has moved on meanwhile."""
    if isinstance(refused, Conflict):
        raise refused
    gate.session().rollback()
    field = "note_error" if len(request.form.get("note", "")) > LONGEST_TEXT else "photos_error"
    return _page(the_action(public_id), **{field: said(refused)}), 422


@blueprint.post("/actions/<public_id>/verify")
@gate.needs(Right.VERIFY_ACTIONS)
def verify(public_id: str) -> Response:
    found = the_action(public_id)
    actions.check_seen(gate.session(), found, forms.whole(request.form, "newest"))
    actions.verify(gate.session(), found, by=gate.person(), at=gate.site().clock())
    return done(gate.tongue().say("The action is verified."), home(found.branch))


@blueprint.post("/actions/<public_id>/reopen")
@gate.needs(Right.VERIFY_ACTIONS)
def reopen(public_id: str) -> Response | tuple[str, int]:
    found = the_action(public_id)
    try:
        reason = forms.text(request.form, "reason", LONGEST_REASON)
        actions.reopen(gate.session(), found, reason=reason, by=gate.person(), at=gate.site().clock())
    except Refused as refused:
        return _page(found, error=said(refused)), 422
    return done(gate.tongue().say("The action is open again."), home(found.branch))


def _page(found: CorrectiveAction, **typed: str) -> str:
    state, stands = ActionState(found.state), standing.of(found.branch)
    newest = history.newest(gate.session(), found)  # first: what comes while the page is made was not seen
    now, before = shown.of(found)
    return render_template(
        "results/action.html",
        branch=found.branch.name,
        home=home(found.branch),
        action=follow.action_line(found),
        reason=actions.why_reopened(gate.session(), found),
        expected=stands.expected(follow.section_of(found)) if stands is not None else "",
        effect=_effect(found, stands),
        completes=state is ActionState.OPEN and may(Right.PLAN_ACTIONS),
        newest=newest,
        verified=state is ActionState.VERIFIED,
        verifies=state is ActionState.COMPLETED and may(Right.VERIFY_ACTIONS),
        owners=_others(found),
        longest=LONGEST_REASON,
        shows=state is ActionState.COMPLETED and may(Right.PLAN_ACTIONS),
        evidence=now,
        earlier=before,
        longest_note=LONGEST_TEXT,
        most_photos=MOST_PHOTOS,
        typed=request.form.get("reason", "")[:LONGEST_REASON],
        note=request.form.get("note", now.note if now is not None else "")[:LONGEST_TEXT],
        shown={
            "error": "",
            "owner_error": "",
            "owner": request.form.get("owner", ""),
            "note_error": "",
            "photos_error": "",
        }
        | typed,
    )


def _others(found: CorrectiveAction) -> owning.Options:
    """To whom this reader may hand it over while it is open."""
    if found.state != ActionState.OPEN.value or not may(Right.PLAN_ACTIONS):
        return []
    return owning.other_options(found.branch, actions.owner(gate.session(), found))


def _effect(found: CorrectiveAction, stands: standing.Standing | None) -> str:
    """Whether it has helped: as it was judged, else as far as the last report can tell; empty of one that is open."""
    if found.completed_at is None:
        return ""
    effect = acting.load(found.effect)
    if effect is None and stands is not None:
        day = local_date(found.completed_at, found.branch.timezone)
        shown = {(one.public_id, one.completed_on): one.effect for one in stands.figures.actions or ()}
        effect = shown.get((found.public_id, day))
    told = doing.effect(gate.tongue(), effect)
    return f"{told} {doing.of_the_section(gate.tongue())}" if told and found.flag_id is None else told
