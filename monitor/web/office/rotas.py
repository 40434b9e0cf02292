"""Rotas: the list of them, and one as a whole: what is proposed, what could not be placed and why, sending and dropping it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any, cast

from flask import make_response, render_template, url_for
from sqlalchemy.orm import aliased, selectinload
from sqlmodel import col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar
from werkzeug.wrappers import Response

from branches import rota_sending
from branches import rotas as floor
from branches.access import Right
from branches.assignments import NEVER_MADE
from branches.audits import Audit
from branches.people import User
from branches.places import Branch, Region
from branches.rotas import Planned, Rota, RotaState
from monitor import rota as working
from monitor.web import gate
from monitor.web.office import rota_words, told
from monitor.web.office.review import Line
from monitor.web.office.room import Answer, blueprint, called, done, holds, now, part, shown, the_rota, total
from monitor.web.office.typed import Typed, by
from monitor.web.parts import searched

CUTS = ("all", "unplaced", "changed", "unsent", "nothing")
AGAIN = 3
"""Seconds after which a page that waits looks again."""
AT_WORK = {RotaState.ASKED.value, RotaState.SENDING.value}


@dataclass(frozen=True)
class PlannedLine:
    """One audit of a rota."""

    name: str
    href: str
    who: str
    """Empty: nobody."""
    when: str
    why: str


@blueprint.get("/rotas")
@gate.needs(Right.ASSIGN)
def rotas() -> str:
    found = part(select(Rota).order_by(col(Rota.opens_on).desc(), col(Rota.id).desc()), "office.rotas")
    query = select(Planned.rota_id, func.count(col(Planned.id))).group_by(col(Planned.rota_id))
    amounts = dict(gate.session().exec(query.where(col(Planned.rota_id).in_([one.id for one in found.rows]))).all())
    lines = [_rota_line(one, amounts.get(one.id, 0)) for one in found.rows]
    return render_template("office/rotas.html", lines=lines, part=found)


def _rota_line(rota: Rota, audits: int) -> Line:
    tongue = gate.tongue()
    days = tongue.say("{first} to {last}", first=rota.opens_on, last=rota.closes_on)
    about = tongue.say(RotaState(rota.state).word)
    amount = tongue.count("{n} audit", "{n} audits", audits)
    return Line(days, url_for("office.rota", public_id=rota.public_id), about, amount)


@blueprint.get("/rotas/<public_id>")
@gate.needs(Right.ASSIGN)
def rota(public_id: str) -> Response:
    found = the_rota(public_id)
    page = make_response(_page(found, Typed()))
    if found.state in AT_WORK:
        page.headers["Refresh"] = str(AGAIN)
    return page


@blueprint.post("/rotas/<public_id>/send")
@gate.needs(Right.ASSIGN)
def send_rota(public_id: str) -> Answer:
    found, typed = the_rota(public_id), Typed()
    typed.take("rota", lambda: rota_sending.begin_sending(gate.session(), found, by=by(), at=now()))
    if typed.errors:
        return _page(the_rota(public_id), typed), typed.status
    gate.afterwards(partial(working.send, gate.site().engine, found.id, by().id, gate.site().clock))
    return done(gate.tongue().say("The rota is being sent."), "office.rota", public_id=public_id)


@blueprint.post("/rotas/<public_id>/drop")
@gate.needs(Right.ASSIGN)
def drop_rota(public_id: str) -> Answer:
    found, typed = the_rota(public_id), Typed()
    typed.take("rota", lambda: floor.drop(gate.session(), found, by=by(), at=now()))
    if typed.errors:
        return _page(the_rota(public_id), typed), typed.status
    return done(gate.tongue().say("The rota is dropped; nobody was told of it."), "office.rotas")


@blueprint.post("/rotas/<public_id>/again")
@gate.needs(Right.ASSIGN)
def work_out_rota(public_id: str) -> Answer:
    """Where it failed, or was interrupted."""
    found = the_rota(public_id)
    if found.state in {RotaState.ASKED.value, RotaState.FAILED.value}:
        gate.afterwards(partial(working.work_out, gate.site().engine, found.id, gate.site().clock))
    return done(gate.tongue().say("The rota is being worked out."), "office.rota", public_id=public_id)


def _of_cut(rota: Rota, cut: str) -> SelectOfScalar[Planned]:
    query = select(Planned).where(Planned.rota_id == rota.id)
    match cut:
        case "unplaced":
            return query.where(col(Planned.shopper_id).is_(None))
        case "changed":
            return query.where(func.coalesce(Planned.shopper_id, 0) != func.coalesce(Planned.proposed_id, 0))
        case "unsent":
            return query.where(Planned.trouble != "")
        case "nothing":
            gone = select(Audit.id).where(col(Audit.state).in_(NEVER_MADE))
            return query.where(col(Planned.audit_id).in_(gone))
        case _:
            return query


def _views(rota: Rota, current: str) -> list[tuple[str, str, bool, int | None]]:
    say = gate.tongue().say
    titles = {
        "all": say("All of it"),
        "unplaced": say("Nobody yet"),
        "changed": say("Changed by hand"),
        "unsent": say("Could not be sent"),
        "nothing": say("Came to nothing"),
    }
    amounts = {cut: total(_of_cut(rota, cut)) for cut in titles}
    return [
        (title, url_for("office.rota", public_id=rota.public_id, show=cut), cut == current, amounts[cut])
        for cut, title in titles.items()
        if amounts[cut] or cut in ("all", current)
    ]


def _page(rota: Rota, typed: Typed) -> str:
    cut, text = shown(CUTS), searched()
    shopper = aliased(User)
    query = _of_cut(rota, cut).join(Branch, col(Branch.id) == Planned.branch_id)
    query = query.join(Region, col(Region.id) == Branch.region_id).outerjoin(
        shopper, col(shopper.id) == Planned.shopper_id
    )
    if text:
        query = query.where(
            or_(holds(text, Branch.name, Branch.code, Region.name), holds(text, shopper.name, shopper.code))
        )
    query = query.order_by(Region.name, col(Region.id), Branch.name, col(Branch.id), col(Planned.opens_on))
    branch, region, who = (cast("Any", one) for one in (Planned.branch, Branch.region, Planned.shopper))
    query = query.options(selectinload(branch).selectinload(region), selectinload(who))
    found = part(query, "office.rota", public_id=rota.public_id, show=cut, q=text)
    return render_template(
        "office/rota.html",
        rota=rota,
        title=gate.tongue().say("{first} to {last}", first=rota.opens_on, last=rota.closes_on),
        headline=_headline(rota),
        facts=_facts(rota),
        waiting=rota_sending.waiting(gate.session(), rota),
        nothing=total(_of_cut(rota, "nothing")),
        views=_views(rota, cut),
        groups=_groups(found.rows),
        part=found,
        q=text,
        cut=cut,
        found=typed.found,
        errors=typed.errors,
        history=told.of(rota),
    )


def _headline(rota: Rota) -> str:
    tongue, state = gate.tongue(), RotaState(rota.state)
    unplaced = total(_of_cut(rota, "unplaced"))
    placed = total(_of_cut(rota, "all")) - unplaced
    if state is RotaState.ASKED:
        return tongue.say("It is being worked out; this page shows it as soon as it is done.")
    if state is RotaState.FAILED:
        return tongue.say("It could not be worked out.")
    if state is not RotaState.PROPOSED:
        return tongue.say("This rota is {state}.", state=state.word)
    if not placed:
        return (
            tongue.say("Nobody could be given any audit.")
            if unplaced
            else tongue.say("No audit is wanted in these days.")
        )
    said = tongue.count("{n} audit is proposed.", "{n} audits are proposed.", placed)
    left = tongue.count("{n} could not be placed.", "{n} could not be placed.", unplaced) if unplaced else ""
    return f"{said} {left}".strip()


def _facts(rota: Rota) -> list[tuple[str, str]]:
    tongue, say = gate.tongue(), gate.tongue().say
    found = [(say("Audits of each branch"), tongue.whole(rota.each))]
    if rota.fee:
        found.append((say("Fee"), rota.fee))
    if rota.expenses:
        found.append((say("Expenses paid back"), rota.expenses))
    quality = rota.quality
    if quality.get("groups"):
        found += [
            (say("Ways"), say("{km} km in all, as proposed", km=round(float(quality["km"])))),
            (say("Been there of late"), tongue.count("{n} audit", "{n} audits", int(quality["again"]))),
            (say("Connected, as proposed"), _connected(int(quality["groups"]))),
        ]
    return found


def _connected(groups: int) -> str:
    """Whether leniency can be compared."""
    if groups <= 1:
        return gate.tongue().say("all branches, through the shoppers they share")
    return gate.tongue().say("{n} groups of branches share no shopper with each other", n=groups)


def _groups(rows: Sequence[Planned]) -> list[tuple[str, list[PlannedLine]]]:
    """By region, as they are ordered."""
    by_region = groupby(rows, key=lambda one: (one.branch.region.name, one.branch.region_id))
    return [(name, [_line(one) for one in some]) for (name, _), some in by_region]


def _line(one: Planned) -> PlannedLine:
    say = gate.tongue().say
    refused = rota_sending.trouble(one)
    return PlannedLine(
        name=one.branch.name,
        href=url_for("office.planned", public_id=one.public_id),
        who=called(one.shopper) if one.shopper is not None else "",
        when=rota_words.days_words(one),
        why=say(refused.message, **refused.values) if refused is not None else rota_words.why_words(one),
    )
