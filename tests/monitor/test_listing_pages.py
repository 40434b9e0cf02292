"""Lists read in: shown first, row by row; confirmed whole or not at all; what was taken home comes back the same."""

import csv
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from branches import accounts, erasing, places
from branches.database import reading, transaction
from branches.history import Event
from branches.listing.plan import MOST_ADDED
from branches.listing.reading import MOST_BYTES, MOST_ROWS
from branches.listing.uploads import KEPT, Upload
from branches.people import Role, User
from branches.places import Branch
from monitor.web.tables import guarded, unguarded
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.pages import Page, Visitor
from tests.monitor.rooms import HARMFUL, NOW, Rooms, form, opened

PEOPLE, PLACES = "/office/people/file", "/office/places/file"


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened(sqlite, tmp_path) as rooms:
        yield rooms


def read(office: Visitor, path: str, text: str | bytes, status: int = 200) -> Page:
    """Chooses a file on the page."""
    sent = text if isinstance(text, bytes) else text.encode()
    fields = form(office.get(path), path).fields
    answer = office.client.post(path, data={**fields, "file": (BytesIO(sent), "list.csv")})
    page = Page(answer)
    answer.request.environ["wsgi.input"].close()  # a large form lies in a file
    assert page.status == status, page.text[:500]
    page.check()
    return page


def confirm(office: Visitor, page: Page, status: int = 200, **fields: str) -> Page:
    return office.submit(form(page, "/confirm"), status=status, **fields)


def can_confirm(page: Page) -> bool:
    return any(one.action.endswith("/confirm") for one in page.forms)


def codes(rooms: Rooms) -> tuple[str, str]:
    with reading(rooms.engine) as session:
        branch = session.exec(select(Branch).where(Branch.public_id == rooms.branch)).one()
        return branch.code, branch.region.code


def verbs(rooms: Rooms, after: int) -> list[tuple[str, str]]:
    with reading(rooms.engine) as session:
        events = session.exec(select(Event).where(col(Event.id) > after).order_by(col(Event.id)))
        return [(one.thing, one.verb) for one in events if one.verb != "sign_in"]


def newest(rooms: Rooms) -> int:
    return max(one.id for one in rooms.all(Event))


@pytest.mark.slow
def test_people_are_added_and_changed_as_by_hand(rooms: Rooms) -> None:
    office, (branch, region), shopper = rooms.office(), codes(rooms), rooms.people[Role.SHOPPER]
    before = newest(rooms)
    text = (
        "person,name,email,role,branch,region,language,code\r\n"
        f",Anna <b>Kiss</b>,Anna@Example.com,staff,{branch},,hu,\r\n"
        f",Béla,bela@example.com,manager,,{region},,\r\n"
        f"{shopper.public_id},Sam Renamed,{shopper.email},shopper,,,te,shopper 1\r\n"
    )
    page = read(office, PEOPLE, text)
    assert "2 added, 1 changed, 0 as they are, 0 refused." in page.text
    for words in (
        "Row 2: Anna <b>Kiss</b>",
        f"anna@example.com · staff · {branch}",
        "name: Sam <i>Shopper</i> → Sam Renamed",
    ):
        assert words in page.text
    assert verbs(rooms, before) == []
    page = confirm(office, page, invite="")
    assert "Done: 2 added, 1 changed." in page.text
    assert verbs(rooms, before) == [("user", "add"), ("user", "add"), ("user", "call")]
    people = {one.name: one for one in rooms.all(User)}
    assert people["Anna <b>Kiss</b>"].email == "anna@example.com"
    assert (people["Anna <b>Kiss</b>"].language, people["Béla"].language, people["Sam Renamed"].language) == (
        "hu",
        "en",
        "te",
    )
    assert (people["Béla"].role, people["Béla"].region_id is not None, rooms.mail.sent) == ("manager", True, [])
    assert rooms_have(rooms) == 0


