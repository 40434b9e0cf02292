"""The line on top of every page of a shared tablet: whose it is, that it only reads, or who acts on it; and how long it stays so."""

from dataclasses import dataclass

from flask import request, url_for
from werkzeug.wrappers import Response

from branches import sessions
from branches.people import Role
from branches.sessions import LENT_MINUTES
from monitor.web import gate
from monitor.web.tablet.room import blueprint, home, page_of
from reports.called import called


@dataclass(frozen=True)
class Bar:
    """As the page shows it."""

    branch: str
    acting: str
    """Who gave their PIN; empty: it only reads."""
    pin_href: str
    """Where the PIN is asked for, and from there back to this page; empty where one is there already."""
    here: str
    """Where the page goes on once the time is over."""
    sent: bool
    """Whether this page answers a form: what was typed stands in it again."""
    minutes: int = LENT_MINUTES


def bar() -> Bar | None:
    """None on a device that is somebody's own."""
    found = gate.device()
    if found is None or found.user.role != Role.TABLET.value or found.user.branch is None:
        return None
    here = page_of(request.full_path.removesuffix("?")) if request.method == "GET" else home()
    person = gate.person()
    asking = request.endpoint == "tablet.ask"
    return Bar(
        branch=found.user.branch.name,
        acting=called(gate.tongue(), person) if person is not found.user else "",
        pin_href="" if asking else url_for("tablet.ask", back=here),
        here=here,
        sent=request.method == "POST",
    )


@blueprint.after_app_request
def stay_signed_in(response: Response) -> Response:
    """Its cookie lasts as long as its row: both are prolonged while the tablet reads."""
    found, token = gate.device(), gate.cookie(gate.DEVICE_COOKIE)
    if found is None or not token or request.method != "GET" or found.user.role != Role.TABLET.value:
        return response
    if sessions.long_unseen(found, at=gate.site().clock()):
        gate.set_cookie(response, gate.DEVICE_COOKIE, token, sessions.SESSION_DAYS * gate.DAY_SECONDS)
    return response
