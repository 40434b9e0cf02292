"""One person: name, address, role, access, the mailed way in, and what they did lately."""

from collections.abc import Callable
from functools import partial

from flask import abort, current_app, render_template

from branches import access, accounts, factors, subscriptions
from branches.access import Right
from branches.errors import NotAllowed
from branches.language import codes, message
from branches.people import Role, User
from branches.sessions import LINK_MINUTES
from branches.subscriptions import Wanted
from monitor.web import gate, leave, mailed, sure, way_in
from monitor.web.office import agreed, beginning, changes, picking, told
from monitor.web.office.people import LONGEST_NAME, choices, mail, place_of, role_and_place
from monitor.web.office.room import Answer, blueprint, called, done, now, the_person
from monitor.web.office.typed import Typed, by

LATELY = 12
TAKEN_AWAY_FRESH = message(
    "Sign out and in again first: a second step is taken away within a quarter of an hour of signing in."
)


@blueprint.get("/people/<public_id>")
@gate.needs(Right.KEEP_PEOPLE)
def person(public_id: str) -> str:
    user = the_person(public_id)
    return _page(user, Typed()) if user.erased_at is None else _erased(user)


@blueprint.post("/people/<public_id>/<change>")
@gate.needs(Right.KEEP_PEOPLE)
def change_person(public_id: str, change: str) -> Answer:
    user, typed = the_person(public_id), Typed()
    if change not in CHANGES or user.erased_at is not None:
        abort(404)
    said = CHANGES[change](user, typed)
    if typed.errors:
        return _page(the_person(public_id), typed), typed.status
    return done(said, "office.person", public_id=public_id)


def _call(user: User, typed: Typed) -> str:
    name = typed.line("name", LONGEST_NAME, message("Write the person's name."))
    spoken = typed.one_of("language", codes(), message("Choose a language."))
    typed.take("name", lambda: accounts.call(gate.session(), user, name, language=spoken, by=by(), at=now()))
    return gate.tongue().say("Name and language are kept.")


def _change_address(user: User, typed: Typed) -> str:
    email = mail(typed)
    if email == user.email:
        return gate.tongue().say("The address stays as it was.")
    typed.take("email", lambda: accounts.change_address(gate.session(), user, email, by=by(), at=now()))
    return gate.tongue().say("The address is changed; every device of theirs has been signed out.")


def _change_role(user: User, typed: Typed) -> str:
    role, branch, region = role_and_place(typed)
    if role is not None:
        typed.take(
            "role",
            lambda: accounts.change_role(gate.session(), user, role, branch=branch, region=region, by=by(), at=now()),
        )
    return gate.tongue().say("The role is kept; where it changed, every device of theirs has been signed out.")


def _deactivate(user: User, typed: Typed) -> str:
    typed.take("access", lambda: accounts.deactivate(gate.session(), user, by=by(), at=now()))
    return gate.tongue().say("{name} signs in no more. What they did stays.", name=called(user))


def _reactivate(user: User, typed: Typed) -> str:
    typed.take("access", lambda: accounts.reactivate(gate.session(), user, by=by(), at=now()))
    return gate.tongue().say("{name} may sign in again.", name=called(user))


def _take_second_step(user: User, typed: Typed) -> str:
    if user.id == by().id:
        raise NotAllowed("Your own second step is turned off under My sign-in, with a code.")
    sure.refuse_unless_fresh(TAKEN_AWAY_FRESH)
    typed.take("second_step", lambda: factors.take_away(gate.session(), user, by=by(), at=now()))
    return gate.tongue().say("The second step is taken away; every device of theirs has been signed out.")


def _invite(user: User, typed: Typed) -> str:
    typed.take("access", lambda: accounts.invite(gate.session(), user, by=by(), at=now()))
    if not typed.errors:
        gate.afterwards(partial(way_in.invite, gate.site(), current_app.jinja_env, user.email or ""))
    if beginning.mail_stays_here():
        return gate.tongue().say(
            "A sign-in link for {email} is kept as a file beside the data: config.toml names no mail server. It works for {minutes} minutes.",
            email=user.email or "",
            minutes=LINK_MINUTES,
        )
    return gate.tongue().say(
        "A sign-in link is on its way to {email}. It works for {minutes} minutes; later they can ask for one themselves.",
        email=user.email or "",
        minutes=LINK_MINUTES,
    )


