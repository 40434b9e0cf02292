"""Which mails one gets: the page that each mail of a report or of alerts leads to, and the one click of a mail program (RFC 8058)."""

from datetime import datetime

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


@blueprint.get("/mails/<token>/alerts")
@gate.everybody
def show_alerts(token: str) -> str:
    """What a mail of alerts leads to: the same page."""
    _known(token)
    return _page(token)


@blueprint.post("/mails/<token>/alerts")
@gate.everybody
def choose_alerts(token: str) -> Answer:
    """The same for alerts alone: a click in such a mail leaves the weekly report's as it is."""
    user, by_one_click = _known(token), request.form.get(ONE_CLICK[0]) == ONE_CLICK[1]
    _keep_alerts(user, not by_one_click and mailed.alerts_asked(request.form))
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
    _count(user, at, ends=wanted is Wanted.NEVER)
    subscriptions.choose(session, user, wanted, by=user, at=at)


def _keep_alerts(user: User, wanted: bool) -> None:
    session, at = gate.session(), gate.site().clock()
    if wanted is subscriptions.wants_alerts(session, user):
        return
    _count(user, at, ends=not wanted)
    subscriptions.choose_alerts(session, user, wanted, by=user, at=at)


def _count(user: User, at: datetime, *, ends: bool) -> None:
    """Refuses changes over and over; to end mails is always taken."""
    rarely = knocking.knock(gate.session(), f"mails of {user.public_id}", most=MOST_CHANGES, at=at)
    if not ends and not rarely:
        gate.keep()
        raise Refused("This was changed very often within the hour. Try again later.")


def _page(token: str) -> str:
    user = _known(token)
    wanted, alerts = subscriptions.wanted(gate.session(), user), subscriptions.wants_alerts(gate.session(), user)
    return render_template(
        "mails/show.html",
        token=token,
        wanted=wanted.value,
        now=mailed.now_words(wanted),
        choices=mailed.choices(),
        alerts=mailed.alerts_value(alerts),
        alerts_now=mailed.alerts_now_words(alerts),
        alerts_choices=mailed.alerts_choices(),
    )
