from collections.abc import Mapping
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from branches import appeals, audits, clearing, doubts, history, photos, review, standards
from branches.audits import Answer, Audit, Photo
from branches.clearing import Reader, Words
from branches.errors import Conflict, Refused
from branches.people import User
from branches.questions import Mark
from branches.standards import Item, Section, Standard
from tests import make
from tests.branches.test_photos import jpeg

MARKS = {
    "open": Mark("yes", "Anna at the desk knew me: I am her neighbour."),
    "why": Mark("Because Béla was away."),
    "quiet": Mark("no"),
}
OTHERS, OFFICE = Reader(), Reader(originals=True)


def standard(session: Session) -> Standard:
    made = standards.draft(session, title="With a text")
    section = Section(standard_id=made.id, code="greeting", position=0, titles={"en": "Greeting"})
    session.add(section)
    session.flush()
    kinds = {"open": "yes_no", "why": "text", "quiet": "yes_no"}
    for position, (code, kind) in enumerate(kinds.items(), start=1):
        about: dict[str, Any] = {"code": code, "position": position, "type": kind, "scored": kind == "yes_no"}
        session.add(Item(standard_id=made.id, section_id=section.id, **about))
    session.flush()
    session.refresh(made)
    standards.publish(session, made, at=make.NOON, by=None)
    return made


@pytest.fixture
def audit(session: Session) -> Audit:
    """One that waits to be reviewed."""
    made = audits.assign(session, standard(session), make.branch(session), make.shopper(session), by=None, at=make.NOON)
    audits.start(session, made, by=made.shopper, at=make.NOON)
    audits.submit(session, made, MARKS, visited_at=make.NOON, by=made.shopper, at=make.NOON)
    return made


@pytest.fixture
def office(session: Session) -> User:
    return make.user(session)


def picture(session: Session, audit: Audit, folder: Path) -> Photo:
    kept = Photo(audit_id=audit.id, kept_at=make.NOON, **vars(photos.keep(folder, BytesIO(jpeg()))))
    session.add(kept)
    session.flush()
    return kept


def read(session: Session, audit: Audit, reader: Reader) -> dict[str, tuple[str, str]]:
    """Mark and comment of each item, as that reader has them."""
    found = session.exec(select(Answer).where(Answer.audit_id == audit.id))
    told = {one.item.code: one for one in found}
    return {
        code: (reader.text(one) if clearing.is_text(one.item, one) else one.mark, reader.comment(one))
        for code, one in told.items()
    }


def clear(session: Session, audit: Audit, words: Mapping[str, Words], *back: str, by: User) -> list[str]:
    return clearing.clear(session, audit, words, back, by=by, at=make.NOON + timedelta(hours=1))


def test_others_read_what_was_cleared_and_head_office_the_original(
    session: Session, audit: Audit, office: User
) -> None:
    before = read(session, audit, OTHERS)
    assert before == read(session, audit, OFFICE)
    words = {"open": Words(comment="Somebody at the desk knew the shopper."), "why": Words(mark="")}
    assert clear(session, audit, words, by=office) == ["open", "why"]
    assert read(session, audit, OTHERS) == {
        "open": ("yes", "Somebody at the desk knew the shopper."),
        "why": ("", ""),
        "quiet": ("no", ""),
    }
    assert read(session, audit, OFFICE) == before


def test_what_is_held_is_read_by_nobody_who_waits_for_it(
    session: Session, audit: Audit, office: User, tmp_path: Path
) -> None:
    clear(session, audit, {"why": Words(mark="Because somebody was away.")}, by=office)
    photo = picture(session, audit, tmp_path)
    waiting = Reader(held=True)
    assert read(session, audit, waiting) == {"open": ("yes", ""), "why": ("", ""), "quiet": ("no", "")}
    assert (waiting.photos([photo]), OTHERS.photos([photo])) == ([], [photo])


def test_history_says_who_cleared_what_and_repeats_no_word_of_it(
    session: Session, audit: Audit, office: User, tmp_path: Path
) -> None:
    photo = picture(session, audit, tmp_path)
    clear(session, audit, {"open": Words(comment="She knew the shopper.")}, photo.public_id, by=office)
    event = history.of(session, audit)[-1]
    assert (event.verb, event.by_id, event.details) == ("clear", office.id, {"items": ["open"], "photos": 1})
    clear(session, audit, {"open": Words(comment="She knew the shopper.")}, photo.public_id, by=office)
    assert history.of(session, audit)[-1].id == event.id  # nothing is otherwise, so nothing was done


