"""One audit of a rota: why it was proposed so, and the ways to change it by hand until it is sent."""

from collections.abc import Callable, Sequence

from flask import render_template, url_for

from branches import access, rota_hand, rota_sending
from branches.access import Right
from branches.audits import Audit
from branches.people import User
from branches.rotas import Planned, RotaState
from monitor.web import gate
from monitor.web.office import doubted, picking, rota_words
from monitor.web.office.room import Answer, blueprint, called, done, now, the_planned
from monitor.web.office.typed import Typed, by


@blueprint.get("/rotas/audits/<public_id>")
@gate.needs(Right.ASSIGN)
def planned(public_id: str) -> str:
    return _page(the_planned(public_id), Typed())


@blueprint.post("/rotas/audits/<public_id>")
@gate.needs(Right.ASSIGN)
def give_planned(public_id: str) -> Answer:
    one, typed = the_planned(public_id), Typed()
    shopper = picking.chosen_shopper(typed)
    if shopper is None:
        return _page(one, typed), typed.status
    doubts, name = _doubts(one, shopper), doubted.name(shopper, one.branch, one.window)
    if doubts and not doubted.is_wanted(name):
        return _page(one, typed, doubts, name), typed.status
    anyway = bool(doubted.words(shopper, one.branch, one.window))  # of too many audits nobody is told when it is sent
    typed.take("shopper", lambda: rota_hand.give(gate.session(), one, shopper, anyway=anyway, by=by(), at=now()))
    return _told(public_id, typed, gate.tongue().say("Given to {shopper}.", shopper=called(shopper)))


@blueprint.post("/rotas/audits/<public_id>/leave")
@gate.needs(Right.ASSIGN)
def leave_planned(public_id: str) -> Answer:
    return _changed(public_id, rota_hand.leave, gate.tongue().say("Nobody is given this audit."))


@blueprint.post("/rotas/audits/<public_id>/restore")
@gate.needs(Right.ASSIGN)
def restore_planned(public_id: str) -> Answer:
    return _changed(public_id, rota_hand.restore, gate.tongue().say("It is as it was proposed."))


def _changed(public_id: str, verb: Callable[..., None], said: str) -> Answer:
    one, typed = the_planned(public_id), Typed()
    typed.take("shopper", lambda: verb(gate.session(), one, by=by(), at=now()))
    return _told(public_id, typed, said)


def _told(public_id: str, typed: Typed, said: str) -> Answer:
    one = the_planned(public_id)
    if typed.errors:
        return _page(one, typed), typed.status
    return done(said, "office.rota", public_id=one.rota.public_id)


def _doubts(one: Planned, shopper: User) -> list[str]:
    found = rota_hand.doubts(gate.session(), one, shopper)
    return [gate.tongue().say(each.message, **each.values) for each in found]


def _page(one: Planned, typed: Typed, doubts: Sequence[str] = (), named: str = "") -> str:
    say = gate.tongue().say
    return render_template(
        "office/planned.html",
        name=one.branch.name,
        headline=say("Planned for {shopper}.", shopper=called(one.shopper))
        if one.shopper is not None
        else say("Nobody is given this audit."),
        one=one,
        facts=_facts(one),
        changeable=one.rota.state == RotaState.PROPOSED.value,
        changed=one.shopper_id != one.proposed_id,
        assignment=_assignment(one),
        shoppers=picking.shoppers(),
        doubts=doubts,
        named=named,
        typed=typed.values,
        errors=typed.errors,
        found=typed.found,
    )


def _facts(one: Planned) -> list[tuple[str, str]]:
    say, refused = gate.tongue().say, rota_sending.trouble(one)
    found = [(say("Region"), one.branch.region.name), (say("When"), rota_words.days_words(one))]
    if one.proposed is not None and one.shopper_id != one.proposed_id:
        found.append((say("Proposed"), called(one.proposed)))
    found.append((say("Why"), rota_words.why_words(one)))
    if refused is not None:
        found.append((say("Could not be sent"), say(refused.message, **refused.values)))
    return found


def _assignment(one: Planned) -> str:
    """Where it is to be found once it is sent."""
    if one.audit_id is None:
        return ""
    audit = gate.session().exec(access.visible_audits(gate.person()).where(Audit.id == one.audit_id)).first()
    return url_for("office.assignment", public_id=audit.public_id) if audit is not None else ""
