"""The steps of the review desk: approve, return, release, exclude; each only from the page that shows the latest."""

from collections.abc import Callable

from flask import abort, request

from branches import audits, questions, review
from branches.access import Right
from branches.audits import Audit
from branches.errors import Conflict, NotFound, Refused
from branches.language import codes, language, message
from branches.states import COUNTED, AuditState
from monitor.web import forms, gate
from monitor.web.office.audit import HOURS, LONGEST_REASON, page
from monitor.web.office.room import Answer, blueprint, done, now, the_audit
from monitor.web.office.sheet import short
from monitor.web.office.typed import STALE, UNFIT, Typed, by


@blueprint.post("/review/<public_id>/<step>")
@gate.needs(Right.REVIEW)
def step(public_id: str, step: str) -> Answer:
    audit = the_audit(public_id)
    verb = STEPS.get(step)
    if verb is None:
        abort(404)
    typed = Typed()
    try:
        review.check_seen(gate.session(), audit, forms.whole(request.form, "seen"))
        said = verb(audit, typed)
    except NotFound:
        raise
    except Refused as refused:
        gate.session().rollback()
        status = STALE if isinstance(refused, Conflict) else UNFIT
        return page(the_audit(public_id), typed, gate.tongue().say(refused.message, **refused.values)), status
    if typed.errors:
        return page(the_audit(public_id), typed), typed.status
    if step == "approve":
        return done(said, "office.audit", public_id=public_id)
    return done(said, "office.review")


def _approve(audit: Audit, _: Typed) -> str:
    review.approve(gate.session(), audit, by=by(), at=now())
    return gate.tongue().say("Approved: {branch}. It counts once it is released.", branch=audit.branch.name)


def _release(audit: Audit, _: Typed) -> str:
    review.release(gate.session(), audit, by=by(), at=now(), two_people=gate.site().two_people)
    return gate.tongue().say("Released: {branch}.", branch=audit.branch.name)


def _approve_and_release(audit: Audit, _: Typed) -> str:
    review.approve_and_release(gate.session(), audit, by=by(), at=now(), two_people=gate.site().two_people)
    return gate.tongue().say("Approved and released: {branch}.", branch=audit.branch.name)


def _send_back(audit: Audit, typed: Typed) -> str:
    say = gate.tongue().say
    hours = int(typed.one_of("hours", HOURS, message("Choose until when it is to be corrected.")) or HOURS[0])
    reason, items = reasons(audit, typed)
    if len(reason) > LONGEST_REASON:
        too_long = message("All reasons together may have {most} characters; these have {n}.")
        typed.wrong("reason", Refused(too_long, most=LONGEST_REASON, n=len(reason)))
    typed.take(
        "reason",
        lambda: review.send_back(
            gate.session(), audit, reason=reason, items=items, by=by(), at=now(), correct_hours=hours
        ),
    )
    return say("Returned to the shopper: {branch}.", branch=audit.branch.name)


def reasons(audit: Audit, typed: Typed) -> tuple[str, list[str]]:
    """What is said in general, then item by item, in the shopper's language as far as the items go; and those items."""
    reader = audit.shopper.language if audit.shopper is not None and audit.shopper.language in codes() else "en"
    found, items = [typed.text("reason", LONGEST_REASON)], list[str]()
    for code, question in questions.of(audit.standard, audit.channel).by_code.items():
        if f"why-{code}" in request.form:
            why = typed.text(f"why-{code}", LONGEST_REASON)
            if why:
                found.append(f"{short(question.item, language(reader))} · {why}")
                items.append(code)
    return "\n".join(one for one in found if one), items


def _exclude(audit: Audit, typed: Typed) -> str:
    say, counted = gate.tongue().say, AuditState(audit.state) in COUNTED
    reason = typed.text("why-excluded", LONGEST_REASON)
    typed.take("why-excluded", lambda: audits.exclude(gate.session(), audit, reason=reason, by=by(), at=now()))
    if counted:
        return say("Excluded: {branch}. Reports that counted it are looked at again.", branch=audit.branch.name)
    return say("Excluded: {branch}.", branch=audit.branch.name)


STEPS: dict[str, Callable[[Audit, Typed], str]] = {
    "approve": _approve,
    "release": _release,
    "approve-and-release": _approve_and_release,
    "return": _send_back,
    "exclude": _exclude,
}
