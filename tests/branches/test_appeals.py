from datetime import timedelta
from time import sleep

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from branches import appeals, audits, corrections, history
from branches.appeals import Appeal
from branches.audits import Answer, Audit, ScoreRow
from branches.database import reading, transaction
from branches.errors import Conflict, NotFound, Refused
from branches.people import User
from branches.standards import Item
from branches.states import AuditState
from tests import make
from tests.together import together

DEADLINE = make.NOON + timedelta(days=7)


def open_appeal(session: Session, audit: Audit, item: str, reason: str = "A drink was offered.") -> Appeal:
    office = make.user(session)
    return appeals.open_appeal(session, audit, item, reason=reason, until=DEADLINE, by=office, at=make.NOON)


def decide(session: Session, appeal: Appeal, mark: str | None, decision: str = "Seen on the photo.") -> User:
    office = make.user(session)
    appeals.decide(session, appeal, upheld_as=mark, decision=decision, by=office, at=make.NOON)
    return office


def section_scores(session: Session, audit: Audit) -> list[tuple[int, bool]]:
    query = select(ScoreRow).where(ScoreRow.audit_id == audit.id).order_by(sa.text("section_id"))
    return [(row.score, row.counted_from == audit.released_at) for row in session.exec(query)]


def test_an_upheld_appeal_changes_the_answer_and_keeps_both_scores(session: Session) -> None:
    audit = make.audit(session, make.branch(session), score=80)
    appeal = open_appeal(session, audit, "greeting9")
    assert (audit.state, appeal.mark_before, appeal.score_before, appeal.score_after) == (
        "appealed",
        "no",
        80_000,
        None,
    )
    decide(session, appeal, "yes")
    assert (audit.state, appeal.state, appeal.decision) == ("decided", "upheld", "Seen on the photo.")
    assert (appeal.score_before, appeal.score_after, audit.score) == (80_000, 85_000, 85_000)
    assert section_scores(session, audit) == [(90_000, True), (80_000, True)]
    answer = session.exec(select(Answer).join(Item).where(Item.code == "greeting9")).one()
    assert (answer.mark, answer.points) == ("yes", 1000)
    assert [(c.why, c.counted_from) for c in corrections.unsettled(session)] == [("appeal upheld", audit.released_at)]


def test_a_rejected_appeal_changes_nothing(session: Session) -> None:
    audit = make.audit(session, make.branch(session), score=80)
    appeal = open_appeal(session, audit, "greeting9")
    decide(session, appeal, None)
    assert (audit.state, appeal.state) == ("decided", "rejected")
    assert (appeal.score_before, appeal.score_after, audit.score) == (80_000, 80_000, 80_000)
    assert corrections.unsettled(session) == []


def test_appealing_and_deciding_are_written_down(session: Session) -> None:
    appeal = open_appeal(session, make.audit(session, make.branch(session)), "greeting9")
    office = decide(session, appeal, None)
    told = [(e.verb, e.details) for e in history.of(session, appeal)]
    assert told == [("appeal", {"item": "greeting9"}), ("rejected", {"decision": "Seen on the photo."})]
    assert history.of(session, appeal)[-1].by_id == office.id


def test_an_audit_is_decided_when_its_last_appeal_is(session: Session) -> None:
    audit = make.audit(session, make.branch(session), score=80)
    one, other = open_appeal(session, audit, "greeting9"), open_appeal(session, audit, "service9")
    decide(session, one, "yes")
    assert audit.state == "appealed"
    decide(session, other, "yes")
    assert (audit.state, audit.score) == ("decided", 90_000)


def test_an_answer_is_appealed_once_at_a_time(session: Session) -> None:
    audit = make.audit(session, make.branch(session))
    open_appeal(session, audit, "greeting9")
    with pytest.raises(Conflict, match="already been appealed"):
        open_appeal(session, audit, "greeting9")
    assert open_appeal(session, audit, "greeting10").state == "open"


@pytest.mark.parametrize("mark", [None, "yes"])
def test_what_was_decided_is_not_appealed_again(session: Session, mark: str | None) -> None:
    audit = make.audit(session, make.branch(session), score=80)
    decide(session, open_appeal(session, audit, "greeting9"), mark)
    with pytest.raises(Conflict, match="Head office has decided about this answer already"):
        open_appeal(session, audit, "greeting9")
    assert open_appeal(session, audit, "service9").state == "open"


