"""One section of the draft: its title in every language, its weight, whether it earns points."""

from fractions import Fraction
from typing import Any

from flask import render_template, request

from branches.access import Right
from branches.editing import drafted, steps
from branches.editing.content import SectionEntry
from branches.exchange import cells
from branches.exchange.wording import LONGEST_TITLE
from branches.language import message
from monitor.web import gate
from monitor.web.office.room import Answer, blueprint, done
from monitor.web.office.standard.overview import shares_of
from monitor.web.office.standard.published import is_published
from monitor.web.office.standard.room import LONGEST_NUMBER, called, take, tell, the_draft, the_section, words_of
from monitor.web.office.typed import Typed


@blueprint.get("/standard/sections/<key>")
@gate.needs(Right.KEEP_STANDARD)
def standard_section(key: str) -> str:
    return _page(key, Typed())


@blueprint.post("/standard/sections/<key>")
@gate.needs(Right.KEEP_STANDARD)
def change_standard_section(key: str) -> Answer:
    typed, content = Typed(), drafted.content(the_draft())
    section = the_section(content, key)
    values: dict[str, Any] = {
        "weight": typed.line("weight", LONGEST_NUMBER) or "1",
        "scored": _ticked(typed, "scored"),
        "titles": {code: title for code in content.languages if (title := typed.line(f"title-{code}", LONGEST_TITLE))},
    }
    if not is_published(section):
        values["code"] = typed.line("code", cells.LONGEST_ITEM_CODE, message("Write its code."))
    if not typed.errors:
        with typed.beside("code"):
            tell(typed, content, steps.set_section(content, key, **values), key)
    take(typed, lambda found: steps.set_section(found, key, **values), section.code)
    if typed.errors:
        return _page(key, typed), typed.status
    return done(gate.tongue().say("Kept."), "office.standard")


def _ticked(typed: Typed, name: str) -> bool:
    typed.values[name] = "yes" if name in request.form else ""
    return name in request.form


def _page(key: str, typed: Typed) -> str:
    draft = the_draft()
    content = drafted.content(draft)
    section = the_section(content, key)
    return render_template(
        "office/standard/section.html",
        name=words_of(section, content.first),
        headline=_headline(section, shares_of(content)),
        section=section,
        typed={**_kept(section), **typed.values},
        errors=typed.errors,
        found=typed.found,
        seen=draft.step,
        fixed=is_published(section),
        weighs=content.total == "sections",
        tongues=[(code, called(code)) for code in content.languages],
        longest=LONGEST_TITLE,
    )


def _kept(section: SectionEntry) -> dict[str, str]:
    titles = {f"title-{code}": title for code, title in section.titles.items()}
    return {"code": section.code, "weight": section.weight, "scored": "yes" if section.scored else "", **titles}


def _headline(section: SectionEntry, shares: dict[str, Fraction]) -> str:
    tongue = gate.tongue()
    whole = float(sum((shares.get(item.key, Fraction(0)) for item in section.items), Fraction(0)))
    items = tongue.count("{n} item", "{n} items", len(section.items))
    return f"{items} · {tongue.say('{share} of the score', share=tongue.percent(whole, 1))}"
