"""Reconciliation: each kind of what was accepted and is missing is seen and named, and nothing else is."""

from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from branches import accounts, audits, drafts, editions, outbox, photos, reconciled, subscriptions
from branches.audits import Answer, Audit, Photo, ScoreRow
from branches.drafts import Typed
from branches.editions import CHAIN, Edition, Scope
from branches.outbox import Mail
from branches.people import Role, User
from branches.questions import Mark
from branches.reconciled import Gap, Gaps
from branches.standards import Item
from branches.subscriptions import Wanted
from branches.timetable import DueTimes
from branches.weeks import Week
from tests import make
from tests.branches.test_photos import jpeg

WEEK = Week.parse("2025-W27")
HOUR = timedelta(hours=1)
LATER = make.NOON + timedelta(days=30)


def scopes(session: Session) -> list[Scope]:
    return editions.scopes(session, "Europe/Budapest", DueTimes())


def found(session: Session, folder: Path, *, at: datetime = LATER, since: datetime | None = None) -> Gaps:
    return reconciled.look(session, folder, scopes(session), since=since, at=at)


def audit(session: Session, folder: Path, pictures: int = 0) -> Audit:
    """Sent and released, with photos of the visit."""
    shopper, standard = make.shopper(session), make.standard(session, {"greeting": 2})
    made = audits.assign(session, standard, make.branch(session), shopper, by=None, at=make.NOON)
    audits.start(session, made, by=shopper, at=make.NOON)
    for number in range(pictures):
        kept = photos.keep(folder, BytesIO(jpeg(width=40 + number)))
        photos.attach(session, made, None, kept, by=shopper, at=make.NOON)
    given = {"greeting1": Typed("yes"), "greeting2": Typed("no")}
    drafts.save(session, made, given, None, seen=0, by=shopper, at=make.NOON)
    audits.submit(
        session,
        made,
        {code: Mark(one.mark) for code, one in given.items()},
        visited_at=make.NOON,
        by=shopper,
        at=make.NOON,
    )
    return made


def pictures(session: Session, made: Audit) -> list[Photo]:
    return list(session.exec(select(Photo).where(Photo.audit_id == made.id).order_by(col(Photo.id))))


def test_where_all_is_there_nothing_is_missing(session: Session, tmp_path: Path) -> None:
    audit(session, tmp_path, 2)
    make.audit(session, make.branch(session))
    gaps = found(session, tmp_path)
    assert (gaps, gaps.counts) == (Gaps(), {})


def test_photos_that_do_not_lie_in_the_folder_are_named_by_their_hash(session: Session, tmp_path: Path) -> None:
    rows = pictures(session, audit(session, tmp_path, 3))
    for row in rows[:2]:
        photos.path(tmp_path, row.sha256).unlink()
    lost = tuple(sorted(row.sha256 for row in rows[:2]))
    assert found(session, tmp_path) == Gaps(files=Gap(2, lost))


def test_where_the_whole_folder_is_gone_all_photos_are_missing_and_some_are_named(
    session: Session, tmp_path: Path
) -> None:
    made = audit(session, tmp_path)
    for number in range(reconciled.MOST_NAMES + 5):
        name = f"{number * 9:02x}" + "0" * 62
        session.add(Photo(audit_id=made.id, sha256=name, kept_at=make.NOON))
    gap = found(session, tmp_path / "elsewhere").files
    assert (gap.n, len(gap.names)) == (reconciled.MOST_NAMES + 5, reconciled.MOST_NAMES)