def test_an_appeal_is_withdrawn_and_made_again(session: Session) -> None:
    audit, staff = make.audit(session, make.branch(session), score=80), make.user(session)
    appeal = open_appeal(session, audit, "greeting9")
    appeals.withdraw(session, appeal, by=staff, at=make.NOON)
    assert (appeal.state, audit.state, audit.score) == ("withdrawn", "decided", 80_000)
    assert [(e.verb, e.by_id) for e in history.of(session, appeal)][1:] == [("withdraw", staff.id)]
    with pytest.raises(Conflict, match="The branch has withdrawn this appeal"):
        decide(session, appeal, "yes")
    with pytest.raises(Conflict, match="The branch has withdrawn this appeal"):
        appeals.withdraw(session, appeal, by=staff, at=DEADLINE)
    decide(session, open_appeal(session, audit, "greeting9"), "yes")
    assert (audit.state, audit.score) == ("decided", 85_000)


def test_withdrawing_one_of_two_leaves_the_other_open(session: Session) -> None:
    audit = make.audit(session, make.branch(session), score=80)
    one, other = open_appeal(session, audit, "greeting9"), open_appeal(session, audit, "service9")
    appeals.withdraw(session, one, by=make.user(session), at=make.NOON)
    assert (audit.state, other.state) == ("appealed", "open")


def test_the_scores_of_the_section_are_kept_too(session: Session) -> None:
    audit = make.audit(session, make.branch(session), score=80)
    upheld, rejected = open_appeal(session, audit, "greeting9"), open_appeal(session, audit, "service9")
    decide(session, upheld, "yes")
    decide(session, rejected, None)
    assert (upheld.section_before, upheld.section_after) == (80_000, 90_000)
    assert (rejected.section_before, rejected.section_after) == (80_000, 80_000)


def test_what_has_changed_since_it_was_looked_at_is_not_decided(session: Session) -> None:
    appeal = open_appeal(session, make.audit(session, make.branch(session)), "greeting9")
    seen = history.newest(session, appeal)
    appeals.check_seen(session, appeal, seen)
    history.write(session, "back", appeal, by=None, at=make.NOON)
    session.flush()
    with pytest.raises(Conflict, match="has changed since the page was opened"):
        appeals.check_seen(session, appeal, seen)


def test_an_appeal_is_decided_once(session: Session) -> None:
    appeal = open_appeal(session, make.audit(session, make.branch(session)), "greeting9")
    decide(session, appeal, None)
    with pytest.raises(Conflict, match="already been decided"):
        decide(session, appeal, "yes")
    assert appeal.state == "rejected"


def test_appeals_and_decisions_say_why(session: Session) -> None:
    audit = make.audit(session, make.branch(session))
    with pytest.raises(Refused, match="Say what is wrong"):
        open_appeal(session, audit, "greeting9", reason=" ")
    appeal = open_appeal(session, audit, "greeting9")
    with pytest.raises(Refused, match="Say why"):
        decide(session, appeal, "yes", decision="\n")
    assert appeal.state == "open"


def test_an_appeal_after_the_deadline_is_refused(session: Session) -> None:
    audit, office = make.audit(session, make.branch(session)), make.user(session)
    late = DEADLINE + timedelta(seconds=1)
    with pytest.raises(Refused, match="ended on 2025-07-09"):
        appeals.open_appeal(session, audit, "greeting9", reason="late", until=DEADLINE, by=office, at=late)
    appeals.open_appeal(session, audit, "greeting9", reason="in time", until=DEADLINE, by=office, at=DEADLINE)


def test_an_item_without_an_answer_cannot_be_appealed(session: Session) -> None:
    audit = make.audit(session, make.branch(session))
    with pytest.raises(NotFound, match="no answer to drink"):
        open_appeal(session, audit, "drink")
    assert audit.state == "released"


NOT_YET = "This audit is not released, so there is nothing to appeal yet."


