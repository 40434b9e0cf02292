"""Assigning by hand: who audits which branch, in which days, what to look for and for which fee."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import render_template, request
from werkzeug.wrappers import Response

from branches import assignments, standards
from branches.access import Right
from branches.assignments import Assignment
from branches.language import message
from branches.people import User
from branches.places import Branch
from branches.standards import Standard
from branches.weeks import Window
from monitor.web import gate
from monitor.web.office import doubted, picking
from monitor.web.office.audit import channel_words
from monitor.web.office.room import Answer, blueprint, called, done, now, today
from monitor.web.office.typed import Typed, by

LONGEST_BRIEF, LONGEST_FEE, LONGEST_EXPENSES = 4000, 60, 200
USUAL_DAYS = 7
CHANNELS = ("visit", "phone")


@blueprint.get("/assignments/new")
@gate.needs(Right.ASSIGN)
def assigning() -> Answer:
    asked = {name: request.args.get(name, "")[:40] for name in ("branch", "shopper")}
    days = {"opens_on": today().isoformat(), "closes_on": (today() + timedelta(days=USUAL_DAYS)).isoformat()}
    return _page({**days, "channel": CHANNELS[0], **asked}, Typed())


@blueprint.post("/assignments/new")
@gate.needs(Right.ASSIGN)
def assign() -> Answer:
    typed = Typed()
    asked = _asked(typed)
    if asked is None:
        return _page(typed.values, typed), typed.status
    doubts = doubted.words(asked.shopper, asked.branch, asked.window)
    name = doubted.name(asked.shopper, asked.branch, asked.window)
    if doubts and not doubted.is_wanted(name):
        return _page(typed.values, typed, doubts, name), typed.status
    made = _assign(typed, asked, anyway=bool(doubts))
    return _told(made) if made is not None else (_page(typed.values, typed), typed.status)


@dataclass(frozen=True)
class Asked:
    """What head office wants to assign."""

    standard: Standard
    branch: Branch
    shopper: User
    window: Window
    channel: str
    brief: str
    fee: str
    expenses: str


def _asked(typed: Typed) -> Asked | None:
    """Everything is read before anything is refused, so that all of it is said at once."""
    branch, shopper = picking.chosen_branch(typed), picking.chosen_shopper(typed)
    first = typed.day("opens_on", message("Choose the first day."))
    last = typed.day("closes_on", message("Choose the last day."))
    channel = typed.one_of("channel", channels(), message("Choose how the audit is made."))
    brief, fee = typed.text("brief", LONGEST_BRIEF), typed.line("fee", LONGEST_FEE)
    expenses = typed.line("expenses", LONGEST_EXPENSES)
    standard = standards.for_days(gate.session(), first or today(), gate.site().chain_zone, now())
    if standard is None:
        typed.tell("branch", message("There is no published standard yet to audit by."))
    if branch is not None and first is not None and last is not None:
        _check(typed, branch, shopper, Window(first, last))
    if typed.errors or not (branch and shopper and standard and first and last):
        return None
    return Asked(standard, branch, shopper, Window(first, last), channel, brief, fee, expenses)


def _assign(typed: Typed, asked: Asked, *, anyway: bool) -> Assignment | None:
    made: list[Assignment] = []

    def verb() -> None:
        one = assignments.assign(
            gate.session(),
            asked.standard,
            asked.branch,
            asked.shopper,
            opens_on=asked.window.first,
            closes_on=asked.window.last,
            brief=asked.brief,
            fee=asked.fee,
            expenses=asked.expenses,
            channel=asked.channel,
            anyway=anyway,
            by=by(),
            at=now(),
        )
        made.append(one)

    return made[0] if typed.take("branch", verb) else None


def _check(typed: Typed, branch: Branch, shopper: User | None, window: Window) -> None:
    """What the verb would refuse too, said beside the field that can put it right."""
    with typed.beside("closes_on"):
        assignments.check_window(window, branch, now())
    if shopper is not None:
        with typed.beside("shopper"):
            assignments.check_shopper(gate.session(), shopper, branch, window, anyway=True)


def _told(made: Assignment) -> Response:
    say, audit = gate.tongue().say, made.audit
    shopper = audit.shopper
    if shopper is not None and shopper.email is not None:
        said = say("{shopper} is asked to audit {branch}, by mail.", shopper=called(shopper), branch=audit.branch.name)
        return done(said, "office.open_assignments")
    said = say(
        "{shopper} is to audit {branch}, but has no mail address: tell them yourself.",
        shopper=called(shopper),
        branch=audit.branch.name,
    )
    return done(said, "office.open_assignments", "warn")


def channels() -> tuple[str, ...]:
    """How audits are made under the standard, as it is and as it will be."""
    versions = (standards.current(gate.session(), now()), standards.coming(gate.session(), now()))
    items = [item for one in versions if one is not None for section in one.sections for item in section.items]
    named = {channel for item in items for channel in item.channels}
    return (*CHANNELS, *sorted(named - set(CHANNELS)))


def _page(values: dict[str, str], typed: Typed, doubts: Sequence[str] = (), named: str = "") -> str:
    return render_template(
        "office/assign.html",
        doubts=doubts,
        named=named,
        ready=standards.newest(gate.session()) is not None,
        branches=picking.branches(),
        shoppers=picking.shoppers(),
        channels=[(one, channel_words(one)) for one in channels()],
        typed=values,
        errors=typed.errors,
        found=typed.found,
        longest_brief=LONGEST_BRIEF,
        longest_fee=LONGEST_FEE,
        longest_expenses=LONGEST_EXPENSES,
    )
