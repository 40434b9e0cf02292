"""One answer of a released audit, and what the branch has to say to it: a corrective action, or an appeal."""

from flask import abort, render_template, request, url_for
from werkzeug.wrappers import Response

from branches import appeals, photos, questions, standards
from branches.access import Right
from branches.actions import CorrectiveAction
from branches.appeals import Appeal
from branches.audits import Answer, Audit
from branches.errors import Refused
from branches.standards import Item
from branches.states import AppealState
from monitor.web import follow, forms, gate, told
from monitor.web.results import owning, room
from monitor.web.results.audit import photo_address
from monitor.web.results.room import LONGEST_TEXT, blueprint, done, home, may, the_audit

Page = str | Response | tuple[str, int]

BLANK = dict.fromkeys(("plan", "due", "reason", "plan_error", "due_error", "owner_error", "appeal_error"), "")
"""The page's forms before anything is typed."""


@blueprint.get("/results/<public_id>/answers/<place>")
@gate.needs(Right.READ_RESULTS)
def answer(public_id: str, place: str) -> str:
    return _page(the_audit(public_id), place)


@blueprint.post("/results/<public_id>/answers/<place>/plan")
@gate.needs(Right.PLAN_ACTIONS)
def plan(public_id: str, place: str) -> Page:
    found = the_audit(public_id)
    item = _item(found, place)
    errors = room.keep_promise(room.promise(request.form, found.branch), found.branch, audit=found, item=item)
    if errors:
        return _page(found, place, **errors, **room.typed("plan", "due", "owner")), 422
    return done(gate.tongue().say("The action is noted."), home(found.branch))


@blueprint.post("/results/<public_id>/answers/<place>/appeal")
@gate.needs(Right.APPEAL)
def appeal(public_id: str, place: str) -> Page:
    found = the_audit(public_id)
    item = _item(found, place)
    until = appeals.open_until(gate.session(), found, gate.site().appeal_days, gate.site().privacy)
    assert until is not None
    try:
        reason = forms.text(request.form, "reason", LONGEST_TEXT)
        appeals.open_appeal(
            gate.session(), found, item.code, reason=reason, until=until, by=gate.person(), at=gate.site().clock()
        )
    except Refused as refused:
        return _page(found, place, appeal_error=room.said(refused), **room.typed("reason")), 422
    said = gate.tongue().say("Your appeal is with head office.")
    return done(said, url_for("results.answer", public_id=public_id, place=place))


def _item(found: Audit, place: str) -> Item:
    """The answered item of that number."""
    items = told.items_of(found)
    numbered = {str(number): item for number, item in enumerate(items, start=1)}
    item = numbered.get(place) or abort(404)
    return item if _answer(found, item) is not None else abort(404)


def _answer(found: Audit, item: Item) -> Answer | None:
    return gate.session().get(Answer, (found.id, item.id))


def _page(found: Audit, place: str, **shown: str) -> str:
    item = _item(found, place)
    given, question = _answer(found, item), questions.of(found.standard, found.channel).by_code.get(item.code)
    if given is None or question is None:
        abort(404)
    appealed = follow.appeals(found.branch, Appeal.audit_id == found.id, Appeal.item_id == item.id)
    promised = follow.promised(found.branch, CorrectiveAction.audit_id == found.id, CorrectiveAction.item_id == item.id)
    tongue, shown_here = gate.tongue(), told.reader(found.branch)
    pictures = photos.of_item(gate.session(), found, item)
    return render_template(
        "results/answer.html",
        audit_id=found.public_id,
        place=place,
        branch=found.branch.name,
        week=tongue.week(told.week_of(found)),
        answer=told.answered(place, question, given, pictures, photo_address(found), shown=shown_here),
        held=shown_here.held,
        section=standards.titles(found.standard, tongue.code)[item.section.code],
        advice=standards.playbooks(found.standard, tongue.code).get(item.code, ""),
        actions=follow.action_lines(promised),
        appeals=follow.appeal_lines(appealed, [found]),
        plans=may(Right.PLAN_ACTIONS) and given.points is not None,
        appealing=room.appealing(found),
        waits=any(one.state == AppealState.OPEN.value for one in appealed),
        longest=LONGEST_TEXT,
        owners=owning.options(found.branch),
        shown=BLANK | {"owner": gate.person().public_id} | shown,
        today=follow.today(found.branch).isoformat(),
    )
