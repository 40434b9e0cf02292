"""Every address of the program, asked for by everybody with what is theirs and what is not, against the table of rights."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlmodel import select
from werkzeug.routing import Rule

from branches import access, accounts, sessions
from branches.access import Reach, Right
from branches.database import transaction
from branches.people import PERSONS, Role, User
from branches.places import Region
from tests.databases import SqliteDatabases
from tests.monitor.addresses import FOR_EVERYBODY, FOR_WHOEVER_IS_SIGNED_IN, KINDS, RIGHT_OF
from tests.monitor.pages import Visitor, sign_in
from tests.monitor.walked import NOW, Opened, Side, World, build

PHOTOS = {"results.evidence_photo": "shown photo", "results.appeal_photo": "appeal photo"}
FIXED = {"sha256": "0" * 64, "size": "small", "step": "1", "way": "cannot-go", "change": "name", "table": "items"}
FIXED_AT = {("office.step", "step"): "approve", ("capture.photo", "public_id"): "released"}
FIXED_AT |= {("office.step_standard", "change"): "undo", ("office.standard_file", "name"): "standard.toml"}
FIXED_AT |= {(f"office.{page}", "key"): "s1" for page in ("standard_section", "change_standard_section")}
FIXED_AT |= {
    (f"office.{page}", "key"): "i2" for page in ("standard_item", "change_standard_item", "change_standard_type")
}
FIXED_AT |= {(f"section.{page}", "place"): "1" for page in ("show", "table", "workbook")}
ONLY = {
    "editions.chain": {Reach.CHAIN},
    "editions.mine": {Reach.REGION},
    "account.name_stand_in": {Reach.REGION},
    "account.end_stand_in": {Reach.REGION},
}
"""Routes without an id that speak of one thing: how far one must reach for it."""
MADE_UP = (
    *("0" * 16, "9223372036854775808", "-1", "0", "None", "\u0661\u0662", "\u202ea", "\U0001f4a9", "%00", "a%0Ab"),
    *("..%2F..%2Fetc", "=1+1", "'--", "x" * 3000),
)
FINE = {200, 302, 303}
DONE = FINE | {403, 409, 422}
"""What a form may be answered with by whoever may send it: it is sent empty here."""
SIGNED_OUT = "/sign-in"
ARGUMENT = re.compile(r"<(\w+)>")


@dataclass(frozen=True)
class Door:
    """One route under one method."""

    rule: Rule
    method: str

    @property
    def right(self) -> Right | None:
        """None: for whoever is signed in."""
        here = self.rule.endpoint
        if here in FOR_WHOEVER_IS_SIGNED_IN:
            return None
        assert here in RIGHT_OF, f"{here}: it is not known which right opens it; say so in OPENED_BY"
        return RIGHT_OF[here]

    @property
    def audience(self) -> set[Role]:
        return {role for role in Role if self.reach(role) is not None}

    def reach(self, role: Role) -> Reach | None:
        if self.right is None:
            return Reach.OWN if role in PERSONS else None
        return access.RIGHTS[role].get(self.right)

    def path(self, side: Side) -> str:
        """The route's address for the things of that side."""
        found = self.rule.rule
        for name in ARGUMENT.findall(self.rule.rule):
            found = found.replace(f"<{name}>", self.example(name, side))
        return found

    def example(self, name: str, side: Side) -> str:
        here = self.rule.endpoint
        if (here, name) in FIXED_AT:
            value = FIXED_AT[here, name]
            return side.things.get(value, value)
        if name == "photo":
            return side.things[PHOTOS.get(here, "waiting photo" if here.startswith("office") else "photo")]
        if name in ("scope", "notice", "place"):
            return side.things[name]
        if name in FIXED:
            return FIXED[name]
        assert name == "public_id", f"{here}: no example is known for {name}; add one"
        kind = KINDS.get(here) or KINDS.get(here.partition(".")[0])
        assert kind, f"{here}: it is not known what its public_id names; say so in KINDS"
        return side.things[kind]


