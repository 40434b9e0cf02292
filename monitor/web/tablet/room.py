"""What the pages of a shared tablet share: the device that asks, and ways back that lead nowhere else."""

from flask import Blueprint, abort, current_app, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException

from branches.people import Role
from branches.places import Branch
from branches.sessions import DeviceSession
from monitor.web import gate, lent

blueprint = Blueprint("tablet", __name__, url_prefix="/tablet")

LONGEST_PATH = 500
UNFIT = 422


def the_tablet() -> DeviceSession:
    """The device that asks; these pages are for shared ones alone."""
    found = gate.device()
    return found if found is not None and found.user.role == Role.TABLET.value else abort(404)


def the_branch() -> Branch:
    return the_tablet().user.branch or abort(404)


def home() -> str:
    return url_for("portal.branch")


def page_of(path: str) -> str:
    """A page that the tablet reads; home where the path leads anywhere else."""
    endpoint = _endpoint(path, "GET")
    readable = Role.TABLET in gate.opened_to(endpoint) and not endpoint.startswith("tablet.")
    return path if readable else home()


def form_of(path: str) -> str:
    """Where a form goes that a PIN opens; empty where the path leads anywhere else."""
    return path if lent.lends(current_app.view_functions.get(_endpoint(path, "POST"))) else ""


def _endpoint(path: str, method: str) -> str:
    """The route of an address of ours; empty for any other."""
    if len(path) > LONGEST_PATH or not path.startswith("/") or not path.isprintable():
        return ""
    try:
        found, _ = current_app.url_map.bind("").match(path.partition("?")[0], method=method)
    except (HTTPException, RoutingException):
        return ""
    return str(found)