def test_those_who_are_added_are_mailed_a_link_where_that_is_ticked(rooms: Rooms) -> None:
    office, (branch, _) = rooms.office(), codes(rooms)
    page = read(office, PEOPLE, f"name,email,role,branch\nAnna,anna@example.com,staff,{branch}\n")
    confirm(office, page, invite="yes")
    assert ["anna@example.com" in mail["To"] for mail in rooms.mail.sent] == [True]
    assert ("user", "invite") in verbs(rooms, 0)


def test_branches_are_opened_moved_and_closed_from_semicolons_with_a_mark(rooms: Rooms) -> None:
    office, (_, region) = rooms.office(), codes(rooms)
    other = rooms.one(Branch, rooms.other).code
    before = newest(rooms)
    text = (
        "\ufeffbranch;name;region;timezone;latitude;longitude;address;opened;closed\n"
        f"new 1;New Street;{region};;47.5;19.0;1 New Street;2025-08-01;\n"
        f"{other};Station;{region};Europe/Budapest;;;;;2025-12-31\n"
    )
    page = read(office, PLACES, text)
    assert "1 added, 1 changed, 0 as they are, 0 refused." in page.text
    assert "closed: none → 2025-12-31" in page.text
    confirm(office, page)
    found = {one.code: one for one in rooms.all(Branch)}
    new, changed = found["new 1"], found[other]
    assert (new.name, new.timezone, new.latitude, new.address) == (
        "New Street",
        "Europe/Budapest",
        47.5,
        "1 New Street",
    )
    assert (changed.name, str(changed.closed)) == ("Station", "2025-12-31")
    assert verbs(rooms, before) == [("branch", "open"), ("branch", "change")]
    assert "name: Station Road → Station" in office.get("/office/history?kind=branch").text


def test_what_was_taken_home_changes_nothing_when_it_comes_back(rooms: Rooms) -> None:
    with transaction(rooms.engine) as session:
        make.user(session, Role.STAFF, email=None, name="=1+1", branch=make.branch(session, name="-3 Road"))
        session.exec(select(Branch)).first().latitude = -3.25  # type: ignore[union-attr]
    office = rooms.office()
    for table, path in (("/office/people.csv", PEOPLE), ("/office/places/branches.csv", PLACES)):
        content = office.client.get(table).get_data()
        amount = len(list(csv.reader(StringIO(content.decode("utf-8-sig"))))) - 1
        page = read(office, path, content)
        assert f"0 added, 0 changed, {amount} as they are, 0 refused." in page.text
        assert not can_confirm(page)


@pytest.mark.parametrize(
    ("cells", "column", "said"),
    [
        (",,x@example.com,staff,{branch},,,", "name", "The cell is empty; fill it in."),
        (",A,nobody,shopper,,,,", "email", "nobody is not a mail address."),
        (",A,,shopper,,,,", "email", "Write the mail address."),
        (",A,,staff,{branch},,,", "email", "Without an address nobody is known again; add them on their own page."),
        (",A,a@example.com,boss,,,,", "role", "boss is no role; these are: shopper, staff, manager, office."),
        (",A,a@example.com,tablet,{branch},,,", "role", "tablet is no role"),
        (",A,a@example.com,staff,,,,", "branch", "A member of staff belongs to a branch; name it."),
        (",A,a@example.com,staff,nowhere,,,", "branch", "There is no branch with the code nowhere; open it first."),
        (",A,a@example.com,manager,,,,", "region", "A manager belongs to a region; name it."),
        (",A,a@example.com,manager,,nowhere,,", "region", "There is no region with the code nowhere; open it first."),
        (",A,a@example.com,shopper,,,xx,", "language", "There is no language xx here."),
        (",A,a@example.com,shopper,,,,shopper 1", "code", "shopper 1 is already somebody's code here."),
        (",A,a@example.com,office,,,,x1", "code", "Only shoppers have a code."),
        ("{shopper},Sam,{email},shopper,,,,other", "code", "A code that audits are filed under is not changed here."),
        ("{shopper},Sam,{taken},shopper,,,,", "email", "is already somebody's address here."),
        ("0000,Sam,s@example.com,shopper,,,,", "person", "There is nobody with the id 0000 here."),
    ],
)
def test_what_is_wrong_with_a_person_is_said_by_row_and_column(
    rooms: Rooms, cells: str, column: str, said: str
) -> None:
    office, (branch, region) = rooms.office(), codes(rooms)
    shopper, taken = rooms.people[Role.SHOPPER], rooms.people[Role.OFFICE].email
    row = cells.format(branch=branch, region=region, shopper=shopper.public_id, email=shopper.email, taken=taken)
    page = read(office, PEOPLE, f"person,name,email,role,branch,region,language,code\n{row}\n")
    assert "0 added, 0 changed, 0 as they are, 1 refused." in page.text
    assert ("Row 2:" in page.text, f"{column}: " in page.text, said in page.text) == (True, True, True)
    assert not can_confirm(page)


