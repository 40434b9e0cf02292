"""A reader for the PDFs we make: their text in its order and word by word, their tags, their fonts."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pikepdf

from reports.whole_words import Letters, letters_of


@dataclass
class Pdf:
    """What a PDF consists of."""

    raw: bytes
    shown: set[int] = field(default_factory=set)
    """The glyphs that were shown in the text read so far; 0 would be an empty box."""

    def __post_init__(self) -> None:
        self.file = pikepdf.open(BytesIO(self.raw))

    @property
    def root(self) -> Any:
        return self.file.Root

    @property
    def pages(self) -> list[pikepdf.Page]:
        return list(self.file.pages)

    @property
    def tags(self) -> Counter[str]:
        return Counter(str(element.S)[1:] for element in self._elements())

    @property
    def fonts(self) -> dict[str, bool]:
        """Name of each font, and whether its letters are in the file."""
        described = [one for one in self._dictionaries() if one.get("/Type") == "/FontDescriptor"]
        return {str(one.FontName)[1:]: any(key.startswith("/FontFile") for key in one) for one in described}

    @property
    def alternatives(self) -> list[str]:
        """What is read out in place of each figure."""
        return [str(element.Alt) for element in self._elements() if "/Alt" in element]

    def text(self) -> str:
        """Everything that is shown, in the order in which it is written."""
        return "".join(text for run in self.runs() for text, _ in run)

    def runs(self) -> Iterator[list[tuple[str, bool]]]:
        """Each run of text in its parts, and of each whether it is said in place of its glyphs."""
        for page in self.file.pages:
            fonts = {name: letters_of(font) for name, font in page.resources.get("/Font", {}).items()}
            yield from self._runs(page, fonts)

    def _runs(self, page: pikepdf.Page, fonts: dict[str, Letters]) -> Iterator[list[tuple[str, bool]]]:
        run, font = list[tuple[str, bool]](), Letters()
        said = False
        for step in pikepdf.parse_content_stream(page):
            match str(step.operator):
                case "BT":
                    run = []
                case "ET":
                    yield run
                case "BDC" if "/ActualText" in step.operands[1]:
                    said = True
                    run.append((str(step.operands[1].ActualText), True))
                case "EMC":
                    said = False
                case "Tf":
                    font = fonts[str(step.operands[0])]
                case "TJ" | "Tj":
                    glyphs = list(_glyphs(step.operands[0]))
                    self.shown.update(glyphs)
                    if not said:
                        run.append(("".join(font[glyph] for glyph in glyphs), False))

    def _dictionaries(self) -> Iterator[Any]:
        return (one for one in self.file.objects if isinstance(one, pikepdf.Dictionary))

    def _elements(self) -> Iterator[Any]:
        return (one for one in self._dictionaries() if one.get("/Type") == "/StructElem")


def bare(text: str) -> str:
    """Without spaces and without the marks that only turn or join letters: what every extraction has in common."""
    return re.sub(r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2066-\u2069]", "", text)


def _glyphs(shown: Any) -> Iterator[int]:
    for one in [shown] if isinstance(shown, pikepdf.String) else shown:
        if isinstance(one, pikepdf.String):
            codes = bytes(one)
            yield from (int.from_bytes(codes[at : at + 2], "big") for at in range(0, len(codes), 2))
