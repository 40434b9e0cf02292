"""The shopper's pages: an audit from the list to the receipt and back, with no script, and nobody else's."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlmodel import Session, select

from branches import assignments, drafts
from branches.audits import Audit, Photo
from branches.database import transaction
from branches.exchange.shipped import load_standard
from tests import make
from tests.branches.test_photos import CANARY, jpeg
from tests.monitor.desk import NOW, VISIT, Desk, enter, filled, form, send_files, these
from tests.monitor.pages import Page


def test_an_audit_is_made_from_the_list_to_the_receipt(desk: Desk) -> None:
    visitor = desk.visitor
    page = visitor.get("/audits")
    assert "1 audit waits for you." in page.text
    assert "from 2 July 2025 to 9 July 2025; 6 days left" in page.text
    assert ("Kossuth tér 1" in page.text, "6 000 Ft" in page.text) == (True, True)
    page = visitor.get(next(link for link in page.links if link == desk.at()))
    assert "Ask for the price." in page.text
    page = visitor.submit(form(page, "/start"))
    assert "Greeting · 1 of 2" in page.text
    page = visitor.submit(form(page, "/form/1"), visited=VISIT, go="on", **these({"m-greeted": "yes", "m-cut": "na"}))
    assert "Your answers lead to 1 more question." in page.text
    page = visitor.submit(form(page, "/form/1"), go="on", **these({"m-after": "0:42"}))
    assert "Rest · 2 of 2" in page.text
    page = send_files(
        desk,
        form(page, "/form/2"),
        {"p-mirror": [jpeg(), jpeg()], "p-": [jpeg(width=60)]},
        go="on",
        **these({"m-drink": "tea"}),
    )
    assert "Everything is there. You can send it." in page.text
    page = visitor.submit(form(page, "/send"))
    assert "5 answers, 2 of 2 photos, kept at 18:04." in page.text
    answers = {"greeted": "yes", "after": "42", "cut": "na", "drink": "tea", "mirror": "1", "people": "", "why": ""}
    assert desk.answers() == answers
    assert desk.stored().visited_at == datetime(2025, 7, 3, 12, 30, tzinfo=UTC)


def test_nobody_elses_audit_is_there(desk: Desk) -> None:
    filled(desk)
    with transaction(desk.engine) as session:
        photo = session.exec(select(Photo)).one().public_id
        stranger = make.shopper(session)
    other = enter(desk.app, desk.engine, stranger)
    for path in ("", "/form/1", "/form/all", "/check", "/sent", f"/photos/{photo}/small", f"/photos/{photo}/large"):
        other.get(desk.at(path), status=404)
    token = other.get("/audits").forms[0].fields["csrf_token"]
    fields = {"csrf_token": token, "key": "k" * 32, "content": "0" * 64, "reason-cannot-go": "x", "seen": "9"}
    for path in ("/start", "/form/1", "/form/all", "/send", "/cannot-go", "/could-not", "/conflict"):
        other.post(desk.at(path), status=404, **fields)
    assert desk.stored().state == "started"


def test_what_cannot_hold_is_said_where_it_was_typed(desk: Desk) -> None:
    visitor, said = desk.visitor, "“About people?”: give a value or mark that it does not apply, not both."
    visitor.submit(form(visitor.get(desk.at()), "/start"))
    page = visitor.get(desk.at("/form/2"))
    page = visitor.submit(form(page, "/form/2"), go="on", **these({"m-people": "3", "n-people": "na"}))
    assert said in page.text
    page = visitor.submit(form(page, "/form/2"), go="on", **these({"m-people": "3", "n-people": "na"}))
    assert 'name="m-people"' not in page.html
    assert said in visitor.get(desk.at("/form/2")).text


def test_what_was_typed_is_there_again(desk: Desk) -> None:
    visitor = desk.visitor
    visitor.submit(form(visitor.get(desk.at()), "/start"))
    page = visitor.get(desk.at("/form/all"))
    odd = {
        "m-people": "many <b>",
        "m-why": "first\nsecond",
        "c-greeted": "at once",
        "n-people": "na",
        "m-greeted": "yes",
    }
    page = visitor.submit(form(page, "/form/all"), visited="yesterday", go="stay", **these(odd))
    for text in ('value="yesterday"', 'value="many &lt;b&gt;"', "\nfirst\nsecond</textarea>", "\nat once</textarea>"):
        assert text in page.html
    assert re.search(r'id="n-people"[^>]* checked', page.html)
    page = visitor.get(desk.at("/check"))
    assert "Give the day and the time of the visit." in page.text
    assert "“About people?”: give a value or mark that it does not apply, not both." in page.text
    assert desk.at("/form/2#m-people") in page.links
    assert desk.at("/form/1#visited") in page.links


def test_an_item_is_unfolded_by_the_answer_it_waits_for(desk: Desk) -> None:
    visitor = desk.visitor
    page = visitor.submit(form(visitor.get(desk.at()), "/start"))
    assert ("About after?" in page.text, "not asked here" in page.text) == (False, False)  # who knows yet
    page = visitor.submit(form(page, "/form/1"), go="stay", **these({"m-greeted": "yes"}))
    assert ("About after?" in page.text, "not asked here" in page.text) == (True, False)
    page = visitor.submit(form(page, "/form/1"), go="stay", **these({"m-after": "30"}))
    page = visitor.submit(form(page, "/form/1"), go="stay", **these({"m-greeted": "no"}))
    assert ("About after?" in page.text, "1 question is not asked here" in page.text) == (False, True)
    page = visitor.submit(form(page, "/form/1"), go="stay", **these({"m-greeted": "yes"}))
    assert 'value="30"' in page.html  # nothing was thrown away before sending


def test_a_page_that_is_too_long_comes_back_as_it_was_typed(desk: Desk) -> None:
    visitor = desk.visitor
    page = visitor.submit(form(visitor.get(desk.at()), "/start"))
    page = visitor.submit(
        form(page, "/form/1"),
        status=422,
        visited="9" * 40,
        go="on",
        **these({"m-greeted": "yes", "c-greeted": "x" * 4001}),
    )
    assert page.title.startswith("Error:")
    assert ("x" * 4001 in page.html, "9" * 40 in page.html) == (True, True)
    assert {"#m-greeted", "#visited"} <= set(page.links)
    with Session(desk.engine) as session:
        assert session.exec(select(drafts.Draft)).all() == []


def test_two_pages_that_disagree_ask_which_holds(desk: Desk) -> None:
    visitor = desk.visitor
    older = visitor.submit(form(visitor.get(desk.at()), "/start"))
    visitor.submit(form(older, "/form/1"), go="stay", visited=VISIT, **these({"m-cut": "4"}))
    page = visitor.submit(form(older, "/form/1"), go="on", **these({"m-cut": "2", "m-greeted": "no"}))
    assert "Choose which one holds." in page.text
    assert re.findall(r'name="choose" value="(\w+) cut"><bdi>(\d)</bdi>', page.html) == [("now", "4"), ("other", "2")]
    assert re.search(r'name="m-cut" value="4" checked', page.html)
    page = visitor.submit(form(page, "/form/1"), go="on")  # saved as it was opened it chooses nothing
    assert "Choose which one holds." in page.text
    page = visitor.submit(form(page, "/form/1"), choose="other cut")
    assert "Two answers were given" not in page.text
    page = visitor.submit(form(page, "/form/1"), go="on")
    assert "Rest · 2 of 2" in page.text
    with Session(desk.engine) as session:
        held = drafts.read(session, session.exec(select(Audit)).one())
    assert (held.marks["cut"], held.marks["greeted"], held.undecided, held.visited) == ("2", "no", [], VISIT)


@pytest.mark.parametrize(
    ("choose", "holds"), [("now cut", "4"), ("now @visited", ""), ("both cut", ""), ("other x", "")]
)
def test_only_what_is_to_be_chosen_can_be(desk: Desk, choose: str, holds: str) -> None:
    visitor = desk.visitor
    older = visitor.submit(form(visitor.get(desk.at()), "/start"))
    visitor.submit(form(older, "/form/1"), go="stay", visited=VISIT, **these({"m-cut": "4"}))
    page = visitor.submit(form(older, "/form/1"), go="on", **these({"m-cut": "2"}))
    visitor.submit(form(page, "/form/1"), choose=choose)
    with Session(desk.engine) as session:
        held = drafts.read(session, session.exec(select(Audit)).one())
    assert (held.marks["cut"], held.undecided, held.visited) == ("4", [] if holds else ["cut"], VISIT)


def test_what_is_changed_where_two_answers_were_given_holds(desk: Desk) -> None:
    visitor = desk.visitor
    older = visitor.submit(form(visitor.get(desk.at()), "/start"))
    visitor.submit(form(older, "/form/1"), go="stay", **these({"m-cut": "4"}))
    page = visitor.submit(form(older, "/form/1"), go="on", **these({"m-cut": "2"}))
    visitor.submit(form(page, "/form/1"), go="on", **these({"m-cut": "3"}))
    with Session(desk.engine) as session:
        held = drafts.read(session, session.exec(select(Audit)).one())
    assert (held.marks["cut"], held.undecided) == ("3", [])


def test_photos_are_shown_taken_away_and_told_when_they_are_none(desk: Desk) -> None:
    visitor = desk.visitor
    visitor.submit(form(visitor.get(desk.at()), "/start"))
    page = visitor.get(desk.at("/form/2"))
    files = {"p-mirror": [jpeg(), b"GIF89a" + b"\0" * 50], "p-": [jpeg(width=50)], "p-nothing": [jpeg(width=70)]}
    page = send_files(desk, form(page, "/form/2"), files, go="on", **these({"m-drink": "water"}))
    assert "The photo cannot be read" in page.text
    assert re.search(r'name="m-drink" value="water" checked', page.html)
    small = re.findall(r'<img src="([^"]+)"', page.html)
    assert len(small) == 2
    for path in (small[0], small[0].replace("/small", "/large")):
        response = visitor.client.get(path)
        held = (response.status_code, response.mimetype, response.headers["Cache-Control"], "ETag" in response.headers)
        assert held == (200, "image/jpeg", "no-store", False)
        assert (CANARY in response.data, "Content-Disposition" in response.headers) == (False, False)
    assert visitor.get(small[0].replace("/small", "/huge"), status=404).headings == ["Not found"]
    gone = small[0].split("/")[-2]
    page = visitor.submit(form(page, "/form/2"), remove=gone, **these({"m-drink": "tea"}))
    assert len(re.findall(r"<img ", page.html)) == 1
    assert re.search(r'name="m-drink" value="tea" checked', page.html)
    assert visitor.client.get(small[0]).status_code == 404


def test_sending_again_is_the_same_success_and_anything_else_says_what_is_stored(desk: Desk) -> None:
    visitor = desk.visitor
    page = filled(desk)
    stale = visitor.get(desk.at("/form/1"))
    sending = form(page, "/send")
    for _ in range(2):
        assert "Your audit has been sent. Thank you." in visitor.submit(sending).text
    other = {**sending.fields, "content": "0" * 64}
    for key in (sending.fields["key"], "b" * 32):
        page = visitor.submit(replace(sending, fields={**other, "key": key}), status=409)
        assert "Head office has: 4 answers, 1 of 1 photo, kept at 18:04." in page.text
    page = visitor.submit(form(stale, "/form/1"), status=409, go="on", **these({"m-cut": "1", "c-cut": "crooked"}))
    assert "About cut? Sent 4 On your page 1 · crooked" in page.text
    page = visitor.submit(form(page, "/amend"))
    assert "You asked on 3 July 2025, 18:04 to have it corrected; head office has your answers." in page.text
    assert desk.answers()["cut"] == "4"
    assert visitor.get(desk.at("/check")).headings == visitor.get(desk.at()).headings


def test_what_changed_behind_the_page_is_looked_at_again(desk: Desk) -> None:
    visitor = desk.visitor
    page = filled(desk)
    visitor.submit(form(visitor.get(desk.at("/form/1")), "/form/1"), go="stay", **these({"m-cut": "1"}))
    again = visitor.submit(form(page, "/send"), status=409)
    assert "Look at them again before you send." in again.text
    visitor.submit(form(again, "/send"))
    assert (desk.stored().state, desk.answers()["cut"]) == ("submitted", "1")


def test_what_is_missing_is_not_sent_whatever_the_page_says(desk: Desk) -> None:
    visitor = desk.visitor
    visitor.submit(form(visitor.get(desk.at()), "/start"))
    page = visitor.get(desk.at("/check"))
    assert "3 things are still missing." in page.text
    assert [one for one in page.forms if one.action.endswith("/send")] == []
    token = page.forms[0].fields["csrf_token"]
    visitor.post(desk.at("/send"), status=409, csrf_token=token, key="k" * 32, content="0" * 64)
    visitor.post(desk.at("/send"), status=422, csrf_token=token, key="", content="")
    assert desk.stored().state == "started"


def test_a_returned_audit_is_corrected_and_sent_again(desk: Desk) -> None:
    visitor = desk.visitor
    first = filled(desk)
    visitor.submit(form(first, "/send"))
    desk.review("Which drink <b>was</b> it?")
    page = visitor.get("/audits")
    assert ("returned to you" in page.text, "Which drink <b>was</b> it?" in page.text) == (True, True)
    page = visitor.submit(form(first, "/send"))  # the first sending, repeated
    assert "Please correct it by 4 July 2025, 19:04 (Budapest time)." in page.text
    assert desk.stored().state == "returned"
    page = visitor.get(desk.at("/form/2"))
    assert "Which drink <b>was</b> it?" in page.text
    page = visitor.submit(form(page, "/form/2"), go="on", **these({"m-drink": "water"}))
    page = visitor.submit(form(page, "/send"))
    assert "4 answers, 1 of 1 photo" in page.text
    assert (desk.stored().state, desk.answers()["drink"]) == ("submitted", "water")


@pytest.mark.parametrize(
    ("way", "state"), [("cannot-go", "withdrawn"), ("could-not", "withdrawn"), ("conflict", "withdrawn")]
)
def test_the_ways_out_ask_for_a_reason(desk: Desk, way: str, state: str) -> None:
    visitor = desk.visitor
    page = visitor.submit(form(visitor.get(desk.at()), f"/{way}"), status=422)
    assert page.title.startswith("Error:")
    assert f"#reason-{way}" in page.links
    assert page.html.count('<details class="sure" open') == 1
    page = visitor.submit(form(page, f"/{way}"), **these({f"reason-{way}": " the shutters\r\nwere down "}))
    assert "This audit has been withdrawn; nothing is to be done." in page.text
    assert (desk.stored().state, desk.stored().reason) == (state, "the shutters\nwere down")
    visitor.submit(form(visitor.get("/audits"), "/language"), language="hu")
    visitor.get(desk.at())


def test_another_language_takes_along_what_was_typed(desk: Desk) -> None:
    """With no script, and also where an answer cannot hold."""
    shown = desk.visitor.get(desk.at("/form/2"))
    page = desk.visitor.submit(
        form(shown, "/form/2"), language="hu", **these({"m-people": "about ten", "c-drink": "fekete"})
    )
    assert (page.language, "Mi van: people?" in page.text) == ("hu", True)
    assert ('value="about ten"' in page.html, "fekete" in page.html) == (True, True)
    assert desk.visitor.get("/audits").language == "hu"


def test_to_read_the_form_in_another_language_is_not_to_begin_it(desk: Desk) -> None:
    page = desk.visitor.submit(form(desk.visitor.get(desk.at("/form/2")), "/form/2"), language="hu")
    assert (page.language, desk.stored().state) == ("hu", "assigned")


def test_a_language_that_is_not_there_changes_nothing(desk: Desk) -> None:
    page = desk.visitor.submit(form(desk.visitor.get(desk.at("/form/2")), "/form/2"), language="xx", go="stay")
    assert page.language == "en"


@pytest.mark.parametrize("language", ["en", "hu", "hi", "ta", "te"])
def test_every_page_is_in_the_shoppers_language(desk: Desk, language: str) -> None:
    visitor = desk.visitor
    if language != "en":
        visitor.submit(form(visitor.get("/audits"), "/language"), language=language)
    pages = [visitor.get("/audits"), visitor.get(desk.at())]
    check = filled(desk)
    pages += [
        visitor.get(desk.at("/form/all")),
        visitor.get(desk.at("/form/2")),
        check,
        visitor.submit(form(check, "/send")),
    ]
    pages += [visitor.get(desk.at()), visitor.submit(form(check, "/send"), status=409, content="0" * 64)]
    desk.review("again")
    pages += [
        visitor.get("/audits"),
        visitor.get(desk.at()),
        visitor.get(desk.at("/form/1")),
        visitor.get(desk.at("/check")),
    ]
    assert {page.language for page in pages} == {language}
    assert [page.text for page in pages if "[en]" in page.text] == []
    whole = pages[2]
    assert ("Mi van: greeted?" if language == "hu" else "About greeted?") in whole.text
    assert ('<span lang="en">About why?</span>' in whole.html) == (language != "en")


def test_a_shopper_never_reads_what_the_branch_scored(desk: Desk) -> None:
    visitor = desk.visitor
    page = filled(desk)
    pages = [page, visitor.submit(form(page, "/send")), visitor.get(desk.at())]
    stored = desk.stored()
    assert stored.score == 30_000 or stored.score is not None
    for page in (*pages, visitor.get("/audits")):
        assert re.search(r"score|point|band|37[.,]5", page.text, re.IGNORECASE) is None


def test_the_standard_that_ships_is_filled_in_on_a_visit_and_on_the_phone(desk: Desk) -> None:
    for channel in ("visit", "phone"):
        with transaction(desk.engine) as session:
            shopper = make.shopper(session)
            asked = assignments.assign(
                session,
                load_standard(session, at=NOW),
                make.branch(session),
                shopper,
                opens_on=date(2025, 7, 3),
                closes_on=date(2025, 7, 3),
                channel=channel,
                by=None,
                at=NOW,
            )
            path = f"/audits/{asked.audit.public_id}"
        visitor = enter(desk.app, desk.engine, shopper)
        visitor.submit(form(visitor.get(path), "/start"))
        page = visitor.get(path + "/form/all")
        for _ in range(3):
            marks = {name: choice(page, name) for name in page_names(page)}
            page = visitor.submit(form(page, "/form/all"), visited=VISIT, go="on", **these(marks))
            if any(one.action.endswith("/send") for one in page.forms):
                break
        page = visitor.submit(form(page, "/send"))
        assert "Your audit has been sent. Thank you." in page.text


def page_names(page: Page) -> set[str]:
    return set(re.findall(r'name="(m-\w+)"', page.html))


def choice(page: Page, name: str) -> str:
    """The first of the choices, or a small number."""
    found = re.search(rf'<input type="radio"[^>]*name="{name}" value="([^"]+)"', page.html)
    return found[1] if found else "3"
