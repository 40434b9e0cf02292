"""The desk: what waits for head office now, the most pressing first, each with the way there."""

from dataclasses import dataclass
from datetime import timedelta

from flask import render_template, url_for
from sqlmodel import col

from branches import access, appeals, backing, outbox, photos, runs, showing
from branches.access import Right
from branches.actions import CorrectiveAction
from branches.appeals import Appeal
from branches.audits import Audit
from branches.states import ActionState
from monitor.web import gate
from monitor.web.office import appealed, beginning, open_assignments, places, review, withheld
from monitor.web.office.room import blueprint, now

A_DAY = timedelta(days=1)
MOST = 100
MOST_LOOKED_AT = 300
"""Of so many actions, those completed last, the photos are looked for on each view: each look asks the disk for every one."""
LATEST = 5
"""Audits to review that are named on the desk."""


@dataclass(frozen=True)
class Waiting:
    """One kind of work."""

    title: str
    href: str
    amount: int
    about: str


@blueprint.get("/")
@gate.needs(Right.REVIEW)
def desk() -> str:
    lost = _without_photos()
    unshown = _without_evidence()
    unbacked = _without_backing()
    missing = (_evidence_work(len(unshown)), _backing_work(len(unbacked)))
    works = [work for work in (*_works(len(lost)), *missing) if work.amount]
    steps = beginning.steps()
    audits = gate.session().exec(review.of_cut("waiting").order_by(col(Audit.submitted_at)).limit(LATEST)).all()
    return render_template(
        "office/desk.html",
        headline=_headline(works, steps),
        works=works,
        audits=[review.line(audit) for audit in audits],
        lost=[review.line(audit) for audit in lost],
        unshown=[_action_line(action) for action in unshown],
        unbacked=[_appeal_line(appeal) for appeal in unbacked],
        thin=withheld.regions(),
        steps=steps,
        mail_stays=beginning.mail_stays_here(),
    )


def _headline(works: list[Waiting], steps: list[beginning.Step]) -> str:
    """The sentence of the first thing that waits."""
    tongue, n = gate.tongue(), review.amount("waiting")
    if n:
        return tongue.count(
            "{n} audit waits for your review; it was sent {ago}.",
            "{n} audits wait for your review; the first was sent {ago}.",
            n,
            ago=review.oldest_words(),
        )
    if works:
        return tongue.say("No audit waits for your review, but there is something else to do.")
    if not steps:
        return tongue.say("Nothing waits for you.")
    if all(step.is_done for step in steps[:-1]):
        return tongue.say("Nothing waits for you until the first report.")
    return tongue.say("These steps lead to the first report.")


def _without_photos() -> list[Audit]:
    """Audits that may still be returned, some of whose photos lie no longer where they were kept."""
    session = gate.session()
    there = {audit.id: audit for cut in ("waiting", "approved") for audit in session.exec(review.of_cut(cut))}
    lost = photos.missing(session, gate.site().photos, there.keys())
    return [there[number] for number in sorted({photo.audit_id for photo in lost})]


def _without_evidence() -> list[CorrectiveAction]:
    """Actions that wait to be verified, some of whose photos lie no longer where they were kept."""
    waiting = access.visible_actions(gate.person()).where(CorrectiveAction.state == ActionState.COMPLETED.value)
    latest = waiting.order_by(col(CorrectiveAction.completed_at).desc(), col(CorrectiveAction.id).desc())
    there = {action.id: action for action in gate.session().exec(latest.limit(MOST_LOOKED_AT))}
    lost = showing.missing(gate.session(), gate.site().photos, there.keys())
    return [there[number] for number in sorted(lost)]


def _without_backing() -> list[Appeal]:
    """Appeals that wait for a decision, some of whose photos lie no longer where they were kept."""
    waiting = access.visible_appeals(gate.person()).join(Audit).where(appeals.waits())
    latest = waiting.order_by(col(Appeal.opened_at).desc(), col(Appeal.id).desc())
    there = {appeal.id: appeal for appeal in gate.session().exec(latest.limit(MOST_LOOKED_AT))}
    lost = backing.missing(gate.session(), gate.site().photos, there.keys())
    return [there[number] for number in sorted(lost)]


def _evidence_work(n: int) -> Waiting:
    say = gate.tongue().say
    return Waiting(
        say("Actions whose photos cannot be found"), "#unshown", n, say("Ask the branch to show them once more.")
    )


def _backing_work(n: int) -> Waiting:
    say = gate.tongue().say
    about = say("Ask the branch to add them once more before you decide.")
    return Waiting(say("Appeals whose photos cannot be found"), "#unbacked", n, about)


def _appeal_line(appeal: Appeal) -> review.Line:
    href = url_for("office.appeal", public_id=appeal.public_id)
    return review.Line(appeal.audit.branch.name, href, appeal.reason[:MOST], "")


def _action_line(action: CorrectiveAction) -> review.Line:
    href = url_for("results.action", public_id=action.public_id)
    return review.Line(action.branch.name, href, action.plan[:MOST], "")


def _works(without_photos: int) -> list[Waiting]:
    say = gate.tongue().say
    return [
        Waiting(
            say("Audits to review"),
            url_for("office.review"),
            review.amount("waiting"),
            say("Approve them, or return them with a reason."),
        ),
        Waiting(
            say("Open appeals"), url_for("office.appeals"), appealed.waiting(), say("A branch disputes an answer.")
        ),
        Waiting(
            say("Photos that cannot be found"),
            "#lost",
            without_photos,
            say("Return the audit while its shopper still has them."),
        ),
        Waiting(
            say("Approved and not released"),
            url_for("office.review", show="approved"),
            review.amount("approved"),
            say("They count once they are released."),
        ),
        *_assigned(),
        Waiting(
            say("Branches whose staff are not informed"),
            url_for("office.places", show="uninformed"),
            places.amount("uninformed"),
            say("Their staff see nothing until you note that they were."),
        ),
        Waiting(
            say("Mails in trouble"),
            url_for("office.mail"),
            outbox.counts(gate.session()).troubled,
            say("They were not taken and are tried again."),
        ),
        Waiting(
            say("What the scheduler could not do"),
            url_for("office.schedule"),
            len(runs.failures(gate.session(), now() - A_DAY, most=MOST)),
            say("It failed within the last day and is tried again."),
        ),
    ]


def _assigned() -> list[Waiting]:
    say = gate.tongue().say
    titles = {
        "overdue": (say("Corrections overdue"), say("Returned, and not sent again in time.")),
        "closing": (say("Assignments closing soon"), say("Not sent yet, and their days are nearly over.")),
        "expired": (say("Assignments expired lately"), say("Their time ran out; assign them anew.")),
    }
    return [
        Waiting(title, url_for("office.open_assignments", show=cut), open_assignments.amount(cut), about)
        for cut, (title, about) in titles.items()
    ]
