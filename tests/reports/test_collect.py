"""What the figures are made from: only what counted at that moment, in the days asked for."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from sqlmodel import Session

from branches import audits, places, standards
from branches.audits import Photo
from branches.questions import Mark
from branches.states import AuditState
from branches.weeks import Week
from reports import collect
from reports.collect import Window
from reports.collect_new import excluded
from reports.figures import Interval, NewAudit
from reports.kept import Failures
from reports.sheet import UNKNOWN_SHOPPER
from tests import make
from tests.make import NOON

WEEK = Week.of(NOON.date())
LATER = NOON + timedelta(days=30)
THIS_WEEK: dict[str, Any] = {
    "after": NOON - timedelta(days=1),
    "until": NOON + timedelta(days=1),
    "week": WEEK,
    "reported": WEEK,
    "days": Window.ending(WEEK, 10),
}


def test_a_sheet_holds_the_scores_of_the_window(session: Session) -> None:
    north = make.region(session, "North")
    first, second = make.branch(session, north), make.branch(session, north)
    shopper = make.shopper(session)
    make.audit(session, first, by=shopper, score=70)
    make.audit(session, second, score=90, visited_at=NOON - timedelta(days=7))
    make.audit(session, second, score=10, visited_at=NOON - timedelta(days=14))
    found = collect.window(session, Window.ending(WEEK, 2), LATER)
    sheet = found.sheet
    assert (sheet.sections, sheet.branches, sheet.regions) == (
        ("greeting", "service"),
        (first.code, second.code),
        (north.code,),
    )
    assert sheet.scores.tolist() == [[70.0, 70.0], [90.0, 90.0]]
    assert sheet.branch.tolist() == [0, 1]
    assert sheet.shopper.tolist() == [0, UNKNOWN_SHOPPER]
    assert sheet.shoppers == (shopper.code,)
    assert [date.fromordinal(day) for day in sheet.week.tolist()] == [WEEK.monday, WEEK.plus(-1).monday]
    assert (found.version, found.standard_id) == (1, standards.newest(session).id)  # type: ignore[union-attr]


def test_scores_count_from_their_release(session: Session) -> None:
    branch = make.branch(session)
    make.audit(session, branch, released_at=NOON + timedelta(days=2))
    window = Window.ending(WEEK, 1)
    before = collect.window(session, window, NOON + timedelta(days=2, seconds=-1))
    after = collect.window(session, window, NOON + timedelta(days=2))
    assert (len(before.sheet.scores), len(after.sheet.scores)) == (0, 1)
    assert before.sheet.branches == (branch.code,)


def test_an_excluded_audit_is_in_no_sheet(session: Session) -> None:
    audit = make.audit(session, make.branch(session))
    audits.exclude(session, audit, reason="the wrong branch", by=make.user(session), at=LATER)
    assert len(collect.window(session, Window.ending(WEEK, 1), LATER).sheet.scores) == 0


def test_a_section_without_a_score_is_empty_in_the_sheet(session: Session) -> None:
    branch, standard = make.branch(session), make.standard(session, {"greeting": 2, "service": 1})
    audit = audits.assign(session, standard, branch, None, by=None, at=NOON)
    audits.start(session, audit, by=None, at=NOON)
    marks = {"greeting1": Mark("yes"), "greeting2": Mark("no"), "service1": Mark("na")}
    audits.submit(session, audit, marks, visited_at=NOON, by=None, at=NOON)
    audits.move(session, audit, AuditState.APPROVED, by=None, at=NOON)
    audits.release(session, audit, by=None, at=NOON)
    scores = collect.window(session, Window.ending(WEEK, 1), LATER).sheet.scores
    assert scores[0, 0] == 50.0
    assert np.isnan(scores[0, 1])


def test_a_third_of_a_point_is_not_rounded_to_a_thousandth(session: Session) -> None:
    make.audit(session, make.branch(session), under=make.standard(session, {"greeting": 3}), score=67)
    found = collect.window(session, Window.ending(WEEK, 1), LATER).sheet.scores
    assert found[0, 0] == pytest.approx(200 / 3, abs=1e-9)


def test_a_closed_branch_with_audits_is_in_the_sheet_and_one_without_is_not(session: Session) -> None:
    north = make.region(session)
    gone, empty, here = (make.branch(session, north) for _ in range(3))
    make.audit(session, gone)
    for branch in (gone, empty):
        places.close_branch(session, branch, WEEK.plus(-30).monday, by=None, at=make.NOON)
    found = collect.window(session, Window.ending(WEEK, 1), LATER)
    assert set(found.sheet.branches) == {gone.code, here.code}


def test_sections_of_two_versions_stand_side_by_side(session: Session) -> None:
    branch = make.branch(session)
    old = make.standard(session, {"greeting": 10, "parking": 10})
    make.audit(session, branch, under=old, score=40)
    make.audit(session, branch, under=make.standard(session, {"greeting": 10, "service": 10}), score=80)
    sheet = collect.window(session, Window.ending(WEEK, 1), LATER).sheet
    assert sheet.sections == ("greeting", "service", "parking")
    assert sorted(sheet.version.tolist()) == [1, 2]
    by_version = dict(zip(sheet.version.tolist(), sheet.scores.tolist(), strict=True))
    assert by_version[1][0::2] == [40.0, 40.0]
    assert by_version[2][:2] == [80.0, 80.0]


def test_an_empty_chain_has_an_empty_sheet(session: Session) -> None:
    found = collect.window(session, Window.ending(WEEK, 26), LATER)
    assert (found.sheet.scores.shape, found.version, found.standard_id) == ((0, 0), 0, None)


def test_the_trend_is_the_mean_of_the_weeks_audits(session: Session) -> None:
    branch, other = make.branch(session), make.branch(session)
    for score in (60, 80):
        make.audit(session, branch, score=score)
    make.audit(session, branch, score=100, visited_at=NOON - timedelta(days=7))
    make.audit(session, other, score=0)
    sheet = collect.window(session, Window.ending(WEEK, 26), LATER).sheet
    points = [(p.week, p.section, p.audits, p.score) for p in collect.trend(sheet, {branch.code})]
    before, now = WEEK.plus(-1).monday, WEEK.monday
    assert points == [
        (before, "greeting", 1, 100.0),
        (before, "service", 1, 100.0),
        (now, "greeting", 2, 70.0),
        (now, "service", 2, 70.0),
    ]


def test_new_audits_are_those_released_since_and_late_ones_say_so(session: Session) -> None:
    branch = make.branch(session)
    make.audit(session, branch, visited_at=NOON - timedelta(days=7), released_at=NOON)
    make.audit(session, branch, visited_at=NOON, released_at=NOON + timedelta(days=1))
    make.audit(session, branch, visited_at=NOON, released_at=NOON + timedelta(days=9))
    found = collect.new_audits(
        session,
        [branch.id],
        after=NOON - timedelta(days=1),
        until=NOON + timedelta(days=5),
        week=WEEK,
        reported=WEEK.plus(-3),
        days=Window.ending(WEEK, 26),
    )
    assert tuple(replace(one, public_id="", findings=()) for one in found) == (
        NewAudit(branch.code, WEEK.plus(-1).monday, late=True, score=80.0, failed_critical=()),
        NewAudit(branch.code, WEEK.monday, late=False, score=80.0, failed_critical=()),
    )


def test_where_a_report_is_due_days_later_each_audit_is_new_in_its_own_weeks(session: Session) -> None:
    """Due on Fridays: what is visited and released after the week, but before its report is due, is the next one's."""
    branch = make.branch(session)
    day, friday = timedelta(days=1), NOON + timedelta(days=9)
    for visited, released in ((NOON, NOON + day), (NOON + 7 * day, NOON + 8 * day), (NOON, NOON + 10 * day)):
        make.audit(session, branch, visited_at=visited, released_at=released)
    found = [
        collect.new_audits(
            session,
            [branch.id],
            after=friday + timedelta(weeks=n - 1),
            until=friday + timedelta(weeks=n),
            week=WEEK.plus(n),
            reported=WEEK,
            days=Window.ending(WEEK.plus(n), 26),
        )
        for n in range(3)
    ]
    first, second = WEEK.monday, WEEK.plus(1).monday
    assert [[(one.week, one.late) for one in new] for new in found] == [
        [(first, False)],
        [(first, True), (second, False)],
        [],
    ]


