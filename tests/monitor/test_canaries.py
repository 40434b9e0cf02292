"""Whatever could tell a shopper is planted with marks, and these are looked for in everything that staff can get."""

import base64
import hashlib
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from io import BytesIO
from pathlib import Path
from urllib.parse import quote
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select
from werkzeug.test import TestResponse

from branches import audits, drafts, review, sessions, stamps
from branches.audits import Audit, Photo
from branches.database import transaction
from branches.drafts import Typed
from branches.people import Role, User
from branches.questions import Mark
from branches.sessions import DeviceSession
from branches.tables import metadata
from monitor.web.gate import EVERYBODY
from monitor.web.tables import Sheet, as_xlsx
from tests.branches.test_photos import CANARY, jpeg
from tests.databases import SqliteDatabases
from tests.monitor.pages import Visitor
from tests.monitor.test_access_walk import MADE_UP, Door, doors, enter, token_of
from tests.monitor.walked import LATER, NOW, OFFICE_ZONE, Names, Opened, Side, World, build
from tests.reports.pdfs import Pdf

LANGUAGES = ("en", "hu", "hi", "ta", "te")
NAME, MAIL, CODE, DEVICE = (
    "Zsázsa Kanári",
    "kanari.zsazsa@example.net",
    "kanari code 7",
    "Kanaribrowser/9 SamsungBrowser CrOS",
)
DEVICE_WORDS = "Samsung Internet, ChromeOS"
"""What is kept of the device for its owner's own list."""
MINUTE = timedelta(hours=1, minutes=37, seconds=41)
"""The visits begin at 13:37:41 UTC."""
STAMPED = {
    "arrived": timedelta(seconds=-67),
    "greeted": timedelta(minutes=2, seconds=5),
    "paid": timedelta(minutes=5, seconds=9),
    "begun": timedelta(minutes=6, seconds=11),
}
"""What the shopper tapped at the branch, and the first answer, beside the time that was given for the visit."""
FILE_NAME = "IMG_KANARI_4712.jpg"


@dataclass(frozen=True)
class Secret:
    """Something that tells the shopper, and all the ways of writing it down."""

    what: str
    written: tuple[bytes, ...]


def spelled(what: str, *texts: str) -> Secret:
    """A text raw, in an address, in HTML, in base64 at each offset, in hexadecimal, in UTF-16 of either order."""
    found: list[bytes] = []
    for text in texts:
        raw = text.encode()
        found += [
            raw,
            quote(text).encode(),
            quote(text, safe="").encode(),
            raw.hex().encode(),
            raw.hex().upper().encode(),
        ]
        found += [text.encode("utf-16-le"), text.encode("utf-16-be")]
        found += ["".join(f"&#{ord(one)};" if ord(one) > 127 else one for one in text).encode()]
        found += [base64.b64encode(b"\0" * skip + raw)[(4 if skip else 0) : -4] for skip in range(3) if len(raw) > 7]
    return Secret(what, tuple(dict.fromkeys(one for one in found if len(one) > 3)))


def secrets_of(session: Session, world: World) -> list[Secret]:
    """The marks, with what only the database knows: numbers and names of rows."""
    shopper = session.get_one(User, world.people[Role.SHOPPER])
    audits = session.exec(select(Audit).where(Audit.shopper_id == shopper.id)).all()
    return [
        spelled("name", NAME, *NAME.split()),
        spelled("mail", MAIL, MAIL.partition("@")[0]),
        spelled("code", CODE),
        spelled("public id", shopper.public_id),
        spelled("device", DEVICE, DEVICE.partition(" ")[0], *DEVICE_WORDS.split(", ")),
        spelled("photo", CANARY.decode(), FILE_NAME, Path(FILE_NAME).stem),
        Secret("camera", (b"Exif\0", b"GPS", b"\x2f\0\0\0\x01\0\0\0\x1d", b"exif")),
        Secret("minute", tuple(_moments(audits))),
        Secret("stamp", tuple(_stamped())),
    ]


def _moments(audits: Sequence[Audit]) -> Iterator[bytes]:
    """The minute of each visit and of its being sent, as programs and people write it, here and at the branch."""
    for audit in audits:
        for at in filter(None, (audit.visited_at, audit.submitted_at)):
            local = at.astimezone(ZoneInfo(OFFICE_ZONE))
            for moment in (at, local):
                yield from (moment.strftime(form).encode() for form in ("%H:%M", "%H.%M", "%I:%M", "T%H:%M", "%H%M%S"))
                yield moment.strftime("%Y%m%d%H%M").encode()
            yield str(int(at.timestamp())).encode()
            yield format_datetime(at)[:-9].encode()


