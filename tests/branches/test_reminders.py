"""Who is reminded of a promise and when: by the branch's own day, never at night, each person once."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from branches import accounts, actions, notices, places, reminders
from branches.actions import CorrectiveAction
from branches.database import reading, transaction
from branches.flags import Flag
from branches.outbox import Mail, MailKind
from branches.people import Role, User
from branches.places import Branch
from branches.reminders import EARLIEST, LONGEST_LATE
from tests import make
from tests.together import together

DUE = date(2025, 7, 20)
ZONE = "Europe/Budapest"
"""Two hours ahead in July: its six o'clock is four in UTC."""
EVE = datetime(2025, 7, 19, 4, tzinfo=UTC)
AFTER = datetime(2025, 7, 21, 4, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass
class Scene:
    session: Session
    branch: Branch
    owner: User
    action: CorrectiveAction

    def owed(self, at: datetime) -> list[tuple[MailKind, User]]:
        return [(one.kind, one.to) for one in reminders.owed(self.session, at)]


def promised(session: Session) -> Scene:
    branch = make.branch(session)
    notices.note(session, branch, informed_on=make.NOON.date(), how="Told.", by=make.user(session), at=make.NOON)
    owner = make.user(session, Role.STAFF, branch=branch)
    flag = Flag(branch_id=branch.id, section="greeting", raised_week=DUE, last_week=DUE)
    session.add(flag)
    session.flush()
    action = actions.open_action(session, branch, plan="Smile.", due_on=DUE, flag=flag, by=owner, at=make.NOON)
    return Scene(session, branch, owner, action)


@pytest.fixture
def scene(session: Session) -> Scene:
    return promised(session)


def test_the_owner_is_reminded_the_day_before_from_six_oclock_at_the_branch(scene: Scene) -> None:
    assert scene.owed(EVE - MINUTE) == []
    assert scene.owed(EVE) == [(MailKind.DUE_TOMORROW, scene.owner)]
    assert scene.owed(EVE + timedelta(hours=18) - MINUTE) == [(MailKind.DUE_TOMORROW, scene.owner)]
    assert scene.owed(EVE + DAY) == []


def test_the_owner_is_reminded_once_when_it_is_overdue(scene: Scene) -> None:
    assert scene.owed(AFTER - MINUTE) == []
    assert scene.owed(AFTER) == [(MailKind.OVERDUE, scene.owner)]
    assert reminders.write(scene.session, at=AFTER) == 1
    assert reminders.write(scene.session, at=AFTER + DAY) == 0


def test_what_was_long_overdue_when_the_program_came_up_is_left_alone(scene: Scene) -> None:
    last = AFTER + LONGEST_LATE - DAY
    assert scene.owed(last) == [(MailKind.OVERDUE, scene.owner)]
    assert scene.owed(last + DAY) == []


def test_the_mail_names_the_promise_and_its_day(scene: Scene) -> None:
    reminders.write(scene.session, at=EVE)
    (mail,) = scene.session.exec(select(Mail)).all()
    public_id, reader = scene.action.public_id, scene.owner.public_id
    assert (mail.kind, mail.user_id, mail.about) == (
        "due_tomorrow",
        scene.owner.id,
        {"action": public_id, "due_on": "2025-07-20"},
    )
    assert mail.key == f"due_tomorrow:{public_id}:2025-07-20:{reader}"


def test_without_an_owner_who_has_an_address_the_branchs_staff_are_reminded(scene: Scene) -> None:
    session = scene.session
    second = make.user(session, Role.STAFF, branch=scene.branch)
    make.user(session, Role.STAFF, branch=scene.branch, email=None)
    make.user(session, Role.MANAGER, region=scene.branch.region)
    scene.owner.email = None
    assert scene.owed(EVE) == [(MailKind.DUE_TOMORROW, second)]


def test_an_owner_who_has_left_is_reminded_of_nothing(scene: Scene) -> None:
    accounts.deactivate(scene.session, scene.owner, by=None, at=make.NOON)
    assert scene.owed(EVE) == []


def test_a_manager_who_sees_to_it_is_reminded(scene: Scene) -> None:
    manager = make.user(scene.session, Role.MANAGER, region=scene.branch.region)
    actions.hand_over(scene.session, scene.action, manager, by=scene.owner, at=make.NOON)
    assert scene.owed(EVE) == [(MailKind.DUE_TOMORROW, manager)]


def test_whoever_takes_it_over_is_told_too(scene: Scene) -> None:
    reminders.write(scene.session, at=EVE)
    manager = make.user(scene.session, Role.MANAGER, region=scene.branch.region)
    actions.hand_over(scene.session, scene.action, manager, by=scene.owner, at=EVE)
    assert scene.owed(EVE) == [(MailKind.DUE_TOMORROW, manager)]


def test_nobody_is_reminded_of_what_is_done(scene: Scene) -> None:
    actions.complete(scene.session, scene.action, by=scene.owner, at=make.NOON)
    assert (scene.owed(EVE), scene.owed(AFTER)) == ([], [])


def test_nobody_is_reminded_where_the_branch_has_closed(scene: Scene) -> None:
    places.close_branch(scene.session, scene.branch, DUE, by=None, at=make.NOON)
    assert (len(scene.owed(EVE)), scene.owed(AFTER)) == (1, [])


def test_two_schedulers_at_once_write_one_mail(engine: sa.Engine) -> None:
    with transaction(engine) as session:
        promised(session)

    def write() -> int:
        with transaction(engine) as session:
            return reminders.write(session, at=EVE)

    together(write, write)
    with reading(engine) as session:
        assert [mail.kind for mail in session.exec(select(Mail)).all()] == ["due_tomorrow"]


ZONES = ("Europe/Budapest", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Pacific/Niue")


@given(
    st.dates(date(2025, 1, 1), date(2026, 12, 31)),
    st.sampled_from(ZONES),
    st.integers(0, 12 * 24 * 60),
)
def test_reminders_come_by_the_branchs_own_day_and_never_at_night(due_on: date, zone: str, minutes: int) -> None:
    at = datetime.combine(due_on, EARLIEST, UTC) + timedelta(minutes=minutes) - 3 * DAY
    local = at.astimezone(ZoneInfo(zone))
    kind = reminders.kind_at(due_on, at, zone)
    days = (local.date() - due_on).days
    wanted = {-1: MailKind.DUE_TOMORROW} | dict.fromkeys(range(1, LONGEST_LATE.days + 1), MailKind.OVERDUE)
    assert kind is (wanted.get(days) if local.time() >= EARLIEST else None)


def queries(session: Session, at: datetime) -> tuple[int, int]:
    """How many mails are owed, and in how many queries that is known."""
    session.flush()
    session.expire_all()
    asked: list[str] = []
    engine = session.get_bind()
    note = lambda *told: asked.append(told[2])  # noqa: E731
    sa.event.listen(engine, "before_cursor_execute", note)
    owed = len(reminders.owed(session, at))
    sa.event.remove(engine, "before_cursor_execute", note)
    return owed, len(asked)


@pytest.mark.parametrize("has_address", [True, False])
def test_many_promises_of_a_branch_take_no_more_queries_than_one(scene: Scene, has_address: bool) -> None:
    session, branch = scene.session, scene.branch
    people = [make.user(session, Role.STAFF, branch=branch) for _ in range(4)]
    if not has_address:
        people = [make.user(session, Role.STAFF, branch=branch, email=None) for _ in range(4)]
        scene.owner.email = None
    _, few = queries(session, EVE)
    flag = session.get_one(Flag, scene.action.flag_id)
    for who in people * 2:
        actions.open_action(session, branch, plan="Smile.", due_on=DUE, flag=flag, by=who, at=make.NOON)
    owed, many = queries(session, EVE)
    assert (owed, many) == (9 if has_address else 9 * 4, few)


def test_staff_are_reminded_of_nothing_that_is_about_an_audit_they_do_not_see_yet(session: Session) -> None:
    scene = promised(session)
    wednesday = EVE - timedelta(days=3)
    audit = make.audit(session, scene.branch, score=50, visited_at=wednesday)
    scene.action.audit_id, scene.action.flag_id = audit.id, None
    session.flush()
    assert scene.owed(EVE) == []  # on Monday it is there
    assert scene.owed(AFTER) == [(MailKind.OVERDUE, scene.owner)]
    manager = make.user(session, Role.MANAGER, region=scene.branch.region)
    actions.hand_over(session, scene.action, manager, by=scene.owner, at=make.NOON)
    assert scene.owed(EVE) == [(MailKind.DUE_TOMORROW, manager)]
