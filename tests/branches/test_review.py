from datetime import timedelta

import pytest
from sqlmodel import Session, select

from branches import audits, history, review
from branches.audits import Audit, Photo
from branches.errors import Conflict, Refused
from branches.questions import Mark
from branches.standards import Item
from tests import make


def submitted(session: Session) -> Audit:
    audit = audits.assign(
        session, make.standard(session), make.branch(session), make.shopper(session), by=None, at=make.NOON
    )
    audits.start(session, audit, by=audit.shopper, at=make.NOON)
    audits.submit(session, audit, {"greeting1": Mark("yes")}, visited_at=make.NOON, by=audit.shopper, at=make.NOON)
    return audit


def test_an_audit_is_approved_and_released(session: Session) -> None:
    audit, office = submitted(session), make.user(session)
    review.approve(session, audit, by=office, at=make.NOON + timedelta(hours=1))
    review.release(session, audit, by=office, at=make.NOON + timedelta(hours=2))
    assert (audit.approved_at, audit.released_at) == (make.NOON + timedelta(hours=1), make.NOON + timedelta(hours=2))
    told = [(e.verb, e.by_id) for e in history.of(session, audit)]
    assert told == [
        ("assign", None),
        ("started", audit.shopper_id),
        ("submitted", audit.shopper_id),
        ("approved", office.id),
        ("released", office.id),
    ]


def test_an_audit_is_not_released_before_it_is_approved(session: Session) -> None:
    audit = submitted(session)
    with pytest.raises(Conflict):
        review.release(session, audit, by=make.user(session), at=make.NOON)
    assert (audit.state, audit.released_at) == ("submitted", None)


def test_an_audit_goes_back_with_what_is_to_be_corrected(session: Session) -> None:
    audit, office = submitted(session), make.user(session)
    with pytest.raises(Refused, match="Say what the shopper should correct"):
        review.send_back(session, audit, reason=" ", by=office, at=make.NOON)
    assert review.to_correct(session, audit) == frozenset()
    review.send_back(session, audit, reason=" The drink? ", items=["greeting2"], by=office, at=make.NOON)
    assert (audit.state, audit.reason) == ("returned", "The drink?")
    assert review.to_correct(session, audit) == {"greeting2"}
    with pytest.raises(Conflict):
        review.approve(session, audit, by=office, at=make.NOON)


def test_what_was_to_be_corrected_is_told_as_it_was_sent_until_a_photo_comes(session: Session) -> None:
    audit, office = submitted(session), make.user(session)
    assert review.as_sent(session, audit) == {}
    codes = ["greeting1", "greeting2"]
    review.send_back(session, audit, reason="The drink?", items=codes, by=office, at=make.NOON)
    assert review.as_sent(session, audit) == {"greeting1": Mark("yes"), "greeting2": Mark("")}
    item = session.exec(select(Item).where(Item.code == "greeting2", Item.standard_id == audit.standard_id)).one()
    later = make.NOON + timedelta(hours=1)
    sha256 = "0" * 64
    about = {"audit_id": audit.id, "item_id": item.id, "sha256": sha256, "received_sha256": sha256, "kept_at": later}
    session.add(Photo.model_validate({**about, "width": 1, "height": 1, "bytes": 1}))
    session.flush()
    assert review.as_sent(session, audit) == {"greeting1": Mark("yes")}


def test_of_two_people_neither_approves_and_releases(session: Session) -> None:
    audit, office, other = submitted(session), make.user(session), make.user(session)
    with pytest.raises(Refused, match="Nobody both approves and releases"):
        review.approve_and_release(session, audit, by=office, at=make.NOON, two_people=True)
    review.approve(session, audit, by=office, at=make.NOON)
    with pytest.raises(Refused, match="You approved this audit"):
        review.release(session, audit, by=office, at=make.NOON, two_people=True)
    assert audit.state == "approved"
    review.release(session, audit, by=other, at=make.NOON, two_people=True)
    assert audit.state == "released"
