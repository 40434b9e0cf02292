"""Whatever a form of head office is sent, the answer says what is wrong; nothing goes wrong on our side."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from branches.people import Role
from branches.rotas import Planned
from tests.databases import SqliteDatabases
from tests.monitor.pages import Form, Visitor
from tests.monitor.rooms import Rooms, opened

RUBBISH = (
    "",
    "\0",
    "x" * 100_000,
    "\ud800".encode("utf-8", "replace").decode(),
    "-1",
    "9" * 400,
    "<b>{x}%s",
    "2025-02-30",
)
GOOD = (200, 303)


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened(sqlite, tmp_path) as rooms:
        yield rooms


def _forms(office: Visitor, paths: list[str]) -> list[Form]:
    found = [one for path in paths for one in office.get(path).forms]
    return [one for one in found if one.method == "post" and one.action.startswith("/office")]


@pytest.mark.slow
@pytest.mark.parametrize("rubbish", RUBBISH)
def test_every_form_bears_rubbish(rooms: Rooms, rubbish: str) -> None:
    appeal, audit, given = rooms.appeal(), rooms.audit(branch=rooms.other), rooms.audit("assigned", branch=rooms.other)
    office, member = rooms.office(), rooms.people[Role.SHOPPER].public_id
    rota, case = rooms.rota(), rooms.case()
    paths = [
        f"/office/review/{audit}",
        f"/office/assignments/{given}",
        f"/office/appeals/{appeal}",
        "/office/assignments/new",
        f"/office/people/{member}",
        "/office/people/new",
        "/office/places/regions/new",
        "/office/places/branches/new",
        f"/office/places/branches/{rooms.branch}",
        "/office/schedule/chain",
        "/office/calibration/new",
        f"/office/calibration/{case.public_id}/reference",
        f"/office/calibration/{case.public_id}",
        "/office/rotas/new",
        f"/office/rotas/{rota.public_id}",
        *(f"/office/rotas/audits/{one.public_id}" for one in rooms.all(Planned)),
    ]
    forms = _forms(office, paths)
    assert len(forms) > 20
    for one in forms:
        for fields in (dict.fromkeys(one.fields, rubbish), {}, dict.fromkeys(one.fields, rubbish) | {"seen": "1"}):
            sent = {**fields, "csrf_token": one.fields["csrf_token"]}
            answer = office.client.post(one.action, data=sent)
            assert answer.status_code < 500, (one.action, answer.status_code)
            again = office.client.post(one.action, data=sent)
            assert again.status_code < 500, (one.action, again.status_code)


@pytest.mark.parametrize("name", ["0", "x" * 300, "..", "%00", "%ff", "9223372036854775808"])
def test_an_id_that_is_nobodys_is_not_found(rooms: Rooms, name: str) -> None:
    office = rooms.office()
    token = office.get("/office/assignments/new").forms[-1].fields["csrf_token"]
    for room, step in (("review", "approve"), ("assignments", "withdraw"), ("people", "name")):
        assert office.client.get(f"/office/{room}/{name}").status_code == 404
        sent = office.client.post(f"/office/{room}/{name}/{step}", data={"csrf_token": token})
        assert sent.status_code == 404
    for room in ("appeals", "places/branches", "places/regions", "rotas", "rotas/audits", "calibration"):
        assert office.client.get(f"/office/{room}/{name}").status_code == 404


def test_a_form_without_its_token_is_refused(rooms: Rooms) -> None:
    office = rooms.office()
    for path in (
        "/office/assignments/new",
        "/office/people/new",
        "/office/places/branches/new",
        "/office/mail",
        "/office/schedule/chain",
    ):
        assert office.client.post(path, data={"name": "x"}).status_code == 400
