"""One answer of a released audit, and what the branch has to say to it: a corrective action, or an appeal."""

from flask import abort, render_template, request
from werkzeug.wrappers import Response

from branches import appeals, photos, questions, standards
from branches.access import Right
from branches.actions import CorrectiveAction
from branches.appeals import Appeal
from branches.audits import Answer, Audit
from branches.showing import MOST_PHOTOS
from branches.standards import Item
from branches.states import AppealState
from monitor.web import disputes, follow, gate, told
from monitor.web.results import owning, room
from monitor.web.results.audit import photo_address
from monitor.web.results.room import LONGEST_TEXT, blueprint, done, home, may, the_audit
from monitor.web.results.sent import Sent

Page = str | Response | tuple[str, int]

BLANK = dict.fromkeys(
    (
        *("plan", "due", "reason", "note", "plan_error", "due_error", "owner_error"),
        *("appeal_error", "photos_error", "backing_error", "more_photos_error"),
    ),
    "",
)
"""The page's forms before anything is typed."""
SETTLED = (AppealState.OPEN.value, *appeals.DECIDED)
"""Of an appeal after which the answer cannot be appealed: once more while it waits, or ever again."""


@blueprint.get("/results/<public_id>/answers/<place>")
@gate.needs(Right.READ_RESULTS)
def answer(public_id: str, place: str) -> str:
    return page(the_audit(public_id), place)


@blueprint.post("/results/<public_id>/answers/<place>/plan")
@gate.needs(Right.PLAN_ACTIONS)
def plan(public_id: str, place: str) -> Page:
    found = the_audit(public_id)
    item = item_at(found, place)
    errors = room.keep_promise(room.promise(request.form, found.branch), found.branch, audit=found, item=item)
    if errors:
        return page(found, place, None, **errors, **room.typed("plan", "due", "owner")), 422
    return done(gate.tongue().say("The action is noted."), home(found.branch))


def item_at(found: Audit, place: str) -> Item:
    """The answered item of that number."""
    items = told.items_of(found)
    numbered = {str(number): item for number, item in enumerate(items, start=1)}
    item = numbered.get(place) or abort(404)
    return item if _answer(found, item) is not None else abort(404)


def _answer(found: Audit, item: Item) -> Answer | None:
    return gate.session().get(Answer, (found.id, item.id))


def place_of(appeal: Appeal) -> str:
    """The number of the answer that it disputes."""
    return str([item.id for item in told.items_of(appeal.audit)].index(appeal.item_id) + 1)


def page(found: Audit, place: str, came: Sent | None = None, **shown: str) -> str:
    item = item_at(found, place)
    given, question = _answer(found, item), questions.of(found.standard, found.channel).by_code.get(item.code)
    if given is None or question is None:
        abort(404)
    appealed = disputes.of_branch(found.branch, Appeal.audit_id == found.id, Appeal.item_id == item.id)
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
        appeals=disputes.details(appealed, found),
        plans=may(Right.PLAN_ACTIONS) and given.points is not None,
        appealing=room.appealing(found),
        appeals_here=may(Right.APPEAL),
        appealable=not any(one.state in SETTLED for one in appealed),
        most_photos=MOST_PHOTOS,
        came_along=came.tokens() if came is not None else [],
        longest=LONGEST_TEXT,
        owners=owning.options(found.branch),
        sees_to_it=owning.only(found.branch),
        shown=BLANK | {"owner": gate.person().public_id} | shown,
        today=follow.today(found.branch).isoformat(),
    )
