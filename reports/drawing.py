"""How a chart becomes a picture: our own fonts, and SVG that a strict page may hold inline."""

import io
import re
import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from xml.etree import ElementTree as ET

import matplotlib as mpl
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontEntry, FontProperties, fontManager, get_font, ttfFontProperty
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

from reports import letters
from reports.palette import COLOURS

_SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}href"
_TOKENS = {colour: token for token, colour in COLOURS.items()}
_DECIMALS = re.compile(r"-?\d+\.\d+")
_DEFAULTS = {
    "fill-opacity": "1",
    "stroke-opacity": "1",
    "opacity": "1",
    "text-anchor": "start",
    "stroke-linejoin": "miter",
}
HALO = "halo"
"""Name (gid) of a text that lies over other things: the page's stylesheet gives it a rim of paper."""
_ONE_AT_A_TIME = Lock()
_PNG_DPI = 216
"""Three pixels for each of a drawing's: sharp on a phone."""


def _own_fonts() -> list[FontEntry]:
    return [ttfFontProperty(get_font(str(file))) for file in letters.files()]


fontManager.ttflist = _own_fonts()
FAMILIES = [entry.name for entry in fontManager.ttflist]
mpl.rcParams.update(
    {
        "font.family": FAMILIES,
        "svg.fonttype": "none",
        "svg.hashsalt": "service-consistency-monitor",
        "text.parse_math": False,  # a "$" in a branch's name is a "$"
        "figure.facecolor": "none",
        "savefig.facecolor": "none",
    }
)
_MEASURE = RendererAgg(1, 1, 72)  # type: ignore[no-untyped-call]


def printable(text: str) -> str:
    """A name on one line, without the characters no picture can hold."""
    kept = (
        " " if unicodedata.category(letter) in {"Cc", "Cs"} else letter
        for letter in text
        if letter not in "\ufffe\uffff"
    )
    return " ".join("".join(kept).split())


def width(text: str, size: float) -> float:
    """Pixels of a line of text in our fonts."""
    with _odd_letters():
        size_of = _MEASURE.get_text_width_height_descent
        return float(size_of(text, FontProperties(family=FAMILIES, size=size), ismath=False)[0])  # type: ignore[no-untyped-call]


def shortened(text: str, size: float, room: float) -> str:
    """As much of a name as fits, cut between letters; vowel signs stay with theirs."""
    text = printable(text)
    if width(text, size) <= room:
        return text
    kept = text[: max(1, int(len(text) * room / width(text, size)) + 2)]
    while len(kept) > 1 and width(f"{kept}…", size) > room:
        kept = _one_letter_less(kept)
    return f"{kept.rstrip()}…"


def folded(text: str, size: float, room: float, most: int = 2) -> list[str]:
    """The text in lines that fit into that many pixels; what `most` lines cannot hold is cut off."""
    lines: list[str] = []
    rest = printable(text).split(" ")
    while len(lines) < most - 1 and width(" ".join(rest), size) > room and len(rest) > 1:
        fitting = [n for n in range(2, len(rest)) if width(" ".join(rest[:n]), size) <= room]
        n = max(fitting, default=1)
        lines.append(shortened(" ".join(rest[:n]), size, room))
        rest = rest[n:]
    return [*lines, shortened(" ".join(rest), size, room)]


def _one_letter_less(text: str) -> str:
    while text and unicodedata.category(text[-1]) in {"Mn", "Mc", "Cf"}:
        text = text[:-1]
    return text[:-1]


@contextmanager
def _odd_letters() -> Iterator[None]:
    """A name in a script of none of our languages is measured as boxes; the page draws it with the reader's own fonts."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def svg(figure: Figure, prefix: str, title: str = "", description: str = "") -> str:
    """A figure as inline SVG that scales, follows the page's colours and needs no style of its own.

    Every colour of the palette becomes a class ("f-short" fills, "s-short" strokes) that the page's stylesheet knows in
    light, dark and print; the attribute beside it is for where there is no stylesheet.

    Args:
        figure: drawn by one of `charts`.
        prefix: unique on the page; put before every id.
        title: read out in place of the picture; a picture without one is hidden from screen readers, because the words stand beside it.
        description: what the picture shows.
    """
    with _ONE_AT_A_TIME, _odd_letters():
        raw = io.BytesIO()
        figure.savefig(raw, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    root = ET.fromstring(raw.getvalue())  # noqa: S314 - written by matplotlib a line above
    view = root.attrib["viewBox"]
    for element in list(root.iter()):
        _clean(element, prefix)
    for tag in (f"{_SVG}metadata", f"{_SVG}defs"):
        for child in root.findall(tag):
            root.remove(child)
    drawn = list(_flat(root))
    return _page_svg(view, _labels(prefix, title, description), drawn)


def png(figure: Figure) -> bytes:
    """A figure as a bitmap on the page's light ground, for mail: sharp on a phone, and the same in the dark."""
    _rim(figure, COLOURS["paper"])
    with _ONE_AT_A_TIME, _odd_letters():
        raw = io.BytesIO()
        figure.savefig(
            raw,
            format="png",
            dpi=_PNG_DPI,
            facecolor=COLOURS["paper"],
            metadata={"Software": None},
        )
    return raw.getvalue()


