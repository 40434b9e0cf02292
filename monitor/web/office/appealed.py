"""Appeals: what a branch disputes, the answer beside its reason, and the decision with both scores."""

from flask import render_template, request, url_for
from sqlalchemy.orm import selectinload
from sqlmodel import col

from branches import access, photos, questions
from branches import appeals as disputes
from branches.access import Right
from branches.appeals import Appeal
from branches.audits import Answer, Audit
from branches.errors import NotFound, Refused
from branches.language import message
from branches.places import Branch
from branches.states import AppealState
from monitor.web import gate
from monitor.web.office.room import Answer as Answered
from monitor.web.office.room import ago_words, blueprint, done, holds, moment_words, now, part, shown, total
from monitor.web.office.sheet import line, mark_words, options, points_words, question_of, short
from monitor.web.office.typed import STALE, Typed, by
from monitor.web.parts import searched

LONGEST = 2000
LONGEST_MARK = 200
KEEP, CHANGE = "keep", "change"


def waiting() -> int:
    """Appeals that are not decided yet."""
    return total(access.visible_appeals(gate.person()).where(Appeal.state == AppealState.OPEN.value))


@blueprint.get("/appeals")
@gate.needs(Right.DECIDE_APPEALS)
def appeals() -> str:
    cut, text = shown(("open", "decided")), searched()
    query = access.visible_appeals(gate.person()).join(Audit).join(Branch, col(Audit.branch_id) == Branch.id)
    still = col(Appeal.state) == AppealState.OPEN.value
    query = query.where(still if cut == "open" else ~still)
    if text:
        query = query.where(holds(text, Branch.name, Branch.code))
    oldest = col(Appeal.opened_at)
    query = query.order_by(oldest if cut == "open" else oldest.desc())
    query = query.options(selectinload(Appeal.audit).selectinload(Audit.branch), selectinload(Appeal.item))  # type: ignore[arg-type]
    found = part(query, "office.appeals", show=cut, q=text)
    return render_template(
        "office/appeals.html",
        headline=_headline(),
        cut=cut,
        q=text,
        part=found,
        lines=[_line(appeal) for appeal in found.rows],
    )


def _headline() -> str:
    tongue, n = gate.tongue(), waiting()
    if not n:
        return tongue.say("No appeal waits for a decision.")
    return tongue.count("{n} appeal waits for a decision.", "{n} appeals wait for a decision.", n)


def _line(appeal: Appeal) -> tuple[str, str, str, str]:
    """Branch, address, the question, how it stands."""
    tongue, item = gate.tongue(), appeal.item
    note = tongue.say(AppealState(appeal.state).word)
    if appeal.state == AppealState.OPEN.value:
        note = tongue.say("opened {ago}", ago=ago_words(appeal.opened_at))
    href = url_for("office.appeal", public_id=appeal.public_id)
    return appeal.audit.branch.name, href, short(item, tongue), note


def _the(public_id: str) -> Appeal:
    found = gate.session().exec(access.visible_appeals(gate.person()).where(Appeal.public_id == public_id)).first()
    if found is None:
        raise NotFound("There is no such appeal.")
    return found


@blueprint.get("/appeals/<public_id>")
@gate.needs(Right.DECIDE_APPEALS)
def appeal(public_id: str) -> str:
    return _page(_the(public_id), Typed())


@blueprint.post("/appeals/<public_id>")
@gate.needs(Right.DECIDE_APPEALS)
def decide(public_id: str) -> Answered:
    found, typed, say = _the(public_id), Typed(), gate.tongue().say
    if found.state != AppealState.OPEN.value:
        return _page(found, typed, say("This appeal has already been decided.")), STALE
    upheld = typed.one_of("verdict", (KEEP, CHANGE), message("Choose whether the answer stays."))
    mark = _mark(found, typed) if upheld == CHANGE else None
    why = typed.text("decision", LONGEST, message("Say why; the branch reads it."))
    name = found.audit.branch.name
    decided = typed.take(
        "decision",
        lambda: disputes.decide(gate.session(), found, upheld_as=mark, decision=why, by=by(), at=now()),
    )
    if not decided:
        return _page(_the(public_id), typed), typed.status
    said = say("Upheld: {branch}. Reports that counted it are looked at again.", branch=name)
    return done(said if mark is not None else say("Rejected: {branch}.", branch=name), "office.appeals")


def _mark(appeal: Appeal, typed: Typed) -> str:
    """The mark that takes the answer's place, checked here so that what is wrong stands beside it."""
    question = question_of(appeal.audit, appeal.item)
    mark = questions.read(
        question.rule, typed.line("mark", LONGEST_MARK, message("You chose to change the answer: say what it becomes."))
    )
    if mark and "mark" not in typed.errors:
        with typed.beside("mark"):
            if mark == appeal.mark_before:
                raise Refused("The answer is marked so already; choose another mark, or leave it as it is.")
            if not options(question):
                questions.check_mark(question, mark)
            elif mark not in dict(options(question)):
                raise Refused("You chose to change the answer: say what it becomes.")
    return mark


def _page(appeal: Appeal, typed: Typed, late: str = "") -> str:
    audit, item = appeal.audit, appeal.item
    question = question_of(audit, item)
    answer = gate.session().get(Answer, (audit.id, item.id))
    choices = [(value, text) for value, text in options(question) if answer is None or value != answer.mark]
    return render_template(
        "office/appeal.html",
        appeal=appeal,
        open=appeal.state == AppealState.OPEN.value,
        state=gate.tongue().say(AppealState(appeal.state).word),
        name=audit.branch.name,
        audit_href=url_for("office.audit", public_id=audit.public_id),
        opened=moment_words(appeal.opened_at, audit.branch.timezone),
        line=line(audit, question, answer, photos.of_item(gate.session(), audit, item)),
        before=mark_words(question, appeal.mark_before),
        scores=(points_words(appeal.score_before), points_words(appeal.score_after)),
        now_score=points_words(audit.score),
        choices=choices,
        typed={name: request.form.get(name, "") for name in ("verdict", "mark", "decision")} if typed.errors else {},
        errors=typed.errors,
        found=typed.found,
        late=late,
        longest=LONGEST,
    )
