"""Noting for many branches at once that their staff were informed: whole regions, single branches, one day, one text."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import groupby

from flask import render_template, request
from sqlalchemy.orm import contains_eager
from sqlmodel import col

from branches import notices
from branches.access import Right
from branches.language import message
from branches.places import Branch, Region
from monitor.web import gate
from monitor.web.office import places
from monitor.web.office.picking import SHORT, Option
from monitor.web.office.place import LONGEST_HOW
from monitor.web.office.room import Answer, blueprint, done, now, today
from monitor.web.office.typed import Typed, by


@dataclass(frozen=True)
class Untold:
    """One region's branches whose staff have not been informed."""

    public_id: str
    name: str
    amount: int
    branches: list[Option]
    """To choose single ones from; none where they are too many for one page."""


@blueprint.get("/notices")
@gate.needs(Right.KEEP_NOTICES)
def informing() -> str:
    return _page({"informed_on": today().isoformat(), "how": ""}, Typed())


@blueprint.post("/notices")
@gate.needs(Right.KEEP_NOTICES)
def inform() -> Answer:
    typed = Typed()
    chosen = _chosen(typed)
    day = typed.day("informed_on", message("Choose the day on which they were informed."))
    how = typed.text("how", LONGEST_HOW, message("Say how the staff were told, and by whom."))
    noted: list[object] = []
    if day is not None:
        typed.take(
            "informed_on",
            lambda: noted.extend(
                notices.note_all(gate.session(), chosen, informed_on=day, how=how, by=by(), at=now()),
            ),
        )
    if typed.errors:
        return _page(typed.values, typed), typed.status
    said = gate.tongue().count(
        "Noted of {n} branch. Its staff see what is released.",
        "Noted of {n} branches. Their staff see what is released.",
        len(noted),
    )
    return done(said, "office.places", show="uninformed")


def _chosen(typed: Typed) -> list[Branch]:
    """The branches that are ticked, or whose region is; those that were told meanwhile are not among them."""
    regions, branches = set(request.form.getlist("region")), set(request.form.getlist("branch"))
    found = [
        branch
        for branch in gate.session().exec(places.of_cut("uninformed").order_by(col(Branch.id)))
        if branch.public_id in branches or branch.region.public_id in regions
    ]
    if not found and (regions or branches):
        typed.tell("region", message("That has been noted of all of these meanwhile."))
    elif not found:
        typed.tell("region", message("Choose a region or a branch."))
    return found


def _untold(within: str) -> list[Untold]:
    """By region; single branches where all of them fit on one page, or of the region that is asked for."""
    query = places.of_cut("uninformed").join(Region).options(contains_eager(Branch.region))  # type: ignore[arg-type]
    rows = gate.session().exec(query.order_by(Region.name, Region.code, Branch.name)).all()
    found = []
    for public_id, group in groupby(rows, key=lambda branch: branch.region.public_id):
        some = list(group)
        named = [(one.public_id, one.name) for one in some] if public_id == within or len(rows) <= SHORT else []
        found.append(Untold(public_id, some[0].region.name, len(some), named))
    return found


def _page(values: dict[str, str], typed: Typed) -> str:
    groups = _untold(request.args.get("region", "")[:16])
    return render_template(
        "office/informing.html",
        headline=_headline(sum(group.amount for group in groups)),
        groups=groups,
        regions=_ticked("region"),
        branches=_ticked("branch"),
        typed=values,
        errors=typed.errors,
        found=typed.found,
        longest_how=LONGEST_HOW,
    )


def _headline(n: int) -> str:
    tongue = gate.tongue()
    if not n:
        return tongue.say("The staff of every open branch have been informed.")
    return tongue.count(
        "The staff of {n} branch have not been informed yet.",
        "The staff of {n} branches have not been informed yet.",
        n,
    )


def _ticked(name: str) -> Collection[str]:
    return request.form.getlist(name)
