"""A desk for the shopper's pages: a chain with one audit to be made, a browser, and forms as a browser sends them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlmodel import Session, col, select

from branches import assignments, history, review, sessions, standards
from branches.audits import Answer, Audit, Photo
from branches.database import transaction
from branches.people import User
from branches.standards import Item, Section
from monitor.app import create_app
from monitor.web.gate import Site
from tests import make
from tests.branches.test_photos import jpeg
from tests.monitor.pages import Form, Page, Visitor, sign_in

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

    def sendings(self) -> int:
        """How often it came to be sent."""
        with Session(self.engine) as session:
            audit = session.exec(select(Audit).where(Audit.public_id == self.audit)).one()
            return [event.verb for event in history.of(session, audit)].count("submitted")

    def photos_kept(self) -> list[str]:
        """The items that have one, once for each photo; those of the visit as a whole have none."""
        with Session(self.engine) as session:
            photos = select(Item.code).select_from(Photo).outerjoin(Item, col(Photo.item_id) == Item.id).join(Audit)
            found = session.exec(photos.where(Audit.public_id == self.audit)).all()
            return sorted(code or "" for code in found)

    def review(self, reason: str, *items: str) -> None:
        with transaction(self.engine) as session:
            audit = session.exec(select(Audit).where(Audit.public_id == self.audit)).one()
            office, at = make.user(session), NOW + timedelta(hours=1)
            review.send_back(session, audit, reason=reason, items=items, by=office, at=at)


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
            "after": {
                "type": "seconds",
                "worst": "60",
                "best": "0",
                "condition": "greeted = yes",
                "required": True,
                "timed": "arrived-greeted",
            },
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
    standards.publish(session, made, since=make.IN_FORCE, at=NOW, by=None)
    return made


def open_desk(engine: sa.Engine, folder: Path) -> Desk:
    """A chain with one audit in an item of each kind, and its shopper signed in."""
    made = Site(engine, lambda: NOW, "en", folder / "cache", "Europe/Budapest", name="Test", photos=folder / "photos")
    app = create_app(made, b"0123456789abcdef0123456789abcdef")
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
    return Desk(engine, app, folder / "photos", public_id, shopper, enter(app, engine, shopper))


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


def these(fields: Mapping[str, str]) -> dict[str, Any]:
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
