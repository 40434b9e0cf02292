"""Which mails one gets: the page that each report's mail leads to, and the one click of a mail program (RFC 8058)."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from branches import knocking, subscriptions
from branches.database import reading
from branches.errors import Refused
from branches.people import User
from branches.subscriptions import Wanted
from monitor.web import gate, mailed

blueprint = Blueprint("mails", __name__)

LONGEST_TOKEN = 100
ONE_CLICK = ("List-Unsubscribe", "One-Click")
"""What a mail program sends when its own button is pressed."""
MOST_CHANGES = 30
"""By one address within an hour; to end the mails is no part of it."""
Answer = AnyResponse | str


@blueprint.get("/mails/<token>")
@gate.everybody
def show(token: str) -> str:
    """Only asks: a mail scanner that follows the link must change nothing."""
    _known(token)
    return _page(token)


@blueprint.post("/mails/<token>")
@gate.everybody
def choose(token: str) -> Answer:
    """Signs nobody in, and does nothing but this.

    A mail program's click is answered with the page itself: what it asked for must not lead elsewhere.
    """
    user, by_one_click = _known(token), request.form.get(ONE_CLICK[0]) == ONE_CLICK[1]
    _keep(user, Wanted.NEVER if by_one_click else mailed.asked(request.form))
    if by_one_click:
        return _page(token)
    flash(gate.tongue().say("Kept."), "done")
    return redirect(url_for("mails.show", token=token), 303)


def _known(token: str) -> User:
    """Whose mails they are; looked up apart, so that who guesses holds up nobody's writing."""
    with reading(gate.site().engine) as look:
        user = subscriptions.holder(look, token[:LONGEST_TOKEN])
    if user is None:
        abort(404)
    gate.written_in(user.language)
    return user


def _keep(user: User, wanted: Wanted) -> None:
    session, at = gate.session(), gate.site().clock()
    if wanted is subscriptions.wanted(session, user):
        return
    rarely = knocking.knock(session, f"mails of {user.public_id}", most=MOST_CHANGES, at=at)
    if wanted is not Wanted.NEVER and not rarely:
        gate.keep()
        raise Refused("This was changed very often within the hour. Try again later.")
    subscriptions.choose(session, user, wanted, by=user, at=at)


def _page(token: str) -> str:
    user = _known(token)
    wanted = subscriptions.wanted(gate.session(), user)
    return render_template(
        "mails/show.html", token=token, wanted=wanted.value, now=mailed.now_words(wanted), choices=mailed.choices()
    )