def _rim(figure: Figure, colour: str) -> None:
    for text in figure.findobj(lambda artist: isinstance(artist, Text) and artist.get_gid() == HALO):
        text.set_path_effects([withStroke(linewidth=3, foreground=colour)])


def paper_svg(figure: Figure) -> str:
    """A figure as SVG for paper: its letters are outlines, and the rim of those that lie over other things is white."""
    _rim(figure, "white")
    with _ONE_AT_A_TIME, _odd_letters(), mpl.rc_context({"svg.fonttype": "path"}):
        raw = io.StringIO()
        figure.savefig(raw, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return raw.getvalue()


def _labels(prefix: str, title: str, description: str) -> dict[str, tuple[str, str]]:
    found = {"title": (f"{prefix}-title", printable(title)), "desc": (f"{prefix}-desc", printable(description))}
    return {tag: (name, text) for tag, (name, text) in found.items() if title and text}


def _page_svg(view: str, labels: dict[str, tuple[str, str]], drawn: list[ET.Element]) -> str:
    """The outer element, without a namespace: HTML gives it one."""
    about = {"role": "img", "aria-labelledby": " ".join(name for name, _ in labels.values())}
    attributes = about if labels else {"aria-hidden": "true"}
    root = ET.Element("svg", {"class": "chart", "viewBox": view, "font-family": "system-ui, sans-serif", **attributes})
    for tag, (name, text) in labels.items():
        ET.SubElement(root, tag, {"id": name}).text = text
    root.extend(drawn)
    for element in root.iter():
        element.tag = str(element.tag).removeprefix(_SVG)
        element.tail = None
    return ET.tostring(root, encoding="unicode")


def _clean(element: ET.Element, prefix: str) -> None:
    """Style becomes attributes, colours become classes, ids become the page's own, numbers lose digits nobody sees."""
    attributes = dict(element.attrib)
    rules = (rule.partition(":") for rule in attributes.pop("style", "").split(";"))
    attributes |= {key.strip(): value.strip() for key, _, value in rules if key.strip()}
    attributes = {key: value for key, value in attributes.items() if not _says_nothing(key, value)}
    reference = attributes.pop(_XLINK, "")
    if reference:
        attributes["href"] = f"#{prefix}-{reference.removeprefix('#')}"
    name = attributes.pop("id", "")
    if element.tag != f"{_SVG}g" and name:
        attributes["id"] = f"{prefix}-{name}"
    classes = [
        f"{name[0]}-{_TOKENS[attributes[name]]}" for name in ("fill", "stroke") if attributes.get(name) in _TOKENS
    ]
    if classes:
        attributes["class"] = " ".join(classes)
    element.attrib.clear()
    element.attrib.update({name: _rounded(name, value) for name, value in attributes.items()})
    if element.text and not element.text.strip():
        element.text = None


def _says_nothing(name: str, value: str) -> bool:
    """The page chooses the letters; a default, or a turn by nothing, need not be sent."""
    return name == "font-family" or _DEFAULTS.get(name) == value or value.startswith("rotate(-0 ")


def _rounded(name: str, value: str) -> str:
    if name == "d":
        value = " ".join(value.split())
    if name not in {"d", "x", "y", "transform", "points", "stroke-width"}:
        return value
    return _DECIMALS.sub(lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), value)


def _flat(element: ET.Element) -> Iterator[ET.Element]:
    """An element's children without the groups that say nothing."""
    for child in list(element):
        inside = list(_flat(child))
        if child.tag == f"{_SVG}g":
            _share(child, inside)
        if child.tag == f"{_SVG}g" and not child.attrib:
            yield from inside
        else:
            child[:] = inside
            yield child


def _share(group: ET.Element, marks: list[ET.Element]) -> None:
    """What every mark of a group has in common is said once, on the group."""
    if not marks or any(mark.tag != f"{_SVG}use" for mark in marks):
        return
    shared = set(marks[0].attrib.items()).intersection(*(mark.attrib.items() for mark in marks[1:]))
    for name, value in sorted(pair for pair in shared if pair[0] in {"class", "fill", "stroke", "stroke-width"}):
        group.set(name, value)
        for mark in marks:
            del mark.attrib[name]
