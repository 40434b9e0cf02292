"""What a page of the form sent, read field by field."""

from dataclasses import dataclass

from flask import request

from branches.drafts import VISITED, Typed
from branches.scoring import ItemType
from monitor.web import forms
from monitor.web.capture.room import VISIT_FIELD
from monitor.web.capture.sheet import Sheet, joined

MOST_PHOTOS = 1000
MOST_CHOOSE = 80


@dataclass(frozen=True)
class Given:
    """What a page of the form sent."""

    typed: dict[str, Typed]
    visited: str | None
    seen: int
    go: str
    remove: str
    choose: str = ""
    """Which of two answers holds: "now" or "other", a space, and the item."""
    photos: int = 0
    """Photos that wait on the phone and cannot come along."""

    @property
    def anything(self) -> bool:
        """Whether the shopper has given anything at all."""
        return any(one.mark.strip() or one.comment.strip() for one in self.entries.values()) or any(
            file.filename for file in request.files.values()
        )

    @property
    def entries(self) -> dict[str, Typed]:
        """All of it by what a draft calls it."""
        return {**({VISITED: Typed(self.visited)} if self.visited is not None else {}), **self.typed}


def read(sheet: Sheet) -> Given:
    """Reads the page's fields; one that it did not show says nothing about its item."""
    typed = {}
    for code, question in sheet.questions.by_code.items():
        if f"c-{code}" not in request.form:
            continue
        mark = forms.plain(request.form.get(f"m-{code}", ""))
        if question.rule.type in (ItemType.NUMBER, ItemType.SECONDS, ItemType.TEXT, ItemType.PHOTO):
            mark = joined(mark, not_applicable=f"n-{code}" in request.form)
        typed[code] = Typed(mark, forms.plain(request.form[f"c-{code}"]))
    visited = forms.plain(request.form[VISIT_FIELD]).strip() if VISIT_FIELD in request.form else None
    seen = forms.whole(request.form, "seen")
    photos = max(0, min(forms.whole(request.form, "photos"), MOST_PHOTOS))
    go, remove = request.form.get("go", ""), forms.plain(request.form.get("remove", ""))[:32]
    choose = forms.plain(request.form.get("choose", ""))[:MOST_CHOOSE]
    return Given(typed, visited, seen, go, remove, choose, photos)
