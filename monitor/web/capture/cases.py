"""A reference case as shoppers have it: to be marked while it is open; after that what is right and why, beside their own marks."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from sqlmodel import col, select
from werkzeug.wrappers import Response

from branches import access, calibration
from branches.access import Right
from branches.calibration import CaseAnswers, CaseState, ReferenceCase
from branches.questions import AnswersRefused, Mark, Question
from monitor.web import gate, told
from monitor.web.capture.case_form import CaseForm, errors, read, the_case, today
from monitor.web.capture.room import blueprint, wording

MOST = 12


@dataclass(frozen=True)
class CaseLine:
    """One case of the list."""

    name: str
    href: str
    state: str
    waits: bool
    """Whether it is open, and not answered yet."""


@dataclass(frozen=True)
class Compared:
    """One item as it was marked, beside what is right."""

    text: str
    language: str
    own: str
    """Empty: this shopper marked nothing of the case."""
    right: str
    why: str


@blueprint.get("/cases/<public_id>")
@gate.needs(Right.ANSWER_CASES)
def case(public_id: str) -> str:
    found = the_case(public_id)
    own = calibration.answers_of(gate.session(), found, gate.person())
    marks = {code: Mark(one) for code, one in own.marks.items()} if own is not None else {}
    if calibration.stands(found, today()) is CaseState.OPEN:
        return _page(CaseForm(found, marks, {}), sent=own is not None)
    return _compared(found, own)


@blueprint.post("/cases/<public_id>")
@gate.needs(Right.ANSWER_CASES)
def answer_case(public_id: str) -> Response | tuple[str, int]:
    found = the_case(public_id)
    given = read(found)
    try:
        calibration.answer(gate.session(), found, given, day=today(), by=gate.person(), at=gate.site().clock())
    except AnswersRefused as refused:
        wrong = errors(found, refused)
        gate.session().rollback()
        return _page(CaseForm(the_case(public_id), given, wrong), sent=False), 422
    flash(gate.tongue().say("Your answers are with head office. Thank you."), "done")
    return redirect(url_for("capture.case", public_id=public_id), 303)


def lines() -> list[CaseLine]:
    """The cases that this shopper is shown: those that wait first, then the newest."""
    query = access.visible_cases(gate.person()).order_by(col(ReferenceCase.opened_at).desc())
    found = gate.session().exec(query.limit(MOST)).all()
    asked = select(CaseAnswers.case_id).where(CaseAnswers.shopper_id == gate.person().id)
    answered = set(gate.session().exec(asked))
    waits = [(_state(one, answered=one.id in answered), one) for one in found]
    return [
        CaseLine(one.title, url_for("capture.case", public_id=one.public_id), words, pressing == 0)
        for (pressing, words), one in sorted(waits, key=lambda pair: pair[0][0])
    ]


def _state(case: ReferenceCase, *, answered: bool) -> tuple[int, str]:
    """How pressing it is, and how it stands for this shopper."""
    say = gate.tongue().say
    if calibration.stands(case, today()) is CaseState.CLOSED:
        return 2, say("closed: see what is right")
    if answered:
        return 1, say("answered; open until {day}", day=case.closes_on)
    return 0, say("open until {day}", day=case.closes_on)


def _page(form: CaseForm, *, sent: bool) -> str:
    return render_template("capture/case.html", case=form.case, parts=form.parts, found=form.found, sent=sent)


def _compared(case: ReferenceCase, own: CaseAnswers | None) -> str:
    marks: Mapping[str, str] = own.marks if own is not None else {}
    right, why, by_code = calibration.right(case), calibration.reference(case), calibration.asked(case).by_code
    asked = [code for code in by_code if code in right or code in marks]
    differs = {code: own is not None and right.get(code) != marks.get(code) for code in asked}
    found = {
        code: _beside(
            by_code[code], right.get(code, ""), marks.get(code, "") if own is not None else None, why.get(code)
        )
        for code in asked
    }
    return render_template(
        "capture/compared.html",
        case=case,
        headline=_headline(len(asked) - sum(differs.values()), len(asked), answered=own is not None),
        different=[one for code, one in found.items() if differs[code]],
        alike=[one for code, one in found.items() if not differs[code]],
    )


def _beside(question: Question, right: str, own: str | None, why: Mark | None) -> Compared:
    words, language = wording(question.item, gate.tongue())
    return Compared(
        text=str(words["text"]),
        language=language,
        own=told.mark_words(question, own) if own is not None else "",
        right=told.mark_words(question, right),
        why=why.comment if why is not None else "",
    )


def _headline(alike: int, asked: int, *, answered: bool) -> str:
    tongue = gate.tongue()
    if not answered:
        return tongue.say("This case is closed. You did not answer it; this is what head office holds to be right.")
    return tongue.count(
        "This case is closed. You marked {alike} of {n} item as head office did.",
        "This case is closed. You marked {alike} of {n} items as head office did.",
        asked,
        alike=alike,
    )
