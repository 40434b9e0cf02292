"""The desk: what waits for head office now, the most pressing first, each with the way there."""

from dataclasses import dataclass

from flask import render_template, url_for
from sqlmodel import col

from branches import outbox
from branches.access import Right
from branches.audits import Audit
from monitor.web import gate
from monitor.web.office import appealed, open_assignments, places, review
from monitor.web.office.room import blueprint

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
    works = [work for work in _works() if work.amount]
    audits = gate.session().exec(review.of_cut("waiting").order_by(col(Audit.submitted_at)).limit(LATEST)).all()
    return render_template(
        "office/desk.html",
        headline=_headline(works),
        works=works,
        audits=[review.line(audit) for audit in audits],
    )


def _headline(works: list[Waiting]) -> str:
    """The sentence of the first thing that waits."""
    tongue, n = gate.tongue(), review.amount("waiting")
    if n:
        return tongue.count(
            "{n} audit waits for your review; it was sent {span} ago.",
            "{n} audits wait for your review; the first was sent {span} ago.",
            n,
            span=review.oldest_words(),
        )
    if works:
        return tongue.say("No audit waits for your review, but there is something else to do.")
    return tongue.say("Nothing waits for you.")


def _works() -> list[Waiting]:
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
