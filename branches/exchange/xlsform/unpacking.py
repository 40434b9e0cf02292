"""The parts of an .xlsx file: bounded before anything is unpacked, since two megabytes can hold gigabytes."""

import struct
import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from branches.errors import Refused

MOST_BYTES = 2_000_000
MOST_PARTS = 1_000
MOST_UNPACKED = 8_000_000
"""Of all parts that are read, together."""

_OLDER = b"\xd0\xcf\x11\xe0"
"""Begins a file of the older form, and one with a password."""
_ENCRYPTED = 0x1
_BROKEN = (BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError, struct.error, zlib.error)
"""What the unpacking of a damaged file stumbles over."""


class Package:
    """The parts of one file by their path; together no more of them is unpacked than fits."""

    def __init__(self, data: bytes) -> None:
        if len(data) > MOST_BYTES:
            raise Refused("The file has more than {most} bytes.", most=MOST_BYTES)
        if data.startswith(_OLDER):
            raise Refused("The file is of the older form XLS, or has a password; save it as XLSX without one.")
        try:
            self._archive = ZipFile(BytesIO(data))
            parts = self._archive.infolist()
        except _BROKEN as error:
            raise _damaged() from error
        if len(parts) > MOST_PARTS:
            raise Refused("The file has more than {most} parts.", most=MOST_PARTS)
        if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
            raise Refused("The file holds macros; save it as XLSX, which has none.")
        self._parts = {part.filename: part for part in parts}
        self._left = MOST_UNPACKED

    def __contains__(self, path: object) -> bool:
        return path in self._parts

    def part(self, path: str) -> bytes:
        """Unpacks one part, but for what goes beyond the bound."""
        found = self._parts.get(path)
        if found is None:
            raise _damaged()
        if found.compress_type not in (ZIP_STORED, ZIP_DEFLATED) or found.flag_bits & _ENCRYPTED:
            raise _damaged()
        data = self._unpacked(found)
        self._left -= len(data)
        if self._left < 0:
            raise Refused("Unpacked the file has more than {most} bytes.", most=MOST_UNPACKED)
        return data

    def _unpacked(self, part: ZipInfo) -> bytes:
        try:
            with self._archive.open(part) as stream:
                return stream.read(self._left + 1)
        except _BROKEN as error:
            raise _damaged() from error


def _damaged() -> Refused:
    return Refused("The file is damaged, or no XLSX file.")
