"""Drawings and papers that take a moment to make and never change: kept as files that can be made again at any time."""

import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from markupsafe import Markup

from branches.language import Language
from monitor.pencil import pencil
from reports.handbook import Handbook
from reports.handbook_changes import Changes
from reports.own import OwnReport
from reports.report import Report

log = logging.getLogger(__name__)

_one_at_a_time = Lock()
"""matplotlib draws one figure at a time in a process."""


def drawings(folder: Path, edition: str, report: Report | OwnReport, language: Language) -> dict[str, Markup]:
    """Inline SVG of an edition's pictures in one language, drawn when first asked for."""
    file = folder / "drawings" / f"{edition}-{language.code}-{pencil()}.json"
    kept = _once(file, lambda: json.dumps(_draw(report, language)).encode(), _holds_drawings)
    return {name: Markup(drawing) for name, drawing in json.loads(kept).items()}  # noqa: S704 - our own drawings, cleaned when made


def paper(
    folder: Path, edition: str, report: Report, language: Language, *, words: str, revised: tuple[str, ...] = ()
) -> bytes:
    """An edition as PDF in one language, made when first asked for; `words` name the edition at the foot of a page."""
    file = folder / "papers" / f"{edition}-{language.code}-{pencil()}.pdf"
    return _once(file, lambda: _print(report, language, words, revised), lambda kept: kept.startswith(b"%PDF-"))


def own_paper(folder: Path, edition: str, report: OwnReport, language: Language) -> bytes:
    """A branch's own page as PDF in one language, made when first asked for."""
    file = folder / "papers" / f"{edition}-{language.code}-{pencil()}.pdf"
    return _once(file, lambda: _print_own(report, language), lambda kept: kept.startswith(b"%PDF-"))


def handbook_paper(
    folder: Path, book: Handbook, language: Language, *, chain: str, address: str, changes: Changes | None
) -> bytes:
    """A version of the standard as PDF in one language, made when first asked for."""
    name = digest((book, chain, address, changes))
    file = folder / "papers" / f"handbook-{name}-{language.code}-{pencil()}.pdf"
    return _once(
        file,
        lambda: _print_handbook(book, language, chain, address, changes),
        lambda kept: kept.startswith(b"%PDF-"),
    )


def digest(report: object) -> str:
    """Names what a report says: of two that say the same one drawing is kept."""
    return hashlib.sha256(repr(report).encode()).hexdigest()[:16]


def _print_own(report: OwnReport, language: Language) -> bytes:
    from reports.paper import own_pdf  # noqa: PLC0415 - as with the other paper

    return own_pdf(report, language, branch=report.branch)


def _print_handbook(book: Handbook, language: Language, chain: str, address: str, changes: Changes | None) -> bytes:
    from reports.handbook_paper import handbook_pdf  # noqa: PLC0415 - as with the other papers

    return handbook_pdf(book, language, chain=chain, address=address, changes=changes)


def _print(report: Report, language: Language, words: str, revised: tuple[str, ...]) -> bytes:
    # As with the drawings, whose library it rests on.
    from reports.paper import weekly_pdf  # noqa: PLC0415

    return weekly_pdf(report, language, edition=words, revised=revised)


def _draw(report: Report | OwnReport, language: Language) -> dict[str, str]:
    # The drawing library takes a second to import; a page from the cache must not wait for it.
    from reports import render  # noqa: PLC0415

    drawn = (
        render.own_drawings(report, language) if isinstance(report, OwnReport) else render.drawings(report, language)
    )
    return {name: str(drawing) for name, drawing in drawn.items()}


def _holds_drawings(kept: bytes) -> bool:
    try:
        return isinstance(json.loads(kept), dict)
    except ValueError:
        return False


def _once(file: Path, make: Callable[[], bytes], good: Callable[[bytes], bool]) -> bytes:
    """What was kept, else what is made now; two who ask at once have it made once."""
    kept = read(file)
    if not good(kept):
        with _one_at_a_time:
            kept = read(file)
            if not good(kept):
                kept = make()
                write(file, kept)
    return kept


def read(file: Path) -> bytes:
    """What a file holds; nothing where there is none."""
    try:
        return file.read_bytes()
    except OSError:
        return b""


def write(file: Path, content: bytes) -> None:
    """Whole or not at all: another process may be reading. A full disk costs the next reader's time, not the page."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=file.parent)
        with os.fdopen(number, "wb") as stream:
            stream.write(content)
        Path(name).replace(file)
    except OSError as error:
        log.warning("what was made could not be kept: %s", error)
