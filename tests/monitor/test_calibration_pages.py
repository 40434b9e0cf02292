"""Reference cases on the pages: head office writes and opens one, shoppers mark it, the result says what to do, shoppers learn what was right."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from branches import calibration, editions
from branches.calibration import CaseAnswers, ReferenceCase
from branches.database import transaction
from branches.editions import CHAIN
from branches.people import Role, User
from branches.questions import Mark
from branches.terms import ShopperTerms
from branches.timetable import DueTimes
from branches.weeks import Week
from reports import stored
from reports.figures import Leniency
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.pages import Page, Visitor
from tests.monitor.rooms import HARMFUL, NOW, Rooms, form, opened
from tests.monitor.test_office_fuzz import RUBBISH
from tests.reports.invented import figures

ROOT = "/office/calibration"
STORY = "10:02 Nobody looks up.\n10:06 <b>Somebody</b> says hello."
WORDS = {"title": HARMFUL, "story": STORY, "closes_on": "2025-07-20", "channel": "visit"}
CODES = [f"{section}{n}" for section in ("greeting", "service") for n in range(1, 11)]
ALL_YES = {f"m-{code}": "yes" for code in CODES}


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened(sqlite, tmp_path) as rooms:
        yield rooms


def path(rooms: Rooms) -> str:
    return f"{ROOT}/{rooms.all(ReferenceCase)[-1].public_id}"


def write(office: Visitor, *, status: int = 200, **more: str) -> Page:
    return office.submit(form(office.get(f"{ROOT}/new"), "/new"), status=status, **{**WORDS, **more})


def give(visitor: Visitor, page: Page, ends: str, marks: dict[str, str], *, status: int = 200) -> Page:
    """Sends the form whose address ends so, with these marks."""
    found = form(page, ends)
    return visitor.submit(replace(found, fields={**found.fields, **marks}), status=status)


def open_one(rooms: Rooms, **marks: str) -> str:
    """A case that is open; where it stands among the shopper's pages."""
    office = rooms.office()
    page = write(office)
    page = give(office, page, "/reference", {**ALL_YES, "c-greeting1": "They <i>did</i> greet.", **marks})
    office.submit(form(page, "/open"))
    return f"/cases/{rooms.all(ReferenceCase)[-1].public_id}"


def answered(rooms: Rooms, marks: list[dict[str, str]]) -> None:
    """As many more shoppers answer as there are marks."""
    with transaction(rooms.engine) as session:
        case = session.exec(select(ReferenceCase)).one()
        for given in marks:
            every = {code: Mark({**dict.fromkeys(CODES, "yes"), **given}[code]) for code in CODES}
            calibration.answer(session, case, every, day=NOW.date(), by=make.shopper(session), at=NOW)


def test_case_is_written_marked_and_opened(rooms: Rooms) -> None:
    office = rooms.office()
    page = write(office)
    assert "Kept. Now mark it as it is right." in page.text
    assert "<b>Somebody</b> says hello." in page.text
    page = give(office, page, "/reference", ALL_YES)
    assert "20 of 20 items are marked." in page.text
    page = office.submit(form(page, "/open"))
    assert "0 shoppers have answered; 1 audit at present. It is open until 20 July 2025." in page.text
    assert "Olga Office opened a reference case to shoppers." in page.text
    page = office.get(ROOT)
    assert ("open until 20 July 2025" in page.text, HARMFUL in page.text) == (True, True)


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"title": " "}, "title", "Give the case a name."),
        ({"title": "t" * 121}, "title", "That is longer than 120 characters."),
        ({"story": ""}, "story", "Write what was seen at the branch."),
        ({"story": "s" * 10_001}, "story", "That is longer than 10,000 characters."),
        ({"closes_on": ""}, "closes_on", "Choose the last day for answers."),
        ({"closes_on": "soon"}, "closes_on", "soon is not a day"),
        ({"channel": "letter"}, "channel", "Choose how it was audited."),
    ],
)
def test_a_refusal_stands_beside_its_field(rooms: Rooms, wrong: dict[str, str], field: str, said: str) -> None:
    page = write(rooms.office(), status=422, **wrong)
    assert (f"#{field}" in page.links, said in page.text, rooms.all(ReferenceCase)) == (True, True, [])


