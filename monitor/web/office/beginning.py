"""Beginning: what a new chain does before its first report, in order, each step with the way there and how far it is."""

from dataclasses import dataclass

from flask import url_for
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from branches import access, editions, standards
from branches.audits import Audit
from branches.editions import CHAIN
from branches.people import Role, User
from branches.states import COUNTED
from monitor.mailer import Folder
from monitor.web import coming, gate
from monitor.web.office import places
from monitor.web.office.room import total
from reports.figures import LEAST_MEDIAN, LEAST_REPEATS


@dataclass(frozen=True)
class Step:
    """One thing to do."""

    title: str
    href: str
    about: str
    is_done: bool


def steps() -> list[Step]:
    """In the order in which they can be done; none once there is a report."""
    session = gate.session()
    if editions.latest(session, CHAIN) is not None:
        return []
    return [*_places_and_people(), *_standard(), *_audits(), _report()]


def _places_and_people() -> list[Step]:
    say = gate.tongue().say
    return [
        Step(
            say("Open your regions and branches"),
            url_for("office.places"),
            say("First a region, then its branches; their clocks say when a week ends."),
            bool(places.amount("open")),
        ),
        Step(
            say("Add shoppers, managers and staff"),
            url_for("office.people"),
            say("Have each mailed a link to sign in."),
            bool(total(_people(Role.SHOPPER))),
        ),
    ]


def _people(role: Role) -> SelectOfScalar[User]:
    return select(User).where(User.role == role.value, col(User.active))


def _standard() -> list[Step]:
    say, there = gate.tongue().say, standards.current(gate.session(), gate.site().clock()) is not None
    return [
        Step(
            say("Publish the standard"),
            url_for("office.standard"),
            say("What every audit asks; you can begin from the standard for salons."),
            there,
        ),
    ]


def _audits() -> list[Step]:
    say, made = gate.tongue().say, access.visible_audits(gate.person())
    open_, uninformed = places.amount("open"), places.amount("uninformed")
    return [
        Step(
            say("Note that staff were told"),
            url_for("office.informing"),
            say("Nothing of a branch is shown to its staff before."),
            bool(open_) and not uninformed,
        ),
        Step(
            say("Assign the first audits"),
            url_for("office.rotas"),
            say("All branches at once as a rota, or one by one."),
            bool(total(made)),
        ),
        Step(
            say("Review what shoppers send, and release it"),
            url_for("office.review"),
            say("An audit counts from its release on."),
            bool(total(made.where(col(Audit.state).in_([state.value for state in COUNTED])))),
        ),
    ]


def _report() -> Step:
    say = gate.tongue().say
    when = coming.first_report(CHAIN) or say("It comes by itself once there is a branch.")
    about = " ".join(filter(None, (when, _until_judged())))
    return Step(
        say("Read the first report, as it would be now"), url_for("editions.so_far", scope=CHAIN), about, is_done=False
    )


def _until_judged() -> str:
    """How many audits it takes until branches can be told from single visits, where each is audited about as often."""
    branches = places.amount("open")
    if not branches:
        return ""
    needed = max(branches + LEAST_REPEATS, branches * LEAST_MEDIAN)
    return gate.tongue().say(
        "Until about {n} audits have been made in all, {repeats} of them at branches audited before, it judges no branch.",
        n=needed,
        repeats=LEAST_REPEATS,
    )


def mail_stays_here() -> bool:
    """Whether mail is only kept as files, so that nobody gets any."""
    return not gate.site().demo and isinstance(gate.site().mail, Folder)
