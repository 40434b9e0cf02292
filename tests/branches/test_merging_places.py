"""Two entries of one branch: what moves, what is closed, and what stands in the way; issued editions do not change."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from branches import actions, assignments, editions, history, merging_places, notices, places, sessions, tablets
from branches.assignments import Assignment, ConflictOfInterest
from branches.audits import Audit, ScoreRow
from branches.editions import CHAIN
from branches.errors import Refused
from branches.exchange import export_folder
from branches.flags import Flag
from branches.people import Role, User
from branches.places import Branch
from branches.tables import metadata
from branches.timetable import DueTimes
from branches.weeks import Week, local_date
from reports import collect, stored
from reports.figures import State
from tests import make
from tests.branches import forms
from tests.reports.invented import figures

MOVED = {
    *("audit.branch_id", "score_row.branch_id", "corrective_action.branch_id", "flag.branch_id", "notice.branch_id"),
    *("planned.branch_id", "shopper_terms.home_id", "conflict_of_interest.branch_id", "person.branch_id"),
}
LEADS_ON = {"branch.merged_into_id"}
WEEK = date(2025, 6, 30)
DAYS: dict[str, Any] = {"opens_on": date(2025, 7, 3), "closes_on": date(2025, 7, 9)}


@dataclass
class Twice:
    """One branch of two entries, each with an audit that counts."""

    session: Session
    office: User
    gone: Branch
    kept: Branch

    def merge(self) -> int:
        return merging_places.merge(self.session, self.gone, self.kept, by=self.office, at=make.NOON)

    def assign(self, branch: Branch, shopper: User) -> Assignment:
        standard = self.session.exec(select(Audit)).all()[0].standard
        return assignments.assign(self.session, standard, branch, shopper, **DAYS, by=self.office, at=make.NOON)

    def inform(self, branch: Branch) -> None:
        day = local_date(make.NOON, branch.timezone)
        notices.note(self.session, branch, informed_on=day, how="By letter.", by=self.office, at=make.NOON)


@pytest.fixture
def twice(session: Session) -> Twice:
    region = make.region(session)
    gone, kept = (make.branch(session, region, name) for name in ("Main St", "Main Street"))
    for branch in (gone, kept):
        make.audit(session, branch)
    return Twice(session, make.user(session), gone, kept)


def test_what_happened_and_is_to_be_done_goes_to_the_entry_that_stays(twice: Twice) -> None:
    session, gone = twice.session, twice.gone
    to_do = twice.assign(gone, make.shopper(session)).audit
    flag = Flag(branch_id=gone.id, section="greeting", raised_week=WEEK, last_week=WEEK)
    session.add(flag)
    session.flush()
    promise: dict[str, Any] = {"plan": "Greet.", "due_on": WEEK + timedelta(30), "flag": flag}
    action = actions.open_action(session, gone, **promise, by=twice.office, at=make.NOON)
    twice.inform(gone)
    assert twice.merge() == 2
    for one in (to_do, action, flag):
        session.refresh(one)
        assert one.branch_id == twice.kept.id
    assert {row.branch_id for row in session.exec(select(ScoreRow))} == {twice.kept.id}
    assert notices.is_informed(session, twice.kept)
    assert flag.cleared_week is None


def test_the_other_entry_is_closed_for_good_and_says_into_which_it_went(twice: Twice) -> None:
    twice.merge()
    today = local_date(make.NOON, twice.gone.timezone)
    assert (twice.gone.merged_into_id, twice.gone.closed) == (twice.kept.id, today)
    told = {one.id: history.of(twice.session, one)[-1] for one in (twice.gone, twice.kept)}
    assert [(told[one.id].verb, told[one.id].details["branch"]) for one in (twice.gone, twice.kept)] == [
        ("merge_into", [twice.gone.id, twice.kept.id]),
        ("merge", [twice.gone.id, twice.kept.id]),
    ]
    with pytest.raises(Refused, match="changes no more"):
        places.reopen_branch(twice.session, twice.gone, by=twice.office, at=make.NOON)
    with pytest.raises(Refused, match="closes on"):
        twice.assign(twice.gone, make.shopper(twice.session))


@pytest.mark.parametrize(
    ("gone", "kept", "opened"),
    [
        (date(2024, 1, 1), date(2025, 1, 1), date(2024, 1, 1)),
        (date(2025, 1, 1), date(2024, 1, 1), date(2024, 1, 1)),
        (None, date(2024, 1, 1), None),
        (date(2024, 1, 1), None, None),
    ],
)
def test_the_branch_has_been_open_since_either_entry_was(
    twice: Twice, gone: date | None, kept: date | None, opened: date | None
) -> None:
    twice.gone.opened, twice.kept.opened = gone, kept
    twice.merge()
    assert twice.kept.opened == opened


def test_staff_and_tablets_stay_signed_in_at_the_entry_that_stays(twice: Twice) -> None:
    session = twice.session
    staff = make.user(session, Role.STAFF, branch=twice.gone)
    code = tablets.make_code(session, twice.gone, language="en", by=twice.office, at=make.NOON)
    assert tablets.let_in(session, code, at=make.NOON)
    sessions.begin(session, staff, at=make.NOON)
    twice.merge()
    assert staff.branch_id == twice.kept.id
    assert len(sessions.devices(session, staff, at=make.NOON)) == 1
    assert len(tablets.signed_in(session, twice.kept, at=make.NOON)) == 1
    event = history.of(session, staff)[-1]
    assert (event.verb, event.details["after"]) == ("change_role", ["staff", twice.kept.id, None])


def test_tablets_of_both_share_one_sign_in(twice: Twice) -> None:
    session = twice.session
    for branch in (twice.gone, twice.kept):
        code = tablets.make_code(session, branch, language="en", by=twice.office, at=make.NOON)
        assert tablets.let_in(session, code, at=make.NOON)
    twice.merge()
    assert len(tablets.signed_in(session, twice.kept, at=make.NOON)) == 2
    assert tablets.signed_in(session, twice.gone, at=make.NOON) == []
    left = tablets.of(session, twice.gone)
    assert left is not None
    assert left.active is False


def test_of_two_flags_for_one_section_that_of_the_entry_that_stays_goes_on(twice: Twice) -> None:
    session, raised = twice.session, list[Flag]()
    for branch in (twice.gone, twice.kept):
        raised.append(Flag(branch_id=branch.id, section="greeting", raised_week=WEEK, last_week=WEEK))
        session.add(raised[-1])
    twice.merge()
    assert [(flag.branch_id, flag.cleared_week) for flag in raised] == [(twice.kept.id, WEEK), (twice.kept.id, None)]


def test_a_conflict_of_interest_holds_for_the_branch(twice: Twice) -> None:
    session, shoppers = twice.session, [make.shopper(twice.session) for _ in range(2)]
    for shopper, branch in ((shoppers[0], twice.gone), (shoppers[1], twice.gone), (shoppers[1], twice.kept)):
        assignments.declare_conflict(session, shopper, branch, reason=branch.name, by=twice.office, at=make.NOON)
    twice.merge()
    found = session.exec(select(ConflictOfInterest).order_by(col(ConflictOfInterest.shopper_id))).all()
    assert [(one.branch_id, one.reason) for one in found] == [
        (twice.kept.id, "Main St"),
        (twice.kept.id, "Main Street"),
    ]


def _other_region(twice: Twice) -> None:
    places.move_branch(twice.session, twice.gone, make.region(twice.session), by=None, at=make.NOON)


def _closed(twice: Twice) -> None:
    places.close_branch(twice.session, twice.kept, WEEK, by=None, at=make.NOON)


def _to_do_at_both(twice: Twice) -> None:
    shopper = make.shopper(twice.session)
    for branch in (twice.gone, twice.kept):
        twice.assign(branch, shopper)


def _barred(twice: Twice) -> None:
    shopper = make.shopper(twice.session)
    twice.assign(twice.gone, shopper)
    assignments.declare_conflict(twice.session, shopper, twice.kept, reason="Kin.", by=twice.office, at=make.NOON)


def _untold(twice: Twice) -> None:
    twice.inform(twice.gone)
    make.user(twice.session, Role.STAFF, branch=twice.kept)


@pytest.mark.parametrize(
    ("hinders", "said"),
    [
        (_other_region, "in different regions"),
        (_closed, "is closed; open it again first"),
        (_to_do_at_both, "is to audit both"),
        (_barred, "has declared a conflict of interest with one"),
        (_untold, "have not been informed of the audits"),
    ],
)
def test_what_stands_in_the_way_is_said_and_nothing_moves(
    twice: Twice, hinders: Callable[[Twice], None], said: str
) -> None:
    hinders(twice)
    with pytest.raises(Refused, match=said):
        twice.merge()
    assert merging_places.audits_of(twice.session, twice.gone) >= 1
    assert twice.gone.merged_into_id is None


def test_an_entry_is_merged_once_and_never_into_itself(twice: Twice) -> None:
    session, office = twice.session, twice.office
    with pytest.raises(Refused, match="the same entry"):
        merging_places.merge(session, twice.gone, twice.gone, by=office, at=make.NOON)
    twice.merge()
    third = make.branch(session, twice.kept.region)
    for gone, kept in ((twice.gone, third), (third, twice.gone)):
        with pytest.raises(Refused, match="merged into another entry already"):
            merging_places.merge(session, gone, kept, by=office, at=make.NOON)


def test_the_next_report_counts_them_as_one(twice: Twice) -> None:
    days, by_then = collect.Window(WEEK, WEEK + timedelta(days=6)), make.NOON + timedelta(days=9)
    assert len(collect.window(twice.session, days, by_then).places) == 2
    twice.merge()
    found = collect.window(twice.session, days, by_then)
    assert (list(found.places), found.sheet.scores.shape[0]) == ([twice.kept.code], 2)


def test_issued_editions_and_scores_stay_as_they_were(twice: Twice) -> None:
    session = twice.session
    scope = next(one for one in editions.scopes(session, "Europe/Budapest", DueTimes()) if one.key == CHAIN)
    content = stored.dump(figures({twice.gone.code: (State.AS_NORM, State.AS_NORM)}))
    editions.issue(session, scope, Week.parse("2025-W26"), content, due_at=make.NOON, at=make.NOON, standard_id=None)

    def kept() -> dict[str, list[tuple[object, ...]]]:
        names = ("edition", "answer", "item", "standard", "mail")
        found = {name: [tuple(row) for row in session.execute(sa.select(metadata.tables[name]))] for name in names}
        columns = [column for column in metadata.tables["score_row"].columns if column.name != "branch_id"]
        scores = sa.select(*columns).order_by(columns[0], columns[1])
        return {**found, "score_row": [tuple(row) for row in session.execute(scores)]}

    before = kept()
    twice.merge()
    assert kept() == before
    assert len(before["edition"]) == 1


def test_files_that_name_the_closed_entry_are_refused_and_an_export_leaves_it_out(
    session: Session, tmp_path: Path
) -> None:
    branches = forms.with_cell(forms.BRANCHES, 3, "region", "North")
    folder = forms.write(tmp_path / "form", branches=branches)
    forms.take(session, folder)
    gone, kept = session.exec(select(Branch).order_by(Branch.code)).all()
    merging_places.merge(session, gone, kept, by=make.user(session), at=forms.NOW)
    with pytest.raises(Refused, match="Nothing was imported"), session.begin_nested():
        forms.take(session, folder)  # its audits are stored at the other entry
    newer = (forms.AUDITS[0], ("a4", *forms.AUDITS[1][1:]))
    again = forms.write(tmp_path / "again", branches=branches, audits=newer)
    with pytest.raises(Refused, match="was merged into another entry of the same branch"), session.begin_nested():
        forms.take(session, again)
    assert export_folder(session, tmp_path / "out", at=forms.NOW).audits == 3
    written = forms.read(tmp_path / "out")
    assert [row[0] for row in written["branches.csv"]] == ["branch", "b2"]
    assert {row[1] for row in written["audits.csv"][1:]} == {"b2"}
    assert forms.take(session, tmp_path / "out").unchanged == 3


def test_a_list_of_branches_that_names_the_closed_entry_says_so(twice: Twice) -> None:
    twice.merge()
    with pytest.raises(Refused, match=r"\(code branch \d+\) was merged into another entry"):
        places.check_kept(twice.gone)
    places.check_kept(twice.kept)


def test_no_place_where_a_branch_stands_is_left_out() -> None:
    there = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name == "branch"
    }
    assert there == MOVED | LEADS_ON
