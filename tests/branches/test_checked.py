"""What the review desk sees at an audit, of real rows: against the shopper's other audits, and against everybody's."""

from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

from sqlmodel import Session, select

from branches import assignments, audits, checked, checks, compared, photos, review, standards
from branches.audits import Audit, Photo
from branches.checks import AuditCheck, Check, CheckKind
from branches.people import User
from branches.places import Branch
from branches.questions import Mark
from branches.standards import Item, Section, Standard
from tests import make
from tests.branches.test_photos import jpeg

SAID = "Nobody looked up when I came in, so I waited."
LATER = make.NOON + timedelta(hours=4)


def rated(session: Session) -> Standard:
    """Six ratings, and two items that may not apply."""
    made = standards.draft(session, title="Rated")
    section = Section(standard_id=made.id, code="s", position=0, titles={"en": "S"})
    session.add(section)
    session.flush()
    for n in range(6):
        place = {"standard_id": made.id, "section_id": section.id, "position": n}
        session.add(Item.model_validate({**place, "code": f"r{n}", "type": "rating", "worst": "1", "best": "5"}))
    for n, code in enumerate(("drink", "chair")):
        session.add(Item(standard_id=made.id, section_id=section.id, code=code, position=6 + n, na=True))
    session.flush()
    session.refresh(made)
    standards.publish(session, made, at=make.NOON, by=None)
    return made


def sent(
    session: Session,
    standard: Standard,
    marks: str = "",
    *,
    shopper: User | None = None,
    branch: Branch | None = None,
    visited: datetime = make.NOON,
    comment: str = "",
    drink: str = "yes",
    channel: str = "visit",
) -> Audit:
    shopper = shopper or make.shopper(session)
    there = branch or make.branch(session)
    audit = audits.assign(session, standard, there, shopper, by=None, at=make.NOON, channel=channel)
    audits.start(session, audit, by=shopper, at=visited)
    given = {f"r{n}": Mark(mark) for n, mark in enumerate(marks)}
    given["drink"] = Mark(drink, comment)
    audits.submit(session, audit, given, visited_at=visited, by=shopper, at=visited + timedelta(hours=3))
    return audit


def add_photo(session: Session, audit: Audit, folder: Path, code: str = "", picture: bytes = b"") -> None:
    kept = photos.keep(folder, BytesIO(picture or jpeg()))
    item = session.exec(select(Item).where(Item.code == code, Item.standard_id == audit.standard_id)).first()
    session.add(Photo(audit_id=audit.id, item_id=item.id if item else None, kept_at=LATER, **vars(kept)))
    session.flush()


def place(branch: Branch, latitude: float, longitude: float) -> Branch:
    branch.latitude, branch.longitude = latitude, longitude
    return branch


def test_ratings_that_are_all_alike_are_told_where_others_differ(session: Session) -> None:
    standard, shopper = rated(session), make.shopper(session)
    for n in range(20):
        sent(session, standard, "45432" + str(n % 5 + 1))
    for _ in range(3):
        own = sent(session, standard, "333333", shopper=shopper, visited=LATER)
    assert compared.row(session, own) == [Check(CheckKind.ROW, "r0", {"n": 6, "mark": "3"})]
    assert compared.row(session, sent(session, standard, "345432")) == []


def test_ratings_that_are_all_alike_are_not_told_where_that_is_common_or_little_is_known(session: Session) -> None:
    standard = rated(session)
    own = sent(session, standard, "555555")
    assert compared.row(session, own) == []
    for _ in range(20):
        sent(session, standard, "555555")
    assert compared.row(session, own) == []


def test_the_same_words_are_told_of_the_later_audit_alone(session: Session) -> None:
    standard, shopper = rated(session), make.shopper(session)
    first = sent(session, standard, shopper=shopper, comment=SAID, branch=make.branch(session, name="Anna Salai"))
    second = sent(session, standard, shopper=shopper, comment=f"{SAID.upper()} ", visited=LATER)
    values = {"branch": "Anna Salai", "day": first.visited_on}
    assert compared.words(session, second) == [Check(CheckKind.WORDS, "drink", values, first.public_id)]
    assert compared.words(session, first) == []


def test_words_that_are_short_or_somebody_elses_are_not_told(session: Session) -> None:
    standard, shopper = rated(session), make.shopper(session)
    sent(session, standard, shopper=shopper, comment="All was well.")
    sent(session, standard, comment=SAID)
    assert (
        compared.words(session, sent(session, standard, shopper=shopper, comment="All was well.", visited=LATER)) == []
    )
    assert compared.words(session, sent(session, standard, shopper=shopper, comment=SAID, visited=LATER)) == []


def test_a_photo_that_was_there_before_is_told_whoever_sent_it(session: Session, tmp_path: Path) -> None:
    standard = rated(session)
    first, second = sent(session, standard), sent(session, standard, visited=LATER)
    other = sent(session, standard, visited=LATER)
    add_photo(session, first, tmp_path, "drink")
    add_photo(session, second, tmp_path, "chair")
    add_photo(session, second, tmp_path)
    add_photo(session, other, tmp_path, "chair", jpeg(width=31))
    values = {"branch": first.branch.name, "day": first.visited_on}
    assert sorted((one.item, one.values, one.other) for one in compared.pictures(session, second)) == [
        ("", values, first.public_id),
        ("chair", values, first.public_id),
    ]
    assert (compared.pictures(session, first), compared.pictures(session, other)) == ([], [])


