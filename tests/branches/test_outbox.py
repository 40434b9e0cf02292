"""The outbox: one mail of each, leased, put off longer and longer, folded into the latest, never lost."""

from datetime import datetime, timedelta
from functools import partial
from threading import Thread
from time import monotonic, sleep

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from branches import editions, history, outbox
from branches.database import reading, transaction
from branches.editions import CHAIN, Edition, Scope
from branches.outbox import Counts, Mail, MailKind
from branches.people import Role, User
from branches.places import Region
from branches.weeks import Week
from tests import make
from tests.together import together

NOW = make.NOON
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FIRST = Week.parse("2025-W10")


def issued(session: Session, region: Region | None = None, week: Week = FIRST) -> Edition:
    key = CHAIN if region is None else editions.region_key(region)
    scope = Scope(key, "UTC", region.id if region else None, region.code if region else None)
    due = scope.due_at(week)
    return editions.issue(session, scope, week, {}, due_at=due, at=due, standard_id=None)


def a_mail(session: Session, reader: User | None = None, week: Week = FIRST) -> Mail:
    reader = reader or make.user(session)
    (mail,) = [m for m in outbox.for_edition(session, issued(session, week=week), at=NOW) if m.user_id == reader.id]
    return mail


def claim(session: Session, mail: Mail, holder: str = "one", now: timedelta = MINUTE) -> Mail | None:
    return outbox.claim(session, mail, holder=holder, clock=lambda: NOW + now, seconds=300, domain="example.com")


def fresh(session: Session, mail: Mail) -> Mail:
    session.flush()
    session.refresh(mail)
    return mail


def test_an_edition_is_for_the_active_readers_of_its_scope_who_have_an_address(session: Session) -> None:
    north, south = make.region(session), make.region(session, "South")
    manager, _ = make.user(session, Role.MANAGER, region=north), make.user(session, Role.MANAGER, region=south)
    left = make.user(session, Role.MANAGER, region=north)
    left.active = False
    make.user(session, Role.MANAGER, region=north).email = None
    make.user(session, Role.STAFF, branch=make.branch(session, north))
    office = make.user(session)
    session.flush()
    assert [m.user_id for m in outbox.for_edition(session, issued(session, north), at=NOW)] == [manager.id]
    assert [m.user_id for m in outbox.for_edition(session, issued(session), at=NOW)] == [office.id]


def test_the_same_key_is_one_mail(session: Session) -> None:
    make.user(session)
    edition = issued(session)
    first, again = (outbox.for_edition(session, edition, at=NOW) for _ in range(2))
    assert [mail.id for mail in first] == [mail.id for mail in again]
    assert outbox.counts(session) == Counts(waiting=1, troubled=0, sent=0, folded=0, dropped=0)


def test_a_shopper_without_an_address_gets_no_mail(session: Session) -> None:
    unknown = make.shopper(session)
    unknown.email = None
    assert outbox.for_audit(session, MailKind.ASSIGNED, unknown, "a1", at=NOW) is None


def test_an_audit_is_assigned_once_and_returned_again_and_again(session: Session) -> None:
    shopper = make.shopper(session)
    for kind in (MailKind.ASSIGNED, MailKind.ASSIGNED, MailKind.RETURNED):
        outbox.for_audit(session, kind, shopper, "a1", at=NOW)
    outbox.for_audit(session, MailKind.RETURNED, shopper, "a1", at=NOW + DAY)
    assert [mail.kind for mail in outbox.due(session, NOW + DAY)] == ["assigned", "returned", "returned"]


def test_a_mail_is_due_when_it_is_written_and_leased_to_one(session: Session) -> None:
    mail = a_mail(session)
    assert outbox.due(session, NOW) == [mail]
    assert claim(session, mail) is mail
    assert claim(session, mail, "two") is None
    assert outbox.due(session, NOW + MINUTE) == []


def test_a_lease_ends_by_itself(session: Session) -> None:
    mail = a_mail(session)
    claim(session, mail)
    assert outbox.due(session, NOW + 7 * MINUTE) == [mail]
    assert claim(session, mail, "two", 7 * MINUTE) is mail
    assert mail.holder == "two"


@pytest.mark.parametrize("behind", [timedelta(milliseconds=1), HOUR, DAY])
def test_a_clock_that_is_behind_takes_no_mail_that_is_held(session: Session, behind: timedelta) -> None:
    mail = a_mail(session)
    assert claim(session, mail) is mail
    assert claim(session, mail, "two", MINUTE - behind) is None
    assert mail.holder == "one"


