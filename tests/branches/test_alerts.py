"""What is told between reports, and to whom: each thing once, none lost, nothing that holds no longer."""

from collections.abc import Collection
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from branches import (
    accounts,
    alerts,
    audits,
    editions,
    flags,
    history,
    outbox,
    places,
    stand_ins,
    subscriptions,
    telling,
)
from branches.alerts import Fact
from branches.audits import Audit
from branches.database import reading, transaction
from branches.editions import CHAIN, Edition, Scope
from branches.flags import Flag, Shortfall
from branches.history import Event
from branches.outbox import Mail
from branches.people import Role, User
from branches.places import Branch, Region
from branches.subscriptions import Wanted
from branches.telling import Due
from branches.weeks import Week
from tests import make

NOW = make.NOON
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEK = Week.of(NOW.date()).plus(-1)


def failed_audit(session: Session, at: Branch, *, released_at: datetime = NOW) -> Audit:
    """A released audit of the first critical item, which failed, and of all others, which did not."""
    standard = make.standard(session)
    standard.sections[0].items[0].critical = True
    marks = {item.code: "yes" for section in standard.sections for item in section.items}
    return make.audit(session, at, under=standard, given={**marks, "greeting1": "no"}, released_at=released_at)


def asking(session: Session, role: Role = Role.OFFICE, *, at: datetime = NOW - DAY, **more: object) -> User:
    """Somebody who asked a day ago to be told."""
    reader = make.user(session, role, **more)
    subscriptions.choose_alerts(session, reader, True, by=reader, at=at)
    return reader


def look(session: Session, reader: User, at: datetime) -> list[tuple[str, str]]:
    """What that reader is told at that look: what happened, and where."""
    mail = telling.tell(session, reader, Due(reader.id, at.date(), at), at=at)
    found = told(session, mail.about["events"], None) if mail is not None else []
    return [(fact.what.value, fact.branch.name) for fact in found]


def told(session: Session, numbers: Collection[int], regions: Collection[int] | None) -> list[Fact]:
    events = [session.get_one(Event, number) for number in numbers]
    return alerts.facts(session, events, regions)


def edition(
    session: Session, region: Region | None, *, due: datetime = NOW, week: Week = WEEK, short: int = 1
) -> Edition:
    """That week's report with so many flags, mailed to whoever wants it."""
    key = CHAIN if region is None else editions.region_key(region)
    scope = Scope(key, "UTC", region.id if region else None, region.code if region else None)
    states = {subscriptions.FALLS_SHORT: short}
    made = editions.issue(session, scope, week, {}, due_at=due, at=due, standard_id=None, states=states)
    outbox.for_edition(session, made, at=due)
    return made


def all_go_out(session: Session) -> None:
    for mail in session.exec(select(Mail).where(outbox.waiting())).all():
        outbox.mark_sent(session, mail, at=NOW)


def raise_flag(session: Session, branch: Branch, *, at: datetime = NOW, revised: bool = False) -> Flag:
    correct = flags.correct_flags if revised else flags.raise_flags
    correct(session, WEEK.monday, [branch.id], [Shortfall(branch.id, "greeting")], at=at)
    return session.exec(select(Flag).where(Flag.branch_id == branch.id)).one()


def test_a_critical_fail_is_told_to_head_office_and_the_regions_manager_once(session: Session) -> None:
    north, south = make.branch(session, name="Kossuth tér"), make.branch(session, make.region(session, "South"))
    office = asking(session)
    manager = asking(session, Role.MANAGER, region=north.region)
    other = asking(session, Role.MANAGER, region=south.region)
    failed_audit(session, north)
    make.audit(session, south)
    heard = [look(session, reader, NOW + HOUR) for reader in (office, manager, other)]
    assert heard == [[("critical", "Kossuth tér")]] * 2 + [[]]
    assert [look(session, reader, NOW + HOUR + DAY) for reader in (office, manager, other)] == [[], [], []]


def test_a_fact_names_branch_week_and_item_and_nothing_of_the_shopper(session: Session) -> None:
    branch = make.branch(session)
    audit = failed_audit(session, branch)
    (fact,) = told(session, [event.id for event in alerts.happened(session, NOW - DAY)], None)
    assert (fact.branch.id, fact.week, fact.failed) == (branch.id, Week.of(NOW.date()).monday, ("greeting1",))
    assert fact.standard_id == audit.standard_id


def test_nobody_is_told_who_did_not_ask_or_of_the_time_before(session: Session) -> None:
    branch = make.branch(session)
    failed_audit(session, branch)
    asked, silent = asking(session, at=NOW + timedelta(seconds=1)), make.user(session)
    assert [row.user_id for row in subscriptions.with_alerts(session)] == [asked.id]
    assert [look(session, reader, NOW + DAY) for reader in (asked, silent)] == [[], []]