@pytest.mark.slow
def test_new_audits_of_more_branches_are_found_than_a_query_may_name(session: Session) -> None:
    first, last = make.branch(session), make.branch(session)
    for branch in (last, first):
        make.audit(session, branch)
    everywhere = range(first.id, first.id + 70_000)
    found = collect.new_audits(session, everywhere, **THIS_WEEK)
    assert [audit.branch for audit in found] == [first.code, last.code]


def test_a_failed_critical_item_is_named(session: Session) -> None:
    branch, standard = make.branch(session), make.standard(session, {"greeting": 10})
    standard.sections[0].items[9].critical = True
    session.flush()
    before = NOON - timedelta(days=7)
    for score, visited_at in ((100, before), (100, before), (90, before), (90, NOON - timedelta(weeks=10)), (90, NOON)):
        make.audit(session, branch, under=standard, score=score, visited_at=visited_at)
    make.audit(session, make.branch(session), under=standard, score=100)
    found = collect.new_audits(session, [branch.id], **THIS_WEEK)
    assert [(audit.failed_critical, audit.failures) for audit in found] == [(("greeting10",), (Failures(2, 4),))]


def test_what_else_failed_is_found_with_the_photos_and_the_audit_itself(session: Session) -> None:
    branch, standard = make.branch(session), make.standard(session, {"greeting": 10})
    standard.sections[0].items[9].critical = True
    session.flush()
    audit = make.audit(session, branch, under=standard, score=80)
    for n in range(2):
        session.add(Photo(audit_id=audit.id, sha256=str(n), kept_at=NOON))
    session.flush()
    (found,) = collect.new_audits(session, [branch.id], **THIS_WEEK)
    assert (found.failed_critical, found.findings) == (("greeting10",), ("greeting9",))
    assert (found.photos, found.public_id) == (2, audit.public_id)


