"""The invented chain's shared tablet: one branch has one, and those who work there have the PIN that the demo's pages tell."""

from datetime import datetime

from sqlmodel import Session, select

from branches import pins
from branches.people import Role, User, add_user
from branches.places import Branch
from monitor import passwords


def set_up(session: Session, branch: Branch, *, at: datetime) -> None:
    add_user(session, Role.TABLET, at=at, branch=branch, by=None)
    hashed = passwords.hashed_pin(passwords.DEMO_PIN)
    for person in session.exec(select(User).where(User.role == Role.STAFF.value, User.branch_id == branch.id)):
        pins.choose(session, person, hashed, by=person, at=at)
