"""Who audits where and in which window, and what becomes of it before there are answers."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from branches import assignments, audits, history, review
from branches.assignments import Assignment, ConflictOfInterest
from branches.audits import Audit
from branches.database import transaction
from branches.errors import Conflict, NotFound, Refused
from branches.outbox import Mail
from branches.people import Role, User
from branches.places import Branch
from branches.questions import Mark
from branches.weeks import Window
from tests import make
from tests.together import together

FIRST, LAST = date(2025, 7, 3), date(2025, 7, 9)


def assign(session: Session, branch: Branch | None = None, shopper: User | None = None, **more: object) -> Assignment:
    known = {"opens_on": FIRST, "closes_on": LAST, "by": None, "at": make.NOON, **more}
    standard = make.standard(session)
    where, who = branch or make.branch(session), shopper or make.shopper(session)
    return assignments.assign(session, standard, where, who, **known)  # type: ignore[arg-type]


def told(session: Session, audit: Audit) -> list[tuple[str, str]]:
    return [(event.verb, event.details.get("why", "")) for event in history.of(session, audit)]


def mails(session: Session) -> list[tuple[str, int]]:
    return [(mail.kind, mail.user_id) for mail in session.exec(select(Mail).order_by(Mail.id))]  # type: ignore[arg-type]


def test_a_shopper_is_asked_and_told(session: Session) -> None:
    office = make.user(session)
    asked = assign(session, brief=" Ask for the price. ", fee="6 000 Ft", channel="phone", by=office)
    kept = (asked.opens_on, asked.closes_on, asked.brief, asked.fee, asked.audit.channel, asked.audit.state)
    assert kept == (FIRST, LAST, "Ask for the price.", "6 000 Ft", "phone", "assigned")
    assert told(session, asked.audit) == [("assign", "")]
    assert mails(session) == [("assigned", asked.audit.shopper_id)]


@pytest.mark.parametrize(
    ("window", "why"),
    [
        ((LAST, FIRST), "ends before it begins"),
        ((date(2025, 6, 1), date(2025, 7, 1)), "already ended"),
        ((FIRST, date(2026, 8, 1)), "longer than 366 days"),
    ],
)
def test_a_window_that_cannot_be_is_refused(session: Session, window: tuple[date, date], why: str) -> None:
    with pytest.raises(Refused, match=why):
        assign(session, opens_on=window[0], closes_on=window[1])
    assert session.exec(select(Audit)).all() == []


def test_the_window_ends_by_the_clock_at_the_branch(session: Session) -> None:
    far = make.branch(session, make.region(session, timezone="Pacific/Auckland"))
    late = datetime(2025, 7, 9, 12, 30, tzinfo=UTC)  # half past midnight there
    with pytest.raises(Refused, match="already ended"):
        assign(session, far, at=late)
    assert assign(session, far, at=late - timedelta(hours=1)).closes_on == LAST


def test_a_window_lies_within_the_branchs_life(session: Session) -> None:
    branch = make.branch(session, name="Main Street")
    branch.opened, branch.closed = FIRST, LAST
    with pytest.raises(Refused, match="Main Street opens on 2025-07-03"):
        assign(session, branch, opens_on=FIRST - timedelta(days=1), closes_on=FIRST)
    with pytest.raises(Refused, match="Main Street closes on 2025-07-09"):
        assign(session, branch)
    assert assign(session, branch, closes_on=LAST - timedelta(days=1)).opens_on == FIRST


def test_one_shopper_audits_one_branch_again_only_after_a_while(session: Session) -> None:
    branch, shopper = make.branch(session), make.shopper(session)
    assign(session, branch, shopper)
    for gap in (0, 1, 29):
        first = LAST + timedelta(days=gap)
        with pytest.raises(Refused, match="30 days should lie between"):
            assign(session, branch, shopper, opens_on=first, closes_on=first)
    later = LAST + timedelta(days=30)
    assert assign(session, branch, shopper, opens_on=later, closes_on=later).opens_on == later
    assert assign(session, branch, make.shopper(session)).opens_on == FIRST
    assert assign(session, None, shopper).opens_on == FIRST


def test_who_has_been_told_may_assign_all_the_same(session: Session) -> None:
    branch, shopper, office = make.branch(session, name="Main Street"), make.shopper(session), make.user(session)
    assign(session, branch, shopper)
    window = Window(LAST + timedelta(days=1), LAST + timedelta(days=2))
    doubts = assignments.doubts(session, shopper, branch, window)
    assert [str(one) for one in doubts] == [
        "This shopper audits Main Street around 2025-07-09 already; 30 days should lie between two audits."
    ]
    again = assign(session, branch, shopper, opens_on=window.first, closes_on=window.last, anyway=True)
    assert [event.details for event in history.of(session, again.audit)] == [{"anyway": True}]
    later = {"opens_on": window.last, "closes_on": window.last, "by": office, "at": make.NOON}
    assignments.change_window(session, again.audit, anyway=True, **later)  # type: ignore[arg-type]
    assert again.opens_on == window.last


def test_two_shoppers_in_the_same_days_are_worth_a_word(session: Session) -> None:
    branch, office = make.branch(session, name="Main Street"), make.user(session)
    known = assign(session, branch, make.user(session, Role.SHOPPER, name="Ann")).audit
    other = make.shopper(session)

    def doubts(first: date, last: date) -> list[str]:
        return [str(one) for one in assignments.doubts(session, other, branch, Window(first, last))]

    said = ["Ann is to audit Main Street as well, from 2025-07-03 to 2025-07-09."]
    assert (doubts(LAST, LAST), doubts(FIRST - timedelta(days=3), FIRST)) == (said, said)
    assert (
        doubts(LAST + timedelta(days=1), LAST + timedelta(days=9)),
        doubts(FIRST - timedelta(days=3), FIRST - timedelta(days=1)),
    ) == ([], [])
    assignments.withdraw(session, known, reason="Ill", by=office, at=make.NOON)
    assert doubts(FIRST, LAST) == []


def test_who_has_a_conflict_of_interest_is_refused_anyway(session: Session) -> None:
    branch, shopper = make.branch(session), make.shopper(session)
    assignments.declare_conflict(session, shopper, branch, reason="My cousin.", by=shopper, at=make.NOON)
    with pytest.raises(Refused, match="conflict of interest"):
        assign(session, branch, shopper, anyway=True)


def test_the_day_of_the_visit_counts_and_what_was_never_made_does_not(session: Session) -> None:
    branch, shopper = make.branch(session), make.shopper(session)
    gone = assign(session, branch, shopper).audit
    assignments.decline(session, gone, reason="ill", by=shopper, at=make.NOON)
    make.audit(session, branch, by=shopper, visited_at=make.NOON - timedelta(days=10))
    with pytest.raises(Refused, match="30 days"):
        assign(session, branch, shopper, opens_on=FIRST)
    assert assign(session, branch, shopper, lockout_days=11).opens_on == FIRST


@pytest.mark.parametrize(
    ("verb", "why", "ask"),
    [
        (assignments.decline, "cannot go", "Say why you cannot go"),
        (assignments.could_not_be_done, "could not be done", "Say what happened"),
    ],
)
def test_an_audit_that_is_not_made_says_why(session: Session, verb: Callable[..., None], why: str, ask: str) -> None:
    audit = assign(session).audit
    with pytest.raises(Refused, match=ask):
        verb(session, audit, reason=" ", by=audit.shopper, at=make.NOON)
    with pytest.raises(NotFound):
        verb(session, audit, reason="no", by=make.shopper(session), at=make.NOON)
    verb(session, audit, reason=" the shutters were down ", by=audit.shopper, at=make.NOON)
    assert (audit.state, audit.reason) == ("withdrawn", "the shutters were down")
    assert told(session, audit)[-1] == ("withdrawn", why)
    with pytest.raises(Conflict):
        verb(session, audit, reason="again", by=audit.shopper, at=make.NOON)


def test_a_conflict_of_interest_bars_the_branch_and_withdraws_what_waits_there(session: Session) -> None:
    branch, shopper = make.branch(session, name="Main Street"), make.shopper(session)
    near = assign(session, branch, shopper).audit
    later = assign(session, branch, shopper, opens_on=date(2025, 9, 1), closes_on=date(2025, 9, 2)).audit
    elsewhere = assign(session, None, shopper).audit
    with pytest.raises(Refused, match="what connects you"):
        assignments.declare_conflict(session, shopper, branch, reason="", by=shopper, at=make.NOON)
    with pytest.raises(NotFound):
        assignments.declare_conflict(session, shopper, branch, reason="x", by=make.shopper(session), at=make.NOON)
    for _ in range(2):
        assignments.declare_conflict(session, shopper, branch, reason="my sister", by=shopper, at=make.NOON)
    assert [audit.state for audit in (near, later, elsewhere)] == ["withdrawn", "withdrawn", "assigned"]
    assert told(session, near)[-1] == ("withdrawn", "conflict of interest")
    assert len(session.exec(select(ConflictOfInterest)).all()) == 1
    with pytest.raises(Refused, match="conflict of interest with Main Street"):
        assign(session, branch, shopper, opens_on=date(2026, 1, 1), closes_on=date(2026, 1, 2))
    assert [e.verb for e in history.of(session, shopper)].count("declare_conflict") == 1


def test_what_was_not_sent_in_time_expires_once(session: Session) -> None:
    new_york = make.branch(session, make.region(session, timezone="America/New_York"))
    fresh, begun = assign(session, new_york).audit, assign(session, new_york).audit
    audits.start(session, begun, by=begun.shopper, at=make.NOON)
    sent = assign(session, new_york).audit
    audits.start(session, sent, by=sent.shopper, at=make.NOON)
    audits.submit(session, sent, {"greeting1": Mark("yes")}, visited_at=make.NOON, by=sent.shopper, at=make.NOON)
    end = datetime(2025, 7, 12, 4, tzinfo=UTC)  # midnight after the 9th in New York, and 48 hours
    assert assignments.expire_overdue(session, end - timedelta(seconds=1)) == []
    assert assignments.expire_overdue(session, end) == [fresh, begun]
    assert assignments.expire_overdue(session, end + timedelta(days=1)) == []
    assert [audit.state for audit in (fresh, begun, sent)] == ["expired", "expired", "submitted"]
    assert [e.by_id for e in history.of(session, fresh)][-1] is None


def test_a_returned_audit_has_a_deadline_and_its_shopper_is_told_each_time(session: Session) -> None:
    asked = assign(session)
    audit, office = asked.audit, make.user(session)
    audits.start(session, audit, by=audit.shopper, at=make.NOON)
    for hour in (1, 2):
        audits.submit(session, audit, {"greeting1": Mark("yes")}, visited_at=make.NOON, by=audit.shopper, at=make.NOON)
        review.send_back(session, audit, reason="Which drink?", by=office, at=make.NOON + timedelta(hours=hour))
    assert asked.correct_until == make.NOON + timedelta(hours=26)
    assert [kind for kind, _ in mails(session)] == ["assigned", "returned", "returned"]
    with pytest.raises(Conflict, match="has been made"):
        assignments.decline(session, audit, reason="no", by=audit.shopper, at=make.NOON)  # type: ignore[arg-type]


def test_the_days_of_an_open_audit_change_once_the_shopper_is_free_then(session: Session) -> None:
    office, asked = make.user(session), assign(session)
    later = {"opens_on": date(2025, 7, 5), "closes_on": date(2025, 7, 20), "by": office, "at": make.NOON}
    for _ in range(2):
        assignments.change_window(session, asked.audit, **later)  # type: ignore[arg-type]
    assert (asked.opens_on, asked.closes_on) == (date(2025, 7, 5), date(2025, 7, 20))
    changes = [one.details for one in history.of(session, asked.audit) if one.verb == "change_window"]
    assert changes == [{"before": ["2025-07-03", "2025-07-09"], "after": ["2025-07-05", "2025-07-20"]}]
    shopper = session.get_one(User, asked.audit.shopper_id)
    other = assign(session, asked.audit.branch, shopper, opens_on=date(2025, 9, 1), closes_on=date(2025, 9, 5))
    with pytest.raises(Refused, match="30 days should lie between"):
        assignments.change_window(session, other.audit, **later)  # type: ignore[arg-type]


def test_what_was_sent_keeps_its_days_and_is_not_withdrawn(session: Session) -> None:
    office, asked = make.user(session), assign(session)
    audits.start(session, asked.audit, by=None, at=make.NOON)
    marks = {item.code: Mark("yes") for part in asked.audit.standard.sections for item in part.items}
    audits.submit(session, asked.audit, marks, visited_at=make.NOON, by=None, at=make.NOON)
    with pytest.raises(Conflict, match="This audit is submitted; its days cannot be changed any more"):
        assignments.change_window(session, asked.audit, opens_on=FIRST, closes_on=LAST, by=office, at=make.NOON)
    with pytest.raises(Conflict, match="submitted"):
        assignments.withdraw(session, asked.audit, reason="Not needed", by=office, at=make.NOON)


def test_head_office_withdraws_with_a_reason(session: Session) -> None:
    office, asked = make.user(session), assign(session)
    with pytest.raises(Refused, match="Say why"):
        assignments.withdraw(session, asked.audit, reason=" ", by=office, at=make.NOON)
    assignments.withdraw(session, asked.audit, reason=" The branch is being painted. ", by=office, at=make.NOON)
    assert (asked.audit.state, asked.audit.reason) == ("withdrawn", "The branch is being painted.")
    assert told(session, asked.audit) == [("assign", ""), ("withdrawn", "by head office")]


def test_a_shopper_is_told_of_new_days_and_of_a_withdrawal_once_each(session: Session) -> None:
    office, audit = make.user(session), assign(session).audit
    later = {"opens_on": FIRST, "closes_on": date(2025, 7, 20), "by": office, "at": make.NOON}
    for _ in range(2):
        assignments.change_window(session, audit, **later)  # type: ignore[arg-type]
    assignments.withdraw(session, audit, reason="Painted", by=office, at=make.NOON)
    with pytest.raises(Conflict):
        assignments.withdraw(session, audit, reason="Painted", by=office, at=make.NOON)
    mails = session.exec(select(Mail).order_by(col(Mail.id))).all()
    assert [(mail.kind, mail.user_id) for mail in mails] == [
        (kind, audit.shopper_id) for kind in ("assigned", "moved", "withdrawn")
    ]
    assert mails[1].about == {"audit": audit.public_id, "days": ["2025-07-03", "2025-07-20"]}


def test_a_conflict_that_head_office_notes_is_told_but_not_ones_own(session: Session) -> None:
    office = make.user(session)
    for by in (office, None):
        audit = assign(session).audit
        who = session.get_one(User, audit.shopper_id)
        assignments.declare_conflict(session, who, audit.branch, reason="A cousin.", by=by or who, at=make.NOON)
    kinds = [mail.kind for mail in session.exec(select(Mail).order_by(col(Mail.id)))]
    assert kinds == ["assigned", "withdrawn", "assigned"]


def test_days_and_a_conflict_of_interest_changed_at_once_wait_for_each_other(engine: sa.Engine) -> None:
    with transaction(engine) as session:
        office, asked = make.user(session), assign(session)
        audit, shopper = asked.audit_id, asked.audit.shopper_id

    def move() -> None:
        with transaction(engine) as session:
            found, by = session.get_one(Audit, audit), session.get_one(User, office.id)
            assignments.change_window(
                session, found, opens_on=FIRST, closes_on=LAST + timedelta(days=1), by=by, at=make.NOON
            )
            time.sleep(0.1)  # the row it holds is held until the other has asked for it

    def declare() -> None:
        with transaction(engine) as session:
            found, who = session.get_one(Audit, audit), session.get_one(User, shopper)
            assignments.declare_conflict(session, who, found.branch, reason="My cousin.", by=who, at=make.NOON)
            time.sleep(0.1)  # the row it holds is held until the other has asked for it

    def leave() -> None:
        with transaction(engine) as session:
            found, who = session.get_one(Audit, audit), session.get_one(User, shopper)
            assignments.decline(session, found, reason="Ill.", by=who, at=make.NOON)

    given = together(move, declare, leave)
    assert {type(one).__name__ for one in given} <= {"NoneType", "Conflict", "Refused"}
    with transaction(engine) as session:
        assert session.get_one(Audit, audit).state == "withdrawn"
