"""Work for those who look, at head office and as a shopper: audits at each state, an appeal; no figure is changed by them."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from random import Random

from sqlmodel import Session, col, func, select

from branches import appeals, assignments, audits, checked, drafts, held, review, standards
from branches.assignments import Assignment
from branches.audits import Answer, Audit
from branches.drafts import Typed
from branches.held import USUAL, Look
from branches.people import Role, User
from branches.places import Branch, open_branches
from branches.questions import Mark
from branches.standards import Standard
from branches.states import AuditState
from branches.weeks import local_date, moment

ASSIGNED, WAITING, APPROVED = 6, 4, 2
OWN = 3
"""Audits of the first shopper: whoever looks as a shopper is that one."""
ASKED_AGAIN = (
    ("drink", "Did they offer you something to drink? · Which drink was it?"),
    ("result_checked", "Did they show you the result and ask if you liked it? · How did they show it?"),
)
"""Items that are returned to them, and why."""
BRIEF = "Ask for a cut and a wash without an appointment. Invented for the demo."
LATEST_APPEAL = timedelta(days=14)


def lay_out(session: Session, *, seed: int, now: datetime) -> None:
    """Puts work on head office's desk, in a chain that has just been invented."""
    chance = Random(seed)  # noqa: S311 - draws to be repeated, no secrets
    office = session.exec(select(User).where(User.role == Role.OFFICE.value)).first()
    standard = standards.current(session, now)
    if office is None or standard is None:
        return
    there = open_branches(session, now.date(), now.date())
    shoppers = list(session.exec(select(User).where(User.role == Role.SHOPPER.value).order_by(col(User.id))))
    lately, settled = _lately(session, now), _settled(chance.sample(there, len(there)), now)
    own = [branch for branch in settled if (branch.id, shoppers[0].id) not in lately][:OWN]
    _wait_for(session, standard, shoppers[0], own, office=office, now=now)
    pairs = _pairs([branch for branch in settled if branch not in own], shoppers[1:], lately, chance)
    for number, pair in zip(range(ASSIGNED), pairs, strict=False):  # a small chain has fewer
        _assign(session, standard, pair, (number % 3 - 1, number % 3 + 2 * number), office=office, at=now)
    for number, pair in zip(range(WAITING + APPROVED + 1), pairs, strict=False):
        audit = _sent(session, standard, pair, office, now - timedelta(hours=7 + 9 * number))
        if number < APPROVED:
            review.approve(session, audit, by=office, at=now - timedelta(hours=2))
        elif number == APPROVED:
            review.send_back(
                session,
                audit,
                reason="Which drink was offered?",
                items=["drink"],
                by=office,
                at=now - timedelta(hours=3),
            )
    _appeal(session, now)


Pair = tuple[Branch, User]


Visited = set[tuple[int, int | None]]


def _lately(session: Session, now: datetime) -> Visited:
    """Which branches were visited by whom of late."""
    since = now.date() - timedelta(days=assignments.LOCKOUT_DAYS + 14)
    return set(session.exec(select(Audit.branch_id, Audit.shopper_id).where(col(Audit.visited_on) >= since)).all())


def _settled(branches: list[Branch], now: datetime) -> list[Branch]:
    since = now.date() - timedelta(days=60)
    return [branch for branch in branches if branch.opened is None or branch.opened < since]


def _pairs(branches: list[Branch], shoppers: list[User], lately: Visited, chance: Random) -> Iterator[Pair]:
    """A branch and a shopper who has not been there of late, each branch once."""
    for branch in branches:
        free = [one for one in shoppers if (branch.id, one.id) not in lately]
        if free:
            yield branch, chance.choice(free)


