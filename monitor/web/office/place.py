"""One region or branch: its name, address, clock and region, closing and reopening."""

from collections.abc import Callable

from flask import abort, render_template, url_for
from sqlmodel import col, func, select

from branches import access, editions, notices, places
from branches.access import Right
from branches.language import message
from branches.places import Branch, Region
from monitor.web import gate
from monitor.web.office import picking, tablets, told
from monitor.web.office.places import LONGEST, LONGEST_ADDRESS, LONGEST_ZONE
from monitor.web.office.room import Answer, blueprint, done, now, the, the_branch, today
from monitor.web.office.typed import Typed, by

LONGEST_HOW = 1000


@blueprint.get("/places/regions/<public_id>")
@gate.needs(Right.KEEP_PLACES)
def region(public_id: str) -> str:
    return _region_page(the(Region, public_id), Typed())


@blueprint.post("/places/regions/<public_id>/<change>")
@gate.needs(Right.KEEP_PLACES)
def change_region(public_id: str, change: str) -> Answer:
    found, typed = the(Region, public_id), Typed()
    if change not in OF_BOTH:
        abort(404)
    said = OF_BOTH[change](found, typed)
    if typed.errors:
        return _region_page(the(Region, public_id), typed), typed.status
    return done(said, "office.region", public_id=public_id)


@blueprint.get("/places/branches/<public_id>")
@gate.needs(Right.KEEP_PLACES)
def branch(public_id: str) -> str:
    return branch_page(the_branch(public_id), Typed())


@blueprint.post("/places/branches/<public_id>/<change>")
@gate.needs(Right.KEEP_PLACES)
def change_branch(public_id: str, change: str) -> Answer:
    found, typed = the_branch(public_id), Typed()
    if change in OF_BOTH:
        said = OF_BOTH[change](found, typed)
    elif change in OF_BRANCHES:
        said = OF_BRANCHES[change](found, typed)
    else:
        abort(404)
    if typed.errors:
        return branch_page(the_branch(public_id), typed), typed.status
    return done(said, "office.branch", public_id=public_id)


def _rename(place: Region | Branch, typed: Typed) -> str:
    name = typed.line("name", LONGEST)
    typed.take("name", lambda: places.rename(gate.session(), place, name, by=by(), at=now()))
    return gate.tongue().say("The name is kept; reports that were issued keep the old one.")


def _set_zone(place: Region | Branch, typed: Typed) -> str:
    zone = typed.line("timezone", LONGEST_ZONE, message("Write the time zone."))
    typed.take("timezone", lambda: places.set_zone(gate.session(), place, zone, by=by(), at=now()))
    return gate.tongue().say("The time zone is kept; visits that were made stay in their week.")


def _set_address(branch: Branch, typed: Typed) -> str:
    address = typed.text("address", LONGEST_ADDRESS)
    typed.take("address", lambda: places.set_address(gate.session(), branch, address, by=by(), at=now()))
    return gate.tongue().say("The address is kept.")


def _move(branch: Branch, typed: Typed) -> str:
    to = picking.chosen_region(typed)
    if to is not None:
        typed.take("region", lambda: places.move_branch(gate.session(), branch, to, by=by(), at=now()))
    return gate.tongue().say("The branch belongs to {region} now.", region=to.name if to is not None else "")


def _open_from(branch: Branch, typed: Typed) -> str:
    day = typed.day("opened")
    typed.take("opened", lambda: places.open_from(gate.session(), branch, day, by=by(), at=now()))
    return gate.tongue().say("The first day is kept.")


def _close(branch: Branch, typed: Typed) -> str:
    day = typed.day("closed", message("Choose the first day on which it is closed."))
    if day is not None:
        typed.take("closed", lambda: places.close_branch(gate.session(), branch, day, by=by(), at=now()))
        return gate.tongue().say("The branch is closed from {day} on.", day=day)
    return ""


def _reopen(branch: Branch, typed: Typed) -> str:
    typed.take("closed", lambda: places.reopen_branch(gate.session(), branch, by=by(), at=now()))
    return gate.tongue().say("The branch is open again.")


OF_BOTH: dict[str, Callable[[Region | Branch, Typed], str]] = {"name": _rename, "timezone": _set_zone}
OF_BRANCHES: dict[str, Callable[[Branch, Typed], str]] = {
    "address": _set_address,
    "region": _move,
    "opened": _open_from,
    "close": _close,
    "reopen": _reopen,
}


def _region_page(region: Region, typed: Typed) -> str:
    tongue = gate.tongue()
    query = select(func.count()).select_from(Branch).where(col(Branch.region_id) == region.id)
    n = gate.session().exec(query).one()
    return render_template(
        "office/region.html",
        region=region,
        headline=tongue.count("{n} branch belongs to it.", "{n} branches belong to it.", n),
        branches_href=url_for("office.places", region=region.public_id),
        new_href=url_for("office.opening_branch", region=region.public_id),
        due_href=url_for("office.due_time", scope=editions.region_key(region)) if n else "",
        typed={"name": region.name, "timezone": region.timezone, **typed.values},
        errors=typed.errors,
        found=typed.found,
        longest=LONGEST,
        history=told.of(region),
    )


def branch_page(branch: Branch, typed: Typed) -> str:
    kept = {
        "name": branch.name,
        "address": branch.address,
        "timezone": branch.timezone,
        "region": branch.region.public_id,
        "opened": branch.opened.isoformat() if branch.opened else "",
        "closed": branch.closed.isoformat() if branch.closed else "",
        "informed_on": today(branch.timezone).isoformat(),
        "how": "",
    }
    return render_template(
        "office/branch.html",
        branch=branch,
        headline=_headline(branch),
        informed=notices.is_informed(gate.session(), branch),
        notices=notices.log(gate.session(), branch),
        tablets=tablets.lines(branch),
        merged_into=_merged_into(branch),
        regions=picking.regions(),
        typed={**kept, **typed.values},
        errors=typed.errors,
        found=typed.found,
        longest=LONGEST,
        longest_address=LONGEST_ADDRESS,
        longest_how=LONGEST_HOW,
        history=told.of(branch, branch.timezone),
    )


def _merged_into(branch: Branch) -> str:
    """The page of the entry that has all of this one now; empty where there is none."""
    other = _kept(branch)
    return url_for("office.branch", public_id=other.public_id) if other is not None else ""


def _kept(branch: Branch) -> Branch | None:
    """The entry into which this one was merged, if it was."""
    if branch.merged_into_id is None:
        return None
    query = access.visible_branches(gate.person()).where(Branch.id == branch.merged_into_id)
    return gate.session().exec(query).one()


def _headline(branch: Branch) -> str:
    """Whether it is open, and whether its staff see anything."""
    say, day = gate.tongue().say, today(branch.timezone)
    other = _kept(branch)
    if other is not None:
        return say("Merged into {branch} (code {code}).", branch=other.name, code=other.code)
    if branch.closed is not None and branch.closed <= day:
        return say("Closed since {day}.", day=branch.closed)
    if branch.opened is not None and branch.opened > day:
        return say("Opens on {day}.", day=branch.opened)
    if not notices.is_informed(gate.session(), branch):
        return say("Open. Its staff have not been informed of the audits and see none of them.")
    return say("Open. Its staff have been informed of the audits.")
