"""One audit on the review desk: what it says beside the standard, what is unusual, what may be done with it."""

from flask import render_template, url_for

from branches import assignments, clearing, history, notices, review
from branches.access import Right
from branches.appeals import Appeal
from branches.audits import Audit
from branches.language import message
from branches.rota import Part
from branches.states import COUNTED, NEXT, AuditState
from monitor.web import disputes, gate
from monitor.web.office import amended, noted, told, unusual, withheld
from monitor.web.office.room import after_words, ago_words, blueprint, called, moment_words, the_audit
from monitor.web.office.sheet import chapters, kept_back, of_the_visit, points_words
from monitor.web.office.typed import Typed

LONGEST_REASON = 1000
_STANDS = {
    AuditState.APPROVED: message("Approved, and not released yet: it does not count."),
    AuditState.RETURNED: message("Returned; the shopper is to correct it."),
    AuditState.EXCLUDED: message("Excluded: it is kept and does not count."),
    AuditState.ASSIGNED: message("Not sent yet."),
    AuditState.STARTED: message("Not sent yet."),
    AuditState.EXPIRED: message("Its time ran out before it was sent."),
    AuditState.WITHDRAWN: message("Withdrawn; nothing is to be done."),
    AuditState.APPEALED: message("Released and counting; an appeal of the branch is open."),
}
HOURS = ("24", "48", "72", "168")
"""Within which a returned audit may be corrected."""


@blueprint.get("/review/<public_id>")
@gate.needs(Right.REVIEW)
def audit(public_id: str) -> str:
    return page(the_audit(public_id))


def page(audit: Audit, typed: Typed | None = None, late: str = "") -> str:
    """The audit as it stands now; `late` says what happened since an older page was opened."""
    state = AuditState(audit.state)
    events = told.of(audit, audit.branch.timezone)
    typed = typed or Typed()
    return render_template(
        "office/audit.html",
        audit_id=audit.public_id,
        name=audit.branch.name,
        headline=headline(audit),
        late=late,
        latest=events[0] if late and events else None,
        remarks=unusual.remarks(audit) if audit.submitted_at is not None else None,
        amending=amended.is_asked(audit),
        amended=amended.answers(audit),
        facts=facts(audit),
        score=points_words(audit.score) if audit.submitted_at is not None else "",
        before=disputes.before(disputes.of_branch(audit.branch, Appeal.audit_id == audit.id)),
        chapters=chapters(audit) if audit.submitted_at is not None else [],
        pictures=of_the_visit(audit),
        kept_back=kept_back(audit),
        clears=clearing.is_open(audit),
        staff=withheld.sentences(audit),
        reason=audit.reason,
        may=[to.value for to in sorted(NEXT[state])],
        alone=not gate.site().two_people,
        own=gate.site().two_people and review.approver(gate.session(), audit) == gate.person().id,
        informed=notices.is_informed(gate.session(), audit.branch),
        branch_href=url_for("office.branch", public_id=audit.branch.public_id),
        counted=state in COUNTED,
        seen=history.newest(gate.session(), audit),
        typed=typed.values,
        errors=typed.errors,
        found=typed.found,
        hours=[(one, _hours_words(int(one))) for one in HOURS],
        longest=LONGEST_REASON,
        history=events,
    )


def _hours_words(hours: int) -> str:
    count, days = gate.tongue().count, hours // 24
    if days == 1:
        return count("{n} hour from now", "{n} hours from now", hours)
    return count("{n} day from now", "{n} days from now", days)


def headline(audit: Audit) -> str:
    """Where it stands, in a sentence."""
    say, state = gate.tongue().say, AuditState(audit.state)
    if state is AuditState.SUBMITTED and audit.submitted_at is not None:
        return say("Waits for your review; it was sent {ago}.", ago=ago_words(audit.submitted_at))
    return say(_STANDS.get(state, message("Released; it counts.")))


def facts(audit: Audit) -> list[tuple[str, str]]:
    """What a reviewer reads first."""
    say, zone = gate.tongue().say, audit.branch.timezone
    known = assignments.of(gate.session(), audit)
    found = [(say("Shopper"), called(audit.shopper)), (say("How"), channel_words(audit.channel))]
    if known is not None:
        found.append((say("Window"), say("{first} to {last}", first=known.opens_on, last=known.closes_on)))
        if known.part:
            found.append((say("Best time"), say(Part(known.part).word)))
    if audit.visited_at is not None:
        found.append((say("Visit"), moment_words(audit.visited_at, zone)))
    found += noted.facts(audit)
    if audit.submitted_at is not None:
        found.append((say("Sent"), _sent(audit)))
    if known is not None and known.correct_until is not None and audit.state == AuditState.RETURNED.value:
        found.append((say("To be corrected by"), moment_words(known.correct_until, zone)))
    if known is not None and known.fee:
        found.append((say("Fee"), known.fee))
    if known is not None and known.expenses:
        found.append((say("Expenses paid back"), known.expenses))
    return [*found, (say("Standard"), say("version {n}", n=audit.standard.version))]


def _sent(audit: Audit) -> str:
    sent, visited = audit.submitted_at, audit.visited_at
    if sent is None:
        return ""
    words = moment_words(sent, audit.branch.timezone)
    if visited is None or sent < visited:
        return words
    return gate.tongue().say("{moment}, {after}", moment=words, after=after_words(sent - visited))


def channel_words(channel: str) -> str:
    say = gate.tongue().say
    return {"visit": say("Visit"), "phone": say("Phone call")}.get(channel, channel)
