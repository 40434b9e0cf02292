"""What is kept of a person, taken home: all that is theirs, nobody else's, and nothing that opens a door."""

import json
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import sqlalchemy as sa
from sqlmodel import select

from branches import actions, appeals, assignments, drafts, history
from branches.appeals import Appeal
from branches.audits import Audit
from branches.database import reading, transaction
from branches.known import account, answering, auditing, done
from branches.people import Role, User
from branches.places import Branch
from branches.standards import Item
from branches.tables import metadata
from monitor.web.taken import MOST, SUBJECTS
from tests.databases import SqliteDatabases
from tests.monitor.pages import Visitor
from tests.monitor.rooms import NOW, Rooms, form, opened

SAID = "Nobody — <b>nobody</b> — greeted me."


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened(sqlite, tmp_path) as rooms:
        yield rooms


def taken(visitor: Visitor, page: str = "/account", ends: str = "/kept") -> dict[str, bytes]:
    """The files in what comes."""
    asked = form(visitor.get(page), ends)
    answer = visitor.client.post(asked.action, data=asked.fields)
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.headers["Content-Disposition"] == "attachment; filename=what-is-kept.zip"
    content = answer.get_data()
    answer.close()
    with ZipFile(BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def data(files: dict[str, bytes]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files["data.json"])
    return found


def person(rooms: Rooms, role: Role) -> User:
    return rooms.people[role]


def test_a_shopper_takes_home_what_they_gave_and_the_photos_they_sent(rooms: Rooms, tmp_path: Path) -> None:
    audit = rooms.audit("released", comment=SAID)
    photo = rooms.add_photo(audit, tmp_path / "photos", "greeting1")
    files = taken(rooms.visitor(Role.SHOPPER))
    found = data(files)
    assert files.keys() == {"index.html", "data.json", f"photos/{photo}.jpg"}
    assert files[f"photos/{photo}.jpg"].startswith(b"\xff\xd8")
    assert found["person"][0]["name"] == "Sam <i>Shopper</i>"
    assert [(one["audit"], one["fee"], one["state"]) for one in found["audits"]] == [(audit, "6 000 Ft", "done")]
    assert {"audit": audit, "item": "greeting1", "mark": "no", "comment": SAID} in found["answers"]
    assert len(found["answers"]) == 20
    page = files["index.html"].decode()
    assert "Nobody — &lt;b&gt;nobody&lt;/b&gt; — greeted me." in page
    assert "<h1>What is kept of Sam &lt;i&gt;Shopper&lt;/i&gt;</h1>" in page


def test_what_a_shopper_is_not_told_is_not_in_it(rooms: Rooms) -> None:
    rooms.appeal()
    files = taken(rooms.visitor(Role.SHOPPER))
    text = "".join(content.decode() for content in files.values())
    assert not [word for word in ("score", "appealed", "We <i>did</i> greet.", "Olga") if word in text]


def test_nobody_elses_name_address_or_secret_is_in_anybodys(rooms: Rooms) -> None:
    audit = rooms.audit("released", comment=SAID)
    rooms.appeal()
    with transaction(rooms.engine) as session:
        shopper = session.get_one(User, person(rooms, Role.SHOPPER).id)
        found = session.exec(select(Audit).where(Audit.public_id == audit)).one()
        session.add(drafts.Draft(audit_id=found.id, answers={}, saved_at=NOW, sent_key="kanarikey"))
        other = session.exec(select(Branch).where(Branch.public_id == rooms.other)).one()
        assignments.declare_conflict(session, shopper, other, reason="My aunt.", by=shopper, at=NOW)
    visitors = {role: rooms.visitor(role) for role in rooms.people}
    with reading(rooms.engine) as session:
        people = session.exec(select(User)).all()
        secrets = {secret for secret in _secrets(session.connection()) if secret}
    for role, visitor in visitors.items():
        text = "".join(content.decode() for name, content in taken(visitor).items() if not name.endswith(".jpg"))
        own = next(one for one in people if one.id == person(rooms, role).id)
        others = [one for one in people if one.id != own.id]
        told = {word for one in others for word in (one.name, one.email, one.code) if word and word not in own.name}
        assert not {word for word in told | secrets if word in text}
        assert str(own.email) in text
        assert ("My aunt." in text) is (SAID in text.replace("\\", "")) is (role is Role.SHOPPER)


def _secrets(connection: sa.Connection) -> set[str]:
    """Every hash, token and key of every table."""
    secret = ("hash", "hashed", "token", "uniquifier", "password", "sent_key", "sha256")
    columns = [one for table in metadata.sorted_tables for one in table.columns if one.name.endswith(secret)]
    assert len(columns) > 10
    return {str(value) for one in columns for (value,) in connection.execute(sa.select(one)) if value}


def test_staff_take_home_what_they_wrote_and_no_audit(rooms: Rooms) -> None:
    rooms.appeal()
    found = data(taken(rooms.visitor(Role.STAFF)))
    assert [one["reason"] for one in found["appeals"]] == ["We <i>did</i> greet."]
    assert not found.keys() & {"audits", "answers", "forms"}
    assert {"did": "appeal", "to": "appeal", "when": NOW.date().isoformat()} in found["did"]


def test_staff_hear_of_no_audit_by_the_action_that_was_made_of_it(rooms: Rooms) -> None:
    audit, day = rooms.audit("released"), NOW.date()
    with transaction(rooms.engine) as session:
        found = session.exec(select(Audit).where(Audit.public_id == audit)).one()
        item = session.exec(select(Item).where(Item.code == "greeting1")).one()
        owner, office = (session.get_one(User, person(rooms, role).id) for role in (Role.STAFF, Role.OFFICE))
        shared = {"audit": found, "item": item, "owner": owner, "by": office, "at": NOW}
        actions.open_action(session, found.branch, plan="Greet.", due_on=day, **shared)  # type: ignore[arg-type]
    assert "actions" not in data(taken(rooms.visitor(Role.STAFF)))
    rooms.clock[0] = NOW + timedelta(days=14)
    assert [one["due"] for one in data(taken(rooms.visitor(Role.STAFF)))["actions"]] == [day.isoformat()]


def test_a_shopper_hears_of_no_appeal(rooms: Rooms) -> None:
    made = rooms.appeal()
    before = data(taken(rooms.visitor(Role.SHOPPER)))["answers"]
    with transaction(rooms.engine) as session:
        appeal = session.exec(select(Appeal).where(Appeal.public_id == made)).one()
        other = "no" if appeal.mark_before == "yes" else "yes"
        office = session.get_one(User, person(rooms, Role.OFFICE).id)
        appeals.decide(session, appeal, upheld_as=other, decision="It was so.", by=office, at=NOW)
    assert data(taken(rooms.visitor(Role.SHOPPER)))["answers"] == before


def test_head_office_takes_it_home_for_somebody_and_history_says_so(rooms: Rooms) -> None:
    shopper, office = person(rooms, Role.SHOPPER), rooms.office()
    rooms.audit("submitted", comment=SAID)
    files = taken(office, f"/office/people/{shopper.public_id}", f"{shopper.public_id}/kept")
    assert data(files)["person"][0]["code"] == "shopper 1"
    assert "Olga Office took home what is kept of this person." in office.get("/office/history").text
    with reading(rooms.engine) as session:
        events = history.of(session, session.get_one(User, shopper.id))
        assert [(event.verb, event.details) for event in events][-1] == ("take_home", {})


def test_of_somebody_who_was_erased_nothing_is_taken_home(rooms: Rooms) -> None:
    shopper, office = person(rooms, Role.SHOPPER), rooms.office()
    asked = form(office.get(f"/office/people/{shopper.public_id}"), "/kept")
    with transaction(rooms.engine) as session:
        session.get_one(User, shopper.id).erased_at = NOW
    assert office.client.post(asked.action, data=asked.fields).status_code == 404


def test_it_is_made_some_times_an_hour_and_no_oftener(rooms: Rooms) -> None:
    visitor = rooms.visitor(Role.SHOPPER)
    for _ in range(MOST):
        taken(visitor)
    asked = form(visitor.get("/account"), "/kept")
    answer = visitor.client.post(asked.action, data=asked.fields)
    assert (answer.status_code, "several times within the hour" in answer.get_data(as_text=True)) == (422, True)
    rooms.clock[0] = NOW + timedelta(hours=2)
    taken(visitor)


def test_every_subject_has_its_words(rooms: Rooms) -> None:
    with reading(rooms.engine) as session:
        one = session.exec(select(User)).first()
        assert one is not None
        rooms_of_it = (account, auditing, answering, done)
        found = {subject for room in rooms_of_it for subject in room.of(session, one)}
    assert found == SUBJECTS.keys()
