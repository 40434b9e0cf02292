"""Whatever a script sends is taken or refused, and nothing in between; whatever odd thing somebody means well by is kept as it is."""

import json
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from branches.database import reading
from branches.people import Role
from branches.places import Branch
from tests.databases import SqliteDatabases
from tests.monitor import hostile
from tests.monitor.stronghold import Stronghold, posts, raised
from tests.monitor.walked import World, build

pytestmark = pytest.mark.slow

LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([*hostile.ODD.values()][:-1])
)
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4))
CODES = st.sampled_from(["people", "drink", "visited", "", "\ud800", "__proto__"]) | st.text(max_size=8)
NEARLY = st.fixed_dictionaries(
    {
        "seen": st.integers(-1, 3) | JSON,
        "typed": st.dictionaries(CODES, st.lists(st.text(), min_size=2, max_size=2) | JSON, max_size=4) | JSON,
        "visited": st.none() | st.text() | JSON,
        "key": st.text() | JSON,
        "edits": st.dictionaries(CODES, st.integers() | JSON, max_size=4) | JSON,
        "away": st.lists(st.text() | JSON, max_size=4) | JSON,
    }
)
"""Bodies as the script sends them, with something else here and there."""
SETTINGS = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@pytest.fixture(scope="module")
def world(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(sqlite, tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def shopper(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stronghold]:
    hold = raised(world, tmp_path_factory.mktemp("shopper"), Role.SHOPPER)
    yield hold
    hold.close()


@pytest.fixture
def office(world: World, tmp_path: Path) -> Iterator[Stronghold]:
    hold = raised(world, tmp_path, Role.OFFICE)
    yield hold
    hold.close()


def sent(hold: Stronghold, path: str, body: bytes, kind: str = "application/json") -> int:
    """The status; whatever was wrong with the answer fails the test that asks."""
    at = f"/audits/{hold.opened.world.mine.things['open']}/{path}"
    headers = {"X-CSRFToken": hold.token, "Accept": "application/json"}
    hold.faults.clear()
    status = hold.ask("a law", at, "POST", data=body, content_type=kind, headers=headers)
    assert hold.faults == []
    return status


@SETTINGS
@given(JSON | NEARLY)
def test_any_value_that_a_draft_may_be_is_kept_or_refused(shopper: Stronghold, value: Any) -> None:
    assert sent(shopper, "draft", json.dumps(value).encode()) in {200, 422}


@SETTINGS
@given(st.binary(max_size=400) | st.text(alphabet='{}[]":,\\u0dE-.tfn ').map(lambda text: text.encode()))
def test_any_bytes_that_a_draft_may_be_are_refused(shopper: Stronghold, body: bytes) -> None:
    assert sent(shopper, "draft", body) == 422


@SETTINGS
@given(st.dictionaries(st.sampled_from(["key", "seen", "content", "look", "x"]), st.text(max_size=50)), NEARLY)
def test_anything_sent_in_the_place_of_an_audit_leaves_it_open(
    shopper: Stronghold, form: dict[str, str], body: dict[str, Any]
) -> None:
    kind = "application/x-www-form-urlencoded"
    fields = "&".join(f"{name}={value.encode(errors='replace').hex()}" for name, value in form.items())
    statuses = {sent(shopper, "send", fields.encode(), kind), sent(shopper, "send", json.dumps(body).encode())}
    assert statuses <= {400, 409, 422}


def test_odd_names_that_are_meant_so_are_kept_and_shown_as_they_are(office: Stronghold) -> None:
    branch, token = office.opened.world.mine.things["branch"], office.token
    page = f"/office/places/branches/{branch}"
    form = next(one for one in posts(office) if one.action.startswith(page) and "name" in one.fields)
    for what, name in hostile.HONEST.items():
        data = {**form.fields, "name": name, "csrf_token": token}
        answer = office.client.post(form.action, data=data, follow_redirects=True)
        with reading(office.opened.engine) as session:
            stored = session.exec(select(Branch).where(Branch.public_id == branch)).one().name
        assert (answer.status_code, stored) == (200, name), what
        shown = office.visitor.get(page)
        assert name in unescape(shown.html), what
        assert ("<b>Bold" in shown.html, "DROP TABLE" in name) == (False, what == "a statement"), what


def test_odd_answers_that_are_meant_so_are_kept_and_shown_as_they_are(shopper: Stronghold) -> None:
    shopper_at = f"/audits/{shopper.opened.world.mine.things['open']}"
    headers = {"X-CSRFToken": shopper.token, "Accept": "application/json"}
    page = shopper.visitor.get(f"{shopper_at}/form/all")
    code = next(name for one in page.forms for name in one.fields if name.startswith("c-")).removeprefix("c-")
    seen = 0
    for edit, (what, text) in enumerate(hostile.HONEST.items(), 1):
        body = {**hostile.PUSH, "seen": seen, "typed": {code: ["", text]}, "edits": {code: edit}}
        answer = shopper.client.post(f"{shopper_at}/draft", json=body, headers=headers)
        assert answer.status_code == 200, what
        seen = answer.get_json()["saves"]
        assert text in unescape(shopper.visitor.get(f"{shopper_at}/form/all").html), what
