"""What is to be paid: the audits approved in some days, with fee and expenses as they were agreed; as a page and as CSV."""

from datetime import date, timedelta

from flask import render_template, request
from werkzeug.wrappers import Response

from branches import pay
from branches.access import Right
from branches.pay import Due
from branches.states import AuditState
from monitor.web import download, gate
from monitor.web.office.room import blueprint, called, today
from monitor.web.parts import OF_A_PAGE, place
from monitor.web.tables import Row, Sheet

LONGEST = 366


@blueprint.get("/payroll")
@gate.needs(Right.ASSIGN)
def payroll() -> tuple[str, int]:
    first, last, wrong = _days()
    found = [] if wrong else list(pay.due(gate.session(), first, last, gate.site().chain_zone))
    here = place(len(found))
    kept = {"from": first.isoformat(), "to": last.isoformat()}
    page = render_template(
        "office/payroll.html",
        headline=wrong or gate.tongue().count("{n} audit was approved.", "{n} audits were approved.", len(found)),
        typed=kept,
        wrong=wrong,
        kept=kept,
        part=here.part(found[here.skipped : here.skipped + OF_A_PAGE], len(found), "office.payroll", **kept),
        called=called,
    )
    return page, 422 if wrong else 200


@blueprint.get("/payroll.csv")
@gate.needs(Right.ASSIGN)
def payroll_table() -> Response:
    first, last, _ = _days()
    rows = [_row(one) for one in pay.due(gate.session(), first, last, gate.site().chain_zone)]
    say = gate.tongue().say
    heads = (
        *(say("Shopper"), say("Code"), say("Mail address"), say("Branch"), say("Visited on"), say("Approved on")),
        *(say("Fee"), say("Expenses paid back"), say("State"), say("Audit")),
    )
    title = say("To be paid")
    return download.csv(Sheet(title, heads, rows), download.file_name(title, last, "csv"))


def _row(one: Due) -> Row:
    who = one.shopper
    return (
        *(called(who), who.code or "", who.email or "", one.branch, one.visited_on, one.approved_on),
        *(one.fee, one.expenses, gate.tongue().say(AuditState(one.state).word), one.audit),
    )


def _days() -> tuple[date, date, str]:
    """From when to when, and what is wrong with that; last month where nothing is asked for."""
    before = today().replace(day=1) - timedelta(days=1)
    try:
        first = date.fromisoformat(request.args.get("from", "") or before.replace(day=1).isoformat())
        last = date.fromisoformat(request.args.get("to", "") or before.isoformat())
    except ValueError:
        return before.replace(day=1), before, gate.tongue().say("Write days like 2026-11-16.")
    if not date(1970, 1, 2) <= first <= last < date(9999, 1, 1) or (last - first).days > LONGEST:
        return before.replace(day=1), before, gate.tongue().say("Choose a year at most, the first day before the last.")
    return first, last, ""
