"""What speaks for an appeal: bounded, spared by the sweep, added to until it is decided, and never after."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlmodel import Session

from branches import appeals, audits, backing, history, photos
from branches.appeals import Appeal
from branches.errors import Conflict, NotFound, Refused
from branches.people import User
from branches.photos import Kept
from tests import make
from tests.branches.test_appeals import decide, open_appeal
from tests.branches.test_photos import jpeg


def appealed(session: Session) -> tuple[Appeal, User]:
    appeal = open_appeal(session, make.audit(session, make.branch(session), score=80), "greeting9")
    return appeal, make.user(session)


def picture(folder: Path, width: int = 40) -> Kept:
    return photos.keep(folder, BytesIO(jpeg(width=width)))


def there(session: Session, appeal: Appeal) -> list[str]:
    return [photo.sha256 for photo in backing.pictures(session, [appeal])[appeal.id]]


def test_words_and_photos_are_added_and_written_into_history(session: Session, tmp_path: Path) -> None:
    appeal, by = appealed(session)
    made = picture(tmp_path)
    backing.back(session, tmp_path, appeal, note=" The receipt. ", kept=[made, made], by=by, at=make.NOON)
    assert (appeal.note, there(session, appeal)) == ("The receipt.", [made.sha256])
    last = history.of(session, appeal)[-1]
    assert (last.verb, last.by_id, last.details) == ("back", by.id, {"photos": 1})


def test_three_photos_are_the_most_and_one_makes_room_for_another(session: Session, tmp_path: Path) -> None:
    appeal, by = appealed(session)
    made = [picture(tmp_path, width) for width in (40, 41, 42, 43)]
    backing.back(session, tmp_path, appeal, note="", kept=made[:3], by=by, at=make.NOON)
    with pytest.raises(Refused, match="at most 3 photos"):
        backing.back(session, tmp_path, appeal, note="", kept=made[3:], by=by, at=make.NOON)
    first = backing.pictures(session, [appeal])[appeal.id][0].public_id
    backing.back(session, tmp_path, appeal, note="", kept=made[3:], without=[first], by=by, at=make.NOON)
    assert there(session, appeal) == [one.sha256 for one in made[1:]]


def test_nothing_is_added_once_it_is_decided_withdrawn_or_its_audit_excluded(session: Session, tmp_path: Path) -> None:
    decided, by = appealed(session)
    decide(session, decided, None)
    withdrawn, _ = appealed(session)
    appeals.withdraw(session, withdrawn, by=by, at=make.NOON)
    excluded, _ = appealed(session)
    audits.exclude(session, excluded.audit, reason="wrong branch", by=None, at=make.NOON)
    for appeal, said in ((decided, "already been decided"), (withdrawn, "has withdrawn"), (excluded, "been excluded")):
        with pytest.raises(Conflict, match=said):
            backing.back(session, tmp_path, appeal, note="Late.", by=by, at=make.NOON)


def test_a_photo_of_an_appeal_is_spared_by_the_sweep_until_it_is_taken_away(session: Session, tmp_path: Path) -> None:
    appeal, by = appealed(session)
    kept, later = picture(tmp_path), make.NOON + timedelta(days=10_000)
    backing.back(session, tmp_path, appeal, note="", kept=[kept], by=by, at=make.NOON)
    assert photos.unused(session, tmp_path, before=later) == []
    assert not photos.drop(session, kept.file, before=later)
    (photo,) = backing.pictures(session, [appeal])[appeal.id]
    backing.back(session, tmp_path, appeal, note="", without=[photo.public_id], by=by, at=make.NOON)
    assert photos.unused(session, tmp_path, before=later) == [kept.file]


def test_a_lost_file_is_named_and_makes_room(session: Session, tmp_path: Path) -> None:
    appeal, by = appealed(session)
    kept = picture(tmp_path)
    backing.back(session, tmp_path, appeal, note="", kept=[kept], by=by, at=make.NOON)
    assert backing.missing(session, tmp_path, [appeal.id]) == set()
    kept.file.unlink()
    assert backing.missing(session, tmp_path, [appeal.id]) == {appeal.id}
    again = picture(tmp_path, 50)
    backing.back(session, tmp_path, appeal, note="", kept=[again], by=by, at=make.NOON)
    assert (there(session, appeal), backing.missing(session, tmp_path, [appeal.id])) == ([again.sha256], set())


def test_a_photo_is_read_under_its_own_appeal_alone(session: Session, tmp_path: Path) -> None:
    (appeal, by), (other, _) = appealed(session), appealed(session)
    backing.back(session, tmp_path, appeal, note="", kept=[picture(tmp_path)], by=by, at=make.NOON)
    name = backing.pictures(session, [appeal])[appeal.id][0].public_id
    assert backing.open_photo(session, tmp_path, appeal, name, small=True)
    with pytest.raises(NotFound, match="no such photo"):
        backing.open_photo(session, tmp_path, other, name)