def test_words_change_until_it_is_opened(rooms: Rooms) -> None:
    office = rooms.office()
    write(office)
    page = office.submit(form(office.get(path(rooms)), path(rooms)), title="Another", story=STORY)
    assert [one.strip() for one in page.headings] == ["Another"]
    assert not [one for one in page.forms if one.action.endswith("/open")]
    page = office.submit(form(page, path(rooms)), status=422, closes_on="")
    assert "Choose the last day for answers." in page.text


def test_what_is_wrong_with_the_marks_is_said_and_what_was_typed_stays(rooms: Rooms) -> None:
    office = rooms.office()
    page = write(office)
    page = give(office, page, "/reference", {**ALL_YES, "m-greeting2": "9", "c-greeting1": "Why."}, status=422)
    assert "#m-greeting2" in page.links
    assert "Why." in page.text
    assert calibration.reference(rooms.all(ReferenceCase)[0]) == {}


def test_reasons_may_be_as_long_as_comments_in_any_script(rooms: Rooms) -> None:
    office, why = rooms.office(), "அ" * 4000
    give(office, write(office), "/reference", {**ALL_YES, **{f"c-{code}": why for code in CODES}})
    assert {one.comment for one in calibration.reference(rooms.all(ReferenceCase)[0]).values()} == {why}


def test_case_whose_last_day_is_over_is_not_opened(rooms: Rooms) -> None:
    office = rooms.office()
    page = give(office, write(office, closes_on="2025-07-01"), "/reference", ALL_YES)
    page = office.submit(form(page, "/open"), status=422)
    assert "The last day is over; choose a later one." in page.text


@pytest.mark.slow
def test_shopper_marks_it_again_until_it_closes_and_then_learns_what_is_right(rooms: Rooms) -> None:
    where, shopper = open_one(rooms), rooms.visitor(Role.SHOPPER)
    assert where in shopper.get("/audits").links
    page = shopper.get(where)
    assert ("They <i>did</i> greet." in page.text, "10:02 Nobody looks up." in page.text) == (False, True)
    page = give(shopper, page, where, {**ALL_YES, "m-greeting1": "9"}, status=422)
    assert "#m-greeting1" in page.links
    for mark in ("yes", "no"):
        page = give(shopper, shopper.get(where), where, {**ALL_YES, "m-greeting1": mark})
        assert "Your answers are with head office." in page.text
    assert [one.marks["greeting1"] for one in answers(rooms)] == ["no"]
    assert "answered; open until 20 July 2025" in shopper.get("/audits").text
    office = rooms.office()
    page = office.submit(form(office.get(path(rooms)), "/close"))
    assert "1 shopper has answered; 1 audit at present. It is closed." in page.text
    page = shopper.get(where)
    assert "You marked 19 of 20 items as head office did." in page.text
    assert ("They <i>did</i> greet." in page.text, page.text.count("Head office:")) == (True, 20)
    assert "closed: see what is right" in shopper.get("/audits").text


def answers(rooms: Rooms) -> list[CaseAnswers]:
    with transaction(rooms.engine) as session:
        return list(session.exec(select(CaseAnswers)))


def test_answers_that_come_too_late_are_not_kept(rooms: Rooms) -> None:
    where, shopper = open_one(rooms), rooms.visitor(Role.SHOPPER)
    page = shopper.get(where)
    rooms.clock[0] = NOW + timedelta(days=12)
    page = give(shopper, page, where, ALL_YES, status=409)
    assert "This case is closed; your answers were not changed." in page.text
    assert "You did not answer it" in shopper.get(where).text


@pytest.mark.slow
def test_result_says_which_item_to_reword_and_how_sure_that_is(rooms: Rooms) -> None:
    open_one(rooms)
    answered(rooms, [{"greeting3": "no"}] * 10 + [{}] * 10)
    page = rooms.office().get(path(rooms))
    assert "1 item does not say the same to everybody: reword it." in page.text
    assert "Of 19 items it cannot be told yet; more answers would tell." in page.text
    assert "no (10 shoppers) · yes (10 shoppers)" in page.text
    assert "Pairs that mark it alike: 47% (likely 37% to 62%)" in page.text
    assert "20 yes/no items" in page.text
    assert "20 of 20 items as head office" in page.text
    assert "greeting3: no; head office: yes" in page.text


