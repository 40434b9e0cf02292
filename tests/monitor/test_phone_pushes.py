"""What a phone's script sends: whatever it is, it is kept or refused, and holds up nobody."""

import hashlib
import json
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from branches import drafts
from branches.audits import Audit
from branches.drafts import Filled, Typed
from tests.branches.test_photos import jpeg
from tests.monitor.desk import Desk, filled, form

EMPTY: dict[str, Any] = {"seen": 0, "typed": {}, "visited": None, "key": "k" * 20, "edits": {}, "away": []}
DEEP = '{"seen":0,"typed":{"people":' + "[" * 2000 + "]" * 2000 + "}}"


def pushed(desk: Desk, sent: str) -> tuple[int, dict[str, Any]]:
    page = desk.visitor.get(desk.at())
    token = form(page, "/start").fields["csrf_token"]
    headers = {"X-CSRFToken": token, "Content-Type": "application/json", "Accept": "application/json"}
    desk.app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = desk.visitor.client.post(desk.at("/draft"), data=sent, headers=headers)
    return answer.status_code, answer.get_json()


def kept(desk: Desk) -> Filled:
    with Session(desk.engine) as session:
        return drafts.read(session, session.exec(select(Audit).where(Audit.public_id == desk.audit)).one())


@pytest.mark.parametrize(
    "sent",
    [
        DEEP,
        json.dumps({**EMPTY, "typed": {"\ud800": ["a", ""]}}),
        json.dumps({**EMPTY, "typed": {"people": ["3", ""]}, "edits": {"people": 2**53}}),
        json.dumps({**EMPTY, "typed": {"people": ["3", ""]}, "edits": {"people": -1}}),
        json.dumps({**EMPTY, "typed": {"people": ["3", ""]}, "seen": int("9" * 4200)}),
        json.dumps({**EMPTY, "edits": {f"item{n}": n for n in range(2001)}}),
        json.dumps({**EMPTY, "typed": {f"item{n}": ["", ""] for n in range(2001)}}),
        json.dumps({**EMPTY, "away": [f"{n:016x}" for n in range(101)]}),
        json.dumps({**EMPTY, "away": [["a"]]}),
    ],
    ids=["deep", "half-sign", "edit", "negative", "seen", "edits", "typed", "away", "away-kind"],
)
def test_what_no_script_sends_is_refused_and_nothing_of_it_kept(desk: Desk, sent: str) -> None:
    assert (pushed(desk, sent)[0], kept(desk).saves) == (422, 0)


def test_half_a_sign_is_kept_as_one_that_can_be_written_down(desk: Desk) -> None:
    sent = {**EMPTY, "key": "\ud800" + "k" * 20, "typed": {"why": ["a\ud800", "\udfff"]}, "edits": {"why": 1}}
    status, _ = pushed(desk, json.dumps(sent))
    entry = kept(desk).entries["why"]
    assert (status, entry.now, entry.phone) == (200, Typed("a?", "?"), "?" + "k" * 20)


def test_photos_are_taken_away_in_one_look(desk: Desk, count_photo_looks: list[str]) -> None:
    filled(desk)
    name = f"mirror/{hashlib.sha256(jpeg()).hexdigest()}"
    looks = []
    for away in ([f"{n:016x}" for n in range(99)], [name, *[f"{n:016x}" for n in range(98)], name]):
        count_photo_looks.clear()
        assert sent_away(desk, away) == 200
        looks.append(len(count_photo_looks))
    assert (desk.photos_kept(), max(looks) < 20) == ([], True)


def sent_away(desk: Desk, away: list[str]) -> int:
    token = form(desk.visitor.get(desk.at("/form/1")), "/form/1").fields["csrf_token"]
    headers = {"X-CSRFToken": token, "Accept": "application/json"}
    return desk.visitor.client.post(desk.at("/draft"), json={**EMPTY, "away": away}, headers=headers).status_code


@pytest.fixture
def count_photo_looks(desk: Desk) -> list[str]:
    """The statements that look for photos."""
    found: list[str] = []

    @sa.event.listens_for(desk.engine, "before_cursor_execute")
    def _(connection: Any, cursor: Any, statement: str, *given: Any) -> None:
        if "FROM photo" in statement:
            found.append(statement)

    return found


def test_a_photo_that_broke_on_its_way_is_asked_for_again(desk: Desk) -> None:
    filled(desk)
    token = form(desk.visitor.get(desk.at("/form/1")), "/form/1").fields["csrf_token"]
    headers = {"X-CSRFToken": token, "Accept": "application/json", "Content-Type": "application/octet-stream"}
    whole = jpeg(width=60)
    path = desk.at(f"/photos/{hashlib.sha256(whole).hexdigest()}?item=mirror")
    statuses = [
        desk.visitor.client.post(path, data=data, headers=headers).status_code for data in (whole[:-1] + b"?", whole)
    ]
    assert (statuses, desk.photos_kept()) == ([409, 200], ["mirror", "mirror"])