def test_excluded_audits_are_counted_in_their_days_at_their_branches(session: Session) -> None:
    branch, other, office = make.branch(session), make.branch(session), make.user(session)
    for place, visited_at in ((branch, NOON), (branch, NOON - timedelta(weeks=30)), (other, NOON), (branch, NOON)):
        audits.exclude(
            session, make.audit(session, place, visited_at=visited_at), reason="No receipt.", by=office, at=LATER
        )
    make.audit(session, branch)
    days = Window.ending(WEEK, 26)
    assert excluded(session, [branch.id], days.first, days.last) == 2
    assert excluded(session, [branch.id, other.id], days.first, days.last) == 3


def test_what_an_audit_usually_scores_leaves_a_twentieth_out_at_each_end(session: Session) -> None:
    branch, standard = make.branch(session), make.standard(session, {"greeting": 10})
    for score in (*[0] * 1, *[60] * 2, *[80] * 15, *[90] * 1):
        make.audit(session, branch, under=standard, score=score)
    days = Window.ending(WEEK, 26)
    assert collect.usual(session, days, LATER) is None
    make.audit(session, branch, under=standard, score=100)
    make.audit(session, branch, under=standard, score=100, visited_at=NOON - timedelta(weeks=30))
    assert collect.usual(session, days, LATER) == Interval(80.0, 57.0, 90.5)
    assert collect.usual(session, days, NOON - timedelta(days=1)) is None


def test_midnight_in_another_zone_decides_the_week(session: Session) -> None:
    """Visited late on a Sunday evening in New York: already Monday by UTC, still the old week there."""
    region = places.open_region(session, "NY", timezone="America/New_York", by=None, at=make.NOON)
    branch = places.open_branch(session, region, "ny1", by=None, at=make.NOON)
    make.audit(session, branch, visited_at=datetime(2025, 7, 7, 3, tzinfo=UTC))
    sheet = collect.window(session, Window.ending(WEEK, 1), LATER).sheet
    assert sheet.week.tolist() == [WEEK.monday.toordinal()]
