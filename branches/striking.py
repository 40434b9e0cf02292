"""Striking: a person's name, address and code are taken out of whatever anybody has written, in every table."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from branches.tables import metadata

STRUCK = "…"
"""What stands in the place of a name."""
SPARED = frozenset({"person", "region", "branch", "standard", "section", "item", "standard_draft", "edition"})
"""Tables that are left as they are: the chain's own words and places, and what was issued; a person's own row is blanked elsewhere."""
LONG_ENOUGH = 500
"""A text column of that length holds what people write; shorter ones hold codes and states."""
SHORT = frozenset({("assignment", "fee"), ("assignment", "expenses"), ("rota", "fee"), ("rota", "expenses")})
"""Written by people all the same."""
_SHORTEST = 5


def strike(session: Session, names: Iterable[str]) -> None:
    """Takes each of these out, as whole words and whatever their case; what is too common to tell anybody stays."""
    telling = [name for name in dict.fromkeys(" ".join(name.split()) for name in names) if tells(name)]
    if not telling:
        return
    session.flush()
    pattern = _pattern(telling)
    for table in metadata.sorted_tables:
        for column in texts(table):
            _strike(session, column, telling, pattern)
    session.expire_all()


def tells(name: str) -> bool:
    """Whether it means one person wherever it stands: two words, or letters with digits or signs; a first name is anybody's."""
    apart = any(not sign.isalpha() for sign in name)
    return len(name) >= _SHORTEST and apart and any(sign.isalpha() for sign in name)


def texts(table: sa.Table) -> Iterator[sa.Column[Any]]:
    """The columns of a table that hold what people wrote."""
    if table.name in SPARED:
        return
    for column in table.columns:
        long = (getattr(column.type, "length", None) or 0) >= LONG_ENOUGH
        if long or isinstance(column.type, sa.JSON) or (table.name, column.name) in SHORT:
            yield column


def struck(value: Any, pattern: re.Pattern[str]) -> Any:
    """The same without the names, however deep it lies."""
    match value:
        case str():
            return pattern.sub(STRUCK, value)
        case dict():
            return {key: struck(one, pattern) for key, one in value.items()}
        case list():
            return [struck(one, pattern) for one in value]
        case _:
            return value


def _pattern(names: list[str]) -> re.Pattern[str]:
    """The longest first: an address may begin with the name."""
    words = (re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)


def _strike(session: Session, column: sa.Column[Any], names: list[str], pattern: re.Pattern[str]) -> None:
    keys = list(column.table.primary_key.columns)
    where = sa.or_(*(_holds(column, name) for name in names))
    for *key, value in session.execute(sa.select(*keys, column).where(where)).all():
        new = struck(value, pattern)
        if new != value:
            same = (one == number for one, number in zip(keys, key, strict=True))
            session.execute(sa.update(column.table).where(*same).values({column.name: new}))


def _holds(column: sa.Column[Any], name: str) -> sa.ColumnElement[bool]:
    """Whether a row may hold it: engines know little of case beyond English letters, so the common ways to write it are tried."""
    ways = dict.fromkeys((name, name.lower(), name.upper(), name.title()))
    text: sa.ColumnElement[str] = column
    if isinstance(column.type, sa.JSON):  # where other letters than English ones are written as numbers
        text, ways = (
            sa.cast(column, sa.Text),
            dict.fromkeys(form for way in ways for form in (way, json.dumps(way)[1:-1])),
        )
    return sa.or_(*(text.contains(way, autoescape=True) for way in ways))
