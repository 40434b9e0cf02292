"""Evidence through the pages: shown on completing, seen by who verifies, kept when opened again; and flags that were seen."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlmodel import select

from branches import flags
from branches.actions import CorrectiveAction
from branches.database import reading, transaction
from branches.flags import Flag
from branches.language import language
from branches.people import Role
from monitor.web.office import desk
from reports import weekly, wording
from reports.figures import State
from tests.branches.test_photos import CANARY, jpeg
from tests.databases import SqliteDatabases
from tests.monitor.pages import Form, Page, Visitor
from tests.monitor.test_access_walk import enter
from tests.monitor.test_portal import form
from tests.monitor.walked import NOW, Opened, World, build


@pytest.fixture(scope="module")
def world(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(sqlite, tmp_path_factory.mktemp("evidence"))


@pytest.fixture
def opened(world: World, tmp_path: Path) -> Iterator[Opened]:
    found = world.opened(tmp_path)
    yield found
    found.engine.dispose()


def path(opened: Opened, kind: str = "action") -> str:
    return f"/actions/{opened.world.mine.things[kind]}"


def send(visitor: Visitor, to: Form, *files: bytes, status: int = 200, **fields: str) -> Page:
    """As a browser without scripts sends a form with files."""
    sent = [(BytesIO(data), f"IMG {n}.jpg") for n, data in enumerate(files)]
    ticked = {"without": fields.get("without", "")} if "without" in to.fields else {}
    data = {**to.fields, **ticked, **fields, "photos": sent or [(BytesIO(), "")]}
    page = Page(visitor.client.post(to.action, data=data, content_type="multipart/form-data", follow_redirects=True))
    assert page.status == status, page.text[:500]
    page.check()
    return page


def state_of(opened: Opened) -> str:
    with reading(opened.engine) as session:
        public_id = opened.world.mine.things["action"]
        return session.exec(select(CorrectiveAction.state).where(CorrectiveAction.public_id == public_id)).one()


def pictures(visitor: Visitor, address: str) -> list[str]:
    """Addresses of the large pictures on a page."""
    html = visitor.client.get(address).text
    return [part.partition('"')[0] for part in html.split('href="') if "/photos/" in part and "/large" in part]


def test_what_was_done_is_shown_to_whoever_verifies_it(opened: Opened) -> None:
    staff, manager, office = (enter(opened, role) for role in (Role.STAFF, Role.MANAGER, Role.OFFICE))
    two = jpeg(width=44), jpeg(width=50)
    send(staff, form(staff.get(path(opened)), "/complete"), *two, note="A sign hangs at the door.")
    for visitor in (staff, manager, office):
        page = visitor.get(path(opened))
        assert ("A sign hangs at the door." in page.text, "Shown on 10 March 2026." in page.text) == (True, True)
        addresses = pictures(visitor, path(opened))
        assert len(addresses) == 2
        for address in addresses:
            answer = visitor.client.get(address)
            assert (answer.mimetype, answer.headers["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
            with Image.open(BytesIO(answer.get_data())) as image:
                assert image.getexif() == {}
            assert CANARY not in answer.get_data()
    manager.submit(form(manager.get(path(opened)), "/verify"))
    assert (state_of(opened), "A sign hangs" in staff.get(path(opened)).text) == ("verified", True)


def test_an_action_is_completed_without_anything_to_show(opened: Opened) -> None:
    staff = enter(opened, Role.STAFF)
    send(staff, form(staff.get(path(opened)), "/complete"), note="")
    page = staff.get(path(opened))
    assert (state_of(opened), 'id="done"' in staff.client.get(path(opened)).text) == ("completed", False)
    again = send(staff, form(page, "/evidence"), status=422, note="")
    assert "Say what was done, or add a photo." in again.text


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ((b"GIF89a" + b"\0" * 50,), "The photo cannot be read; send a JPEG, PNG, WebP or HEIC."),
        (tuple(jpeg(width=40 + n) for n in range(4)), "Show at most 3 photos."),
    ],
)
def test_what_cannot_be_taken_completes_nothing_and_loses_no_word(
    opened: Opened, files: tuple[bytes, ...], said: str
) -> None:
    staff = enter(opened, Role.STAFF)
    page = send(staff, form(staff.get(path(opened)), "/complete"), *files, status=422, note="A sign.")
    assert (said in page.text, "A sign." in page.text, state_of(opened)) == (True, True, "open")


def test_more_can_be_shown_and_taken_away_until_it_is_verified(opened: Opened) -> None:
    staff, manager = enter(opened, Role.STAFF), enter(opened, Role.MANAGER)
    send(staff, form(staff.get(path(opened)), "/complete"), jpeg(width=44), note="A sign.")
    page = send(staff, form(staff.get(path(opened)), "/evidence"), jpeg(width=45), note="Two signs.")
    assert ("Two signs." in page.text, len(pictures(staff, path(opened)))) == (True, 2)
    name = pictures(staff, path(opened))[0].split("/")[-2]
    send(staff, form(staff.get(path(opened)), "/evidence"), note="Two signs.", without=name)
    assert len(pictures(staff, path(opened))) == 1
    late = form(staff.get(path(opened)), "/evidence")
    manager.submit(form(manager.get(path(opened)), "/verify"))
    assert [one.action for one in staff.get(path(opened)).forms if one.action.endswith("/evidence")] == []
    send(staff, late, jpeg(width=46), status=409, note="Three.")
    assert len(pictures(staff, path(opened))) == 1


def test_what_was_changed_after_the_page_was_opened_is_not_verified(opened: Opened) -> None:
    staff, manager = enter(opened, Role.STAFF), enter(opened, Role.MANAGER)
    send(staff, form(staff.get(path(opened)), "/complete"), jpeg(width=44), note="A sign.")
    seen = form(manager.get(path(opened)), "/verify")
    send(staff, form(staff.get(path(opened)), "/evidence"), jpeg(width=45), note="A sign.")
    refused = manager.submit(seen, status=409)
    assert "This action has changed since the page was opened." in refused.text
    assert state_of(opened) == "completed"
    manager.submit(form(manager.get(path(opened)), "/verify"))
    assert state_of(opened) == "verified"


def test_what_was_shown_before_it_was_opened_again_stays_on_the_page(opened: Opened) -> None:
    staff, manager = enter(opened, Role.STAFF), enter(opened, Role.MANAGER)
    send(staff, form(staff.get(path(opened)), "/complete"), jpeg(width=44), note="A sign.")
    manager.submit(form(manager.get(path(opened)), "/reopen"), reason="It is gone.")
    page = staff.get(path(opened))
    assert "What was shown before it was opened again" in page.text
    assert ("A sign." in page.text, len(pictures(staff, path(opened)))) == (True, 1)


def test_markup_in_a_note_is_shown_as_it_was_typed(opened: Opened) -> None:
    staff = enter(opened, Role.STAFF)
    send(staff, form(staff.get(path(opened)), "/complete"), note="<b>Done</b>")
    assert "<b>Done</b>" in staff.get(path(opened)).text
    assert "<b>Done</b>" not in staff.client.get(path(opened)).text


def test_a_lost_photo_is_told_on_the_page_and_on_the_desk(opened: Opened) -> None:
    (shown,) = pictures(enter(opened, Role.STAFF), path(opened, "completed"))
    data = enter(opened, Role.STAFF).client.get(shown).get_data()
    (file,) = [one for one in opened.world.photos.rglob("*.jpg") if one.read_bytes() == data]
    file.rename(file.with_suffix(".away"))
    try:
        assert "1 photo cannot be found any more." in enter(opened, Role.STAFF).get(path(opened, "completed")).text
        assert "Actions whose photos cannot be found" in enter(opened, Role.OFFICE).get("/office/").text
    finally:
        file.with_suffix(".away").rename(file)


def test_the_desk_looks_for_the_photos_of_those_completed_last(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "MOST_LOOKED_AT", 1)
    staff, office = enter(opened, Role.STAFF), enter(opened, Role.OFFICE)
    (shown,) = pictures(staff, path(opened, "completed"))
    data = staff.client.get(shown).get_data()
    (file,) = [one for one in opened.world.photos.rglob("*.jpg") if one.read_bytes() == data]
    with transaction(opened.engine) as session:
        for action in session.exec(select(CorrectiveAction).where(CorrectiveAction.state == "completed")):
            mine = action.public_id == opened.world.mine.things["completed"]
            action.completed_at = NOW if mine else NOW + timedelta(hours=1)
    file.rename(file.with_suffix(".away"))
    try:
        assert "Actions whose photos cannot be found" not in office.get("/office/").text
    finally:
        file.with_suffix(".away").rename(file)


def flag_path(opened: Opened) -> str:
    return f"/flags/{opened.world.mine.things['flag']}"


def test_a_flag_is_seen_once_and_by_whom_is_for_managers_alone(opened: Opened) -> None:
    staff, manager, office = (enter(opened, role) for role in (Role.STAFF, Role.MANAGER, Role.OFFICE))
    before = form(manager.get(flag_path(opened)), "/seen")
    manager.submit(before, seen="I shall call them.")
    token = form(office.get(flag_path(opened)), "/dismiss").fields["csrf_token"]
    office.client.post(before.action, data={"csrf_token": token, "seen": "Me too."})  # from a page opened before
    with reading(opened.engine) as session:
        name = opened.person(session, Role.MANAGER).name
    for visitor, knows in ((staff, False), (manager, True), (office, True)):
        page = visitor.get(flag_path(opened))
        assert ("Seen on 10 March 2026." in page.text, "Me too." in page.text) == (True, False)
        assert (f"Seen by {name}." in page.text, "I shall call them." in page.text) == (knows, knows)
        assert [one.action for one in page.forms if one.action.endswith("/seen")] == []
    assert "Seen on 10 March 2026." in staff.get("/branch").text


def test_a_report_half_an_hour_later_says_that_a_flag_was_seen_where_the_day_began_long_before(opened: Opened) -> None:
    seen = datetime(2026, 3, 8, 17, 30, tzinfo=UTC)  # half past six on Monday in Auckland
    with transaction(opened.engine) as session:
        flag = session.exec(select(Flag).where(Flag.public_id == opened.world.mine.things["flag"])).one()
        flag.branch.timezone = "Pacific/Auckland"
        flags.acknowledge(session, flag, note="", by=opened.person(session, Role.MANAGER), at=seen)
        flag.dismissed_until, flag.dismissed_reason = date(2026, 3, 8), "Works."
        (told,) = weekly.standing(session, {"a": flag.branch_id}, seen + timedelta(minutes=30))
    assert (told.seen_on, told.dismissed_until, told.dismissed_reason) == (date(2026, 3, 9), None, "")


def test_the_next_report_says_that_a_flag_was_seen(opened: Opened) -> None:
    with transaction(opened.engine) as session:
        flag = session.exec(select(Flag).where(Flag.public_id == opened.world.mine.things["flag"])).one()
        flags.acknowledge(session, flag, note="", by=opened.person(session, Role.MANAGER), at=NOW)
        (before,) = weekly.standing(session, {"a": flag.branch_id}, NOW - timedelta(minutes=1))
        (after,) = weekly.standing(session, {"a": flag.branch_id}, NOW)
    assert (before.seen_on, after.seen_on) == (None, NOW.date())
    said = wording.flagged(language("en"), State.FALLS_SHORT, after.since, after)
    assert said == "New flag this week. Seen on 10 March 2026."
