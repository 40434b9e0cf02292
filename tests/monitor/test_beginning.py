"""From nothing to the first report: the desk lists the steps, and the page of reports says when the first one comes."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from branches.people import Role
from monitor.mailer import Folder
from tests.databases import SqliteDatabases
from tests.monitor.mailbox import text
from tests.monitor.pages import Visitor
from tests.monitor.rooms import Rooms, form, opened

STEPS = (
    "Open your regions and branches",
    "Add shoppers, managers and staff",
    "Publish the standard",
    "Note that staff were told",
    "Assign the first audits",
    "Review what shoppers send, and release it",
    "Read the first report, as it would be now",
)


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened(sqlite, tmp_path) as rooms:
        yield rooms


def undone(office: Visitor) -> list[str]:
    """The steps of the desk that are not done yet."""
    listed = office.get("/office/").text.partition("Before the first report")[2].partition("All that waits")[0]
    assert [step for step in STEPS if step not in listed] == []
    ends = [listed.index(step) for step in STEPS[1:]] + [len(listed)]
    return [
        step
        for step, end in zip(STEPS, ends, strict=True)
        if not listed[listed.index(step) : end].rstrip().removesuffix("Assign an audit").endswith("done")
    ]


def test_the_desk_lists_the_steps_to_the_first_report_and_which_are_done(rooms: Rooms) -> None:
    office = rooms.office()
    assert undone(office) == list(STEPS[3:])
    page = office.get(f"/office/places/branches/{rooms.other}")
    office.submit(form(page, "/notices"), informed_on="2025-07-01", how="By letter")
    rooms.audit("submitted")
    assert undone(office) == list(STEPS[5:])
    rooms.audit("released")
    assert undone(office) == list(STEPS[6:])


def test_the_page_of_reports_says_when_the_first_one_comes_and_leads_on(rooms: Rooms) -> None:
    page = rooms.office().get("/reports/chain")
    assert "There is no report yet." in page.text
    assert "It comes by itself on 14 July 2025, 06:00, about the week of 7 July 2025." in page.text
    assert ("/office/" in page.links, "What this week's audits say so far" in page.text) == (True, False)


def test_the_first_report_can_be_read_as_it_would_be_now(rooms: Rooms) -> None:
    rooms.audit("released")
    for role in (Role.OFFICE, Role.MANAGER):
        visitor = rooms.visitor(role)
        page = visitor.get("/reports/chain" if role is Role.OFFICE else "/reports/mine")
        (way,) = [link for link in page.links if link.endswith("/so-far")]
        assert ("/office/" in page.links) == (role is Role.OFFICE)
        text = visitor.get(way).text
        for words in ("Not issued: this is what the report would say now", "New this week", "Not enough audits"):
            assert words in text
        assert visitor.client.get(way.replace("so-far", "past")).status_code == 200


def test_without_an_audit_that_counts_there_is_no_report_so_far(rooms: Rooms) -> None:
    rooms.audit("submitted")
    office = rooms.office()
    assert office.client.get("/reports/chain/so-far").status_code == 404
    assert "so-far" not in " ".join(office.get("/reports/chain").links)
    assert rooms.visitor(Role.MANAGER).client.get("/reports/chain/so-far").status_code == 404
    assert rooms.visitor(Role.STAFF).client.get("/reports/chain/so-far").status_code == 404


def test_where_there_are_many_audits_explore_takes_the_place_of_it(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms.audit("released")
    monkeypatch.setattr("monitor.web.so_far.MOST_AUDITS", 0)
    page = rooms.office().get("/reports/chain")
    ways = [link.replace("&amp;", "&") for link in page.links if link.startswith("/explore")]
    assert ways == ["/explore?scope=chain&from=2025-07-07&to=2025-07-10"]


def test_before_the_first_audits_are_a_week_old_only_this_week_is_offered(rooms: Rooms) -> None:
    office = rooms.office()
    assert "This week so far" not in office.get("/explore").text
    rooms.audit("released")
    page = office.get("/explore")
    ways = {link.replace("&amp;", "&") for link in page.links if link.startswith("/explore?") and "from=" in link}
    assert ways == {"/explore?from=2025-07-07&to=2025-07-10"}
    assert office.get(ways.pop()).status == 200


def test_the_last_step_says_from_how_many_audits_on_branches_are_judged(rooms: Rooms) -> None:
    desk = rooms.office().get("/office/").text
    assert (
        "Until about 32 audits have been made in all, 30 of them at branches audited before, it judges no branch."
        in desk
    )


def test_whoever_is_added_reads_who_added_them_and_where_to_ask_again(rooms: Rooms) -> None:
    office = rooms.office()
    page = office.get(f"/office/people/{rooms.people[Role.STAFF].public_id}")
    office.submit(form(page, "/invite"))
    told = text(rooms.mail.sent[-1])
    assert "Somebody of Test & Sons has added you here." in told
    assert "Later, ask for another link at http://localhost:8000/sign-in." in told
    assert "You did not ask to sign in?" not in told


def test_the_desk_says_that_mail_reaches_nobody_where_it_is_kept_as_files(rooms: Rooms, tmp_path: Path) -> None:
    said = "Mail is kept as files beside the data and reaches nobody: config.toml names no mail server."
    assert said not in rooms.office().get("/office/").text
    rooms.app.extensions["site"] = replace(rooms.app.extensions["site"], mail=Folder(tmp_path / "mail"))
    assert said in rooms.office().get("/office/").text
