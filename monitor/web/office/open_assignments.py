"""What shoppers are still to do: the lists, and one assignment with its days and the way to take it back."""

from collections.abc import Sequence
from datetime import timedelta

from flask import render_template, url_for
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from branches import access, assignments, history
from branches.access import Right
from branches.assignments import NOT_SENT, TO_DO, Assignment
from branches.audits import Audit
from branches.language import message
from branches.people import User
from branches.places import Branch
from branches.states import AuditState
from branches.weeks import Window
from monitor.web import gate
from monitor.web.office import doubted, told
from monitor.web.office.audit import LONGEST_REASON, facts
from monitor.web.office.audit import headline as standing
from monitor.web.office.review import Line, with_names
from monitor.web.office.room import (
    Answer,
    blueprint,
    called,
    done,
    holds,
    now,
    part,
    shown,
    the_audit,
    today,
    total,
)
from monitor.web.office.typed import STALE, Typed, by
from monitor.web.parts import searched

CLOSING_DAYS = 3
"""From then on before its last day an assignment that has not been sent is worth a look."""
EXPIRED_DAYS = 14
CUTS = ("open", "closing", "overdue", "expired")


@blueprint.get("/assignments")
@gate.needs(Right.ASSIGN)
def open_assignments() -> str:
    cut, text, tongue = shown(CUTS), searched(), gate.tongue()
    query = of_cut(cut)
    if text:
        there = select(Branch.id).where(holds(text, Branch.name, Branch.code))
        theirs = select(User.id).where(holds(text, User.name, User.email, User.code))
        query = query.where(col(Audit.branch_id).in_(there) | col(Audit.shopper_id).in_(theirs))
    last = col(Assignment.closes_on)
    order = last.desc() if cut == "expired" else last.asc().nulls_last()
    found = part(with_names(query.order_by(order, col(Audit.id))), "office.open_assignments", show=cut, q=text)
    known = assignments.of_all(gate.session(), found.rows)
    n = amount("open")
    return render_template(
        "office/open_assignments.html",
        headline=tongue.count("{n} audit is still to be made.", "{n} audits are still to be made.", n)
        if n
        else tongue.say("No audit is assigned at the moment."),
        views=_views(cut),
        lines=[_line(audit, known.get(audit.id)) for audit in found.rows],
        part=found,
        q=text,
        cut=cut,
    )


def of_cut(cut: str) -> SelectOfScalar[Audit]:
    """Open: the shopper's turn; closing: not sent and soon over; overdue: returned and late; expired: lately."""
    query = access.visible_audits(gate.person()).outerjoin(Assignment, col(Assignment.audit_id) == Audit.id)
    state, last = col(Audit.state), col(Assignment.closes_on)
    match cut:
        case "closing":
            return query.where(state.in_(NOT_SENT), last <= today() + timedelta(days=CLOSING_DAYS))
        case "overdue":
            late = col(Assignment.correct_until) < now()
            return query.where(state == AuditState.RETURNED.value, late)
        case "expired":
            since = today() - timedelta(days=EXPIRED_DAYS)
            return query.where(state == AuditState.EXPIRED.value, last >= since)
        case _:
            return query.where(state.in_(TO_DO))


def amount(cut: str) -> int:
    return total(of_cut(cut))


def _views(current: str) -> list[tuple[str, str, bool, int | None]]:
    say = gate.tongue().say
    titles = {
        "open": say("All open"),
        "closing": say("Closing soon"),
        "overdue": say("Corrections overdue"),
        "expired": say("Expired lately"),
    }
    return [
        (title, url_for("office.open_assignments", show=cut), cut == current, amount(cut))
        for cut, title in titles.items()
    ]


def _line(audit: Audit, known: Assignment | None) -> Line:
    tongue, about = gate.tongue(), called(audit.shopper)
    if known is not None:
        about += " · " + tongue.say("{first} to {last}", first=known.opens_on, last=known.closes_on)
    href = url_for("office.assignment", public_id=audit.public_id)
    return Line(audit.branch.name, href, about, tongue.say(AuditState(audit.state).word))


