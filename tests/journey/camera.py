"""Photos as a phone takes them: with the place, the device and the moment written into them."""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image

DEVICE = "CANARY-PHONE-4711"
FILE = "IMG_CANARY_20260304_143707.jpg"
MOMENT = "2026:03:04 14:37:07"
_GPS, _EXIF = 0x8825, 0x8769
_PLAIN = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}
"""How it is written, not by whom."""
_MAKE, _MODEL, _ARTIST, _TAKEN = 0x010F, 0x0110, 0x013B, 0x9003


@dataclass(frozen=True)
class Shot:
    """A file as a form sends it."""

    name: str
    content: bytes


def shots() -> tuple[Shot, Shot]:
    """Two photos of the visit that differ."""
    return Shot(FILE, _jpeg((200, 20, 20))), Shot(FILE.replace("07", "41"), _jpeg((20, 20, 200)))


def _jpeg(colour: tuple[int, int, int]) -> bytes:
    exif = Image.Exif()
    exif[_MAKE] = exif[_MODEL] = exif[_ARTIST] = DEVICE
    place = exif.get_ifd(_GPS)
    place[1], place[2], place[3], place[4] = "N", (47.0, 29.0, 52.0), "E", (19.0, 3.0, 7.0)
    exif.get_ifd(_EXIF)[_TAKEN] = MOMENT
    made, out = Image.new("RGB", (640, 480), colour), BytesIO()
    made.save(out, "JPEG", exif=exif, comment=DEVICE.encode())
    return out.getvalue()


def told(content: bytes) -> set[object]:
    """What a picture says besides what it shows."""
    with Image.open(BytesIO(content)) as opened:
        opened.load()
        return {*opened.info, *opened.getexif()} - _PLAIN
