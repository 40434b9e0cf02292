"""Appeals from the branch's side: backed with photos, taken back, refused in clear words, and read with both scores."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlmodel import select

from branches import appeals, audits
from branches.appeals import Appeal
from branches.audits import Audit
from branches.database import reading, transaction
from branches.people import Role
from monitor import jobs
from monitor.jobs import Worker
from reports import wording
from reports.weekly import Settings
from tests.branches.test_photos import CANARY, jpeg
from tests.databases import SqliteDatabases
from tests.monitor.pages import Form, Page, Visitor
from tests.monitor.test_access_walk import enter
from tests.monitor.test_evidence_pages import send
from tests.monitor.test_jobs import FIRST
from tests.monitor.test_portal import answer_path, form
from tests.monitor.walked import NOW, OFFICE_ZONE, Opened, World, build

OVER = "What you had chosen and written; it has not been kept"


@pytest.fixture(scope="module")
def world(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(sqlite, tmp_path_factory.mktemp("appeals"))


@pytest.fixture
def opened(world: World, tmp_path: Path) -> Iterator[Opened]:
    found = world.opened(tmp_path)
    yield found
    found.engine.dispose()


def appealed(opened: Opened, *files: bytes) -> Visitor:
    """The branch's browser, after it has appealed the ninth answer."""
    staff = enter(opened, Role.STAFF)
    send(staff, form(staff.get(answer_path(opened, "9")), "/appeal"), *files, reason="We did greet.")
    return staff


def decide(opened: Opened, mark: str | None) -> None:
    with transaction(opened.engine) as session:
        mine = select(Appeal).where(Appeal.reason == "We did greet.")
        office = opened.person(session, Role.OFFICE)
        appeals.decide(session, session.exec(mine).one(), upheld_as=mark, decision="So it was.", by=office, at=NOW)


def exclude(opened: Opened) -> None:
    with transaction(opened.engine) as session:
        audit = session.exec(select(Audit).where(Audit.public_id == opened.world.mine.things["released"])).one()
        audits.exclude(session, audit, reason="Wrong branch.", by=opened.person(session, Role.OFFICE), at=NOW)


def large(page: Page) -> list[str]:
    return [link for link in page.links if link.startswith("/appeals/") and link.endswith("/large")]


def token(visitor: Visitor) -> str:
    return visitor.get("/account").forms[-1].fields["csrf_token"]


def states(opened: Opened) -> list[str]:
    with reading(opened.engine) as session:
        return sorted(session.exec(select(Appeal.state).where(Appeal.reason == "We did greet.")))


@pytest.mark.slow
def test_photos_that_come_with_an_appeal_are_seen_by_branch_manager_and_office_without_their_notes(
    opened: Opened,
) -> None:
    staff = appealed(opened, jpeg(width=44), jpeg(width=50))
    shown = large(staff.get(answer_path(opened, "9")))
    assert len(shown) == 2
    assert large(enter(opened, Role.MANAGER).get(answer_path(opened, "9"))) == shown
    with reading(opened.engine) as session:
        public_id = session.exec(select(Appeal.public_id).where(Appeal.reason == "We did greet.")).one()
    office = enter(opened, Role.OFFICE)
    assert large(office.get(f"/office/appeals/{public_id}")) == shown
    for visitor in (staff, enter(opened, Role.MANAGER), office):
        answer = visitor.client.get(shown[0])
        assert (answer.mimetype, CANARY in answer.get_data()) == ("image/jpeg", False)
        with Image.open(BytesIO(answer.get_data())) as image:
            assert image.getexif() == {}
    shopper = enter(opened, Role.SHOPPER)
    assert [shopper.client.get(address).status_code for address in shown] == [404, 404]


def test_more_is_added_and_taken_away_until_it_is_decided(opened: Opened) -> None:
    staff = appealed(opened, jpeg(width=44))
    page = staff.get(answer_path(opened, "9"))
    assert "Up to 2 more photos" in page.text
    page = send(staff, form(page, "/backing"), jpeg(width=45), jpeg(width=46), note="And the receipt.")
    assert ("And the receipt." in page.text, len(large(page))) == (True, 3)
    assert "There is room for 3 photos: choose below which are to go." in page.text
    name = large(page)[0].split("/")[-2]
    page = send(staff, form(page, "/backing"), note="And the receipt.", without=name)
    assert (len(large(page)), "1 more photo" in page.text) == (2, True)
    late = form(page, "/backing")
    decide(opened, None)
    assert [one.action for one in staff.get(answer_path(opened, "9")).forms if "/appeals/" in one.action] == []
    refused = send(staff, late, jpeg(width=47), status=409, note="Later.")
    assert ("This appeal has already been decided." in refused.text, len(large(refused))) == (True, 2)


