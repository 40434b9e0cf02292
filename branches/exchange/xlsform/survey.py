"""The sheet survey as the files of a standard: the structure with its first wording, and a wording for each other language."""

from collections.abc import Iterable, Mapping
from typing import Any

from branches.errors import Refused
from branches.exchange.xlsform import numbers
from branches.exchange.xlsform.conditions import Conditions
from branches.exchange.xlsform.lists import Lists
from branches.exchange.xlsform.notes import Notes
from branches.exchange.xlsform.outline import Group, Outline
from branches.exchange.xlsform.placed import Place, Placed
from branches.exchange.xlsform.questions import LABELS, Found, Questions
from branches.exchange.xlsform.tables import Columns, Table
from branches.scoring import ItemType

SURVEY = "survey"
OURS = ("kind", "weight", "critical", "scored", "from", "to", "na", "judgement", "channels", "timed", "when")
"""Columns that other programs pass over."""
COLUMNS = Columns(
    words={
        **{word: word for word in ("type", "name", "label", "hint", "relevant", "required", "constraint", *OURS)},
        **{word: word for word in ("playbook", "choice_filter", "disabled")},
        "caption": "label",
        "relevance": "relevant",
        "bind::relevant": "relevant",
        "bind::required": "required",
        "bind::constraint": "constraint",
        "exact_name": "exact",
    },
    worded=frozenset({"label", "hint", "playbook"}),
)


class Survey:
    """One survey, read once."""

    def __init__(self, table: Table, lists: Lists, language: str, notes: Notes) -> None:
        self._table = table
        self._lists = lists
        self._language = language
        self._notes = notes
        self._questions = Questions(table, lists, language, notes)
        self._groups = Outline(table, notes).groups()
        self._found = {group.code: [self._questions.find(one) for one in group.questions] for group in self._groups}
        self._conditions = self._read_conditions()

    def _read_conditions(self) -> dict[str, str]:
        found = [one for group in self._found.values() for one in group]
        codes = {one.question.row.word("name"): one.question.code for one in found}
        marks = {one.question.code: one.marks for one in found}
        conditions = Conditions(self._table, codes, marks, self._notes)
        return {one.question.code: conditions.of(one.question) for one in found}

    def files(
        self, head: Mapping[str, Any], places: Mapping[str, Place], languages: Iterable[str]
    ) -> dict[str, Placed]:
        """By the names that the files would have."""
        if ("weight", "") not in self._table.heads:
            refused = Refused("There is no column weight: each item counts 1.")
            self._notes.remarks.add(self._table.name, self._table.head, None, refused)
        sections = [self._section(group) for group in self._groups]
        where = {**places, **self._rules()}
        files = {"standard.toml": Placed({**head, "sections": sections}, Place(self._table.name), where)}
        for language in dict.fromkeys([*languages, self._language]):
            files[f"standard.{language}.toml"] = self._wording(language)
        return files

    def _rules(self) -> dict[str, Place]:
        """Where the rule of each item stands."""
        found = [one.question for group in self._found.values() for one in group]
        return {
            f"{one.code}.when": self._questions.place(one.row, "when" if one.row.text("when") else "relevant")
            for one in found
        }

    def _section(self, group: Group) -> Placed:
        items = [self._questions.item(one, self._conditions[one.question.code]) for one in self._found[group.code]]
        values: dict[str, Any] = {"code": group.code, "items": items}
        if group.row is None:
            return Placed(values, Place(self._table.name))
        row = group.row
        if title := row.text("label", self._language):
            values["title"] = title
        if row.text("weight"):
            values["weight"] = numbers.read(row.text("weight"))
        if row.text("scored"):
            values["scored"] = self._questions.flag(row, "scored", usual=True)
        places = {word: self._questions.place(row, word) for word in ("weight", "scored")}
        places["title"] = self._questions.place(row, "label", self._language)
        return Placed(values, self._questions.place(row), places)

    def _wording(self, language: str) -> Placed:
        """Of the first language only what the choices are called, which the structure has no place for."""
        titles, items = {}, {}
        where: dict[str, Place] = {}
        for group in self._groups:
            if language != self._language and group.row is not None and (title := group.row.text("label", language)):
                titles[group.code] = title
                where[group.code] = self._questions.place(group.row, "label", language)
            for one in self._found[group.code]:
                if (words := self._worded(one, language)) is not None:
                    items[one.question.code] = words
        here = Place(self._table.name)
        return Placed({"sections": Placed(titles, here, where), "items": Placed(items, here)}, here)

    def _worded(self, found: Found, language: str) -> Placed | None:
        row = found.question.row
        values = self._questions.wording(row, language)
        options = self._options(found, language)
        if "text" not in values or (language == self._language and not options):
            self._questions.miss(row, language, said=bool(values or options))
            return None
        if options:
            values["options"] = options
        places = {word: self._questions.place(row, label, language) for word, label in LABELS.items()}
        return Placed(values, self._questions.place(row), places)

    def _options(self, found: Found, language: str) -> Placed | None:
        if found.kind is not ItemType.CHOICE or self._lists.table is None:
            return None
        table = self._lists.table
        named = [choice for choice in found.choices if not choice.applies_not and language in choice.titles]
        places = {choice.code: Place(table.name, choice.row, table.heading("label", language)) for choice in named}
        titles = {choice.code: choice.titles[language] for choice in named}
        return Placed(titles, Place(table.name), places) if titles else None