def _choose_mails(user: User, typed: Typed) -> str:
    if not _reads_reports(user):
        abort(404)
    wanted = typed.one_of("wanted", tuple(Wanted), message("Choose when the report is mailed."))
    alerts = typed.one_of("alerts", (mailed.YES, mailed.NO), message("Choose whether alerts are mailed."))
    typed.take("wanted", lambda: subscriptions.choose(gate.session(), user, Wanted(wanted), by=by(), at=now()))
    typed.take(
        "alerts",
        lambda: subscriptions.choose_alerts(gate.session(), user, alerts == mailed.YES, by=by(), at=now()),
    )
    return gate.tongue().say("Kept.")


def _agree(user: User, typed: Typed) -> str:
    return agreed.agree(user, typed) if agreed.is_asked_of(user) else abort(404)


def _name_stand_in(user: User, typed: Typed) -> str:
    if not leave.may_be_stood_in_for(user):
        abort(404)
    for name in leave.FIELDS:
        typed.line(name, LONGEST_NAME)
    if not typed.errors:
        typed.errors |= leave.name(user, typed.values)
    return gate.tongue().say("Kept.")


def _end_stand_in(user: User, typed: Typed) -> str:
    leave.end(user, typed.line("stand_in", LONGEST_NAME))
    return gate.tongue().say("Ended.")


def _erased(user: User) -> str:
    """What they did stays to be read, under nobody's name."""
    return render_template(
        "office/erased.html",
        user=user,
        name=called(user),
        headline=changes.role_words()[user.role],
        lately=told.lately(user, LATELY),
        history=told.of(user),
    )


def _second_step(user: User) -> str:
    """Whether signing in takes two steps; empty for whom there is none."""
    if not factors.is_for(user):
        return ""
    say, held = gate.tongue().say, factors.of(gate.session(), user)
    return say("set up") if held is not None else say("not set up")


def _reads_reports(user: User) -> bool:
    return access.reach(user, Right.READ_EDITIONS) is not None


CHANGES: dict[str, Callable[[User, Typed], str]] = {
    "name": _call,
    "address": _change_address,
    "role": _change_role,
    "deactivate": _deactivate,
    "reactivate": _reactivate,
    "invite": _invite,
    "take-second-step": _take_second_step,
    "mails": _choose_mails,
    "terms": _agree,
    "stand-in": _name_stand_in,
    "end-stand-in": _end_stand_in,
}


def _page(user: User, typed: Typed) -> str:
    wanted, alerts = subscriptions.wanted(gate.session(), user), subscriptions.wants_alerts(gate.session(), user)
    now_kept = {
        "name": user.name,
        "language": user.language,
        "email": user.email or "",
        "role": user.role,
        "branch": user.branch.public_id if user.branch is not None else "",
        "region": user.region.public_id if user.region is not None else "",
        "wanted": wanted.value,
        "alerts": mailed.alerts_value(alerts),
        **agreed.kept(user),
    }
    words = changes.role_words()[user.role]
    place = place_of(user)
    return render_template(
        "office/person.html",
        user=user,
        name=called(user),
        headline=f"{words} · {place}" if place else words,
        code=user.code or "",
        typed={**now_kept, **typed.values},
        errors=typed.errors,
        found=typed.found,
        longest=LONGEST_NAME,
        mailed=mailed.words(wanted) if _reads_reports(user) else "",
        wishes=mailed.choices(),
        alerted=mailed.alerts_words(alerts),
        alerts_wishes=mailed.alerts_choices(),
        leave=leave.of(user),
        audits=agreed.is_asked_of(user),
        homes=picking.branches(),
        first_pin=user.active and user.role == Role.STAFF.value and user.email is None,
        second_step=_second_step(user),
        may_take_second_step=factors.of(gate.session(), user) is not None and user.id != by().id,
        stands_in=[(gate.tongue().say("Stands in for"), words) for words in leave.held_for(user)],
        lately=told.lately(user, LATELY),
        history=told.of(user),
        **choices(),
    )
