"""The shared tablet through its pages: let in, lent by a PIN, locked by itself; what it opens and what it never does."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from sqlmodel import col, select

from branches import access, accounts, places, sessions
from branches.access import Right
from branches.appeals import Appeal
from branches.database import reading, transaction
from branches.people import Role, User
from branches.pins import Pin
from branches.places import Branch
from branches.sessions import DeviceSession
from tests.branches.test_photos import jpeg
from tests.databases import SqliteDatabases
from tests.monitor.pages import Page, Visitor
from tests.monitor.tablets import (
    ACTS,
    OTHER_PIN,
    PIN,
    READS,
    WRONG_PIN,
    Shared,
    carried_on,
    form,
    newest,
    on,
    opened_by,
    planned,
    shared,
)
from tests.monitor.test_access_walk import Door, ask, doors, may, token_of
from tests.monitor.test_portal import answer_path
from tests.monitor.walked import World, build

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(sqlite, tmp_path_factory.mktemp("tablet"))


@pytest.fixture
def house(world: World, tmp_path: Path) -> Iterator[Shared]:
    found = shared(world, tmp_path)
    yield found
    found.opened.engine.dispose()


def test_a_code_lets_one_tablet_in_once(house: Shared) -> None:
    code = house.code().replace(" ", "-")
    first, second = Visitor(house.opened.app), Visitor(house.opened.app)
    page = first.submit(form(first.get("/tablet"), "/tablet"), code=code)
    assert READS in page.text
    refused = second.submit(form(second.get("/tablet"), "/tablet"), status=422, code=code)
    assert "This code does not fit, or it is too old." in refused.text


def test_a_code_is_too_old_after_a_quarter_of_an_hour(house: Shared) -> None:
    code, visitor = house.code(), Visitor(house.opened.app)
    house.clock.forward(minutes=15)
    visitor.submit(form(visitor.get("/tablet"), "/tablet"), status=422, code=code)


def test_a_code_opens_by_no_other_way_in(house: Shared) -> None:
    digits, visitor = house.code().replace(" ", ""), Visitor(house.opened.app)
    visitor.client.set_cookie("asking", "tablet")
    visitor.submit(form(visitor.get("/sign-in/code"), "/sign-in/code"), status=422, code=digits)
    for path in (f"/sign-in/{digits}", f"/sign-in/tablet {digits}"):
        visitor.submit(visitor.get(path).forms[0], status=403)


def test_codes_cannot_be_guessed_from_one_place(house: Shared) -> None:
    code, visitor = house.code(), Visitor(house.opened.app)
    asked = form(visitor.get("/tablet"), "/tablet")
    for _ in range(100):
        visitor.client.post("/tablet", data={**asked.fields, "code": "1"})
    visitor.submit(asked, status=422, code=code)


def test_head_office_sees_which_tablets_are_signed_in_and_ends_one(house: Shared) -> None:
    office = house.office()
    assert "None is signed in." in office.get(house.branch()).text
    first, second = house.let_in(), house.let_in()
    page = office.get(house.branch())
    assert page.text.count("signed in on 10 March 2026, last used on 10 March 2026") == 2
    page = office.submit(form(page, "/tablets/end"))
    assert "signed a shared tablet out." in page.text
    assert sorted([on(house, first), on(house, second)]) == ["", READS]


def test_a_tablet_of_another_branch_is_not_ended_there(house: Shared) -> None:
    tablet, office = house.let_in(), house.office()
    with reading(house.opened.engine) as session:
        newest_device = max(session.exec(select(DeviceSession.id)))
    asked = form(office.get(house.branch("theirs")), "/tablets")
    for number in range(1, newest_device + 1):
        fields = {**asked.fields, "device": str(number)}
        office.client.post(f"{house.branch('theirs')}/tablets/end", data=fields)
    assert on(house, tablet) == READS


def test_a_tablet_stays_signed_in_as_long_as_it_is_used(house: Shared) -> None:
    used, unused = house.let_in(), house.let_in()
    for _ in range(4):
        house.clock.forward(days=10)
        answer = used.client.get("/branch")
    assert "device=" in answer.headers["Set-Cookie"]
    assert (on(house, used), on(house, unused)) == (READS, "")


def test_a_renamed_branch_keeps_its_tablet_and_a_closed_one_shows_nothing(house: Shared) -> None:
    tablet = house.let_in()
    with transaction(house.opened.engine) as session:
        branch = session.get_one(Branch, house.staff().branch_id)
        places.rename(session, branch, "New Street", by=None, at=house.clock())
    assert "New Street" in tablet.get("/branch").text
    with transaction(house.opened.engine) as session:
        branch = session.get_one(Branch, house.staff().branch_id)
        places.close_branch(session, branch, house.clock().date(), by=None, at=house.clock())
    assert on(house, tablet) == ""
    office = house.office()
    page = office.submit(form(office.get(house.branch()), "/tablets"), status=422)
    assert "The branch is closed; its tablet shows nothing." in page.text


def test_a_tablet_reads_its_branch_and_shows_no_form_to_change_anything(house: Shared) -> None:
    tablet = house.let_in()
    page = tablet.get(answer_path(house.opened).rpartition("/")[0] + "/1")
    assert [one.action for one in page.forms] == ["/language"]
    assert "To plan or accept an action, show what was done or appeal, give your PIN." in page.text
    assert "Your branch can appeal it until" in page.text


def test_somebody_with_a_pin_plans_an_action_under_their_own_name(house: Shared) -> None:
    tablet = house.let_in()
    page = house.unlock(tablet, answer_path(house.opened))
    assert f"{ACTS} {house.staff().name}" in page.text
    planned(tablet, house, page)
    assert newest(house).owner_id == house.staff().id
    assert opened_by(house, "correctiveaction", "open") == house.staff().id


def test_it_locks_when_told_to(house: Shared) -> None:
    tablet = house.let_in()
    page = house.unlock(tablet)
    assert READS in tablet.submit(form(page, "/tablet/lock")).text
    assert on(house, tablet) == READS


def test_it_locks_itself_after_five_minutes_without_use(house: Shared) -> None:
    tablet = house.let_in()
    house.unlock(tablet)
    for _ in range(4):
        house.clock.forward(minutes=4, seconds=30)
        assert on(house, tablet) == ACTS
    house.clock.forward(minutes=5)
    assert on(house, tablet) == READS


def test_what_was_typed_survives_a_lock(house: Shared) -> None:
    tablet = house.let_in()
    page = house.unlock(tablet, answer_path(house.opened))
    house.clock.forward(minutes=6)
    before = newest(house).id
    asked = planned(tablet, house, page, status=403)
    assert "What you typed is kept: give your PIN, and it is sent." in asked.text
    wrong = tablet.submit(form(asked, "/tablet/pin"), status=422, who=house.staff().public_id, pin=WRONG_PIN)
    assert newest(house).id == before
    carried_on(tablet, wrong, who=house.staff().public_id, pin=PIN)
    assert (newest(house).id > before, newest(house).plan) == (True, "Smile at the door.")


def test_an_appeal_survives_a_lock_too(house: Shared) -> None:
    tablet = house.let_in()
    path = answer_path(house.opened).rpartition("/")[0] + "/1"
    page = house.unlock(tablet, path)
    house.clock.forward(minutes=6)
    asked = tablet.submit(form(page, "/appeal"), status=403, reason="She did look up.")
    carried_on(tablet, asked, who=house.staff().public_id, pin=PIN)
    with reading(house.opened.engine) as session:
        kept = session.exec(select(Appeal).order_by(col(Appeal.id).desc())).all()[0]
    assert (kept.reason, opened_by(house, "appeal", "appeal")) == ("She did look up.", house.staff().id)


def test_photos_that_a_lock_lost_are_asked_for_again_before_anything_is_done(house: Shared) -> None:
    tablet = house.let_in()
    path = f"/actions/{house.opened.world.mine.things['action']}"
    page = house.unlock(tablet, path)
    house.clock.forward(minutes=6)
    sent = {**form(page, "/complete").fields, "note": "A sign.", "photos": (BytesIO(jpeg()), "a.jpg")}
    asked = Page(tablet.client.post(f"{path}/complete", data=sent))
    assert "Photos could not be kept: you choose them again afterwards." in asked.text
    page = carried_on(tablet, asked, status=422, who=house.staff().public_id, pin=PIN)
    assert "choose them again" in page.text
    assert "A sign." in page.html
    page = tablet.submit(form(page, "/complete"), note="A sign.")
    assert "The action is completed" in page.text


def test_what_is_carried_goes_only_where_a_pin_leads(house: Shared) -> None:
    tablet = house.let_in()
    asked = form(tablet.get("/tablet/pin"), "/tablet/pin")
    who = {"who": house.staff().public_id, "pin": PIN}
    for to in (
        "//example.com/x",
        "https://example.com",
        "/account/pin",
        "/sign-out",
        "/tablet/lock",
        "\\\\x",
        "/branch",
    ):
        answer = tablet.client.post("/tablet/pin", data={**asked.fields, **who, "to": to, "back": to})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/branch"), to


def test_nothing_is_open_on_it_but_its_branch_and_what_the_pin_lends(house: Shared) -> None:
    """Every address of the program, with what is theirs and what is another branch's, while somebody acts on the tablet."""
    tablet = house.let_in()
    house.unlock(tablet)
    token, found = token_of(tablet), []
    for door in sorted(doors(house.opened.app), key=lambda door: door.method):
        if door.rule.endpoint == "tablet.lock":
            continue
        for mine, side in ((False, house.opened.world.theirs), (True, house.opened.world.mine)):
            status = ask(tablet, door, door.path(side), token)
            if (status == 404) == lent(door, mine=mine):
                found.append((door.method, door.path(side), status))
    assert found == []


