"""A sheet of an XLSForm by the words of its columns: `label::Hungarian (hu)` is the label in one language."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from branches.errors import Refused
from branches.exchange.faults import shown
from branches.exchange.xlsform.guarding import unguarded
from branches.exchange.xlsform.languages import code_of
from branches.exchange.xlsform.notes import Notes
from branches.exchange.xlsform.workbook import Grid

Key = tuple[str, str]
"""A column's word and its language; the language is empty where none is named."""

_PARTED = re.compile(r"\s*::?\s*")
_REFERENCE = re.compile(r"\$\{[^{}]*\}")


@dataclass(frozen=True)
class Columns:
    """What a sheet may hold: words and their other spellings, which of them come in languages, and what is passed over."""

    words: Mapping[str, str]
    worded: frozenset[str] = frozenset()
    passed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Row:
    """One row below the head; cells that hold nothing but spaces are empty."""

    number: int
    cells: Mapping[Key, str]

    def text(self, word: str, language: str = "") -> str:
        """What the cell says."""
        return unguarded(self.cells.get((word, language), ""))

    def word(self, word: str) -> str:
        """The cell without the spaces around it, as names and codes are read."""
        return self.text(word).strip()

    def texts(self, word: str) -> dict[str, str]:
        """By language, where something stands there."""
        return {language: unguarded(text) for (found, language), text in self.cells.items() if found == word}

    def takes_in_answers(self, word: str, language: str) -> bool:
        """Whether the text there names the answer to another question."""
        return _REFERENCE.search(self.cells.get((word, language), "")) is not None


class Table:
    """A sheet's rows, once its head has been read."""

    def __init__(self, grid: Grid, columns: Columns, notes: Notes) -> None:
        self.name = grid.name
        self._grid = grid
        self._columns = columns
        self._notes = notes
        self.head = min(grid.rows, default=1)
        self.heads: dict[Key, str] = {}
        self._at: dict[int, Key] = {}
        for column, text in sorted(grid.rows.get(self.head, {}).items()):
            self._take(column, text)
        self._check_formulas()

    def _take(self, column: int, text: str) -> None:
        if _spelt(text) in self._columns.passed:
            return
        try:
            key = self._key(text)
        except Refused as refused:
            self._notes.faults.add(self.name, self.head, text, refused)
            return
        if key is None:
            self._notes.remarks.add(self.name, self.head, text, Refused("The column is left out."))
        elif key in self.heads:
            self._notes.faults.add(self.name, self.head, text, Refused("The column is there twice."))
        else:
            self.heads[key] = text
            self._at[column] = key

    def _key(self, text: str) -> Key | None:
        """None where it is no column of ours."""
        if (word := self._columns.words.get(_spelt(text))) is not None:
            return word, ""
        parts = _PARTED.split(text, maxsplit=1)
        word = self._columns.words.get(_spelt(parts[0]), "")
        return (word, code_of(parts[1])) if word in self._columns.worded and len(parts) > 1 else None

    def name_language(self, language: str) -> None:
        """Columns that name no language are in this one."""
        for key in [key for key in self.heads if key[0] in self._columns.worded and not key[1]]:
            named = (key[0], language)
            if named in self.heads:
                refused = Refused("The column is there twice.")
                self._notes.faults.add(self.name, self.head, self.heads[key], refused)
                continue
            self.heads[named] = self.heads.pop(key)
            self._at = {column: named if found == key else found for column, found in self._at.items()}

    def languages(self) -> list[str]:
        """Those that its columns name, in their order."""
        return list(dict.fromkeys(language for _, language in self.heads if language))

    def rows(self) -> Iterator[Row]:
        """Those below the head in which a column of ours holds something."""
        for number, cells in sorted(self._grid.rows.items()):
            found = {self._at[at]: text for at, text in cells.items() if at in self._at and text.strip()}
            if number > self.head and found:
                yield Row(number, found)

    def _check_formulas(self) -> None:
        """What a formula came to when the file was saved may be long out of date."""
        for column, key in self._at.items():
            rows = [row for row, at in self._grid.calculated if at == column and row > self.head]
            if rows:
                refused = Refused(
                    "Formulas in this column: {n}, the first one here; write what they come to.", n=len(rows)
                )
                self._notes.faults.add(self.name, min(rows), self.heads[key], refused)

    def has(self, *words: str) -> bool:
        """Whether there are columns of these words; those that are missing are told."""
        missing = [word for word in words if word not in {found for found, _ in self.heads}]
        for word in missing:
            self._notes.faults.add(self.name, self.head, word, Refused("The column is missing."))
        return not missing

    def heading(self, word: str, language: str = "") -> str:
        """How a column is called in the file, for faults in it."""
        return self.heads.get((word, language)) or self.heads.get((word, "")) or word


def _spelt(word: str) -> str:
    return "_".join(shown(word).lower().split())
