"""Backing an appeal: the branch adds words and photos to one that it has made, until it is decided."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, select

from branches import appeals, history, photos, showing
from branches.appeals import Appeal, AppealPhoto
from branches.database import in_parts
from branches.errors import NotFound
from branches.people import User
from branches.photos import Kept


def back(
    session: Session,
    folder: Path,
    appeal: Appeal,
    *,
    note: str,
    kept: Sequence[Kept] = (),
    without: Collection[str] = (),
    by: User,
    at: datetime,
) -> None:
    """Says what else speaks for it, and adds photos; those named in `without` are taken away."""
    appeals.hold_open(session, appeal)
    found = showing.sort(folder, pictures(session, [appeal])[appeal.id], kept, without)
    if not (found.go or found.new) and appeal.note == note.strip():
        return
    for photo in found.go:
        session.delete(photo)
    for one in found.new:
        _add(session, appeal, one, at)
    appeal.note = note.strip()
    session.add(appeal)
    session.flush()
    history.write(session, "back", appeal, by=by, at=at, photos=len(found.stay) + len(found.new))


def _add(session: Session, appeal: Appeal, kept: Kept, at: datetime) -> None:
    photos.claim(session, kept)
    session.add(
        AppealPhoto(
            appeal_id=appeal.id,
            sha256=kept.sha256,
            received_sha256=kept.received_sha256,
            width=kept.width,
            height=kept.height,
            bytes=kept.bytes,
            kept_at=at,
        )
    )


def pictures(session: Session, found: Collection[Appeal]) -> dict[int, list[AppealPhoto]]:
    """The photos of each appeal, by its number, in the order in which they came."""
    of: dict[int, list[AppealPhoto]] = defaultdict(list)
    for part in in_parts(sorted(one.id for one in found)):
        query = select(AppealPhoto).where(col(AppealPhoto.appeal_id).in_(part))
        for photo in session.exec(query.order_by(col(AppealPhoto.id))):
            of[photo.appeal_id].append(photo)
    return of


def open_photo(session: Session, folder: Path, appeal: Appeal, public_id: str, *, small: bool = False) -> bytes:
    """A picture of an appeal that the reader may see; small is for lists."""
    query = select(AppealPhoto).where(AppealPhoto.appeal_id == appeal.id, AppealPhoto.public_id == public_id)
    photo = session.exec(query).first()
    if photo is None:
        raise NotFound("There is no such photo.")
    return photos.read(folder, photo.sha256, small=small)


def missing(session: Session, folder: Path, found: Collection[int]) -> set[int]:
    """The numbers of those of these appeals that have a photo whose file is not there or has another length."""
    parts = (select(AppealPhoto).where(col(AppealPhoto.appeal_id).in_(part)) for part in in_parts(sorted(found)))
    return {photo.appeal_id for query in parts for photo in session.exec(query) if not photos.lies(folder, photo)}
