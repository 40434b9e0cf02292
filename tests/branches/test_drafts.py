"""Drafts and sending: nothing typed is lost without a word, and what is sent is sent once."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from branches import audits, drafts, history, review, sending
from branches.audits import Answer, Audit
from branches.database import transaction
from branches.drafts import Draft, Typed
from branches.errors import Conflict, NotFound, Refused
from branches.people import User
from branches.questions import AnswersRefused, Mark
from branches.sending import AlreadySent, ChangedSince
from branches.standards import Item
from tests import make
from tests.together import together

KEY, OTHER_KEY = "a" * 32, "b" * 32
VISIT = "2025-07-02T13:30"


def begun(session: Session) -> Audit:
    standard = make.standard(session, {"greeting": 3})
    audit = audits.assign(session, standard, make.branch(session), make.shopper(session), by=None, at=make.NOON)
    audits.start(session, audit, by=audit.shopper, at=make.NOON)
    return audit


def own(audit: Audit) -> User:
    assert audit.shopper is not None
    return audit.shopper


def save(session: Session, audit: Audit, seen: int, visited: str | None = None, **marks: str) -> drafts.Filled:
    typed = {code: Typed(mark) for code, mark in marks.items()}
    return drafts.save(session, audit, typed, visited, seen=seen, by=own(audit), at=make.NOON)


def send(session: Session, audit: Audit, key: str = KEY, seen: str | None = None) -> str:
    shown = seen or sending.content(session, audit, drafts.read(session, audit))
    sending.send(session, audit, key=key, content_seen=shown, by=own(audit), at=make.NOON)
    return shown


def answers(session: Session, audit: Audit) -> dict[str, str]:
    return dict(session.exec(select(Item.code, Answer.mark).join(Answer).where(Answer.audit_id == audit.id)).all())


def test_whatever_is_typed_is_kept_as_it_was_typed(session: Session) -> None:
    audit = begun(session)
    save(session, audit, 0, "yesterday", greeting1="perhaps", greeting2=" \u0b95\n")
    session.expire_all()
    held = drafts.read(session, audit)
    assert (held.marks, held.visited, held.saves) == (
        {"greeting1": "perhaps", "greeting2": " \u0b95\n"},
        "yesterday",
        1,
    )
    save(session, audit, 1, greeting2="no")
    assert drafts.read(session, audit).marks == {"greeting1": "perhaps", "greeting2": "no"}


def test_only_the_audits_own_shopper_writes_into_its_draft(session: Session) -> None:
    audit = begun(session)
    for stranger in (make.shopper(session), make.user(session)):
        with pytest.raises(NotFound):
            drafts.save(session, audit, {}, None, seen=0, by=stranger, at=make.NOON)
        with pytest.raises(NotFound):
            sending.send(session, audit, key=KEY, content_seen="", by=stranger, at=make.NOON)
    assert session.exec(select(Draft)).all() == []


def test_a_draft_is_bounded(session: Session) -> None:
    audit = begun(session)
    long = {"greeting1": Typed("x" * 2001), "greeting2": Typed("", "y" * 4001)}
    with pytest.raises(AnswersRefused) as refused:
        drafts.save(session, audit, long, "9" * 33, seen=0, by=own(audit), at=make.NOON)
    assert [fault.item for fault in refused.value.faults] == ["greeting1", "greeting2", drafts.VISITED]
    with pytest.raises(Refused, match="no item nothing"):
        save(session, audit, 0, nothing="yes")
    assert session.exec(select(Draft)).all() == []


def test_signs_that_no_database_keeps_are_left_out(session: Session) -> None:
    audit = begun(session)
    save(session, audit, 0, "\0", greeting1="a\0b\ud800")
    assert drafts.read(session, audit).marks == {"greeting1": "ab?"}


def test_an_older_page_that_touched_nothing_overwrites_nothing(session: Session) -> None:
    audit = begun(session)
    save(session, audit, 0, greeting1="yes", greeting2="yes")
    save(session, audit, 1, greeting1="no")
    held = save(session, audit, 1, greeting1="yes", greeting2="na")  # made from save 1, where greeting1 was yes
    assert (held.marks, held.undecided) == ({"greeting1": "no", "greeting2": "na"}, [])


def test_two_pages_that_changed_the_same_item_leave_a_choice(session: Session) -> None:
    audit = begun(session)
    save(session, audit, 0, VISIT, greeting1="yes")
    held = save(session, audit, 0, greeting1="no")
    assert (held.marks, held.undecided) == ({"greeting1": "yes"}, ["greeting1"])
    assert held.entries["greeting1"].other == Typed("no")
    with pytest.raises(AnswersRefused, match="answered differently on two pages"):
        send(session, audit)
    held = save(session, audit, held.saves, greeting1="yes")
    assert (held.marks, held.undecided) == ({"greeting1": "yes"}, [])
    send(session, audit)
    assert answers(session, audit) == {"greeting1": "yes"}


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(pages=st.lists(st.tuples(st.integers(0, 6), st.sampled_from("abc"), st.sampled_from("abc")), max_size=7))
def test_nothing_that_somebody_typed_last_is_lost_without_a_word(pages: list[tuple[int, str, str]]) -> None:
    """Pages made from any earlier save: what a page changed is there afterwards, as the answer or beside it."""
    entry, seen_at = drafts.Entry(), {0: Typed()}
    for save_number, (seen, mark, other) in enumerate(pages, 1):
        known = min(seen, save_number - 1)
        typed = Typed(mark, other)
        before = entry.now
        entry = drafts._merged(entry, typed, seen=known, save=save_number)
        seen_at[save_number] = entry.now
        if typed != seen_at[known]:
            assert typed in (entry.now, entry.other)
        if known == save_number - 1:
            assert (entry.now, entry.other) == (typed, None)
        assert before in (entry.now, entry.before)


def typed_on(session: Session, audit: Audit, source: tuple[str, int], mark: str, seen: int = 0) -> drafts.Filled:
    answers, phone = {"greeting1": Typed(mark)}, drafts.Phone(source[0], {"greeting1": source[1]})
    return drafts.save(session, audit, answers, None, seen=seen, by=own(audit), at=make.NOON, phone=phone)


def test_a_phone_that_has_not_heard_of_a_save_does_not_stand_against_itself(session: Session) -> None:
    audit = begun(session)
    typed_on(session, audit, ("a", 1), "good")
    held = typed_on(session, audit, ("a", 2), "goo")  # the answer to the first was lost
    assert (held.marks, held.undecided) == ({"greeting1": "goo"}, [])
    held = typed_on(session, audit, ("a", 3), "")  # as it was before the first
    assert (held.marks, held.undecided) == ({"greeting1": ""}, [])


def test_what_was_overtaken_on_its_way_changes_nothing(session: Session) -> None:
    audit = begun(session)
    typed_on(session, audit, ("a", 2), "good")
    held = typed_on(session, audit, ("a", 1), "goo")
    assert (held.marks, held.undecided) == ({"greeting1": "good"}, [])


def test_two_phones_stand_against_each_other_as_pages_do(session: Session) -> None:
    audit = begun(session)
    typed_on(session, audit, ("a", 1), "yes")
    held = typed_on(session, audit, ("b", 7), "no")
    assert (held.marks, held.undecided) == ({"greeting1": "yes"}, ["greeting1"])
    held = typed_on(session, audit, ("a", 2), "na")
    assert (held.entries["greeting1"].now, held.entries["greeting1"].other) == (Typed("na"), Typed("no"))
    held = typed_on(session, audit, ("b", 8), "na", seen=held.saves)
    assert (held.marks, held.undecided) == ({"greeting1": "na"}, [])


def test_a_photo_that_the_phone_names_must_be_there(session: Session) -> None:
    audit = begun(session)
    save(session, audit, 0, VISIT, greeting1="yes")
    shown = sending.content(session, audit, drafts.read(session, audit))
    with pytest.raises(sending.NotWhole) as refused:
        sending.send(session, audit, key=KEY, content_seen=shown, photos=["gone"], by=own(audit), at=make.NOON)
    assert (refused.value.photos, audit.state) == (["gone"], "started")


def test_what_is_sent_is_sent_once_and_said_again(session: Session) -> None:
    audit = begun(session)
    save(session, audit, 0, VISIT, greeting1="yes", greeting2="")
    shown = send(session, audit)
    send(session, audit, KEY, shown)
    send(session, audit, OTHER_KEY, shown)
    assert [e.verb for e in history.of(session, audit)].count("submitted") == 1
    assert answers(session, audit) == {"greeting1": "yes", "greeting2": ""}
    found = sending.receipt(session, audit)
    assert found == sending.Receipt(1, 0, make.NOON, make.NOON - timedelta(minutes=30))


def test_other_content_after_it_was_sent_is_a_conflict(session: Session) -> None:
    audit = begun(session)
    save(session, audit, 0, VISIT, greeting1="yes")
    send(session, audit)
    for key in (KEY, OTHER_KEY):
        with pytest.raises(AlreadySent):
            send(session, audit, key, "0" * 64)
    with pytest.raises(Conflict):
        save(session, audit, 9, greeting1="no")
    assert answers(session, audit) == {"greeting1": "yes"}


def test_what_the_page_did_not_show_is_not_sent(session: Session) -> None:
    audit = begun(session)
    save(session, audit, 0, VISIT, greeting1="yes")
    shown = sending.content(session, audit, drafts.read(session, audit))
    save(session, audit, 1, greeting1="no")
    with pytest.raises(ChangedSince):
        send(session, audit, KEY, shown)
    assert audit.state == "started"


def test_the_first_sending_repeated_after_a_return_sends_nothing_again(session: Session) -> None:
    audit, office = begun(session), make.user(session)
    save(session, audit, 0, VISIT, greeting1="yes")
    shown = send(session, audit)
    review.send_back(session, audit, reason="which?", by=office, at=make.NOON)
    send(session, audit, KEY, shown)
    assert audit.state == "returned"
    save(session, audit, 1, greeting1="no")
    send(session, audit, OTHER_KEY)
    assert (audit.state, answers(session, audit)) == ("submitted", {"greeting1": "no"})


def test_a_phone_that_kept_its_key_sends_what_was_corrected(session: Session) -> None:
    """What it had not sent when the audit came back goes on under the key of the first time."""
    audit, office = begun(session), make.user(session)
    save(session, audit, 0, VISIT, greeting1="yes")
    first = send(session, audit)
    review.send_back(session, audit, reason="which?", by=office, at=make.NOON)
    save(session, audit, 1, greeting1="no")
    with pytest.raises(ChangedSince):
        send(session, audit, KEY, "0" * 64)
    second = send(session, audit)
    assert (audit.state, answers(session, audit)) == ("submitted", {"greeting1": "no"})
    send(session, audit, KEY, second)
    with pytest.raises(AlreadySent):
        send(session, audit, KEY, first)
    assert [event.verb for event in history.of(session, audit)].count("submitted") == 2


def test_an_audit_returned_without_a_draft_begins_with_what_was_sent(session: Session) -> None:
    audit = begun(session)
    audits.submit(session, audit, {"greeting1": Mark("no", "x")}, visited_at=make.NOON, by=own(audit), at=make.NOON)
    review.send_back(session, audit, reason="which?", by=make.user(session), at=make.NOON)
    held = drafts.read(session, audit)
    assert (held.entries["greeting1"].now, held.visited) == (Typed("no", "x"), "2025-07-02T14:00")
    send(session, audit)
    assert (audit.state, audit.visited_at) == ("submitted", make.NOON)


@pytest.mark.parametrize(
    "typed",
    [
        *("", "yesterday", "2025-07-02", "2025-13-02T10:00", "2025-07-02T10:00Z", "0001-01-01T00:00", "T10:00"),
        *("9" * 32, "9999-12-31T23:59", "2025-07-02T10:00+24:00", "2026-07-02T10:00", "1999-07-02T10:00"),
    ],
)
def test_a_time_that_cannot_be_is_a_fault_beside_the_others(session: Session, typed: str) -> None:
    audit = begun(session)
    save(session, audit, 0, typed, greeting1="perhaps")
    with pytest.raises(AnswersRefused) as refused:
        send(session, audit)
    assert [fault.item for fault in refused.value.faults] == ["", "greeting1"]


def test_the_clock_is_the_branchs(session: Session) -> None:
    audit = begun(session)
    audit.branch.timezone = "America/New_York"
    save(session, audit, 0, "2025-07-02T08:00", greeting1="yes")
    send(session, audit)
    assert audit.visited_at == make.NOON


def test_two_sends_at_once_are_one(engine: sa.Engine) -> None:
    with transaction(engine) as session:
        audit = begun(session)
        save(session, audit, 0, VISIT, greeting1="yes")
        number, shown = audit.id, sending.content(session, audit, drafts.read(session, audit))

    def again() -> str:
        with transaction(engine) as session:
            send(session, session.get_one(Audit, number), KEY, shown)
        return "sent"

    assert together(again, again) == ["sent", "sent"]
    with transaction(engine) as session:
        told = [e.verb for e in history.of(session, session.get_one(Audit, number))]
    assert told.count("submitted") == 1
