"""Reference cases: written, marked, opened, answered by every shopper until they close, counted nowhere."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from branches import access, calibration, history, terms
from branches.audits import Audit, ScoreRow
from branches.calibration import CaseState, ReferenceCase, Told
from branches.errors import Conflict, Refused
from branches.outbox import Mail
from branches.people import Role, User
from branches.questions import AnswersRefused, Mark
from branches.standards import Item, Section, Standard, draft, publish
from tests import make
from tests.make import NOON

DAY = NOON.date()
STORY = "10:02 Nobody looks up. 10:06 Somebody says hello."


def a_standard(session: Session) -> Standard:
    """A required yes/no item, one that is asked only after a no, a rating, seconds, a text and a photo."""
    made = draft(session, title="Cases")
    section = Section(standard_id=made.id, code="greeting", position=0, titles={"en": "Greeting"})
    session.add(section)
    session.flush()
    kinds: tuple[dict[str, object], ...] = (
        {"code": "greeted", "required": True, "na": False},
        {"code": "late", "condition": "greeted = no", "required": True},
        {"code": "warmth", "type": "rating", "worst": "1", "best": "5"},
        {"code": "waited", "type": "seconds", "worst": "300", "best": "0"},
        {"code": "words", "type": "text"},
        {"code": "door", "type": "photo"},
        {"code": "called", "channels": ["phone"]},
    )
    for position, kind in enumerate(kinds):
        session.add(Item(standard_id=made.id, section_id=section.id, position=position, **kind))  # type: ignore[arg-type]
    session.flush()
    session.refresh(made)
    publish(session, made, at=NOON, by=None)
    return made


def told(**more: object) -> Told:
    return Told(**{"title": "A quiet Tuesday", "story": STORY, "closes_on": DAY + timedelta(days=7), **more})  # type: ignore[arg-type]


def marks(**given: str) -> dict[str, Mark]:
    return {code: Mark(mark, "As told.") for code, mark in given.items()}


def a_draft(session: Session, office: User) -> ReferenceCase:
    return calibration.write_case(session, a_standard(session), told(), channel="visit", by=office, at=NOON)


def an_open_case(session: Session, office: User) -> ReferenceCase:
    case = a_draft(session, office)
    calibration.mark(session, case, marks(greeted="yes", warmth="4", waited="1:30"), by=office, at=NOON)
    calibration.open_case(session, case, day=DAY, by=office, at=NOON)
    return case


def verbs(session: Session, case: ReferenceCase) -> list[str]:
    return [event.verb for event in history.of(session, case)]


def test_case_asks_what_can_be_marked_alike_on_its_channel(session: Session) -> None:
    case = a_draft(session, make.user(session))
    assert list(calibration.asked(case).by_code) == ["greeted", "late", "warmth", "waited"]


def test_marks_are_kept_as_an_audit_keeps_them_and_what_is_not_asked_is_not_right(session: Session) -> None:
    office = make.user(session)
    case = a_draft(session, office)
    calibration.mark(session, case, marks(greeted="yes", late="no", waited="1:30", warmth=""), by=office, at=NOON)
    assert calibration.reference(case)["waited"] == Mark("90", "As told.")
    assert calibration.right(case) == {"greeted": "yes", "waited": "90"}


def test_what_is_wrong_with_marks_is_said_item_by_item_and_nothing_is_kept(session: Session) -> None:
    office = make.user(session)
    case = a_draft(session, office)
    given = {**marks(greeted="perhaps", warmth="9", nowhere="yes"), "waited": Mark("3", "x" * 4001)}
    with pytest.raises(AnswersRefused) as refused:
        calibration.mark(session, case, given, by=office, at=NOON)
    assert [fault.item for fault in refused.value.faults] == ["greeted", "warmth", "nowhere", "waited"]
    assert calibration.reference(case) == {}


def test_case_opens_only_when_it_is_marked_as_an_audit_must_be(session: Session) -> None:
    office = make.user(session)
    case = a_draft(session, office)
    with pytest.raises(Refused, match="Nothing is marked yet"):
        calibration.open_case(session, case, day=DAY, by=office, at=NOON)
    calibration.mark(session, case, marks(greeted="no"), by=office, at=NOON)
    with pytest.raises(AnswersRefused) as refused:
        calibration.open_case(session, case, day=DAY, by=office, at=NOON)
    assert [fault.item for fault in refused.value.faults] == ["late"]
    calibration.mark(session, case, marks(greeted="no", late="yes"), by=office, at=NOON)
    with pytest.raises(Refused, match="The last day is over"):
        calibration.open_case(session, case, day=DAY + timedelta(days=8), by=office, at=NOON)
    calibration.open_case(session, case, day=DAY, by=office, at=NOON)
    assert verbs(session, case) == ["write", "mark", "mark", "open"]


def test_every_shopper_with_an_address_is_mailed_when_it_opens(session: Session) -> None:
    office, shopper = make.user(session), make.shopper(session)
    make.user(session, Role.SHOPPER, email=None, code="on paper")
    make.shopper(session).active = False
    case = an_open_case(session, office)
    (mail,) = session.exec(select(Mail))
    assert (mail.kind, mail.user_id, mail.about) == ("case", shopper.id, {"case": case.public_id})


def test_nothing_of_an_open_case_is_changed(session: Session) -> None:
    office = make.user(session)
    case = an_open_case(session, office)
    tried: tuple[Callable[[], None], ...] = (
        lambda: calibration.change(session, case, told(), by=office, at=NOON),
        lambda: calibration.mark(session, case, {}, by=office, at=NOON),
        lambda: calibration.open_case(session, case, day=DAY, by=office, at=NOON),
    )
    for verb in tried:
        with pytest.raises(Conflict, match="Shoppers have seen this case"):
            verb()


def test_shopper_answers_again_until_it_closes(session: Session) -> None:
    office, shopper = make.user(session), make.shopper(session)
    case = an_open_case(session, office)
    for greeted in ("no", "yes"):
        given = marks(greeted=greeted, late="yes", warmth="3")
        calibration.answer(session, case, given, day=DAY, by=shopper, at=NOON)
    (kept,) = calibration.all_answers(session, case)
    assert kept.marks == {"greeted": "yes", "warmth": "3"}
    with pytest.raises(AnswersRefused):
        calibration.answer(session, case, marks(warmth="3"), day=DAY, by=shopper, at=NOON)
    calibration.close(session, case, day=DAY, by=office, at=NOON)
    with pytest.raises(Conflict, match="your answers were not changed"):
        calibration.answer(session, case, marks(greeted="no", late="no"), day=DAY, by=shopper, at=NOON)
    with pytest.raises(Conflict, match="it cannot be closed"):
        calibration.close(session, case, day=DAY, by=office, at=NOON)
    assert kept.marks == {"greeted": "yes", "warmth": "3"}


def test_case_closes_by_itself_after_its_last_day(session: Session) -> None:
    case = an_open_case(session, make.user(session))
    last = case.closes_on
    assert [calibration.stands(case, day) for day in (last, last + timedelta(days=1))] == [
        CaseState.OPEN,
        CaseState.CLOSED,
    ]


def test_answers_are_no_audit_and_no_score(session: Session) -> None:
    case = an_open_case(session, make.user(session))
    calibration.answer(session, case, marks(greeted="yes"), day=DAY, by=make.shopper(session), at=NOON)
    assert (session.exec(select(Audit)).all(), session.exec(select(ScoreRow)).all()) == ([], [])


@pytest.mark.parametrize("role", [Role.STAFF, Role.MANAGER, Role.TABLET])
def test_staff_and_managers_see_no_case(session: Session, role: Role) -> None:
    an_open_case(session, make.user(session))
    branch = make.branch(session)
    place = {"region": branch.region} if role is Role.MANAGER else {"branch": branch}
    reader = make.user(session, role, **place, **({"email": None} if role is Role.TABLET else {}))
    assert session.exec(access.visible_cases(reader)).all() == []


def test_shopper_sees_what_was_opened_and_somebody_who_left_nothing(session: Session) -> None:
    office, shopper = make.user(session), make.shopper(session)
    shown = an_open_case(session, office)
    hidden = calibration.write_case(session, shown.standard, told(), channel="phone", by=office, at=NOON)
    assert list(session.exec(access.visible_cases(shopper))) == [shown]
    assert list(session.exec(access.visible_cases(office).order_by(col(ReferenceCase.id)))) == [shown, hidden]
    shopper.active = False
    assert list(session.exec(access.visible_cases(shopper))) == []


def test_somebody_who_no_longer_audits_does_not_answer(session: Session) -> None:
    case, shopper = an_open_case(session, make.user(session)), make.shopper(session)
    shopper.active = False
    with pytest.raises(Refused, match="Only active shoppers audit"):
        calibration.answer(session, case, marks(greeted="yes"), day=DAY, by=shopper, at=NOON)


def test_certified_stays_certified_from_the_first_day_on(session: Session) -> None:
    office, shopper = make.user(session), make.shopper(session)
    for day in (DAY, DAY + timedelta(days=30)):
        terms.certify(session, shopper, day, by=office, at=NOON)
    assert terms.of(session, shopper).certified_on == DAY
    (event,) = [one for one in history.of(session, shopper) if one.verb == "certify"]
    assert event.details == {"certified_on": [None, DAY.isoformat()]}
    with pytest.raises(Refused, match="Only active shoppers audit"):
        terms.certify(session, office, DAY, by=office, at=NOON)