def test_of_several_photos_the_good_ones_stay_where_one_is_refused_by_its_name(opened: Opened) -> None:
    staff = enter(opened, Role.STAFF)
    asked = form(staff.get(answer_path(opened, "9")), "/appeal")
    page = send(staff, asked, jpeg(width=44), b"GIF89a" + b"\0" * 50, status=422, reason="We did greet.")
    said = f"{wording.isolated('IMG 1.jpg')}: The photo cannot be read; send a JPEG, PNG, WebP or HEIC."
    assert (said in page.text, "We did greet." in page.html, "IMG 0.jpg" in page.text) == (True, True, True)
    again = form(page, "/appeal")
    page = send(staff, again, jpeg(width=45), reason="We did greet.")
    assert len(large(page)) == 2


@pytest.mark.slow
def test_a_photo_that_somebody_else_has_sent_does_not_go_along(opened: Opened) -> None:
    staff, manager = enter(opened, Role.STAFF), enter(opened, Role.MANAGER)
    completing = f"/actions/{opened.world.mine.things['action']}"
    asked = form(manager.get(completing), "/complete")
    page = send(manager, asked, jpeg(width=44), b"no picture", status=422, note="")
    held = form(page, "/complete").fields["held"]
    changed = f"{held[:-1]}{'0' if held[-1] != '0' else '1'}"
    page = send(
        staff, form(staff.get(answer_path(opened, "9")), "/appeal"), status=422, reason="We did greet.", held=held
    )
    assert "The photo was not kept; choose it again." in page.text
    for token in (changed, "no token", "=.=", ""):
        page = send(staff, form(staff.get(answer_path(opened, "9")), "/appeal"), reason="We did greet.", held=token)
        assert large(page) == [], token
        staff.submit(form(page, "/withdraw"))


def test_an_appeal_is_withdrawn_and_can_be_made_again_until_the_deadline(opened: Opened) -> None:
    staff = appealed(opened)
    page = staff.submit(form(staff.get(answer_path(opened, "9")), "/withdraw"))
    assert "The appeal is withdrawn; the answer stays as it was." in page.text
    assert ("The branch has withdrawn it." in page.text, states(opened)) == (True, ["withdrawn"])
    again = send(staff, form(page, "/appeal"), reason="We did greet.")
    assert ("Your appeal is with head office." in again.text, states(opened)) == (True, ["open", "withdrawn"])


def test_who_withdraws_the_last_appeal_has_decided_nothing(opened: Opened) -> None:
    staff = enter(opened, Role.STAFF)
    address = f"/appeals/{opened.world.mine.things['appeal']}/withdraw"
    assert staff.client.post(address, data={"csrf_token": token(staff)}).status_code == 303
    history = enter(opened, Role.OFFICE).get(f"/office/review/{opened.world.mine.things['released']}").text
    assert ("closed the last open appeal." in history, "decided what was appealed" in history) == (True, False)


def test_an_empty_reason_is_asked_for_beside_the_field(opened: Opened) -> None:
    staff = enter(opened, Role.STAFF)
    page = send(staff, form(staff.get(answer_path(opened, "9")), "/appeal"), status=422, reason=" \n")
    assert (page.text.count("Say what is wrong with this answer."), "#reason" in page.links) == (2, True)
    assert states(opened) == []


def test_an_answer_is_not_appealed_twice_while_the_first_waits_and_no_word_is_lost(opened: Opened) -> None:
    staff = enter(opened, Role.STAFF)
    asked = form(staff.get(answer_path(opened, "9")), "/appeal")
    send(staff, asked, reason="We did greet.")
    page = send(staff, asked, status=409, reason="Twice even.")
    assert "This answer has already been appealed and is not decided yet." in page.text
    assert (f"{OVER} Twice even." in page.text, states(opened)) == (True, ["open"])


@pytest.mark.parametrize("mark", [None, "yes"])
def test_a_decided_answer_is_not_appealed_again(opened: Opened, mark: str | None) -> None:
    staff = enter(opened, Role.STAFF)
    asked = form(staff.get(answer_path(opened, "9")), "/appeal")
    send(staff, asked, reason="We did greet.")
    decide(opened, mark)
    page = send(staff, asked, status=409, reason="Once more.")
    assert "Head office has decided about this answer already; it cannot be appealed again." in page.text
    assert (f"{OVER} Once more." in page.text, "Is an answer not right?" in page.text) == (True, False)


def test_after_the_deadline_an_appeal_is_refused_with_its_day(world: World, tmp_path: Path) -> None:
    opened = world.opened(tmp_path, appeal_days=0)
    staff, path = enter(opened, Role.STAFF), answer_path(world.opened(tmp_path), "9")
    page = staff.post(f"{path}/appeal", status=422, csrf_token=token(staff), reason="Too late.")
    assert "The time to appeal this audit ended on " in page.text
    assert (f"{OVER} Too late." in page.text, states(opened)) == (True, [])
    opened.engine.dispose()


