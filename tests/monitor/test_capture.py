"""The shopper's pages: an audit from the list to the receipt and back, with no script, and nobody else's."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlmodel import Session, select
from werkzeug.test import encode_multipart

from branches import assignments, audits, database, drafts, places, review, sessions, standards
from branches.audits import Answer, Audit, Photo
from branches.database import transaction
from branches.drafts import Typed
from branches.exchange.shipped import load_standard
from branches.people import User
from branches.standards import Item, Section
from monitor.app import create_app
from monitor.web.gate import Site
from tests import make
from tests.branches.test_photos import CANARY, jpeg
from tests.databases import SqliteDatabases
from tests.monitor.pages import Form, Page, Visitor, sign_in

if TYPE_CHECKING:
    from _typeshed import Buffer

NOW = datetime(2025, 7, 3, 16, 4, tzinfo=UTC)
"""18:04 in Budapest."""
VISIT = "2025-07-03T14:30"


@dataclass
class Desk:
    """A chain with one audit to be made, and its shopper's browser."""

    engine: sa.Engine
    app: Flask
    photos: Path
    audit: str
    shopper: User
    visitor: Visitor

    def at(self, path: str = "") -> str:
        return f"/audits/{self.audit}{path}"

    def stored(self) -> Audit:
        with Session(self.engine, expire_on_commit=False) as session:
            found = session.exec(select(Audit).where(Audit.public_id == self.audit)).one()
            assert found.branch.timezone
            return found

    def answers(self) -> dict[str, str]:
        with Session(self.engine) as session:
            query = select(Item.code, Answer.mark).join(Answer).join(Audit).where(Audit.public_id == self.audit)
            return dict(session.exec(query).all())

    def review(self, reason: str) -> None:
        with transaction(self.engine) as session:
            audit = session.exec(select(Audit).where(Audit.public_id == self.audit)).one()
            review.send_back(session, audit, reason=reason, by=make.user(session), at=NOW + timedelta(hours=1))


def enter(app: Flask, engine: sa.Engine, user: User) -> Visitor:
    with transaction(engine) as session:
        token = sessions.make_link(session, user, at=NOW)
    return sign_in(app, token)


def form_of_each_kind(session: Session) -> standards.Standard:
    """Two sections with an item of each kind, one of them asked only after another."""
    made = standards.draft(session, title="Each kind")
    rows: dict[str, dict[str, dict[str, Any]]] = {
        "greeting": {
            "greeted": {"required": True, "na": False},
            "after": {"type": "seconds", "worst": "60", "best": "0", "condition": "greeted = yes", "required": True},
            "cut": {"type": "rating", "worst": "1", "best": "5"},
        },
        "rest": {
            "drink": {"type": "choice", "options": ["tea", "water"], "scored": False, "na": False},
            "people": {"type": "number", "worst": "9", "best": "0"},
            "why": {"type": "text", "scored": False},
            "mirror": {"type": "photo", "scored": False, "required": True},
            "rings": {"channels": ["phone"], "required": True},
        },
    }
    position = 0
    for place, (code, items) in enumerate(rows.items()):
        section = Section(
            standard_id=made.id, code=code, position=place, titles={"en": code.title(), "hu": f"{code} hu"}
        )
        session.add(section)
        session.flush()
        for name, values in items.items():
            words = {"en": {"text": f"About {name}?"}, "hu": {"text": f"Mi van: {name}?"}}
            if name == "why":
                del words["hu"]
            position += 1
            session.add(
                Item(standard_id=made.id, section_id=section.id, code=name, position=position, wording=words, **values)
            )
    session.flush()
    session.refresh(made)
    standards.publish(session, made, at=NOW, by=None)
    return made


@pytest.fixture
def engine(sqlite: SqliteDatabases) -> Iterator[sa.Engine]:
    with sqlite.fresh() as url:
        engine = database.create(url)
        yield engine
        engine.dispose()


