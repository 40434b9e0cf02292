"""Publishing a standard from its TOML files: as the next version, unless the newest one says the same."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlmodel import Session

from branches import standards
from branches.exchange.shipped import rows, store_standard
from branches.exchange.written import WrittenStandard
from branches.people import User
from branches.standards import Item, Section, Standard

KEPT = {
    *("code", "type", "critical", "scored", "na", "required", "judgement", "channels", "options", "condition"),
    "timed",
}
"""What an item says besides its numbers and its wording."""


def publish_standard(
    session: Session, written: WrittenStandard, *, at: datetime, since: datetime | None = None, by: User | None = None
) -> tuple[Standard, bool]:
    """The newest version, and whether it is new; `since` dates it back, or to a day to come."""
    newest = standards.newest(session)
    if newest is not None and says_the_same(newest, written):
        return newest, False
    standards.check_since(session, since or at, at)
    return store_standard(session, written, since=since, at=at, by=by), True


def says_the_same(standard: Standard, written: WrittenStandard) -> bool:
    """Whether publishing it would change nothing, however its files are laid out."""
    stored = [(section, section.items) for section in standard.sections]
    return (standard.title, standard.total, _numbers(standard.bands), _said(stored)) == (
        written.title,
        written.total.value,
        _numbers(written.bands),
        _said(rows(written, standard.id)),
    )


def _said(sections: Iterable[tuple[Section, Iterable[Item]]]) -> list[object]:
    return [
        (section.code, Fraction(section.weight), section.scored, _filled(section.titles), [_item(i) for i in items])
        for section, items in sections
    ]


def _item(item: Item) -> tuple[object, ...]:
    numbers = _numbers({"weight": item.weight, "from": item.worst, "to": item.best})
    return item.model_dump(include=KEPT), numbers, _filled(item.wording)


def _numbers(written: Mapping[str, str | None]) -> dict[str, Fraction | None]:
    return {name: None if number is None else Fraction(number) for name, number in written.items()}


def _filled(by_language: Mapping[str, Any]) -> dict[str, Any]:
    return {language: words for language, words in by_language.items() if words}
