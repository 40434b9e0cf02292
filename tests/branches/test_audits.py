from datetime import UTC, date, datetime, timedelta
from time import sleep
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from branches import audits, corrections, history, places, standards
from branches.audits import Answer, Audit, ScoreRow
from branches.database import reading, transaction
from branches.errors import Conflict, Refused
from branches.people import Role
from branches.places import Branch
from branches.questions import Mark
from branches.standards import Item, Section, Standard
from branches.states import COUNTED, AuditState
from tests import make
from tests.together import together

LIFE = {
    "assigned": "started expired withdrawn",
    "started": "submitted expired withdrawn",
    "submitted": "returned approved excluded",
    "returned": "submitted withdrawn excluded",
    "approved": "released returned excluded",
    "released": "appealed closed excluded",
    "appealed": "decided excluded",
    "decided": "appealed closed excluded",
    "closed": "excluded",
    "expired": "",
    "withdrawn": "",
    "excluded": "",
}
"""assigned → started → submitted → (returned ↔ resubmitted) → approved → released → (appealed → decided) → closed."""


def rows(session: Session, audit: Audit) -> dict[str, ScoreRow]:
    query = select(Section.code, ScoreRow).join(ScoreRow).where(ScoreRow.audit_id == audit.id)
    return dict(session.exec(query.order_by(Section.code)).all())


def started(session: Session, standard: Standard, branch: Branch | None = None) -> Audit:
    audit = audits.assign(
        session, standard, branch or make.branch(session), make.shopper(session), by=None, at=make.NOON
    )
    audits.start(session, audit, by=audit.shopper, at=make.NOON)
    return audit


def submit(session: Session, audit: Audit, *, visited_at: datetime = make.NOON, **marks: str) -> None:
    given = {code: Mark(mark) for code, mark in marks.items()}
    audits.submit(session, audit, given, visited_at=visited_at, by=audit.shopper, at=max(visited_at, make.NOON))


def test_states_are_those_of_an_audits_life() -> None:
    assert set(LIFE) == {state.value for state in AuditState}
    assert {state.value for state in COUNTED} == {"released", "appealed", "decided", "closed"}


@pytest.mark.parametrize("state", LIFE)
def test_only_the_steps_of_its_life_are_taken(session: Session, state: str) -> None:
    audit, office = make.audit(session, make.branch(session)), make.user(session)
    for to in LIFE:
        audit.state = state
        told = len(history.of(session, audit))
        if to in LIFE[state].split():
            audits.move(session, audit, AuditState(to), by=office, at=make.NOON, reason="because")
            last = history.of(session, audit)[-1]
            assert (audit.state, audit.reason) == (to, "because")
            assert (last.verb, last.by_id, last.details) == (to, office.id, {"was": state, "reason": "because"})
            assert len(history.of(session, audit)) == told + 1
        else:
            with pytest.raises(Conflict, match=f"is {state} and cannot become {to}"):
                audits.move(session, audit, AuditState(to), by=office, at=make.NOON)
            assert (audit.state, len(history.of(session, audit))) == (state, told)


def test_a_reason_is_not_kept_beyond_its_step(session: Session) -> None:
    audit = started(session, make.standard(session))
    submit(session, audit, greeting1="yes")
    audits.move(session, audit, AuditState.RETURNED, by=None, at=make.NOON, reason="Name the drink, Anna.")
    submit(session, audit, greeting1="no")
    assert audit.reason == ""
    assert [e.details.get("reason") for e in history.of(session, audit)][-2:] == ["Name the drink, Anna.", ""]


def test_assigning_writes_history(session: Session) -> None:
    office = make.user(session)
    audit = audits.assign(session, make.standard(session), make.branch(session), None, by=office, at=make.NOON)
    assert (audit.state, audit.score, audit.shopper) == ("assigned", None, None)
    assert [(e.verb, e.by_id) for e in history.of(session, audit)] == [("assign", office.id)]


def test_nobody_is_asked_to_audit_under_a_draft(session: Session) -> None:
    drafted = standards.draft(session, title="draft")
    with pytest.raises(Refused, match="not published"):
        audits.assign(session, drafted, make.branch(session), None, by=None, at=make.NOON)


def test_only_an_active_shopper_is_asked(session: Session) -> None:
    standard, branch = make.standard(session), make.branch(session)
    away = make.shopper(session)
    away.active = False
    for person in (away, make.user(session, Role.STAFF, branch=branch), make.user(session)):
        with pytest.raises(Refused, match="active shopper"):
            audits.assign(session, standard, branch, person, by=None, at=make.NOON)


def test_a_branch_is_audited_until_it_closes(session: Session) -> None:
    standard, branch = make.standard(session), make.branch(session, name="Main Street")
    places.close_branch(session, branch, date(2025, 7, 3), by=None, at=make.NOON)
    last_moment = datetime(2025, 7, 2, 21, 59, tzinfo=UTC)
    audits.assign(session, standard, branch, None, by=None, at=last_moment)
    with pytest.raises(Refused, match="Main Street is closed"):
        audits.assign(session, standard, branch, None, by=None, at=last_moment + timedelta(minutes=1))


