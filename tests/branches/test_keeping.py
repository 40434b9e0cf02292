"""Keeping: what the dry run lists is what goes, and nothing else changes; nothing goes before its time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from branches import accounts, actions, assignments, keeping, sessions
from branches.appeals import Appeal, AppealPhoto
from branches.audits import Answer, Audit, Photo
from branches.drafts import Draft
from branches.evidence import Evidence, EvidencePhoto
from branches.history import Event
from branches.keeping import KINDS, Terms, back
from branches.outbox import Mail, MailKind
from branches.people import Role, User
from branches.sessions import DeviceSession, SignInLink
from branches.states import COUNTED, AuditState
from branches.tables import metadata
from tests import make

NOW = datetime(2030, 3, 31, 3, tzinfo=make.NOON.tzinfo)
SHORT = Terms(photos=12, comments=12, evidence=12, drafts=12, reasons=12, traces=12, people=12, least_days=30)
OLD, YOUNG = NOW - timedelta(days=500), NOW - timedelta(days=200)
SAID = "Somebody in red greeted me."


def forget(session: Session, terms: Terms = SHORT, at: datetime = NOW) -> dict[str, int]:
    """All of it, part by part."""
    gone = dict[str, int]()
    for kind in KINDS:
        while n := keeping.forget(session, kind, terms, by=None, at=at):
            gone[kind.name] = gone.get(kind.name, 0) + n
    return gone


def photo(session: Session, audit: Audit) -> Photo:
    made = Photo(audit_id=audit.id, sha256="0" * 64, kept_at=audit.assigned_at)
    session.add(made)
    session.flush()
    return made


def told(session: Session, at: datetime, shopper: User | None = None) -> Audit:
    """An audit of that moment with a comment, a photo and its form."""
    made = make.audit(session, make.branch(session), by=shopper or make.shopper(session), visited_at=at)
    first = session.exec(select(Answer).where(Answer.audit_id == made.id)).first()
    assert first is not None
    first.comment, first.cleared = SAID, "…"
    photo(session, made)
    session.add(Draft(audit_id=made.id, answers={"greeting1": {"comment": SAID}}, saved_at=at))
    session.flush()
    return made


def tables(session: Session) -> dict[str, dict[tuple[Any, ...], Any]]:
    """Every row of every table, by its key."""
    session.flush()
    found = dict[str, dict[tuple[Any, ...], Any]]()
    for table in metadata.sorted_tables:
        keys = [column.name for column in table.primary_key.columns]
        rows = session.execute(sa.select(table)).mappings()
        found[table.name] = {tuple(row[key] for key in keys): dict(row) for row in rows}
    return found


def otherwise(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, set[tuple[Any, ...]]]:
    """The rows that changed, went or came, by table."""
    found = {
        name: {key for key in before[name].keys() | after[name].keys() if before[name].get(key) != after[name].get(key)}
        for name in before
    }
    return {name: keys for name, keys in found.items() if keys}


@pytest.mark.parametrize(
    ("at", "months", "was"),
    [
        ("2030-03-31", 1, "2030-02-28"),
        ("2028-03-31", 1, "2028-02-29"),
        ("2030-01-15", 1, "2029-12-15"),
        ("2030-01-15", 600, "1980-01-15"),
    ],
)
def test_months_are_those_of_the_calendar(at: str, months: int, was: str) -> None:
    then = datetime.fromisoformat(f"{at}T05:00:00+00:00")
    assert back(then, months) == datetime.fromisoformat(f"{was}T05:00:00+00:00")


def test_words_photos_and_forms_go_and_marks_and_scores_stay(session: Session) -> None:
    audit = told(session, OLD)
    before = tables(session)
    assert forget(session) == {"photos": 1, "comments": 1, "drafts": 1}
    after = tables(session)
    assert otherwise(before, after).keys() == {"photo", "answer", "draft", "history"}
    marks = {key: row["mark"] for key, row in before["answer"].items()}
    assert {key: row["mark"] for key, row in after["answer"].items()} == marks
    assert SAID not in str(after)
    assert session.get_one(Audit, audit.id).score == 80_000
    assert forget(session) == {}


def test_what_went_is_told_by_kind_and_number_alone(session: Session) -> None:
    told(session, OLD)
    forget(session)
    events = session.exec(select(Event).where(Event.thing == "keeping").order_by("id")).all()
    assert [event.details for event in events] == [{"kind": kind, "n": 1} for kind in ("photos", "comments", "drafts")]
    assert {event.by_id for event in events} == {None}


def test_nothing_goes_before_its_time_or_where_it_is_kept_without_end(session: Session) -> None:
    told(session, YOUNG)
    assert keeping.due(session, SHORT, NOW) == {}
    told(session, OLD)
    assert keeping.due(session, Terms(0, 0, 0, 0, 0, 0, 0), NOW) == {}


def test_an_audit_stays_whole_as_long_as_reports_look_back_on_it(session: Session) -> None:
    told(session, OLD)
    long = Terms(1, 1, 1, 12, 12, 12, 12, least_days=501)
    assert keeping.due(session, long, NOW).keys() == {"drafts"}
    assert keeping.due(session, long, NOW + timedelta(days=2)).keys() == {"drafts", "photos", "comments"}


@pytest.mark.parametrize("state", [AuditState.STARTED, AuditState.SUBMITTED, AuditState.RETURNED, AuditState.APPROVED])
def test_an_audit_that_is_still_worked_on_stays_whole(session: Session, state: AuditState) -> None:
    told(session, OLD).state = state.value
    assert keeping.due(session, SHORT, NOW) == {}


def test_an_audit_that_is_still_argued_from_stays_whole(session: Session) -> None:
    audit = told(session, OLD)
    branch, staff = audit.branch, make.user(session, Role.STAFF, branch=audit.branch)
    promised = actions.open_action(
        session, branch, plan="Greet.", due_on=YOUNG.date(), by=staff, at=OLD + timedelta(days=1), audit=audit
    )
    assert keeping.due(session, SHORT, NOW) == {}
    actions.complete(session, promised, by=staff, at=OLD + timedelta(days=2))
    assert keeping.due(session, SHORT, NOW) == {}
    actions.verify(session, promised, by=make.user(session), at=OLD + timedelta(days=3))
    assert keeping.due(session, SHORT, NOW).keys() == {"photos", "comments", "drafts"}
    item = audit.standard.sections[0].items[0]
    open_one = Appeal(audit_id=audit.id, item_id=item.id, reason="No.", opened_at=OLD, mark_before="yes")
    session.add(open_one)
    assert keeping.due(session, SHORT, NOW) == {}
    open_one.state = "rejected"
    assert keeping.due(session, SHORT, NOW).keys() == {"photos", "comments", "drafts"}


def test_what_was_shown_goes_once_nobody_asks_for_it(session: Session) -> None:
    audit = told(session, OLD)
    staff = make.user(session, Role.STAFF, branch=audit.branch)
    action = actions.open_action(
        session, audit.branch, plan="Greet.", due_on=YOUNG.date(), by=staff, at=OLD, audit=audit
    )
    actions.complete(session, action, by=staff, at=OLD)
    shown = Evidence(action_id=action.id, completed_at=OLD, note="Anna trained us.", shown_at=OLD)
    session.add(shown)
    session.flush()
    kept: dict[str, Any] = {
        "sha256": "1" * 64,
        "received_sha256": "",
        "width": 1,
        "height": 1,
        "bytes": 1,
        "kept_at": OLD,
    }
    session.add(EvidencePhoto(evidence_id=shown.id, **kept))
    item = audit.standard.sections[0].items[0]
    ended = Appeal(
        audit_id=audit.id, item_id=item.id, reason="No.", opened_at=OLD, mark_before="yes", state="withdrawn"
    )
    session.add(ended)
    session.flush()
    session.add(AppealPhoto(appeal_id=ended.id, **kept))
    assert keeping.due(session, SHORT, NOW) == {}
    actions.verify(session, action, by=make.user(session), at=OLD)
    gone = forget(session)
    assert (gone["evidence"], gone["backing"]) == (1, 1)
    assert (session.get_one(Evidence, shown.id).note, session.get_one(Appeal, ended.id).reason) == ("", "No.")
    assert session.exec(select(EvidencePhoto)).all() == []
    assert session.exec(select(AppealPhoto)).all() == []


def test_why_a_shopper_could_not_go_is_forgotten_and_why_a_visit_failed_is_not(session: Session) -> None:
    version, office = make.standard(session), make.user(session)

    def asked() -> tuple[Audit, User]:
        shopper, day = make.shopper(session), OLD.date()
        made = assignments.assign(
            session, version, make.branch(session), shopper, opens_on=day, closes_on=day, by=office, at=OLD
        )
        return made.audit, shopper

    first, shopper = asked()
    assignments.decline(session, first, reason="My mother is ill.", by=shopper, at=OLD)
    second, other = asked()
    assignments.could_not_be_done(session, second, reason="It was shut.", by=other, at=OLD)
    assert forget(session) == {"reasons": 1}
    assert (first.reason, second.reason) == ("", "It was shut.")
    assert "My mother is ill." not in str(tables(session))


def test_ways_in_and_troubles_go_once_they_have_ended(session: Session) -> None:
    user = make.user(session)
    for at in (OLD, NOW):
        sessions.make_link(session, user, at=at)
        sessions.begin(session, user, at=at, label="Phone")
    for key, ended in (("sent", OLD), ("waiting", None)):
        told_of: dict[str, Any] = {"trouble": "<a@example.com> unknown", "message_id": f"<{key}>", "sent_at": ended}
        session.add(Mail(key=key, kind=MailKind.ASSIGNED.value, user_id=user.id, made_at=OLD, next_at=OLD, **told_of))
    assert forget(session) == {"links": 1, "devices": 1, "troubles": 1}
    assert len(session.exec(select(SignInLink)).all()) == len(session.exec(select(DeviceSession)).all()) == 1
    assert {mail.key: bool(mail.trouble) for mail in session.exec(select(Mail))} == {"sent": False, "waiting": True}


def test_people_who_left_long_ago_are_erased_by_the_same_verb(session: Session) -> None:
    left, lately, back_again, stays = (make.shopper(session) for _ in range(4))
    office = make.user(session)
    for user, at in ((left, OLD), (lately, YOUNG), (back_again, OLD)):
        accounts.deactivate(session, user, by=office, at=at)
    accounts.reactivate(session, back_again, by=office, at=YOUNG)
    assert keeping.due(session, SHORT, NOW) == {"people": [left.id]}
    assert forget(session) == {"people": 1}
    assert (left.erased_at, left.name, left.email) == (NOW, "", None)
    assert [user.erased_at for user in (lately, back_again, stays, office)] == [None] * 4


def test_who_still_has_something_to_do_is_not_erased(session: Session) -> None:
    audit, office = told(session, YOUNG, shopper := make.shopper(session)), make.user(session)
    audit.state = AuditState.STARTED.value
    accounts.deactivate(session, shopper, by=office, at=OLD)
    assert keeping.due(session, SHORT, NOW) == {}


def test_a_part_is_bounded_and_the_next_one_goes_on(session: Session) -> None:
    audit = told(session, OLD)
    (photos,) = (kind for kind in KINDS if kind.name == "photos")
    for _ in range(photos.at_once):
        session.add(Photo(audit_id=audit.id, sha256="2" * 64, kept_at=OLD))
    parts = [keeping.forget(session, photos, SHORT, by=None, at=NOW) for _ in range(3)]
    assert parts == [photos.at_once, 1, 0]


ENDED = {*COUNTED, AuditState.EXPIRED, AuditState.WITHDRAWN, AuditState.EXCLUDED}
ROWS = {"photos": "photo", "drafts": "draft", "links": "sign_in_link", "devices": "device_session", "troubles": "mail"}
"""Of these kinds the numbers are those of the rows that change or go."""


@pytest.mark.slow
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    made=st.lists(st.tuples(st.integers(1, 900), st.sampled_from(AuditState), st.booleans()), min_size=1, max_size=4),
    months=st.lists(st.integers(0, 30), min_size=5, max_size=5),
    least=st.integers(0, 400),
)
def test_the_dry_run_lists_what_goes_and_nothing_else_changes(
    engine: sa.Engine, made: list[tuple[int, AuditState, bool]], months: list[int], least: int
) -> None:
    """Each case is rolled back, so that the next one begins with the same rows."""
    photos, comments, shown, forms, traces = months
    terms = Terms(photos, comments, shown, forms, 12, traces, 0, least_days=least)
    may_go = set[int]()
    with Session(engine) as session:
        for age, state, argued in made:
            audit = standing(session, NOW - timedelta(days=age), state, argued=argued)
            if state in ENDED and not argued and age >= max(least, 28 * comments):
                may_go.add(audit.id)
        before = tables(session)
        listed = keeping.due(session, terms, NOW)
        assert tables(session) == before
        gone = forget(session, terms)
        after = tables(session)
        session.rollback()
    changed = otherwise(before, after)
    told_of = changed.pop("history", set())
    assert gone == {kind: len(rows) for kind, rows in listed.items()}
    found = {kind: sorted(key[0] for key in changed.pop(ROWS[kind])) for kind in listed.keys() & ROWS.keys()}
    assert found == {kind: listed[kind] for kind in found}
    assert sorted({key[0] for key in changed.pop("answer", set())}) == listed.get("comments", [])
    assert changed == {}
    assert not told_of & before["history"].keys()
    assert set(listed.get("comments", [])) <= may_go


def standing(session: Session, at: datetime, state: AuditState, *, argued: bool) -> Audit:
    """An audit with all that may be forgotten of it, and its shopper's way in."""
    shopper = make.shopper(session)
    audit = told(session, at, shopper)
    audit.state = state.value
    sessions.make_link(session, shopper, at=at)
    sessions.begin(session, shopper, at=at, label="Phone")
    if argued:
        item = audit.standard.sections[0].items[0]
        session.add(Appeal(audit_id=audit.id, item_id=item.id, reason="No.", opened_at=at, mark_before="yes"))
    return audit
