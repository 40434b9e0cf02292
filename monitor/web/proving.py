"""Proving: whether what was typed is a code of that person's phone, of about now, or one of their recovery codes."""

from branches import factors, knocking
from branches.people import User
from monitor import authenticator
from monitor.web import arriving, gate

LONGEST = 60


def proves(user: User, typed: str) -> bool:
    """Counts the try first, and keeps the count whatever comes of it; a code that was right is used up."""
    session, at = gate.session(), gate.site().clock()
    visitor = arriving.visitor(user.email or "")
    rarely = knocking.may_try(session, _about(user), visitor, most=factors.MOST_WRONG, at=at)
    by_phone = factors.count_try(session, user) if rarely else False
    gate.keep()
    if not rarely or not (_by_phone(user, typed, allowed=by_phone) or _by_recovery(user, typed)):
        return False
    knocking.came_in(session, _about(user), visitor)
    return True


def _by_phone(user: User, typed: str, *, allowed: bool) -> bool:
    held = factors.of(gate.session(), user) if allowed else None
    step = first_step(user, held.sealed, typed) if held is not None else None
    return step is not None and factors.use_step(gate.session(), user, step)


def _by_recovery(user: User, typed: str) -> bool:
    code = authenticator.recovery_code(typed[:LONGEST])
    return factors.use_recovery(gate.session(), user, code, at=gate.site().clock())


def first_step(user: User, sealed: bytes, typed: str) -> int | None:
    """The half minute whose code was typed, blanks or not; None where it is none of about now."""
    made_from = authenticator.unsealed(sealed, arriving.secret(), user.public_id)
    code = "".join(typed[:LONGEST].split())
    return authenticator.step_of(made_from, code, gate.site().clock()) if made_from is not None else None


def _about(user: User) -> str:
    return f"second step of {user.public_id}"
