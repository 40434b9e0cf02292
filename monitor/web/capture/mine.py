"""The shopper's list: what is to be done, the most pressing first, and what has been."""

from dataclasses import dataclass

from flask import render_template, url_for
from sqlalchemy.orm import selectinload
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from branches import access
from branches.access import Right
from branches.assignments import TO_DO, Assignment
from branches.audits import Audit
from branches.places import Branch
from branches.rota import Part
from branches.states import AuditState
from branches.weeks import local_date
from monitor.web import gate
from monitor.web.capture import cases
from monitor.web.capture.room import blueprint, deadline_words, round_of, there

MOST = 100
LATEST = 12
"""Audits that are not waiting and are shown at once; the earlier ones are folded."""
PRESSING = (AuditState.RETURNED.value, AuditState.STARTED.value, AuditState.ASSIGNED.value)


@dataclass(frozen=True)
class Line:
    """One audit of the list."""

    name: str
    href: str
    state: str
    returned: bool
    round: str
    """Which sending of it this phone may have done."""
    facts: list[tuple[str, str]]


@blueprint.get("/audits")
@gate.needs(Right.FILL_AUDITS)
def mine() -> str:
    own = access.visible_audits(gate.person())
    made = own.where(col(Audit.state).not_in(TO_DO)).order_by(col(Audit.visited_on).desc(), col(Audit.id).desc())
    todo = [_line(*row) for row in sorted(_rows(own.where(col(Audit.state).in_(TO_DO))), key=_pressing)]
    rest = [_line(*row) for row in _rows(made)]
    practice = cases.lines()
    return render_template(
        "capture/mine.html",
        headline=_headline(len(todo), len(rest), sum(one.waits for one in practice)),
        ahead=[line.href.rpartition("/")[2] for line in todo],
        todo=todo,
        latest=rest[:LATEST],
        earlier=rest[LATEST:],
        cut=len(rest) == MOST,
        most=MOST,
        cases=practice,
    )


def _rows(query: SelectOfScalar[Audit]) -> list[tuple[Audit, Branch, Assignment | None]]:
    """Each audit with its branch and what was asked, in three queries."""
    found = gate.session().exec(query.limit(MOST).options(selectinload(Audit.branch))).all()  # type: ignore[arg-type]
    asked = select(Assignment).where(col(Assignment.audit_id).in_([audit.id for audit in found]))
    known = {one.audit_id: one for one in gate.session().exec(asked)}
    return [(audit, audit.branch, known.get(audit.id)) for audit in found]


def _pressing(row: tuple[Audit, Branch, Assignment | None]) -> tuple[object, ...]:
    audit, _, known = row
    ends = known.closes_on if known is not None else audit.assigned_at.date()
    return PRESSING.index(audit.state), ends, audit.id


def _line(audit: Audit, branch: Branch, known: Assignment | None) -> Line:
    state = AuditState(audit.state)
    return Line(
        name=branch.name,
        href=url_for("capture.audit", public_id=audit.public_id),
        state=gate.tongue().say(state.shoppers_word),
        returned=state is AuditState.RETURNED,
        round=round_of(audit),
        facts=_facts(audit, branch, known) if audit.state in TO_DO else _past(audit),
    )


def _past(audit: Audit) -> list[tuple[str, str]]:
    say = gate.tongue().say
    return [(say("Visited on"), gate.tongue().date(audit.visited_on))] if audit.visited_on else []


def _facts(audit: Audit, branch: Branch, known: Assignment | None) -> list[tuple[str, str]]:
    say = gate.tongue().say
    found = []
    if audit.state == AuditState.RETURNED.value:
        found.append((say("To be corrected"), audit.reason))
        if known is not None and known.correct_until is not None:
            found.append((say("Until"), deadline_words(known.correct_until, branch.timezone)))
    elif known is not None:
        found.append((say("When"), window_words(known, branch)))
        if known.part:
            found.append((say("Best time"), say(Part(known.part).word)))
    if branch.address:
        found.append((say("Where"), branch.address))
    if known is not None and known.fee:
        found.append((say("Fee"), known.fee))
    if known is not None and known.expenses:
        found.append((say("Expenses paid back"), known.expenses))
    return found


def window_words(known: Assignment, branch: Branch) -> str:
    """The days of the visit, and how many of them are left."""
    tongue = gate.tongue()
    left = (known.closes_on - local_date(gate.site().clock(), branch.timezone)).days
    if known.opens_on == known.closes_on:
        days = tongue.date(known.opens_on)
    else:
        days = tongue.say("from {first} to {last}", first=known.opens_on, last=known.closes_on)
    days = there(days, branch.timezone)
    if left < 0:
        return tongue.say("{days}; that is over", days=days)
    if left == 0:
        return tongue.say("{days}; today is the last day", days=days)
    return tongue.count("{days}; {n} day left", "{days}; {n} days left", left, days=days)


def _headline(todo: int, rest: int, practice: int) -> str:
    """What there is to do now."""
    if todo:
        return gate.tongue().count("{n} audit waits for you.", "{n} audits wait for you.", todo)
    if practice:
        return gate.tongue().count("{n} case waits for your marks.", "{n} cases wait for your marks.", practice)
    return gate.tongue().say("Nothing waits for you." if rest else "You have not made an audit yet.")
