"""PINs through the pages: tried too often, chosen at one's own account, given by head office and changed at first use."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import select

from branches import pins
from branches.database import reading, transaction
from branches.people import Role, User
from branches.pins import MOST_IN_A_ROW, Pin
from monitor import passwords
from tests.databases import SqliteDatabases
from tests.monitor.tablets import ACTS, OTHER_PIN, READS, WRONG_PIN, Shared, form, on, opened_by, planned, shared
from tests.monitor.test_access_walk import enter, token_of
from tests.monitor.test_portal import answer_path
from tests.monitor.walked import World, build

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(sqlite, tmp_path_factory.mktemp("pins"))


@pytest.fixture
def house(world: World, tmp_path: Path) -> Iterator[Shared]:
    found = shared(world, tmp_path)
    yield found
    found.opened.engine.dispose()


def test_five_wrong_pins_lock_a_person_for_a_quarter_of_an_hour(house: Shared) -> None:
    tablet, other = house.let_in(), house.let_in()
    anna = house.colleague("Anna Kiss")
    for _ in range(5):
        page = house.unlock(tablet, pin=WRONG_PIN, status=422)
    assert "This PIN does not fit. After 5 wrong ones it opens nothing for 15 minutes." in page.text
    for one in (tablet, other):
        assert "There were too many wrong PINs." in house.unlock(one, status=422).text
    assert ACTS in house.unlock(tablet, who=anna.public_id, pin=OTHER_PIN).text
    house.clock.forward(minutes=14, seconds=59)
    house.unlock(other, status=422)
    house.clock.forward(seconds=1)
    assert ACTS in house.unlock(other).text


def test_a_pin_that_was_guessed_at_for_weeks_opens_nothing_and_another_does(house: Shared) -> None:
    tablet = house.let_in()
    with transaction(house.opened.engine) as session:
        session.exec(sa.update(Pin).values(tried=MOST_IN_A_ROW))
    assert "This PIN was tried wrongly too often" in house.unlock(tablet, status=422).text
    with transaction(house.opened.engine) as session:
        staff = house.opened.person(session, Role.STAFF)
        pins.choose(session, staff, passwords.hashed_pin(OTHER_PIN), by=staff, at=house.clock())
    assert ACTS in house.unlock(tablet, pin=OTHER_PIN).text


def test_a_right_pin_forgets_the_wrong_ones(house: Shared) -> None:
    tablet = house.let_in()
    for _ in range(3):
        for _ in range(4):
            house.unlock(tablet, pin=WRONG_PIN, status=422)
        house.unlock(tablet)


def test_one_tablet_takes_no_more_than_thirty_wrong_pins_an_hour_whoever_they_are_for(house: Shared) -> None:
    tablet, other = house.let_in(), house.let_in()
    people = [house.colleague(f"Colleague {n}") for n in range(7)]
    for person in people[:6]:
        for _ in range(5):
            house.unlock(tablet, who=person.public_id, pin=WRONG_PIN, status=422)
    last = people[6].public_id
    house.unlock(tablet, who=last, pin=OTHER_PIN, status=422)
    assert ACTS in house.unlock(other, who=last, pin=OTHER_PIN).text


def test_staff_choose_their_pin_at_their_own_account(house: Shared) -> None:
    staff = enter(house.opened, Role.STAFF)
    page = staff.get("/account")
    assert "You have a PIN." in page.text
    refused = staff.submit(form(page, "/account/pin"), status=422, pin="123456")
    assert "This PIN is easy to guess" in refused.text
    assert "Your PIN holds from now on." in staff.submit(form(page, "/account/pin"), pin=OTHER_PIN).text
    tablet = house.let_in()
    house.unlock(tablet, status=422)
    assert ACTS in house.unlock(tablet, pin=OTHER_PIN).text


def test_a_pin_is_chosen_soon_after_signing_in(house: Shared) -> None:
    staff = enter(house.opened, Role.STAFF)
    page = staff.get("/account")
    house.clock.forward(minutes=16)
    refused = staff.submit(form(page, "/account/pin"), status=403, pin=OTHER_PIN)
    assert "Sign out and in again first" in refused.text


def test_managers_and_shoppers_have_no_pin(house: Shared) -> None:
    for role in (Role.MANAGER, Role.SHOPPER, Role.OFFICE):
        assert "/account/pin" not in enter(house.opened, role).get("/account").html


def test_head_office_adds_staff_without_an_address_and_their_first_pin_is_changed_at_first_use(house: Shared) -> None:
    office = house.office()
    branch = house.opened.world.mine.things["branch"]
    typed = {"name": "Bea Nagy", "role": "staff", "branch": branch, "email": "", "language": "en"}
    asked = form(office.get("/office/people/new"), "/people/new")
    asked.fields |= typed
    page = office.submit(asked)
    page = office.submit(form(page, "/pin"))
    first = page.text.partition("The first PIN is ")[2][:6]
    with reading(house.opened.engine) as session:
        bea = session.exec(select(User).where(User.name == "Bea Nagy")).one()
    tablet = house.let_in()
    page = house.unlock(tablet, answer_path(house.opened), pin=first, who=bea.public_id)
    assert "Choose a PIN of your own." in page.text
    assert on(house, tablet) == READS
    for own in ("111111", first, "12"):
        page = tablet.submit(form(page, "/tablet/pin"), status=422, pin=first, own_pin=own)
    page = tablet.submit(form(page, "/tablet/pin"), pin=first, own_pin=OTHER_PIN)
    assert f"{ACTS} Bea Nagy" in page.text
    planned(tablet, house, page)
    house.unlock(tablet, pin=first, who=bea.public_id, status=422)
    assert opened_by(house, "correctiveaction", "open") == bea.id


def test_whoever_has_an_address_gets_no_first_pin(house: Shared) -> None:
    office = house.office()
    page = office.get(f"/office/people/{house.staff().public_id}")
    assert [one.action for one in page.forms if one.action.endswith("/pin")] == []
    token = token_of(office)
    answer = office.client.post(f"/office/people/{house.staff().public_id}/pin", data={"csrf_token": token})
    assert answer.status_code == 403
