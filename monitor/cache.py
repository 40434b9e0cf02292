"""Drawings that take a moment to make and never change: kept as files that can be made again at any time."""

import json
import logging
import os
import tempfile
from pathlib import Path
from threading import Lock

from markupsafe import Markup

from branches.language import Language
from monitor import __version__
from reports.own import OwnReport
from reports.report import Report

log = logging.getLogger(__name__)

_one_at_a_time = Lock()
"""matplotlib draws one figure at a time in a process."""


def drawings(folder: Path, edition: str, report: Report | OwnReport, language: Language) -> dict[str, Markup]:
    """Inline SVG of an edition's pictures in one language, drawn when first asked for."""
    file = folder / "drawings" / f"{edition}-{language.code}-{__version__}.json"
    kept = _read(file)
    if kept is None:
        with _one_at_a_time:
            kept = _read(file)
            if kept is None:
                kept = _draw(report, language)
                _write(file, kept)
    return {name: Markup(drawing) for name, drawing in kept.items()}  # noqa: S704 - our own drawings, cleaned when made


def _draw(report: Report | OwnReport, language: Language) -> dict[str, str]:
    # The drawing library takes a second to import; a page from the cache must not wait for it.
    from reports import render  # noqa: PLC0415

    drawn = (
        render.own_drawings(report, language) if isinstance(report, OwnReport) else render.drawings(report, language)
    )
    return {name: str(drawing) for name, drawing in drawn.items()}


def _read(file: Path) -> dict[str, str] | None:
    try:
        kept = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return None
    return kept if isinstance(kept, dict) else None


def _write(file: Path, content: dict[str, str]) -> None:
    """Whole or not at all: another process may be reading. A full disk costs the next reader's time, not the page."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=file.parent)
        with os.fdopen(number, "w", encoding="utf-8") as stream:
            json.dump(content, stream)
        Path(name).replace(file)
    except OSError as error:
        log.warning("drawings could not be kept: %s", error)
