"""A browser without a window: every page it opens is checked for what every page must have."""

import hashlib
from base64 import b64encode
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    """name and value."""


class Page(HTMLParser):
    """What a page says and where it leads."""

    def __init__(self, response: TestResponse) -> None:
        super().__init__()
        self.status = response.status_code
        self.headers = response.headers
        self.html = response.get_data(as_text=True)
        self.words: list[str] = []
        self.title = ""
        self.headings: list[str] = []
        self.ids: Counter[str] = Counter()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.language = ""
        self.faults: list[str] = []
        self._open: list[str] = []
        self._labelled: set[str] = set()
        self._inputs: list[dict[str, str]] = []
        self.feed(self.html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append(tag)
        if (
            "style" in held
            or any(name.startswith("on") for name in held)
            or (tag == "style" and not self._is_allowed())
        ):
            self.faults.append(f"inline style or script at <{tag}>")
        if "id" in held:
            self.ids[held["id"]] += 1
        if "template" not in self._open:  # what lies in one is not on the page
            self._note(tag, held)

    def _is_allowed(self) -> bool:
        """Whether the page's policy names this very style sheet, by its digest."""
        text = self.html.partition("<style>")[2].partition("</style>")[0]
        digest = b64encode(hashlib.sha256(text.encode()).digest()).decode()
        return f"'sha256-{digest}'" in self.headers["Content-Security-Policy"]

    def _note(self, tag: str, held: dict[str, str]) -> None:
        match tag:
            case "html":
                self.language = held.get("lang", "")
            case "h1":
                self.headings.append("")
            case "a":
                self.links.append(held.get("href", ""))
            case "img" | "script":
                self._note_loaded(tag, held)
            case "form":
                self.forms.append(Form(held.get("action", ""), held.get("method", "get")))
            case "label":
                self._labelled.add(held.get("for", ""))
            case "input" | "select" | "textarea":
                self._inputs.append(held)
                if self.forms and "name" in held:
                    self.forms[-1].fields[held["name"]] = held.get("value", "")
            case "button" if self.forms and "name" in held:
                self.forms[-1].buttons.append((held["name"], held.get("value", "")))

    def _note_loaded(self, tag: str, held: dict[str, str]) -> None:
        if tag == "img" and "alt" not in held:
            self.faults.append("a picture without words")
        if tag == "script" and "src" not in held and held.get("type") != "application/json":
            self.faults.append("inline script")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if "title" in self._open and "svg" not in self._open:
            self.title += data
        if "h1" in self._open:
            self.headings[-1] += data
        if not {"script", "style", "template", "title"} & set(self._open):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def check(self) -> None:
        """Every page: a title, one heading, a language, ids that are unique, labels, own form actions with a token."""
        twice = [name for name, n in self.ids.items() if n > 1]
        bare = [
            held.get("name", "?")
            for held in self._inputs
            if held.get("type") not in {"hidden", "submit"}
            and held.get("id", "-") not in self._labelled
            and "aria-label" not in held
        ]
        open_forms = [
            form.action
            for form in self.forms
            if form.method.lower() == "post" and (not form.fields.get("csrf_token") or urlsplit(form.action).netloc)
        ]
        assert self.faults == []
        assert (twice, bare, open_forms) == ([], [], [])
        assert (self.title.strip() != "", len(self.headings), self.language != "") == (True, 1, True)


class Visitor:
    """One person's browser."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def get(self, path: str, *, status: int = 200, **more: Any) -> Page:
        return self._checked(self.client.get(path, follow_redirects=True, **more), status)

    def submit(self, form: Form, *, status: int = 200, **fields: str) -> Page:
        response = self.client.post(form.action, data={**form.fields, **fields}, follow_redirects=True)
        return self._checked(response, status)

    def post(self, path: str, *, status: int = 200, **fields: str) -> Page:
        return self._checked(self.client.post(path, data=fields), status)

    def _checked(self, response: TestResponse, status: int) -> Page:
        page = Page(response)
        assert page.status == status, page.text[:500]
        page.check()
        return page


def sign_in(app: Flask, token: str) -> Visitor:
    """Follows a sign-in link and presses its button."""
    visitor = Visitor(app)
    visitor.submit(visitor.get(f"/sign-in/{token}").forms[0])
    return visitor