def test_an_excluded_audit_says_so_and_one_that_is_not_released_is_not_there(opened: Opened) -> None:
    staff = appealed(opened)
    asked = [form(staff.get(answer_path(opened, "9")), end) for end in ("/backing", "/withdraw")]
    asked.append(form(staff.get(answer_path(opened, "8")), "/appeal"))
    exclude(opened)
    for one in asked:
        page = staff.submit(one, status=409, reason="So.")
        assert "This audit has been excluded and counts no longer; there is nothing to appeal." in page.text
    waiting = f"/results/{opened.world.mine.things['waiting']}/answers/1/appeal"
    staff.post(waiting, status=404, csrf_token=token(staff), reason="So.")
    assert staff.client.get(answer_path(opened, "9")).status_code == 404


def test_another_branchs_answer_and_one_that_does_not_exist_are_not_found(opened: Opened) -> None:
    staff = enter(opened, Role.STAFF)
    theirs, mine = opened.world.theirs.things, opened.world.mine.things
    for path in (
        f"/results/{theirs['released']}/answers/9/appeal",
        f"/results/{mine['released']}/answers/99/appeal",
        f"/results/{mine['released']}/answers/nine/appeal",
        f"/appeals/{theirs['appeal']}/backing",
        f"/appeals/{theirs['appeal']}/withdraw",
    ):
        staff.post(path, status=404, csrf_token=token(staff), reason="So.")


def test_a_photo_that_is_lost_is_told_to_all_and_on_the_desk(opened: Opened) -> None:
    staff = appealed(opened, jpeg(width=61))
    (shown,) = large(staff.get(answer_path(opened, "9")))
    data = staff.client.get(shown).get_data()
    (file,) = [one for one in opened.world.photos.rglob("*.jpg") if one.read_bytes() == data]
    file.unlink()
    assert "1 photo cannot be found any more." in staff.get(answer_path(opened, "9")).text
    desk = enter(opened, Role.OFFICE).get("/office/")
    assert "Appeals whose photos cannot be found" in desk.text
    assert "Ask the branch to add them once more before you decide." in desk.text


def revise(opened: Opened) -> None:
    settings = Settings(reporting_from=FIRST, chain_zone=OFFICE_ZONE, weeks=8)
    jobs.weekly_report(Worker(opened.engine, settings, lambda: NOW, "tests"))


@pytest.mark.slow
def test_both_scores_and_the_revised_reports_are_shown_to_whoever_may_read_them(opened: Opened) -> None:
    appealed(opened)
    decide(opened, "yes")
    told = "Reports that counted this audit are being looked at again."
    assert told in enter(opened, Role.STAFF).get(answer_path(opened, "9")).text
    revise(opened)
    links = {}
    for role in (Role.STAFF, Role.MANAGER, Role.OFFICE):
        page = enter(opened, role).get(answer_path(opened, "9"))
        for said in (
            "The answer was “no” and is “yes” now.",
            "Greeting in this audit was 70.0 and is 80.0 now.",
            "The audit's score was 70.0 and is 80.0 now.",
            "Because of it 2 reports were revised.",
        ):
            assert said in page.text, role
        links[role] = sorted(link for link in page.links if link.startswith("/editions/"))
        audit = enter(opened, role).get(f"/results/{opened.world.mine.things['released']}")
        assert "Score 80.0 of 100. It was 70.0 before an appeal was upheld." in audit.text
    assert {role: len(found) for role, found in links.items()} == {Role.STAFF: 0, Role.MANAGER: 1, Role.OFFICE: 2}
    manager = enter(opened, Role.MANAGER).get(links[Role.MANAGER][0])
    assert "Revised:" in manager.text
    desk = enter(opened, Role.OFFICE).get(f"/office/review/{opened.world.mine.things['released']}")
    assert "Score before an appeal was upheld 70.0" in desk.text


def test_an_appeal_that_was_rejected_says_that_the_scores_stay(opened: Opened) -> None:
    staff = appealed(opened)
    decide(opened, None)
    page = staff.get(answer_path(opened, "9"))
    assert "Greeting in this audit stays 70.0." in page.text
    assert ("The audit's score stays 70.0." in page.text, "revised" in page.text) == (True, False)


def test_markup_in_what_backs_an_appeal_is_shown_as_it_was_typed(opened: Opened) -> None:
    staff = appealed(opened)
    page: Page = send(staff, _backing(staff, opened), note="<b>Seen</b>")
    assert ("<b>Seen</b>" in page.text, "<b>Seen</b>" in page.html) == (True, False)
    long = send(staff, _backing(staff, opened), status=422, note="x" * 2001)
    assert "That is longer than 2,000 characters." in long.text


def _backing(staff: Visitor, opened: Opened) -> Form:
    return form(staff.get(answer_path(opened, "9")), "/backing")


def test_the_days_of_an_appeal_are_those_of_the_branchs_calendar(opened: Opened) -> None:
    staff = appealed(opened)
    with transaction(opened.engine) as session:
        found = session.exec(select(Appeal).where(Appeal.reason == "We did greet.")).one()
        found.opened_at = NOW - timedelta(hours=12, minutes=30)  # half past midnight in Budapest
        found.audit.branch.timezone = "Europe/Budapest"
    assert "Appealed on 10 March 2026." in staff.get(answer_path(opened, "9")).text
