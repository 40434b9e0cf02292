"""Several audits decided at once: each from what the page knew of it; what cannot be is left as it is, and told why."""

from collections.abc import Callable, Collection, Mapping
from functools import partial

from flask import abort, request
from sqlmodel import col

from branches import access, clearing, doubts
from branches import review as rules
from branches.access import Right
from branches.audits import Audit
from branches.errors import NotFound, Refused
from branches.language import message
from monitor.web import forms, gate
from monitor.web.office import ticking
from monitor.web.office.review import CUTS, Line, line, page, with_names
from monitor.web.office.room import Answer, blueprint, done, now, shown
from monitor.web.office.typed import STALE, UNFIT, by
from monitor.web.parts import OF_A_PAGE

LONGEST_TICK = 40
SHOWING = ("release", "approve-and-release")
"""Steps after which others read what the shopper wrote."""
NAMED = message("Somebody seems to be named in it: open it, and take the name out or release it there.")


@blueprint.post("/review")
@gate.needs(Right.REVIEW)
def decide_many() -> Answer:
    cut, ticked = shown(tuple(CUTS)), _ticked()
    if not ticked:
        return page(said=gate.tongue().say("Tick the audits that this is for.")), UNFIT
    step = request.form.get("step", "")
    if step not in ticking.steps(cut):
        abort(404)
    found = _found(ticked)
    left = [one for audit in found if (one := _left(audit, step, ticked[audit.public_id])) is not None]
    said = _said(step, len(found) - len(left))
    if found and not left:
        return done(said, "office.review", **ticking.here())
    return page(left, said), 200 if len(left) < len(found) else STALE


def _ticked() -> dict[str, int]:
    """The audits that were ticked, each with the last event that the page knew."""
    sent = [forms.plain(one)[:LONGEST_TICK].partition(".") for one in request.form.getlist("audit")[:OF_A_PAGE]]
    return {public_id: forms.number(seen) for public_id, _, seen in sent}


def _found(public_ids: Collection[str]) -> list[Audit]:
    """In one order for everybody, so that of two who tick the same neither waits for the other for ever."""
    query = access.visible_audits(gate.person()).where(col(Audit.public_id).in_(public_ids))
    return list(gate.session().exec(with_names(query.order_by(col(Audit.id)))))


def _left(audit: Audit, step: str, seen: int) -> Line | None:
    """Decides one; where that cannot be, nothing of it is kept, and the line says why."""
    try:
        with gate.session().begin_nested():
            rules.check_seen(gate.session(), audit, seen)
            _refuse_named(audit, step)
            _verbs()[step](gate.session(), audit, by=by(), at=now())
    except NotFound:
        raise
    except Refused as refused:
        known = line(audit)
        return Line(known.name, known.href, gate.tongue().say(refused.message, **refused.values), known.about)
    return None


def _refuse_named(audit: Audit, step: str) -> None:
    """Nobody is named to others by a tick in a list."""
    known = doubts.familiar(audit, gate.site().name)
    if step in SHOWING and clearing.still_named(gate.session(), audit, known):
        raise Refused(NAMED)


def _verbs() -> Mapping[str, Callable[..., None]]:
    two = gate.site().two_people
    return {
        "approve": rules.approve,
        "release": partial(rules.release, two_people=two),
        "approve-and-release": partial(rules.approve_and_release, two_people=two),
    }


def _said(step: str, n: int) -> str:
    count = gate.tongue().count
    if n == 0:
        return gate.tongue().say("Nothing has been decided.")
    match step:
        case "approve":
            return count(
                "{n} audit is approved. It counts once it is released.",
                "{n} audits are approved. They count once they are released.",
                n,
            )
        case "release":
            return count("{n} audit is released.", "{n} audits are released.", n)
        case _:
            return count("{n} audit is approved and released.", "{n} audits are approved and released.", n)