def test_photos_are_looked_for_part_by_part(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a part ends in the middle of a folder; and as many questions for many photos as for few."""
    rows = pictures(session, audit(session, tmp_path, 6))
    lost = sorted(row.sha256 for row in rows)[1:4]
    for name in lost:
        photos.path(tmp_path, name).unlink()
    asked: list[str] = []
    sa.event.listen(session.get_bind(), "before_cursor_execute", lambda *told: asked.append(told[2]))
    assert (reconciled.lost_files(session, tmp_path), len(asked)) == (lost, len(photos.NAMING))
    for size in (1, 2, 6, 7):
        monkeypatch.setattr(reconciled, "AT_A_TIME", size)
        assert reconciled.lost_files(session, tmp_path) == lost


def test_an_audit_with_fewer_photos_than_came_with_it_is_named(session: Session, tmp_path: Path) -> None:
    whole, short = audit(session, tmp_path, 1), audit(session, tmp_path, 2)
    session.delete(pictures(session, short)[1])
    session.flush()
    assert found(session, tmp_path) == Gaps(photos=Gap(1, (short.public_id,)))
    assert whole.public_id != short.public_id


def test_a_photo_that_was_taken_away_is_not_missed(session: Session, tmp_path: Path) -> None:
    shopper = make.shopper(session)
    standard = make.standard(session, {"greeting": 2})
    made = audits.assign(session, standard, make.branch(session), shopper, by=None, at=make.NOON)
    audits.start(session, made, by=shopper, at=make.NOON)
    kept = photos.keep(tmp_path, BytesIO(jpeg()))
    row = photos.attach(session, made, None, kept, by=shopper, at=make.NOON)
    photos.remove(session, made, [row.public_id], by=shopper, at=make.NOON)
    marks = {f"greeting{n}": Mark("yes") for n in (1, 2)}
    audits.submit(session, made, marks, visited_at=make.NOON, by=shopper, at=make.NOON)
    assert found(session, tmp_path) == Gaps()


def test_an_answer_without_its_points_is_seen(session: Session, tmp_path: Path) -> None:
    made = audit(session, tmp_path)
    session.exec(sa.update(Answer).where(col(Answer.audit_id) == made.id).values(points=None))
    session.expire_all()
    assert found(session, tmp_path) == Gaps(scores=Gap(1, (made.public_id,)))


def test_a_section_without_its_score_is_seen(session: Session, tmp_path: Path) -> None:
    made = audit(session, tmp_path)
    session.exec(sa.delete(ScoreRow).where(col(ScoreRow.audit_id) == made.id))
    assert found(session, tmp_path) == Gaps(scores=Gap(1, (made.public_id,)))


def test_a_section_that_weighs_nothing_has_no_score_and_lacks_none(session: Session, tmp_path: Path) -> None:
    made = audit(session, tmp_path)
    session.exec(sa.update(Item).where(col(Item.standard_id) == made.standard_id).values(weight="0.0"))
    session.expire_all()
    audits.rescore(session, made)
    assert session.exec(select(ScoreRow).where(ScoreRow.audit_id == made.id)).all() == []
    assert found(session, tmp_path) == Gaps()


def test_audits_sent_before_are_left_out_but_for_their_photos(session: Session, tmp_path: Path) -> None:
    made = audit(session, tmp_path, 1)
    (row,) = pictures(session, made)
    photos.path(tmp_path, row.sha256).unlink()
    session.exec(sa.delete(ScoreRow).where(col(ScoreRow.audit_id) == made.id))
    assert found(session, tmp_path, since=make.NOON + HOUR) == Gaps(files=Gap(1, (row.sha256,)))
    assert found(session, tmp_path, since=make.NOON).counts == {"files": 1, "scores": 1}


def test_a_week_that_has_ended_without_an_edition_is_named_an_hour_after_it_was_due(
    session: Session, tmp_path: Path
) -> None:
    make.branch(session)
    for scope in scopes(session):
        editions.switch_on(session, scope, None, WEEK)
    chain = scopes(session)[0]
    issue(session, scopes(session)[1])
    due = chain.due_at(WEEK)
    assert found(session, tmp_path, at=due + HOUR) == Gaps()
    assert found(session, tmp_path, at=due + 2 * HOUR) == Gaps(weeks=Gap(1, (f"{CHAIN} {WEEK}",)))


def issue(session: Session, scope: Scope, *, states: dict[str, int] | None = None) -> Edition:
    due = scope.due_at(WEEK)
    return editions.issue(session, scope, WEEK, {}, due_at=due, at=due, standard_id=None, states=states)


@pytest.fixture
def readers(session: Session) -> dict[Role, User]:
    """Head office and a manager, each with an address, of a chain with one region."""
    region = make.region(session)
    make.branch(session, region)
    for scope in scopes(session):
        editions.switch_on(session, scope, None, WEEK.plus(40))
    office = make.user(session, Role.OFFICE, email="office@example.com")
    manager = make.user(session, Role.MANAGER, email="manager@example.com", region=region)
    return {Role.OFFICE: office, Role.MANAGER: manager}


def test_an_edition_without_the_mail_that_it_owes_is_named(
    session: Session, tmp_path: Path, readers: dict[Role, User]
) -> None:
    chain, region = (issue(session, scope) for scope in scopes(session))
    names = tuple(sorted((chain.public_id, region.public_id)))
    assert found(session, tmp_path) == Gaps(mails=Gap(2, names))
    outbox.for_edition(session, chain, at=chain.issued_at)
    assert found(session, tmp_path) == Gaps(mails=Gap(1, (region.public_id,)))
    outbox.for_edition(session, region, at=region.issued_at)
    assert found(session, tmp_path) == Gaps()
    session.exec(sa.delete(Mail).where(col(Mail.user_id) == readers[Role.OFFICE].id))
    assert found(session, tmp_path) == Gaps(mails=Gap(1, (chain.public_id,)))
    assert found(session, tmp_path, since=chain.issued_at + HOUR) == Gaps()


@pytest.mark.parametrize(("choice", "owed"), [("never 1", 0), ("short 0", 0), ("short 1", 1)])
def test_who_does_not_want_a_mail_is_owed_none(
    session: Session, tmp_path: Path, readers: dict[Role, User], choice: str, owed: int
) -> None:
    wanted, short = choice.split()
    subscriptions.choose(session, readers[Role.OFFICE], Wanted(wanted), by=None, at=make.NOON)
    issue(session, scopes(session)[0], states={"falls_short": int(short)})
    assert found(session, tmp_path).mails.n == owed


def test_who_came_or_was_changed_after_an_edition_is_owed_nothing(
    session: Session, tmp_path: Path, readers: dict[Role, User]
) -> None:
    chain = issue(session, scopes(session)[0])
    accounts.call(session, readers[Role.OFFICE], "Anna", language="hu", by=None, at=chain.issued_at)
    assert found(session, tmp_path) == Gaps()
