"""What is another branch's, not to be seen yet, or kept back is answered to staff as what does not exist: same words, same work."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import select
from werkzeug.test import TestResponse

from branches import clearing
from branches.audits import Audit
from branches.database import transaction
from branches.people import Role
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.pages import Visitor
from tests.monitor.test_access_walk import MADE_UP, Door, doors, enter, token_of
from tests.monitor.walked import NOW, Opened, Side, World, build

NOTHING = MADE_UP[0]
TOKEN = re.compile(rb'name="csrf_token" value="[^"]*"')
IDS = ("public_id", "photo", "scope", "notice")


@pytest.fixture(scope="module")
def world(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(sqlite, tmp_path_factory.mktemp("not-there"))


@pytest.fixture
def opened(world: World, tmp_path: Path) -> Iterator[Opened]:
    found = world.opened(tmp_path)
    yield found
    found.engine.dispose()


Answer = tuple[int, list[tuple[str, str]], bytes, list[str]]


class Asking:
    """Staff's browser, and what each of its requests asks of the database."""

    def __init__(self, opened: Opened) -> None:
        self.visitor: Visitor = enter(opened, Role.STAFF)
        self.token = token_of(self.visitor)
        self.asked: list[str] = []
        sa.event.listen(opened.engine, "before_cursor_execute", self._note)

    def _note(self, _conn: object, _cursor: object, statement: str, *_: object) -> None:
        self.asked.append(statement)

    def __call__(self, door: Door, path: str) -> Answer:
        """Status, headers, body and queries: without the address that was asked, and what each answer has anew: its token and its id."""
        self.asked.clear()
        answer = self._sent(door, path)
        body = TOKEN.sub(b"", answer.get_data().replace(path.encode(), b""))
        left = [
            (name, value) for name, value in answer.headers if name not in ("Date", "Content-Length", "X-Request-ID")
        ]
        return answer.status_code, left, body, list(self.asked)

    def _sent(self, door: Door, path: str) -> TestResponse:
        if door.method == "GET":
            return self.visitor.client.get(path)
        return self.visitor.client.post(path, data={"csrf_token": self.token})


def named(door: Door) -> bool:
    return bool(door.rule.arguments & set(IDS))


@pytest.mark.slow
def test_what_is_another_branchs_is_answered_as_what_does_not_exist(opened: Opened) -> None:
    ask, theirs = Asking(opened), opened.world.theirs
    nothing = Side({**theirs.things, **dict.fromkeys(theirs.things, NOTHING), "place": theirs.things["place"]})
    told = [door for door in doors(opened.app) if named(door)]
    assert len(told) > 50
    for door in told:
        there, not_there = ask(door, door.path(theirs)), ask(door, door.path(nothing))
        assert there == not_there, door.path(theirs)
        assert there[0] == 404, door.path(theirs)


@pytest.mark.slow
def test_nothing_of_another_branch_opens_by_any_of_its_names_in_any_format(opened: Opened) -> None:
    """Every address that staff may ask for, with every name of everything there: also one that is meant for something else."""
    ask, theirs = Asking(opened), opened.world.theirs
    names = {value for name, value in theirs.things.items() if name not in ("place", "scope")}
    for door in doors(opened.app):
        if not named(door) or Role.STAFF not in door.audience:
            continue
        expected = ask(door, door.path(Side(dict.fromkeys(theirs.things, NOTHING))))
        assert expected[0] == 404, door.rule.rule
        for name in sorted(names):
            path = door.path(Side({**dict.fromkeys(theirs.things, name), "place": theirs.things["place"]}))
            assert ask(door, path)[0] == 404, path


@pytest.mark.slow
def test_what_is_not_to_be_seen_yet_is_answered_as_what_does_not_exist(opened: Opened) -> None:
    with transaction(opened.engine) as session:
        branch = opened.person(session, Role.STAFF).branch
        assert branch is not None
        day = NOW - timedelta(days=1)
        fresh = make.audit(session, branch, visited_at=day, released_at=NOW).public_id
    ask, mine = Asking(opened), opened.world.mine.things
    for door in doors(opened.app):
        if Role.STAFF in door.audience and door.path(Side({**mine, "released": fresh})).startswith("/results"):
            there, nothing = (ask(door, door.path(Side({**mine, "released": name}))) for name in (fresh, NOTHING))
            assert (there, there[0]) == (nothing, 404), door.rule.rule


@pytest.mark.slow
def test_a_photo_that_is_kept_back_is_answered_as_one_that_was_never_sent(opened: Opened) -> None:
    mine = opened.world.mine.things
    with transaction(opened.engine) as session:
        office = opened.person(session, Role.OFFICE)
        audit = session.exec(select(Audit).where(Audit.public_id == mine["released"])).one()
        clearing.clear(session, audit, {}, {mine["photo"]}, by=office, at=NOW)
    ask = Asking(opened)
    (door,) = [one for one in doors(opened.app) if one.rule.endpoint == "results.photo"]
    there, nothing = (ask(door, door.path(Side({**mine, "photo": name}))) for name in (mine["photo"], NOTHING))
    assert (there, there[0]) == (nothing, 404)
