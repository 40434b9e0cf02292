"""The page of notes without a script, what is asked before sending, and what the review desk is told of both."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session, select

from branches import drafts, notices, review, sessions
from branches.audits import Audit
from branches.database import transaction
from branches.drafts import Filled
from branches.people import Role
from branches.stamps import BEGUN
from monitor.app import create_app
from tests import make
from tests.branches.test_photos import jpeg
from tests.monitor.desk import NOW, VISIT, Desk, enter, filled, form, send_files, these
from tests.monitor.pages import Page, sign_in

CAME = "2025-07-03T16:04:00Z"
MONDAY = NOW + timedelta(days=5)
"""From the Monday before on the branch's staff see the audit."""


def notes(desk: Desk) -> str:
    return f"/notes/{desk.audit}"


def kept(desk: Desk) -> Filled:
    with Session(desk.engine) as session:
        return drafts.read(session, session.exec(select(Audit).where(Audit.public_id == desk.audit)).one())


def tap(desk: Desk, **button: str) -> Page:
    return desk.visitor.submit(form(desk.visitor.get(notes(desk)), notes(desk)), **these(button))


def test_a_page_of_notes_begins_the_audit_and_fills_the_form(desk: Desk) -> None:
    assert desk.stored().state == "assigned"
    page = tap(desk, stamp="arrived")
    assert (page.title, desk.stored().state, kept(desk).stamps) == ("Notes", "started", {"arrived": CAME})
    assert "Here 18:04:00" in page.text
    tap(desk, stamp="greeted")
    held = kept(desk)
    assert (held.visited, held.marks, BEGUN in held.entries) == ("2025-07-03T18:04", {"after": "0"}, False)
    tap(desk, stamp="arrived")
    assert kept(desk).stamps == held.stamps
    tap(desk, undo="greeted")
    held = kept(desk)
    assert (held.stamps, held.visited, held.marks) == ({"arrived": CAME}, "2025-07-03T18:04", {"after": ""})


def test_a_page_of_notes_takes_nothing_else(desk: Desk) -> None:
    for button in ({"stamp": "left"}, {"undo": "paid"}, {"stamp": ""}, {}):
        tap(desk, **button)
    assert (kept(desk).entries, desk.stored().state) == ({}, "assigned")


def test_notes_are_their_shoppers_alone_and_closed_after_sending(desk: Desk) -> None:
    page = filled(desk)
    with transaction(desk.engine) as session:
        stranger = make.shopper(session)
    enter(desk.app, desk.engine, stranger).get(notes(desk), status=404)
    closed = form(desk.visitor.get(notes(desk)), notes(desk))
    desk.visitor.submit(form(page, "/send"))
    before = kept(desk)
    assert "This audit has been sent" in desk.visitor.submit(closed, stamp="arrived").text
    assert (kept(desk), notes(desk) in desk.visitor.get(desk.at()).links) == (before, False)


def test_the_chosen_form_is_this_persons_alone(desk: Desk) -> None:
    visitor = desk.visitor
    visitor.submit(form(visitor.get(desk.at()), "/start"))
    page = visitor.get(desk.at("/form/all?view=all"))
    assert desk.at("/form/all") in visitor.get(desk.at()).links
    assert desk.at("/form/1?view=one") in page.links
    visitor.client.set_cookie("whole", "0" * 16)
    assert desk.at("/form/1") in visitor.get(desk.at()).links


def test_what_head_office_would_ask_keeps_nothing_back(desk: Desk) -> None:
    visitor = desk.visitor
    page = visitor.submit(form(visitor.get(desk.at()), "/start"))
    visited = {"visited": "2025-07-03T17:57", "m-greeted": "no", "m-cut": "1", "c-greeted": "It was Kovács there."}
    page = visitor.submit(form(page, "/form/1"), go="on", **these(visited))
    page = send_files(desk, form(page, "/form/2"), {"p-mirror": [jpeg()]}, go="on", **these({"m-drink": "tea"}))
    assert "Everything is there. You can send it. Head office may ask about this" in page.text
    for sentence in (
        "The visit is said to be less than 10 minutes ago. Is its time right?",
        "“About greeted?”: Kovács may be somebody's name. Say what was done, not who did it.",
        "“About cut?”: say in a sentence what you saw.",
    ):
        assert sentence in page.text
    assert [link.rpartition("#")[2] for link in page.links if "#" in link][1:4] == ["visited", "m-greeted", "c-cut"]
    visitor.submit(form(page, "/send"))
    assert desk.stored().state == "submitted"


