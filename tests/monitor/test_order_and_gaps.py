"""Nothing that staff get tells an order, a gap or a moment: lists, numbers, headers, error pages, pictures and papers."""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise, permutations
from pathlib import Path

import pytest
from sqlmodel import Session, select

from branches.audits import Audit, Photo
from branches.database import transaction
from branches.people import Role, User
from tests import make
from tests.branches.test_photos import jpeg
from tests.databases import SqliteDatabases
from tests.monitor.pages import Visitor
from tests.monitor.test_access_walk import enter, token_of
from tests.monitor.test_canaries import Got, everything
from tests.monitor.walked import LATER, NOW, Opened, World, build

NAMES = ("1" * 16, "8" * 16, "f" * 16)
"""What three audits of one week are called."""
LINK = re.compile(rb"""(?:href|src|action|srcset)=["']([^"']*)["']""")
TOKEN = re.compile(r'name="csrf_token" value="[^"]*"')
HEADERS = {
    *("Content-Type", "Content-Length", "Content-Disposition", "Content-Encoding", "Vary", "Date", "Location"),
    *("Cache-Control", "Set-Cookie", "Allow"),
    *(
        "Content-Security-Policy",
        "Cross-Origin-Opener-Policy",
        "Cross-Origin-Resource-Policy",
        "Permissions-Policy",
        "Referrer-Policy",
    ),
    *("X-Content-Type-Options", "Service-Worker-Allowed", "Accept-Ranges", "Content-Language", "Kept-For"),
    "X-Request-ID",  # drawn for each request, or given by whoever asks
}
"""All that an answer may bear."""