@pytest.mark.parametrize(
    ("state", "said"),
    [
        *(("submitted", NOT_YET), ("approved", NOT_YET), ("withdrawn", NOT_YET)),
        ("closed", "This audit is closed and cannot become appealed."),
        ("excluded", "This audit has been excluded and counts no longer; there is nothing to appeal."),
    ],
)
def test_only_a_released_audit_can_be_appealed(session: Session, state: str, said: str) -> None:
    audit = make.audit(session, make.branch(session))
    audit.state = state
    with pytest.raises(Conflict, match=said):
        open_appeal(session, audit, "greeting9")
    assert session.exec(select(Appeal)).all() == []


def test_an_appeal_of_an_audit_excluded_meanwhile_is_not_decided(session: Session) -> None:
    audit = make.audit(session, make.branch(session))
    appeal = open_appeal(session, audit, "greeting9")
    audits.exclude(session, audit, reason="wrong branch", by=None, at=make.NOON)
    with pytest.raises(Conflict, match="has been excluded"):
        decide(session, appeal, "yes")
    assert (audit.state, audit.score, appeal.mark_before) == ("excluded", 80_000, "no")


@pytest.mark.parametrize("mark", ["", "maybe", "na"])
def test_an_answer_is_changed_only_to_a_mark_its_item_takes(session: Session, mark: str) -> None:
    standard = make.standard(session)
    standard.sections[0].items[8].na = False
    appeal = open_appeal(session, make.audit(session, make.branch(session)), "greeting9")
    with pytest.raises(Refused, match="greeting9"):
        decide(session, appeal, mark)


def test_an_answer_that_did_not_apply_after_all_leaves_the_sums(session: Session) -> None:
    audit = make.audit(session, make.branch(session), score=80)
    decide(session, open_appeal(session, audit, "greeting9"), "na")
    assert section_scores(session, audit) == [(88_889, True), (80_000, True)]


def appealed(engine: sa.Engine, *items: str) -> tuple[int, list[int]]:
    """An audit in a database of its own, and its appeals."""
    with transaction(engine) as session:
        audit = make.audit(session, make.branch(session), score=80)
        return audit.id, [open_appeal(session, audit, item).id for item in items]


def decide_later(engine: sa.Engine, appeal_id: int, mark: str) -> str:
    with transaction(engine) as session:
        appeal = session.get_one(Appeal, appeal_id)
        seen = appeal.audit.score, [a.mark for a in session.exec(select(Answer))]
        sleep(0.05)  # both have seen everything before either decides
        decide(session, appeal, mark)
        session.flush()
        sleep(0.05)
    return f"decided, having seen {seen[0]}"


def test_of_two_who_decide_at_once_the_second_is_told(engine: sa.Engine) -> None:
    audit_id, (appeal_id,) = appealed(engine, "greeting9")
    given = together(*[lambda: decide_later(engine, appeal_id, "yes")] * 2)
    with reading(engine) as session:
        assert session.get_one(Audit, audit_id).score == 85_000
    assert sorted(map(str, given)) == ["This appeal has already been decided.", "decided, having seen 80000"]


def test_two_appeals_decided_at_once_both_count(engine: sa.Engine) -> None:
    audit_id, (one, other) = appealed(engine, "greeting9", "service9")
    together(lambda: decide_later(engine, one, "yes"), lambda: decide_later(engine, other, "yes"))
    with reading(engine) as session:
        audit = session.get_one(Audit, audit_id)
        assert (audit.state, audit.score) == ("decided", 90_000)
        assert section_scores(session, audit) == [(90_000, True), (90_000, True)]


def test_an_exclusion_and_a_decision_at_once_leave_an_excluded_audit(engine: sa.Engine) -> None:
    audit_id, (appeal_id,) = appealed(engine, "greeting9")

    def exclude() -> None:
        with transaction(engine) as session:
            audit = session.get_one(Audit, audit_id)
            sleep(0.05)
            audits.exclude(session, audit, reason="wrong branch", by=None, at=make.NOON)
            session.flush()
            sleep(0.05)

    together(exclude, lambda: decide_later(engine, appeal_id, "yes"))
    with reading(engine) as session:
        audit = session.get_one(Audit, audit_id)
        assert AuditState(audit.state) is AuditState.EXCLUDED
        rows = session.exec(select(ScoreRow).where(ScoreRow.audit_id == audit_id))
        assert [row.counted_from for row in rows] == [None, None]
