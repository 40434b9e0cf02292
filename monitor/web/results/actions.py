"""Corrective actions: the branch says that one is done, its manager has seen it or opens it again."""

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from branches import actions, history
from branches.access import Right
from branches.actions import CorrectiveAction
from branches.errors import Conflict, Refused
from branches.showing import MOST_PHOTOS
from branches.states import ActionState, Reply
from monitor.web import follow, forms, gate, standing
from monitor.web.results import helped, owning, past, sent, shown
from monitor.web.results.room import LONGEST_REASON, LONGEST_TEXT, blueprint, done, home, may, said, the_action, typed
from monitor.web.results.sent import Sent
from reports.called import called

BLANK = dict.fromkeys(
    ("error", "owner_error", "owner", "note_error", "photos_error", "kind_error", "words_error", "response_error"), ""
)
"""The page's forms before anything is typed."""


@blueprint.get("/actions/<public_id>")
@gate.needs(Right.READ_RESULTS)
def action(public_id: str) -> str:
    return page(the_action(public_id))


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
        return page(found, owner_error=said(refused)), 422
    words = gate.tongue().say("Seen to from now on by {name}.", name=called(gate.tongue(), named))
    return done(words, url_for("results.action", public_id=public_id))


@blueprint.post("/actions/<public_id>/complete")
@gate.needs(Right.PLAN_ACTIONS)
@gate.takes(sent.MOST_UPLOAD)
def complete(public_id: str) -> Response | tuple[str, int]:
    found, came = the_action(public_id), sent.photos_sent()
    if came.errors:
        return _not_shown(public_id, came)
    try:
        words = shown.note()
        actions.complete(gate.session(), found, by=gate.person(), at=gate.site().clock())
        if words or came.kept:
            shown.show(found, words, came.kept)
    except Refused as refused:
        return _not_shown(public_id, came, refused)
    return done(gate.tongue().say("The action is completed; your manager will look at it."), home(found.branch))


@blueprint.post("/actions/<public_id>/evidence")
@gate.needs(Right.PLAN_ACTIONS)
@gate.takes(sent.MOST_UPLOAD)
def show(public_id: str) -> Response | tuple[str, int]:
    found, came = the_action(public_id), sent.photos_sent()
    if came.errors:
        return _not_shown(public_id, came)
    try:
        shown.show(found, shown.note(), came.kept)
    except Refused as refused:
        return _not_shown(public_id, came, refused)
    said_so = gate.tongue().say("It is kept; whoever verifies the action sees it.")
    return done(said_so, url_for("results.action", public_id=public_id))


def _not_shown(public_id: str, came: Sent, refused: Refused | None = None) -> tuple[str, int]:
    """Nothing of it is done; words and good photos stand in the form again, unless the action has moved on meanwhile."""
    if isinstance(refused, Conflict):
        raise refused
    gate.session().rollback()
    field = "note_error" if len(request.form.get("note", "")) > LONGEST_TEXT else "photos_error"
    errors = [*came.errors, *([said(refused)] if refused is not None else [])]
    return page(the_action(public_id), came, **{field: " ".join(errors)}), 422


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
        return page(found, error=said(refused)), 422
    return done(gate.tongue().say("The action is open again."), home(found.branch))


def page(found: CorrectiveAction, came: Sent | None = None, **errors: str) -> str:
    state, stands = ActionState(found.state), standing.of(found.branch)
    newest = history.newest(gate.session(), found)  # first: what comes while the page is made was not seen
    now, before = shown.of(found)
    plans = may(Right.PLAN_ACTIONS)
    return render_template(
        "results/action.html",
        branch=found.branch.name,
        home=home(found.branch),
        action=follow.action_line(found),
        reason=actions.why_reopened(gate.session(), found),
        answers=past.answers(found),
        steps=past.steps(found),
        conversation=past.conversation(found),
        expected=helped.expected(found, stands),
        now=helped.now(found, stands),
        effect=helped.effect(found, stands),
        accepts=_is_asked(found) and may(Right.ACCEPT_ACTIONS),
        responds=_has_said(found) and may(Right.VERIFY_ACTIONS),
        completes=state is ActionState.OPEN and plans,
        newest=newest,
        verified=state is ActionState.VERIFIED,
        verifies=state is ActionState.COMPLETED and may(Right.VERIFY_ACTIONS),
        owners=_others(found),
        longest=LONGEST_REASON,
        shows=state is ActionState.COMPLETED and plans,
        evidence=now,
        earlier=before,
        longest_note=LONGEST_TEXT,
        most_photos=MOST_PHOTOS,
        room_left=MOST_PHOTOS - (len(now.names) if now is not None else 0),
        came_along=came.tokens() if came is not None else [],
        typed=typed("reason", "kind", "words", "response"),
        note=request.form.get("note", now.note if now is not None else "")[:LONGEST_TEXT],
        shown=BLANK | {"owner": request.form.get("owner", "")} | errors,
    )


def _is_asked(found: CorrectiveAction) -> bool:
    """Whether the branch is to say that it accepts it."""
    return found.state == ActionState.OPEN.value and found.reply in follow.TELLING


def _has_said(found: CorrectiveAction) -> bool:
    """Whether the branch has said something that waits for an answer."""
    return _is_asked(found) and found.reply != Reply.WAITING.value


def _others(found: CorrectiveAction) -> owning.Options:
    """To whom this reader may hand it over while it is open."""
    if found.state != ActionState.OPEN.value or not may(Right.PLAN_ACTIONS):
        return []
    return owning.other_options(found.branch, actions.owner(gate.session(), found))
