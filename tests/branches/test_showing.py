"""What a branch shows of an action that it has completed: bounded, kept, spared by the sweep, and kept when opened again."""

import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlmodel import Session

from branches import actions, evidence, history, photos, showing
from branches.actions import CorrectiveAction
from branches.errors import Conflict, NotAllowed, NotFound, Refused
from branches.people import User
from branches.photos import Kept
from tests import make
from tests.branches.test_actions import promise
from tests.branches.test_photos import jpeg

HOUR = timedelta(hours=1)


def completed(session: Session) -> tuple[CorrectiveAction, User]:
    by = make.user(session)
    action = promise(session, by=by)
    actions.complete(session, action, by=by, at=make.NOON)
    return action, by


def picture(folder: Path, width: int = 40) -> Kept:
    return photos.keep(folder, BytesIO(jpeg(width=width)))


def shown(session: Session, action: CorrectiveAction) -> tuple[str, int]:
    """The note and how many photos are shown now."""
    found = evidence.now(session, action)
    return (found.note, len(evidence.pictures(session, [found])[found.id])) if found is not None else ("", 0)


def test_a_note_and_photos_are_shown_and_written_into_history(session: Session, tmp_path: Path) -> None:
    action, by = completed(session)
    showing.show(session, tmp_path, action, note=" A sign. ", kept=[picture(tmp_path)], by=by, at=make.NOON + HOUR)
    assert shown(session, action) == ("A sign.", 1)
    last = history.of(session, action)[-1]
    assert (last.verb, last.by_id, last.details) == ("show", by.id, {"photos": 1})


def test_the_same_photo_again_is_the_same_one(session: Session, tmp_path: Path) -> None:
    action, by = completed(session)
    for _ in range(2):
        showing.show(session, tmp_path, action, note="", kept=[picture(tmp_path)] * 2, by=by, at=make.NOON)
    assert shown(session, action) == ("", 1)


def test_no_more_than_three_photos_are_shown(session: Session, tmp_path: Path) -> None:
    action, by = completed(session)
    made = [picture(tmp_path, width) for width in (40, 41, 42, 43)]
    showing.show(session, tmp_path, action, note="", kept=made[:3], by=by, at=make.NOON)
    with pytest.raises(Refused, match="at most 3 photos"):
        showing.show(session, tmp_path, action, note="", kept=made[3:], by=by, at=make.NOON)
    found = evidence.now(session, action)
    assert found is not None
    first = evidence.pictures(session, [found])[found.id][0].public_id
    showing.show(session, tmp_path, action, note="", kept=made[3:], without=[first], by=by, at=make.NOON)
    names = [photo.sha256 for photo in evidence.pictures(session, [found])[found.id]]
    assert names == [made[1].sha256, made[2].sha256, made[3].sha256]


def test_nothing_is_shown_before_it_is_done_or_after_it_was_verified(session: Session, tmp_path: Path) -> None:
    action, by = promise(session), make.user(session)
    with pytest.raises(Conflict, match="between completing an action and its being verified"):
        showing.show(session, tmp_path, action, note="x", by=by, at=make.NOON)
    actions.complete(session, action, by=by, at=make.NOON)
    actions.verify(session, action, by=make.user(session), at=make.NOON)
    with pytest.raises(Conflict, match="between completing"):
        showing.show(session, tmp_path, action, note="x", by=by, at=make.NOON)


def test_what_was_shown_before_it_was_opened_again_is_kept_beside_the_new(session: Session, tmp_path: Path) -> None:
    action, by = completed(session)
    showing.show(session, tmp_path, action, note="First.", kept=[picture(tmp_path)], by=by, at=make.NOON)
    actions.reopen(session, action, reason="Where?", by=by, at=make.NOON + HOUR)
    assert shown(session, action) == ("", 0)
    actions.complete(session, action, by=by, at=make.NOON + 2 * HOUR)
    assert shown(session, action) == ("", 0)
    showing.show(session, tmp_path, action, note="Second.", by=by, at=make.NOON + 3 * HOUR)
    assert [one.note for one in evidence.of_action(session, action)] == ["Second.", "First."]
    assert shown(session, action) == ("Second.", 0)


def test_a_photo_is_opened_under_its_own_action_alone(session: Session, tmp_path: Path) -> None:
    action, by = completed(session)
    other, _ = completed(session)
    showing.show(session, tmp_path, action, note="", kept=[picture(tmp_path, 900)], by=by, at=make.NOON)
    found = evidence.now(session, action)
    assert found is not None
    name = evidence.pictures(session, [found])[found.id][0].public_id
    large = showing.open_photo(session, tmp_path, action, name)
    small = showing.open_photo(session, tmp_path, action, name, small=True)
    with Image.open(BytesIO(large)) as one, Image.open(BytesIO(small)) as other_one:
        assert (one.width, other_one.width) == (900, photos.SMALL_EDGE)
    with pytest.raises(NotFound):
        showing.open_photo(session, tmp_path, other, name)


