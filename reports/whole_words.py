"""Words of a PDF that stay whole when they are searched for, copied or read out.

The typesetter says of each syllable what it stands for (ActualText). A reader such as poppler takes the place of a syllable
from its last glyph; where that is a sign that hangs under the letter, the next syllable seems far away, and a space is put
between. So each word that has such syllables says for itself, as one, what it stands for. What is seen stays as it was.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, ContentStreamInstruction, Dictionary, Name, Operator, String

_CODE = re.compile(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>")
_SAID = b"/ActualText"
_SHOWS = ("TJ", "Tj")
_BYTES = 2
"""Of a glyph's number."""
_SHIFT = 0.5
"""Of a letter's size; so far a sign of its own run may stand above or under the line, and no other line is so near."""
_FAR = 50
"""Thousandths of a letter; so far before its word's end a reader takes no sign for the end."""
Letters = dict[int, str]


@dataclass(frozen=True)
class _Font:
    """What the glyphs of a font stand for, and its space, with the width of that in thousandths of a letter."""

    letters: Letters
    space: bytes = b""
    width: float = 0.0

    @classmethod
    def of(cls, font: Any) -> "_Font":
        letters = letters_of(font)
        space = next((code for code, letter in letters.items() if letter == " "), None)
        if space is None:
            return cls(letters)
        return cls(letters, space.to_bytes(_BYTES, "big"), _width(font.DescendantFonts[0].W, space))


_NO_FONT = _Font({})


def with_whole_words(made: bytes) -> bytes:
    """The same PDF, in which each word with signs above, under or around its letters is one; the same bytes for the same PDF."""
    with pikepdf.open(BytesIO(made)) as pdf:
        pages = [page for page in pdf.pages if _SAID in page.Contents.read_bytes()]
        if not pages:
            return made
        for page in pages:
            page.Contents = pdf.make_stream(pikepdf.unparse_content_stream(list(_page(page))))
        kept = BytesIO()
        pdf.save(kept, deterministic_id=True)
    return kept.getvalue()


def _page(page: pikepdf.Page) -> Iterator[Any]:
    fonts = {name: _Font.of(font) for name, font in page.resources.get("/Font", {}).items()}
    text: _Text | None = None
    before, height, line = "", 0.0, 0.0
    for step in pikepdf.parse_content_stream(page):
        sign = str(step.operator)
        if text is not None and sign != "ET":
            text.take(sign, step)
            continue
        if text is not None:
            text.end()
            yield from text.steps
            before, line = text.last, line if text.is_sign else height
            text = None
        elif sign == "BT":
            text = _Text(fonts, before, height - line)
        elif sign == "cm":
            height = float(step.operands[-1])
        yield step


def letters_of(font: Any) -> Letters:
    """What the glyphs of a font stand for, by number."""
    return {
        int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be")
        for code, text in _CODE.findall(font.ToUnicode.read_bytes())
    }


def _width(widths: Any, code: int) -> float:
    """Of one glyph; the list is [first [width …] first last width …]."""
    left = list(widths)
    while left:
        first, then = int(left[0]), left[1]
        if isinstance(then, Array):
            if first <= code < first + len(then):
                return float(then[code - first])
            left = left[2:]
        else:
            if first <= code <= int(then):
                return float(left[2])
            left = left[3:]
    return 0.0


@dataclass
class _Text:
    """One run of text, written anew word by word."""

    fonts: dict[str, _Font]
    last: str
    """What was shown before, without a space since."""
    shift: float
    """How far it stands from the line of what was shown before, in points."""
    steps: list[Any] = field(default_factory=list)
    _word: list[Any] = field(default_factory=list)
    _words: str = ""
    _said: str | None = None
    """What the syllable that is being shown stands for."""
    _in_syllables: bool = False
    _font: _Font = _NO_FONT
    _size: float = 0.0

    @property
    def is_sign(self) -> bool:
        """Whether it is no more than a sign at the last letter: that letter has been said already."""
        return bool(self.last) and 0 < abs(self.shift) < self._size * _SHIFT

    def take(self, sign: str, step: Any) -> None:
        """The next step of the typesetter's."""
        if sign == "BDC":
            self._said = str(step.operands[1].ActualText)
        elif sign == "EMC":
            self._said, self._in_syllables = None, True
        elif sign in _SHOWS and self._said is not None:
            self._show(step, self._once(self._said))
            self._said = ""
        elif sign in _SHOWS:
            self._letters(sign, step)
        else:
            if sign == "Tf":
                self._font, self._size = self.fonts[str(step.operands[0])], float(step.operands[1])
            (self._word if self._word or self._said is not None else self.steps).append(step)

    def _once(self, said: str) -> str:
        """A syllable that runs share is said by each of them; the later ones start with what belongs to the first."""
        return "" if not self._words and said and self.last.endswith(said) else said

    def _letters(self, sign: str, step: Any) -> None:
        shown = step.operands[0] if sign == "TJ" else [step.operands[0]]
        for is_space, glyphs, text in self._parts(shown):
            if is_space:
                self.close()
                self.steps.append(_shown(glyphs))
                self.last = ""
            else:
                self._show(_shown(glyphs), text)

    def _parts(self, shown: Any) -> Iterator[tuple[bool, list[Any], str]]:
        """Spaces and what stands between them, each with the moves behind it."""
        glyphs, text, is_space = list[Any](), "", False
        for one in shown:
            if not isinstance(one, String):
                glyphs.append(one)
                continue
            for code in _codes(bytes(one)):
                letter = self._font.letters.get(int.from_bytes(code, "big"), "")
                if text and letter.isspace() != is_space:
                    yield is_space, glyphs, text
                    glyphs, text = [], ""
                is_space = letter.isspace()
                glyphs.append(code)
                text += letter
        if glyphs:
            yield is_space, glyphs, text

    def _show(self, step: Any, text: str) -> None:
        self._word.append(step)
        self._words += "" if self.is_sign else text
        self._in_syllables |= self.is_sign

    def end(self) -> None:
        """The run ends. A sign that hangs under the last letter must not be taken for the end: what follows would seem far away."""
        moved = _moved(self._word)
        if self._in_syllables and self._font.space and moved > _FAR:
            self._word.append(_shown([self._font.width - moved, self._font.space]))
        self.close()

    def close(self) -> None:
        """The word ends."""
        if self._in_syllables:
            said = Dictionary(ActualText=String(self._words))
            self.steps.append(ContentStreamInstruction([Name.Span, said], Operator("BDC")))
            self.steps += [*self._word, ContentStreamInstruction([], Operator("EMC"))]
        else:
            self.steps += self._word
        self.last = self._words or self.last
        self._word, self._words, self._in_syllables = [], "", False


def _codes(glyphs: bytes) -> Iterator[bytes]:
    return (glyphs[at : at + _BYTES] for at in range(0, len(glyphs), _BYTES))


def _moved(word: list[Any]) -> float:
    """How far before its last letter's end the last glyph of a word stands, in thousandths of a letter."""
    last = word[-1] if word else None
    if last is None or str(last.operator) != "TJ":
        return 0.0
    return sum(float(one) for one in last.operands[0] if not isinstance(one, String))


def _shown(glyphs: list[Any]) -> Any:
    """One step that shows glyphs and makes the moves between them."""
    joined = list[Any]()
    for one in glyphs:
        if isinstance(one, bytes) and joined and isinstance(joined[-1], bytes):
            joined[-1] += one
        else:
            joined.append(one)
    parts = [String(one) if isinstance(one, bytes) else one for one in joined]
    return ContentStreamInstruction([Array(parts)], Operator("TJ"))
