"""What every page of head office shares: finding things by their public id, moments in words, lists in pages."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, request, url_for
from sqlmodel import col, func, select
from sqlmodel.sql.expression import SelectOfScalar
from werkzeug.wrappers import Response

from branches import access, clocks
from branches.audits import Audit
from branches.people import Role, User
from branches.places import Branch, Region
from branches.rotas import Planned, Rota
from branches.weeks import local_date
from monitor.web import gate
from monitor.web.parts import OF_A_PAGE, Part, place

blueprint = Blueprint("office", __name__, url_prefix="/office")

_BEHIND = {
    "desk": ("mail", "retry", "schedule", "due_time", "change_due_time", "history", "settings"),
    "review": ("audit", "step", "decide_many", "clearing", "clear", "appeals", "appeal", "decide", "appealing"),
    "open_assignments": (
        *("assigning", "assign", "assignment", "change_days", "withdraw"),
        *("rotas", "asking_rota", "ask_rota", "rota", "send_rota", "drop_rota", "work_out_rota"),
        "payroll",
        *("planned", "give_planned", "leave_planned", "restore_planned"),
    ),
    "people": (
        *("adding", "add", "person", "change_person", "give_pin", "erasing", "erase", "merging", "merge"),
        *("people_file", "read_people", "confirm_people"),
        *("cases", "writing_case", "write_case", "case", "change_case", "open_case", "close_case", "certify"),
    ),
    "places": (
        *("opening_region", "open_region", "region", "change_region"),
        *("opening_branch", "open_branch", "branch", "change_branch", "note", "take_back"),
        *("let_tablet_in", "end_tablet"),
        *("informing", "inform", "branches_file", "read_branches", "confirm_branches"),
        *("standard", "begin_standard", "step_standard", "standard_file", "standard_changes", "publish_standard"),
        "take_back_standard",
        *("merging_branch", "merge_branch"),
        *("standard_head", "change_standard_head", "standard_section", "change_standard_section"),
        *("standard_item", "change_standard_item", "change_standard_type"),
    ),
}
ABOVE = {f"office.{page}": f"office.{above}" for above, pages in _BEHIND.items() for page in pages}
ABOVE |= {"capture.preview": "office.places", "capture.reference": "office.people"}
"""Pages by the one above them that stands in the list of pages."""
HOURS_IN_WORDS = 48
"""From then on an age is told in days."""
Row = TypeVar("Row", Region, User)
Found = TypeVar("Found")
Answer = str | Response | tuple[str, int]


def now() -> datetime:
    return gate.site().clock()


def today(zone: str = "") -> Any:
    return local_date(now(), zone or gate.site().chain_zone)


def the(kind: type[Row], public_id: str) -> Row:
    """The row of that public id; 404 where there is none."""
    return gate.session().exec(select(kind).where(kind.public_id == public_id)).first() or abort(404)


def the_person(public_id: str) -> User:
    """A person; the sign-in that a branch's tablets share is none."""
    found = the(User, public_id)
    return found if found.role != Role.TABLET.value else abort(404)


def the_branch(public_id: str) -> Branch:
    """A branch that this person may see."""
    query = access.visible_branches(gate.person()).where(Branch.public_id == public_id)
    return gate.session().exec(query).first() or abort(404)


def the_audit(public_id: str) -> Audit:
    """An audit that this person may see."""
    query = access.visible_audits(gate.person()).where(Audit.public_id == public_id)
    return gate.session().exec(query).first() or abort(404)


def the_rota(public_id: str) -> Rota:
    """A rota; 404 where there is none."""
    return gate.session().exec(select(Rota).where(Rota.public_id == public_id)).first() or abort(404)


def the_planned(public_id: str) -> Planned:
    """One audit of a rota."""
    return gate.session().exec(select(Planned).where(Planned.public_id == public_id)).first() or abort(404)


def moment_words(at: datetime, zone: str = "") -> str:
    """A moment as the clock in that zone shows it, and which that is where it is not the chain's own."""
    tongue, ours = gate.tongue(), gate.site().chain_zone
    words = clocks.moment_words(tongue, at, zone or ours)
    return clocks.there(tongue, words, zone) if zone and zone != ours else words


def ago_words(since: datetime) -> str:
    """How long ago that was."""
    count, (unit, n) = gate.tongue().count, _whole(now() - since)
    if unit == "minute":
        return count("{n} minute ago", "{n} minutes ago", n)
    if unit == "hour":
        return count("{n} hour ago", "{n} hours ago", n)
    return count("{n} day ago", "{n} days ago", n)


def after_words(span: timedelta) -> str:
    """How long after the visit that was."""
    count, (unit, n) = gate.tongue().count, _whole(span)
    if unit == "minute":
        return count("{n} minute after the visit", "{n} minutes after the visit", n)
    if unit == "hour":
        return count("{n} hour after the visit", "{n} hours after the visit", n)
    return count("{n} day after the visit", "{n} days after the visit", n)


def _whole(span: timedelta) -> tuple[str, int]:
    """In which unit a span is told, and how many whole ones it has."""
    minutes = max(int(span.total_seconds() // 60), 0)
    if minutes < 60:  # noqa: PLR2004 - minutes of an hour
        return "minute", minutes
    return ("hour", minutes // 60) if minutes < HOURS_IN_WORDS * 60 else ("day", minutes // (24 * 60))


def called(user: User | None) -> str:
    """How head office calls a person."""
    if user is None:
        return gate.tongue().say("not known")
    if user.erased_at is not None:
        return gate.tongue().say("A person who was erased")
    return user.name or user.email or user.code or user.public_id


def shown(allowed: Sequence[str]) -> str:
    """Which cut of a list is asked for; the first where none is."""
    asked = request.args.get("show", "")
    return asked if asked in allowed else allowed[0]


def holds(text: str, *columns: Any) -> sa.ColumnElement[bool]:
    """Whether one of the columns holds that text, whatever its case."""
    return sa.or_(*(col(column).icontains(text, autoescape=True) for column in columns))


def total(query: SelectOfScalar[Any]) -> int:
    """How many a list holds, without reading them."""
    return gate.session().exec(select(func.count()).select_from(query.order_by(None).subquery())).one()


def part(query: SelectOfScalar[Any], endpoint: str, **kept: Any) -> Part:
    """The page that was asked for of a list, with the ways to the pages beside it."""
    amount = total(query)
    here = place(amount)
    rows = gate.session().exec(query.offset(here.skipped).limit(OF_A_PAGE)).all()
    return here.part(rows, amount, endpoint, **kept)


def done(sentence: str, endpoint: str, kind: str = "done", **values: Any) -> Response:
    """Says what was done, on the page that follows."""
    flash(sentence, kind)
    return redirect(url_for(endpoint, **values), 303)
