"""Two entries of one shopper: what moves, what stays, and what stands in the way; issued editions do not change."""

from dataclasses import dataclass
from datetime import date

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from branches import assignments, history, merging, terms
from branches.assignments import ConflictOfInterest
from branches.audits import Audit, ScoreRow
from branches.errors import Refused
from branches.people import Role, User
from branches.places import Branch
from branches.tables import metadata
from branches.terms import ShopperTerms
from tests import make

MOVED = {
    *("audit.shopper_id", "score_row.shopper_id", "planned.shopper_id", "planned.proposed_id"),
    *("conflict_of_interest.shopper_id", "shopper_terms.shopper_id", "case_answers.shopper_id"),
}
ENDED = {"calendar_feed.shopper_id"}
THEIR_OWN = {
    *("history.by_id", "mail.user_id", "device_session.user_id", "device_session.lent_to_id", "pin.user_id"),
    *("sign_in_link.user_id", "subscription.user_id", "upload.by_id", "stand_in.person_id", "stand_in.stand_in_id"),
    *("corrective_action.owner_id", "flag.seen_by_id"),
    *("doorstep.user_id", "second_factor.user_id", "recovery_code.user_id"),
}
"""Who did it, to whom it was mailed, which device: as it was; or of people who do not audit."""


@dataclass
class Twice:
    """One shopper of two entries, each with an audit that counts."""

    session: Session
    office: User
    ends: User
    stays: User
    branch: Branch

    def merge(self) -> int:
        moved = merging.merge(self.session, self.ends, self.stays, by=self.office, at=make.NOON)
        self.session.flush()
        return moved


@pytest.fixture
def twice(session: Session) -> Twice:
    ends = make.user(session, Role.SHOPPER, code="shopper 7", name="Sam")
    stays = make.user(session, Role.SHOPPER, name="Sam Shopper")
    branch = make.branch(session)
    for shopper in (ends, stays):
        make.audit(session, branch, by=shopper)
    return Twice(session, make.user(session), ends, stays, branch)


def test_audits_and_scores_go_to_the_entry_that_stays(twice: Twice) -> None:
    assert twice.merge() == 1
    shoppers = set(twice.session.exec(select(Audit.shopper_id)))
    rows = set(twice.session.exec(select(ScoreRow.shopper_id)))
    assert (shoppers, rows) == ({twice.stays.id}, {twice.stays.id})
    assert (twice.stays.code, twice.ends.code, twice.ends.active) == ("shopper 7", None, False)


def test_conflicts_and_terms_hold_for_the_entry_that_stays(twice: Twice) -> None:
    session, office = twice.session, twice.office
    assignments.declare_conflict(session, twice.ends, twice.branch, reason="Kin.", by=office, at=make.NOON)
    terms.agree(
        session,
        twice.ends,
        home=twice.branch,
        most_audits=3,
        most_km=9,
        certified_on=date(2025, 6, 2),
        by=office,
        at=make.NOON,
    )
    twice.merge()
    conflict = session.exec(select(ConflictOfInterest)).one()
    agreed = session.exec(select(ShopperTerms)).one()
    assert (conflict.shopper_id, conflict.branch_id, conflict.reason) == (twice.stays.id, twice.branch.id, "Kin.")
    assert (agreed.shopper_id, agreed.home_id, agreed.most_audits) == (twice.stays.id, twice.branch.id, 3)


def test_what_was_agreed_with_the_entry_that_stays_holds(twice: Twice) -> None:
    session, office = twice.session, twice.office
    for shopper, most in ((twice.ends, 3), (twice.stays, 8)):
        terms.agree(
            session, shopper, home=None, most_audits=most, most_km=None, certified_on=None, by=office, at=make.NOON
        )
        assignments.declare_conflict(session, shopper, twice.branch, reason=str(most), by=office, at=make.NOON)
    twice.merge()
    assert [one.most_audits for one in session.exec(select(ShopperTerms))] == [8]
    assert [one.reason for one in session.exec(select(ConflictOfInterest))] == ["8"]


def test_history_of_both_tells_it(twice: Twice) -> None:
    twice.merge()
    told = {one.id: [event.verb for event in history.of(twice.session, one)] for one in (twice.ends, twice.stays)}
    assert told[twice.ends.id][-2:] == ["deactivate", "merge_into"]
    assert told[twice.stays.id][-1] == "merge"


def test_who_stands_in_the_way_is_said(twice: Twice) -> None:
    session, office = twice.session, twice.office
    manager = make.user(session, Role.MANAGER, region=twice.branch.region)
    for ends, stays, said in (
        (twice.ends, twice.ends, "the same entry"),
        (manager, twice.stays, "Only shoppers"),
        (twice.ends, manager, "Only shoppers"),
    ):
        with pytest.raises(Refused, match=said):
            merging.merge(session, ends, stays, by=office, at=make.NOON)
    twice.stays.code = "shopper 8"
    with pytest.raises(Refused, match="cannot have two codes"):
        twice.merge()
    twice.stays.code, twice.stays.active = None, False
    with pytest.raises(Refused, match="may no longer sign in"):
        twice.merge()
    assert set(session.exec(select(Audit.shopper_id))) == {twice.ends.id, twice.stays.id}


def test_no_place_where_a_person_stands_is_left_out() -> None:
    there = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name == "person"
    }
    assert there == MOVED | ENDED | THEIR_OWN


def test_nothing_else_changes(twice: Twice) -> None:
    """Tables with what was issued, answered and scored are the same before and after."""

    def kept() -> dict[str, list[tuple[object, ...]]]:
        names = ("edition", "answer", "flag", "corrective_action", "standard", "item")
        found = {table.name: table for table in metadata.sorted_tables}
        return {name: [tuple(row) for row in twice.session.execute(sa.select(found[name]))] for name in names}

    scores = select(ScoreRow.audit_id, ScoreRow.section_id).order_by(col(ScoreRow.audit_id), col(ScoreRow.section_id))
    before = kept(), twice.session.exec(scores).all()
    twice.merge()
    assert (kept(), twice.session.exec(scores).all()) == before
