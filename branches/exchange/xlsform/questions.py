"""One question of an XLSForm as an item of a standard's file; what stands in its cells is judged as such a file is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from branches.errors import Refused
from branches.exchange import cells
from branches.exchange.faults import shown
from branches.exchange.item_rows import MOST_STEPS
from branches.exchange.wording import WORDS
from branches.exchange.xlsform import cell_lists, numbers
from branches.exchange.xlsform.constraints import constraint
from branches.exchange.xlsform.kinds import CHOSEN, Asked, kind_of
from branches.exchange.xlsform.lists import Choice, Lists, applies_always, as_yes_no
from branches.exchange.xlsform.notes import Notes
from branches.exchange.xlsform.outline import Question
from branches.exchange.xlsform.placed import Place, Placed
from branches.exchange.xlsform.tables import Row, Table
from branches.scoring import MEASURED, ItemType

LABELS = {"text": "label", "hint": "hint", "playbook": "playbook"}
"""The words of an item and their columns."""
_YES = frozenset({"yes", "true", "true()", "1"})
_NO = frozenset({"no", "false", "false()", "0", ""})


@dataclass(frozen=True)
class Found:
    """What a question turned out to be."""

    question: Question
    kind: ItemType
    choices: list[Choice]
    marks: dict[str, str]
    """What its choices are called here where they are called otherwise in the file."""
    faulty: bool = False
    """Whether it stands here only so that rules may name it."""


class Questions:
    """Reads the questions of one survey."""

    def __init__(self, table: Table, lists: Lists, language: str, notes: Notes) -> None:
        self._table = table
        self._lists = lists
        self._language = language
        self._notes = notes

    def find(self, question: Question) -> Found:
        """Its type and its choices."""
        lost = Found(question, ItemType.TEXT, [], {}, faulty=True)
        if question.asked is None:
            return lost
        choices = self._choices(question.row, question.asked)
        if choices is None:
            return lost
        marks = as_yes_no(choices)
        try:
            kind = kind_of(question.asked, question.row.word("kind"), yes_no=marks is not None)
        except Refused as refused:
            self.fault(question.row, "kind", refused)
            return lost
        return Found(question, kind, choices, marks if marks and kind is ItemType.YES_NO else {})

    def _choices(self, row: Row, asked: Asked) -> list[Choice] | None:
        if row.text("choice_filter"):
            self.fault(row, "choice_filter", Refused("Choices that depend on other answers have no place in an audit."))
        if asked.type != CHOSEN:
            return []
        choices = self._lists.of(asked.list)
        if choices is None:
            self.fault(row, "type", Refused("There is no list {list} on the sheet choices.", list=shown(asked.list)))
        return choices

    def item(self, found: Found, condition: str) -> Placed:
        """The item in the words of a standard's file."""
        row = found.question.row
        code = found.question.code
        if found.faulty:
            return Placed({"code": code, "type": ItemType.TEXT.value, "text": code, "when": condition}, self.place(row))
        values = {
            "code": code,
            "type": found.kind.value,
            **self._words(row),
            **self._numbers(row),
            **self._flags(found),
        }
        return Placed(
            values | self._scored(found, row) | self._asked(found, condition), self.place(row), self._places(row)
        )

    def _words(self, row: Row) -> dict[str, Any]:
        for word in LABELS.values():
            for language in row.texts(word):
                if row.takes_in_answers(word, language):
                    refused = Refused("The text takes in another answer, which the text of an item cannot.")
                    self._notes.faults.add(self._table.name, row.number, self._table.heading(word, language), refused)
        return self.wording(row, self._language)

    def wording(self, row: Row, language: str) -> dict[str, Any]:
        """What it says in one language."""
        return {word: text for word in WORDS if (text := row.text(LABELS[word], language))}

    def miss(self, row: Row, language: str, *, said: bool) -> None:
        """Notes that an item has no text in one of the languages, but something besides; it is worded in the others."""
        if said and not row.text("label", language):
            refused = Refused("Without a label in this language the item is not worded in it.")
            heading = self._table.heading("label", language)
            self._notes.remarks.add(self._table.name, row.number, heading, refused)

    def _numbers(self, row: Row) -> dict[str, Any]:
        return {word: numbers.read(row.text(word)) for word in ("weight", "from", "to") if row.text(word)}

    def _flags(self, found: Found) -> dict[str, Any]:
        row = found.question.row
        na = not applies_always(found.choices)
        return {
            "critical": self.flag(row, "critical", usual=False),
            "judgement": self.flag(row, "judgement", usual=False),
            "required": self.flag(row, "required", usual=False),
            "na": self.flag(row, "na", usual=na) if row.text("na") else na,
        }

    def _scored(self, found: Found, row: Row) -> dict[str, Any]:
        if row.text("scored"):
            return {"scored": self.flag(row, "scored", usual=True)}
        unbounded = found.kind in MEASURED - {ItemType.RATING} and not (row.text("from") or row.text("to"))
        if unbounded:
            refused = Refused("Without from and to a number earns no points.")
            self._notes.remarks.add(self._table.name, row.number, None, refused)
        return {"scored": False} if unbounded else {}

    def _asked(self, found: Found, condition: str) -> dict[str, Any]:
        row = found.question.row
        values: dict[str, Any] = {"timed": row.text("timed"), "when": condition}
        if row.text("channels"):
            values["channels"] = self._parsed(row, "channels", cell_lists.read, [])
        if found.kind is ItemType.CHOICE:
            values["options"] = [choice.code for choice in found.choices if not choice.applies_not]
        if found.kind is ItemType.RATING and found.choices:
            self._check_steps(found, row)
        if row.word("constraint") not in ("", constraint(found.kind, (row.word("from"), row.word("to")))):
            refused = Refused("The constraint is left out: an audit takes what the type of an item takes.")
            self._notes.remarks.add(self._table.name, row.number, self._table.heading("constraint"), refused)
        return values

    def _check_steps(self, found: Found, row: Row) -> None:
        names = {choice.name for choice in found.choices if not choice.applies_not}
        try:
            first, last = sorted(cells.whole(row.word(end)) for end in ("from", "to"))
        except Refused:
            return  # which is told as a fault of from or to
        if last - first <= MOST_STEPS and names != set(map(str, range(first, last + 1))):
            refused = Refused("The choices are not the whole steps from {first} to {last}.", first=first, last=last)
            self.fault(row, "type", refused)

    def flag(self, row: Row, word: str, *, usual: bool) -> bool:
        """Whether a cell says yes; what is neither yes nor no is told."""
        cell = row.word(word).lower()
        if cell not in _YES | _NO:
            self.fault(row, word, Refused("{text} is neither yes nor no.", text=shown(row.text(word))))
            return usual
        return cell in _YES

    def _parsed(self, row: Row, word: str, parse: Callable[[str], list[str]], otherwise: list[str]) -> list[str]:
        try:
            return parse(row.text(word))
        except Refused as refused:
            self.fault(row, word, refused)
            return otherwise

    def _places(self, row: Row) -> dict[str, Place]:
        plain = ("weight", "critical", "scored", "from", "to", "na", "required", "timed", "channels")
        named = {word: self.place(row, word) for word in plain}
        words = {word: self.place(row, LABELS[word], self._language) for word in WORDS}
        others = {"code": "name", "item": "name", "type": "type", "options": "type"}
        return named | words | {word: self.place(row, column) for word, column in others.items()}

    def place(self, row: Row, word: str = "", language: str = "") -> Place:
        """Where the cell of a word stands; without a word the row."""
        return Place(self._table.name, row.number, self._table.heading(word, language) if word else None)

    def fault(self, row: Row, word: str, refused: Refused) -> None:
        """Takes down what is wrong with a cell."""
        self._notes.faults.add(self._table.name, row.number, self._table.heading(word), refused)