@blueprint.get("/assignments/<public_id>")
@gate.needs(Right.ASSIGN)
def assignment(public_id: str) -> str:
    return _page(the_audit(public_id), Typed())


@blueprint.post("/assignments/<public_id>/days")
@gate.needs(Right.ASSIGN)
def change_days(public_id: str) -> Answer:
    audit, typed = the_audit(public_id), Typed()
    first = typed.day("opens_on", message("Choose the first day."))
    last = typed.day("closes_on", message("Choose the last day."))
    if first is None or last is None:
        return _refused(public_id, typed)
    doubts, name = _doubts(audit, Window(first, last))
    if doubts and not doubted.is_wanted(name):
        return _page(audit, typed, doubts=doubts, named=name), typed.status
    typed.take(
        "closes_on",
        lambda: assignments.change_window(
            gate.session(), audit, opens_on=first, closes_on=last, anyway=bool(doubts), by=by(), at=now()
        ),
    )
    if typed.errors:
        return _refused(public_id, typed)
    say = gate.tongue().say
    said = say("The days are changed; the shopper is told by mail.")
    if not _is_mailed(audit):
        said = say("The days are changed; the shopper sees them in their list.")
    return done(said, "office.assignment", public_id=public_id)


def _doubts(audit: Audit, window: Window) -> tuple[list[str], str]:
    """What speaks against these days, and the name of just that; nothing where they are refused anyway."""
    if audit.shopper is None or audit.state not in NOT_SENT or window.last < window.first:
        return [], ""
    there = (audit.shopper, audit.branch, window)
    return doubted.words(*there, but=audit), doubted.name(*there)


def _is_mailed(audit: Audit) -> bool:
    """Whether its shopper is told of changes by mail."""
    return audit.shopper is not None and audit.shopper.active and audit.shopper.email is not None


@blueprint.post("/assignments/<public_id>/withdraw")
@gate.needs(Right.ASSIGN)
def withdraw(public_id: str) -> Answer:
    audit, typed = the_audit(public_id), Typed()
    reason = typed.text("reason", LONGEST_REASON)
    typed.take("reason", lambda: assignments.withdraw(gate.session(), audit, reason=reason, by=by(), at=now()))
    if typed.errors:
        return _refused(public_id, typed)
    say, name = gate.tongue().say, audit.branch.name
    said = say("Withdrawn: {branch}. The shopper is told by mail.", branch=name)
    if not _is_mailed(audit):
        said = say("Withdrawn: {branch}.", branch=name)
    return done(said, "office.open_assignments")


def _refused(public_id: str, typed: Typed) -> tuple[str, int]:
    """A conflict is told above the page, with what happened last; everything else beside its field."""
    late = next(iter(typed.errors.values())) if typed.status == STALE else ""
    if late:
        typed.errors.clear()
    return _page(the_audit(public_id), typed, late), typed.status


def _page(audit: Audit, typed: Typed, late: str = "", doubts: Sequence[str] = (), named: str = "") -> str:
    known = assignments.of(gate.session(), audit)
    days = {"opens_on": known.opens_on.isoformat(), "closes_on": known.closes_on.isoformat()} if known else {}
    events = told.of(audit, audit.branch.timezone)
    return render_template(
        "office/assignment.html",
        audit_id=audit.public_id,
        name=audit.branch.name,
        headline=standing(audit),
        late=late,
        doubts=doubts,
        named=named,
        latest=events[0] if late and events else None,
        facts=facts(audit),
        brief=known.brief if known else "",
        reason=audit.reason,
        changeable=known is not None and audit.state in NOT_SENT,
        withdrawable=audit.state in TO_DO,
        sent=audit.submitted_at is not None,
        typed={**days, **typed.values},
        errors=typed.errors,
        found=typed.found,
        longest=LONGEST_REASON,
        history=events,
        newest=history.newest(gate.session(), audit),
    )
