"""The review desk's lists: what is to be reviewed, the longest waiting first, and what became of the others."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, url_for
from sqlalchemy.orm import selectinload
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from branches import access
from branches.access import Right
from branches.audits import Audit
from branches.people import User
from branches.places import Branch
from branches.states import COUNTED, AuditState
from monitor.web import gate
from monitor.web.office import appealed, ticking
from monitor.web.office.room import ago_words, blueprint, called, holds, part, shown, total
from monitor.web.parts import searched

CUTS = {
    "waiting": (AuditState.SUBMITTED.value,),
    "approved": (AuditState.APPROVED.value,),
    "returned": (AuditState.RETURNED.value,),
    "released": tuple(sorted(state.value for state in COUNTED)),
    "excluded": (AuditState.EXCLUDED.value,),
}


@dataclass(frozen=True)
class Line:
    """One audit of a list."""

    name: str
    href: str
    about: str
    note: str


@blueprint.get("/review")
@gate.needs(Right.REVIEW)
def review() -> str:
    return page()


def page(left: Sequence[Line] = (), said: str = "") -> str:
    """The list as it is asked for; `left` are audits that were ticked and could not be decided, `said` what was done."""
    cut, text = shown(tuple(CUTS)), searched()
    query = _found(of_cut(cut), text)
    old, new = col(Audit.submitted_at), col(Audit.id)
    order = (old, new) if cut in ("waiting", "returned", "approved") else (col(Audit.visited_on).desc(), new.desc())
    found = part(with_names(query.order_by(*order)), "office.review", show=cut, q=text)
    boxes = ticking.boxes(found.rows) if cut in ticking.STEPS else []
    return render_template(
        "office/review.html",
        headline=_headline(),
        views=views(cut),
        lines=[line(audit) for audit in found.rows],
        boxes=boxes,
        ticked=ticking.is_asked(),
        steps=ticking.steps(cut),
        clear=ticking.address_of_clear(boxes),
        action=url_for("office.decide_many", **ticking.here()),
        left=left,
        said=said,
        part=found,
        q=text,
        cut=cut,
    )


def with_names(query: SelectOfScalar[Audit]) -> SelectOfScalar[Audit]:
    """With branch and shopper of all lines at once."""
    return query.options(selectinload(Audit.branch), selectinload(Audit.shopper))  # type: ignore[arg-type]


def of_cut(cut: str) -> SelectOfScalar[Audit]:
    return access.visible_audits(gate.person()).where(col(Audit.state).in_(CUTS[cut]))


def _found(query: SelectOfScalar[Audit], text: str) -> SelectOfScalar[Audit]:
    if not text:
        return query
    there = select(Branch.id).where(holds(text, Branch.name, Branch.code))
    theirs = select(User.id).where(holds(text, User.name, User.email, User.code))
    return query.where(col(Audit.branch_id).in_(there) | col(Audit.shopper_id).in_(theirs))


def views(current: str) -> list[tuple[str, str, bool, int | None]]:
    """The review desk's lists, and the appeals beside them."""
    say = gate.tongue().say
    titles = {
        "waiting": say("To review"),
        "approved": say("Approved, not released"),
        "returned": say("Returned"),
        "released": say("Released"),
        "excluded": say("Excluded"),
    }
    counted = {"waiting", "approved", "returned"}
    found: list[tuple[str, str, bool, int | None]] = [
        (title, url_for("office.review", show=cut), cut == current, amount(cut) if cut in counted else None)
        for cut, title in titles.items()
    ]
    return [*found, (say("Appeals"), url_for("office.appeals"), current == "appeals", appealed.waiting())]


def amount(cut: str) -> int:
    return total(of_cut(cut))


def line(audit: Audit) -> Line:
    """Branch, shopper and day, and how long it has waited."""
    tongue = gate.tongue()
    about = [called(audit.shopper)]
    if audit.visited_on is not None:
        about.append(tongue.say("visited on {day}", day=audit.visited_on))
    return Line(
        audit.branch.name,
        url_for("office.audit", public_id=audit.public_id),
        " · ".join(about),
        standing(audit),
    )


def standing(audit: Audit) -> str:
    tongue = gate.tongue()
    if audit.state == AuditState.SUBMITTED.value and audit.submitted_at is not None:
        return tongue.say("sent {ago}", ago=ago_words(audit.submitted_at))
    return tongue.say(AuditState(audit.state).word)


def _headline() -> str:
    """How many wait, and how long the oldest has."""
    tongue, waiting = gate.tongue(), amount("waiting")
    if not waiting:
        return tongue.say("No audit waits for your review.")
    return tongue.count(
        "{n} audit waits for your review; it was sent {ago}.",
        "{n} audits wait for your review; the first was sent {ago}.",
        waiting,
        ago=oldest_words(),
    )


def oldest_words() -> str:
    oldest = gate.session().exec(of_cut("waiting").order_by(col(Audit.submitted_at)).limit(1)).first()
    sent = oldest.submitted_at if oldest is not None else None
    return ago_words(sent) if sent is not None else ""
