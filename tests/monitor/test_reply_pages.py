"""What staff say to an action that was planned for them, what it is about, and who did what: through the pages."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from branches import actions, flags
from branches.actions import CorrectiveAction
from branches.database import reading, transaction
from branches.editions import Edition
from branches.flags import Flag
from branches.people import Role, User
from tests.branches.test_photos import jpeg
from tests.databases import SqliteDatabases
from tests.monitor.pages import Visitor
from tests.monitor.test_access_walk import enter
from tests.monitor.test_evidence_pages import path, pictures, send
from tests.monitor.test_portal import answer_path, form
from tests.monitor.walked import NOW, Opened, World, build
from tests.reports.pdfs import Pdf

ASKED = "It was planned for the branch. Say that you accept it, or write why not or what is unclear."


@pytest.fixture(scope="module")
def world(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(sqlite, tmp_path_factory.mktemp("replies"))


@pytest.fixture
def opened(world: World, tmp_path: Path) -> Iterator[Opened]:
    found = world.opened(tmp_path)
    yield found
    found.engine.dispose()


def reply_of(opened: Opened) -> str:
    with reading(opened.engine) as session:
        public_id = opened.world.mine.things["action"]
        return session.exec(select(CorrectiveAction.reply).where(CorrectiveAction.public_id == public_id)).one()


def plan_of(opened: Opened) -> str:
    with reading(opened.engine) as session:
        public_id = opened.world.mine.things["action"]
        return session.exec(select(CorrectiveAction.plan).where(CorrectiveAction.public_id == public_id)).one()


def in_short(staff: Visitor) -> str:
    """What leads the branch's own page."""
    return staff.client.get("/branch").text.partition('<dl class="brief">')[2].partition("</dl>")[0]


def sheet_of(staff: Visitor) -> str:
    """What the page for the staff room says."""
    return " ".join(Pdf(staff.client.get("/branch.pdf").data).text().split())


def name_of(opened: Opened, role: Role) -> str:
    with reading(opened.engine) as session:
        return opened.person(session, role).name


def test_a_branch_accepts_what_was_planned_for_it_and_everybody_reads_when(opened: Opened) -> None:
    staff, manager = enter(opened, Role.STAFF), enter(opened, Role.MANAGER)
    assert "not accepted yet" in staff.get("/branch").text
    page = staff.get(path(opened))
    assert (ASKED in page.text, ASKED in manager.get(path(opened)).text) == (True, False)
    page = staff.submit(form(page, "/accept"))
    told = f"Accepted on 10 March 2026 by {name_of(opened, Role.STAFF)}."
    assert ("The branch has accepted the action." in page.text, told in page.text, ASKED in page.text) == (
        True,
        True,
        False,
    )
    assert (told in manager.get(path(opened)).text, reply_of(opened)) == (True, "accepted")
    assert "not accepted yet" not in staff.get("/branch").text


def test_a_second_answer_is_told_of_the_first(opened: Opened) -> None:
    staff = enter(opened, Role.STAFF)
    page = staff.get(path(opened))
    accept, asks = form(page, "/accept"), form(page, "/reply")
    staff.submit(accept)
    assert "This action has been accepted already." in staff.submit(accept, status=409).text
    refused = staff.submit(asks, status=409, kind="asked", words="Which door?")
    assert "This action has been accepted already." in refused.text


def test_a_branch_asks_is_answered_and_accepts(opened: Opened) -> None:
    staff, manager = enter(opened, Role.STAFF), enter(opened, Role.MANAGER)
    page = staff.submit(form(staff.get(path(opened)), "/reply"), kind="asked", words="Which <b>door</b>?")
    assert ("Which <b>door</b>?" in page.text, "Your manager and head office can read it." in page.text) == (True, True)
    branch = manager.get(f"/branches/{opened.world.mine.things['branch']}")
    assert "the branch has a question" in branch.text
    page = manager.submit(form(manager.get(path(opened)), "/respond"), status=422, response=" ")
    assert "Write what you answer the branch." in page.text
    page = manager.submit(form(page, "/respond"), response="The front one.")
    assert "The branch can read your answer." in page.text
    read = staff.get(path(opened)).text
    for said in (
        f"On 10 March 2026 {name_of(opened, Role.STAFF)} asked: Which <b>door</b>?",
        f"On 10 March 2026 {name_of(opened, Role.MANAGER)} answered: The front one.",
    ):
        assert said in read
    staff.submit(form(staff.get(path(opened)), "/accept"))
    assert reply_of(opened) == "accepted"


