"""Clearing an audit: what others than head office read instead of a shopper's words, and which photos they are not shown."""

from dataclasses import dataclass

from flask import abort, render_template, request
from sqlmodel import col, select

from branches import clearing as rules
from branches import doubts, history, photos, questions, review
from branches.access import Right
from branches.audits import Answer, Audit, Photo
from branches.clearing import Words
from branches.errors import Conflict, Refused
from monitor.web import forms, gate
from monitor.web.office import told
from monitor.web.office.room import Answer as Answered
from monitor.web.office.room import blueprint, done, now, the_audit
from monitor.web.office.sheet import mark_words, picture, wording
from monitor.web.office.typed import STALE, UNFIT, Typed, by

LONGEST_COMMENT, LONGEST_TEXT = 4000, 2000


@dataclass(frozen=True)
class Text:
    """One text of the shopper: its field, what was written, what others read, how long that may be."""

    field: str
    written: str
    read: str
    longest: int


@dataclass(frozen=True)
class Line:
    """One item with what the shopper wrote and photographed there; no code: the visit as a whole."""

    code: str
    text: str
    language: str
    mark: str
    named: str
    """Who seems to be named in what others read."""
    texts: list[Text]
    pictures: list[tuple[str, str, str, bool]]
    """Public id, addresses of small and large, whether it is kept back."""


@blueprint.get("/review/<public_id>/clearing")
@gate.needs(Right.REVIEW)
def clearing(public_id: str) -> str:
    return _page(_open(public_id))


@blueprint.post("/review/<public_id>/clearing")
@gate.needs(Right.REVIEW)
def clear(public_id: str) -> Answered:
    audit, typed, session = _open(public_id), Typed(), gate.session()
    words = {code: _words(answer, typed) for code, answer in _answers(audit).items()}
    if typed.errors:
        return _page(audit, typed), typed.status
    try:
        review.check_seen(session, audit, forms.whole(request.form, "seen"))
        rules.clear(session, audit, words, set(request.form.getlist("back")), by=by(), at=now())
    except Refused as refused:
        session.rollback()
        said = gate.tongue().say(refused.message, **refused.values)
        return _page(the_audit(public_id), typed, said), STALE if isinstance(refused, Conflict) else UNFIT
    return done(gate.tongue().say("Kept: what the branch reads of it."), "office.audit", public_id=public_id)


def _open(public_id: str) -> Audit:
    """An audit that somebody else may read one day; of any other nothing can be cleared."""
    found = the_audit(public_id)
    return found if rules.is_open(found) else abort(404)


def _answers(audit: Audit) -> dict[str, Answer]:
    found = gate.session().exec(select(Answer).where(Answer.audit_id == audit.id).order_by(col(Answer.item_id)))
    return {answer.item.code: answer for answer in found}


def _words(answer: Answer, typed: Typed) -> Words:
    """What was typed for one answer; what is as it was written is not cleared."""
    comment, mark = answer.cleared, answer.cleared_mark
    if f"c-{answer.item.code}" in request.form:
        comment = _cleared(answer.comment, typed.text(f"c-{answer.item.code}", LONGEST_COMMENT))
    if f"t-{answer.item.code}" in request.form and rules.is_text(answer.item, answer):
        mark = _cleared(answer.mark, typed.text(f"t-{answer.item.code}", LONGEST_TEXT))
    return Words(comment, mark)


def _cleared(written: str, typed: str) -> str | None:
    return None if typed == forms.plain(written).strip() else typed


def _page(audit: Audit, typed: Typed | None = None, late: str = "") -> str:
    typed, events = typed or Typed(), told.of(audit, audit.branch.timezone)
    return render_template(
        "office/clearing.html",
        audit_id=audit.public_id,
        name=audit.branch.name,
        lines=_lines(audit),
        released=audit.state not in rules.OPEN,
        seen=history.newest(gate.session(), audit),
        typed=typed.values,
        back=set(request.form.getlist("back")) if typed.values else None,
        errors=typed.errors,
        found=typed.found,
        late=late,
        latest=events[0] if late and events else None,
    )


def _lines(audit: Audit) -> list[Line]:
    """Every item at which there is something to read or to see, and the photos of the visit."""
    session, answers = gate.session(), _answers(audit)
    named = rules.still_named(session, audit, doubts.familiar(audit, gate.site().name))
    pictures = photos.of_audit(session, audit)
    lines = []
    for code, question in questions.of(audit.standard, audit.channel).by_code.items():
        item, answer = question.item, answers.get(code)
        texts = _texts(answer) if answer is not None else []
        own = [_picture(audit, one) for one in pictures if one.item_id == item.id]
        if texts or own:
            mark = mark_words(question, answer.mark) if answer is not None else ""
            lines.append(Line(code, *wording(item, gate.tongue()), mark, named.get(code, ""), texts, own))
    visit = [_picture(audit, one) for one in pictures if one.item_id is None]
    title = gate.tongue().say("Photos of the visit")
    return [*lines, Line("", title, gate.tongue().code, "", "", [], visit)] if visit else lines


def _texts(answer: Answer) -> list[Text]:
    code, found = answer.item.code, []
    if rules.is_text(answer.item, answer):
        found.append(_text(f"t-{code}", answer.mark, answer.cleared_mark, LONGEST_TEXT))
    if answer.comment:
        found.append(_text(f"c-{code}", answer.comment, answer.cleared, LONGEST_COMMENT))
    return found


def _text(field: str, written: str, cleared: str | None, longest: int) -> Text:
    return Text(field, written, written if cleared is None else cleared, longest)


def _picture(audit: Audit, photo: Photo) -> tuple[str, str, str, bool]:
    return photo.public_id, *picture(audit, photo), photo.kept_back
