"""A branch's shared tablets: a code that lets one in, which are signed in, and signing them out."""

from dataclasses import dataclass

from flask import render_template, request, url_for

from branches import tablets
from branches.access import Right
from branches.places import Branch
from branches.sessions import LINK_MINUTES
from branches.weeks import local_date
from monitor.web import gate
from monitor.web.office.room import Answer, blueprint, done, now, the_branch
from monitor.web.office.typed import by

GROUP = 3
"""Digits of a code that stand together, to be read out."""


@dataclass(frozen=True)
class Line:
    """One that is signed in, and since when it was seen: to the day."""

    id: str
    label: str
    since: str
    seen: str


def lines(branch: Branch) -> list[Line]:
    day, zone = gate.tongue().date, branch.timezone
    return [
        Line(
            id=str(one.id),
            label=one.label,
            since=day(local_date(one.started_at, zone)),
            seen=day(local_date(one.seen_at or one.started_at, zone)),
        )
        for one in tablets.signed_in(gate.session(), branch, at=now())
    ]


@blueprint.post("/places/branches/<public_id>/tablets")
@gate.needs(Right.KEEP_PLACES)
def let_tablet_in(public_id: str) -> Answer:
    """Shows the code in its answer and nowhere else."""
    branch = the_branch(public_id)
    code = tablets.make_code(gate.session(), branch, language=gate.site().language, by=by(), at=now())
    return render_template(
        "office/tablet_code.html",
        branch=branch,
        code=" ".join(code[at : at + GROUP] for at in range(0, len(code), GROUP)),
        address=gate.site().address + url_for("tablet.code"),
        minutes=LINK_MINUTES,
    )


@blueprint.post("/places/branches/<public_id>/tablets/end")
@gate.needs(Right.KEEP_PLACES)
def end_tablet(public_id: str) -> Answer:
    branch, asked = the_branch(public_id), request.form.get("device", "")
    for device in tablets.signed_in(gate.session(), branch, at=now()):
        if str(device.id) == asked:
            tablets.end(gate.session(), branch, device, by=by(), at=now())
    return done(gate.tongue().say("Signed out there."), "office.branch", public_id=public_id)
