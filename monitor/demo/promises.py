"""What branches promise after the first report, so that later ones show what is being done and what came of it."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from branches import actions, standards
from branches.flags import Flag
from branches.people import Role, User
from branches.standards import Standard
from branches.weeks import local_date

DUE = tuple(timedelta(days=days) for days in (14, 14, 14, 70))
"""Of so many regions one flag is answered: one action is verified, one completed, one overdue, one to come."""
COMPLETED_AFTER, VERIFIED_AFTER = timedelta(days=5), timedelta(days=8)


def promise(session: Session, *, at: datetime) -> None:
    """Managers answer the first flags the day after; of the first two somebody says later that it is done."""
    office = session.exec(select(User).where(User.role == Role.OFFICE.value)).first()
    standard = standards.current(session, at)
    if office is None or standard is None:
        return
    standing = session.exec(select(Flag).where(col(Flag.cleared_week).is_(None)).order_by(col(Flag.id).desc()))
    first = {flag.branch.region_id: flag for flag in standing}  # of each region the first one raised
    for number, (_, flag) in enumerate(sorted(first.items())[: len(DUE)]):
        region = User.region_id == flag.branch.region_id
        manager = session.exec(select(User).where(User.role == Role.MANAGER.value, region)).first() or office
        action = actions.open_action(
            session,
            flag.branch,
            plan=_tip(standard, flag.section, manager.language),
            due_on=local_date(at, flag.branch.timezone) + DUE[number],
            flag=flag,
            by=manager,
            at=at,
        )
        if number < 2:  # noqa: PLR2004 - the first two, as DUE has it
            actions.complete(session, action, by=manager, at=at + COMPLETED_AFTER)
        if number == 0:
            actions.verify(session, action, by=office, at=at + VERIFIED_AFTER)


def _tip(standard: Standard, section: str, language: str) -> str:
    """The standard's own advice on the section's first item that has some."""
    advice = standards.playbooks(standard, language)
    items = next((one.items for one in standard.sections if one.code == section), [])
    return next((advice[item.code] for item in items if advice.get(item.code)), section)
