"""Files and parts of forms that nobody sends who means well, each with a name."""

import hashlib
import struct
import zipfile
import zlib
from functools import cache
from io import BytesIO

from PIL import Image

from tests.branches.test_photos import jpeg, png
from tests.branches.workbooks import book

BOUNDARY = "-----------------------------41184676334"


def digest(content: bytes) -> str:
    """What a photo is called by the script that sends it."""
    return hashlib.sha256(content).hexdigest()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(width: int, height: int) -> bytes:
    """A PNG that is a few bytes long and says that it has so many pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def _texts() -> bytes:
    """A PNG whose text unpacks to far more than it is long."""
    whole, end = png(), _chunk(b"IEND", b"")
    text = _chunk(b"zTXt", b"a\0\0" + zlib.compress(b"\0" * 50_000_000, 9))
    return whole[: -len(end)] + text + end


def _archive(names: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in names.items():
            made.writestr(name, content)
    return out.getvalue()


def _swollen() -> bytes:
    """A workbook one of whose sheets unpacks to 200 million bytes."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(book(survey=[["type", "name"]]))) as real, zipfile.ZipFile(out, "w", 8) as made:
        for name in real.namelist():
            swollen = name.endswith("sheet1.xml")
            made.writestr(name, real.read(name) + (b" " * 200_000_000 if swollen else b""))
    return out.getvalue()


def _entities() -> bytes:
    """A workbook whose sheet names an entity within an entity, ten times over."""
    grown = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    text = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e0 "ha">{grown}]><worksheet>&e9;</worksheet>'
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(book(survey=[["type", "name"]]))) as real, zipfile.ZipFile(out, "w", 8) as made:
        for name in real.namelist():
            made.writestr(name, text.encode() if name.endswith("sheet1.xml") else real.read(name))
    return out.getvalue()


def _gif() -> bytes:
    out = BytesIO()
    frames = [Image.new("P", (40, 40), n % 7) for n in range(200)]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    return out.getvalue()


