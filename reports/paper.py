"""Report → tagged PDF: made for print, laid out by the templates in `typeset/`, which get everything they say as data."""

import json
import re
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import typst

from branches.language import Language
from reports import letters, one_page, render, wording
from reports.figures import State
from reports.own import OwnReport
from reports.palette import COLOURS
from reports.purpose import purpose
from reports.report import Report
from reports.whole_words import with_whole_words

Told = TypeVar("Told")
_COUNT = re.compile(rb"/Type\s*/Pages\b[^>]*?/Count (\d+)")
_TEMPLATES = Path(__file__).parent / "typeset"
_WHITE = {"paper": "#ffffff"}
_SMALL_PRINT = 8.5
"""Points of the letters."""
_WIDE_SCRIPTS = {"Taml": 0.92}
"""Scripts whose words are so long that their letters are set smaller."""
_LEADING, _INDIC_LEADING = 0.03, 0.12
"""Between the lines, in letters; a font's own height comes to it."""
_HYPHENATED = {"hu"}


def weekly_pdf(report: Report, tongue: Language, *, edition: str, revised: tuple[str, ...] = ()) -> bytes:
    """What does this edition say, on A4? A PDF/UA-1, the same bytes for the same words.

    Args:
        report: one scope and week in the reader's words.
        tongue: the reader's language.
        edition: the words that name the edition, for the foot of each page.
        revised: what a revision changed and why.
    """
    known, lacking = printable(report, tongue)
    content = {
        "report": asdict(known),
        "scope": known.scope,
        "week": known.week,
        "title": known.title,
        "edition": letters.legible(edition),
        "leads": "short" if render.leading(known) is known.short else "above",
        "lacking": lacking,
        "revised": [letters.legible(line) for line in revised],
        "words": _week_words(tongue),
        "drawings": render.paper_drawings(known, tongue),
    }
    return typeset("week.typ", content, tongue, _SMALL_PRINT)


def own_pdf(report: OwnReport, tongue: Language, *, branch: str) -> bytes:
    """How is our branch doing, on one page for the staff room? A PDF/UA-1, the same bytes for the same words.

    Args:
        report: one branch and week in the words of those who work there.
        tongue: the reader's language.
        branch: the branch's name, for the foot of the page.
    """
    known, lacking = printable(report, tongue)
    content = {
        "scope": letters.legible(branch),
        "week": known.week,
        "title": f"{letters.legible(branch)} · {known.week}",
        "edition": "",
        "lacking": lacking,
        "words": _own_words(tongue),
        "drawings": render.own_paper_drawings(known, tongue),
    }
    made = b""
    for sheet in one_page.tried(known, tongue):
        made = _compiled("own.typ", content | asdict(sheet), tongue, sheet.size)
        if _pages(made) == 1:
            break
    return with_whole_words(made)


def _pages(made: bytes) -> int:
    found = _COUNT.search(made)
    assert found is not None
    return int(found[1])


def printable(report: Told, tongue: Language) -> tuple[Told, list[str]]:
    """What can be printed of a report, and what is there to say of the letters that cannot?"""
    known = letters.every_text(report, letters.legible)
    if letters.NO_LETTER not in repr(known):
        return known, []
    return known, [
        tongue.say(
            "Letters that our fonts do not have are shown as {sign}; the page on the web shows them.",
            sign=letters.NO_LETTER,
        )
    ]


def _week_words(tongue: Language) -> dict[str, Any]:
    say = tongue.say
    return {
        **foot_words(tongue),
        "watch": say("“Watch” means more likely short than not, but not sure enough for a flag."),
        "figures": say("All figures"),
        "judged": say("How this is judged"),
        "key": [*((state, wording.state_word(tongue, state)) for state in State), ("unsure", say("Not sure"))],
    }


def _own_words(tongue: Language) -> dict[str, Any]:
    say = tongue.say
    return {
        **foot_words(tongue),
        "title": say("How we are doing"),
        "norm": say("The norm is what the chain's other branches reach on average."),
        "groups": [
            ("well", say("What goes well")),
            ("work", say("What to work on")),
            ("unsure", say("Not sure")),
            ("alike", say("As the norm")),
            ("unjudged", say("Not enough audits")),
        ],
        "kept": say("Always in order"),
        "failed": say("What cost the most points"),
        "promised": say("What we have planned"),
        "try": say("General tip: {advice}", advice="#"),
    }


def foot_words(tongue: Language) -> dict[str, Any]:
    """What does every paper say, on whatever page?"""
    say = tongue.say
    return {
        "page": say("page {n} of {total}", n="#", total="$"),
        "purpose": purpose(tongue),
        "critical": say("Critical item failed:"),
        "news": say("New this week"),
    }


def typeset(template: str, content: dict[str, Any], tongue: Language, size: float) -> bytes:
    """What does that template make of this content? A PDF/UA-1, in letters of `size` points."""
    return with_whole_words(_compiled(template, content, tongue, size))


def _compiled(template: str, content: dict[str, Any], tongue: Language, size: float) -> bytes:
    look = {
        "language": tongue.code,
        "size": size * _WIDE_SCRIPTS.get(tongue.script, 1.0),
        "families": letters.families(tongue.script),
        "colours": {**COLOURS, **_WHITE},
        "leading": _LEADING if tongue.script == "Latn" else _INDIC_LEADING,
        "hyphenate": tongue.code in _HYPHENATED,
        "author": tongue.say("Service consistency"),
    }
    made = typst.compile(
        _TEMPLATES / template,
        root=_TEMPLATES,
        font_paths=_fonts(),
        sys_inputs={"paper": json.dumps(content | look, default=str)},
        pdf_standards=["ua-1"],
        timestamp=0,
    )
    assert isinstance(made, bytes)
    return made


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=letters.folders())
