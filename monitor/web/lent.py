"""What a signed-in device opens. A shared tablet opens what it reads, and to whoever gave their PIN there what that lends them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import request

from branches import access, lending
from branches.people import Role, User
from branches.sessions import DeviceSession

LOST = "photos_were_lost"
"""A field that is carried on in the place of photos, which a page cannot keep."""


class Locked(Exception):  # noqa: N818 - an answer, not a fault
    """Something was sent from a shared tablet that needs somebody's PIN: it is asked for, and then carried on."""


def acting(device: DeviceSession, at: datetime) -> User:
    """Who acts on that device: its own person, or on a shared tablet whoever it is lent to."""
    return lending.borrower(device, at=at) or device.user


def opens(view: Callable[..., Any], own: User, person: User) -> bool:
    """Whether the route is open to that person on a device of that sign-in; whatever is not said here stays closed."""
    audience: frozenset[Role] = getattr(view, "audience", frozenset())
    if own.role != Role.TABLET.value:
        return Role(person.role) in audience
    if Role.TABLET in audience:
        return True
    if not lends(view):
        return False
    if person is own and request.method == "POST":
        raise Locked
    return person is not own and Role(person.role) in audience


def lends(view: Callable[..., Any] | None) -> bool:
    """Whether the route is one of those that a PIN opens."""
    return getattr(view, "right", None) in access.LENT
