"""Photos: what is kept is the picture alone, on disk before anybody is told; what is no photo is refused."""

import os
import struct
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin
from sqlmodel import Session, select

from branches import audits, history, photos, review
from branches.audits import Audit, Photo
from branches.errors import Conflict, NotFound, Refused
from branches.people import User
from branches.photos import Kept, Limits
from branches.questions import Mark
from tests import make

CANARY = b"CANARY-4711"
RED, BLUE = (200, 20, 20), (20, 20, 200)


def picture(width: int = 40, height: int = 20) -> Image.Image:
    """Red on the left, blue on the right."""
    made = Image.new("RGB", (width, height), RED)
    made.paste(BLUE, (width // 2, 0, width, height))
    return made


def jpeg(orientation: int = 1, width: int = 40, height: int = 20) -> bytes:
    """With everything in it that a camera or a program may write."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = exif[0x0110] = exif[0x013B] = CANARY.decode()
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (47.0, 29.0, 52.0)
    exif.get_ifd(0x8769)[0xA433] = CANARY.decode()
    out = BytesIO()
    kept = {"comment": CANARY, "xmp": b"<x>" + CANARY + b"</x>", "icc_profile": CANARY * 20, "dpi": (301, 301)}
    picture(width, height).save(out, "JPEG", exif=exif, quality=95, **kept)
    return out.getvalue()


def png() -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", CANARY.decode())
    texts.add_itxt("XML:com.adobe.xmp", CANARY.decode())
    out = BytesIO()
    picture().convert("RGBA").save(out, "PNG", pnginfo=texts, icc_profile=CANARY * 20, exif=_exif())
    return out.getvalue()


def webp() -> bytes:
    out = BytesIO()
    picture().save(out, "WEBP", exif=_exif(), xmp=CANARY, icc_profile=CANARY * 20)
    return out.getvalue()


def heic() -> bytes:
    """The same as phones write it: made once by libheif with x265, which the program cannot do."""
    return (Path(__file__).parent / "small.heic").read_bytes()


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0110] = CANARY.decode()
    return exif


def kept_file(folder: Path, kept: Kept) -> bytes:
    return photos.path(folder, kept.sha256).read_bytes()


def keep(folder: Path, data: bytes, **limits: int) -> Kept:
    return photos.keep(folder, BytesIO(data), limits=Limits(**limits))


def begun(session: Session) -> Audit:
    standard = make.standard(session, {"greeting": 2})
    audit = audits.assign(session, standard, make.branch(session), make.shopper(session), by=None, at=make.NOON)
    audits.start(session, audit, by=audit.shopper, at=make.NOON)
    return audit


def own(audit: Audit) -> User:
    assert audit.shopper is not None
    return audit.shopper


@pytest.mark.parametrize("made", [jpeg, png, webp, heic])
def test_only_the_picture_is_kept(tmp_path: Path, made: Callable[[], bytes]) -> None:
    received = made()
    assert CANARY in received
    stored = kept_file(tmp_path, keep(tmp_path, received))
    assert CANARY not in stored
    assert markers(stored) == {0xD8, 0xE0, 0xDB, 0xC0, 0xC4, 0xDA}
    with Image.open(BytesIO(stored)) as again:
        assert (again.format, again.mode, dict(again.getexif())) == ("JPEG", "RGB", {})
        assert set(again.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        left, right = again.getpixel((2, 10)), again.getpixel((37, 10))
    assert (near(left, RED), near(right, BLUE)) == (True, True)


def markers(data: bytes) -> set[int]:
    """Which segments a JPEG has before its picture; a comment would be 0xFE, notes and profiles 0xE1 and up."""
    found, place = {data[1]}, 2
    while data[place + 1] != 0xDA:
        found.add(data[place + 1])
        place += 2 + struct.unpack(">H", data[place + 2 : place + 4])[0]
    return found | {0xDA}


def near(one: object, other: tuple[int, int, int]) -> bool:
    assert isinstance(one, tuple)
    return all(abs(a - b) < 40 for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize(
    ("orientation", "red_at"),
    [(1, "left"), (2, "right"), (3, "right"), (4, "left"), (5, "top"), (6, "top"), (7, "bottom"), (8, "bottom")],
)
def test_a_photo_stands_as_the_camera_was_held(tmp_path: Path, orientation: int, red_at: str) -> None:
    kept = keep(tmp_path, jpeg(orientation, 400, 200))
    turned = orientation > 4
    assert (kept.width, kept.height) == ((200, 400) if turned else (400, 200))
    places = {"left": (5, 50), "right": (-5, 50), "top": (50, 5), "bottom": (50, -5)}
    x, y = places[red_at]
    with Image.open(BytesIO(kept_file(tmp_path, kept))) as stored:
        assert near(stored.getpixel((x % stored.width, y % stored.height)), RED)


def test_a_photo_is_no_larger_than_a_reader_needs(tmp_path: Path) -> None:
    kept = keep(tmp_path, jpeg(6, 4000, 3000))
    assert (kept.width, kept.height) == (1200, 1600)
    assert kept.bytes == len(kept_file(tmp_path, kept))


def test_what_can_be_seen_through_is_white(tmp_path: Path) -> None:
    out = BytesIO()
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(BytesIO(kept_file(tmp_path, keep(tmp_path, out.getvalue())))) as stored:
        assert stored.getpixel((1, 1)) == (255, 255, 255)


def test_what_only_begins_like_heic_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be read"):
        keep(tmp_path, b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 40)


def bomb(width: int, height: int) -> bytes:
    """A PNG of few bytes that says it is that large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(("width", "height"), [(30_000, 30_000), (8000, 8000), (2**31 - 1, 1), (1, 2**31 - 1)])
def test_a_photo_of_too_many_pixels_is_refused_before_it_is_decoded(tmp_path: Path, width: int, height: int) -> None:
    with pytest.raises(Refused, match="more than 50 million pixels"):
        keep(tmp_path, bomb(width, height))
    assert list(tmp_path.iterdir()) == []


def test_a_photo_of_too_many_passes_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    out = BytesIO()
    picture(2000, 2000).save(out, "JPEG", progressive=True)
    data = out.getvalue()
    last = data.rindex(b"\xff\xda")
    passes = data[:last] + data[last:-2] * 200 + data[-2:]
    assert keep(tmp_path, data).width == 1600
    began = time.monotonic()
    with pytest.raises(Refused, match="cannot be read"):
        keep(tmp_path, passes)
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    "data",
    [
        *(b"GIF89a" + b"\0" * 50, b"BM" + b"\0" * 60, b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7"),
        *(
            b"\xff\xd8\xff",
            b"\x89PNG\r\n\x1a\n",
            b"RIFF\0\0\0\0WEBP",
            jpeg()[:300],
            png()[:80],
            b"\0" * 9,
        ),
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    ],
)
def test_what_is_no_photo_is_refused_whatever_its_name(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(Refused, match="cannot be read"):
        keep(tmp_path, data)
    assert list(tmp_path.iterdir()) == []


def test_too_many_bytes_and_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="larger than 1 MB"):
        keep(tmp_path, b"x" * 1_000_001, bytes=1_000_000)
    with pytest.raises(Refused, match="empty"):
        keep(tmp_path, b"")


def test_the_file_and_its_name_are_synced_before_anybody_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is synced, in order: the draft of the file with all its bytes, then its folder once it has its name."""
    real, synced = os.fsync, []

    def fsync(number: int) -> None:
        there = Path(f"/proc/self/fd/{number}").readlink()
        synced.append((there.name[:1] == ".", sorted(p.name for p in there.glob("*.jpg"))))
        real(number)

    monkeypatch.setattr(os, "fsync", fsync)
    kept = keep(tmp_path / "photos", jpeg())
    assert synced == [(True, []), (False, [f"{kept.sha256}.jpg"]), (False, []), (False, [])]


def test_the_same_photo_twice_is_one_file_and_one_row(session: Session, tmp_path: Path) -> None:
    audit = begun(session)
    item = audit.standard.sections[0].items[0]
    one, other = keep(tmp_path, jpeg()), keep(tmp_path, jpeg())
    rows = [photos.attach(session, audit, item, kept, by=own(audit), at=make.NOON).id for kept in (one, other)]
    assert rows[0] == rows[1]
    elsewhere = photos.attach(session, audit, None, other, by=own(audit), at=make.NOON)
    assert elsewhere.sha256 == one.sha256
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1
    assert audits.photos_by_item(session, audit) == {"greeting1": 1}


def test_an_item_has_so_many_photos_and_no_more(session: Session, tmp_path: Path) -> None:
    audit, limits = begun(session), Limits(of_item=2)
    item = audit.standard.sections[0].items[0]
    made = [keep(tmp_path, jpeg(width=40 + n)) for n in range(3)]
    for kept in made[:2]:
        photos.attach(session, audit, item, kept, by=own(audit), at=make.NOON, limits=limits)
    with pytest.raises(Refused, match="There are 2 photos here already"):
        photos.attach(session, audit, item, made[2], by=own(audit), at=make.NOON, limits=limits)
    gone = photos.of_item(session, audit, item)[0]
    for _ in range(2):
        photos.remove(session, audit, [gone.public_id], by=own(audit), at=make.NOON)
    photos.attach(session, audit, item, made[2], by=own(audit), at=make.NOON, limits=limits)
    assert [photo.sha256 for photo in photos.of_audit(session, audit)] == [made[1].sha256, made[2].sha256]
    assert [e.verb for e in history.of(session, audit)][-4:] == ["add_photo", "add_photo", "remove_photo", "add_photo"]


def test_only_the_own_shopper_adds_photos_and_only_before_sending(session: Session, tmp_path: Path) -> None:
    audit, kept, later = begun(session), keep(tmp_path, jpeg()), keep(tmp_path, jpeg(width=60))
    for stranger in (make.shopper(session), make.user(session)):
        with pytest.raises(NotFound):
            photos.attach(session, audit, None, kept, by=stranger, at=make.NOON)
    photo = photos.attach(session, audit, None, kept, by=own(audit), at=make.NOON)
    audits.submit(session, audit, {"greeting1": Mark("yes")}, visited_at=make.NOON, by=own(audit), at=make.NOON)
    with pytest.raises(Conflict):
        photos.attach(session, audit, None, later, by=own(audit), at=make.NOON)
    again = photos.attach(session, audit, None, kept, by=own(audit), at=make.NOON)  # its answer was lost on the way
    assert again.id == photo.id
    with pytest.raises(Conflict):
        photos.remove(session, audit, [photo.public_id], by=own(audit), at=make.NOON)
    review.send_back(session, audit, reason="which?", by=make.user(session), at=make.NOON)
    photos.remove(session, audit, [photo.public_id], by=own(audit), at=make.NOON)
    assert session.exec(select(Photo)).all() == []


def test_a_photo_of_another_audit_is_not_there(session: Session, tmp_path: Path) -> None:
    audit, other = begun(session), begun(session)
    photo = photos.attach(session, audit, None, keep(tmp_path, jpeg()), by=own(audit), at=make.NOON)
    data = photos.open_photo(session, tmp_path, audit, photo.public_id)
    assert data == photos.path(tmp_path, photo.sha256).read_bytes()
    with pytest.raises(NotFound):
        photos.open_photo(session, tmp_path, other, photo.public_id)
    photos.remove(session, other, [photo.public_id], by=own(other), at=make.NOON)
    assert len(session.exec(select(Photo)).all()) == 1


def test_lists_show_a_small_one(session: Session, tmp_path: Path) -> None:
    audit = begun(session)
    kept = keep(tmp_path, jpeg(width=1600, height=800))
    photo = photos.attach(session, audit, None, kept, by=own(audit), at=make.NOON)
    with Image.open(BytesIO(photos.open_photo(session, tmp_path, audit, photo.public_id, small=True))) as small:
        assert small.size == (240, 120)


def test_files_that_no_audit_has_are_swept_and_lost_ones_are_listed(session: Session, tmp_path: Path) -> None:
    audit = begun(session)
    held, lost, gone = (keep(tmp_path, jpeg(width=40 + n)) for n in range(3))
    rows = [photos.attach(session, audit, None, kept, by=own(audit), at=make.NOON) for kept in (held, lost)]
    draft = photos.path(tmp_path, gone.sha256).with_name(".draft")
    draft.write_bytes(b"of a writer that died")
    photos.path(tmp_path, lost.sha256).unlink()
    now = datetime.now(UTC)
    assert photos.unused(session, tmp_path, before=now - timedelta(hours=1)) == []
    later = now + timedelta(hours=1)
    assert [photos.drop(session, file, before=later) for file in photos.unused(session, tmp_path, before=later)] == [
        True,
        True,
    ]
    assert photos.drop(session, photos.path(tmp_path, held.sha256), before=later) is False
    assert [path.stem for path in tmp_path.rglob("*") if path.is_file()] == [held.sha256]
    assert photos.missing(session, tmp_path) == [rows[1]]
    assert photos.missing(session, tmp_path, [rows[1].audit_id]) == [rows[1]]
    assert photos.missing(session, tmp_path, []) == []
