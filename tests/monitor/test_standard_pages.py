"""The standard's editor: begun, changed, refused, seen, compared and published by pages alone."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from branches.audits import Audit
from branches.database import reading, transaction
from branches.editing import drafted
from branches.editing.content import Content
from branches.exchange.shipped import SHIPPED
from tests.branches.workbooks import book
from tests.databases import SqliteDatabases
from tests.monitor.browsed import send, sent
from tests.monitor.pages import Form, Page, Visitor
from tests.monitor.rooms import NOW, Rooms, form, opened

ROOT = "/office/standard"


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened(sqlite, tmp_path) as rooms:
        yield rooms


def beginning(page: Page, origin: str) -> Form:
    return next(form for form in page.forms if form.fields.get("origin") == origin)


def begun(rooms: Rooms, origin: str = "salon") -> tuple[Visitor, Page]:
    office = rooms.office()
    return office, office.submit(beginning(office.get(ROOT), origin))


def content(rooms: Rooms) -> Content:
    with reading(rooms.engine) as session:
        found = drafted.current(session)
        assert found is not None
        return drafted.content(found)


def key_of(rooms: Rooms, code: str) -> str:
    return next(item.key for item in content(rooms).items if item.code == code)


def stepping(page: Page, change: str, key: str) -> Form:
    return next(f for f in page.forms if f.action.endswith(f"/steps/{change}") and f.fields.get("key") == key)


def test_a_draft_of_the_salon_standard_is_complete_and_every_page_of_it_opens(rooms: Rooms) -> None:
    office, page = begun(rooms)
    assert page.headings[0] == "Standard"
    assert "Everything is there. It can be published." in page.text
    for path in ("whole", "sections/s1", "items/i2", "preview", "preview?channel=phone", "changes"):
        office.get(f"{ROOT}/{path}")
    office.get(f"{ROOT}/items/i999", status=404)
    office.get(f"{ROOT}/sections/i2", status=404)


def test_a_draft_of_a_version_without_words_tells_what_is_to_be_put_right(rooms: Rooms) -> None:
    _, page = begun(rooms, "current")
    assert "20 things are still to be put right." in page.text
    assert "greeting1: The item needs a text." in page.text
    assert "And 8 more." in page.text


def test_there_is_one_draft_at_a_time(rooms: Rooms) -> None:
    office = rooms.office()
    page = office.get(ROOT)
    office.submit(beginning(page, "salon"))
    again = office.submit(beginning(page, "nothing"), status=409)
    assert "There is a draft already" in again.text


def test_an_unknown_way_to_begin_is_refused(rooms: Rooms) -> None:
    office = rooms.office()
    page = office.post(
        f"{ROOT}/begin", status=422, csrf_token=beginning(office.get(ROOT), "salon").fields["csrf_token"]
    )
    assert "Choose what to begin with." in page.text


def test_an_item_is_changed_and_the_change_is_in_the_history(rooms: Rooms) -> None:
    office, _ = begun(rooms)
    key = key_of(rooms, "greeted")
    page = office.get(f"{ROOT}/items/{key}")
    after = send(office, page, f"/items/{key}", {"weight": "2,5", "text-hu": "Köszöntek?"})
    item = content(rooms).item(key)
    assert item is not None
    assert (item.weight, item.wording["hu"]["text"], item.wording["en"]["hint"]) == (
        "2.5",
        "Köszöntek?",
        "A word, a nod or a wave counts. A look alone does not.",
    )
    assert "Olga Office changed the draft." in after.text


def test_saving_a_page_as_it_is_changes_nothing(rooms: Rooms) -> None:
    office, _ = begun(rooms)
    before = content(rooms)
    for item in before.items:
        send(office, office.get(f"{ROOT}/items/{item.key}"), f"/items/{item.key}")
    for section in before.sections:
        send(office, office.get(f"{ROOT}/sections/{section.key}"), f"/sections/{section.key}")
    send(office, office.get(f"{ROOT}/whole"), "/whole")
    after = content(rooms)
    assert [item.code for item in after.items] == [item.code for item in before.items]
    assert after == before


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"condition": "nothing = yes"}, "The rule of greeted asks about nothing, which is not an item."),
        ({"condition": "greeted_after > 3"}, "wait for one another"),
        ({"condition": "= = x"}, "stands in the rule where an item belongs"),
        ({"weight": "-1"}, "-1 is below 0, which a weight cannot be."),
        ({"weight": "much"}, "A number belongs here."),
        ({"text-en": ""}, "The item needs a text."),
        ({"text-hu": ""}, "The item needs a text."),
        ({"code": "eye_contact"}, "eye_contact is there twice."),
        ({"code": "branch"}, "branch is a column of audits.csv"),
        ({"text-en": "x" * 2001}, "That is longer than 2,000 characters."),
    ],
)
def test_what_an_item_cannot_be_is_refused_and_what_was_typed_is_kept(
    rooms: Rooms, fields: dict[str, str], said: str
) -> None:
    office, _ = begun(rooms)
    before, key = content(rooms), key_of(rooms, "greeted")
    page = send(office, office.get(f"{ROOT}/items/{key}"), f"/items/{key}", fields, status=422)
    assert said in page.text
    kept = sent(page, f"/items/{key}")
    assert {name: kept[name] for name in fields} == fields
    assert content(rooms) == before


def test_a_code_that_is_in_force_stays(rooms: Rooms) -> None:
    office, _ = begun(rooms)
    with transaction(rooms.engine) as session:
        draft = drafted.current(session)
        assert draft is not None
        drafted.publish(session, draft, seen=0, since=NOW, by=None, at=NOW)
    office, _ = begun(rooms, "current")
    key = key_of(rooms, "greeted")
    page = office.get(f"{ROOT}/items/{key}")
    assert "code" not in form(page, f"/items/{key}").fields
    assert "Code: greeted. It stays" in page.text
    send(office, page, f"/items/{key}", {"code": "other"})
    assert key_of(rooms, "greeted") == key


def test_a_type_brings_the_fields_that_belong_to_it(rooms: Rooms) -> None:
    office, _ = begun(rooms)
    key = key_of(rooms, "eye_contact")
    for kind, there, gone in (
        ("rating", {"worst", "best", "weight"}, {"options", "timed"}),
        ("seconds", {"worst", "timed"}, {"options"}),
        ("choice", {"options", "option-hu-0"}, {"weight", "critical", "worst"}),
        ("text", {"required"}, {"weight", "options"}),
        ("yes_no", {"weight", "critical"}, {"worst"}),
    ):
        page = send(office, office.get(f"{ROOT}/items/{key}"), "/type", {"type": kind})
        fields = set(re.findall(r'name="([^"]+)"', page.html))
        assert (there <= fields, gone & fields) == (True, set())
    send(office, page, "/type", {"type": "colour"}, status=422)


def test_a_new_item_is_put_right_and_worded(rooms: Rooms) -> None:
    office, _ = begun(rooms, "nothing")
    page = office.submit(form(office.get(ROOT), "/steps/add-section"))
    page = send(office, page, "/sections/s1", {"code": "greeting", "title-en": "Greeting"})
    page = office.submit(stepping(page, "add-item", "s1"))
    page = send(office, page, "/items/i2", {"code": "greeted", "text-en": "Greeted?"})
    assert "Everything is there. It can be published." in page.text
    page = send(office, office.get(f"{ROOT}/whole"), "/whole", {"title": "Ours", "languages": "hu"})
    assert "It can be published; 2 texts are not translated yet." in page.text
    assert "greeted: Question (Magyar)" in page.text


def test_entries_are_moved_copied_deleted_and_the_last_step_undone(rooms: Rooms) -> None:
    office, page = begun(rooms)
    before = content(rooms)
    first, second = before.sections[0].items[:2]
    page = office.submit(stepping(page, "up", second.key))
    assert [item.key for item in content(rooms).items][:2] == [second.key, first.key]
    page = office.submit(form(page, "/steps/undo"))
    assert content(rooms) == before
    office.submit(stepping(office.get(f"{ROOT}/items/{first.key}"), "copy", first.key))
    assert [item.code for item in content(rooms).items][:2] == ["greeted", "greeted_1"]
    page = office.submit(stepping(office.get(f"{ROOT}/items/{first.key}"), "delete", first.key))
    assert "Deleted: greeted. This can be undone." in page.text
    assert "The rule of greeted_after asks about greeted, which is not an item." in page.text


def test_the_second_of_two_who_edit_is_told_and_loses_nothing(rooms: Rooms) -> None:
    office, _ = begun(rooms)
    key = key_of(rooms, "greeted")
    path = f"{ROOT}/items/{key}"
    mine, theirs = office.get(path), office.get(path)
    send(office, theirs, path, {"weight": "4"})
    page = send(office, mine, path, {"weight": "5"}, status=409)
    assert "Somebody else has changed the draft in the meantime." in page.text
    assert sent(page, path)["weight"] == "5"
    send(office, page, path)
    found = content(rooms).item(key)
    assert found is not None
    assert found.weight == "5"


def test_a_stale_step_and_one_about_nothing_are_refused(rooms: Rooms) -> None:
    office, page = begun(rooms)
    stale = form(page, "/steps/add-section")
    office.submit(stepping(page, "down", "s1"))
    assert "Somebody else has changed the draft" in office.submit(stale, status=409).text
    token = stale.fields["csrf_token"]
    office.post(f"{ROOT}/steps/colour", status=404, csrf_token=token)
    assert (
        "no such item any more"
        in office.post(f"{ROOT}/steps/copy", status=422, csrf_token=token, key="i999", seen="1").text
    )


def test_a_discarded_draft_is_gone_and_what_is_published_stays(rooms: Rooms) -> None:
    office, page = begun(rooms)
    page = office.submit(form(page, "/steps/discard"))
    assert "The draft is discarded." in page.text
    assert "Version 1 is in force." in page.text


def test_the_preview_has_the_form_and_nothing_to_send(rooms: Rooms) -> None:
    office, _ = begun(rooms)
    page = office.get(f"{ROOT}/preview")
    assert "Did someone greet you when you came in?" in page.text
    assert "only when greeted = yes" in page.text
    assert [one.action for one in page.forms if "/audits" in one.action or "/office" in one.action] == []
    assert rooms.all(Audit) == []


def test_a_draft_with_faults_has_no_preview_no_files_and_is_not_published(rooms: Rooms) -> None:
    office, page = begun(rooms, "nothing")
    assert "A standard has sections, and these have items." in page.text
    assert "first put right what the draft lacks" in office.get(f"{ROOT}/preview").text
    office.get(f"{ROOT}/files/standard.toml", status=422)
    changes = office.get(f"{ROOT}/changes")
    assert "It cannot be published yet." in changes.text
    token = form(page, "/steps/discard").fields["csrf_token"]
    told = office.post(f"{ROOT}/changes", status=422, csrf_token=token, since="now", seen="0")
    assert "It cannot be published yet." in told.text


def upload(office: Visitor, page: Page, files: dict[str, bytes]) -> Any:
    fields = beginning(page, "files").fields
    data = {**fields, "files": [(BytesIO(text), name) for name, text in files.items()]}
    return office.client.post(f"{ROOT}/begin", data=data, content_type="multipart/form-data")


def test_files_are_taken_in_and_come_out_the_same(rooms: Rooms) -> None:
    office = rooms.office()
    sent = {path.name: path.read_bytes() for path in SHIPPED.iterdir() if path.name.endswith(".toml")}
    assert upload(office, office.get(ROOT), sent).status_code == 303
    before = content(rooms)
    names = [f"standard{end}.toml" for end in ("", ".hi", ".hu", ".ta", ".te")]
    out = {name: office.client.get(f"{ROOT}/files/{name}").data for name in names}
    assert office.client.get(f"{ROOT}/files/other.toml").status_code == 404
    office.submit(form(office.get(ROOT), "/steps/discard"))
    assert upload(office, office.get(ROOT), out).status_code == 303
    assert content(rooms) == before


def test_an_xlsform_is_taken_in_and_comes_out_the_same(rooms: Rooms) -> None:
    office = rooms.office()
    office.submit(beginning(office.get(ROOT), "salon"))
    before = content(rooms)
    sheet = office.client.get(f"{ROOT}/files/standard.xlsx")
    assert (sheet.status_code, sheet.data[:2]) == (200, b"PK")
    office.submit(form(office.get(ROOT), "/steps/discard"))
    assert upload(office, office.get(ROOT), {"standard.xlsx": sheet.data}).status_code == 303
    assert content(rooms) == before


def test_what_an_xlsform_says_beside_a_standard_is_told(rooms: Rooms) -> None:
    office = rooms.office()
    rows = [("type", "name", "label"), ("note", "hello", "Good day"), ("select_one yes_no", "greeted", "Greeted?")]
    choices = [("list_name", "name", "label"), ("yes_no", "yes", "Yes"), ("yes_no", "no", "No")]
    sheet = book(survey=rows, choices=choices)
    assert upload(office, office.get(ROOT), {"foreign.xlsx": sheet}).status_code == 303
    assert "The file does not say its language; it is taken for en." in office.get(ROOT).text


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a.xlsx": b"PK no package"}, "a.xlsx"),
        ({"a.xlsx": b"PK", "b.toml": b""}, "A spreadsheet holds a standard in all its languages; send it alone."),
    ],
)
def test_a_spreadsheet_that_is_none_is_refused(rooms: Rooms, files: dict[str, bytes], said: str) -> None:
    office = rooms.office()
    answer = upload(office, office.get(ROOT), files)
    assert (answer.status_code, said in Page(answer).text) == (422, True)


def test_each_fault_of_files_is_told_with_its_place(rooms: Rooms) -> None:
    office = rooms.office()
    answer = upload(
        office, office.get(ROOT), {"a.toml": b'[[sections]]\ncode = "one"\n[[sections.items]]\ncode = "x"\n'}
    )
    assert answer.status_code == 422
    assert "a.toml, x.text: The item needs a text." in answer.text
    assert upload(office, office.get(ROOT), {"a.toml": b"\xff"}).status_code == 422
    assert upload(office, office.get(ROOT), {}).status_code == 422
    assert upload(office, office.get(ROOT), {f"{n}.toml": b"" for n in range(13)}).status_code == 422
