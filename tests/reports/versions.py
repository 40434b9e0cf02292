"""Versions of a small standard, written item by item, for tests of the handbook."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from branches import standards
from branches.scoring import Total
from branches.standards import Item, Section, Standard
from tests import make

Items = Mapping[str, Mapping[str, Any]]
"""By its code, what is out of the ordinary about an item."""


def version(session: Session, sections: Mapping[str, Items], *, total: Total = Total.POOLED) -> Standard:
    """A published version; a section whose code begins with "un" does not count."""
    made = standards.draft(session, title="Our promise", total=total)
    for place, (code, items) in enumerate(sections.items()):
        scored = not code.startswith("un")
        titles = {"en": code.title()}
        section = Section(standard_id=made.id, code=code, position=place, scored=scored, titles=titles)
        session.add(section)
        session.flush()
        for number, (item, more) in enumerate(items.items()):
            known = {"wording": said(item), **more}
            session.add(Item(standard_id=made.id, section_id=section.id, code=item, position=number, **known))
    session.flush()
    session.refresh(made)
    standards.publish(session, made, at=make.NOON, by=None)
    return made


def said(text: str, code: str = "en", **more: str) -> dict[str, dict[str, str]]:
    """An item's wording in one language."""
    return {code: {"text": text, **more}}