def _stamped() -> Iterator[bytes]:
    """What was tapped, to the second, as programs and people write it, here and at the branch."""
    for pause in STAMPED.values():
        at = NOW - timedelta(days=5) + MINUTE + pause
        yield stamps.written(at).encode()
        yield str(int(at.timestamp())).encode()
        yield from (one.strftime("%H:%M").encode() for one in (at, at.astimezone(ZoneInfo(OFFICE_ZONE))))


def dates(session: Session, world: World) -> Secret:
    """The day of each visit; its week is told, its day is not."""
    shopper = world.people[Role.SHOPPER]
    days = {audit.visited_on for audit in session.exec(select(Audit).where(Audit.shopper_id == shopper))}
    forms = ("%Y-%m-%d", "%Y. %m. %d", "%d/%m/%Y", "%Y%m%d")
    return Secret("day", tuple(day.strftime(form).encode() for day in days if day for form in forms))


def numbers(session: Session, world: World) -> re.Pattern[bytes]:
    """Row numbers of shopper and audits where an address or an id would have them."""
    shopper = world.people[Role.SHOPPER]
    rows = {shopper, *(a.id for a in session.exec(select(Audit).where(Audit.shopper_id == shopper)))}
    shapes = "|".join(
        sorted({*(str(row) for row in rows), *(f"{row:x}" for row in rows), *(f"{row:016x}" for row in rows)})
    )
    return re.compile(rf"(?:audits?|results|person|people|shoppers?|users?)[/=:_-](?:{shapes})(?![0-9a-f])".encode())


@dataclass(frozen=True)
class Got:
    """An answer taken apart: every form in which something could stand in it."""

    path: str
    status: int
    parts: tuple[bytes, ...]
    """Headers, body and text."""
    drawn: tuple[bytes, ...] = ()
    """Streams of a PDF: letters' outlines and places, in which any two numbers may stand beside each other."""


def taken_apart(path: str, answer: TestResponse) -> Got:
    """Headers and body; of a PDF its text and every stream beside; of a workbook or archive every file in it."""
    body = answer.get_data()
    head = "\n".join(f"{name}: {value}" for name, value in answer.headers if not is_now(name, value)).encode()
    parts = [head, body]
    if body.startswith(b"%PDF-"):
        parts.append(Pdf(body).text().encode())
    if body.startswith(b"PK\x03\x04"):
        parts += _unpacked(body)
    asked = path.encode()  # a page that says in which address it was asked tells nobody anything
    return Got(path, answer.status_code, tuple(part.replace(asked, b"") for part in parts), tuple(_streams(body)))


def is_now(name: str, value: str) -> bool:
    """Whether it says when it was answered: that tells nothing, and is once a day the minute looked for; others are searched."""
    return name == "Date" and abs(datetime.now(UTC) - parsedate_to_datetime(value)) < timedelta(minutes=1)


def _unpacked(body: bytes) -> list[bytes]:
    with ZipFile(BytesIO(body)) as archive:
        held = [(one.filename.encode() + b"\n" + one.comment, archive.read(one)) for one in archive.infolist()]
        return [archive.comment, *(part for pair in held for part in pair)]


def _streams(body: bytes) -> Iterator[bytes]:
    for found in re.finditer(rb"stream\r?\n(.*?)endstream", body, re.DOTALL):
        try:
            yield zlib.decompress(found[1])
        except zlib.error:
            yield found[1]


def leaks(got: Got, known: list[Secret]) -> set[str]:
    """Which secrets an answer gives away. A picture's own bytes are looked through for texts only."""
    picture = got.parts[1].startswith(b"\xff\xd8")
    told = got.parts[:1] if picture else got.parts
    return {
        secret.what
        for secret in known
        for part in (told if secret.what in ("minute", "stamp", "day") else got.parts + got.drawn)
        if any(one in part for one in secret.written)
    }


