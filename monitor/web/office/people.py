"""People: everybody who may sign in or audits, by role; and adding somebody."""

from flask import render_template, url_for
from sqlmodel import col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from branches import people as floor
from branches.access import Right
from branches.language import codes, language, message
from branches.people import PERSONS, Role, User
from branches.places import Branch, Region
from monitor.web import gate
from monitor.web.office import picking
from monitor.web.office.changes import role_words
from monitor.web.office.review import Line
from monitor.web.office.room import Answer, blueprint, called, done, holds, now, part, shown, total
from monitor.web.office.typed import Typed, by
from monitor.web.parts import searched

LONGEST_NAME, LONGEST_ADDRESS = 200, 254
CUTS = (*(role.value for role in (Role.SHOPPER, Role.STAFF, Role.MANAGER, Role.OFFICE)), "inactive")


@blueprint.get("/people")
@gate.needs(Right.KEEP_PEOPLE)
def people() -> str:
    cut, text, tongue = shown(CUTS), searched(), gate.tongue()
    query = of_cut(cut)
    if text:
        places = select(Branch.id).where(holds(text, Branch.name, Branch.code))
        query = query.where(holds(text, User.name, User.email, User.code) | col(User.branch_id).in_(places))
    found = part(query.order_by(User.name, col(User.id)), "office.people", show=cut, q=text)
    known = select(func.count()).select_from(User).where(User.active, col(User.role).in_(PERSONS))
    n = gate.session().exec(known).one()
    return render_template(
        "office/people.html",
        headline=tongue.count("{n} person is known here.", "{n} people are known here.", n),
        views=_views(cut),
        lines=[_line(user) for user in found.rows],
        part=found,
        q=text,
        cut=cut,
    )


def of_cut(cut: str) -> SelectOfScalar[User]:
    if cut == "inactive":
        left = select(User).where(~col(User.active), col(User.erased_at).is_(None))
        return left.where(col(User.role).in_(PERSONS))
    return select(User).where(User.role == cut, User.active)


def _views(current: str) -> list[tuple[str, str, bool, int | None]]:
    say = gate.tongue().say
    titles = dict(zip(CUTS, (say("Shoppers"), say("Staff"), say("Managers"), say("Head office")), strict=False))
    titles["inactive"] = say("No longer active")
    return [
        (title, url_for("office.people", show=cut), cut == current, total(of_cut(cut))) for cut, title in titles.items()
    ]


def _line(user: User) -> Line:
    """Who it is, where they belong, and how to reach them."""
    about = user.email or gate.tongue().say("no mail address")
    return Line(called(user), url_for("office.person", public_id=user.public_id), about, place_of(user))


def place_of(user: User) -> str:
    if user.role == Role.STAFF.value and user.branch is not None:
        return user.branch.name
    return user.region.name if user.role == Role.MANAGER.value and user.region is not None else ""


@blueprint.get("/people/new")
@gate.needs(Right.KEEP_PEOPLE)
def adding() -> str:
    return _page({"role": Role.SHOPPER.value, "language": gate.site().language}, Typed())


@blueprint.post("/people/new")
@gate.needs(Right.KEEP_PEOPLE)
def add() -> Answer:
    typed = Typed()
    role, branch, region = role_and_place(typed)
    name = typed.line("name", LONGEST_NAME, message("Write the person's name."))
    spoken = typed.one_of("language", codes(), message("Choose a language."))
    email = mail(typed, needed=role is not Role.STAFF)
    made: list[User] = []
    if role is not None:
        typed.take(
            "email",
            lambda: made.append(
                floor.add_user(
                    gate.session(),
                    role,
                    at=now(),
                    email=email or None,
                    name=name,
                    language=spoken,
                    branch=branch,
                    region=region,
                    by=by(),
                )
            ),
        )
    if typed.errors:
        return _page(typed.values, typed), typed.status
    say = gate.tongue().say
    said = (
        say("Added: {name}. They may sign in; have them mailed a link.", name=name)
        if email
        else say("Added: {name}. A first PIN lets them act on their branch's shared tablet.", name=name)
    )
    return done(said, "office.person", public_id=made[0].public_id)


def mail(typed: Typed, *, needed: bool = True) -> str:
    """An address as it is kept, or what is wrong with it; empty where it may be and is left out."""
    email = typed.line("email", LONGEST_ADDRESS, message("Write the mail address.") if needed else "")
    if email and "email" not in typed.errors:
        with typed.beside("email"):
            return floor.mail_address(email)
    return email


def role_and_place(typed: Typed) -> tuple[Role | None, Branch | None, Region | None]:
    """A role with the place it needs; a place that the role has no use for is not looked at."""
    text = typed.one_of("role", PERSONS, message("Choose a role."))
    role = Role(text) if text else None
    branch = picking.chosen_branch(typed) if role is Role.STAFF else None
    region = picking.chosen_region(typed) if role is Role.MANAGER else None
    for name in ("branch", "region"):
        typed.text(name, LONGEST_ADDRESS) if name not in typed.values else None
    return role, branch, region


def choices() -> dict[str, list[tuple[str, str]]]:
    """What the forms about people choose from."""
    say = gate.tongue().say
    return {
        "roles": list(role_words().items()),
        "spoken": [(code, language(code).name) for code in codes()],
        "branches": [("", say("Choose one")), *found] if (found := picking.branches()) else [],
        "regions": [("", say("Choose one")), *picking.regions()],
    }


def _page(values: dict[str, str], typed: Typed) -> str:
    return render_template(
        "office/add_person.html",
        typed=values,
        errors=typed.errors,
        found=typed.found,
        longest=LONGEST_NAME,
        **choices(),
    )