def test_what_the_branch_has_not_accepted_is_no_plan_of_its_own(opened: Opened) -> None:
    staff, plan = enter(opened, Role.STAFF), plan_of(opened)
    assert plan not in in_short(staff)
    assert "not accepted yet" in sheet_of(staff)
    staff.submit(form(staff.get(path(opened)), "/reply"), kind="refused", words="The book does not allow it.")
    assert "we say why not" in staff.get("/branch").text
    assert plan not in sheet_of(staff)
    staff.submit(form(staff.get(path(opened)), "/accept"))
    assert plan in in_short(staff)
    assert plan in sheet_of(staff)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": "", "words": "Why?"}, "Choose which of the two it is."),
        ({"kind": "accepted", "words": "Why?"}, "Choose which of the two it is."),
        ({"kind": "refused", "words": " "}, "Say why not, or what you want to know."),
        ({"kind": "asked", "words": "y" * 1001}, "That is longer than 1,000 characters."),
    ],
)
def test_a_reply_that_lacks_something_comes_back_with_what_was_typed(
    opened: Opened, fields: dict[str, str], said: str
) -> None:
    staff = enter(opened, Role.STAFF)
    page = staff.submit(form(staff.get(path(opened)), "/reply"), status=422, **fields)
    assert (page.text.count(said), fields["words"].strip()[:1000] in page.html) == (2, True)
    assert (reply_of(opened), page.title.startswith("Error:")) == ("waiting", True)


def test_an_actions_page_leads_to_what_it_answers(opened: Opened) -> None:
    staff, things = enter(opened, Role.STAFF), opened.world.mine.things
    assert f"/results/{things['released']}/answers/{things['place']}" in staff.get(path(opened)).links
    assert f"/flags/{things['flag']}" in staff.get(path(opened, "completed")).links
    with transaction(opened.engine) as session:
        flag = session.exec(select(Flag).where(Flag.public_id == things["flag"])).one()
        flag.cleared_week = NOW.date()
    page = staff.get(path(opened, "completed"))
    assert (
        "It answers a flag that has been cleared since." in page.text,
        f"/flags/{things['flag']}" in page.links,
    ) == (
        True,
        False,
    )


def test_an_actions_page_says_who_completed_it_and_who_verified_it_and_when(opened: Opened) -> None:
    staff, manager = enter(opened, Role.STAFF), enter(opened, Role.MANAGER)
    send(staff, form(staff.get(path(opened)), "/complete"), note="")
    done = f"Completed on 10 March 2026 by {name_of(opened, Role.STAFF)}."
    assert done in staff.get(path(opened)).text
    manager.submit(form(manager.get(path(opened)), "/verify"))
    seen = f"Verified on 10 March 2026 by {name_of(opened, Role.MANAGER)}."
    for visitor in (staff, manager):
        page = visitor.get(path(opened))
        assert (done in page.text, seen in page.text) == (True, True)


def test_an_action_opened_again_is_not_said_to_be_completed(opened: Opened) -> None:
    staff, manager = enter(opened, Role.STAFF), enter(opened, Role.MANAGER)
    send(staff, form(staff.get(path(opened)), "/complete"), note="")
    manager.submit(form(manager.get(path(opened)), "/reopen"), reason="No sign.")
    assert "Completed on" not in staff.get(path(opened)).text


