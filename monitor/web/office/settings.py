"""What the program was started with: each setting with its meaning and where it came from; and what was set on pages instead."""

from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import cast

from flask import current_app, render_template, url_for
from sqlmodel import col, func, select

from branches import access, clocks
from branches.access import Right
from branches.language import ORIGINAL
from branches.places import Branch, Region
from monitor.origins import Said, Secret, Setting
from monitor.web import gate
from monitor.web.office.review import Line
from monitor.web.office.room import blueprint
from monitor.web.office.schedule import name_of, scopes

SHOWN = 12
"""Of regions with a clock of their own; the others are folded."""


@dataclass(frozen=True)
class Shown:
    """One setting as it is read."""

    key: str
    values: tuple[str, ...]
    meaning: str
    spoken: str
    """The language of its meaning, where that is not the reader's; else empty."""
    origin: str
    default: str
    """What it would be otherwise; empty where it is that."""


@blueprint.get("/settings")
@gate.needs(Right.KEEP_TIMES)
def settings() -> str:
    found, say = said(), gate.tongue().say
    return render_template(
        "office/settings.html",
        headline=_headline(found),
        read=say("They were read from {file}.", file=found.file)
        if found.file
        else say("There is no settings file: what no variable says has its default."),
        sections=[(name, [_shown(one) for one in group]) for name, group in _sections(found)],
        secrets=[(_secret(one), _whether(one)) for one in found.secrets],
        times=_times(),
        zones=_zones(),
        elsewhere=_elsewhere(),
        shown=SHOWN,
    )


def said() -> Said:
    return cast("Said", current_app.extensions["settings"])


def _sections(found: Said) -> list[tuple[str, list[Setting]]]:
    return [(name, list(group)) for name, group in groupby(found.settings, lambda one: one.section)]


def _headline(found: Said) -> str:
    """How many are otherwise than without a file."""
    n = sum(not one.is_default for one in found.settings)
    if n == 0:
        return gate.tongue().say("Every setting has its default.")
    return gate.tongue().count("{n} setting differs from its default.", "{n} settings differ from their defaults.", n)


def _shown(one: Setting) -> Shown:
    tongue, words = gate.tongue(), (one.meaning, one.allowed)
    foreign = tongue.code != ORIGINAL and not all(text in tongue.sentences for text in words)
    meaning, may = words if foreign else (tongue.say(text) for text in words)
    default = "" if one.is_default else " · ".join(one.default) or tongue.say("none")
    return Shown(one.key, one.values, f"{meaning} ({may})", ORIGINAL if foreign else "", _origin(one), default)


def _origin(one: Setting) -> str:
    """A variable comes before the file; a table has entries of both."""
    say = gate.tongue().say
    if one.variable and not (one.in_file and one.is_table):
        return say("from the variable {variable}", variable=one.variable)
    if not one.in_file:
        return say("the default")
    file = Path(said().file).name
    place = say("{file}, line {line}", file=file, line=str(one.line)) if one.line else file
    return say("{place}, and the variable {variable}", place=place, variable=one.variable) if one.variable else place


def _secret(one: Secret) -> str:
    say = gate.tongue().say
    if one.of_webhook:
        return say("The secret of the webhook {name}", name=one.name)
    match one.name:
        case "mail":
            return say("The mail server's password")
        case "metrics":
            return say("The token by which the program's figures are read")
        case _:
            return say("The secret that signs forms")


def _whether(one: Secret) -> str:
    """Whether it is set, and where; never what it is."""
    say = gate.tongue().say
    if one.variable:
        return say("set, by the variable {variable}", variable=one.variable)
    if one.in_file:
        return say("set, in a file of its own")
    return say("made by the program, in the data folder") if one.name == "pages" else say("not set")


def _times() -> list[Line]:
    """Reports whose time head office has set."""
    return [
        Line(
            name_of(one), url_for("office.due_time", scope=one.key), "", clocks.due_words(gate.tongue(), one.times.last)
        )
        for one in scopes()
        if one.times.last is not None
    ]


def _zones() -> list[Line]:
    """Regions that live by another clock than head office."""
    query = select(Region).where(Region.timezone != gate.site().chain_zone).order_by(Region.name, Region.code)
    return [
        Line(one.name, url_for("office.region", public_id=one.public_id), "", one.timezone)
        for one in gate.session().exec(query)
    ]


def _elsewhere() -> str:
    """How many branches live by another clock than their region; empty where none does."""
    theirs = access.visible_branches(gate.person()).join(Region).where(col(Branch.timezone) != col(Region.timezone))
    n = gate.session().exec(select(func.count()).select_from(theirs.subquery())).one()
    if n == 0:
        return ""
    return gate.tongue().count(
        "{n} branch has another time zone than its region.", "{n} branches have another time zone than their region.", n
    )
