"""The shopper's pages at their edges: whatever is sent, it is kept or refused, and nothing falls over."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from sqlmodel import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from branches import audits, drafts, places
from branches.audits import Audit
from branches.database import transaction
from branches.drafts import Typed
from tests.monitor.desk import NOW, Desk, filled, form, these
from tests.monitor.pages import Page

HOSTILE = [
    *(
        "",
        "\0",
        "NaN",
        "inf",
        "-1",
        "1e999",
        "9" * 400,
        "9223372036854775808",
        "x" * 5000,
        "<script>",
        "{{7*7}}",
        "%00",
    ),
    *(
        "\r\nSet-Cookie: a=b",
        "'; DROP TABLE audit; --",
        "\u202e\u0000\ufffe",
        "na",
        "../../etc/passwd",
        "\U0001f600" * 900,
    ),
]


@pytest.mark.parametrize("value", HOSTILE)
def test_no_field_of_any_form_brings_the_pages_down(desk: Desk, value: str) -> None:
    visitor = desk.visitor
    pages: list[Callable[[], Page]] = [
        lambda: visitor.get(desk.at()),
        lambda: visitor.get(desk.at("/form/1")),
        lambda: visitor.get(desk.at("/form/all")),
        lambda: visitor.get(desk.at("/check")),
    ]
    tried = 0
    for _ in range(2):
        for page in pages:
            for one in page().forms:
                if "/audits/" not in one.action or one.action.endswith(("/conflict", "/cannot-go", "/could-not")):
                    continue
                names = [
                    *(name for name in one.fields if name != "csrf_token"),
                    "m-greeted",
                    "go",
                    "remove",
                    "n-people",
                ]
                for data in (
                    {**one.fields, **dict.fromkeys(names, value)},
                    {**one.fields, **{key: [value, "yes", value] for key in names}},
                ):
                    response = visitor.client.post(one.action, data=data)
                    assert response.status_code in (303, 404, 409, 413, 422), (one.action, response.status_code)
                    tried += 1
        visitor.submit(form(visitor.get(desk.at()), "/start")) if desk.stored().state == "assigned" else None
    assert tried > 4
    for place in (
        f"/audits/{value}",
        desk.at(f"/form/{value}"),
        desk.at(f"/photos/{value}/small"),
        desk.at(f"/{value}"),
    ):
        response = visitor.client.get("".join(c for c in place if c not in "\r\n\0")[:2000])
        assert response.status_code in (200, 302, 308, 404, 405), place[:80]
    assert desk.stored().state == "started"


@pytest.mark.parametrize("data", [b"", b"\0" * 100, b"--x\r\n", b"%" * 5000, b"a=" + b"b" * 900_000])
def test_bodies_that_are_no_forms_are_refused(desk: Desk, data: bytes) -> None:
    visitor = desk.visitor
    visitor.submit(form(visitor.get(desk.at()), "/start"))
    for kind in (
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json",
        "text/plain",
    ):
        for path in ("/form/1", "/send", "/start"):
            response = visitor.client.post(desk.at(path), data=data, content_type=kind)
            assert response.status_code in (400, 413)


def test_a_page_takes_so_much_and_no_more(desk: Desk) -> None:
    visitor = desk.visitor
    page = visitor.submit(form(visitor.get(desk.at()), "/start"))

    def bring(size: int) -> int:
        fields = {**form(page, "/form/1").fields, "p-": FileStorage(BytesIO(b"x" * size), "a.jpg")}
        boundary, body = encode_multipart(fields)
        kind = f"multipart/form-data; boundary={boundary}"
        return visitor.client.post(desk.at("/form/1"), data=body, content_type=kind).status_code

    assert bring(2_000_000) == 303  # the photo was none, the rest was kept
    assert "The photo cannot be read" in visitor.get(desk.at("/form/1")).text
    assert bring(64_000_001) == 413
    assert visitor.client.post(desk.at("/send"), data={"csrf_token": "x", "key": "k" * 1_100_000}).status_code == 413


def test_a_slow_upload_holds_up_no_writer(desk: Desk) -> None:
    """Another transaction writes while a page with photos is coming in."""
    visitor = desk.visitor
    page = visitor.submit(form(visitor.get(desk.at()), "/start"))
    written: list[str] = []

    class Slow(BytesIO):
        def readinto(self, buffer: Any, /) -> int:
            if not written:
                with transaction(desk.engine) as session:
                    places.open_region(session, "meanwhile", timezone="UTC", by=None, at=NOW)
                written.append("meanwhile")
            return super().readinto(buffer)

    fields = form(page, "/form/1").fields
    body = "&".join(f"{name}={value}" for name, value in fields.items()).encode()
    response = visitor.client.post(
        desk.at("/form/1"),
        input_stream=Slow(body),
        content_length=len(body),
        content_type="application/x-www-form-urlencoded",
    )
    assert (response.status_code, written) == (303, ["meanwhile"])


def test_a_draft_left_by_another_way_is_read_as_well(desk: Desk) -> None:
    with transaction(desk.engine) as session:
        audit = session.exec(select(Audit).where(Audit.public_id == desk.audit)).one()
        audits.start(session, audit, by=desk.shopper, at=NOW)
        drafts.save(session, audit, {"rings": Typed("yes")}, None, seen=0, by=desk.shopper, at=NOW)
    assert "0 of 6 questions answered" in desk.visitor.get(desk.at()).text


@pytest.mark.parametrize("way", ["cannot-go", "could-not", "conflict"])
def test_a_reason_that_is_too_long_is_said_beside_it_and_kept(desk: Desk, way: str) -> None:
    visitor, typed = desk.visitor, {f"reason-{way}": "The shutters were down. " * 50}
    page = visitor.submit(form(visitor.get(desk.at()), f"/{way}"), status=422, **typed)
    assert ("That is longer than 1,000 characters." in page.text, f"#reason-{way}" in page.links) == (True, True)
    assert form(page, f"/{way}").fields == {**form(page, f"/{way}").fields, **typed}
    assert desk.stored().state == "assigned"


def test_a_returned_audit_goes_on_where_it_is_to_be_corrected(desk: Desk) -> None:
    visitor = desk.visitor
    visitor.submit(form(filled(desk), "/send"))
    desk.review("Which drink was it?", "people", "drink")
    page = visitor.get(desk.at())
    assert f'href="{desk.at("/form/2#m-drink")}">Go on</a>' in page.html
    assert ("Please correct it by 4 July 2025, 19:04" in page.text, "days left" in page.text) == (True, False)
    assert [visitor.get(desk.at(path)).text.count("To be corrected") for path in ("/form/1", "/form/2")] == [0, 2]


def test_a_returned_audit_is_asked_about_where_nothing_was_corrected(desk: Desk) -> None:
    visitor, same = desk.visitor, "head office asked about this, and it is as you sent it."
    visitor.submit(form(filled(desk), "/send"))
    desk.review("Which drink, and how many people?", "people", "drink")
    page = visitor.get(desk.at("/check"))
    assert (f"“About drink?”: {same}" in page.text, f"“About people?”: {same}" in page.text) == (True, True)
    visitor.submit(form(visitor.get(desk.at("/form/2")), "/form/2"), go="stay", **these({"m-drink": "water"}))
    page = visitor.get(desk.at("/check"))
    assert (f"“About drink?”: {same}" in page.text, f"“About people?”: {same}" in page.text) == (False, True)
    visitor.submit(form(page, "/send"))
    assert desk.stored().state == "submitted"


def test_one_that_was_returned_as_a_whole_goes_on_from_the_beginning(desk: Desk) -> None:
    visitor = desk.visitor
    visitor.submit(form(filled(desk), "/send"))
    desk.review("Write more.", "after")  # which is not asked any more
    page = visitor.get(desk.at())
    assert f'href="{desk.at("/form/1")}">Go on</a>' in page.html


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2025-07-03T18:10", "The visit cannot be later than now; check its date and time."),
        ("2025-07-01T23:59", "The visit cannot be before the audit was assigned, on 2 July 2025"),
        ("yesterday", "Give the day and the time of the visit."),
    ],
)
def test_a_time_that_cannot_be_is_said_where_it_was_typed(desk: Desk, typed: str, said: str) -> None:
    visitor = desk.visitor
    page = visitor.submit(form(visitor.get(desk.at()), "/start"))
    page = visitor.submit(form(page, "/form/1"), visited=typed, go="on", **these({"m-greeted": "no"}))
    assert (page.title.startswith("Error: Greeting"), said in page.text, "#visited" in page.links) == (True, True, True)
    page = visitor.submit(form(page, "/form/1"), go="on")  # told once
    assert page.title.startswith("Rest")


def test_a_clock_that_is_minutes_ahead_is_let_pass(desk: Desk) -> None:
    visitor = desk.visitor
    page = visitor.submit(form(visitor.get(desk.at()), "/start"))
    page = visitor.submit(form(page, "/form/1"), visited="2025-07-03T18:08", go="on", **these({"m-greeted": "no"}))
    assert page.title.startswith("Rest")


@pytest.mark.parametrize(("typed", "counts"), [("a few", 0), ("-3", 0), ("3 3 x", 0), ("3", 1), ("0", 1)])
def test_only_what_is_an_answer_counts_as_answered(desk: Desk, typed: str, counts: int) -> None:
    visitor = desk.visitor
    visitor.submit(form(visitor.get(desk.at()), "/start"))
    page = visitor.get(desk.at("/form/2"))
    page = visitor.submit(form(page, "/form/2"), go="stay", **these({"m-people": typed}))
    assert f"{counts} of 6 questions answered" in page.text
    assert page.title.startswith("Error:") == (not counts)