@pytest.mark.slow
def test_the_clock_is_read_once_the_mail_is_held(engine: sa.Engine) -> None:
    with transaction(engine) as session:
        mail = a_mail(session)
    read: list[float] = []

    def clock() -> datetime:
        read.append(monotonic())
        return NOW

    def late() -> None:
        with transaction(engine) as session:
            outbox.claim(session, mail, holder="two", clock=clock, seconds=300, domain="example.com")

    second = Thread(target=late)
    with transaction(engine) as session:
        claim(session, mail)
        second.start()
        sleep(0.3)
        given_free = monotonic()
    second.join()
    assert [at > given_free for at in read] == [True]


def test_a_clock_set_back_holds_nothing_up(session: Session) -> None:
    mail = a_mail(session)
    claim(session, mail, now=400 * DAY)
    assert outbox.due(session, NOW) == [mail]
    assert claim(session, mail, "two") is mail
    outbox.mark_failed(session, mail, "no", for_good=False, now=NOW + 400 * DAY)
    assert outbox.due(session, NOW) == [mail]


def test_the_message_id_is_made_of_edition_and_reader_and_kept(session: Session) -> None:
    reader = make.user(session)
    mail = a_mail(session, reader)
    claim(session, mail)
    assert mail.message_id == f"<edition.{mail.about['edition']}.{reader.public_id}@example.com>"
    kept = mail.message_id
    again = outbox.claim(session, mail, holder="two", clock=lambda: NOW + HOUR, seconds=9, domain="elsewhere.org")
    assert again is not None
    assert again.message_id == kept


def test_what_was_sent_is_done(session: Session) -> None:
    mail = a_mail(session)
    claim(session, mail)
    outbox.mark_sent(session, mail, at=NOW + MINUTE)
    outbox.mark_failed(session, mail, "too late", for_good=False, now=NOW + MINUTE)
    assert fresh(session, mail).sent_at == NOW + MINUTE
    assert (mail.trouble, mail.tries, mail.lease_until) == ("", 1, None)
    assert (outbox.due(session, NOW + DAY), claim(session, mail, now=DAY)) == ([], None)


def test_each_failure_doubles_the_wait_up_to_an_hour_for_days(session: Session) -> None:
    mail, now, waits = a_mail(session), NOW, []
    for _ in range(100):
        claim(session, mail, now=now - NOW)
        outbox.mark_failed(session, mail, "450 later", for_good=False, now=now)
        waits.append(fresh(session, mail).next_at - now)
        now = mail.next_at
    assert waits == [*(MINUTE * 2**n for n in range(6)), *([HOUR] * 94)]
    assert (now - NOW > 3 * DAY, outbox.due(session, now)) == (True, [mail])


def test_a_refusal_for_good_is_kept_shown_and_tried_once_a_day(session: Session) -> None:
    mail = a_mail(session)
    claim(session, mail)
    outbox.mark_failed(session, mail, "550 no such user\0", for_good=True, now=NOW)
    assert [m.trouble for m in outbox.troubled(session)] == ["550 no such user"]
    assert outbox.counts(session) == Counts(waiting=1, troubled=1, sent=0, folded=0, dropped=0)
    assert (outbox.due(session, NOW + DAY - MINUTE), outbox.due(session, NOW + DAY)) == ([], [mail])


def test_who_lost_the_lease_cannot_end_that_of_another(session: Session) -> None:
    mail = a_mail(session)
    claim(session, mail)
    late = Mail(**mail.model_dump())
    claim(session, mail, "two", HOUR)
    outbox.mark_failed(session, late, "timed out", for_good=False, now=NOW + HOUR)
    assert (fresh(session, mail).holder, mail.trouble) == ("two", "")


def test_retrying_by_hand_makes_all_due(session: Session) -> None:
    mail = a_mail(session)
    claim(session, mail)
    outbox.mark_failed(session, mail, "550 no", for_good=True, now=NOW)
    assert outbox.retry(session, by=None, at=NOW + HOUR) == 1
    assert fresh(session, mail).next_at == NOW + HOUR
    assert [(event.verb, event.at) for event in history.of(session, mail)] == [("retry", NOW + HOUR)]


def test_what_is_dropped_is_given_up(session: Session) -> None:
    mail = a_mail(session)
    claim(session, mail)
    outbox.drop(session, mail, "has left", at=NOW)
    assert outbox.counts(session) == Counts(waiting=0, troubled=0, sent=0, folded=0, dropped=1)


