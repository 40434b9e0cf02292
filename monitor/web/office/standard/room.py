"""What the pages of the draft share: finding it, making a step, its faults beside what they are about."""

from collections.abc import Mapping
from typing import Any

from flask import abort, request, url_for

from branches.editing import drafted
from branches.editing.content import Content, ItemEntry, SectionEntry
from branches.editing.drafted import StandardDraft
from branches.editing.reading import DraftFault, faults
from branches.editing.steps import Step
from branches.language import codes, language
from monitor.web import forms, gate
from monitor.web.office.room import now
from monitor.web.office.typed import Typed, by

FIELDS: Mapping[str, str] = {"from": "worst", "to": "best", "when": "condition", "item": "code"}
"""What the files call otherwise than the pages."""
WORDED = ("text", "hint", "playbook")
LONGEST_NUMBER = 30


def the_draft() -> StandardDraft:
    """The draft that is being edited; 404 where there is none."""
    return drafted.current(gate.session()) or abort(404)


def the_item(content: Content, key: str) -> ItemEntry:
    return content.item(key) or abort(404)


def the_section(content: Content, key: str) -> SectionEntry:
    return content.section(key) or abort(404)


def seen() -> int:
    """Which step the page that was sent knew of."""
    return forms.whole(request.form, "seen")


def take(typed: Typed, step: Step, about: str) -> bool:
    """Makes a step of the draft; what refuses it is said on top of the form."""
    return typed.take(
        "",
        lambda: drafted.change(gate.session(), the_draft(), step, seen=seen(), about=about, by=by(), at=now()),
    )


def tell(typed: Typed, content: Content, changed: Content, key: str) -> None:
    """Says beside its field what would be wrong with that entry, and what becomes wrong elsewhere because of it."""
    before = {_mark(fault) for fault in faults(content)}
    for fault in faults(changed):
        if fault.key == key:
            typed.wrong(field_of(fault, changed), fault.refused)
        elif fault.field == "when" and _mark(fault) not in before:
            typed.wrong("condition", fault.refused)


def _mark(fault: DraftFault) -> tuple[str, str]:
    return fault.key, str(fault.refused)


def field_of(fault: DraftFault, content: Content) -> str:
    """The control at which a fault is to be put right; none for what the whole lacks."""
    name = fault.field.partition(".")[0]
    if name in WORDED:
        return f"{name}-{fault.language or content.first}"
    return FIELDS.get(name, name)


def address_of(key: str, anchor: str = "") -> str:
    """The page of an item or section, at a control."""
    endpoint = "office.standard_item" if key.startswith("i") else "office.standard_section"
    return url_for(endpoint, key=key, _anchor=anchor or None) if key else url_for("office.standard_head")


def called(code: str) -> str:
    """A language's own name."""
    return language(code).name if code in codes() else code


def words_of(entry: ItemEntry | SectionEntry, first: str) -> str:
    """What it is called for this reader: in their language, else in the first one, else by its code."""
    if isinstance(entry, SectionEntry):
        return entry.titles.get(gate.tongue().code) or entry.titles.get(first) or entry.code
    words: Mapping[str, Any] = entry.wording.get(gate.tongue().code) or entry.wording.get(first) or {}
    return str(words.get("text") or entry.code)
