"""A standard as the sheets of an XLSForm: rows of cells, a text or a number each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from branches import rules
from branches.exchange.written import WrittenItem, WrittenSection, WrittenStandard
from branches.exchange.xlsform import cell_lists, numbers, relevance
from branches.exchange.xlsform.constraints import constraint
from branches.exchange.xlsform.guarding import guarded
from branches.exchange.xlsform.languages import named
from branches.exchange.xlsform.names import choice_names, names
from branches.exchange.xlsform.questions import LABELS
from branches.language import ORIGINAL, codes, language, message
from branches.scoring import NA, NO, YES, ItemType

Cell = str | float
Record = Mapping[str, Cell]
"""A row's cells by the heads of their columns."""

YES_NO = {YES: message("Yes"), NO: message("No"), NA: message("Does not apply")}
ASKED = {
    ItemType.NUMBER: "decimal",
    ItemType.SECONDS: "integer",
    ItemType.TEXT: "text",
    ItemType.PHOTO: "image",
}
HEADS = ("type", "name", "exact_name")
OURS = ("relevant", "required", "constraint", "kind", "weight", "critical", "scored", "from", "to", "na", "judgement")
LAST = ("channels", "timed", "when")


@dataclass(frozen=True)
class Sheet:
    """One sheet with its head."""

    name: str
    heads: tuple[str, ...]
    records: tuple[Record, ...]


class Form:
    """A standard, laid out as an XLSForm."""

    def __init__(self, standard: WrittenStandard) -> None:
        self._standard = standard
        self._items = names(standard.items, "item")
        self._sections = names((one.code for one in standard.sections), "section", self._items.values())
        self._languages = _languages(standard)
        self._lists: dict[str, tuple[Record, ...]] = {}

    def sheets(self) -> list[Sheet]:
        """All of them; what a survey asks for stands among its choices."""
        survey = self._survey()
        heads = ("list_name", "name", "exact_name", *self._heads("label"))
        choices = tuple(record for records in self._lists.values() for record in records)
        return [survey, Sheet("choices", heads, choices), self._settings(), self._bands()]

    def _heads(self, word: str) -> list[str]:
        return [_head(word, language) for language in self._languages]

    def _survey(self) -> Sheet:
        worded = [head for word in LABELS.values() for head in self._heads(word)]
        records = [record for section in self._standard.sections for record in self._section(section)]
        return Sheet("survey", (*HEADS, *worded, *OURS, *LAST), tuple(records))

    def _section(self, section: WrittenSection) -> Iterable[Record]:
        name = self._sections[section.code]
        titles = {_head("label", language): title for language, title in section.titles.items()}
        weight = {} if section.weight == "1" else {"weight": numbers.written(section.weight)}
        scored = {} if section.scored else {"scored": NO}
        yield {"type": "begin group", "name": name, **_exact(section.code, name), **_held(titles), **weight, **scored}
        for item in section.items:
            yield self._item(item)
        yield {"type": "end group", "name": name}

    def _item(self, item: WrittenItem) -> Record:
        name = self._items[item.code]
        return {
            "type": self._type(item, name),
            "name": name,
            **_exact(item.code, name),
            **_held(self._words(item)),
            **self._rule(item),
            **_counting(item),
            "channels": guarded(cell_lists.written(item.channels)),
            **({"timed": item.timed} if item.timed else {}),
        }

    def _words(self, item: WrittenItem) -> dict[str, str]:
        return {
            _head(column, language): words[word]
            for language, words in item.wording.items()
            for word, column in LABELS.items()
            if word in words
        }

    def _rule(self, item: WrittenItem) -> Record:
        """Besides, in a standard's own words where these are not the shortest."""
        if not item.condition:
            return {}
        rule = rules.parse(item.condition)
        said = {} if rules.written(rule) == item.condition else {"when": guarded(item.condition)}
        return {"relevant": relevance.written(rule, self._items), **said}

    def _type(self, item: WrittenItem, name: str) -> str:
        kind, na = item.values["type"], bool(item.values["na"])
        if kind is ItemType.YES_NO:
            return self._chosen("yes_no", [(mark, "", self._said(mark)) for mark in (YES, NO)], na=na)
        if kind is ItemType.RATING:
            low, high = sorted((int(item.values["from"]), int(item.values["to"])))
            steps = [(str(step), "", {self._languages[0]: str(step)}) for step in range(low, high + 1)]
            return self._chosen(f"rating_{low}_{high}", steps, na=na)
        if kind is ItemType.CHOICE:
            return self._chosen(f"list_{name}", _options(item), na=na)
        return ASKED[kind]

    def _chosen(self, name: str, choices: Iterable[tuple[str, str, Mapping[str, str]]], *, na: bool) -> str:
        """The type of a question that chooses from a list, which is put among the lists."""
        name = f"{name}_na" if na else name
        rows = [*choices, *([(NA, "", self._said(NA))] if na else [])]
        self._lists.setdefault(name, tuple(_choice(name, *row) for row in rows))
        return f"select_one {name}"

    def _said(self, mark: str) -> dict[str, str]:
        """What a mark is called, in the languages that the program speaks."""
        spoken = codes()
        known = {code: code if code in spoken else ORIGINAL for code in self._languages}
        return {code: language(tongue).say(YES_NO[mark]) for code, tongue in known.items()}

    def _settings(self) -> Sheet:
        title = {"form_title": guarded(self._standard.title)} if self._standard.title else {}
        values = {
            "form_id": "standard",
            "default_language": named(self._languages[0]),
            "total": self._standard.total.value,
        }
        return Sheet("settings", ("form_title", *values), ({**title, **values},))

    def _bands(self) -> Sheet:
        bands = self._standard.bands.items()
        rows = tuple({"band": guarded(band), "from": numbers.written(floor)} for band, floor in bands)
        return Sheet("bands", ("band", "from"), rows)


