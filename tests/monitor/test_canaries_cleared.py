"""What was cleared, kept back or is not to be seen yet is planted with marks, and looked for in everything that others can get."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from branches import actions, clearing, photos
from branches.actions import CorrectiveAction
from branches.audits import Answer, Audit, Photo
from branches.clearing import Words
from branches.database import transaction
from branches.held import Privacy
from branches.people import Role
from branches.standards import Item
from tests import make
from tests.branches.test_photos import jpeg
from tests.databases import SqliteDatabases
from tests.monitor.pages import Visitor
from tests.monitor.test_access_walk import MADE_UP, doors, enter, token_of
from tests.monitor.test_canaries import Got, Secret, everything, leaks, speak, spelled, taken_apart
from tests.monitor.walked import LATER, NOW, Opened, Side, World, build

ORIGINAL, CLEARED = "kanárimadár at the third chair", "somebody at a chair"
FRESH, PLAN = "kanárifióka behind the till", "kanáritojás promised"


@pytest.fixture(scope="module")
def world(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(sqlite, tmp_path_factory.mktemp("cleared"))


@dataclass(frozen=True)
class Planted:
    """The pages, with what was planted by the names that only the office has for it."""

    opened: Opened
    fresh: Side
    """The audit that is not to be seen yet, in the place of the released one, and its action."""
    secrets: Mapping[str, Secret]

    def of(self, *names: str) -> list[Secret]:
        return [self.secrets[name] for name in names]


ALL = ("original", "photo", "fresh audit", "fresh words", "fresh action", "plan")
UNSEEN = ("fresh audit", "fresh words", "fresh action", "plan")


def planted(opened: Opened) -> Planted:
    """A comment and a photo that head office took out; an audit that was released today, and a promise made of it."""
    things = opened.world.mine.things
    with transaction(opened.engine) as session:
        released = session.exec(select(Audit).where(Audit.public_id == things["released"])).one()
        office = opened.person(session, Role.OFFICE)
        answer = commented(session, released)
        answer.comment = ORIGINAL
        session.flush()
        words = {answer.item.code: Words(comment=CLEARED)}
        clearing.clear(session, released, words, {things["photo"]}, by=office, at=NOW)
        fresh, action = unseen(session, opened, released)
        secrets = {
            "original": spelled("original", ORIGINAL, ORIGINAL.partition(" ")[0]),
            "photo": spelled("photo", things["photo"]),
            "fresh audit": spelled("fresh audit", fresh.public_id),
            "fresh words": spelled("fresh words", FRESH, FRESH.partition(" ")[0]),
            "fresh action": spelled("fresh action", action.public_id),
            "plan": spelled("plan", PLAN, PLAN.partition(" ")[0]),
        }
        place = {"released": fresh.public_id, "action": action.public_id, "waiting": fresh.public_id, "place": "1"}
    return Planted(opened, Side({**things, **place}), secrets)


def commented(session: Session, audit: Audit) -> Answer:
    query = select(Answer).where(Answer.audit_id == audit.id, Answer.comment != "")
    return session.exec(query).one()


def unseen(session: Session, opened: Opened, like: Audit) -> tuple[Audit, CorrectiveAction]:
    """Released on this Tuesday; its manager has planned something at once, and somebody of the staff is to see to it."""
    by = opened.person(session, Role.SHOPPER)
    made = make.audit(session, like.branch, by=by, score=50, visited_at=NOW - timedelta(days=1), released_at=NOW)
    item = session.exec(select(Item).where(Item.standard_id == made.standard_id).order_by(col(Item.position))).first()
    assert item is not None
    session.get_one(Answer, (made.id, item.id)).comment = FRESH
    kept = photos.keep(opened.world.photos, BytesIO(jpeg(width=96)))
    session.add(Photo(audit_id=made.id, item_id=item.id, kept_at=NOW, **vars(kept)))
    manager, staff = opened.person(session, Role.MANAGER), opened.person(session, Role.STAFF)
    due = NOW.date() + timedelta(days=30)
    about = {"audit": made, "item": item, "owner": staff, "by": manager, "at": NOW}
    return made, actions.open_action(session, like.branch, plan=PLAN, due_on=due, **about)  # type: ignore[arg-type]


@pytest.fixture
def there(world: World, tmp_path: Path) -> Iterator[Planted]:
    opened = world.opened(tmp_path)
    yield planted(opened)
    opened.engine.dispose()


def all_of(there: Planted, visitor: Visitor, *, forms: bool = False) -> Iterator[Got]:
    """Everything, and each address anew with the audit that is not to be seen yet."""
    yield from everything(there.opened, visitor, forms=forms)
    token = token_of(visitor)
    for door in doors(there.opened.app):
        path = door.path(there.fresh)
        if door.method == "GET":
            yield taken_apart(path, visitor.client.get(path))
        elif forms:
            yield taken_apart(path, visitor.client.post(path, data={"csrf_token": token}, follow_redirects=True))


def told(there: Planted, role: Role, *names: str, forms: bool = False) -> set[str]:
    searched, visitor = there.of(*names), enter(there.opened, role)
    return set().union(*(leaks(got, searched) for got in all_of(there, visitor, forms=forms)))


@pytest.mark.slow
@pytest.mark.parametrize("code", ["en", "hu"])
def test_staff_get_nothing_that_was_cleared_or_is_not_to_be_seen_yet(there: Planted, code: str) -> None:
    speak(there.opened, Role.STAFF, code)
    assert told(there, Role.STAFF, *ALL, forms=True) == set()


@pytest.mark.slow
def test_on_the_monday_staff_get_all_but_what_was_cleared(there: Planted) -> None:
    there.opened.clock[0] = LATER
    assert told(there, Role.STAFF, *ALL) == set(UNSEEN)


@pytest.mark.slow
def test_managers_get_all_but_what_was_cleared_at_once(there: Planted) -> None:
    assert told(there, Role.MANAGER, *ALL) == set(UNSEEN)


@pytest.mark.slow
def test_the_same_search_finds_all_of_it_where_head_office_looks(there: Planted) -> None:
    assert told(there, Role.OFFICE, *ALL) == set(ALL)


@pytest.mark.slow
def test_staff_get_no_word_and_no_photo_of_any_audit_while_there_are_few(world: World, tmp_path: Path) -> None:
    opened = world.opened(tmp_path, privacy=Privacy(comments_after_shoppers=99))
    there = planted(opened)
    opened.clock[0] = LATER
    words = [spelled("comment", CLEARED), *there.of("original", "photo", "fresh words")]
    found = list(all_of(there, enter(opened, Role.STAFF)))
    assert set().union(*(leaks(got, words) for got in found)) == set()
    pictures = [got.path for got in found if got.parts[1].startswith(b"\xff\xd8")]
    given_by_staff = ("/actions/", "/appeals/")  # evidence: theirs from the start, whoever audited them
    assert [path for path in pictures if not path.startswith(given_by_staff)] == []
    assert any(there.fresh.things["released"] in got.path and got.status == 200 for got in found)
    opened.engine.dispose()


@pytest.mark.slow
def test_staff_never_read_the_number_of_shoppers_that_holds_comments_back(world: World, tmp_path: Path) -> None:
    """Whether one is missing or ninety, and of what: the pages are the same."""
    pages = []
    for number, few in enumerate(
        ({"comments_after_shoppers": 4}, {"comments_after_shoppers": 99}, {"comments_after_audits": 6})
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        opened = world.opened(folder, privacy=Privacy(**few))
        staff, here = enter(opened, Role.STAFF), opened.world.mine.things
        pages.append([staff.get(path).text for path in (f"/results/{here['released']}", "/branch")])
        opened.engine.dispose()
    assert pages[0] == pages[1] == pages[2]


def test_what_is_made_up_is_no_secret(there: Planted) -> None:
    assert leaks(Got("", 200, (b"", MADE_UP[0].encode())), there.of(*ALL)) == set()
