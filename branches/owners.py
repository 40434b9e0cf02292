"""Owners: who sees to a corrective action. Somebody of the branch's staff, or the manager of its region."""

import sqlalchemy as sa
from sqlmodel import Session, col, select

from branches import notices
from branches.people import Role, User
from branches.places import Branch


def candidates(session: Session, branch: Branch) -> list[User]:
    """Those who can see to what that branch has promised: its staff by name, then its region's managers.

    Staff who were not told of the audits know of no promise either.
    """
    staff = (col(User.role) == Role.STAFF.value) & (col(User.branch_id) == branch.id)
    managers = (col(User.role) == Role.MANAGER.value) & (col(User.region_id) == branch.region_id)
    told = staff if notices.is_informed(session, branch) else sa.false()
    query = select(User).where(col(User.active), told | managers)
    return list(session.exec(query.order_by(col(User.role).desc(), col(User.name), col(User.id))))


def can_see_to(session: Session, person: User, branch: Branch) -> bool:
    """Whether that person is one of them."""
    return belongs(person, branch) and (person.role != Role.STAFF.value or notices.is_informed(session, branch))


def belongs(person: User, branch: Branch) -> bool:
    """Whether that person is one of them, if the staff there were told of the audits."""
    if person.role == Role.MANAGER.value:
        return person.active and person.region_id == branch.region_id
    return person.active and person.role == Role.STAFF.value and person.branch_id == branch.id
