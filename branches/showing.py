"""Showing what was done: the branch adds words and photos to an action that it has completed, until somebody has verified it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from sqlmodel import Session, col, select

from branches import evidence, history, photos
from branches.actions import CorrectiveAction
from branches.appeals import AppealPhoto
from branches.database import hold, in_parts
from branches.errors import Conflict, NotFound, Refused
from branches.evidence import Evidence, EvidencePhoto
from branches.people import User
from branches.photos import Kept
from branches.states import ActionState

MOST_PHOTOS = 3
Named = TypeVar("Named", EvidencePhoto, AppealPhoto)


@dataclass(frozen=True)
class Sorted(Generic[Named]):
    """Photos that are shown already and those that came: what stays, what goes, what is new."""

    stay: list[Named]
    go: list[Named]
    new: list[Kept]


def sort(folder: Path, there: Sequence[Named], kept: Sequence[Kept], without: Collection[str]) -> Sorted[Named]:
    """The same photo again is the same one; one whose file is lost makes room, so that it can be shown anew."""
    go = [one for one in there if one.public_id in without or not photos.lies(folder, one)]
    stay = [one for one in there if one not in go]
    known = {name for one in stay for name in (one.sha256, one.received_sha256)}
    new = {one.sha256: one for one in kept if not known & {one.sha256, one.received_sha256}}
    if len(stay) + len(new) > MOST_PHOTOS:
        raise Refused("Show at most {n} photos.", n=MOST_PHOTOS)
    return Sorted(stay, go, list(new.values()))


def show(
    session: Session,
    folder: Path,
    action: CorrectiveAction,
    *,
    note: str,
    kept: Sequence[Kept] = (),
    without: Collection[str] = (),
    by: User,
    at: datetime,
) -> None:
    """Says what was done, and adds photos of it; those named in `without` are taken away.

    A file goes with the next sweep, when nothing has it any more. Where neither words nor photos are left, nothing is shown.
    """
    hold(session, action)
    if action.state != ActionState.COMPLETED.value or action.completed_at is None:
        raise Conflict("What was done is shown between completing an action and its being verified.")
    shown = evidence.now(session, action) or _begin(session, action, action.completed_at, at)
    found = sort(folder, evidence.pictures(session, [shown])[shown.id], kept, without)
    for photo in found.go:
        session.delete(photo)
    for one in found.new:
        _add(session, shown, one, at)
    amount = len(found.stay) + len(found.new)
    shown.note, shown.shown_at = note.strip(), at
    session.flush()
    if not (shown.note or amount):
        session.delete(shown)
        session.flush()
    history.write(session, "show", action, by=by, at=at, photos=amount)


def _begin(session: Session, action: CorrectiveAction, completed_at: datetime, at: datetime) -> Evidence:
    shown = Evidence(action_id=action.id, completed_at=completed_at, shown_at=at)
    session.add(shown)
    session.flush()
    return shown


def _add(session: Session, shown: Evidence, kept: Kept, at: datetime) -> None:
    photos.claim(session, kept)
    session.add(
        EvidencePhoto(
            evidence_id=shown.id,
            sha256=kept.sha256,
            received_sha256=kept.received_sha256,
            width=kept.width,
            height=kept.height,
            bytes=kept.bytes,
            kept_at=at,
        )
    )


def open_photo(
    session: Session, folder: Path, action: CorrectiveAction, public_id: str, *, small: bool = False
) -> bytes:
    """A picture of an action that the reader may see; small is for lists."""
    query = select(EvidencePhoto).join(Evidence).where(Evidence.action_id == action.id)
    photo = session.exec(query.where(EvidencePhoto.public_id == public_id)).first()
    if photo is None:
        raise NotFound("There is no such photo.")
    return photos.read(folder, photo.sha256, small=small)


def missing(session: Session, folder: Path, actions: Collection[int]) -> set[int]:
    """The numbers of those of these actions that show a photo whose file is not there or has another length.

    What was shown of a completion that was opened again is past: nobody can show it anew.
    """
    found: set[int] = set()
    for part in in_parts(sorted(actions)):
        query = select(EvidencePhoto, Evidence.action_id).join(Evidence).join(CorrectiveAction)
        query = query.where(col(Evidence.action_id).in_(part), Evidence.completed_at == CorrectiveAction.completed_at)
        found |= {action for photo, action in session.exec(query) if not photos.lies(folder, photo)}
    return found
