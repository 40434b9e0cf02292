"""The branch accepts what others planned for it, or says why not, or asks; whoever follows the region answers."""

from flask import request, url_for
from werkzeug.wrappers import Response

from branches import replies
from branches.access import Right
from branches.errors import Conflict, Refused
from branches.language import message
from branches.states import Reply
from monitor.web import forms, gate
from monitor.web.results.actions import page
from monitor.web.results.room import LONGEST_REASON, blueprint, done, said, the_action

KINDS = {one.value: one for one in (Reply.REFUSED, Reply.ASKED)}


@blueprint.post("/actions/<public_id>/accept")
@gate.needs(Right.ACCEPT_ACTIONS)
def accept(public_id: str) -> Response:
    found = the_action(public_id)
    replies.accept(gate.session(), found, by=gate.person(), at=gate.site().clock())
    return done(gate.tongue().say("The branch has accepted the action."), _there(public_id))


@blueprint.post("/actions/<public_id>/reply")
@gate.needs(Right.ACCEPT_ACTIONS)
def reply(public_id: str) -> Response | tuple[str, int]:
    found = the_action(public_id)
    try:
        kind = KINDS.get(request.form.get("kind", ""))
        if kind is None:
            return page(found, kind_error=said(Refused(message("Choose which of the two it is.")))), 422
        words = forms.text(request.form, "words", LONGEST_REASON)
        replies.say(gate.session(), found, kind, words, by=gate.person(), at=gate.site().clock())
    except Conflict:
        raise  # it was accepted or completed meanwhile
    except Refused as refused:
        return page(found, words_error=said(refused)), 422
    return done(gate.tongue().say("Your manager and head office can read it."), _there(public_id))


@blueprint.post("/actions/<public_id>/respond")
@gate.needs(Right.VERIFY_ACTIONS)
def respond(public_id: str) -> Response | tuple[str, int]:
    found = the_action(public_id)
    try:
        words = forms.text(request.form, "response", LONGEST_REASON)
        replies.respond(gate.session(), found, words, by=gate.person(), at=gate.site().clock())
    except Conflict:
        raise  # the branch has accepted it, or somebody else has answered
    except Refused as refused:
        return page(found, response_error=said(refused)), 422
    return done(gate.tongue().say("The branch can read your answer."), _there(public_id))


def _there(public_id: str) -> str:
    return url_for("results.action", public_id=public_id)