@pytest.mark.parametrize(
    ("cells", "column", "said"),
    [
        ("new,,{region},,,,,,", "name", "The cell is empty; fill it in."),
        ("new,N,nowhere,,,,,,", "region", "There is no region with the code nowhere; open it first."),
        ("new,N,{region},,91,,,,", "latitude", "91 is not between -90 and 90 degrees."),
        ("new,N,{region},,,,Mars/Base,,", "timezone", "Mars/Base"),
        ("new,N,{region},,,,,soon,", "opened", "soon is not a date; write it like 2026-11-23."),
        ("new,N,{region},,,,,2025-08-02,2025-08-01", "closed", "The branch closes before it opens on 2025-08-02."),
    ],
)
def test_what_is_wrong_with_a_branch_is_said_by_row_and_column(
    rooms: Rooms, cells: str, column: str, said: str
) -> None:
    header = "branch,name,region,address,latitude,longitude,timezone,opened,closed"
    page = read(rooms.office(), PLACES, f"{header}\n{cells.format(region=codes(rooms)[1])}\n")
    assert (f"{column}: " in page.text, said in page.text, can_confirm(page)) == (True, True, False)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."),
        (b"name,email\nA,a@example.com\n", "The column role is missing; the first row names the columns."),
        (b"name,email,role,role\n", "The column role is there twice."),
        (b"name,email,role,colour\nA,a@example.com,shopper,red\n", "There is no column colour here."),
        (b"\xff\xfe", "The file is not in UTF-8; save it as CSV in UTF-8."),
        (b'name,email,role\n"A,a@example.com,shopper\n', "A quotation mark is not closed"),
        (b"name,email,role\n" + b"A,,shopper\n" * (MOST_ROWS + 1), "The file has more than 20,000 rows; divide it."),
        (
            b"name,email,role\n" + b"".join(b"A,a%d@example.com,shopper\n" % n for n in range(MOST_ADDED + 1)),
            "A file adds at most 5,000 rows and changes at most 1,000; divide it.",
        ),
        (b"x" * (MOST_BYTES + 1), "The file is larger than 2 MiB; divide it."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(rooms: Rooms, content: bytes, said: str) -> None:
    page = read(rooms.office(), PEOPLE, content, status=422)
    assert (said in page.text, rooms_have(rooms)) == (True, 0)


def rooms_have(rooms: Rooms) -> int:
    with reading(rooms.engine) as session:
        return len(session.exec(select(Upload)).all())


def test_no_file_at_all_is_asked_for_again(rooms: Rooms) -> None:
    office = rooms.office()
    assert "Choose a file." in office.submit(form(office.get(PLACES), PLACES), status=422).text


def test_one_wrong_row_holds_up_all_of_them(rooms: Rooms) -> None:
    office = rooms.office()
    page = read(office, PEOPLE, "name,email,role\nA,a@example.com,shopper\nB,b,shopper\n")
    assert ("1 added" in page.text, "1 refused" in page.text, can_confirm(page)) == (True, True, False)
    token = form(page, PEOPLE).fields["csrf_token"]
    page = office.post(f"{PEOPLE}/confirm", status=409, csrf_token=token, digest="0" * 64)
    assert "Something has changed since this was shown; look at it again." in page.text
    assert "a@example.com" not in {one.email for one in rooms.all(User)}


def test_the_same_twice_in_a_file_is_refused(rooms: Rooms) -> None:
    office = rooms.office()
    page = read(office, PEOPLE, "name,email,role\nA,a@example.com,shopper\nB,A@example.com,shopper\n")
    assert "2 refused" in page.text
    page = read(office, PLACES, f"branch,name,region\nx,X,{codes(rooms)[1]}\nx,Y,{codes(rooms)[1]}\n")
    assert ("2 refused" in page.text, "x stands in more than one row." in page.text) == (True, True)


def test_what_changed_meanwhile_is_shown_again_and_nothing_is_done(rooms: Rooms) -> None:
    office, other = rooms.office(), rooms.one(Branch, rooms.other)
    page = read(office, PLACES, f"branch,name,region\n{other.code},Station,{codes(rooms)[1]}\n")
    with transaction(rooms.engine) as session:
        places.rename(session, session.get_one(Branch, other.id), "Terminus", by=None, at=NOW)
    page = confirm(office, page, status=409)
    assert "Something has changed since this was shown; look at it again." in page.text
    assert "name: Terminus → Station" in page.text
    assert rooms.one(Branch, rooms.other).name == "Terminus"
    confirm(office, page)
    assert rooms.one(Branch, rooms.other).name == "Station"


def test_the_last_of_head_office_keeps_the_role(rooms: Rooms) -> None:
    office, person = rooms.office(), rooms.people[Role.OFFICE]
    rows = f"person,name,email,role\n{person.public_id},Olga Office,{person.email},shopper\n"
    with transaction(rooms.engine) as session:
        others = session.exec(select(User).where(User.role == "office", User.id != person.id)).all()
        for one in others:
            accounts.deactivate(session, one, by=None, at=NOW)
    page = read(office, PEOPLE, rows)
    assert ("is the last of head office" in page.text, can_confirm(page)) == (True, False)
    page = read(office, PEOPLE, rows + ",New,new@example.com,office\n")
    assert can_confirm(page)


def test_who_signs_in_no_more_is_not_changed(rooms: Rooms) -> None:
    office, staff = rooms.office(), rooms.people[Role.STAFF]
    with transaction(rooms.engine) as session:
        accounts.deactivate(session, session.get_one(User, staff.id), by=None, at=NOW)
    page = read(office, PEOPLE, f"name,email,role\nBack,{staff.email},shopper\n")
    assert "signs in no more already." in page.text


def test_a_file_waits_for_a_day_and_goes_when_somebody_is_erased(rooms: Rooms) -> None:
    office = rooms.office()
    page = read(office, PEOPLE, "name,email,role\nA,a@example.com,shopper\n")
    assert can_confirm(office.get(PEOPLE))
    with transaction(rooms.engine) as session:
        gone = session.get_one(User, rooms.people[Role.STAFF].id)
        erasing.erase(session, gone, by=rooms.people[Role.OFFICE], at=NOW)
    assert rooms_have(rooms) == 0
    page = confirm(office, page, status=409)
    assert "There is no file to confirm any more; choose it again." in page.text
    read(office, PEOPLE, "name,email,role\nA,a@example.com,shopper\n")
    rooms.clock[0] = NOW + KEPT
    assert not can_confirm(rooms.office().get(PEOPLE))


def test_names_that_harm_careless_pages_are_shown_as_they_are(rooms: Rooms) -> None:
    page = read(rooms.office(), PLACES, f"branch,name,region\n<script>x,{HARMFUL},{codes(rooms)[1]}\n")
    assert (HARMFUL in page.text, "<script>x" in page.html) == (True, False)


@given(st.text(alphabet="'\"=+-@ab ;,|\t=1\uff1d", max_size=12))
def test_what_was_guarded_comes_back_as_it_was(text: str) -> None:
    assert unguarded(guarded(text)) == text
