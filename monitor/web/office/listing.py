"""Lists of people and of branches read in: what each row would do is shown first; confirmed, all of it is done or nothing."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import current_app, render_template, request, url_for
from sqlmodel import SQLModel

from branches import accounts
from branches.access import Right
from branches.errors import Conflict, Refused
from branches.language import message
from branches.listing import branch_list, people_list, reading, uploads
from branches.listing.plan import Line, Plan
from branches.people import User
from monitor.web import gate, way_in
from monitor.web.office.lists import BRANCH_COLUMNS, PERSON_COLUMNS
from monitor.web.office.room import Answer, blueprint, done, now
from monitor.web.office.typed import STALE, UNFIT, by
from monitor.web.tables import unguarded

MOST_SHOWN = 200
"""Rows of each kind that are shown one by one; the rest are counted."""
MOST_OF_FORM = 2 * reading.MOST_BYTES
"""A file that is somewhat too large is told so on its page."""
YES, LONGEST_DIGEST = "yes", 64


@dataclass(frozen=True)
class Kind:
    """What the two lists differ in."""

    name: str
    above: str
    title: str
    columns: tuple[str, ...]
    plan: Callable[[str], Plan]
    apply: Callable[[Plan], Sequence[SQLModel]]


def _people() -> Kind:
    session, language = gate.session(), gate.site().language
    return Kind(
        "people",
        "office.people",
        gate.tongue().say("People from a file"),
        PERSON_COLUMNS,
        lambda text: people_list.plan(session, text, unguarded, language=language),
        lambda plan: people_list.apply(session, plan, by=by(), at=now()),
    )


def _branches() -> Kind:
    session = gate.session()
    return Kind(
        "branches",
        "office.places",
        gate.tongue().say("Branches from a file"),
        BRANCH_COLUMNS,
        lambda text: branch_list.plan(session, text, unguarded),
        lambda plan: branch_list.apply(session, plan, by=by(), at=now()),
    )


@blueprint.get("/people/file")
@gate.needs(Right.KEEP_PEOPLE)
def people_file() -> str:
    return _page(_people())


@blueprint.post("/people/file")
@gate.needs(Right.KEEP_PEOPLE)
@gate.takes(MOST_OF_FORM)
def read_people() -> Answer:
    return _read(_people())


@blueprint.post("/people/file/confirm")
@gate.needs(Right.KEEP_PEOPLE)
def confirm_people() -> Answer:
    return _confirm(_people())


@blueprint.get("/places/file")
@gate.needs(Right.KEEP_PLACES)
def branches_file() -> str:
    return _page(_branches())


@blueprint.post("/places/file")
@gate.needs(Right.KEEP_PLACES)
@gate.takes(MOST_OF_FORM)
def read_branches() -> Answer:
    return _read(_branches())


@blueprint.post("/places/file/confirm")
@gate.needs(Right.KEEP_PLACES)
def confirm_branches() -> Answer:
    return _confirm(_branches())


def _read(kind: Kind) -> Answer:
    """Keeps the file, if it can be read as a list at all, and shows what it would do."""
    try:
        text = _came()
        plan = kind.plan(text)
    except Refused as refused:
        return _page(kind, refused), UNFIT
    uploads.keep(gate.session(), kind.name, text, by=by(), at=now())
    return _page(kind, plan=plan)


def _came() -> str:
    came = request.files.get("file")
    if came is None or not came.filename:
        raise Refused("Choose a file.")
    with closing(came):
        return reading.text_of(came.stream.read(reading.MOST_BYTES + 1))


def _confirm(kind: Kind) -> Answer:
    """Works out anew what the file would do: another outcome than was shown is shown again, and nothing is done."""
    text = uploads.waiting(gate.session(), kind.name, by=by(), at=now())
    if text is None:
        return _page(kind, Conflict(message("There is no file to confirm any more; choose it again."))), STALE
    try:
        plan = kind.plan(text)
        _check_same(plan)
        new = kind.apply(plan)
    except Refused as refused:
        gate.session().rollback()
        return _page(kind, refused), STALE
    uploads.drop(gate.session(), kind.name, by=by())
    if request.form.get("invite") == YES:
        _invite([one for one in new if isinstance(one, User)])
    say = gate.tongue().say
    said = say("Done: {added} added, {changed} changed.", added=len(plan.added), changed=len(plan.changed))
    return done(said, kind.above)


def _check_same(plan: Plan) -> None:
    if plan.digest != request.form.get("digest", "")[:LONGEST_DIGEST] or plan.refused:
        raise Conflict("Something has changed since this was shown; look at it again.")


def _invite(new: Sequence[User]) -> None:
    """A link for each of those who came with an address; mailed once this is answered."""
    for user in new:
        if user.email is not None:
            accounts.invite(gate.session(), user, by=by(), at=now())
            gate.afterwards(partial(way_in.invite, gate.site(), current_app.jinja_env, user.email))


@dataclass(frozen=True)
class Shown:
    """Rows of one kind, as many as are read one by one."""

    title: str
    rows: list[tuple[str, list[str]]]
    more: str


def _page(kind: Kind, refused: Refused | None = None, plan: Plan | None = None) -> str:
    say = gate.tongue().say
    wrong = say(refused.message, **refused.values) if refused is not None else ""
    plan = plan or (_waiting(kind) if refused is None or isinstance(refused, Conflict) else None)
    return render_template(
        "office/listing.html",
        title=kind.title,
        above=url_for(kind.above),
        above_title=say("All people") if kind.name == "people" else say("All places"),
        action=url_for(f"office.read_{kind.name}"),
        confirm=url_for(f"office.confirm_{kind.name}"),
        table=url_for(f"office.{kind.name}_table"),
        columns=", ".join(kind.columns),
        most_rows=gate.tongue().whole(reading.MOST_ROWS),
        headline=_headline(plan) if plan is not None else say("What each row would change is shown first."),
        plan=plan,
        groups=_groups(plan) if plan is not None else [],
        invites=kind.name == "people" and plan is not None and any(one.values.get("email") for one in plan.added),
        errors={"file": wrong} if wrong else {},
        found=[("file", wrong)] if wrong else [],
    )


def _waiting(kind: Kind) -> Plan | None:
    """Of a file that was read before and can still be: what is in the database may have become another."""
    text = uploads.waiting(gate.session(), kind.name, by=by(), at=now())
    try:
        return kind.plan(text) if text is not None else None
    except Refused:
        return None


def _headline(plan: Plan) -> str:
    return gate.tongue().say(
        "{added} added, {changed} changed, {same} as they are, {refused} refused.",
        added=len(plan.added),
        changed=len(plan.changed),
        same=plan.same,
        refused=len(plan.refused),
    )


def _groups(plan: Plan) -> list[Shown]:
    say = gate.tongue().say
    found = (
        (say("Rows that are refused"), plan.refused, _faults),
        (say("Rows that change something"), plan.changed, _changes),
        (say("Rows that add something"), plan.added, _added),
    )
    return [_shown(title, lines, told) for title, lines, told in found if lines]


def _shown(title: str, lines: Sequence[Line], told: Callable[[Line], list[str]]) -> Shown:
    tongue = gate.tongue()
    rows = [
        (tongue.say("Row {row}: {name}", row=line.number, name=line.name), told(line)) for line in lines[:MOST_SHOWN]
    ]
    left = len(lines) - len(rows)
    return Shown(title, rows, tongue.count("and {n} more row", "and {n} more rows", left) if left else "")


def _faults(line: Line) -> list[str]:
    say = gate.tongue().say
    return [f"{one.column}: {say(one.refused.message, **one.refused.values)}" for one in line.wrong]


def _changes(line: Line) -> list[str]:
    none = gate.tongue().say("none")
    return [f"{column}: {before or none} → {after or none}" for column, (before, after) in line.changes.items()]


def _added(line: Line) -> list[str]:
    """What it would be, in the list's own words."""
    told = {column: _word(line.values.get(column)) for column in ("email", "role", "branch", "region", "address")}
    return [" · ".join(word for word in told.values() if word)]


def _word(value: Any) -> str:
    return str(getattr(value, "code", value)) if value is not None else ""
