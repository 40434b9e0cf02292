"""What a shopper would have otherwise after sending: told once, kept beside what was sent, found again on a return."""

from pathlib import Path

import pytest
from sqlmodel import Session

from branches import amendments, audits, drafts, history, photos, review
from branches.amendments import Wanted
from branches.audits import Audit
from branches.drafts import VISITED, Typed
from branches.errors import Conflict, NotFound
from branches.states import AuditState
from tests import make
from tests.branches.test_drafts import VISIT, begun, own, save, send
from tests.branches.test_photos import jpeg, keep

LATER = {"greeting1": Typed("no", "I looked again"), "greeting2": Typed("yes")}


def sent(session: Session) -> Audit:
    audit = begun(session)
    save(session, audit, 0, VISIT, greeting1="yes", greeting2="yes")
    send(session, audit)
    return audit


def ask(session: Session, audit: Audit, typed: dict[str, Typed], photos: int = 0) -> None:
    amendments.ask(session, audit, typed, photos, by=own(audit), at=make.NOON)


def test_only_what_differs_is_told_and_told_once(session: Session) -> None:
    audit = sent(session)
    assert amendments.differing(session, audit, LATER) == ["greeting1"]
    for _ in range(2):
        ask(session, audit, LATER, 1)
    events = [event for event in history.of(session, audit) if event.verb == "amend"]
    assert [event.details for event in events] == [{"items": ["greeting1"], "photos": 1}]
    assert amendments.wanted(session, audit) == [Wanted("greeting1", Typed("yes"), LATER["greeting1"])]
    assert amendments.differing(session, audit, LATER) == []
    assert (audit.state, drafts.read(session, audit).marks["greeting1"]) == ("submitted", "yes")


def test_a_time_of_the_visit_is_asked_for_as_any_answer(session: Session) -> None:
    audit = sent(session)
    ask(session, audit, {VISITED: Typed("2025-07-02T13:45")})
    assert amendments.wanted(session, audit) == [Wanted(VISITED, Typed(VISIT), Typed("2025-07-02T13:45"))]


def test_when_it_is_returned_the_shopper_finds_both(session: Session) -> None:
    audit = sent(session)
    ask(session, audit, LATER)
    review.send_back(session, audit, reason="as you asked", by=make.user(session), at=make.NOON)
    held = drafts.read(session, audit)
    assert (held.undecided, held.entries["greeting1"].other) == (["greeting1"], LATER["greeting1"])
    save(session, audit, held.saves, greeting1="yes")
    send(session, audit, "b" * 32)
    assert (audit.state, amendments.wanted(session, audit), amendments.asked(session, audit)) == ("submitted", [], None)


def test_photos_may_follow_once_it_was_asked_and_before_it_counts(session: Session, tmp_path: Path) -> None:
    audit, late = sent(session), keep(tmp_path, jpeg())
    with pytest.raises(Conflict):
        photos.attach(session, audit, None, late, by=own(audit), at=make.NOON)
    ask(session, audit, {}, 1)
    photos.attach(session, audit, None, late, by=own(audit), at=make.NOON)
    assert len(photos.of_audit(session, audit)) == 1
    review.approve_and_release(session, audit, by=make.user(session), at=make.NOON)
    with pytest.raises(Conflict):
        photos.attach(session, audit, None, keep(tmp_path, jpeg(width=60)), by=own(audit), at=make.NOON)


def test_an_open_audit_is_changed_in_its_form_and_by_its_shopper_alone(session: Session) -> None:
    audit = begun(session)
    with pytest.raises(Conflict, match="change it in its form"):
        ask(session, audit, LATER)
    for stranger in (make.shopper(session), make.user(session)):
        with pytest.raises(NotFound):
            amendments.ask(session, audit, LATER, 0, by=stranger, at=make.NOON)


def test_nothing_is_asked_of_an_audit_that_was_never_sent(session: Session) -> None:
    audit = begun(session)
    save(session, audit, 0, VISIT, greeting1="yes")
    audits.move(session, audit, AuditState.EXPIRED, by=None, at=make.NOON)
    with pytest.raises(Conflict):
        ask(session, audit, LATER)
    assert [event.verb for event in history.of(session, audit) if event.verb == "amend"] == []
