"""A form as a browser sends it untouched: boxes that are ticked, options that are chosen, texts as they stand, names more than once."""

from collections.abc import Mapping
from html.parser import HTMLParser

from werkzeug.datastructures import MultiDict

from tests.monitor.pages import Page, Visitor


class _Reader(HTMLParser):
    """The fields of the form whose address ends so."""

    def __init__(self, page: Page, ends: str) -> None:
        super().__init__()
        self.action, self.fields = "", MultiDict[str, str]()
        self._found: list[tuple[str, MultiDict[str, str]]] = []
        self._here = self._select = self._text = ""
        self.feed(page.html)
        self.close()
        self.action, self.fields = next((action, fields) for action, fields in self._found if action.endswith(ends))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._found.append((held.get("action", ""), MultiDict()))
        if not self._found:
            return
        fields, name = self._found[-1][1], held.get("name", "")
        match tag:
            case "input" if name and (held.get("type") not in ("radio", "checkbox", "file") or "checked" in held):
                fields.add(name, held.get("value", ""))
            case "select":
                self._select = name
            case "option" if self._select and ("selected" in held or self._select not in fields):
                fields[self._select] = held.get("value", "")
            case "textarea":
                self._text = name
                fields[name] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        if tag == "textarea":
            self._text = ""

    def handle_data(self, data: str) -> None:
        if self._text:
            fields = self._found[-1][1]
            fields[self._text] += data if fields[self._text] else data.removeprefix("\n")


def sent(page: Page, ends: str) -> MultiDict[str, str]:
    """What the form whose address ends so holds."""
    return _Reader(page, ends).fields


def send(
    visitor: Visitor, page: Page, ends: str, changed: Mapping[str, str | list[str]] | None = None, *, status: int = 200
) -> Page:
    """Sends that form with these fields changed, and gives the page that follows."""
    found = _Reader(page, ends)
    for name, value in (changed or {}).items():
        found.fields.setlist(name, value if isinstance(value, list) else [value])
    answer = Page(visitor.client.post(found.action, data=found.fields, follow_redirects=True))
    assert answer.status == status, answer.text[:500]
    answer.check()
    return answer
