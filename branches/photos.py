"""Photos: received, made anew without place, device or owner, and kept by their hash before anybody is told so."""

import hashlib
import os
import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from threading import BoundedSemaphore
from typing import IO

import pi_heif
from PIL import Image
from sqlalchemy import text
from sqlmodel import Session, col, select

from branches import amendments, drafts, history
from branches.appeals import AppealPhoto
from branches.audits import Audit, Photo
from branches.database import hold
from branches.drafts import OPEN
from branches.errors import Conflict, NotFound, Refused
from branches.evidence import EvidencePhoto
from branches.language import message
from branches.people import User
from branches.standards import Item

MOST_PIXELS = 50_000_000
MOST_SCANS = 100
"""Passes over a progressive JPEG, each of which costs the time of the whole picture; cameras make about ten."""
_SCAN = b"\xff\xda"
"""What a pass begins with; within a pass these two bytes never stand together."""
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
SMALL_EDGE = 240
HEAVY = message("The photo is larger than {most} MB.")
EMPTY = message("The photo is empty; choose it again.")
UNREADABLE = message("The photo cannot be read; send a JPEG, PNG, WebP or HEIC.")
MANY_PIXELS = message("The photo has more than {most} million pixels.")
_TURNS = {
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_270,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_90,),
}
"""What the camera's note on how it was held asks for."""
_ORIENTATION = 0x0112
NAMING = (Photo, EvidencePhoto, AppealPhoto)
"""The tables that name kept files: what any of them names is never swept away."""
_AT_ONCE = BoundedSemaphore(2)
"""Decoding takes memory: more photos at once wait their turn."""

Image.MAX_IMAGE_PIXELS = MOST_PIXELS
pi_heif.register_heif_opener(thumbnails=False)


@dataclass(frozen=True)
class Limits:
    """What is taken, and as what it is kept."""

    bytes: int = 16_000_000
    edge: int = 1600
    """Of the longer side, in pixels."""
    of_item: int = 6
    """Photos of one item, and of the visit as a whole."""


@dataclass(frozen=True)
class Kept:
    """A photo that lies on disk and belongs to nothing yet."""

    sha256: str
    received_sha256: str
    width: int
    height: int
    bytes: int
    file: Path


