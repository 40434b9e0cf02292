"""The review desk: what a reviewer reads, each step and its way back, and what comes of a page that is too old."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from branches import amendments, audits
from branches.audits import Audit
from branches.corrections import Correction
from branches.database import transaction
from branches.drafts import Typed
from branches.outbox import Mail
from branches.people import Role
from branches.questions import Mark
from tests.databases import SqliteDatabases
from tests.monitor.pages import Page, Visitor
from tests.monitor.rooms import NOW, Rooms, form, opened

EXPECTED = "greeting1"


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened(sqlite, tmp_path) as rooms:
        yield rooms


def open_audit(rooms: Rooms, audit: str) -> tuple[Visitor, Page]:
    office = rooms.office()
    return office, office.get(f"/office/review/{audit}")


def test_the_audit_stands_beside_the_standard(rooms: Rooms) -> None:
    audit = rooms.audit(comment="Nobody <b>looked</b> up.")
    _, page = open_audit(rooms, audit)
    assert "Waits for your review; it was sent 30 hours ago." in page.text
    assert "greeting1 No 0% of the points" in page.text
    assert "greeting2 Yes Have this corrected" in page.text
    assert "Nobody <b>looked</b> up." in page.text
    assert "Sam <i>Shopper</i>" in page.text
    assert "8 July 2025, 14:30" in page.text
    assert "Sam <i>Shopper</i> sent it." in page.text


def test_what_is_unusual_is_said(rooms: Rooms) -> None:
    late = rooms.audit(at=NOW + timedelta(days=4))
    rooms.clock[0] = NOW + timedelta(days=4)
    _, page = open_audit(rooms, late)
    assert "It was sent late: 4 days after the visit." in page.text
    assert "The visit was before its window" not in page.text


def test_what_the_shopper_would_have_otherwise_is_read_beside_what_was_sent(rooms: Rooms) -> None:
    audit = rooms.audit()
    with transaction(rooms.engine) as session:
        found = session.exec(select(Audit).where(Audit.public_id == audit)).one()
        typed = {"greeting1": Typed("yes", "I <b>looked</b> again"), "@visited": Typed("2025-07-08T15:00")}
        amendments.ask(session, found, typed, 1, by=rooms.people[Role.SHOPPER], at=NOW)
    _, page = open_audit(rooms, audit)
    assert "The shopper asks for a correction" in page.text
    assert "greeting1: No → Yes · I <b>looked</b> again" in page.text
    assert "The time of the visit: 2025-07-08, 14:30 → 2025-07-08, 15:00" in page.text
    assert "Sam <i>Shopper</i> asked to have it corrected." in page.text


def test_an_audit_is_approved_then_released(rooms: Rooms) -> None:
    audit = rooms.audit()
    office, page = open_audit(rooms, audit)
    page = office.submit(form(page, "/approve"))
    assert "Approved, and not released yet: it does not count." in page.text
    page = office.submit(form(page, "/release"))
    assert "Released: Kossuth <b>tér</b> & $x$." in page.text
    stored = rooms.one(Audit, audit)
    assert (stored.state, stored.released_at is not None) == ("released", True)


def test_both_at_once_and_staff_of_a_branch_without_notice(rooms: Rooms) -> None:
    told, untold = rooms.audit(), rooms.audit(branch=rooms.other)
    office, page = open_audit(rooms, told)
    assert "it counts and the branch's staff see it" in page.text
    office.submit(form(page, "/approve-and-release"))
    page = office.get(f"/office/review/{untold}")
    assert "the branch's staff do not see it, because no notice says that they were informed" in page.text
    office.submit(form(page, "/approve-and-release"))
    assert [audit.state for audit in rooms.all(Audit)] == ["released", "released"]


def test_a_return_carries_every_reason_and_a_deadline(rooms: Rooms) -> None:
    audit = rooms.audit("approved")
    office, page = open_audit(rooms, audit)
    fields = {"reason": "Please look again.", "why-greeting1": "Nobody at all?", "hours": "48"}
    page = office.submit(form(page, "/return"), **fields)  # type: ignore[arg-type]
    assert "Returned to the shopper" in page.text
    stored = rooms.one(Audit, audit)
    assert (stored.state, stored.reason) == ("returned", "Please look again.\ngreeting1 · Nobody at all?")
    page = office.get(f"/office/review/{audit}")
    assert "To be corrected by 12 July 2025, 11:00" in page.text
    assert [mail.kind for mail in rooms.all(Mail)] == ["assigned", "returned"]
    assert "/form/1#m-greeting1" in rooms.visitor(Role.SHOPPER).get(f"/audits/{audit}").html


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"reason": ""}, "Say what the shopper should correct."),
        ({"reason": "x" * 1001}, "That is longer than 1,000 characters."),
        ({"reason": "x" * 900, "why-greeting1": "y" * 200}, "All reasons together may have 1,000 characters"),
        ({"reason": "Kept?", "hours": "9"}, "Choose until when it is to be corrected."),
    ],
)
def test_a_return_that_cannot_be_keeps_what_was_typed(rooms: Rooms, fields: dict[str, str], said: str) -> None:
    audit = rooms.audit()
    office, page = open_audit(rooms, audit)
    page = office.submit(form(page, "/return"), status=422, **{"hours": "24", **fields})
    assert said in page.text
    assert fields["reason"] in page.html
    assert rooms.one(Audit, audit).state == "submitted"


def test_a_released_audit_is_excluded_with_a_reason(rooms: Rooms) -> None:
    audit = rooms.audit("released")
    office, page = open_audit(rooms, audit)
    assert "Reports of the last weeks that counted it are made anew" in page.text
    assert "Say why this audit is excluded." in office.submit(form(page, "/exclude"), status=422).text
    fields = {"why-excluded": "The wrong branch."}
    page = office.submit(form(page, "/exclude"), **fields)  # type: ignore[arg-type]
    assert "Reports that counted it are looked at again." in page.text
    assert (rooms.one(Audit, audit).state, [one.why for one in rooms.all(Correction)]) == ("excluded", ["excluded"])


@pytest.mark.parametrize("step", ["approve", "approve-and-release", "return", "exclude"])
def test_a_page_that_is_too_old_decides_nothing(rooms: Rooms, step: str) -> None:
    audit = rooms.audit()
    office, old = open_audit(rooms, audit)
    office.submit(form(old, "/approve"))
    fields = {"reason": "Late", "why-excluded": "Late", "hours": "24"}
    page = office.submit(form(old, f"/{step}"), status=409, **fields)
    assert "This audit has changed since the page was opened." in page.text
    assert "What happened last: Olga Office approved it. 10 July 2025, 11:00" in page.text
    assert rooms.one(Audit, audit).state == "approved"


def test_a_step_that_may_not_follow_is_refused(rooms: Rooms) -> None:
    audit = rooms.audit()
    office, page = open_audit(rooms, audit)
    plain = form(page, "/approve")
    plain.action = plain.action.removesuffix("approve") + "release"
    assert "cannot become" in office.submit(plain, status=409).text
    plain.action = plain.action.removesuffix("release") + "nothing"
    office.submit(plain, status=404)
    office.post(f"/office/review/{audit}/approve", status=400)


@pytest.mark.parametrize("seen", ["", "0", "-1", "9" * 30, "x", "\0"])
def test_whatever_else_is_sent_as_seen_is_an_old_page(rooms: Rooms, seen: str) -> None:
    audit = rooms.audit()
    office, page = open_audit(rooms, audit)
    office.submit(form(page, "/approve"), status=409, seen=seen)


def test_photos_are_shown_to_reviewers_alone(rooms: Rooms, tmp_path: Path) -> None:
    audit, other = rooms.audit(), rooms.audit(branch=rooms.other)
    photo = rooms.add_photo(audit, tmp_path / "photos", EXPECTED)
    office, page = open_audit(rooms, audit)
    path = f"/office/review/{audit}/photos/{photo}/large"
    assert path in page.links
    shown = office.client.get(path)
    assert (shown.status_code, shown.mimetype, shown.data[:2]) == (200, "image/jpeg", b"\xff\xd8")
    kept = {name: shown.headers[name] for name in ("Cache-Control", "X-Content-Type-Options", "Content-Disposition")}
    assert kept == {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": "inline",
    }
    for wrong in (path.replace("large", "huge"), path.replace(audit, other), path.replace(photo, "0" * 16)):
        assert office.client.get(wrong).status_code == 404
    for role in (Role.MANAGER, Role.STAFF, Role.SHOPPER):
        assert rooms.visitor(role).client.get(path).status_code == 404


def test_what_was_corrected_stands_beside_what_it_was(rooms: Rooms) -> None:
    audit = rooms.audit("returned")
    with transaction(rooms.engine) as session:
        row = session.exec(select(Audit).where(Audit.public_id == audit)).one()
        items = [item.code for section in row.standard.sections for item in section.items]
        marks = {code: Mark("no" if n % 4 == 1 else "yes") for n, code in enumerate(items)}
        assert row.visited_at is not None
        audits.submit(session, row, marks, visited_at=row.visited_at, by=row.shopper, at=NOW)
    _, page = open_audit(rooms, audit)
    changed = [n % 4 for n in range(len(items)) if n % 4 in (0, 1)]
    assert page.text.count("corrected, before: No") == changed.count(0)
    assert page.text.count("corrected, before: Yes") == changed.count(1)


def test_photos_that_are_gone_are_told_while_they_can_be_asked_for(rooms: Rooms, tmp_path: Path) -> None:
    audit, folder = rooms.audit(), tmp_path / "photos"
    rooms.add_photo(audit, folder, "greeting1")
    office, page = open_audit(rooms, audit)
    assert ("cannot be found" in page.text, "cannot be found" in office.get("/office/").text) == (False, False)
    for file in folder.glob("*/*.jpg"):
        file.unlink()
    assert "1 photo of this audit cannot be found any more" in office.get(page_of(audit)).text
    desk = office.get("/office/")
    assert ("Photos that cannot be found" in desk.text, desk.links.count(page_of(audit))) == (True, 2)
    office.submit(form(page, "/approve-and-release"))
    assert "cannot be found" not in office.get("/office/").text


def page_of(audit: str) -> str:
    return f"/office/review/{audit}"