def test_a_sweep_spares_what_an_action_shows(session: Session, tmp_path: Path) -> None:
    action, by = completed(session)
    held, unheld = picture(tmp_path, 40), picture(tmp_path, 41)
    showing.show(session, tmp_path, action, note="", kept=[held], by=by, at=make.NOON)
    later = make.NOON + timedelta(days=3)
    for one in (held, unheld):
        os.utime(one.file, (0, make.NOON.timestamp()))
    assert photos.unused(session, tmp_path, before=later) == [unheld.file]
    assert [photos.drop(session, one.file, before=later) for one in (held, unheld)] == [False, True]
    assert (held.file.exists(), unheld.file.exists()) == (True, False)


def test_a_photo_that_was_taken_away_goes_with_the_next_sweep(session: Session, tmp_path: Path) -> None:
    action, by = completed(session)
    made = picture(tmp_path)
    showing.show(session, tmp_path, action, note="", kept=[made], by=by, at=make.NOON)
    found = evidence.now(session, action)
    assert found is not None
    name = evidence.pictures(session, [found])[found.id][0].public_id
    showing.show(session, tmp_path, action, note="", without=[name], by=by, at=make.NOON)
    os.utime(made.file, (0, make.NOON.timestamp()))
    assert photos.unused(session, tmp_path, before=make.NOON + HOUR) == [made.file]


def test_where_nothing_is_left_nothing_is_shown(session: Session, tmp_path: Path) -> None:
    action, by = completed(session)
    for note in ("A sign.", " "):
        showing.show(session, tmp_path, action, note=note, by=by, at=make.NOON)
    assert evidence.of_action(session, action) == []


def test_a_file_that_was_swept_meanwhile_is_to_be_sent_again(session: Session, tmp_path: Path) -> None:
    action, by = completed(session)
    made = picture(tmp_path)
    made.file.unlink()
    with pytest.raises(Conflict, match="The photo was not kept"):
        showing.show(session, tmp_path, action, note="", kept=[made], by=by, at=make.NOON)


def test_a_lost_file_is_counted(session: Session, tmp_path: Path) -> None:
    action, by = completed(session)
    whole, _ = completed(session)
    lost = picture(tmp_path, 40)
    showing.show(session, tmp_path, action, note="", kept=[lost], by=by, at=make.NOON)
    showing.show(session, tmp_path, whole, note="", kept=[picture(tmp_path, 41)], by=by, at=make.NOON)
    lost.file.unlink()
    assert showing.missing(session, tmp_path, [action.id, whole.id]) == {action.id}
    assert showing.missing(session, tmp_path, [whole.id]) == set()


def test_a_lost_photo_makes_room_for_another(session: Session, tmp_path: Path) -> None:
    action, by = completed(session)
    made = [picture(tmp_path, width) for width in (40, 41, 42)]
    showing.show(session, tmp_path, action, note="", kept=made, by=by, at=make.NOON)
    made[1].file.unlink()
    new = picture(tmp_path, 43)
    showing.show(session, tmp_path, action, note="", kept=[new], by=by, at=make.NOON + HOUR)
    found = evidence.now(session, action)
    assert found is not None
    names = [photo.sha256 for photo in evidence.pictures(session, [found])[found.id]]
    assert names == [made[0].sha256, made[2].sha256, new.sha256]
    assert showing.missing(session, tmp_path, [action.id]) == set()


def test_a_photo_of_a_completion_that_was_opened_again_is_missed_no_more(session: Session, tmp_path: Path) -> None:
    action, by = completed(session)
    lost = picture(tmp_path)
    showing.show(session, tmp_path, action, note="", kept=[lost], by=by, at=make.NOON)
    lost.file.unlink()
    actions.reopen(session, action, reason="Where?", by=by, at=make.NOON + HOUR)
    assert showing.missing(session, tmp_path, [action.id]) == set()
    actions.complete(session, action, by=by, at=make.NOON + 2 * HOUR)
    assert showing.missing(session, tmp_path, [action.id]) == set()


def test_who_last_showed_what_was_done_does_not_verify_it(session: Session, tmp_path: Path) -> None:
    action, _ = completed(session)
    manager, office = make.user(session), make.user(session)
    showing.show(session, tmp_path, action, note="A sign.", by=manager, at=make.NOON + HOUR)
    with pytest.raises(NotAllowed, match="Somebody else"):
        actions.verify(session, action, by=manager, at=make.NOON + HOUR)
    actions.reopen(session, action, reason="Where?", by=office, at=make.NOON + 2 * HOUR)
    actions.complete(session, action, by=office, at=make.NOON + 3 * HOUR)
    actions.verify(session, action, by=manager, at=make.NOON + 4 * HOUR)
    assert action.state == "verified"