@pytest.fixture(scope="module")
def world(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(sqlite, tmp_path_factory.mktemp("canaries"), marked())


def marked() -> Names:
    shopper = {"name": NAME, "email": MAIL, "code": CODE}
    return Names(shopper=shopper, minute=MINUTE, picture=jpeg(width=400, height=300))


@pytest.fixture
def opened(world: World, tmp_path: Path) -> Iterator[Opened]:
    found = sent(world.opened(tmp_path))
    yield found
    found.engine.dispose()


def sent(opened: Opened) -> Opened:
    """With an audit from a marked device, released."""
    _use_device(opened)
    _release(opened)
    return opened


def _shopper(opened: Opened) -> Visitor:
    """The shopper's browser, on a device that has a name of its own."""
    with transaction(opened.engine) as session:
        token = sessions.make_link(session, opened.person(session, Role.SHOPPER), at=opened.clock[0])
    visitor = Visitor(opened.app)
    visitor.client.environ_base["HTTP_USER_AGENT"] = DEVICE
    visitor.submit(visitor.get(f"/sign-in/{token}").forms[0])
    return visitor


def _use_device(opened: Opened) -> None:
    """The shopper sends a photo under a file name of its own; device and photo are really received."""
    visitor = _shopper(opened)
    token = token_of(visitor)
    audit = opened.world.mine.things["open"]
    assert visitor.client.post(f"/audits/{audit}/start", data={"csrf_token": token}).status_code == 303
    image = jpeg(width=500, height=300)
    photo = {"csrf_token": token, "p-": (BytesIO(image), FILE_NAME), "go": "stay"}
    assert visitor.client.post(f"/audits/{audit}/form/1", data=photo).status_code == 303
    with Session(opened.engine) as session:
        labels = session.exec(select(DeviceSession.label)).all()
        received = session.exec(select(Photo.received_sha256).join(Audit).where(Audit.public_id == audit)).all()
    assert (labels.count(DEVICE_WORDS), received) == (1, [hashlib.sha256(image).hexdigest()])


def _release(opened: Opened) -> None:
    """What was sent from that device is released: staff see it."""
    with transaction(opened.engine) as session:
        query = select(Audit).where(Audit.public_id == opened.world.mine.things["open"])
        audit, office = session.exec(query).one(), opened.person(session, Role.OFFICE)
        shopper, at = opened.person(session, Role.SHOPPER), NOW - timedelta(days=5) + MINUTE
        stamped = {f"@{name}": Typed(stamps.written(at + pause)) for name, pause in STAMPED.items()}
        drafts.save(session, audit, stamped, None, seen=0, by=shopper, at=at)
        marks = {item.code: Mark("no") for section in audit.standard.sections for item in section.items}
        audits.submit(session, audit, marks, visited_at=at, by=shopper, at=at + timedelta(minutes=7))
        review.approve_and_release(session, audit, by=office, at=NOW)
    opened.clock[0] = LATER


def sent_side(opened: Opened) -> Side:
    """The side within reach, with the audit from that device in the place of the released one."""
    things = opened.world.mine.things
    with Session(opened.engine) as session:
        sent = session.exec(select(Photo.public_id).join(Audit).where(Audit.public_id == things["open"])).first()
    return Side({**things, "released": things["open"], "photo": sent or things["photo"]})


def known(opened: Opened) -> list[Secret]:
    with Session(opened.engine) as session:
        return [*secrets_of(session, opened.world), dates(session, opened.world)]


def everything(opened: Opened, visitor: Visitor, *, forms: bool) -> Iterator[Got]:
    """Every route there is, with one's own things, with others' and with what does not exist; followed where it leads."""
    token, here = token_of(visitor), list(doors(opened.app))
    nothing = Side(dict.fromkeys(opened.world.mine.things, MADE_UP[0]))
    for door in here:
        if door.method == "POST" and not forms:
            continue
        for side in (opened.world.mine, sent_side(opened), opened.world.theirs, nothing):
            path = door.path(side)
            yield taken_apart(path, _ask(visitor, door, path, token))
    for rule in opened.app.url_map.iter_rules():
        open_to_all = getattr(opened.app.view_functions[rule.endpoint], "audience", None) == EVERYBODY
        if open_to_all and "GET" in (rule.methods or ()) and not rule.arguments:
            yield taken_apart(rule.rule, visitor.client.get(rule.rule))


def _ask(visitor: Visitor, door: Door, path: str, token: str) -> TestResponse:
    if door.method == "POST":
        return visitor.client.post(path, data={"csrf_token": token}, follow_redirects=True)
    return visitor.client.get(path)


def speak(opened: Opened, role: Role, code: str) -> None:
    with transaction(opened.engine) as session:
        opened.person(session, role).language = code


@pytest.mark.slow
@pytest.mark.parametrize("code", LANGUAGES)
def test_staff_get_nothing_that_tells_the_shopper(opened: Opened, code: str) -> None:
    speak(opened, Role.STAFF, code)
    searched, visitor = known(opened), enter(opened, Role.STAFF)
    with Session(opened.engine) as session:
        rows = numbers(session, opened.world)
    found = list(everything(opened, visitor, forms=True))
    assert {got.path: leaks(got, searched) for got in found if leaks(got, searched)} == {}
    assert [got.path for got in found if any(rows.search(part) for part in got.parts)] == []
    assert sum(got.status == 200 for got in found) > len(STAFF_SEES)


@pytest.mark.slow
def test_staff_see_what_was_sent_from_the_marked_device(opened: Opened) -> None:
    visitor, side = enter(opened, Role.STAFF), sent_side(opened)
    audit, photo = side.things["released"], side.things["photo"]
    for path in (
        f"/results/{audit}",
        f"/results/{audit}/photos/{photo}/large",
        f"/results/{audit}/photos/{photo}/small",
    ):
        got = taken_apart(path, visitor.client.get(path))
        assert (got.status, leaks(got, known(opened))) == (200, set()), path
    assert audit in visitor.client.get("/branch.csv").get_data(as_text=True)


@pytest.mark.slow
def test_the_same_search_finds_the_device_in_its_owners_own_list(opened: Opened) -> None:
    got = taken_apart("/account", _shopper(opened).client.get("/account"))
    assert "device" in leaks(got, known(opened))


@pytest.mark.slow
def test_a_photos_file_name_and_what_the_browser_called_itself_are_kept_nowhere(opened: Opened) -> None:
    with Session(opened.engine) as session:
        rows = [repr(row) for table in metadata.sorted_tables for row in session.execute(sa.select(table))]
    files = [file.read_bytes() for file in opened.world.photos.rglob("*") if file.is_file()]
    assert len(files) > 1
    assert sum(DEVICE_WORDS in row for row in rows) == 1
    for gone in (FILE_NAME, Path(FILE_NAME).stem, DEVICE, CANARY.decode()):
        assert [row for row in rows if gone in row] == []
        assert [one for one in files if gone.encode() in one] == []


def test_the_search_reads_what_a_workbook_holds() -> None:
    book = as_xlsx([Sheet("Answers", ("Comment",), [(f"by {NAME}",)])], "North")
    got = Got("", 200, (b"", book, *_unpacked(book)))
    assert (leaks(Got("", 200, (b"", book)), [spelled("name", NAME)]), leaks(got, [spelled("name", NAME)])) == (
        set(),
        {"name"},
    )


STAFF_SEES = ("/branch", "/branch.pdf", "/branch.csv", "/results/", "/photos/", "/answers/", "/flags/", "/actions/")


@pytest.mark.slow
def test_staff_are_really_shown_what_is_searched(opened: Opened) -> None:
    found = [got.path for got in everything(opened, enter(opened, Role.STAFF), forms=False) if got.status == 200]
    assert [part for part in STAFF_SEES if not any(part in path for path in found)] == []


@pytest.mark.slow
def test_the_same_search_finds_the_shopper_in_head_offices_pages(opened: Opened) -> None:
    searched = known(opened)
    found = set().union(*(leaks(got, searched) for got in everything(opened, enter(opened, Role.OFFICE), forms=False)))
    assert found >= {"name", "mail", "code", "public id", "minute", "stamp"}


def test_the_same_search_finds_what_a_photo_came_with(opened: Opened) -> None:
    searched = known(opened)
    raw = Got("as it came", 200, (b"", b"", jpeg(), f"filename={FILE_NAME}; {DEVICE}".encode()))
    assert leaks(raw, searched) >= {"photo", "camera", "device"}


@pytest.mark.slow
def test_no_answer_tells_when_something_happened(opened: Opened) -> None:
    visitor = enter(opened, Role.STAFF)
    for door in doors(opened.app):
        if door.method == "GET":
            answer = visitor.client.get(door.path(opened.world.mine))
            assert {"Last-Modified", "ETag"} & set(answer.headers.keys()) == set(), door.rule.rule


@pytest.mark.slow
def test_managers_learn_who_audited_only_where_the_settings_say_so(world: World, tmp_path: Path) -> None:
    for told in (False, True):
        folder = tmp_path / str(told)
        folder.mkdir()
        opened = sent(world.opened(folder, managers_know_shoppers=told))
        searched, visitor = known(opened), enter(opened, Role.MANAGER)
        shopper = [secret for secret in searched if secret.what in ("name", "mail", "code", "public id")]
        found = set().union(*(leaks(got, shopper) for got in everything(opened, visitor, forms=False)))
        assert found == ({"name"} if told else set())
        opened.engine.dispose()