@pytest.fixture
def app(engine: sa.Engine, tmp_path: Path) -> Flask:
    site = Site(
        engine, lambda: NOW, "en", tmp_path / "cache", "Europe/Budapest", name="Test", photos=tmp_path / "photos"
    )
    return create_app(site, b"0123456789abcdef0123456789abcdef")


@pytest.fixture
def desk(engine: sa.Engine, app: Flask, tmp_path: Path) -> Desk:
    with transaction(engine) as session:
        branch = make.branch(session, name="Kossuth <b>tér</b>")
        branch.address = "Kossuth tér 1"
        shopper = make.shopper(session)
        asked = assignments.assign(
            session,
            form_of_each_kind(session),
            branch,
            shopper,
            opens_on=date(2025, 7, 2),
            closes_on=date(2025, 7, 9),
            brief="Ask for\nthe price.",
            fee="6 000 Ft",
            by=None,
            at=NOW - timedelta(days=1),
        )
        public_id = asked.audit.public_id
    return Desk(engine, app, tmp_path / "photos", public_id, shopper, enter(app, engine, shopper))


def form(page: Page, ends: str) -> Form:
    """The form whose address ends so, as a browser would send it untouched."""
    found = next(one for one in page.forms if one.action.endswith(ends))
    boxes = re.findall(r'<input type="(?:radio|checkbox)"[^>]*>', page.html)
    chosen = {attribute(box, "name"): attribute(box, "value") for box in boxes if " checked" in box}
    texts = dict(re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', page.html, re.DOTALL))
    files = set(re.findall(r'<input [^>]*name="([^"]+)" type="file"', page.html))
    unchosen = {attribute(box, "name") for box in boxes} - chosen.keys()
    kept = {name: value for name, value in found.fields.items() if name not in unchosen | files}
    here = found.fields.keys()
    told = {name: unescape(value) for name, value in (texts | chosen).items() if name in here}
    return replace(found, fields=kept | told)


def these(fields: dict[str, str]) -> dict[str, Any]:
    """Fields whose names are no words of Python."""
    return dict(fields)


def attribute(tag: str, name: str) -> str:
    found = re.search(rf' {name}="([^"]*)"', tag)
    assert found
    return found[1]


def send_files(desk: Desk, form: Form, files: dict[str, list[bytes]], **fields: str) -> Page:
    data: dict[str, Any] = {**form.fields, **fields}
    data |= {name: [(BytesIO(one), "../../IMG.jpg") for one in some] for name, some in files.items()}
    response = desk.visitor.client.post(
        form.action, data=data, content_type="multipart/form-data", follow_redirects=True
    )
    page = Page(response)
    page.check()
    assert page.status == 200, page.text[:400]
    return page


def filled(desk: Desk) -> Page:
    """Everything that is required, up to the page before sending."""
    visitor = desk.visitor
    page = visitor.submit(form(visitor.get(desk.at()), "/start"))
    page = visitor.submit(form(page, "/form/1"), visited=VISIT, go="on", **these({"m-greeted": "no", "m-cut": "4"}))
    return send_files(desk, form(page, "/form/2"), {"p-mirror": [jpeg()]}, go="on", **these({"m-drink": "tea"}))


def test_an_audit_is_made_from_the_list_to_the_receipt(desk: Desk) -> None:
    visitor = desk.visitor
    page = visitor.get("/audits")
    assert "1 audit waits for you." in page.text
    assert "from 2 July 2025 to 9 July 2025; 6 days left" in page.text
    assert ("Kossuth tér 1" in page.text, "6 000 Ft" in page.text) == (True, True)
    page = visitor.get(next(link for link in page.links if link == desk.at()))
    assert "Ask for the price." in page.text
    page = visitor.submit(form(page, "/start"))
    assert "Greeting · 1 of 2" in page.text
    page = visitor.submit(form(page, "/form/1"), visited=VISIT, go="on", **these({"m-greeted": "yes", "m-cut": "na"}))
    assert "Your answers lead to 1 more question." in page.text
    page = visitor.submit(form(page, "/form/1"), go="on", **these({"m-after": "0:42"}))
    assert "Rest · 2 of 2" in page.text
    page = send_files(
        desk,
        form(page, "/form/2"),
        {"p-mirror": [jpeg(), jpeg()], "p-": [jpeg(width=60)]},
        go="on",
        **these({"m-drink": "tea"}),
    )
    assert "Everything is there. You can send it." in page.text
    page = visitor.submit(form(page, "/send"))
    assert "5 answers and 2 photos, kept on 3 July 2025, 18:04." in page.text
    answers = {"greeted": "yes", "after": "42", "cut": "na", "drink": "tea", "mirror": "1", "people": "", "why": ""}
    assert desk.answers() == answers
    assert desk.stored().visited_at == datetime(2025, 7, 3, 12, 30, tzinfo=UTC)


def test_nobody_elses_audit_is_there(desk: Desk, engine: sa.Engine, app: Flask) -> None:
    filled(desk)
    with transaction(engine) as session:
        photo = session.exec(select(Photo)).one().public_id
        stranger = make.shopper(session)
    other = enter(app, engine, stranger)
    for path in ("", "/form/1", "/form/all", "/check", "/sent", f"/photos/{photo}/small", f"/photos/{photo}/large"):
        other.get(desk.at(path), status=404)
    token = other.get("/audits").forms[0].fields["csrf_token"]
    fields = {"csrf_token": token, "key": "k" * 32, "content": "0" * 64, "reason-cannot-go": "x", "seen": "9"}
    for path in ("/start", "/form/1", "/form/all", "/send", "/cannot-go", "/could-not", "/conflict"):
        other.post(desk.at(path), status=404, **fields)
    assert desk.stored().state == "started"


def test_what_was_typed_is_there_again(desk: Desk) -> None:
    visitor = desk.visitor
    visitor.submit(form(visitor.get(desk.at()), "/start"))
    page = visitor.get(desk.at("/form/all"))
    odd = {
        "m-people": "many <b>",
        "m-why": "first\nsecond",
        "c-greeted": "at once",
        "n-people": "na",
        "m-greeted": "yes",
    }
    page = visitor.submit(form(page, "/form/all"), visited="yesterday", go="stay", **odd)
    for text in ('value="yesterday"', 'value="many &lt;b&gt;"', "\nfirst\nsecond</textarea>", "\nat once</textarea>"):
        assert text in page.html
    assert re.search(r'id="n-people"[^>]* checked', page.html)
    page = visitor.get(desk.at("/check"))
    assert "Give the day and the time of the visit." in page.text
    assert "“About people?”: give a value or mark that it does not apply, not both." in page.text
    assert desk.at("/form/2#m-people") in page.links
    assert desk.at("/form/1#visited") in page.links


def test_an_item_is_unfolded_by_the_answer_it_waits_for(desk: Desk) -> None:
    visitor = desk.visitor
    page = visitor.submit(form(visitor.get(desk.at()), "/start"))
    assert ("About after?" in page.text, "1 question is not asked here" in page.text) == (False, True)
    page = visitor.submit(form(page, "/form/1"), go="stay", **these({"m-greeted": "yes"}))
    assert ("About after?" in page.text, "1 question is not asked here" in page.text) == (True, False)
    page = visitor.submit(form(page, "/form/1"), go="stay", **these({"m-after": "30"}))
    page = visitor.submit(form(page, "/form/1"), go="stay", **these({"m-greeted": "no"}))
    page = visitor.submit(form(page, "/form/1"), go="stay", **these({"m-greeted": "yes"}))
    assert 'value="30"' in page.html  # nothing was thrown away before sending


def test_a_page_that_is_too_long_comes_back_as_it_was_typed(desk: Desk) -> None:
    visitor = desk.visitor
    page = visitor.submit(form(visitor.get(desk.at()), "/start"))
    page = visitor.submit(
        form(page, "/form/1"),
        status=422,
        visited="9" * 40,
        go="on",
        **these({"m-greeted": "yes", "c-greeted": "x" * 4001}),
    )
    assert page.title.startswith("Error:")
    assert ("x" * 4001 in page.html, "9" * 40 in page.html) == (True, True)
    assert {"#m-greeted", "#visited"} <= set(page.links)
    with Session(desk.engine) as session:
        assert session.exec(select(drafts.Draft)).all() == []


def test_two_pages_that_disagree_ask_which_holds(desk: Desk) -> None:
    visitor = desk.visitor
    older = visitor.submit(form(visitor.get(desk.at()), "/start"))
    visitor.submit(form(older, "/form/1"), go="stay", visited=VISIT, **these({"m-cut": "4"}))
    page = visitor.submit(form(older, "/form/1"), go="on", **these({"m-cut": "2", "m-greeted": "no"}))
    assert "Choose which one holds." in page.text
    assert "Another page says here: 2." in page.text
    assert re.search(r'name="m-cut" value="4" checked', page.html)
    page = visitor.submit(form(page, "/form/1"), go="on", **these({"m-cut": "2"}))
    assert "Rest · 2 of 2" in page.text
    with Session(desk.engine) as session:
        held = drafts.read(session, session.exec(select(Audit)).one())
    assert (held.marks["cut"], held.marks["greeted"], held.undecided, held.visited) == ("2", "no", [], VISIT)


def test_photos_are_shown_taken_away_and_told_when_they_are_none(desk: Desk) -> None:
    visitor = desk.visitor
    visitor.submit(form(visitor.get(desk.at()), "/start"))
    page = visitor.get(desk.at("/form/2"))
    files = {"p-mirror": [jpeg(), b"GIF89a" + b"\0" * 50], "p-": [jpeg(width=50)], "p-nothing": [jpeg(width=70)]}
    page = send_files(desk, form(page, "/form/2"), files, go="on", **these({"m-drink": "water"}))
    assert "The photo cannot be read" in page.text
    assert re.search(r'name="m-drink" value="water" checked', page.html)
    small = re.findall(r'<img src="([^"]+)"', page.html)
    assert len(small) == 2
    for path in (small[0], small[0].replace("/small", "/large")):
        response = visitor.client.get(path)
        held = (response.status_code, response.mimetype, response.headers["Cache-Control"], "ETag" in response.headers)
        assert held == (200, "image/jpeg", "no-store", False)
        assert (CANARY in response.data, "Content-Disposition" in response.headers) == (False, False)
    assert visitor.get(small[0].replace("/small", "/huge"), status=404).headings == ["Not found"]
    gone = small[0].split("/")[-2]
    page = visitor.submit(form(page, "/form/2"), remove=gone, **these({"m-drink": "tea"}))
    assert len(re.findall(r"<img ", page.html)) == 1
    assert re.search(r'name="m-drink" value="tea" checked', page.html)
    assert visitor.client.get(small[0]).status_code == 404


def test_sending_again_is_the_same_success_and_anything_else_says_what_is_stored(desk: Desk) -> None:
    visitor = desk.visitor
    page = filled(desk)
    stale = visitor.get(desk.at("/form/1"))
    sending = form(page, "/send")
    for _ in range(2):
        assert "Your audit has been sent. Thank you." in visitor.submit(sending).text
    other = {**sending.fields, "content": "0" * 64}
    for key in (sending.fields["key"], "b" * 32):
        page = visitor.submit(replace(sending, fields={**other, "key": key}), status=409)
        assert "Head office has: 4 answers and 1 photo, kept on 3 July 2025, 18:04." in page.text
    page = visitor.submit(form(stale, "/form/1"), status=409, go="on", **these({"m-cut": "1", "c-cut": "crooked"}))
    assert ("About cut? 1" in page.text, "crooked" in page.text, "Head office has:" in page.text) == (True, True, True)
    assert desk.answers()["cut"] == "4"
    assert visitor.get(desk.at("/check")).headings == visitor.get(desk.at()).headings


def test_what_changed_behind_the_page_is_looked_at_again(desk: Desk) -> None:
    visitor = desk.visitor
    page = filled(desk)
    visitor.submit(form(visitor.get(desk.at("/form/1")), "/form/1"), go="stay", **these({"m-cut": "1"}))
    again = visitor.submit(form(page, "/send"), status=409)
    assert "Look at them again before you send." in again.text
    visitor.submit(form(again, "/send"))
    assert (desk.stored().state, desk.answers()["cut"]) == ("submitted", "1")


def test_what_is_missing_is_not_sent_whatever_the_page_says(desk: Desk) -> None:
    visitor = desk.visitor
    visitor.submit(form(visitor.get(desk.at()), "/start"))
    page = visitor.get(desk.at("/check"))
    assert "3 things are still missing." in page.text
    assert [one for one in page.forms if one.action.endswith("/send")] == []
    token = page.forms[0].fields["csrf_token"]
    visitor.post(desk.at("/send"), status=409, csrf_token=token, key="k" * 32, content="0" * 64)
    visitor.post(desk.at("/send"), status=422, csrf_token=token, key="", content="")
    assert desk.stored().state == "started"


def test_a_returned_audit_is_corrected_and_sent_again(desk: Desk) -> None:
    visitor = desk.visitor
    first = filled(desk)
    visitor.submit(form(first, "/send"))
    desk.review("Which drink <b>was</b> it?")
    page = visitor.get("/audits")
    assert ("returned to you" in page.text, "Which drink <b>was</b> it?" in page.text) == (True, True)
    page = visitor.submit(form(first, "/send"))  # the first sending, repeated
    assert "Please correct it by 4 July 2025, 19:04." in page.text
    assert desk.stored().state == "returned"
    page = visitor.get(desk.at("/form/2"))
    assert "Which drink <b>was</b> it?" in page.text
    page = visitor.submit(form(page, "/form/2"), go="on", **these({"m-drink": "water"}))
    page = visitor.submit(form(page, "/send"))
    assert "4 answers and 1 photo" in page.text
    assert (desk.stored().state, desk.answers()["drink"]) == ("submitted", "water")


@pytest.mark.parametrize(
    ("way", "state"), [("cannot-go", "withdrawn"), ("could-not", "withdrawn"), ("conflict", "withdrawn")]
)
def test_the_ways_out_ask_for_a_reason(desk: Desk, way: str, state: str) -> None:
    visitor = desk.visitor
    page = visitor.submit(form(visitor.get(desk.at()), f"/{way}"), status=422)
    assert page.title.startswith("Error:")
    assert f"#reason-{way}" in page.links
    page = visitor.submit(form(page, f"/{way}"), **these({f"reason-{way}": " the shutters\r\nwere down "}))
    assert "This audit has been withdrawn; nothing is to be done." in page.text
    assert (desk.stored().state, desk.stored().reason) == (state, "the shutters\nwere down")
    visitor.submit(form(visitor.get("/audits"), "/language"), language="hu")
    visitor.get(desk.at())


@pytest.mark.parametrize("language", ["en", "hu", "hi", "ta", "te"])
def test_every_page_is_in_the_shoppers_language(desk: Desk, language: str) -> None:
    visitor = desk.visitor
    if language != "en":
        visitor.submit(form(visitor.get("/audits"), "/language"), language=language)
    pages = [visitor.get("/audits"), visitor.get(desk.at())]
    check = filled(desk)
    pages += [
        visitor.get(desk.at("/form/all")),
        visitor.get(desk.at("/form/2")),
        check,
        visitor.submit(form(check, "/send")),
    ]
    pages += [visitor.get(desk.at()), visitor.submit(form(check, "/send"), status=409, content="0" * 64)]
    desk.review("again")
    pages += [
        visitor.get("/audits"),
        visitor.get(desk.at()),
        visitor.get(desk.at("/form/1")),
        visitor.get(desk.at("/check")),
    ]
    assert {page.language for page in pages} == {language}
    assert [page.text for page in pages if "[en]" in page.text] == []
    whole = pages[2]
    assert ("Mi van: greeted?" if language == "hu" else "About greeted?") in whole.text
    assert ('<span lang="en">About why?</span>' in whole.html) == (language != "en")


def test_a_shopper_never_reads_what_the_branch_scored(desk: Desk) -> None:
    visitor = desk.visitor
    page = filled(desk)
    pages = [page, visitor.submit(form(page, "/send")), visitor.get(desk.at())]
    stored = desk.stored()
    assert stored.score == 30_000 or stored.score is not None
    for page in (*pages, visitor.get("/audits")):
        assert re.search(r"score|point|band|37[.,]5", page.text, re.IGNORECASE) is None


def test_the_standard_that_ships_is_filled_in_on_a_visit_and_on_the_phone(engine: sa.Engine, app: Flask) -> None:
    for channel in ("visit", "phone"):
        with transaction(engine) as session:
            shopper = make.shopper(session)
            asked = assignments.assign(
                session,
                load_standard(session, at=NOW),
                make.branch(session),
                shopper,
                opens_on=date(2025, 7, 3),
                closes_on=date(2025, 7, 3),
                channel=channel,
                by=None,
                at=NOW,
            )
            path = f"/audits/{asked.audit.public_id}"
        visitor = enter(app, engine, shopper)
        visitor.submit(form(visitor.get(path), "/start"))
        page = visitor.get(path + "/form/all")
        for _ in range(3):
            marks = {name: choice(page, name) for name in page_names(page)}
            page = visitor.submit(form(page, "/form/all"), visited=VISIT, go="on", **marks)
            if any(one.action.endswith("/send") for one in page.forms):
                break
        page = visitor.submit(form(page, "/send"))
        assert "Your audit has been sent. Thank you." in page.text


def page_names(page: Page) -> set[str]:
    return set(re.findall(r'name="(m-\w+)"', page.html))


def choice(page: Page, name: str) -> str:
    """The first of the choices, or a small number."""
    found = re.search(rf'<input type="radio"[^>]*name="{name}" value="([^"]+)"', page.html)
    return found[1] if found else "3"


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
                    {**one.fields, **these({name: [value, "yes", value] for name in names})},
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
        fields = {**form(page, "/form/1").fields, "p-": (BytesIO(b"x" * size), "a.jpg")}
        boundary, body = encode_multipart(fields)
        kind = f"multipart/form-data; boundary={boundary}"
        return visitor.client.post(desk.at("/form/1"), data=body, content_type=kind).status_code

    assert bring(2_000_000) == 303  # the photo was none, the rest was kept
    assert "The photo cannot be read" in visitor.get(desk.at("/form/1")).text
    assert bring(64_000_001) == 413
    assert visitor.client.post(desk.at("/send"), data={"csrf_token": "x", "key": "k" * 1_100_000}).status_code == 413


def test_a_slow_upload_holds_up_no_writer(desk: Desk, engine: sa.Engine) -> None:
    """Another transaction writes while a page with photos is coming in."""
    visitor = desk.visitor
    page = visitor.submit(form(visitor.get(desk.at()), "/start"))
    written: list[str] = []

    class Slow(BytesIO):
        def readinto(self, buffer: "Buffer", /) -> int:
            if not written:
                with transaction(engine) as session:
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


def test_a_draft_left_by_another_way_is_read_as_well(desk: Desk, engine: sa.Engine) -> None:
    with transaction(engine) as session:
        audit = session.exec(select(Audit).where(Audit.public_id == desk.audit)).one()
        audits.start(session, audit, by=desk.shopper, at=NOW)
        drafts.save(session, audit, {"rings": Typed("yes")}, None, seen=0, by=desk.shopper, at=NOW)
    assert "0 of 6 questions answered" in desk.visitor.get(desk.at()).text
