"""The lists of choices of an XLSForm, and which of them ask for yes or no."""

from collections.abc import Mapping
from dataclasses import dataclass

from branches.errors import Refused
from branches.exchange import cells
from branches.exchange.faults import shown
from branches.exchange.toml import LONGEST_WORD
from branches.exchange.xlsform.notes import Notes
from branches.exchange.xlsform.tables import Columns, Row, Table
from branches.scoring import NA, NO, YES

COLUMNS = Columns(
    words={
        "list_name": "list_name",
        "list": "list_name",
        "name": "name",
        "value": "name",
        "label": "label",
        "caption": "label",
        "exact_name": "exact",
    },
    worded=frozenset({"label"}),
)
NOT_APPLICABLE = frozenset({"na", "n/a", "n_a", "not_applicable"})
"""Names of the choice that says that an item does not apply."""
_SAYS_YES = frozenset({"yes", "y", "true"})
_SAYS_NO = frozenset({"no", "n", "false"})
_COUNTED = {"1": YES, "0": NO}
"""What many call yes and no where the labels say so."""


@dataclass(frozen=True)
class Choice:
    """One choice of a list."""

    row: int
    name: str
    code: str
    """What it is called here."""
    exact: bool
    """Whether that stands there in a column of its own."""
    titles: Mapping[str, str]

    @property
    def applies_not(self) -> bool:
        return not self.exact and self.name.lower() in NOT_APPLICABLE


class Lists:
    """All lists by name. What is wrong with one is told when something asks for it, once."""

    def __init__(self, table: Table | None, notes: Notes) -> None:
        self.table = table
        self._notes = notes
        self._rows: dict[str, list[Row]] = {}
        self._known: dict[str, list[Choice]] = {}
        for row in table.rows() if table else ():
            self._rows.setdefault(row.word("list_name"), []).append(row)

    def of(self, name: str) -> list[Choice] | None:
        """The choices of a list; None where there is no such list."""
        if name not in self._rows:
            return None
        if name not in self._known:
            self._known[name] = self._checked(self._rows[name])
        return self._known[name]

    def _checked(self, rows: list[Row]) -> list[Choice]:
        seen: dict[str, int] = {}
        found = []
        for row in rows:
            try:
                choice = _choice(row)
                check_new(choice.name, row.number, seen)
                found.append(choice)
            except Refused as refused:
                assert self.table is not None
                self._notes.faults.add(self.table.name, row.number, self.table.heading("name"), refused)
        return found


def check_new(name: str, row: int, seen: dict[str, int]) -> None:
    """Refuses what an earlier row is called already; from now on this one is called so."""
    if (before := seen.setdefault(name, row)) != row:
        raise Refused("{code} is in row {row} already.", code=shown(name), row=before)


def _choice(row: Row) -> Choice:
    name, exact = row.word("name"), row.text("exact")
    code = exact or cells.filled(name, LONGEST_WORD)
    return Choice(row.number, name, cells.text(code, LONGEST_WORD), bool(exact), row.texts("label"))


def applies_always(choices: list[Choice]) -> bool:
    """Whether none of them says that the item does not apply."""
    return not any(choice.applies_not for choice in choices)


def as_yes_no(choices: list[Choice]) -> dict[str, str] | None:
    """By name what the choices of a yes and no mark; None where they ask something else."""
    found = {choice.name: NA if choice.applies_not else _yes_or_no(choice) for choice in choices}
    return found if sorted(set(found.values()) - {NA}) == [NO, YES] and len(choices) <= len(_ALL) else None


_ALL = (YES, NO, NA)


def _yes_or_no(choice: Choice) -> str:
    """Empty where it says neither."""
    name = choice.name.lower()
    if choice.exact:
        return ""
    if name in _SAYS_YES | _SAYS_NO:
        return YES if name in _SAYS_YES else NO
    said = _COUNTED.get(name, "")
    labels = {label.strip().casefold() for label in choice.titles.values()}
    return said if said and labels & (_SAYS_YES if said == YES else _SAYS_NO) else ""
