"""A reader for the PDFs we make: their text in its order, their tags, their fonts; not for anybody else's PDF."""

import re
import zlib
from collections import Counter
from dataclasses import dataclass, field

_OBJECT = re.compile(rb"(?:^|[\r\n])(\d+) 0 obj\r?\n(.*?)\r?\nendobj", re.DOTALL)
_CODE = re.compile(r"<([0-9A-F]{4})> <([0-9A-F]+)>")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_TOKEN = re.compile(
    rb"/ActualText\s*<(?P<said>[0-9A-Fa-f]+)>|(?P<begin>\bB[DM]C\b)|(?P<end>\bEMC\b)"
    rb"|/(?P<font>f\d+) [\d.]+ Tf|(?<!<)<(?P<shown>[0-9A-Fa-f]+)>(?!>)"
)
Letters = dict[int, str]


@dataclass
class Pdf:
    """What a PDF consists of."""

    raw: bytes
    objects: dict[int, bytes] = field(default_factory=dict)
    shown: set[int] = field(default_factory=set)
    """The glyphs that were shown in the text read so far; 0 would be an empty box."""

    def __post_init__(self) -> None:
        self.objects = {int(number): body for number, body in _OBJECT.findall(self.raw)}

    @property
    def pages(self) -> list[bytes]:
        kids = next(body for body in self.objects.values() if b"/Type/Pages" in body)
        return [self.objects[int(number)] for number in re.findall(rb"(\d+) 0 R", kids[kids.index(b"/Kids") :])]

    @property
    def tags(self) -> Counter[str]:
        found = (re.search(rb"/S\s*/(\w+)", body) for body in self.objects.values() if b"/StructElem" in body)
        return Counter(match[1].decode() for match in found if match)

    @property
    def fonts(self) -> dict[str, bool]:
        """Name of each font, and whether its letters are in the file."""
        described = [body for body in self.objects.values() if b"/Type/FontDescriptor" in body]
        return {re.findall(rb"/FontName/([\w+-]+)", body)[0].decode(): b"/FontFile" in body for body in described}

    @property
    def alternatives(self) -> list[str]:
        """What is read out in place of each figure."""
        bodies = [_hexed(body) for body in self.objects.values() if b"/StructElem" in body]
        return [_words(bytes.fromhex(text.decode())) for body in bodies for text in re.findall(rb"/Alt<(\w+)>", body)]

    def text(self) -> str:
        """Everything that is shown, in the order in which it is written."""
        return "".join(
            self._read(_stream(self._of(page, b"Contents")), self._letters(self._of(page, b"Resources")))
            for page in self.pages
        )

    def _of(self, body: bytes, name: bytes) -> bytes:
        """What an object's entry leads to."""
        found = re.search(rb"/" + name + rb" (\d+) 0 R", body)
        assert found
        return self.objects[int(found[1])]

    def _letters(self, resources: bytes) -> dict[bytes, Letters]:
        """What the glyphs of each font stand for."""
        fonts = re.findall(rb"/(f\d+) (\d+) 0 R", resources)
        maps = {name: _stream(self._of(self.objects[int(number)], b"ToUnicode")).decode() for name, number in fonts}
        return {
            name: {int(code, 16): bytes.fromhex(letters).decode("utf-16-be") for code, letters in _CODE.findall(found)}
            for name, found in maps.items()
        }

    def _read(self, stream: bytes, fonts: dict[bytes, Letters]) -> str:
        written: list[str] = []
        instead: list[bool] = []
        said, font = "", {}
        for token in _TOKEN.finditer(_hexed(stream)):
            if token["said"]:
                said = _words(bytes.fromhex(token["said"].decode()))
            elif token["begin"]:
                instead.append(bool(said))
                written.append(said)
                said = ""
            elif token["end"]:
                instead.pop()
            elif token["font"]:
                font = fonts[token["font"]]
            else:
                glyphs = _glyphs(bytes.fromhex(token["shown"].decode()))
                self.shown.update(glyphs)
                written.extend("" if any(instead) else font[glyph] for glyph in glyphs)
        return "".join(written)


def bare(text: str) -> str:
    """Without spaces and without the marks that only turn or join letters: what every extraction has in common."""
    return re.sub(r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2066-\u2069]", "", text)


def _stream(body: bytes) -> bytes:
    head, _, rest = body.partition(b"stream")
    content = rest.lstrip(b"\r\n").removesuffix(b"endstream")
    return zlib.decompress(content) if b"/FlateDecode" in head else content


def _hexed(content: bytes) -> bytes:
    """With every string in hexadecimal: as it is written, brackets may stand in it in pairs."""
    written, depth, start, escaped = bytearray(), 0, 0, False
    for at, sign in enumerate(content):
        if escaped:
            escaped = False
        elif sign == ord("\\"):
            escaped = True
        elif sign == ord("("):
            depth += 1
            start = at + 1 if depth == 1 else start
        elif sign == ord(")"):
            depth -= 1
            if not depth:
                written += b"<" + _plain(content[start:at]).hex().encode() + b">"
                continue
        if not depth:
            written.append(sign)
    return bytes(written)


def _plain(text: bytes) -> bytes:
    def letter(match: re.Match[bytes]) -> bytes:
        sign = match[1]
        return bytes([int(sign, 8)]) if sign[:1].isdigit() else _LETTERS.get(sign, sign)

    return _ESCAPE.sub(letter, text)


def _glyphs(codes: bytes) -> list[int]:
    return [int.from_bytes(codes[at : at + 2], "big") for at in range(0, len(codes), 2)]


def _words(text: bytes) -> str:
    return text[2:].decode("utf-16-be") if text.startswith(b"\xfe\xff") else text.decode("ascii")