def test_a_photo_is_kept_back_and_before_the_release_given_back(
    session: Session, audit: Audit, office: User, tmp_path: Path
) -> None:
    photo = picture(session, audit, tmp_path)
    clear(session, audit, {}, photo.public_id, by=office)
    assert (OTHERS.photos([photo]), OFFICE.photos([photo])) == ([], [photo])
    clear(session, audit, {}, by=office)
    assert OTHERS.photos([photo]) == [photo]


def test_after_the_release_more_can_be_taken_out_and_nothing_given_back(
    session: Session, audit: Audit, office: User, tmp_path: Path
) -> None:
    photo = picture(session, audit, tmp_path)
    clear(session, audit, {"open": Words(comment="She knew the shopper.")}, photo.public_id, by=office)
    review.approve_and_release(session, audit, by=office, at=make.NOON + timedelta(hours=2))
    kept = read(session, audit, OTHERS)
    for words, back in (({"open": Words()}, [photo.public_id]), ({}, [])):
        with pytest.raises(Refused, match="cannot be given back"):
            clear(session, audit, words, *back, by=office)
    assert (read(session, audit, OTHERS), photo.kept_back) == (kept, True)
    clear(session, audit, {"open": Words(comment=""), "why": Words(mark="")}, photo.public_id, by=office)
    taken_out = {"open": ("yes", ""), "why": ("", ""), "quiet": ("no", "")}
    assert read(session, audit, OTHERS) == taken_out
    for one in (Words(comment="Somebody knew the shopper."), Words(comment="", mark="Because.")):
        with pytest.raises(Refused, match="cannot be given back"):
            clear(session, audit, {"open": one, "why": one}, photo.public_id, by=office)
    session.expire_all()
    assert read(session, audit, OTHERS) == taken_out


def test_nothing_is_cleared_of_an_audit_that_nobody_will_read(session: Session, audit: Audit, office: User) -> None:
    review.send_back(session, audit, reason="Why?", by=office, at=make.NOON)
    with pytest.raises(Conflict, match="cannot be changed now"):
        clear(session, audit, {"open": Words(comment="")}, by=office)


def test_what_is_sent_again_unchanged_stays_cleared_and_other_words_are_read_anew(
    session: Session, audit: Audit, office: User
) -> None:
    clear(session, audit, {"open": Words(comment="x"), "why": Words(mark="y")}, by=office)
    review.send_back(session, audit, reason="Why?", by=office, at=make.NOON)
    again = {**MARKS, "why": Mark("Because Cili was away.")}
    audits.submit(session, audit, again, visited_at=make.NOON, by=audit.shopper, at=make.NOON)
    told = read(session, audit, OTHERS)
    assert (told["open"][1], told["why"][0]) == ("x", "Because Cili was away.")


def test_a_text_that_an_appeal_changed_is_read_as_head_office_wrote_it(
    session: Session, audit: Audit, office: User
) -> None:
    clear(session, audit, {"why": Words(mark="y")}, by=office)
    review.approve_and_release(session, audit, by=office, at=make.NOON)
    until = make.NOON + timedelta(days=7)
    appeal = appeals.open_appeal(session, audit, "why", reason="No.", until=until, by=office, at=make.NOON)
    appeals.decide(session, appeal, upheld_as="Somebody was away.", decision="So.", by=office, at=make.NOON)
    assert read(session, audit, OTHERS)["why"] == ("Somebody was away.", "")


def test_a_name_is_told_until_what_others_read_names_nobody(session: Session, audit: Audit, office: User) -> None:
    known = doubts.familiar(audit, "Test")
    assert clearing.still_named(session, audit, known) == {"why": "Béla"}  # a sentence may begin with any word
    clear(session, audit, {"open": Words(comment="The one called Anna knew me.")}, by=office)
    assert clearing.still_named(session, audit, known) == {"open": "Anna", "why": "Béla"}
    clear(session, audit, {"open": Words(comment="She knew me."), "why": Words(mark="")}, by=office)
    assert clearing.still_named(session, audit, known) == {}
