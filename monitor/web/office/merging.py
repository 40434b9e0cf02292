"""Merging: a shopper who is here twice becomes one; what becomes of the two entries is said first."""

from flask import abort, render_template
from sqlmodel import col, select

from branches import merging as floor
from branches.access import Right
from branches.language import message
from branches.people import Role, User
from monitor.web import gate
from monitor.web.office import picking
from monitor.web.office.room import Answer, blueprint, called, done, now, the_person
from monitor.web.office.typed import Typed, by

SURE = "yes"


@blueprint.get("/people/<public_id>/merge")
@gate.needs(Right.KEEP_PEOPLE)
def merging(public_id: str) -> str:
    return _page(_to_merge(public_id), Typed())


@blueprint.post("/people/<public_id>/merge")
@gate.needs(Right.KEEP_PEOPLE)
def merge(public_id: str) -> Answer:
    ends, typed, moved = _to_merge(public_id), Typed(), list[int]()
    stays = picking.chosen_shopper(typed)
    typed.one_of("sure", (SURE,), message("Tick that both are one person."))
    if stays is not None:
        chosen = stays
        typed.take("shopper", lambda: moved.append(floor.merge(gate.session(), ends, chosen, by=by(), at=now())))
    if typed.errors or stays is None:
        return _page(_to_merge(public_id), typed), typed.status
    said = gate.tongue().count("{n} audit is theirs now.", "{n} audits are theirs now.", moved[0])
    return done(said, "office.person", public_id=stays.public_id)


def _to_merge(public_id: str) -> User:
    """A shopper who is there still."""
    user = the_person(public_id)
    return user if user.role == Role.SHOPPER.value and user.erased_at is None else abort(404)


def _others(user: User) -> list[picking.Option]:
    """Whom it may be, told apart by address or code: the two are likely to be called the same."""
    query = select(User).where(User.role == Role.SHOPPER.value, User.active, User.id != user.id)
    found = gate.session().exec(query.order_by(User.name, col(User.id)).limit(picking.SHORT + 1)).all()
    if len(found) > picking.SHORT:
        return []
    return [(one.public_id, " · ".join(dict.fromkeys(filter(None, (one.name, one.email, one.code))))) for one in found]


def _page(user: User, typed: Typed) -> str:
    return render_template(
        "office/merge.html",
        user=user,
        name=called(user),
        audits=floor.audits_of(gate.session(), user),
        shoppers=_others(user),
        typed=typed.values,
        errors=typed.errors,
        found=typed.found,
    )
