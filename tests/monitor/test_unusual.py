"""What a reviewer reads beside an audit: what was seen, where it leads, how common it is; never more than that."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session, select

from branches import audits, checked, checks, database
from branches.audits import Audit
from branches.checks import Check, CheckKind
from branches.database import reading, transaction
from branches.people import Role, User
from branches.places import Branch
from branches.questions import Mark
from tests import make
from tests.branches.test_checked import rated
from tests.databases import SqliteDatabases
from tests.monitor.desk import filled, open_desk
from tests.monitor.desk import form as whole
from tests.monitor.rooms import NOW, VISIT, Rooms, opened

SAID = "Nobody looked up when I came in, so I waited."
FEW = "There are too few audits yet to say how common that is."


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened(sqlite, tmp_path) as rooms:
        yield rooms


def read(rooms: Rooms, audit: str) -> str:
    return rooms.office().get(f"/office/review/{audit}").text


def seen_before(rooms: Rooms, amount: int, *kinds: CheckKind) -> None:
    """So many audits that were looked at, each with those kinds."""
    with transaction(rooms.engine) as session:
        for _ in range(amount):
            audit = make.audit(session, make.branch(session), visited_at=VISIT)
            checks.keep(session, audit, [Check(kind) for kind in kinds], at=VISIT)


def again(rooms: Rooms, branch: str, comment: str) -> str:
    """The known shopper at another branch, sent after the first."""
    with transaction(rooms.engine) as session:
        where = session.exec(select(Branch).where(Branch.public_id == branch)).one()
        shopper, office = (session.get_one(User, rooms.people[role].id) for role in (Role.SHOPPER, Role.OFFICE))
        model = session.exec(select(Audit)).first()
        assert model is not None
        audit = audits.assign(session, model.standard, where, shopper, by=office, at=VISIT)
        audits.start(session, audit, by=shopper, at=VISIT)
        audits.submit(session, audit, {"greeting1": Mark("no", comment)}, visited_at=VISIT, by=shopper, at=NOW)
        return audit.public_id


def test_what_was_seen_stands_with_how_common_it_is(rooms: Rooms) -> None:
    first = rooms.audit(comment=SAID)
    second = again(rooms, rooms.other, SAID)
    seen_before(rooms, 20, CheckKind.FAST)
    seen_before(rooms, 3, CheckKind.WORDS)
    page = rooms.office().get(f"/office/review/{second}")
    said = "greeting1 · the same words stand in the audit of Kossuth <b>tér</b> & $x$ on 8 July 2025."
    assert f"{said} So in 3 of 24 audits of the last 26 weeks." in page.text
    assert (f"/office/review/{first}" in page.links, FEW in page.text) == (True, False)


def test_where_few_audits_were_looked_at_that_is_said_once(rooms: Rooms) -> None:
    rooms.audit(comment=SAID)
    text = read(rooms, again(rooms, rooms.other, SAID))
    assert (text.count(FEW), "So in" in text) == (1, False)


def test_an_audit_at_which_nothing_was_seen_says_nothing(rooms: Rooms) -> None:
    text = read(rooms, rooms.audit())
    assert ("Worth a look" in text, FEW in text) == (False, False)


def test_the_same_photo_leads_to_where_it_was_before(rooms: Rooms, tmp_path: Path) -> None:
    first = rooms.audit()
    rooms.add_photo(first, tmp_path / "photos", "greeting1")
    second = again(rooms, rooms.other, "")
    rooms.add_photo(second, tmp_path / "photos", "greeting2")
    text = read(rooms, second)
    assert "greeting2 · the same photo is in the audit of Kossuth <b>tér</b> & $x$ on 8 July 2025." in text
    assert "the same photo" not in read(rooms, first)


def test_ways_that_nobody_makes_are_told_in_minutes_and_kilometres(rooms: Rooms) -> None:
    rooms.audit()
    with transaction(rooms.engine) as session:
        for public_id, latitude in ((rooms.branch, 47.0), (rooms.other, 48.0)):
            session.exec(select(Branch).where(Branch.public_id == public_id)).one().latitude = latitude
        for branch in session.exec(select(Branch)):
            branch.longitude = 19.0
    text = read(rooms, again(rooms, rooms.other, ""))
    assert "0 minutes lie between this visit and the shopper's to Kossuth <b>tér</b> & $x$, 111 km away." in text


def rate(session: Session) -> str:
    """One audit whose ratings are all alike, after twenty whose are not."""
    standard = rated(session)
    for n in range(21):
        shopper = make.shopper(session)
        audit = audits.assign(session, standard, make.branch(session), shopper, by=None, at=VISIT)
        audits.start(session, audit, by=shopper, at=VISIT)
        marks = {f"r{place}": Mark(mark) for place, mark in enumerate("333333" if n == 20 else "453421")}
        given = {**marks, "drink": Mark("na")}
        audits.submit(session, audit, given, visited_at=VISIT, by=shopper, at=NOW)
        checked.note(session, audit, "Test", at=NOW)
    return audit.public_id


def test_ratings_in_a_row_and_what_does_not_apply_are_told(rooms: Rooms, tmp_path: Path) -> None:
    with transaction(rooms.engine) as session:
        audit = rate(session)
    rooms.add_photo(audit, tmp_path / "photos", "drink")
    text = read(rooms, audit)
    assert "r0 · from here 6 ratings in a row are 3. So in 1 of 21 audits of the last 26 weeks." in text
    assert "drink · marked as not applying, and there is a photo of it." in text


def test_what_a_shopper_sends_is_looked_at_for_the_desk(sqlite: SqliteDatabases, tmp_path: Path) -> None:
    with sqlite.fresh() as url:
        from_phone = open_desk(database.create(url), tmp_path)
        page = filled(from_phone)
        from_phone.visitor.submit(whole(page, "/send"))
        sent = from_phone.stored()
        with reading(from_phone.engine) as session:
            assert checks.amounts(session, [sent]).keys() == {sent.id}
            assert checks.usual(session, at=sent.submitted_at or NOW).audits == 1
        from_phone.engine.dispose()