def test_who_ended_it_and_asks_again_is_told_what_comes_after(session: Session) -> None:
    branch, office = make.branch(session), asking(session)
    subscriptions.choose_alerts(session, office, False, by=office, at=NOW - HOUR)
    failed_audit(session, branch)
    assert look(session, office, NOW + HOUR) == []
    subscriptions.choose_alerts(session, office, True, by=office, at=NOW + 2 * HOUR)
    assert look(session, office, NOW + DAY) == []
    failed_audit(session, branch, released_at=NOW + DAY)
    assert look(session, office, NOW + 2 * DAY) == [("critical", "Main Street")]
    noted = [
        (e.details["before"], e.details["after"]) for e in history.of(session, office) if e.verb == "choose_alerts"
    ]
    assert noted == [("no", "yes"), ("yes", "no"), ("no", "yes")]


def test_what_counts_no_longer_or_is_out_of_reach_is_not_told(session: Session) -> None:
    branch, elsewhere = make.branch(session), make.branch(session, make.region(session, "South"))
    manager = asking(session, Role.MANAGER, region=branch.region)
    office = make.user(session)
    audits.exclude(session, failed_audit(session, branch), reason="A mix-up.", by=office, at=NOW)
    failed_audit(session, elsewhere)
    assert look(session, manager, NOW + HOUR) == []
    accounts.change_role(session, manager, Role.MANAGER, region=elsewhere.region, by=office, at=NOW)
    (event,) = [e for e in alerts.happened(session, NOW) if told(session, [e.id], None)]
    assert told(session, [event.id], telling.reached(session, manager, at=NOW)) != []
    places.move_branch(session, elsewhere, branch.region, by=office, at=NOW)
    assert told(session, [event.id], telling.reached(session, manager, at=NOW)) == []


def test_an_appeal_that_takes_the_failure_away_takes_the_alert_away(session: Session) -> None:
    office = asking(session)
    audit = failed_audit(session, make.branch(session))
    for row in session.exec(select(audits.Answer).where(audits.Answer.audit_id == audit.id)):
        row.mark = "yes"
        session.add(row)
    session.flush()
    audits.rescore(session, audit)
    assert look(session, office, NOW + HOUR) == []


def test_who_stands_in_is_told_of_that_region_while_they_do(session: Session) -> None:
    branch, elsewhere = make.branch(session, name="Lent"), make.branch(session, make.region(session, "South"))
    away = make.user(session, Role.MANAGER, region=branch.region)
    there = asking(session, Role.MANAGER, region=elsewhere.region)
    day = NOW.date()
    stand_ins.name(session, away, there, first_day=day, last_day=day, by=None, at=NOW - HOUR)
    failed_audit(session, branch)
    assert telling.reached(session, there, at=NOW) == frozenset({branch.region_id, elsewhere.region_id})
    assert look(session, there, NOW + HOUR) == [("critical", "Lent")]
    assert telling.reached(session, there, at=NOW + DAY) == frozenset({elsewhere.region_id})


@pytest.mark.parametrize("role", [Role.STAFF, Role.SHOPPER])
def test_who_reads_no_reports_any_more_is_told_nothing(session: Session, role: Role) -> None:
    branch, manager = make.branch(session), None
    manager = asking(session, Role.MANAGER, region=branch.region)
    manager.role = role.value
    session.flush()
    assert subscriptions.with_alerts(session) == []
    assert telling.reached(session, manager, at=NOW) == frozenset()


def test_a_flag_of_a_report_is_told_to_those_alone_whom_no_mail_of_it_reaches(session: Session) -> None:
    branch = make.branch(session)
    mailed, never = (asking(session, Role.MANAGER, region=branch.region) for _ in range(2))
    whole, none = asking(session), asking(session)
    for reader in (never, none):
        subscriptions.choose(session, reader, Wanted.NEVER, by=reader, at=NOW - DAY)
    edition(session, None)
    raise_flag(session, branch)
    edition(session, branch.region)
    heard = [look(session, reader, NOW + HOUR) for reader in (mailed, whole, never, none)]
    assert heard == [[], [], [("raised", "Main Street")], [("raised", "Main Street")]]


def test_a_flag_of_a_later_report_is_told_where_the_chains_mail_came_before(session: Session) -> None:
    branch, office = make.branch(session), asking(session)
    edition(session, None, due=NOW - HOUR)
    raise_flag(session, branch)
    edition(session, branch.region)
    assert look(session, office, NOW + HOUR) == [("raised", "Main Street")]