@cache
def files() -> dict[str, tuple[str, bytes]]:
    """By name: what the file is called, and what is in it."""
    picture = jpeg()
    return {
        "an empty file": ("a.jpg", b""),
        "one byte": ("a.jpg", b"\xff"),
        "a photo of 100,000 × 100,000": ("a.png", bomb(100_000, 100_000)),
        "a photo one pixel high": ("a.png", bomb(2**31 - 1, 1)),
        "a photo of no pixels": ("a.png", bomb(0, 0)),
        "a photo whose text unpacks": ("a.png", _texts()),
        "a photo cut short": ("a.jpg", picture[: len(picture) // 2]),
        "the head of a photo": ("a.jpg", picture[:20]),
        "a photo with another's end": ("a.jpg", picture[:-400] + png()[-400:]),
        "a photo that is an archive too": ("a.jpg", picture + _archive({"a.html": b"<script>"})),
        "a photo that is a page too": ("a.jpg", picture + b"<script>alert(1)</script>"),
        "a page that begins as a photo": ("a.gif", b"GIF89a/*<script>*/=1;alert(1)"),
        "moving pictures": ("a.gif", _gif()),
        "a PDF named as a photo": ("a.jpg", b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript>>>>endobj\n%%EOF"),
        "an SVG with a script": ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
        "an SVG named as a photo": ("a.jpg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        "a HEIC that is none": ("a.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 200),
        "a HEIC with a box past its end": ("a.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\xff\xff\xff\xffmeta"),
        "a TIFF that points at itself": ("a.tif", b"II*\0\x08\0\0\0\1\0\x0e\1\2\0\1\0\0\0\0\0\0\0\x08\0\0\0"),
        "a postscript": ("a.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(id) (r) file\n"),
        "a program": ("a.exe", b"MZ" + b"\0" * 500),
        "a workbook that swells": ("a.xlsx", _swollen()),
        "a workbook of entities": ("a.xlsx", _entities()),
        "an archive named as a workbook": ("a.xlsx", _archive({"../../x": b"y", "a": b""})),
        "an archive of itself, cut": ("a.xlsx", book(survey=[["a"]])[:-60]),
        "a workbook of a name": ("a.xlsx", book(survey=[["type", "name"], ["=1+1", "\ufffe"], ["x" * 30_000, "a"]])),
        "a workbook with many columns": ("a.xlsx", book(survey=[[f"c{n}" for n in range(16_000)]])),
        "a TOML of 20,000 dots": ("a.toml", b"a" + b".a" * 20_000 + b" = 1\n"),
        "a TOML of 20,000 dotted keys": ("a.toml", b"".join(b"a.b%d = 1\n" % n for n in range(20_000))),
        "a TOML of brackets": ("a.toml", b"a = " + b"[" * 100_000),
        "a TOML of tables": ("a.toml", b"a = " + b"{a=" * 5_000),
        "a TOML with a number past all": ("a.toml", b"version = " + b"9" * 5_000 + b"\n"),
        "a TOML with no letters": ("a.toml", b"title = '\xff\xfe'\n"),
        "a TOML with other kinds": (
            "a.toml",
            b"title = 1979-05-27\nsection = 1\nitem = inf\n[standard]\nsections = nan\n",
        ),
        "a list of a million columns": ("a.csv", b"code,name" + b",x" * 450_000 + b"\n"),
        "a list of many rows": ("a.csv", b"code,name\n" + b"a,b\n" * 100_000),
        "a list with a quote never closed": ("a.csv", b'code,name,email\n"a,b,c\n' + b"d,e,f\n" * 1_000),
        "a list of quotes": ("a.csv", b'"' * 300_001),
        "a list with nulls": ("a.csv", b"code,name,email\n\0a,b\0,c\0@d.example\n"),
        "a list of 16 bits": ("a.csv", "code,name\na,b\n".encode("utf-16")),
        "a list with no letters": ("a.csv", b"code,name\n\xff\xfe,\x80\n"),
        "a list of formulas": ("a.csv", b"code,name\n=1+1,@SUM(A1)\n"),
        "a list with a column twice": ("a.csv", b"name,name,email,email,role\na,b,c@d.example,e@f.example,office\n"),
        "a list that says too much": ("a.csv", b"id,role,is_admin,name,email\n1,office,true,A,a@example.com\n"),
        "a list with one long cell": ("a.csv", b"code,name\na," + b"x" * 500_000 + b"\n"),
        "a name that is a path": ("../../../etc/cron.d/x", picture),
        "a name that is long": ("n" * 5_000 + ".jpg", b"x"),
        "a name with a line end": ("a\r\nX: y.jpg", b"x"),
        "a name of nothing": ("\0.jpg", b"x"),
        "a name from right to left": ("\u202egpj.exe", b"MZ"),
    }


def _part(head: bytes, content: bytes = b"x") -> bytes:
    return b"--" + BOUNDARY.encode() + b"\r\n" + head + b"\r\n\r\n" + content + b"\r\n"


_NAMED = b'Content-Disposition: form-data; name="%s"'
_END = b"--" + BOUNDARY.encode() + b"--\r\n"
_KIND = f"multipart/form-data; boundary={BOUNDARY}"

PARTS: dict[str, tuple[str, bytes]] = {
    "nothing": (_KIND, b""),
    "the end alone": (_KIND, _END),
    "no boundary": ("multipart/form-data", _part(_NAMED % b"a") + _END),
    "another boundary": ("multipart/form-data; boundary=other", _part(_NAMED % b"a") + _END),
    "an empty boundary": ('multipart/form-data; boundary=""', b"--\r\n\r\n----\r\n"),
    "a boundary of other letters": ("multipart/form-data; boundary=\u00e9", _END),
    "never ended": (_KIND, _part(_NAMED % b"a")),
    "ended within a head": (_KIND, b"--" + BOUNDARY.encode() + b"\r\nContent-Dispo"),
    "no name": (_KIND, _part(b"Content-Disposition: form-data") + _END),
    "an empty name": (_KIND, _part(_NAMED % b"") + _END),
    "no head": (_KIND, _part(b"") + _END),
    "another head": (_KIND, _part(b"X: y\r\nContent-Type: nobody") + _END),
    "a head that is long": (_KIND, _part(b"X: " + b"y" * 500_000) + _END),
    "many heads": (_KIND, _part(b"\r\n".join(b"X%d: y" % n for n in range(10_000))) + _END),
    "a name with a line end": (_KIND, _part(_NAMED % b"a\r\nX: y") + _END),
    "a name of no letters": (_KIND, _part(_NAMED % b"\xff\x00") + _END),
    "a name that is long": (_KIND, _part(_NAMED % (b"n" * 100_000)) + _END),
    "10,000 parts": (_KIND, _part(_NAMED % b"a") * 6_000 + _END),
    "2,000 files": (_KIND, _part(_NAMED % b"file" + b'; filename="a"') * 2_000 + _END),
    "within another": (_KIND, _part(_NAMED % b"a" + b"\r\nContent-Type: multipart/mixed; boundary=b", b"--b--") + _END),
    "in another's letters": (
        _KIND,
        _part(_NAMED % b"a" + b"\r\nContent-Type: text/plain; charset=utf-7", b"+ADw-") + _END,
    ),
    "in letters of nobody": (_KIND, _part(_NAMED % b"a" + b"\r\nContent-Type: text/plain; charset=x\xff") + _END),
    "a name in stars": (_KIND, _part(b"Content-Disposition: form-data; name*=utf-8''a%ff; filename*=x''%00") + _END),
    "packed": (_KIND, _part(_NAMED % b"a" + b"\r\nContent-Transfer-Encoding: base64", b"!!!") + _END),
    "line ends alone": (_KIND, b"\r\n" * 200_000),
    "dashes": (_KIND, b"--" * 200_000),
}
"""By name: what a body in parts says of itself, and the body."""

PLAIN: dict[str, bytes] = {
    "nothing": b"",
    "nulls": b"\0" * 1_000,
    "percents": b"%" * 100_000,
    "and signs": b"&" * 300_000,
    "equals": b"=" * 300_000,
    "many fields": b"&".join(b"a%d=1" % n for n in range(50_000)),
    "one field many times": b"csrf_token=x&" * 20_000,
    "no letters": b"a=%ff%fe&b=\xff\xfe",
    "half a sign": b"name=%ed%a0%80&csrf_token=%ed%a0%80",
    "a field too long": b"a=" + b"b" * 900_000,
    "a body too long": b"a=" + b"b" * 1_100_000,
}
"""Bodies that are said to be forms."""