def lent(door: Door, *, mine: bool) -> bool:
    acts = door.right in access.LENT and may(door, Role.STAFF, mine=mine)
    return acts or may(door, Role.TABLET, mine=mine)


def test_only_what_a_branch_answers_is_lent() -> None:
    assert set(access.LENT) == {Right.APPEAL, Right.PLAN_ACTIONS, Right.ACCEPT_ACTIONS}


def test_two_tablets_act_each_as_its_own_person(house: Shared) -> None:
    first, second, anna = house.let_in(), house.let_in(), house.colleague("Anna Kiss")
    house.unlock(first)
    house.unlock(second, who=anna.public_id, pin=OTHER_PIN)
    assert f"{ACTS} {house.staff().name}" in first.get("/branch").text
    assert f"{ACTS} Anna Kiss" in second.get("/branch").text
    second.submit(form(second.get("/branch"), "/tablet/lock"))
    assert (on(house, first), on(house, second)) == (ACTS, READS)


def test_whoever_works_elsewhere_or_has_no_pin_cannot_act_there(house: Shared) -> None:
    mine, theirs = house.let_in(), house.let_in("theirs")
    assert "Nobody of this branch has a PIN yet." in theirs.get("/tablet/pin").text
    with transaction(house.opened.engine) as session:
        manager = house.opened.person(session, Role.MANAGER).public_id
    for tablet, who in ((theirs, house.staff().public_id), (mine, manager), (mine, "")):
        fields = {"csrf_token": token_of(tablet), "who": who, "pin": PIN}
        answer = tablet.client.post("/tablet/pin", data=fields)
        assert (answer.status_code, "Choose who you are." in answer.text or tablet is theirs) == (422, True)
        assert on(house, tablet) == READS