def test_of_several_photos_the_good_ones_need_not_be_chosen_again(opened: Opened) -> None:
    staff = enter(opened, Role.STAFF)
    asked = form(staff.get(path(opened)), "/complete")
    page = send(staff, asked, jpeg(width=44), b"no picture", jpeg(width=45), status=422, note="A sign.")
    assert "Photos that came along and need not be chosen again" in page.text
    assert "The photo cannot be read; send a JPEG, PNG, WebP or HEIC." in page.text
    held = [part.partition('"')[0] for part in page.html.split('name="held" value="')[1:]]
    assert len(held) == 2
    address, fields = f"{path(opened)}/complete", {**form(page, "/complete").fields, "held": held, "note": "A sign."}
    fields.pop("photos")
    staff.client.post(address, data=fields, content_type="multipart/form-data")
    assert len(pictures(staff, path(opened))) == 2


def test_the_form_says_how_many_more_photos_there_is_room_for(opened: Opened) -> None:
    staff = enter(opened, Role.STAFF)
    page = staff.get(path(opened))
    assert "Up to 3 photos" in page.text
    page = send(staff, form(page, "/complete"), jpeg(width=44), note="")
    for width, said in ((45, "Up to 2 more photos"), (46, "1 more photo"), (0, "More photos")):
        page = staff.get(path(opened))
        assert said in page.text
        if width:
            send(staff, form(page, "/evidence"), jpeg(width=width), note="")


def test_an_action_says_how_its_section_stands_and_why_no_effect_is_told(opened: Opened) -> None:
    staff = enter(opened, Role.STAFF)
    page = staff.get(path(opened))
    assert "The section in the last report Greeting: " in page.text
    send(staff, form(page, "/complete"), note="")
    page = staff.get(path(opened))
    assert "Has it helped? The next report says whether it can be told already." in page.text
    assert "The section in the last report Greeting: " in page.text


def test_what_the_last_report_did_not_tell_is_not_promised_of_the_next(opened: Opened) -> None:
    """Completed long before the last report, which knows nothing of it."""
    staff = enter(opened, Role.STAFF)
    send(staff, form(staff.get(path(opened)), "/complete"), note="")
    with transaction(opened.engine) as session:
        due = session.exec(select(Edition.due_at).order_by(col(Edition.due_at).desc())).all()[0]
        session.exec(sa.update(CorrectiveAction).values(completed_at=due - timedelta(days=300)))
    page = staff.get(path(opened))
    assert "The next report says" not in page.text
    assert "The last report does not tell whether it helped." in page.text


def test_where_there_is_no_choice_the_form_says_who_sees_to_it(opened: Opened) -> None:
    with transaction(opened.engine) as session:
        staff_id = opened.person(session, Role.STAFF).id
        session.get_one(User, staff_id).active = False
    manager = enter(opened, Role.MANAGER)
    said = f"Seen to by {name_of(opened, Role.MANAGER)}: nobody else can be named there yet."
    for address in (answer_path(opened), f"/flags/{opened.world.mine.things['flag']}"):
        page = manager.get(address)
        assert (said in page.text, "owner" in form(page, "/plan").fields) == (True, False)


def test_a_colleague_who_is_named_is_asked_too(opened: Opened) -> None:
    with transaction(opened.engine) as session:
        staff, things = opened.person(session, Role.STAFF), opened.world.mine.things
        assert staff.branch is not None
        flag = session.exec(select(Flag).where(Flag.public_id == things["flag"])).one()
        flags.acknowledge(session, flag, note="", by=opened.person(session, Role.MANAGER), at=NOW)
        made = actions.open_action(
            session,
            staff.branch,
            plan="Nod.",
            due_on=(NOW + timedelta(days=3)).date(),
            flag=flag,
            owner=staff,
            by=opened.person(session, Role.MANAGER),
            at=NOW,
        )
        address = f"/actions/{made.public_id}"
    assert ASKED in enter(opened, Role.STAFF).get(address).text
