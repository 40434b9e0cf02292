"""What a draft of the standard would change against the version in force: item by item from what to what, and which scores it parts."""

from dataclasses import dataclass
from fractions import Fraction

from branches import standards
from branches.language import Language, message
from branches.rules import Expression
from branches.scoring import ItemRule, ItemType
from branches.standards import Item, Section, Standard

TYPES = {
    ItemType.YES_NO.value: message("Yes or no"),
    ItemType.RATING.value: message("Rating in steps"),
    ItemType.NUMBER.value: message("Number"),
    ItemType.SECONDS.value: message("Time in seconds"),
    ItemType.CHOICE.value: message("Choice of options"),
    ItemType.TEXT.value: message("Remark"),
    ItemType.PHOTO.value: message("Photo"),
}
TOTALS = {
    "pooled": message("All points together"),
    "sections": message("The mean of the sections by their weights"),
}
FIELDS: dict[str, str] = {
    "section": message("Section"),
    "type": message("Type"),
    "weight": message("Weight"),
    "critical": message("Critical item"),
    "scored": message("Earns points"),
    "na": message("May be marked “does not apply”"),
    "required": message("Must be answered"),
    "judgement": message("A matter of judgement"),
    "channels": message("Channels"),
    "worst": message("Nothing is earned at"),
    "best": message("Everything is earned at"),
    "options": message("Options"),
    "condition": message("Asked only when"),
    "timed": message("Timed"),
}
WORDS = {"text": message("Question"), "hint": message("What counts"), "playbook": message("Advice")}


@dataclass(frozen=True)
class Change:
    """One thing about it, from what to what."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class Changed:
    """A section or an item that both have."""

    name: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Difference:
    """All that is different; `parted` are the sections whose scores before and after are not measured alike."""

    new: tuple[str, ...]
    gone: tuple[str, ...]
    changed: tuple[Changed, ...]
    parted: tuple[str, ...]
    moved: bool
    """Whether sections or items stand in another order."""

    @property
    def none(self) -> bool:
        return not (self.new or self.gone or self.changed or self.moved)


def difference(before: Standard, now: Standard, language: Language) -> Difference:
    """What would be added, taken out and changed, and whose scores could not be compared as they stand?

    Args:
        before: the version in force.
        now: what would follow it.
        language: the reader's.
    """
    was, here = _entries(before), _entries(now)
    both = [(was[key], one) for key, one in here.items() if key in was]
    told = [_whole(before, now, language), *(_changed(old, new, language) for old, new in both)]
    return Difference(
        tuple(_name(one, language) for key, one in here.items() if key not in was),
        tuple(_name(one, language) for key, one in was.items() if key not in here),
        tuple(one for one in told if one.changes),
        _parted(before, now, language),
        [key for key in was if key in here] != [key for key in here if key in was],
    )


def _entries(standard: Standard) -> dict[tuple[str, str], Section | Item]:
    found: dict[tuple[str, str], Section | Item] = {}
    for section in standard.sections:
        found["section", section.code] = section
        found |= {("item", item.code): item for item in section.items}
    return found


def _name(entry: Section | Item, language: Language) -> str:
    if isinstance(entry, Section):
        return language.say("Section: {title}", title=_title(entry, language))
    words = entry.wording.get(language.code) or entry.wording.get("en") or {}
    return str(words.get("text") or entry.code)


def _title(section: Section, language: Language) -> str:
    return section.titles.get(language.code) or section.titles.get("en") or section.code


def _whole(before: Standard, now: Standard, language: Language) -> Changed:
    say = language.say
    pairs = [
        (say("Title"), before.title, now.title),
        (say("The audit's score"), say(TOTALS[before.total]), say(TOTALS[now.total])),
        (say("Bands"), _bands(before), _bands(now)),
    ]
    return Changed(say("The whole standard"), tuple(Change(*pair) for pair in pairs if pair[1] != pair[2]))


def _bands(standard: Standard) -> str:
    return ", ".join(f"{band} {floor}" for band, floor in standard.bands.items())


def _changed(old: Section | Item, new: Section | Item, language: Language) -> Changed:
    pairs = zip(_said(old, language), _said(new, language), strict=True)
    told = [Change(was[0], was[1], now[1]) for was, now in pairs if was[1] != now[1]]
    worded = _worded(old, new, language)
    return Changed(_name(new, language), (*told, *worded))


def _said(entry: Section | Item, language: Language) -> list[tuple[str, str]]:
    """Each thing that is said of it beside its words."""
    say = language.say
    if isinstance(entry, Section):
        return [(say("Weight"), _number(entry.weight)), (say("Earns points"), _yes(language, yes=entry.scored))]
    found: dict[str, str] = {
        "section": _title(entry.section, language),
        "type": say(TYPES[entry.type]),
        "weight": _number(entry.weight),
        "worst": _number(entry.worst),
        "best": _number(entry.best),
        "channels": ", ".join(entry.channels) or say("all"),
        "options": ", ".join(entry.options),
        "condition": entry.condition or say("always"),
        "timed": entry.timed,
    }
    flags = {name: _yes(language, yes=getattr(entry, name)) for name in ("critical", "scored", "na", "required")}
    flags["judgement"] = _yes(language, yes=entry.judgement)
    return [(say(title), {**found, **flags}[name]) for name, title in FIELDS.items()]


def _yes(language: Language, *, yes: bool) -> str:
    return language.say("yes") if yes else language.say("no")


def _number(text: str | None) -> str:
    """However it was written: 2 and 2.0 are the same."""
    return "" if text is None else f"{float(Fraction(text)):g}"


def _worded(old: Section | Item, new: Section | Item, language: Language) -> list[Change]:
    """In which language which words are others."""
    before, after = _words(old, language), _words(new, language)
    return [
        Change(f"{title} ({code})", before.get((title, code), ""), after.get((title, code), ""))
        for title, code in dict.fromkeys((*before, *after))
        if before.get((title, code), "") != after.get((title, code), "")
    ]


def _words(entry: Section | Item, language: Language) -> dict[tuple[str, str], str]:
    if isinstance(entry, Section):
        return {(language.say("Title"), code): title for code, title in entry.titles.items() if title}
    found: dict[tuple[str, str], str] = {}
    for code, wording in entry.wording.items():
        found |= {(language.say(title), code): str(wording[word]) for word, title in WORDS.items() if wording.get(word)}
        named = wording.get("options") or {}
        if named:
            found[language.say("Options"), code] = ", ".join(f"{option}: {name}" for option, name in named.items())
    return found


def _parted(before: Standard, now: Standard, language: Language) -> tuple[str, ...]:
    """Sections of both in which other items count, or the same ones otherwise."""
    was, here = _rules(before), _rules(now)
    titles = {section.code: _title(section, language) for section in now.sections}
    return tuple(titles[code] for code in titles if code in was and was[code] != here[code])


def _rules(standard: Standard) -> dict[str, list[tuple[ItemRule, Expression | None]]]:
    """By section, all that its score rests on, whatever the order."""
    rules = standards.scoring_rules(standard)
    scored = [rule for rule in rules.items if rule.scored]
    return {
        section.code: sorted(
            ((rule, rules.conditions.get(rule.code)) for rule in scored if rule.section == section.code), key=repr
        )
        for section in standard.sections
    }
