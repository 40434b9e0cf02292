"""What was agreed with a shopper: near which branch they live, how far they go, how many audits, since when they are certified."""

import re

from branches import terms
from branches.errors import Refused
from branches.people import Role, User
from branches.terms import FARTHEST_KM, MOST_AUDITS
from monitor.web import gate
from monitor.web.office import picking
from monitor.web.office.room import now
from monitor.web.office.typed import Typed, by

_WHOLE = re.compile(r"[0-9]{1,6}", re.ASCII)


def is_asked_of(user: User) -> bool:
    """Nothing is agreed with people who do not audit."""
    return user.role == Role.SHOPPER.value and user.active


def agree(user: User, typed: Typed) -> str:
    """Keeps the form; what is left empty is as a rota says."""
    home = picking.chosen_branch(typed, "home") if typed.line("home", picking.LONGEST) else None
    most_audits, most_km = whole(typed, "most_audits", 0, MOST_AUDITS), whole(typed, "most_km", 1, FARTHEST_KM)
    certified_on = typed.day("certified_on")
    typed.take(
        "home",
        lambda: terms.agree(
            gate.session(),
            user,
            home=home,
            most_audits=most_audits,
            most_km=most_km,
            certified_on=certified_on,
            by=by(),
            at=now(),
        ),
    )
    return gate.tongue().say("Kept.")


def whole(typed: Typed, name: str, least: int, most: int) -> int | None:
    """A whole number within bounds; None where nothing, or nothing of that kind, is written: the second is said."""
    found = typed.line(name, 20)
    number = int(found) if _WHOLE.fullmatch(found) else -1
    if found and not least <= number <= most:
        typed.wrong(name, Refused("Write a whole number from {least} to {most}.", least=least, most=most))
    return number if least <= number <= most else None


def kept(user: User) -> dict[str, str]:
    """What the form shows."""
    agreed = terms.of(gate.session(), user)
    values = {"most_audits": agreed.most_audits, "most_km": agreed.most_km, "certified_on": agreed.certified_on}
    home = agreed.home.public_id if agreed.home is not None else ""
    return {"home": home, **{name: "" if value is None else str(value) for name, value in values.items()}}
