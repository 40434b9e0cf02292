"""Places: the regions and their branches, and opening new ones."""

from flask import render_template, request, url_for
from sqlmodel import col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from branches import access, notices
from branches import places as floor
from branches.access import Right
from branches.language import message
from branches.places import Branch, Region
from branches.weeks import zone_name
from monitor.web import gate
from monitor.web.office import picking
from monitor.web.office.review import Line
from monitor.web.office.room import Answer, blueprint, done, holds, now, part, shown, today, total
from monitor.web.office.typed import Typed, by
from monitor.web.parts import searched

LONGEST, LONGEST_ADDRESS, LONGEST_ZONE = 200, 500, 64
CUTS = ("open", "uninformed", "closed")


@blueprint.get("/places")
@gate.needs(Right.KEEP_PLACES)
def places() -> str:
    cut, text, tongue = shown(CUTS), searched(), gate.tongue()
    within = request.args.get("region", "")[:16]
    query = _narrowed(of_cut(cut), text, within)
    found = part(query.order_by(Branch.name, Branch.code), "office.places", show=cut, q=text, region=within)
    n = amount("open")
    return render_template(
        "office/places.html",
        headline=tongue.count("{n} branch is open.", "{n} branches are open.", n)
        if n
        else tongue.say("No branch yet."),
        views=_views(cut),
        lines=[_line(branch) for branch in found.rows],
        regions=_regions(),
        within=_name_of(within),
        part=found,
        q=text,
        cut=cut,
        region=within,
    )


def of_cut(cut: str) -> SelectOfScalar[Branch]:
    still = or_(col(Branch.closed).is_(None), col(Branch.closed) > today())
    match cut:
        case "closed":
            return access.visible_branches(gate.person()).where(~still)
        case "uninformed":
            return access.visible_branches(gate.person()).where(still, ~notices.informed(Branch.id))
        case _:
            return access.visible_branches(gate.person()).where(still)


def _narrowed(query: SelectOfScalar[Branch], text: str, within: str) -> SelectOfScalar[Branch]:
    if within:
        query = query.where(col(Branch.region_id).in_(select(Region.id).where(Region.public_id == within)))
    return query.where(holds(text, Branch.name, Branch.code, Branch.address)) if text else query


def amount(cut: str) -> int:
    return total(of_cut(cut))


def _views(current: str) -> list[tuple[str, str, bool, int | None]]:
    say = gate.tongue().say
    titles = {"open": say("Open"), "uninformed": say("Staff not informed yet"), "closed": say("Closed")}
    return [(title, url_for("office.places", show=cut), cut == current, amount(cut)) for cut, title in titles.items()]


def _line(branch: Branch) -> Line:
    say = gate.tongue().say
    about = [branch.region.name, branch.code] if branch.code != branch.name else [branch.region.name]
    href = url_for("office.branch", public_id=branch.public_id)
    note = say("closed from {day}", day=branch.closed) if branch.closed is not None else ""
    return Line(branch.name, href, " · ".join(about), note)


def _regions() -> list[Line]:
    """Every region with how many branches it has."""
    tongue = gate.tongue()
    query = select(Region, func.count(col(Branch.id))).outerjoin(Branch, col(Branch.region_id) == Region.id)
    rows = gate.session().exec(query.group_by(col(Region.id)).order_by(Region.name, Region.code))
    return [
        Line(
            region.name,
            url_for("office.region", public_id=region.public_id),
            region.timezone,
            tongue.count("{n} branch", "{n} branches", n),
        )
        for region, n in rows
    ]


def _name_of(within: str) -> str:
    found = gate.session().exec(select(Region.name).where(Region.public_id == within)).first() if within else None
    return found or ""


@blueprint.get("/places/regions/new")
@gate.needs(Right.KEEP_PLACES)
def opening_region() -> str:
    return _region_page({"timezone": gate.site().chain_zone}, Typed())


@blueprint.post("/places/regions/new")
@gate.needs(Right.KEEP_PLACES)
def open_region() -> Answer:
    typed, made = Typed(), list[Region]()
    name = typed.line("name", LONGEST, message("Write the region's name."))
    zone, code = typed.line("timezone", LONGEST_ZONE, message("Write the time zone.")), code_of(typed, name)
    zone_checked(typed, zone)
    typed.take(
        "code",
        lambda: made.append(floor.open_region(gate.session(), code, name=name, timezone=zone, by=by(), at=now())),
    )
    if typed.errors:
        return _region_page(typed.values, typed), typed.status
    return done(gate.tongue().say("Opened: {name}.", name=name), "office.region", public_id=made[0].public_id)


def code_of(typed: Typed, name: str) -> str:
    """What the exchange files call it; the name where nothing is written."""
    return typed.line("code", LONGEST) or name


def zone_checked(typed: Typed, zone: str) -> None:
    if zone and "timezone" not in typed.errors:
        with typed.beside("timezone"):
            zone_name(zone)


def _region_page(values: dict[str, str], typed: Typed) -> str:
    return render_template(
        "office/open_region.html", typed=values, errors=typed.errors, found=typed.found, longest=LONGEST
    )


@blueprint.get("/places/branches/new")
@gate.needs(Right.KEEP_PLACES)
def opening_branch() -> str:
    there = picking.regions()
    only = there[0][0] if len(there) == 1 else ""
    return _branch_page({"region": request.args.get("region", "")[:16] or only}, Typed())


@blueprint.post("/places/branches/new")
@gate.needs(Right.KEEP_PLACES)
def open_branch() -> Answer:
    typed, made = Typed(), list[Branch]()
    region = picking.chosen_region(typed)
    name = typed.line("name", LONGEST, message("Write the branch's name."))
    address, code = typed.text("address", LONGEST_ADDRESS), code_of(typed, name)
    zone, day = typed.line("timezone", LONGEST_ZONE), typed.day("opened")
    zone_checked(typed, zone)

    def verb() -> None:
        assert region is not None
        branch = floor.open_branch(
            gate.session(), region, code, name=name, timezone=zone, opened=day, by=by(), at=now()
        )
        floor.set_address(gate.session(), branch, address, by=by(), at=now())
        made.append(branch)

    typed.take("code", verb)
    if typed.errors:
        return _branch_page(typed.values, typed), typed.status
    said = gate.tongue().say("Opened: {name}. Note when its staff were informed of the audits.", name=name)
    return done(said, "office.branch", public_id=made[0].public_id)


def _branch_page(values: dict[str, str], typed: Typed) -> str:
    return render_template(
        "office/open_branch.html",
        typed=values,
        errors=typed.errors,
        found=typed.found,
        regions=picking.regions(),
        longest=LONGEST,
        longest_address=LONGEST_ADDRESS,
    )
