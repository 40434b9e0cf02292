"""One reference case: while it is written, what is still to be done; after that what shoppers made of it, in words first."""

from flask import render_template
from sqlmodel import func, select

from branches import calibration
from branches.access import Right
from branches.calibration import CaseState, ReferenceCase
from branches.people import Role, User
from monitor.web import gate
from monitor.web import told as worded
from monitor.web.office import told
from monitor.web.office.calibration import items, people
from monitor.web.office.calibration.room import bounds, the_case
from monitor.web.office.room import blueprint, today
from monitor.web.office.typed import Typed


@blueprint.get("/calibration/<public_id>")
@gate.needs(Right.CALIBRATE)
def case(public_id: str) -> str:
    return case_page(the_case(public_id), Typed())


def case_page(case: ReferenceCase, typed: Typed) -> str:
    if calibration.stands(case, today()) is CaseState.DRAFT:
        return _draft(case, typed)
    return _result(case, typed)


def _draft(case: ReferenceCase, typed: Typed) -> str:
    asked, held = calibration.asked(case).by_code, calibration.reference(case)
    marked = len([code for code in asked if code in held and held[code].mark])
    kept = {"title": case.title, "story": case.story, "closes_on": case.closes_on.isoformat()}
    return render_template(
        "office/calibration/draft.html",
        case=case,
        version=case.standard.version,
        marked=gate.tongue().count(
            "{marked} of {n} item is marked.", "{marked} of {n} items are marked.", len(asked), marked=marked
        ),
        ready=marked > 0,
        typed={**kept, **typed.values},
        errors=typed.errors,
        found=typed.found,
        history=told.of(case),
        **bounds(),
    )


def _result(case: ReferenceCase, typed: Typed) -> str:
    answers, state = calibration.all_answers(gate.session(), case), calibration.stands(case, today())
    marked, figures = items.lines(case, answers), people.last_report()
    shoppers = people.lines(case, answers, figures)
    return render_template(
        "office/calibration/result.html",
        case=case,
        version=case.standard.version,
        is_open=state is CaseState.OPEN,
        headline=_headline(case, len(answers), is_open=state is CaseState.OPEN),
        ambiguous=[one for one in marked if one.is_ambiguous],
        verdict=items.verdict(marked),
        items=marked,
        together=items.together(case),
        shoppers=shoppers,
        reported=figures is not None,
        candidates=people.candidates(shoppers),
        rule=items.rule(),
        ticked=typed.values.get("shopper", "").split(),
        right=_right(case),
        errors=typed.errors,
        found=typed.found,
        history=told.of(case),
    )


def _headline(case: ReferenceCase, given: int, *, is_open: bool) -> str:
    tongue = gate.tongue()
    asked = select(func.count()).select_from(User).where(User.role == Role.SHOPPER.value, User.active)
    active = gate.session().exec(asked).one()
    said = tongue.count(
        "{n} shopper has answered; {active} audit at present.",
        "{n} shoppers have answered; {active} audit at present.",
        given,
        active=active,
    )
    stands = tongue.say("It is open until {day}.", day=case.closes_on) if is_open else tongue.say("It is closed.")
    return f"{said} {stands}"


def _right(case: ReferenceCase) -> list[tuple[str, str, str]]:
    """Each item with what is right, and why."""
    asked, why = calibration.asked(case).by_code, calibration.reference(case)
    return [
        (
            worded.item_words(asked[code].item, gate.tongue())[0],
            worded.mark_words(asked[code], mark),
            why[code].comment,
        )
        for code, mark in calibration.right(case).items()
    ]