def test_few_answers_say_nothing_yet(rooms: Rooms) -> None:
    open_one(rooms)
    answered(rooms, [{"greeting3": "no"}, {}, {}, {}])
    page = rooms.office().get(path(rooms))
    assert "Of no item is it sure that shoppers mark it differently." in page.text
    assert "too few answers to say" in page.text
    assert "too few to say: 10 items that 5 shoppers marked are needed" in page.text


@pytest.mark.slow
def test_leniency_comes_from_the_last_report_in_words(rooms: Rooms) -> None:
    where, shopper = open_one(rooms), rooms.visitor(Role.SHOPPER)
    give(shopper, shopper.get(where), where, ALL_YES)
    assert "There is no report yet." in rooms.office().get(path(rooms)).text
    for monday, points, said in (
        (date(2025, 6, 23), 0.5, "their scores differ from those of others by no more than chance"),
        (
            date(2025, 6, 30),
            -6.0,
            "Greeting: in the last report 6.0 points fewer than others would give (likely 4.4 to 7.6)",
        ),
    ):
        known = replace(figures({}), shoppers=(Leniency("shopper 1", "greeting", 9, points, 1.0),))
        with transaction(rooms.engine) as session:
            chain = next(one for one in editions.scopes(session, "UTC", DueTimes()) if one.key == CHAIN)
            editions.issue(session, chain, Week(monday), stored.dump(known), due_at=NOW, at=NOW, standard_id=None)
        assert said in rooms.office().get(path(rooms)).text


def test_head_office_certifies_who_answered(rooms: Rooms) -> None:
    where, shopper, office = open_one(rooms), rooms.visitor(Role.SHOPPER), rooms.office()
    give(shopper, shopper.get(where), where, ALL_YES)
    page = office.get(path(rooms))
    certify = form(page, "/certify")
    who = certify.fields.pop("shopper")
    assert "Tick whom you certify." in office.submit(certify, status=422).text
    page = office.submit(certify, shopper=who)
    assert "1 shopper is certified from today on." in page.text
    assert "certified since 10 July 2025" in page.text
    assert not [one for one in page.forms if one.action.endswith("/certify")]
    with transaction(rooms.engine) as session:
        assert [one.certified_on for one in session.exec(select(ShopperTerms))] == [date(2025, 7, 10)]
    assert "certified since: none → 10 July 2025" in office.get("/office/history").text
    staff = rooms.people[Role.STAFF].public_id
    assert office.client.post(f"{path(rooms)}/certify", data={**certify.fields, "shopper": staff}).status_code == 404


def test_who_left_is_not_certified(rooms: Rooms) -> None:
    where, shopper, office = open_one(rooms), rooms.visitor(Role.SHOPPER), rooms.office()
    give(shopper, shopper.get(where), where, ALL_YES)
    certify = form(office.get(path(rooms)), "/certify")
    with transaction(rooms.engine) as session:
        session.get_one(User, rooms.people[Role.SHOPPER].id).active = False
    assert "Only active shoppers audit." in office.submit(certify, status=422).text


@pytest.mark.parametrize("role", [Role.STAFF, Role.MANAGER])
def test_staff_and_managers_learn_nothing_of_it(rooms: Rooms, role: Role) -> None:
    where = open_one(rooms)
    client = rooms.visitor(role).client
    assert [client.get(one).status_code for one in (where, ROOT, path(rooms), f"{path(rooms)}/reference")] == [404] * 4


def test_marks_of_an_open_case_have_no_form_any_more(rooms: Rooms) -> None:
    open_one(rooms)
    office = rooms.office()
    page = office.get(f"{path(rooms)}/reference")
    assert not [one for one in page.forms if one.action.endswith("/reference")]
    token = form(page, "/close").fields["csrf_token"]
    for ends in ("", "/reference", "/open"):
        answer = office.client.post(path(rooms) + ends, data={**WORDS, **ALL_YES, "csrf_token": token})
        assert (answer.status_code, "Shoppers have seen this case" in answer.text) == (409, True)


@pytest.mark.slow
@pytest.mark.parametrize("rubbish", RUBBISH)
def test_answers_bear_rubbish(rooms: Rooms, rubbish: str) -> None:
    where, shopper = open_one(rooms), rooms.visitor(Role.SHOPPER)
    found = form(shopper.get(where), where)
    for fields in (dict.fromkeys(found.fields, rubbish), {rubbish: rubbish}, {}):
        sent = {**fields, "csrf_token": found.fields["csrf_token"]}
        assert shopper.client.post(where, data=sent).status_code in (303, 413, 422)