def doors(app: Flask) -> Iterator[Door]:
    """Every route that is not meant for everybody, under each method it takes."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in FOR_EVERYBODY:
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield Door(rule, method)


@pytest.fixture(scope="module")
def world(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(sqlite, tmp_path_factory.mktemp("walk"))


@pytest.fixture
def opened(world: World, tmp_path: Path) -> Iterator[Opened]:
    found = world.opened(tmp_path)
    yield found
    found.engine.dispose()


def enter(opened: Opened, role: Role) -> Visitor:
    with transaction(opened.engine) as session:
        token = sessions.make_link(session, opened.person(session, role), at=opened.clock[0])
    return sign_in(opened.app, token)


def ask(visitor: Visitor, door: Door, path: str, token: str) -> int:
    if door.method == "GET":
        return visitor.client.get(path).status_code
    return visitor.client.post(path, data={"csrf_token": token}).status_code


def token_of(visitor: Visitor) -> str:
    return visitor.get("/sign-in").forms[-1].fields["csrf_token"]


def may(door: Door, role: Role, *, mine: bool) -> bool:
    """What the table says."""
    far = door.reach(role)
    if role not in door.audience or far is None or far not in ONLY.get(door.rule.endpoint, set(Reach)):
        return False
    return mine or not door.rule.arguments or far is Reach.CHAIN


def closed(door: Door, role: Role) -> set[int]:
    """How what is not theirs is answered: a shared tablet asks for a PIN, whatever was asked for, before it looks."""
    return {403} if role is Role.TABLET and door.right in access.LENT else {404}


def wrong(opened: Opened, role: Role, visitor: Visitor) -> list[tuple[str, str, int]]:
    """Every address that was answered otherwise than the table says; forms last, for they change things."""
    found, token = [], token_of(visitor)
    for door in sorted(doors(opened.app), key=lambda door: door.method):
        for mine, side in ((False, opened.world.theirs), (True, opened.world.mine)):
            path = door.path(side)
            fine = FINE if door.method == "GET" else DONE
            expected = fine if may(door, role, mine=mine) else closed(door, role)
            status = ask(visitor, door, path, token)
            if status not in expected:
                found.append((door.method, path, status))
    return found


def test_the_walk_knows_every_route(opened: Opened) -> None:
    found = list(doors(opened.app))
    assert {door.rule.endpoint for door in found} == RIGHT_OF.keys() | FOR_WHOEVER_IS_SIGNED_IN
    assert {rule.endpoint for rule in opened.app.url_map.iter_rules()} >= FOR_EVERYBODY
    assert [door.path(opened.world.mine) for door in found if "<" in door.path(opened.world.mine)] == []
    assert {door.right for door in found} >= {right for right in Right if right not in NO_PAGE}


def test_a_route_that_the_walk_has_no_example_for_fails_it(opened: Opened) -> None:
    for rule, endpoint in (("/x/<public_id>", "unknown.page"), ("/branches/<something>", "region.branch")):
        with pytest.raises(AssertionError, match=r"KINDS|add one"):
            Door(Rule(rule, endpoint=endpoint), "GET").path(opened.world.mine)
    with pytest.raises(AssertionError, match="OPENED_BY"):
        may(Door(Rule("/x", endpoint="unknown.page"), "GET"), Role.OFFICE, mine=True)


NO_PAGE = {Right.SEE_BRANCHES, Right.SEE_AUDITS}
"""Rights that no route names alone: they say which rows other pages show."""


@pytest.mark.slow
@pytest.mark.parametrize("role", Role)
def test_every_route_answers_each_role_as_the_table_says(opened: Opened, role: Role) -> None:
    assert wrong(opened, role, enter(opened, role)) == []


@pytest.mark.slow
@pytest.mark.parametrize("role", Role)
def test_every_page_stands_under_one_entry_of_the_list_of_pages(opened: Opened, role: Role) -> None:
    visitor, found = enter(opened, role), dict[str, int]()
    for door in doors(opened.app):
        if door.method == "GET" and may(door, role, mine=True):
            answer = visitor.client.get(door.path(opened.world.mine))
            page = answer.text if answer.mimetype == "text/html" else ""
            listed = re.search(r'<nav aria-label="Pages">.*?</nav>', page, re.DOTALL)
            if answer.status_code == 200 and listed:
                found[door.rule.endpoint] = len(set(re.findall(r'href="(\S+)" aria-current="page"', listed[0])))
            answer.close()  # a table that is streamed holds its request until then
    assert {endpoint: n for endpoint, n in found.items() if n != 1} == {}
    assert len(found) > 1


def thing(opened: Opened, name: str) -> str:
    side, _, kind = name.partition(" ")
    return {"mine": opened.world.mine, "theirs": opened.world.theirs}[side].things[kind]


@pytest.mark.slow
def test_who_is_not_signed_in_is_asked_to_sign_in_everywhere(opened: Opened) -> None:
    visitor = Visitor(opened.app)
    answers = [visitor.client.open(door.path(opened.world.mine), method=door.method) for door in doors(opened.app)]
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {(302, SIGNED_OUT)}


@pytest.mark.slow
@pytest.mark.parametrize("role", Role)
def test_whoever_is_no_longer_active_is_out_at_once(opened: Opened, role: Role) -> None:
    visitor = enter(opened, role)
    with transaction(opened.engine) as session:
        office = opened.person(session, Role.OFFICE)
        other = User(role=Role.OFFICE.value, email="second@example.com", created_at=NOW)
        session.add(other)
        session.flush()
        person = opened.person(session, role)
        accounts.deactivate(session, person, by=other if person.id == office.id else office, at=NOW)
    answers = [
        visitor.client.open(door.path(opened.world.mine), method=door.method).status_code for door in doors(opened.app)
    ]
    assert set(answers) == {302}


@pytest.mark.slow
def test_a_change_of_role_holds_at_once(opened: Opened) -> None:
    visitor = enter(opened, Role.MANAGER)
    with transaction(opened.engine) as session:
        branch = opened.person(session, Role.STAFF).branch
        person, office = opened.person(session, Role.MANAGER), opened.person(session, Role.OFFICE)
        accounts.change_role(session, person, Role.STAFF, branch=branch, by=office, at=NOW)
    answers = {visitor.client.get(door.path(opened.world.mine)).status_code for door in doors(opened.app)}
    assert answers <= {302, 405}
    assert wrong(opened, Role.STAFF, enter(opened, Role.MANAGER)) == []


@pytest.mark.slow
def test_a_manager_moved_to_another_region_has_that_one_alone(opened: Opened) -> None:
    with transaction(opened.engine) as session:
        region = session.exec(select(Region).where(Region.public_id == opened.world.theirs.things["region"])).one()
        person, office = opened.person(session, Role.MANAGER), opened.person(session, Role.OFFICE)
        accounts.change_role(session, person, Role.MANAGER, region=region, by=office, at=NOW)
    visitor = enter(opened, Role.MANAGER)
    found = {}
    for door in doors(opened.app):
        if door.method == "GET" and door.rule.arguments and Role.MANAGER in door.audience:
            sides = (opened.world.mine, opened.world.theirs)
            found[door.rule.rule] = tuple(ask(visitor, door, door.path(side), "") for side in sides)
    # The report so far leads to the first that was issued.
    assert found.pop("/reports/<scope>/so-far") == (404, 302)
    assert set(found.values()) == {(404, 200)}


@pytest.mark.slow
@pytest.mark.parametrize("role", Role)
def test_what_does_not_exist_is_not_found_whatever_it_is_called(opened: Opened, role: Role) -> None:
    visitor, found = enter(opened, role), []
    token = token_of(visitor)
    for door in doors(opened.app):
        for name in door.rule.arguments & {"public_id", "photo", "scope", "place", "notice", "key", "name"}:
            good = Side({**opened.world.mine.things})
            for odd in MADE_UP:
                path = door.path(good).replace(f"/{door.example(name, good)}", f"/{odd}", 1)
                status = ask(visitor, door, path, token)
                if status not in closed(door, role) | {404}:
                    found.append((door.method, path, status))
    assert found == []