@pytest.mark.parametrize("change", ["role", "branch", "access", "pin", "password"])
def test_what_a_pin_opened_ends_with_it(house: Shared, change: str) -> None:
    tablet = house.let_in()
    house.unlock(tablet)
    with transaction(house.opened.engine) as session:
        person = session.get_one(User, house.staff().id)
        elsewhere = session.exec(select(Branch).where(Branch.id != person.branch_id)).all()[0]
        more = {"by": None, "at": house.clock()}
        match change:
            case "role":
                accounts.change_role(session, person, Role.MANAGER, region=elsewhere.region, **more)  # type: ignore[arg-type]
            case "branch":
                accounts.change_role(session, person, Role.STAFF, branch=elsewhere, **more)  # type: ignore[arg-type]
            case "access":
                accounts.deactivate(session, person, **more)  # type: ignore[arg-type]
            case "password":
                accounts.set_password(session, person, None, **more)  # type: ignore[arg-type]
            case "pin":
                sessions.take_back(session, person)
    assert on(house, tablet) == READS
    gone = change in ("role", "branch", "access")
    assert ("Nobody of this branch has a PIN yet." in tablet.get("/tablet/pin").text) == gone


def test_the_sign_in_of_tablets_is_nobody_in_head_offices_lists(house: Shared) -> None:
    tablet, office = house.let_in(), house.office()
    tablet.get("/branch")
    with reading(house.opened.engine) as session:
        own = session.exec(select(User).where(User.role == Role.TABLET.value)).all()
    for one in own:
        office.get(f"/office/people/{one.public_id}", status=404)
        for path in ("/office/people?show=staff", "/office/people?show=inactive", "/office/people"):
            assert one.public_id not in office.get(path).html
    assert "tablet" not in office.get("/office/people/new").html.partition("<form")[2].replace("shared tablet", "")


def test_a_tablet_has_nobodys_own_pages(house: Shared) -> None:
    tablet = house.let_in()
    for _ in range(2):
        assert "My sign-in" not in tablet.get("/branch").text
        tablet.get("/account", status=404)
        house.unlock(tablet)


def test_the_language_of_a_tablet_is_its_own_whoever_acts(house: Shared) -> None:
    tablet = house.let_in()
    page = house.unlock(tablet)
    assert tablet.submit(form(page, "/language"), language="hu").language == "hu"
    assert house.staff().language == "en"
    assert tablet.get("/branch").language == "hu"


def test_neither_code_nor_pin_is_kept_as_it_is(house: Shared) -> None:
    code, tablet = house.code().replace(" ", ""), house.let_in()
    house.unlock(tablet)
    with reading(house.opened.engine) as session:
        (hashed,) = session.exec(select(Pin.hashed)).all()
    assert (hashed.startswith("$argon2"), PIN in hashed) == (True, False)
    house.opened.engine.dispose()
    text = Path(str(house.opened.engine.url.database)).read_bytes()
    assert code.encode() not in text