def test_what_a_revision_did_is_told_whoever_is_mailed(session: Session) -> None:
    branch, office = make.branch(session), asking(session)
    edition(session, None)
    edition(session, branch.region)
    raise_flag(session, branch, at=NOW + HOUR, revised=True)
    assert look(session, office, NOW + 2 * HOUR) == [("raised", "Main Street")]
    flags.correct_flags(session, WEEK.monday, [branch.id], [], at=NOW + 3 * HOUR)
    assert look(session, office, NOW + DAY) == [("withdrawn", "Main Street")]


def test_a_flag_that_came_and_went_before_anybody_was_told_is_not_told(session: Session) -> None:
    branch, office = make.branch(session), asking(session)
    raise_flag(session, branch)
    flags.correct_flags(session, WEEK.monday, [branch.id], [], at=NOW + DAY)
    heard = [
        look(session, office, NOW + DAY + HOUR * n) for n in range(1, 24 * 8, 12)
    ]  # also once its raising is long past
    assert [one for one in heard if one] == []


def test_who_knew_of_a_flag_from_the_weekly_mail_is_told_that_it_is_withdrawn(session: Session) -> None:
    branch, office = make.branch(session), asking(session)
    edition(session, None)
    raise_flag(session, branch)
    edition(session, branch.region)
    all_go_out(session)
    for n in range(6):
        assert look(session, office, NOW + HOUR + n * DAY) == []
    flags.correct_flags(session, WEEK.monday, [branch.id], [], at=NOW + 6 * DAY)
    assert look(session, office, NOW + 7 * DAY) == [("withdrawn", "Main Street")]


def test_a_flag_is_told_when_it_is_cleared(session: Session) -> None:
    branch, office = make.branch(session), asking(session)
    raise_flag(session, branch)
    assert look(session, office, NOW + HOUR) == [("raised", "Main Street")]
    for n in (1, 2):
        flags.raise_flags(session, WEEK.plus(n).monday, [branch.id], [], at=NOW + n * 7 * DAY)
    assert look(session, office, NOW + 15 * DAY) == [("cleared", "Main Street")]


def test_a_flag_that_is_cleared_is_told_also_to_those_whom_the_weekly_mail_reaches(session: Session) -> None:
    branch, office = make.branch(session), asking(session)
    edition(session, branch.region)
    edition(session, None)
    raise_flag(session, branch)
    all_go_out(session)
    assert look(session, office, NOW + HOUR) == []
    for n in (1, 2):
        week, at = WEEK.plus(n), NOW + n * 7 * DAY
        edition(session, branch.region, week=week, due=at, short=0)
        edition(session, None, week=week, due=at, short=0)
        flags.raise_flags(session, week.monday, [branch.id], [], at=at)
    assert look(session, office, NOW + 15 * DAY) == [("cleared", "Main Street")]


@pytest.mark.parametrize(("short", "is_told"), [(0, True), (telling.MOST_NAMED, False), (telling.MOST_NAMED + 1, True)])
def test_a_flag_is_told_where_the_weekly_mail_names_none_or_cannot_name_all(
    session: Session, short: int, is_told: bool
) -> None:
    branch, office = make.branch(session), asking(session)
    edition(session, branch.region)
    edition(session, None, short=short)
    raise_flag(session, branch)
    assert bool(look(session, office, NOW + HOUR)) is is_told


def test_a_flag_is_told_where_the_weekly_mail_only_links_to_the_report_that_raised_it(session: Session) -> None:
    branch, office = make.branch(session), asking(session)
    edition(session, branch.region)
    edition(session, None)
    raise_flag(session, branch)
    edition(session, None, week=WEEK.plus(1), due=NOW + 7 * DAY)
    for mail in session.exec(select(Mail).where(Mail.user_id == office.id)).all():
        outbox.claim(session, mail, holder="one", clock=lambda: NOW, seconds=300, domain="a.example")
    assert look(session, office, NOW + 7 * DAY + HOUR) == [("raised", "Main Street")]


def test_of_many_regions_is_known_in_as_many_queries_as_of_one(engine: sa.Engine) -> None:
    with transaction(engine) as session:
        asking(session)
        for n in range(4):
            branch = make.branch(session, make.region(session, f"Region {n}"))
            raise_flag(session, branch)
            failed_audit(session, branch)
    asked: list[str] = []
    with reading(engine) as session:
        events = alerts.happened(session, NOW - DAY)
        sa.event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
        found = alerts.facts(session, events, None)
        assert len({(fact.what, fact.branch.region.name) for fact in found}) == 8
    assert len(asked) == 3


def test_a_flag_is_told_once_where_the_weekly_mail_does_not_go_out(session: Session) -> None:
    branch, office = make.branch(session), asking(session)
    edition(session, branch.region)
    edition(session, None)
    raise_flag(session, branch)
    heard = [look(session, office, NOW + HOUR + n * DAY) for n in range(6)]
    assert [one for one in heard if one] == [[("raised", "Main Street")]]
    assert heard[:2] == [[], []]
