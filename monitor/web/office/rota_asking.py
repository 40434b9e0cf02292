"""A rota is asked for: in which days, how many audits of each branch, and what no shopper is to exceed."""

from datetime import date, timedelta
from functools import partial

from flask import render_template, request
from sqlmodel import col, select

from branches import editions, rotas, standards
from branches.access import Right
from branches.assignments import LOCKOUT_DAYS
from branches.editions import CHAIN
from branches.errors import Refused
from branches.language import message
from branches.places import Branch
from branches.rotas import MOST_EACH, Rota, Wish
from branches.terms import FARTHEST_KM, MOST_AUDITS
from branches.weeks import Window
from monitor import rota as working
from monitor.web import gate
from monitor.web.office.agreed import whole
from monitor.web.office.assigning import LONGEST_BRIEF, LONGEST_EXPENSES, LONGEST_FEE
from monitor.web.office.room import Answer, blueprint, done, now, the_rota, today
from monitor.web.office.typed import Typed, by
from reports import stored

MOST_EXTRA = 1000
NUMBERS = {
    "each": (1, MOST_EACH),
    "extra": (0, MOST_EXTRA),
    "most_audits": (1, MOST_AUDITS),
    "most_km": (1, FARTHEST_KM),
}
USUAL = {"each": "1", "extra": "0", "most_audits": "8", "most_km": "80"}


@blueprint.get("/rotas/new")
@gate.needs(Right.ASSIGN)
def asking_rota() -> str:
    again = request.args.get("rota", "")[:16]
    return _page(_again(the_rota(again)) if again else {**USUAL, **_usual_days()}, Typed())


def _usual_days() -> dict[str, str]:
    """Next month; what is left of this week and the next one, while there is no report that could count them."""
    if editions.latest(gate.session(), CHAIN) is None:
        last = today() + timedelta(days=6 - today().weekday() + 7)
        return {"opens_on": today().isoformat(), "closes_on": last.isoformat()}
    first = (today().replace(day=1) + timedelta(days=32)).replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return {"opens_on": first.isoformat(), "closes_on": last.isoformat()}


def _again(rota: Rota) -> dict[str, str]:
    """The same once more, for what came to nothing, in the days that are left."""
    first: date = max(rota.opens_on, today())
    kept = {name: str(getattr(rota, name)) for name in ("each", "most_audits", "most_km", "brief", "fee", "expenses")}
    certified = {"certified_only": "yes"} if rota.certified_only else {}
    days = {"opens_on": first.isoformat(), "closes_on": rota.closes_on.isoformat()}
    return {**kept, **certified, **days, "extra": str(len(rota.extra))}


@blueprint.post("/rotas/new")
@gate.needs(Right.ASSIGN)
def ask_rota() -> Answer:
    typed, made = Typed(), list[Rota]()
    first = typed.day("opens_on", message("Choose the first day."))
    last = typed.day("closes_on", message("Choose the last day."))
    numbers = {name: _number(typed, name) for name in NUMBERS}
    certified = typed.text("certified_only", 10) == "yes"
    brief, fee = typed.text("brief", LONGEST_BRIEF), typed.line("fee", LONGEST_FEE)
    expenses = typed.line("expenses", LONGEST_EXPENSES)
    standard = standards.for_days(gate.session(), first or today(), gate.site().chain_zone, now())
    if standard is None:
        typed.tell("opens_on", message("There is no published standard yet to audit by."))
    if first is not None:
        with typed.beside("opens_on"):
            rotas.check_first_day(first, now())
    if first is not None and last is not None:
        with typed.beside("each"):
            rotas.check_each(numbers["each"], Window(first, last))
    if typed.errors or standard is None or first is None or last is None:
        return _page(typed.values, typed), typed.status
    wish = Wish(
        opens_on=first,
        closes_on=last,
        each=numbers["each"],
        most_audits=numbers["most_audits"],
        most_km=numbers["most_km"],
        extra=_where_it_tells_most(numbers["extra"]),
        certified_only=certified,
        brief=brief,
        fee=fee,
        expenses=expenses,
    )

    def verb() -> None:
        made.append(rotas.ask(gate.session(), standard, wish, by=by(), at=now()))

    if not typed.take("closes_on", verb):
        return _page(typed.values, typed), typed.status
    gate.afterwards(partial(working.work_out, gate.site().engine, made[0].id, gate.site().clock))
    return done(gate.tongue().say("The rota is being worked out."), "office.rota", public_id=made[0].public_id)


def _number(typed: Typed, name: str) -> int:
    """Missing or not, it is one within its bounds, or it is said that it is none."""
    least, most = NUMBERS[name]
    found = whole(typed, name, least, most)
    if found is None:
        typed.wrong(name, Refused("Write a whole number from {least} to {most}.", least=least, most=most))
    return found or 0


def _where_it_tells_most(count: int) -> tuple[int, ...]:
    """Branches by their numbers, as the plan behind the latest report of the chain has them."""
    found = editions.latest(gate.session(), CHAIN) if count else None
    if found is None:
        return ()
    from reports import planning  # noqa: PLC0415 - loads scipy, without which the pages begin

    codes = planning.neediest(stored.load(found.content).cells, count)
    return tuple(gate.session().exec(select(Branch.id).where(col(Branch.code).in_(codes))))


def _page(values: dict[str, str], typed: Typed) -> str:
    return render_template(
        "office/rota_new.html",
        ready=standards.newest(gate.session()) is not None,
        typed=values,
        errors=typed.errors,
        found=typed.found,
        lockout=LOCKOUT_DAYS,
        longest_brief=LONGEST_BRIEF,
        longest_fee=LONGEST_FEE,
        longest_expenses=LONGEST_EXPENSES,
    )