def test_the_visits_window_and_a_change_of_what_was_tapped_are_asked_about(desk: Desk) -> None:
    tap(desk, stamp="arrived")
    page = desk.visitor.get(desk.at("/form/1"))
    typed = {"visited": "2025-07-02T09:00", "m-greeted": "no", "m-cut": "3"}
    page = desk.visitor.submit(form(page, "/form/1"), go="on", **these(typed))
    page = send_files(desk, form(page, "/form/2"), {"p-mirror": [jpeg()]}, go="on", **these({"m-drink": "tea"}))
    assert "The time of the visit is not the one you noted when you came in." in page.text
    assert "before its window" not in page.text


def test_the_review_desk_is_told_and_a_branch_is_not(desk: Desk) -> None:
    tap(desk, stamp="arrived")
    page = desk.visitor.get(desk.at("/form/1"))
    typed = {"visited": VISIT, "m-greeted": "no", "m-cut": "1"}
    page = desk.visitor.submit(form(page, "/form/1"), go="on", **these(typed))
    page = send_files(desk, form(page, "/form/2"), {"p-mirror": [jpeg()]}, go="on", **these({"m-drink": "tea"}))
    desk.visitor.submit(form(page, "/send"))
    with transaction(desk.engine) as session:
        audit = session.exec(select(Audit).where(Audit.public_id == desk.audit)).one()
        office = make.user(session, Role.OFFICE)
        staff = make.user(session, Role.STAFF, branch=audit.branch)
    page = enter(desk.app, desk.engine, office).get(f"/office/review/{desk.audit}")
    assert "Noted at the branch came in 18:04:00" in page.text
    assert "First answer 3 July 2025, 18:04, 0 minutes after the visit" in page.text
    assert "The time of the visit is not the one that was noted on coming in." in page.text
    assert "About cut? · the low mark is not explained." in page.text
    with transaction(desk.engine) as session:
        audit = session.exec(select(Audit).where(Audit.public_id == desk.audit)).one()
        review.approve_and_release(session, audit, by=office, at=NOW)
        notices.note(session, audit.branch, informed_on=date(2025, 7, 1), how="By letter", by=office, at=NOW)
        token = sessions.make_link(session, staff, at=MONDAY)
    later = create_app(replace(desk.app.extensions["site"], clock=lambda: MONDAY), b"0123456789abcdef0123456789abcdef")
    seen = sign_in(later, token).get(f"/results/{desk.audit}").html
    assert "Audit" in seen
    assert [time for time in ("18:04", "16:04", "noted", "@arrived") if time in seen] == []


@pytest.mark.parametrize("begun", [timedelta(seconds=3), timedelta(minutes=3)])
def test_what_was_filled_in_too_fast_is_said_by_the_phones_own_clock(desk: Desk, begun: timedelta) -> None:
    page = filled(desk)
    first = (datetime(2025, 7, 3, 16, 4, tzinfo=UTC) - begun).strftime("%Y-%m-%dT%H:%M:%SZ")
    token = form(page, "/send").fields["csrf_token"]
    sent = {"seen": 9, "typed": {BEGUN: [first, ""], "people": ["3", ""], "why": ["Cold", ""]}, "visited": None}
    answer = desk.visitor.client.post(desk.at("/draft"), json=sent, headers={"X-CSRFToken": token})
    assert (answer.status_code, BEGUN in answer.get_json()["changed"]) == (200, False)
    fast = "The form was filled in very fast." in desk.visitor.get(desk.at("/check")).text
    assert fast is (begun < timedelta(seconds=10))
