"""What holds for the whole draft: its title, its languages, how the audit's score is made, its bands."""

from flask import render_template, request

from branches.access import Right
from branches.editing import drafted, steps
from branches.editing.content import Content
from branches.errors import Refused
from branches.exchange import cells
from branches.exchange.wording import LONGEST_TITLE
from branches.language import codes, message
from branches.scoring import Total
from monitor.web import gate
from monitor.web.office.room import Answer, blueprint, done
from monitor.web.office.standard.room import called, take, the_draft
from monitor.web.office.typed import Typed
from reports.standard_changes import TOTALS

LONGEST_BANDS = 500


@blueprint.get("/standard/whole")
@gate.needs(Right.KEEP_STANDARD)
def standard_head() -> str:
    return _page(Typed())


@blueprint.post("/standard/whole")
@gate.needs(Right.KEEP_STANDARD)
def change_standard_head() -> Answer:
    typed, content = Typed(), drafted.content(the_draft())
    chosen = [code for code in _offered(content) if code in request.form.getlist("languages")]
    typed.values["languages"] = " ".join(chosen)
    values = {
        "title": typed.line("title", LONGEST_TITLE, message("Write the standard's title.")),
        "total": typed.one_of("total", list(Total), message("Choose how the score is made.")),
        "bands": _bands(typed),
        "languages": (content.first, *(code for code in chosen if code != content.first)),
    }
    take(typed, lambda found: steps.set_head(found, **values), "")
    if typed.errors:
        return _page(typed), typed.status
    return done(gate.tongue().say("Kept."), "office.standard")


def _offered(content: Content) -> list[str]:
    return [*dict.fromkeys((content.first, *codes(), *content.languages))]


def _bands(typed: Typed) -> dict[str, str]:
    """One a line: its code, and the lowest score in it."""
    found: dict[str, str] = {}
    for line in typed.text("bands", LONGEST_BANDS).splitlines():
        code, sign, floor = (part.strip() for part in line.partition("="))
        if not line.strip():
            continue
        try:
            found[cells.item_code(code)] = cells.weight(floor if sign else "?")
        except Refused:
            typed.tell("bands", message("Write each band on a line of its own, like good = 80."))
    return found


def _page(typed: Typed) -> str:
    draft = the_draft()
    content = drafted.content(draft)
    say = gate.tongue().say
    kept = {
        "title": content.title,
        "total": content.total,
        "bands": "\n".join(f"{band} = {floor}" for band, floor in content.bands.items()),
        "languages": " ".join(content.languages),
    }
    return render_template(
        "office/standard/head.html",
        typed={**kept, **typed.values},
        errors=typed.errors,
        found=typed.found,
        seen=draft.step,
        totals=[(code, say(words)) for code, words in TOTALS.items()],
        languages_offered=[(code, called(code)) for code in _offered(content) if code != content.first],
        first=called(content.first),
        longest=LONGEST_TITLE,
    )