@pytest.fixture(scope="module")
def world(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(sqlite, tmp_path_factory.mktemp("order"))


@pytest.fixture
def opened(world: World, tmp_path: Path) -> Iterator[Opened]:
    found = world.opened(tmp_path)
    yield found
    found.engine.dispose()


def three(session: Session, opened: Opened, order: Sequence[int], shoppers: Sequence[User]) -> None:
    """Audits of one week that say the same; what comes first of them in time, number and shopper is as `order` says."""
    branch = opened.person(session, Role.STAFF).branch
    assert branch is not None
    for place, one in enumerate(order):
        at = NOW + timedelta(days=place, hours=place)
        made = make.audit(session, branch, by=shoppers[place], score=50, visited_at=at, released_at=at)
        made.public_id = NAMES[one]
        session.add(made)


def read(visitor: Visitor) -> dict[str, str]:
    """All that staff read of the three, in the order in which they read it."""
    paths = ["/branch", "/branch.csv", *(f"/results/{name}" for name in NAMES)]
    return {path: TOKEN.sub("", visitor.client.get(path).get_data(as_text=True)) for path in paths}


@pytest.mark.slow
def test_audits_of_a_week_read_the_same_whoever_made_which_of_them_first(world: World, tmp_path: Path) -> None:
    found = []
    for number, order in enumerate(permutations(range(3))):
        folder = tmp_path / str(number)
        folder.mkdir()
        opened = world.opened(folder)
        with transaction(opened.engine) as session:
            three(session, opened, order, [make.shopper(session) for _ in order])
            rows = session.exec(select(Audit.public_id).where(Audit.score == 50_000).order_by(Audit.id)).all()  # type: ignore[arg-type]
            assert list(rows) == [NAMES[one] for one in order]
        opened.clock[0] = LATER
        found.append(read(enter(opened, Role.STAFF)))
        opened.engine.dispose()
    assert all(name in found[0]["/branch"] for name in NAMES)
    assert [one for one in found if one != found[0]] == []


def segments(got: Got) -> set[bytes]:
    """Each part of each address that an answer leads to."""
    return {part for link in LINK.findall(got.parts[1]) for part in re.split(rb"[/?#&=]", link) if part}


@pytest.mark.slow
def test_no_address_that_staff_are_led_to_has_a_number_but_an_items_place(opened: Opened) -> None:
    opened.clock[0] = LATER
    found = [got for got in everything(opened, enter(opened, Role.STAFF), forms=False) if got.status == 200]
    items = {str(place).encode() for place in range(1, 11)}
    assert set().union(*(segments(got) for got in found)) & items == items  # the search reads them
    numbered = {part for got in found for part in segments(got) if part.isdigit() and len(part) < 16}
    assert numbered - items == set()


@pytest.mark.slow
def test_names_of_things_are_drawn_and_not_counted(opened: Opened) -> None:
    """Of two audits made one after the other, neither name is near the other, or tells which was first."""
    with transaction(opened.engine) as session:
        branch = opened.person(session, Role.STAFF).branch
        assert branch is not None
        made = [make.audit(session, branch, visited_at=NOW, released_at=NOW).public_id for _ in range(20)]
    values = [int(name, 16) for name in made]
    assert {len(name) for name in made} == {16}
    assert values not in (sorted(values), sorted(values, reverse=True))
    assert min(abs(one - other) for one, other in pairwise(values)) > 1_000_000


@pytest.mark.slow
def test_no_answer_bears_a_header_that_tells_a_moment_or_a_state(opened: Opened) -> None:
    """Pages, files, refusals and what is not there: no ETag, no Last-Modified, nothing that is not known here."""
    found = list(everything(opened, enter(opened, Role.STAFF), forms=True))
    assert {got.status for got in found} >= {200, 404, 422}
    heads = {line.partition(":")[0] for got in found for line in got.parts[0].decode().splitlines()}
    assert heads - HEADERS == set()


@pytest.mark.slow
def test_error_pages_say_the_same_whatever_was_asked(opened: Opened) -> None:
    staff, here = enter(opened, Role.STAFF), opened.world.mine.things
    token = token_of(staff)

    def bare(answer: object, path: str) -> str:
        return TOKEN.sub("", answer.get_data(as_text=True)).replace(path, "")  # type: ignore[attr-defined]

    released, nothing = f"/results/{here['released']}", "/results/0000000000000000"
    for method, data in (("PUT", {}), ("DELETE", {}), ("POST", {"csrf_token": token})):
        told = [staff.client.open(path, method=method, data=data) for path in (released, nothing)]
        assert {one.status_code for one in told} == {405}
        assert bare(told[0], released) == bare(told[1], nothing)
    ways = [f"{path}/answers/1/appeal" for path in (released, nothing)]
    unsigned = [staff.client.post(way, data={"reason": "x"}) for way in ways]  # without the page's token
    assert {one.status_code for one in unsigned} == {400}
    assert bare(unsigned[0], ways[0]) == bare(unsigned[1], ways[1])


def marks_of(picture: bytes) -> list[int]:
    """The markers of a JPEG up to its pixels."""
    assert picture.startswith(b"\xff\xd8")
    found, at = [], 2
    while picture[at + 1] != 0xDA:
        found.append(picture[at + 1])
        at += 2 + int.from_bytes(picture[at + 2 : at + 4], "big")
    return found


JFIF, APPLICATIONS, COMMENT = 0xE0, range(0xE0, 0xF0), 0xFE


@pytest.mark.slow
def test_pictures_bear_nothing_but_their_pixels(opened: Opened) -> None:
    found = [got for got in everything(opened, enter(opened, Role.STAFF), forms=False) if b"image/jpeg" in got.parts[0]]
    with Session(opened.engine) as session:
        assert session.exec(select(Photo.id)).first() is not None
    assert len(found) > 1
    for got in found:
        told = [mark for mark in marks_of(got.parts[1]) if mark in APPLICATIONS or mark == COMMENT]
        assert set(told) <= {JFIF}, got.path
    assert {0xE1, COMMENT} <= set(marks_of(jpeg()))  # the search finds what a camera writes


@pytest.mark.slow
def test_the_paper_for_the_staff_room_bears_no_author_and_no_moment(opened: Opened) -> None:
    papers = []
    staff = enter(opened, Role.STAFF)
    for at in (LATER, LATER + timedelta(days=1, hours=3)):
        opened.clock[0] = at
        papers.append(staff.client.get("/branch.pdf").get_data())
    assert papers[0].startswith(b"%PDF-")
    marks = (b"CreationDate", b"ModDate", b"CreateDate", b"ModifyDate", b"MetadataDate")
    assert [mark for mark in marks if mark in papers[0]] == []
    assert re.findall(rb"<dc:creator><rdf:Seq><rdf:li>([^<]*)", papers[0]) == [b"Service consistency"]
    assert papers[0] == papers[1]
