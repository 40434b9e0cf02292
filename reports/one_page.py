"""One page: of what a branch's staff are told, as much as fits one sheet on the wall in letters that are read from further away."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from branches.language import Language
from reports.own import OwnReport

_WHOLE = ((13.0, 5), (12.0, 5), (11.0, 5), (11.0, 4), (11.0, 3))
"""Points of the letters, and how many of each kind: what is read from further away first, then what says most."""
_TELLING = ((12.0, 5), (11.0, 5), (11.0, 4), (11.0, 3), (10.0, 4), (10.0, 3), (10.0, 2), (9.2, 3), (9.2, 2), (9.2, 1))
"""With the sections alone that stand out; of the others a sentence at the top speaks."""
_CROWDED = ((8.5, 2), (8.5, 1), (8.5, 0), (7.5, 0))
_LAST, _LAST_SECTIONS = 6.5, 8
"""Where even that is too much: of each group so many sections; the headline names all of them."""
LONGEST = 180
"""Letters of one promise on paper; the page on the web has all of it."""

Told = TypeVar("Told")


@dataclass(frozen=True)
class Sheet:
    """One way to fill the page."""

    size: float
    """Points of the letters."""
    report: OwnReport
    kept: str
    """How many more were always in order; empty where all are shown."""
    failed: str
    promised: str


def tried(report: OwnReport, tongue: Language) -> Iterator[Sheet]:
    """The ways to fill the page, the best first; the last says least.

    Args:
        report: one branch and week in the words of those who work there.
        tongue: the reader's language.
    """
    telling = replace(report, unsure=(), alike=(), unjudged=()) if report.well or report.work else report
    for size, most in _WHOLE:
        yield _sheet(report, tongue, size, most)
    for size, most in (*_TELLING, *_CROWDED):
        yield _sheet(telling, tongue, size, most)
    well, work = report.well[:_LAST_SECTIONS], report.work[:_LAST_SECTIONS]
    few = replace(report, well=well, work=work, unsure=(), alike=(), unjudged=())
    yield _sheet(few, tongue, _LAST, 0)


def _sheet(report: OwnReport, tongue: Language, size: float, most: int) -> Sheet:
    promised = tuple(replace(one, plan=_short(one.plan)) for one in report.promised[:most])
    cut = replace(report, kept=report.kept[:most], failed=report.failed[:most], promised=promised)
    return Sheet(
        size,
        cut,
        kept=_more(tongue, report.kept, most),
        failed=_more(tongue, report.failed, most),
        promised=_more(tongue, report.promised, most),
    )


def _more(tongue: Language, found: tuple[Told, ...], most: int) -> str:
    left = len(found) - most
    return tongue.count("{n} more is on our page.", "{n} more are on our page.", left) if left > 0 and most else ""


def _short(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return text[: LONGEST - 1].rsplit(" ", 1)[0] + "…"
