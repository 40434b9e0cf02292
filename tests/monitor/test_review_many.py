"""Several audits decided at once from the list, and the rule that two people look at each."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from branches import checks, history, review
from branches.audits import Audit
from branches.checks import Check, CheckKind
from branches.database import reading, transaction
from branches.people import Role, User
from monitor.app import create_app
from monitor.web.gate import Site
from monitor.web.parts import OF_A_PAGE
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.pages import Form, Page, Visitor
from tests.monitor.rooms import NOW, Rooms, form, opened

TOLD = "These were left as they are:"


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened(sqlite, tmp_path) as rooms:
        yield rooms


@pytest.fixture
def two_people(rooms: Rooms) -> Rooms:
    """The same rooms, where whoever approved an audit does not release it."""
    site: Site = rooms.app.extensions["site"]
    rooms.app = create_app(replace(site, two_people=True), bytes(range(32)))
    return rooms


def press(visitor: Visitor, asked: Form, step: str, ticks: list[str], *, status: int = 200) -> Page:
    """As a browser does: the boxes that are ticked, and the button that was pressed."""
    fields = {"csrf_token": asked.fields["csrf_token"], "audit": ticks, "step": step}
    page = Page(visitor.client.post(asked.action, data=fields, follow_redirects=True))
    assert page.status == status, page.text[:500]
    page.check()
    return page


def boxes(page: Page) -> list[str]:
    return re.findall(r'name="audit" value="([^"]+)"', page.html)


def ticked(page: Page) -> list[str]:
    return re.findall(r'name="audit" value="([^"]+)" checked', page.html)


def listed(page: Page) -> Form:
    return next(one for one in page.forms if "audit" in one.fields)


def states(rooms: Rooms) -> list[str]:
    return [audit.state for audit in rooms.all(Audit)]


def second(rooms: Rooms) -> Visitor:
    with transaction(rooms.engine) as session:
        rooms.people[Role.OFFICE] = make.user(session, name="Otto Office")
    return rooms.office()


def test_those_that_are_ticked_are_approved_and_the_others_wait(rooms: Rooms) -> None:
    for _ in range(3):
        rooms.audit()
    office = rooms.office()
    page = office.get("/office/review")
    asked = listed(page)
    assert asked.buttons == [("step", "approve-and-release"), ("step", "approve")]
    page = press(office, asked, "approve", boxes(page)[:2])
    assert "2 audits are approved. They count once they are released." in page.text
    assert states(rooms) == ["approved", "approved", "submitted"]
    page = office.get("/office/review?show=approved")
    page = press(office, listed(page), "release", boxes(page)[:1])
    assert "1 audit is released." in page.text
    assert states(rooms) == ["released", "approved", "submitted"]
    with reading(rooms.engine) as session:
        verbs = [event.verb for event in history.of(session, rooms.all(Audit)[0])]
    assert verbs[-2:] == ["approved", "released"]


def test_one_that_changed_meanwhile_is_left_and_named_and_the_others_are_done(rooms: Rooms) -> None:
    rooms.audit()
    rooms.audit(branch=rooms.other)
    olga, otto = rooms.office(), second(rooms)
    old = olga.get("/office/review")
    page = otto.get("/office/review")
    press(otto, listed(page), "approve", boxes(page)[1:])
    page = press(olga, listed(old), "approve-and-release", boxes(old))
    assert "1 audit is approved and released." in page.text
    left = page.text[page.text.index(TOLD) :]
    assert "visited on 8 July 2025 This audit has changed since the page was opened." in left
    assert states(rooms) == ["released", "approved"]


def test_where_none_can_be_decided_nothing_is(rooms: Rooms) -> None:
    rooms.audit()
    office = rooms.office()
    old = office.get("/office/review")
    press(office, listed(old), "approve", boxes(old))
    page = press(office, listed(old), "approve", boxes(old), status=409)
    assert ("Nothing has been decided." in page.text, TOLD in page.text) == (True, True)
    assert states(rooms) == ["approved"]


def test_nobody_is_named_to_others_by_a_tick(rooms: Rooms) -> None:
    """Approving shows nobody anything; releasing does, so that one is opened first."""
    rooms.audit(comment="Carl Cutter was on the phone all the time.")
    rooms.audit(branch=rooms.other)
    office = rooms.office()
    page = office.get("/office/review")
    page = press(office, listed(page), "approve-and-release", boxes(page))
    left = page.text[page.text.index(TOLD) :]
    assert "Somebody seems to be named in it: open it, and take the name out or release it there." in left
    assert states(rooms) == ["submitted", "released"]
    page = press(office, listed(page), "approve", boxes(page))
    assert states(rooms) == ["approved", "released"]
    page = office.get("/office/review?show=approved")
    press(office, listed(page), "release", boxes(page), status=409)
    assert states(rooms) == ["approved", "released"]


def test_nothing_ticked_is_said(rooms: Rooms) -> None:
    rooms.audit()
    office = rooms.office()
    page = press(office, listed(office.get("/office/review")), "approve", [], status=422)
    assert "Tick the audits that this is for." in page.text


@pytest.mark.parametrize("tick", ["", ".", "x" * 4000, "\0.1", "٣.٣", "0" * 16 + ".1", "<b>.<b>"])
def test_ticks_that_name_no_audit_decide_nothing(rooms: Rooms, tick: str) -> None:
    rooms.audit()
    office = rooms.office()
    page = press(office, listed(office.get("/office/review")), "approve", [tick], status=409)
    assert ("Nothing has been decided." in page.text, states(rooms)) == (True, ["submitted"])


@pytest.mark.parametrize("seen", ["", "0", "-1", "9" * 30, "x", "1.1"])
def test_whatever_is_sent_as_seen_is_an_old_page(rooms: Rooms, seen: str) -> None:
    audit, office = rooms.audit(), rooms.office()
    page = press(office, listed(office.get("/office/review")), "approve", [f"{audit}.{seen}"], status=409)
    assert ("has changed since the page was opened" in page.text, states(rooms)) == (True, ["submitted"])


@pytest.mark.parametrize(("cut", "step"), [("waiting", "release"), ("approved", "approve"), ("released", "exclude")])
def test_a_step_that_the_list_does_not_have_is_not_there(rooms: Rooms, cut: str, step: str) -> None:
    rooms.audit()
    office = rooms.office()
    page = office.get("/office/review")
    asked = replace(listed(page), action=f"/office/review?show={cut}")
    press(office, asked, step, boxes(page), status=404)
    assert states(rooms) == ["submitted"]


def test_lists_that_only_tell_have_no_boxes(rooms: Rooms) -> None:
    for state in ("returned", "released"):
        rooms.audit(state)
        assert boxes(rooms.office().get(f"/office/review?show={state}")) == []


def test_those_with_something_to_look_at_are_marked_and_not_ticked_with_the_others(rooms: Rooms) -> None:
    clear, seen, unknown = rooms.audit(), rooms.audit(), rooms.audit()
    with transaction(rooms.engine) as session:
        found = {one.public_id: one for one in session.exec(select(Audit))}
        checks.keep(session, found[clear], [], at=NOW)
        checks.keep(session, found[seen], [Check(CheckKind.FAST), Check(CheckKind.ROW)], at=NOW)
        session.exec(select(checks.AuditCheck).where(checks.AuditCheck.audit_id == found[unknown].id))
        for row in session.exec(select(checks.AuditCheck).where(checks.AuditCheck.audit_id == found[unknown].id)):
            session.delete(row)
    office = rooms.office()
    page = office.get("/office/review?q=shopper")
    assert ("2 things worth a look" in page.text, "not looked at yet" in page.text) == (True, True)
    assert ticked(page) == []
    page = office.get(next(link for link in page.links if "tick=clear" in link))
    assert [one.partition(".")[0] for one in ticked(page)] == [clear]


def test_a_page_of_the_list_is_decided_at_once_at_most(rooms: Rooms) -> None:
    first = rooms.audit()
    office = rooms.office()
    page = office.get("/office/review")
    ticks = [f"{n:016}.1" for n in range(OF_A_PAGE)] + boxes(page)
    press(office, listed(page), "approve", ticks, status=409)
    assert rooms.one(Audit, first).state == "submitted"


def test_of_two_people_one_approves_and_another_releases(two_people: Rooms) -> None:
    audit = two_people.audit()
    olga, otto = two_people.office(), second(two_people)
    page = olga.get(f"/office/review/{audit}")
    assert "Two people look at each audit: once you have approved it, somebody else releases it." in page.text
    assert [one.action for one in page.forms if one.action.endswith("approve-and-release")] == []
    page = olga.submit(form(page, "/approve"))
    assert "You approved this audit; somebody else releases it" in page.text
    assert [one.action for one in page.forms if one.action.endswith("/release")] == []
    page = otto.submit(form(otto.get(f"/office/review/{audit}"), "/release"))
    assert "Released: Kossuth" in page.text
    assert two_people.one(Audit, audit).state == "released"


def test_of_two_people_none_does_both_whatever_is_sent(two_people: Rooms) -> None:
    audit, office = two_people.audit(), two_people.office()
    asked = form(office.get(f"/office/review/{audit}"), "/approve")
    both = replace(asked, action=asked.action.replace("/approve", "/approve-and-release"))
    page = office.submit(both, status=422)
    assert "Nobody both approves and releases an audit" in page.text
    office.submit(asked)
    seen = form(office.get(f"/office/review/{audit}"), "/exclude").fields["seen"]
    alone = replace(asked, action=asked.action.replace("/approve", "/release"))
    assert "You approved this audit" in office.submit(alone, status=422, seen=seen).text
    assert two_people.one(Audit, audit).state == "approved"


def test_of_two_people_none_does_both_to_many(two_people: Rooms) -> None:
    two_people.audit()
    olga = two_people.office()
    page = olga.get("/office/review")
    assert listed(page).buttons == [("step", "approve")]
    press(olga, listed(page), "approve-and-release", boxes(page), status=404)
    press(olga, listed(page), "approve", boxes(page))
    page = olga.get("/office/review?show=approved")
    page = press(olga, listed(page), "release", boxes(page), status=409)
    assert "You approved this audit; somebody else releases it" in page.text
    otto = second(two_people)
    page = otto.get("/office/review?show=approved")
    press(otto, listed(page), "release", boxes(page))
    assert states(two_people) == ["released"]


def test_who_approved_it_before_it_came_back_may_release_it_now(two_people: Rooms) -> None:
    audit = two_people.audit("returned")
    with transaction(two_people.engine) as session:
        found = session.exec(select(Audit).where(Audit.public_id == audit)).one()
        olga = session.get_one(User, two_people.people[Role.OFFICE].id)
        otto = make.user(session, name="Otto Office")
        assert review.approver(session, found) is None
        for by in (olga, otto):
            found.state = "submitted"
            review.approve(session, found, by=by, at=NOW + timedelta(hours=1))
        review.release(session, found, by=olga, at=NOW + timedelta(hours=2), two_people=True)
        assert found.state == "released"
