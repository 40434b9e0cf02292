"""Deciding an appeal: the answer beside what the branch says of it; of two who decide at once the second is told of the first."""

from flask import render_template, request, url_for

from branches import access, history, photos, questions
from branches import appeals as disputes
from branches.access import Right
from branches.appeals import Appeal
from branches.audits import Answer
from branches.errors import Conflict, NotFound, Refused
from branches.language import message
from branches.states import AppealState, AuditState
from monitor.web import forms, gate
from monitor.web.disputes import detail
from monitor.web.office import told
from monitor.web.office.room import Answer as Answered
from monitor.web.office.room import blueprint, done, moment_words, now
from monitor.web.office.sheet import line, mark_words, options, points_words, question_of
from monitor.web.office.typed import STALE, Typed, by

LONGEST = 2000
LONGEST_MARK = 200
KEEP, CHANGE = "keep", "change"


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
    try:
        disputes.check_seen(gate.session(), found, forms.whole(request.form, "newest"))
    except Conflict as refused:
        gate.session().rollback()
        return _page(_the(public_id), typed, say(refused.message, **refused.values)), STALE
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
    newest = history.newest(gate.session(), appeal)  # first: what comes while the page is made was not seen
    question, is_open = question_of(audit, item), appeal.state == AppealState.OPEN.value
    answer, excluded = gate.session().get(Answer, (audit.id, item.id)), audit.state == AuditState.EXCLUDED.value
    choices = [(value, text) for value, text in options(question) if answer is None or value != answer.mark]
    events = told.of(appeal, audit.branch.timezone)
    return render_template(
        "office/appeal.html",
        appeal=appeal,
        detail=detail(appeal, audit),
        open=is_open and not excluded,
        excluded=excluded,
        newest=newest,
        state=gate.tongue().say(AppealState(appeal.state).word),
        name=audit.branch.name,
        audit_href=url_for("office.audit", public_id=audit.public_id),
        opened=moment_words(appeal.opened_at, audit.branch.timezone),
        line=line(audit, question, answer, photos.of_item(gate.session(), audit, item)),
        before=mark_words(question, appeal.mark_before),
        scores=(points_words(appeal.score_before), points_words(appeal.score_after)),
        now_score=points_words(audit.score),
        choices=choices,
        typed=_typed() if typed.errors or late else {},
        written=_written(choices) if late and not (is_open and not excluded) else [],
        errors=typed.errors,
        found=typed.found,
        late=late,
        history=events,
        latest=events[0] if late and events else None,
        longest=LONGEST,
    )


def _typed() -> dict[str, str]:
    return {name: forms.plain(request.form.get(name, ""))[: 2 * LONGEST] for name in ("verdict", "mark", "decision")}


def _written(choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What somebody had chosen and written who came second: shown, so that nothing of it is lost."""
    say, typed = gate.tongue().say, _typed()
    verdicts = {KEEP: say("It stays"), CHANGE: say("It is changed")}
    found = [
        (say("What becomes of the answer?"), verdicts.get(typed["verdict"], "")),
        (say("If it is changed: to what?"), dict(choices).get(typed["mark"], typed["mark"])),
        (say("Why?"), typed["decision"]),
    ]
    return [(what, words) for what, words in found if words]
