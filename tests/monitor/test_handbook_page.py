"""The handbook's page: the version in force for those who keep it, every version for head office, the way in from a phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from branches import database
from branches.database import transaction
from branches.language import codes
from branches.people import Role, User
from monitor.app import create_app
from monitor.web.gate import Site
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.desk import NOW, enter
from tests.monitor.pages import Visitor
from tests.reports.versions import said, version

ADDRESS = "https://salons.example"


class Room:
    """A chain with somebody of each role, and a standard in two versions."""

    def __init__(self, engine: sa.Engine, folder: Path) -> None:
        self.engine = engine
        site = Site(engine, lambda: NOW, "en", folder, "UTC", name="Nine Salons", address=ADDRESS)
        self.app = create_app(site, b"0123456789abcdef0123456789abcdef")
        with transaction(engine) as session:
            branch = make.branch(session)
            self.people: dict[Role, User] = {
                Role.OFFICE: make.user(session),
                Role.MANAGER: make.user(session, Role.MANAGER, region=branch.region),
                Role.STAFF: make.user(session, Role.STAFF, branch=branch),
                Role.SHOPPER: make.shopper(session),
            }

    def visitor(self, role: Role) -> Visitor:
        return enter(self.app, self.engine, self.people[role])

    def publish(self) -> None:
        with transaction(self.engine) as session:
            _versions(session)


def _versions(session: Session) -> None:
    words = said("Were you <greeted>?", hint="A nod counts.", playbook="Look up.")
    version(session, {"greeting": {"old": {}, "smile": {}}})
    version(session, {"greeting": {"greeted": {"wording": words, "critical": True}, "smile": {"weight": "2"}}})


@pytest.fixture
def room(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Room]:
    with sqlite.fresh() as url:
        engine = database.create(url)
        yield Room(engine, tmp_path)
        engine.dispose()


READERS = (Role.STAFF, Role.MANAGER, Role.OFFICE)


@pytest.mark.parametrize("role", READERS)
def test_those_who_keep_the_standard_read_the_version_in_force(room: Room, role: Role) -> None:
    room.publish()
    page = room.visitor(role).get("/handbook")
    told = (
        "Version 2, in force since 2 July 2025.",
        "Were you <greeted>?",
        "Critical: if this one fails, the whole audit counts as failed.",
        "A nod counts.",
        "Look up.",
        "It counts 2 times as much as most items.",
        "What changed since version 1",
        "It counts more than before.",
    )
    assert [words for words in told if words not in page.text] == []
    assert ("old" in page.text, "/handbook.pdf" in page.links, page.faults) == (True, True, [])
    assert "<greeted>" not in page.html


def test_shoppers_have_no_handbook(room: Room) -> None:
    room.publish()
    shopper = room.visitor(Role.SHOPPER)
    assert [shopper.client.get(path).status_code for path in ("/handbook", "/handbook.pdf")] == [404, 404]


def test_head_office_alone_reads_earlier_versions(room: Room) -> None:
    room.publish()
    office = room.visitor(Role.OFFICE).get("/handbook?version=1")
    assert ("A newer version is in force." in office.text, "What changed" in office.text) == (True, False)
    assert {"/handbook?version=1", "/handbook?version=2", "/handbook.pdf?version=1"} <= set(office.links)
    for role in (Role.STAFF, Role.MANAGER):
        visitor = room.visitor(role)
        answers = [visitor.client.get(f"/handbook?version={n}").status_code for n in (1, 2)]
        assert (answers, "/handbook?version=2" in visitor.get("/handbook").links) == ([404, 200], False)


@pytest.mark.parametrize("odd", ["", "0", "3", "-1", "1e9", "x", "9" * 40, "%00"])
def test_a_version_that_is_not_there_is_not_found(room: Room, odd: str) -> None:
    room.publish()
    office = room.visitor(Role.OFFICE)
    assert [office.client.get(f"/{page}?version={odd}").status_code for page in ("handbook", "handbook.pdf")] == [
        404
    ] * 2


def test_before_the_first_version_there_is_a_page_that_says_so(room: Room) -> None:
    for role in READERS:
        visitor = room.visitor(role)
        assert "There is no standard yet." in visitor.get("/handbook").text
        assert visitor.client.get("/handbook.pdf").status_code == 404


def test_a_draft_is_not_in_the_handbook(room: Room) -> None:
    room.publish()
    with transaction(room.engine) as session:
        version(session, {"greeting": {"secret": {}}}).published_at = None
    office = room.visitor(Role.OFFICE)
    assert ("secret" in office.get("/handbook").text, office.client.get("/handbook?version=3").status_code) == (
        False,
        404,
    )


@pytest.mark.parametrize("code", codes())
def test_the_page_is_said_in_every_language(room: Room, code: str) -> None:
    room.publish()
    visitor = room.visitor(Role.STAFF)
    visitor.client.post(
        "/language", data={"csrf_token": visitor.get("/account").forms[-1].fields["csrf_token"], "language": code}
    )
    page = visitor.get("/handbook")
    assert (page.language, "[en]" in page.text, page.faults) == (code, False, [])


def test_the_square_leads_to_the_page_by_signing_in(room: Room) -> None:
    room.publish()
    page = room.visitor(Role.STAFF).get("/handbook")
    assert (
        f'role="img" aria-label="A picture that a phone&#39;s camera reads; it leads to {ADDRESS}/handbook"'
        in page.html
    )
    answer = Visitor(room.app).client.get("/handbook")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in")


@pytest.mark.slow
def test_the_paper_is_named_by_the_day_of_its_version(room: Room) -> None:
    room.publish()
    answer = room.visitor(Role.STAFF).client.get("/handbook.pdf")
    assert (answer.status_code, answer.get_data()[:5]) == (200, b"%PDF-")
    assert answer.headers["Content-Disposition"] == f"attachment; filename=Handbook-{make.NOON.date()}.pdf"