def test_submitting_stores_answers_and_scores(session: Session) -> None:
    audit = started(session, make.standard(session, {"greeting": 2, "service": 3, "extra": 1}))
    submit(session, audit, greeting1="yes", greeting2="no", service1="yes", service2="na", service3="", extra1="na")
    points = session.exec(
        select(Item.code, Answer.points).join(Answer).where(Answer.audit_id == audit.id).order_by(Item.code)
    )
    assert dict(points.all()) == {
        "extra1": None,
        "greeting1": 1000,
        "greeting2": 0,
        "service1": 1000,
        "service2": None,
        "service3": None,
    }
    found = {code: (r.score, r.items, r.day, r.branch_id, r.shopper_id) for code, r in rows(session, audit).items()}
    day, where, who = date(2025, 7, 2).toordinal(), audit.branch_id, audit.shopper_id
    assert found == {"greeting": (50_000, 2, day, where, who), "service": (100_000, 1, day, where, who)}
    assert (audit.score, audit.outcome, audit.band) == (66_667, "pass", None)


def test_the_worked_example_is_stored_in_thousandths(session: Session) -> None:
    standard = standards.draft(session, title="example", bands={"fair": "70", "good": "91.6667", "best": "95"})
    for position, (code, more) in enumerate(
        {"greeting": {"weight": "2"}, "offerings": {}, "service": {"type": "rating", "worst": "1", "best": "5"}}.items()
    ):
        section = Section(standard_id=standard.id, code=code, position=position)
        session.add(section)
        session.flush()
        session.add(
            Item.model_validate(
                more | {"standard_id": standard.id, "section_id": section.id, "code": code, "position": 0}
            )
        )
    session.flush()
    session.refresh(standard)
    standards.publish(session, standard, at=make.NOON, by=None)
    audit = started(session, standard)
    submit(session, audit, greeting="yes", offerings="na", service="4")
    assert (audit.score, audit.band) == (91_667, "fair")  # 91.666… lies below 91.6667
    assert {code: row.score for code, row in rows(session, audit).items()} == {"greeting": 100_000, "service": 75_000}


def test_a_failed_critical_item_is_an_outcome_and_no_score(session: Session) -> None:
    standard = make.standard(session, {"service": 2})
    standard.sections[0].items[0].critical = True
    audit = started(session, standard)
    submit(session, audit, service1="no", service2="yes")
    assert (audit.outcome, audit.score) == ("critical_fail", 50_000)


def test_an_audit_in_which_nothing_applies_has_no_score(session: Session) -> None:
    audit = started(session, make.standard(session))
    submit(session, audit)
    assert (audit.score, audit.band, audit.outcome, rows(session, audit)) == (None, None, "pass", {})


@pytest.mark.parametrize(
    ("marks", "why"),
    [
        ({"nothing": "yes"}, "no item nothing"),
        ({"greeting1": "maybe"}, "greeting1 cannot be marked maybe"),
        ({"greeting2": "na"}, "greeting2 always applies"),
        ({"greeting3": "yes"}, "greeting3 is not asked on this channel"),
    ],
)
def test_an_audit_with_a_mark_that_cannot_be_is_refused_whole(
    session: Session, marks: dict[str, Any], why: str
) -> None:
    standard = make.standard(session)
    standard.sections[0].items[1].na = False
    standard.sections[0].items[2].channels = ["phone"]
    audit = started(session, standard)
    with pytest.raises(Refused, match=why):
        submit(session, audit, greeting4="yes", **marks)
    assert audit.state == "started"
    assert session.exec(select(Answer)).all() == []


def test_a_visit_to_come_is_refused(session: Session) -> None:
    audit = started(session, make.standard(session))
    too_late = make.NOON + audits.CLOCK_DRIFT + timedelta(seconds=1)
    with pytest.raises(Refused, match="cannot be later than now"):
        audits.submit(session, audit, {}, visited_at=too_late, by=None, at=make.NOON)
    audits.submit(session, audit, {}, visited_at=make.NOON + audits.CLOCK_DRIFT, by=None, at=make.NOON)


def test_a_visit_before_its_assignment_is_refused_but_not_one_of_the_same_day(session: Session) -> None:
    audit = started(session, make.standard(session))
    midnight = make.NOON.replace(hour=0) - timedelta(hours=2)  # in Budapest
    with pytest.raises(Refused, match="cannot be before the audit was assigned, on 2025-07-02"):
        audits.submit(session, audit, {}, visited_at=midnight - timedelta(minutes=1), by=None, at=make.NOON)
    audits.submit(session, audit, {}, visited_at=midnight, by=None, at=make.NOON)