def _languages(standard: WrittenStandard) -> list[str]:
    """First one in which every item is worded."""
    worded = [list(item.wording) for item in standard.items.values()]
    titled = [list(section.titles) for section in standard.sections]
    found = dict.fromkeys(language for named_in in (*worded, *titled) for language in named_in)
    whole = [language for language in found if all(language in words for words in worded)]
    return list(dict.fromkeys([*whole[:1], *found]))


def _head(word: str, language: str) -> str:
    return f"{word}::{named(language)}"


def _held(texts: Mapping[str, str]) -> Record:
    return {head: guarded(text) for head, text in texts.items() if text}


def _exact(code: str, name: str) -> Record:
    return {} if code == name else {"exact_name": guarded(code)}


def _choice(listed: str, name: str, exact: str, titles: Mapping[str, str]) -> Record:
    labels = _held({_head("label", language): title for language, title in titles.items()})
    return {"list_name": listed, "name": name, **({"exact_name": guarded(exact)} if exact else {}), **labels}


def _options(item: WrittenItem) -> list[tuple[str, str, dict[str, str]]]:
    """Of a choice: the names, the options where these are not the same, and what they are called."""
    worded = {language: words.get("options", {}) for language, words in item.wording.items()}
    titles = [{language: named[one] for language, named in worded.items() if one in named} for one in item.options]
    called = choice_names(item.options)
    exact = ["" if name == option else option for name, option in zip(called, item.options, strict=True)]
    return list(zip(called, exact, titles, strict=True))


def _counting(item: WrittenItem) -> Record:
    """How it is answered and how it counts."""
    values, kind = item.values, item.values["type"]
    ends = {word: values[word] for word in ("from", "to") if values[word] is not None}
    limits = constraint(kind, (ends.get("from", ""), ends.get("to", "")))
    return {
        "required": YES if item.required else NO,
        **({"constraint": limits} if limits else {}),
        "kind": kind.value,
        "weight": numbers.written(values["weight"]),
        "critical": YES if values["critical"] else NO,
        "scored": YES if values["scored"] else NO,
        **{word: numbers.written(end) for word, end in ends.items()},
        "na": YES if values["na"] else NO,
        "judgement": YES if item.judgement else NO,
    }