def keep(folder: Path, stream: IO[bytes], *, limits: Limits = Limits()) -> Kept:
    """Makes a photo anew and keeps it, safe against a power cut; touches no database, since it takes its time."""
    received = stream.read(limits.bytes + 1)
    if len(received) > limits.bytes:
        raise Refused(HEAVY, most=limits.bytes // 1_000_000)
    if not received:
        raise Refused(EMPTY)
    made, width, height = _anew(received, limits.edge)
    name = hashlib.sha256(made).hexdigest()
    file = path(folder, name)
    _write(file, made)
    return Kept(name, hashlib.sha256(received).hexdigest(), width, height, len(made), file)


def attach(
    session: Session, audit: Audit, item: Item | None, kept: Kept, *, by: User, at: datetime, limits: Limits = Limits()
) -> Photo:
    """Adds a kept photo to an audit that is being filled in; the same photo of the same item again is the same one.

    That holds for ever: a phone that has not heard of it may ask again when the audit has been sent.
    Nothing is noted of a file that was swept away in the meantime: it is to be sent again.
    """
    drafts.check_own(audit, by)
    hold(session, audit)
    if (same := _same(of_item(session, audit, item), kept)) is not None:
        return same
    if not (audit.state in amendments.UNREVIEWED and amendments.asked(session, audit) is not None):
        _check_open(session, audit, by)
    claim(session, kept)
    if item is not None and item.standard_id != audit.standard_id:
        raise NotFound("The standard has no item {item}.", item=item.code)
    number = None if item is None else item.id
    there = len(of_item(session, audit, item))
    if there >= limits.of_item:
        raise Refused("There are {n} photos here already; take one away first.", n=there)
    photo = Photo(
        audit_id=audit.id,
        item_id=number,
        sha256=kept.sha256,
        received_sha256=kept.received_sha256,
        width=kept.width,
        height=kept.height,
        bytes=kept.bytes,
        kept_at=at,
    )
    session.add(photo)
    session.flush()
    history.write(session, "add_photo", audit, by=by, at=at, photo=photo.public_id)
    return photo


def claim(session: Session, kept: Kept) -> None:
    """Before something names a kept photo: until this transaction ends nobody sweeps it away."""
    _bar_sweep(session, kept.sha256)
    if not _has_size(kept.file, kept.bytes):
        raise Conflict("The photo was not kept; choose it again.")


def _same(there: list[Photo], kept: Kept) -> Photo | None:
    return next(
        (one for one in there if one.sha256 == kept.sha256 or one.received_sha256 == kept.received_sha256), None
    )


def remove(session: Session, audit: Audit, names: Collection[str], *, by: User, at: datetime) -> None:
    """Takes photos away before the audit is sent; a file goes with the next sweep, when no audit has it any more.

    A phone that has not heard a photo's name calls it as `at_item` does.
    """
    _check_open(session, audit, by)
    called = at_item(session, audit)
    gone = [one for one in of_audit(session, audit) if one.public_id in names or called[one.public_id] in names]
    for photo in gone:
        session.delete(photo)
    session.flush()
    for photo in gone:
        history.write(session, "remove_photo", audit, by=by, at=at, photo=photo.public_id)


def at_item(session: Session, audit: Audit) -> dict[str, str]:
    """What a phone calls each photo that it sent, by public name: the item, a slash and the digest of what was received.

    The same picture may stand at two items; of the visit as a whole the item is empty.
    """
    items = select(Photo.public_id, Item.code, Photo.received_sha256).outerjoin(Item, col(Photo.item_id) == Item.id)
    found = session.exec(items.where(Photo.audit_id == audit.id))
    return {public_id: f"{code or ''}/{digest}" for public_id, code, digest in found}


def of_audit(session: Session, audit: Audit) -> list[Photo]:
    return list(session.exec(select(Photo).where(Photo.audit_id == audit.id).order_by(col(Photo.id))))


def of_item(session: Session, audit: Audit, item: Item | None) -> list[Photo]:
    """Photos of one item, or of the visit as a whole."""
    number = None if item is None else item.id
    return [photo for photo in of_audit(session, audit) if photo.item_id == number]


def open_photo(session: Session, folder: Path, audit: Audit, public_id: str, *, small: bool = False) -> bytes:
    """The picture of an audit that the reader may see; small is for lists."""
    query = select(Photo).where(Photo.audit_id == audit.id, Photo.public_id == public_id)
    photo = session.exec(query).first()
    if photo is None:
        raise NotFound("There is no such photo.")
    return read(folder, photo.sha256, small=small)


def read(folder: Path, sha256: str, *, small: bool = False) -> bytes:
    """A kept picture by its hash, for somebody who may see what it belongs to."""
    try:
        data = path(folder, sha256).read_bytes()
    except FileNotFoundError:
        raise NotFound("There is no such photo.") from None
    return _saved(_decoded(data, SMALL_EDGE))[0] if small else data  # our own picture: it waits for nobody else's


def missing(session: Session, folder: Path, audits: Collection[int] | None = None) -> list[Photo]:
    """Photos of those audits, or of all, whose file is not there or has another length."""
    query = select(Photo).where(col(Photo.audit_id).in_(audits)) if audits is not None else select(Photo)
    rows = session.exec(query.order_by(col(Photo.id)))
    return [photo for photo in rows if not lies(folder, photo)]


def lies(folder: Path, photo: Photo | EvidencePhoto | AppealPhoto) -> bool:
    """Whether its file is there, and as long as it was."""
    return _has_size(path(folder, photo.sha256), photo.bytes)


def unused(session: Session, folder: Path, *, before: datetime) -> list[Path]:
    """Files that nothing has and that were last kept before that moment; one look, for a session that only reads."""
    held = {name for table in NAMING for name in session.exec(select(table.sha256).distinct())}
    return [file for file in _files(folder) if file.stem not in held and _is_older(file, before)]


def drop(session: Session, file: Path, *, before: datetime) -> bool:
    """Deletes such a file, unless something has come to name it or it was kept again since the look."""
    _bar_sweep(session, file.stem)
    if _is_named(session, file.stem) or not _is_older(file, before):
        return False
    file.unlink(missing_ok=True)
    return True


def _is_named(session: Session, sha256: str) -> bool:
    queries = [select(table.id).where(col(table.sha256) == sha256).limit(1) for table in NAMING]
    return any(session.exec(query).first() is not None for query in queries)


def _bar_sweep(session: Session, name: str) -> None:
    """Until this transaction ends nobody else drops or names the file; in SQLite one writer is alone anyway."""
    if session.get_bind().dialect.name == "postgresql":
        key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def _is_older(file: Path, moment: datetime) -> bool:
    """Whether it is still there and was last kept before that moment."""
    try:
        return file.stat().st_mtime < moment.timestamp()
    except FileNotFoundError:
        return False


def path(folder: Path, sha256: str) -> Path:
    return folder / sha256[:2] / f"{sha256}.jpg"


def _check_open(session: Session, audit: Audit, by: User) -> None:
    drafts.check_own(audit, by)
    hold(session, audit)
    if audit.state not in OPEN:
        raise Conflict("This audit is not open to be filled in.")


def _has_size(file: Path, size: int) -> bool:
    return file.is_file() and file.stat().st_size == size


def _files(folder: Path) -> Iterator[Path]:
    """Kept photos, and what a writer that died left behind."""
    return (file for file in folder.glob("[0-9a-f][0-9a-f]/*") if file.is_file())


def _anew(received: bytes, edge: int) -> tuple[bytes, int, int]:
    """The picture alone, as JPEG: nothing of the file it came in is copied."""
    if received.count(_SCAN) > MOST_SCANS:
        raise _unreadable()
    with _AT_ONCE:
        try:
            picture = _decoded(received, edge)
        except Refused:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise _too_many_pixels() from None
        except Exception as error:  # whatever a decoder makes of bytes from outside
            raise _unreadable() from error
        return _saved(picture)


def _saved(picture: Image.Image) -> tuple[bytes, int, int]:
    out = BytesIO()
    picture.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue(), picture.width, picture.height


def _unreadable() -> Refused:
    return Refused(UNREADABLE)


def _too_many_pixels() -> Refused:
    return Refused(MANY_PIXELS, most=MOST_PIXELS // 1_000_000)


def _decoded(received: bytes, edge: int) -> Image.Image:
    with Image.open(BytesIO(received), formats=FORMATS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise _too_many_pixels()
        turned = _TURNS.get(_orientation(opened), ())
        opened.draft("RGB", (edge, edge))  # a JPEG is decoded no larger than needed
        opened.thumbnail((edge, edge))
        seen = opened.convert("RGBA" if opened.has_transparency_data else "RGB")
    for turn in turned:
        seen = seen.transpose(turn)
    picture = Image.new("RGB", seen.size, "white")
    picture.paste(seen, mask=seen if seen.mode == "RGBA" else None)
    return picture


def _orientation(opened: Image.Image) -> int:
    try:
        return int(opened.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - notes that cannot be read are no reason to lose a photo
        return 1


def _write(file: Path, data: bytes) -> None:
    """On disk, synced: the file before its name, and its name before this returns."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _is_kept_again(file, data):
        draft = file.with_name(f".{file.stem}.{secrets.token_hex(8)}")
        try:
            _write_synced(draft, data)
            draft.replace(file)
        except OSError:
            draft.unlink(missing_ok=True)  # on a full disk each further try would take what room is left
            raise
    for folder in (file.parent, file.parent.parent, file.parent.parent.parent):
        _sync(folder)


def _write_synced(file: Path, data: bytes) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def _is_kept_again(file: Path, data: bytes) -> bool:
    """Whether the same bytes lie there already; a sweep that has just found them unused sees that they are wanted."""
    try:
        same = file.read_bytes() == data
        if same:
            os.utime(file)
    except FileNotFoundError:  # never there, or swept this moment
        return False
    return same


def _sync(folder: Path) -> None:
    there = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(there)
    finally:
        os.close(there)
