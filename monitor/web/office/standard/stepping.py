"""Steps of the draft that need no form of their own: add, move, copy, delete, undo, discard."""

from collections.abc import Callable
from functools import partial

from flask import abort, request, url_for
from werkzeug.utils import redirect

from branches.access import Right
from branches.editing import drafted, steps
from branches.editing.content import Content
from branches.errors import Conflict, Refused
from monitor.web import gate
from monitor.web.office.room import Answer, blueprint, done, now
from monitor.web.office.standard.overview import page
from monitor.web.office.standard.room import address_of, seen, the_draft
from monitor.web.office.typed import STALE, UNFIT, by

LONGEST_KEY = 16


@blueprint.post("/standard/steps/<change>")
@gate.needs(Right.KEEP_STANDARD)
def step_standard(change: str) -> Answer:
    verb = STEPS.get(change)
    if verb is None:
        abort(404)
    try:
        return verb(request.form.get("key", "")[:LONGEST_KEY])
    except Refused as refused:
        gate.session().rollback()
        said = gate.tongue().say(refused.message, **refused.values)
        return page(said), STALE if isinstance(refused, Conflict) else UNFIT


def _step(step: Callable[[Content], Content], about: str) -> Content:
    return drafted.change(gate.session(), the_draft(), step, seen=seen(), about=about, by=by(), at=now())


def _code(key: str) -> str:
    content = drafted.content(the_draft())
    entry = content.item(key) or content.section(key)
    return entry.code if entry is not None else ""


def _add_section(_: str) -> Answer:
    made = _step(steps.add_section, "")
    return redirect(address_of(made.sections[-1].key), 303)


def _add_item(key: str) -> Answer:
    made = _step(lambda content: steps.add_item(content, key), _code(key))
    return redirect(address_of(f"i{made.made}"), 303)


def _move(key: str, by: int) -> Answer:
    _step(lambda content: steps.move(content, key, by), _code(key))
    return redirect(url_for("office.standard", _anchor=key), 303)


def _copy(key: str) -> Answer:
    made = _step(lambda content: steps.copy(content, key), _code(key))
    said = gate.tongue().say("Copied. The copy has a code of its own.")
    return done(said, "office.standard_item", key=f"i{made.made}")


def _delete(key: str) -> Answer:
    code = _code(key)
    _step(lambda content: steps.remove(content, key), code)
    return done(gate.tongue().say("Deleted: {code}. This can be undone.", code=code), "office.standard")


def _undo(_: str) -> Answer:
    drafted.undo(gate.session(), the_draft(), seen=seen(), by=by(), at=now())
    return done(gate.tongue().say("The last step is undone. Undone once more, it holds again."), "office.standard")


def _discard(_: str) -> Answer:
    drafted.discard(gate.session(), the_draft(), seen=seen(), by=by(), at=now())
    return done(gate.tongue().say("The draft is discarded."), "office.standard")


STEPS: dict[str, Callable[[str], Answer]] = {
    "add-section": _add_section,
    "add-item": _add_item,
    "up": partial(_move, by=-1),
    "down": partial(_move, by=1),
    "copy": _copy,
    "delete": _delete,
    "undo": _undo,
    "discard": _discard,
}
