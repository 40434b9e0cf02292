"""Who sees to a corrective action, through the pages: chosen with the plan, shown, handed over."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import select

from branches.actions import CorrectiveAction
from branches.database import reading, transaction
from branches.people import Role, User
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.pages import Page, Visitor
from tests.monitor.test_access_walk import enter
from tests.monitor.test_portal import actions_of, answer_path, form
from tests.monitor.walked import Opened, World, build


@pytest.fixture(scope="module")
def world(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(sqlite, tmp_path_factory.mktemp("owners"))


@pytest.fixture
def opened(world: World, tmp_path: Path) -> Iterator[Opened]:
    found = world.opened(tmp_path)
    yield found
    found.engine.dispose()


def colleague(opened: Opened, name: str = "Anna Kiss") -> str:
    with transaction(opened.engine) as session:
        branch = opened.person(session, Role.STAFF).branch
        return make.user(session, Role.STAFF, branch=branch, name=name).public_id


def owner_of(opened: Opened, public_id: str = "") -> str:
    """Of the action of that name; of the newest where none is given."""
    asked = public_id or actions_of(opened)[0].public_id
    with reading(opened.engine) as session:
        number = session.exec(select(CorrectiveAction.owner_id).where(CorrectiveAction.public_id == asked)).one()
        return session.get_one(User, number).public_id if number is not None else ""


def own(opened: Opened, role: Role) -> str:
    with reading(opened.engine) as session:
        return opened.person(session, role).public_id


def planned(visitor: Visitor, opened: Opened, *, status: int = 200, **more: str) -> Page:
    """What the visitor is answered who plans an action for a failed item."""
    asked = form(visitor.get(answer_path(opened)), "/plan")
    return visitor.submit(asked, status=status, plan="Smile at the door.", due="2026-03-15", **more)


def test_whoever_plans_an_action_sees_to_it_by_itself(opened: Opened) -> None:
    staff = enter(opened, Role.STAFF)
    planned(staff, opened)
    assert owner_of(opened) == own(opened, Role.STAFF)


def test_a_colleague_is_chosen_with_the_plan_and_shown_beside_it(opened: Opened) -> None:
    anna, staff = colleague(opened), enter(opened, Role.STAFF)
    page = planned(staff, opened, owner=anna)
    assert (owner_of(opened), "seen to by Anna Kiss" in page.text) == (anna, True)
    path = f"/actions/{actions_of(opened)[0].public_id}"
    for role in (Role.STAFF, Role.MANAGER, Role.OFFICE):
        assert "Seen to by Anna Kiss." in enter(opened, role).get(path).text, role


def test_an_action_is_handed_over_on_its_page(opened: Opened) -> None:
    anna, staff, manager = colleague(opened), enter(opened, Role.STAFF), enter(opened, Role.MANAGER)
    path = f"/actions/{opened.world.mine.things['action']}"
    assert "Nobody is named who sees to it." in staff.get(path).text
    page = manager.submit(form(manager.get(path), "/owner"), owner=anna)
    now = owner_of(opened, opened.world.mine.things["action"])
    assert ("Seen to from now on by Anna Kiss." in page.text, now) == (True, anna)


@pytest.mark.parametrize("asked", ["", "nobody", "stranger"])
def test_nobody_from_elsewhere_can_be_named(opened: Opened, asked: str) -> None:
    with transaction(opened.engine) as session:
        stranger = make.user(session, Role.STAFF, branch=make.branch(session)).public_id
        colleague_id = opened.person(session, Role.STAFF).public_id
    staff, manager = enter(opened, Role.STAFF), enter(opened, Role.MANAGER)
    path, named = f"/actions/{opened.world.mine.things['action']}", stranger if asked == "stranger" else asked
    page = manager.submit(form(manager.get(path), "/owner"), status=422, owner=named)
    assert "Choose from the list who sees to it." in page.text
    shown = manager.client.get(path).text
    assert (stranger in shown, colleague_id in shown) == (False, True)
    if named:
        assert "Choose from the list" in planned(staff, opened, status=422, owner=named).text
    assert owner_of(opened, opened.world.mine.things["action"]) == ""


def test_an_owner_who_has_left_is_shown_no_more(opened: Opened) -> None:
    anna, manager = colleague(opened), enter(opened, Role.MANAGER)
    path = f"/actions/{opened.world.mine.things['action']}"
    manager.submit(form(manager.get(path), "/owner"), owner=anna)
    with transaction(opened.engine) as session:
        session.exec(select(User).where(User.public_id == anna)).one().active = False
    page = manager.get(path)
    assert ("Anna Kiss" in page.text, "Nobody is named who sees to it." in page.text) == (False, True)


def test_completed_work_is_handed_over_to_nobody(opened: Opened) -> None:
    anna, staff = colleague(opened), enter(opened, Role.STAFF)
    path = f"/actions/{opened.world.mine.things['action']}"
    before = form(staff.get(path), "/owner")
    staff.submit(form(staff.get(path), "/complete"))
    assert [one.action for one in staff.get(path).forms if one.action.endswith("/owner")] == []
    assert "is completed, not open" in staff.submit(before, status=409, owner=anna).text
    assert owner_of(opened, opened.world.mine.things["action"]) == ""


def test_colleagues_called_the_same_are_numbered_for_staff_who_see_no_address(opened: Opened) -> None:
    for _ in range(2):
        colleague(opened)
    with reading(opened.engine) as session:
        addresses = session.exec(select(User.email).where(User.name == "Anna Kiss")).all()
    assert len(addresses) == 2
    for role, knows in ((Role.STAFF, False), (Role.MANAGER, True)):
        told = enter(opened, role).get(answer_path(opened)).text
        assert ["Anna Kiss (1)" in told, "Anna Kiss (2)" in told] == [not knows, not knows]
        assert [address is not None and address in told for address in addresses] == [knows, knows]


def test_many_actions_of_many_owners_are_listed_in_as_many_queries_as_few(opened: Opened) -> None:
    staff = enter(opened, Role.STAFF)
    asked: list[str] = []
    sa.event.listen(opened.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))

    def of_people() -> int:
        staff.get(answer_path(opened))
        asked.clear()
        staff.get(answer_path(opened))
        return sum(" notice" in one or "FROM person" in one for one in asked)

    planned(staff, opened, owner=colleague(opened, "First"))
    few = of_people()
    for n in range(4):
        planned(staff, opened, owner=colleague(opened, f"Other {n}"))
    assert of_people() == few