@pytest.mark.parametrize(
    ("timezone", "day"), [("Europe/Budapest", date(2025, 7, 7)), ("America/New_York", date(2025, 7, 6))]
)
def test_an_audit_is_of_the_day_of_its_branchs_clock(session: Session, timezone: str, day: date) -> None:
    branch = make.branch(session, make.region(session, timezone=timezone))
    audit = make.audit(session, branch, visited_at=datetime(2025, 7, 6, 22, 30, tzinfo=UTC))
    branch.timezone = "Asia/Kolkata"
    audits.rescore(session, audit)
    assert audit.visited_on == day


def test_an_audit_before_its_visit_has_no_day_and_no_score(session: Session) -> None:
    audit = started(session, make.standard(session))
    assert audit.visited_on is None
    with pytest.raises(Refused, match="without a visit"):
        audits.rescore(session, audit)


def test_a_resubmitted_audit_has_only_its_new_answers(session: Session) -> None:
    audit = started(session, make.standard(session))
    submit(session, audit, greeting1="yes", service1="no")
    audits.move(session, audit, AuditState.RETURNED, by=None, at=make.NOON, reason="look again")
    submit(session, audit, greeting2="no")
    kept = session.exec(select(Item.code).join(Answer).where(Answer.audit_id == audit.id)).all()
    assert (kept, list(rows(session, audit)), audit.score) == (["greeting2"], ["greeting"], 0)


def test_an_audit_counts_from_its_release(session: Session) -> None:
    released = make.NOON + timedelta(days=2)
    audit = make.audit(session, make.branch(session), released_at=released)
    assert (audit.released_at, {r.counted_from for r in rows(session, audit).values()}) == (released, {released})
    session.exec(sa.update(Answer).values(mark="no"))
    audits.rescore(session, audit)
    assert {(r.score, r.counted_from) for r in rows(session, audit).values()} == {(0, released)}


def test_scores_do_not_count_before_the_release(session: Session) -> None:
    audit = started(session, make.standard(session))
    submit(session, audit, greeting1="yes")
    audits.rescore(session, audit)
    audits.move(session, audit, AuditState.APPROVED, by=None, at=make.NOON)
    assert [r.counted_from for r in rows(session, audit).values()] == [None]


def test_an_audit_is_released_once(session: Session) -> None:
    audit = make.audit(session, make.branch(session))
    with pytest.raises(Conflict):
        audits.release(session, audit, by=None, at=make.NOON + timedelta(days=9))
    assert audit.released_at == make.NOON


def test_an_excluded_audit_is_kept_and_never_counts_again(session: Session) -> None:
    audit = make.audit(session, make.branch(session))
    audits.exclude(session, audit, reason=" wrong branch ", by=None, at=make.NOON)
    audits.rescore(session, audit)
    assert (audit.state, audit.reason, audit.score) == ("excluded", "wrong branch", 80_000)
    assert [r.counted_from for r in rows(session, audit).values()] == [None, None]
    noted = [(c.audit_id, c.why, c.counted_from, c.day) for c in corrections.unsettled(session)]
    assert noted == [(audit.id, "excluded", make.NOON, date(2025, 7, 2).toordinal())]


def test_an_audit_is_excluded_for_a_reason(session: Session) -> None:
    audit = make.audit(session, make.branch(session))
    with pytest.raises(Refused, match="Say why"):
        audits.exclude(session, audit, reason="  ", by=None, at=make.NOON)
    assert audit.state == "released"


def test_an_audit_that_never_counted_is_excluded_without_a_correction(session: Session) -> None:
    audit = started(session, make.standard(session))
    submit(session, audit, greeting1="yes")
    audits.exclude(session, audit, reason="test", by=None, at=make.NOON)
    assert corrections.unsettled(session) == []


def test_publishing_a_new_version_changes_no_old_score(session: Session) -> None:
    audit = make.audit(session, make.branch(session), score=80)
    newer = make.standard(session, {"greeting": 1})
    audits.rescore(session, audit)
    assert (audit.score, audit.standard_id == newer.id) == (80_000, False)


def test_of_two_steps_at_once_one_is_refused(engine: sa.Engine) -> None:
    with transaction(engine) as session:
        number = make.audit(session, make.branch(session)).id

    def step(to: AuditState) -> str:
        with transaction(engine) as session:
            audit = session.get_one(Audit, number)
            sleep(0.05)  # both have seen it before either moves it
            audits.move(session, audit, to, by=None, at=make.NOON, reason="at once")
            session.flush()
            sleep(0.05)
        return to.value

    given = together(lambda: step(AuditState.EXCLUDED), lambda: step(AuditState.EXCLUDED))
    with reading(engine) as session:
        audit = session.get_one(Audit, number)
        assert [e.verb for e in history.of(session, audit)].count("excluded") == 1
        assert len(corrections.unsettled(session)) == 1
    assert sorted(map(str, given)) == ["This audit is excluded and cannot become excluded.", "excluded"]
