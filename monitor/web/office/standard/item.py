"""One item of the draft: what it takes and earns, when it is asked, and its words in every language beside each other."""

from typing import Any

from flask import render_template

from branches import stamps
from branches.access import Right
from branches.editing import drafted, steps
from branches.editing.content import Content, ItemEntry
from branches.editing.missing import lacking
from branches.language import message
from branches.scoring import MEASURED, SCORABLE, ItemType
from monitor.web import gate
from monitor.web.office.room import Answer, blueprint, done
from monitor.web.office.standard import filled
from monitor.web.office.standard.published import is_published
from monitor.web.office.standard.room import called, take, tell, the_draft, the_item, words_of
from monitor.web.office.typed import Typed
from reports.standard_changes import TYPES

CHANNELS = {"visit": message("Visit"), "phone": message("Phone call")}


@blueprint.get("/standard/items/<key>")
@gate.needs(Right.KEEP_STANDARD)
def standard_item(key: str) -> str:
    return _page(key, Typed())


@blueprint.post("/standard/items/<key>")
@gate.needs(Right.KEEP_STANDARD)
def change_standard_item(key: str) -> Answer:
    typed, content = Typed(), drafted.content(the_draft())
    item = the_item(content, key)
    values = filled.values(typed, item, content, fixed=is_published(item))
    if not typed.errors:
        with typed.beside("code"):
            tell(typed, content, steps.set_item(content, key, **values), key)
    take(typed, lambda found: steps.set_item(found, key, **values), item.code)
    if typed.errors:
        return _page(key, typed), typed.status
    return done(gate.tongue().say("Kept."), "office.standard", _anchor=key)


@blueprint.post("/standard/items/<key>/type")
@gate.needs(Right.KEEP_STANDARD)
def change_standard_type(key: str) -> Answer:
    """Another type, with the fields that belong to it; without a script that is a page of its own."""
    typed = Typed()
    item = the_item(drafted.content(the_draft()), key)
    kind = typed.one_of("type", list(ItemType), message("Choose a type."))
    take(typed, lambda found: steps.set_type(found, key, ItemType(kind)), item.code)
    if typed.errors:
        return _page(key, typed), typed.status
    return done(gate.tongue().say("Kept. Now fill in what belongs to this type."), "office.standard_item", key=key)


def _page(key: str, typed: Typed) -> str:
    draft, say = the_draft(), gate.tongue().say
    content = drafted.content(draft)
    item = the_item(content, key)
    section = content.section_of(key)
    assert section is not None
    kind = ItemType(item.type)
    return render_template(
        "office/standard/item.html",
        name=words_of(item, content.first),
        section=words_of(section, content.first),
        item=item,
        typed={**filled.kept(item), **typed.values},
        errors=typed.errors,
        found=typed.found,
        seen=draft.step,
        fixed=is_published(item),
        types=[(code, say(words)) for code, words in TYPES.items()],
        type_words=say(TYPES[item.type]),
        scorable=kind in SCORABLE,
        measured=kind in MEASURED,
        timed=_spans() if kind is ItemType.SECONDS else [],
        channels=[(code, say(words)) for code, words in CHANNELS.items()]
        + [(code, code) for code in item.channels if code not in CHANNELS],
        others=[(other.code, words_of(other, content.first)) for other in content.items if other.key != key],
        tongues=[_tongue(item, content, code) for code in content.languages],
        longest=filled.LONGEST,
        longest_rule=filled.LONGEST_RULE,
    )


def _tongue(item: ItemEntry, content: Content, code: str) -> dict[str, Any]:
    """One language's column: its name and which words it lacks."""
    return {"code": code, "name": called(code), "lacks": lacking(content, item, code)}


def _spans() -> list[tuple[str, str]]:
    """From which tap at the branch to which later one."""
    pairs = [(a, b) for n, a in enumerate(stamps.STAMPS) for b in stamps.STAMPS[n + 1 :]]
    return [("", gate.tongue().say("no")), *((f"{a}-{b}", f"{a} → {b}") for a, b in pairs)]
