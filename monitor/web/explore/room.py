"""What the pages of exploring share: the blueprint, and what was found for what is asked."""

from dataclasses import dataclass
from functools import partial
from threading import Event

import sqlalchemy as sa
from flask import Blueprint

from branches import standards
from monitor import explored
from monitor.explored import Place, Wish
from monitor.web import gate
from monitor.web.explore.asked import Asked
from reports.explored import Explored
from reports.figures import Figures
from reports.one_section import narrowed

PATIENCE = 1.5
"""Seconds that a page waits for what is being worked out before it says so."""

blueprint = Blueprint("explore", __name__)


@dataclass(frozen=True)
class Found:
    """What there is for a reader who asked: what was found, or why it is not there yet."""

    at: Place
    explored: Explored | None
    failed: bool = False


def find(asked: Asked) -> Found | None:
    """What was kept; else it is begun, and waited for a moment. None where nothing is asked."""
    if asked.days is None or asked.scope is None:
        return None
    site = gate.site()
    wish = Wish(asked.days, asked.scope, site.rules, site.clock())
    at = explored.place(gate.session(), site.cache, wish)
    kept = explored.kept(at)
    if kept is None and not explored.told_failed(at):
        done = Event()
        site.later(partial(_do, site.engine, at, wish, done))
        done.wait(PATIENCE)
        kept = explored.kept(at)
        return Found(at, kept, kept is None and explored.told_failed(at))
    return Found(at, kept, kept is None)


def _do(engine: sa.Engine, at: Place, wish: Wish, done: Event) -> None:
    try:
        explored.work_out(engine, at, wish)
    finally:
        done.set()


def looked_at(found: Explored, section: str) -> Figures:
    """The figures of one section where it is known in that window, else of all."""
    return narrowed(found.now, section) if section in sections_of(found) else found.now


def sections_of(found: Explored) -> list[str]:
    """The codes of the sections in that window."""
    return [one.section for one in found.now.sections]


def wordings(found: Explored) -> tuple[dict[str, str], dict[str, str]]:
    """Titles of the sections and texts of the items, in the reader's language."""
    return standards.wordings(gate.session(), found.standard_id, gate.tongue().code)