def _wait_for(
    session: Session, standard: Standard, shopper: User, branches: list[Branch], *, office: User, now: datetime
) -> None:
    """What the first shopper finds: an audit to begin, one begun and one returned, as far as there are branches."""
    for number, branch in enumerate(branches):
        if number == 0:
            _assign(session, standard, (branch, shopper), (0, 6), office=office, at=now)
        elif number == 1:
            _begin(session, standard, (branch, shopper), office, now)
        else:
            audit = _sent(session, standard, (branch, shopper), office, now - timedelta(hours=20))
            back, items = now - timedelta(hours=3), [code for code, _ in ASKED_AGAIN]
            reason = "\n".join(why for _, why in ASKED_AGAIN)
            review.send_back(session, audit, reason=reason, items=items, by=office, at=back)


def _begin(session: Session, standard: Standard, pair: Pair, office: User, now: datetime) -> None:
    """Begun an hour ago, of a visit the day before, with the first section filled in."""
    branch, shopper = pair
    audit = _assign(session, standard, pair, (0, 6), office=office, at=now - timedelta(days=3)).audit
    begun = now - timedelta(hours=1)
    audits.start(session, audit, by=shopper, at=begun)
    first = {item.code for item in standard.sections[0].items}
    typed = {
        code: Typed(mark.mark, mark.comment)
        for code, mark in _marks(session, standard, branch).items()
        if code in first
    }
    visited = f"{(now - timedelta(days=1)).date()}T14:20"
    drafts.save(session, audit, typed, visited, seen=0, by=shopper, at=begun)


def _assign(
    session: Session, standard: Standard, pair: Pair, days: tuple[int, int], *, office: User, at: datetime
) -> Assignment:
    """In a window from so many to so many days after, by the calendar at the branch."""
    branch, shopper = pair
    first, last = (local_date(at, branch.timezone) + timedelta(days=n) for n in days)
    return assignments.assign(
        session,
        standard,
        branch,
        shopper,
        opens_on=first,
        closes_on=max(first, last),
        brief=BRIEF,
        fee="25 EUR",
        by=office,
        at=at,
    )


def _sent(session: Session, standard: Standard, pair: Pair, office: User, at: datetime) -> Audit:
    """Sent then, of a visit the day before; marked like an audit that was released."""
    branch, shopper = pair
    audit = _assign(session, standard, pair, (3, 9), office=office, at=at - timedelta(days=7)).audit
    audits.start(session, audit, by=shopper, at=at)
    marks = _marks(session, standard, branch)
    visited = moment(at.date() - timedelta(days=1), time(14, 20), branch.timezone)
    audits.submit(session, audit, marks, visited_at=visited, by=shopper, at=at)
    checked.note(session, audit, "", at=at)
    return audit


def _marks(session: Session, standard: Standard, branch: Branch) -> dict[str, Mark]:
    """Those of an audit of the branch that was released."""
    like = select(Audit).where(Audit.standard_id == standard.id, Audit.state == AuditState.RELEASED.value)
    model = session.exec(like.where(Audit.branch_id == branch.id).order_by(col(Audit.id).desc())).first()
    found = session.exec(select(Answer).where(Answer.audit_id == model.id)) if model is not None else ()
    return {answer.item.code: Mark(answer.mark, answer.comment) for answer in found}


def _appeal(session: Session, now: datetime) -> None:
    """The staff of a branch dispute a failed answer of a late audit; it still counts, and counts the same."""
    query = select(User, Audit).join(Audit, col(Audit.branch_id) == User.branch_id)
    query = query.where(User.role == Role.STAFF.value, Audit.state == AuditState.RELEASED.value)
    look = Look(USUAL, now)
    query = query.where(held.seen(held.EVERYWHERE, look)).order_by(col(Audit.visited_on).desc(), col(Audit.id))
    for staff, audit in session.exec(query.limit(20)):
        if not held.is_seen(session, audit, look):  # by the clock at the branch
            continue
        failed = select(Answer).where(Answer.audit_id == audit.id, Answer.points == 0)
        answer = session.exec(failed.order_by(func.length(Answer.comment).desc(), col(Answer.item_id))).first()
        if answer is not None:
            reason = "We did, as the till receipt of that hour shows. Invented for the demo."
            until = now + LATEST_APPEAL
            appeals.open_appeal(session, audit, answer.item.code, reason=reason, until=until, by=staff, at=now)
            return