def test_visits_between_which_nobody_gets_are_told_of_both(session: Session) -> None:
    standard, shopper = rated(session), make.shopper(session)
    pest, debrecen = place(make.branch(session), 47.4979, 19.0402), place(make.branch(session), 47.5316, 21.6273)
    one = sent(session, standard, shopper=shopper, branch=pest)
    other = sent(session, standard, shopper=shopper, branch=debrecen, visited=make.NOON + timedelta(minutes=40))
    values = {"branch": pest.name, "km": 194, "n": 40}
    assert compared.elsewhere(session, other) == [Check(CheckKind.ELSEWHERE, "", values, one.public_id)]
    assert [check.other for check in compared.elsewhere(session, one)] == [other.public_id]


def test_visits_are_not_held_against_each_other_where_nothing_can_be_said(session: Session) -> None:
    standard, shopper = rated(session), make.shopper(session)
    pest, debrecen = place(make.branch(session), 47.4979, 19.0402), place(make.branch(session), 47.5316, 21.6273)
    first = sent(session, standard, shopper=shopper, branch=pest)
    sent(session, standard, shopper=shopper, branch=make.branch(session), visited=make.NOON + timedelta(minutes=1))
    sent(session, standard, shopper=shopper, branch=debrecen, channel="phone")
    sent(session, standard, shopper=shopper, branch=debrecen, visited=make.NOON + timedelta(hours=5))
    sent(session, standard, branch=debrecen)
    assert compared.elsewhere(session, first) == []


def test_a_photo_of_what_does_not_apply_is_told(session: Session, tmp_path: Path) -> None:
    standard = rated(session)
    plain, other = sent(session, standard, drink="na"), sent(session, standard)
    assert compared.unfit(session, plain) == []
    for audit in (plain, other):
        add_photo(session, audit, tmp_path, "drink")
    assert (compared.unfit(session, plain), compared.unfit(session, other)) == ([Check(CheckKind.UNFIT, "drink")], [])


def test_what_was_seen_is_kept_by_kind_and_counted(session: Session) -> None:
    standard, shopper, branch = rated(session), make.shopper(session), make.branch(session)
    for comment in (SAID, SAID, ""):
        audit = sent(session, standard, shopper=shopper, branch=branch, comment=comment, visited=LATER)
        checked.note(session, audit, "Test", at=LATER)
    kinds = select(AuditCheck.kind).where(AuditCheck.audit_id == audit.id).order_by(AuditCheck.kind)
    assert list(session.exec(kinds)) == ["", "again"]
    found = checks.usual(session, at=LATER)
    assert (found.audits, found.is_enough, dict(found.seen)) == (3, False, {"again": 2})
    assert checks.amounts(session, [audit]) == {audit.id: 1}


def test_an_audit_that_is_sent_again_is_counted_once_and_as_it_is_now(session: Session) -> None:
    audit = sent(session, rated(session), "333333", visited=make.NOON)
    for seen in ([Check(CheckKind.FAST), Check(CheckKind.SHORT, "a"), Check(CheckKind.SHORT, "b")], []):
        checks.keep(session, audit, seen, at=LATER)
    found = checks.usual(session, at=LATER)
    assert (found.audits, dict(found.seen), checks.amounts(session, [audit])) == (1, {}, {audit.id: 0})


def test_only_the_last_weeks_are_counted(session: Session) -> None:
    audit = sent(session, rated(session))
    checks.keep(session, audit, [Check(CheckKind.FAST)], at=LATER)
    ago = LATER + timedelta(weeks=checks.WEEKS)
    counted = [checks.usual(session, at=at).audits for at in (LATER - timedelta(seconds=1), LATER, ago)]
    assert counted == [0, 1, 0]


def test_after_a_correction_the_time_of_sending_says_nothing(session: Session) -> None:
    standard, shopper, office = rated(session), make.shopper(session), make.user(session)
    branch, day = make.branch(session), make.NOON.date()
    made = assignments.assign(session, standard, branch, shopper, opens_on=day, closes_on=day, by=office, at=make.NOON)
    audits.start(session, made.audit, by=shopper, at=make.NOON)
    seen = []
    for late in (timedelta(days=4), timedelta(days=5)):
        at = make.NOON + late
        audits.submit(session, made.audit, {}, visited_at=make.NOON, by=shopper, at=at)
        seen.append([one.kind for one in checked.of_audit(session, made.audit, "Test")])
        review.send_back(session, made.audit, reason="Look again.", by=office, at=at)
    assert seen == [[CheckKind.OVERDUE], []]


def test_an_audit_that_was_not_sent_has_nothing_to_see(session: Session) -> None:
    audit = audits.assign(session, rated(session), make.branch(session), make.shopper(session), by=None, at=make.NOON)
    assert checked.of_audit(session, audit, "Test") == []