def test_after_days_off_the_latest_edition_speaks_for_the_others(session: Session) -> None:
    reader, other = make.user(session), make.user(session)
    mails = [outbox.for_edition(session, issued(session, week=FIRST.plus(n)), at=NOW) for n in range(3)]
    first, second, last = (next(m for m in some if m.user_id == reader.id) for some in mails)
    assert claim(session, first) is None
    assert (first.folded_into_id, second.folded_into_id, last.folded_into_id) == (last.id, last.id, None)
    assert last.about["earlier"] == [first.about["edition"], second.about["edition"]]
    assert claim(session, last) is last
    assert [m.user_id for m in outbox.due(session, NOW + MINUTE)] == [other.id] * 3
    assert outbox.counts(session) == Counts(waiting=4, troubled=0, sent=0, folded=2, dropped=0)


def test_what_was_listed_by_one_that_failed_is_listed_by_the_next(session: Session) -> None:
    reader = make.user(session)
    first, second = a_mail(session, reader), a_mail(session, reader, FIRST.plus(1))
    claim(session, second)
    outbox.mark_failed(session, second, "450 later", for_good=False, now=NOW)
    fresh(session, second)
    last = a_mail(session, reader, FIRST.plus(2))
    assert claim(session, last, now=HOUR) is last
    assert last.about["earlier"] == [first.about["edition"], second.about["edition"]]


def test_editions_of_other_scopes_and_mails_on_their_way_are_let_be(session: Session) -> None:
    region, reader = make.region(session), make.user(session)
    first = a_mail(session, reader)
    claim(session, first)
    about = {"edition": "x", "scope": editions.region_key(region), "week": "2025-03-10", "revision": 0}
    outbox.write(session, MailKind.EDITION, reader, about, key="other", at=NOW)
    last = a_mail(session, reader, FIRST.plus(1))
    assert claim(session, last) is last
    assert (first.folded_into_id, "earlier" in last.about) == (None, False)


def revised(session: Session, reader: User, mail: Mail) -> Mail:
    """A further revision of the edition that a mail is about, and its reader's mail."""
    edition = editions.find(session, mail.about["edition"])
    assert edition is not None
    again = editions.revise(session, edition, {}, {}, at=NOW)
    (found,) = [m for m in outbox.for_edition(session, again, at=NOW) if m.user_id == reader.id]
    return found


def test_a_revision_is_told_beside_a_later_week(session: Session) -> None:
    reader = make.user(session)
    first = a_mail(session, reader)
    outbox.mark_sent(session, first, at=NOW)
    revision, last = revised(session, reader, first), a_mail(session, reader, FIRST.plus(1))
    assert (claim(session, revision), claim(session, last)) == (revision, last)
    assert ("earlier" in revision.about, "earlier" in last.about) == (False, False)


def test_of_one_week_only_the_newest_revision_is_mailed(session: Session) -> None:
    reader = make.user(session)
    first = a_mail(session, reader)
    second = revised(session, reader, first)
    third = revised(session, reader, second)
    assert (claim(session, first), claim(session, second), claim(session, third)) == (None, None, third)
    assert (first.folded_into_id, second.folded_into_id) == (third.id, third.id)
    assert third.about["earlier"] == [first.about["edition"], second.about["edition"]]


def test_the_revision_of_a_week_speaks_for_its_first_edition_and_no_other_weeks_revision_is_lost(
    session: Session,
) -> None:
    reader = make.user(session)
    mails = [a_mail(session, reader, FIRST.plus(n)) for n in range(3)]
    older, newest = revised(session, reader, mails[0]), revised(session, reader, mails[2])
    assert [claim(session, mail) for mail in (*mails, older, newest)] == [None, None, None, older, newest]
    assert [mail.folded_into_id for mail in mails] == [older.id, newest.id, newest.id]
    assert newest.about["earlier"] == [mails[1].about["edition"], mails[2].about["edition"]]


@pytest.mark.slow
def test_of_two_processes_at_once_one_gets_the_mail(engine: sa.Engine) -> None:
    with transaction(engine) as session:
        reader = make.user(session)
        for week in range(4):
            a_mail(session, reader, FIRST.plus(week))

    def take(holder: str) -> list[int]:
        with reading(engine) as session:
            due = outbox.due(session, NOW)
        got = []
        for mail in due:
            with transaction(engine) as session:
                found = claim(session, mail, holder)
                got += [found.id] if found else []
        return got

    taken = together(*(partial(take, name) for name in ("one", "two", "three")))
    with reading(engine) as session:
        last = session.exec(select(Mail).order_by(col(Mail.id).desc())).first()
        assert last is not None
        assert sorted(map(str, taken)) == [f"[{last.id}]", "[]", "[]"]
        assert outbox.counts(session) == Counts(waiting=1, troubled=0, sent=0, folded=3, dropped=0)
        assert len(last.about["earlier"]) == 3
