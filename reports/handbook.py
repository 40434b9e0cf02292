"""The handbook: the standard as those read it who are to keep it, item by item, in the reader's language."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from branches import standards
from branches.language import ORIGINAL, Language
from branches.scoring import ItemRule, ScoringRules, Total
from branches.standards import Item, Standard
from reports import wording


@dataclass(frozen=True)
class Words:
    """A text of the standard and the language it is in: the reader's, else the one it was written in."""

    text: str
    language: str


@dataclass(frozen=True)
class Promise:
    """One item: what is promised, when it counts as kept, how it is done."""

    place: int
    """Its number in the handbook."""
    promised: Words
    counts: Words | None
    """What the standard says to whoever marks it; None where it says nothing."""
    done: Words | None
    """What it advises; None where it says nothing."""
    critical: bool
    notes: tuple[str, ...]
    """Whether it is a judgement, and how much it weighs where that is not as usual."""


@dataclass(frozen=True)
class Chapter:
    """One section of the standard."""

    code: str
    title: str
    share: str
    """How much of the score it makes."""
    promises: tuple[Promise, ...]


@dataclass(frozen=True)
class Handbook:
    """One version of the standard in one language."""

    title: str
    headline: str
    """What it is, in a sentence."""
    edition: str
    """Which version it is, and since when it is in force."""
    lacking: str
    """How many items are not said in the reader's language; empty where all are."""
    chapters: tuple[Chapter, ...]


def handbook(standard: Standard, language: Language, since: date | None, *, coming: bool = False) -> Handbook:
    """What does the chain promise, why is it marked so, and what counts the most?

    Args:
        standard: a published version.
        language: the reader's.
        since: the day from which it is in force, by the chain's own calendar.
        coming: whether that day is still to come.
    """
    rules = standards.scoring_rules(standard)
    weights = _Weights(rules)
    titles = standards.titles(standard, language.code)
    places: Iterator[int] = iter(range(1, len(rules.items) + 1))
    chapters = tuple(
        Chapter(
            section.code,
            titles[section.code],
            weights.share(section.code, language),
            tuple(_promise(next(places), item, weights, language) for item in section.items),
        )
        for section in standard.sections
        if section.items
    )
    return Handbook(
        standard.title,
        language.say("What every customer may expect of us, item by item, as shoppers check it."),
        _edition(standard, language, since, coming),
        _lacking(chapters, language),
        chapters,
    )


def words(item: Item, field: str, code: str) -> Words | None:
    """One of an item's texts in that language, else in the one the standard was written in; None where it has none."""
    for one in (code, ORIGINAL, *sorted(item.wording)):
        text = item.wording.get(one, {}).get(field)
        if text:
            return Words(str(text), one)
    return None


def _edition(standard: Standard, language: Language, since: date | None, coming: bool) -> str:
    if since is None:
        return language.say("Version {version}.", version=standard.version)
    if coming:
        return language.say("Version {version}, in force from {day}.", version=standard.version, day=since)
    return language.say("Version {version}, in force since {day}.", version=standard.version, day=since)


def _promise(place: int, item: Item, weights: "_Weights", language: Language) -> Promise:
    notes = [weights.note(item.code, language)]
    if item.judgement:
        notes.insert(0, language.say("A matter of judgement: two people may see it differently."))
    return Promise(
        place,
        words(item, "text", language.code) or Words(item.code, ORIGINAL),
        words(item, "hint", language.code),
        words(item, "playbook", language.code),
        item.critical,
        tuple(note for note in notes if note),
    )


def _lacking(chapters: tuple[Chapter, ...], language: Language) -> str:
    promises = [one for chapter in chapters for one in chapter.promises]
    texts = [[found for found in (one.promised, one.counts, one.done) if found] for one in promises]
    n = sum(any(found.language != language.code for found in some) for some in texts)
    if not n:
        return ""
    return language.count(
        "{n} item is not said in your language in full; what is missing is shown in the language it was written in.",
        "{n} items are not said in your language in full; what is missing is shown in the language it was written in.",
        n,
    )


class _Weights:
    """How much items and sections weigh beside the others of their version."""

    def __init__(self, rules: ScoringRules) -> None:
        self._rules = {rule.code: rule for rule in rules.items}
        scored = [rule for rule in rules.items if rule.scored]
        self._usual = _most_frequent([rule.weight for rule in scored])
        self._shares = _shares(rules, scored)

    def share(self, section: str, language: Language) -> str:
        """How much of the score a section makes, when all of its items are asked."""
        share = self._shares.get(section)
        if not share:
            return language.say("It does not count in the score.")
        return language.say("About {share} of the score.", share=language.percent(float(share)))

    def note(self, item: str, language: Language) -> str:
        """How much an item weighs; empty where it is as usual, or where nothing of its section counts."""
        rule = self._rules[item]
        if not rule.scored:
            return language.say("It is asked, but earns no points.") if rule.section in self._shares else ""
        if rule.weight == self._usual:
            return ""
        times = float(rule.weight / self._usual)
        if times > 1:
            return language.say(
                "It counts {n} times as much as most items.", n=wording.short_number(language, round(times, 1))
            )
        return language.say("It counts {share} as much as most items.", share=language.percent(times))


def _most_frequent(weights: list[Fraction]) -> Fraction:
    """Of several equally frequent ones the smallest: then the others count more, and none less."""
    counted = Counter(weight for weight in weights if weight)
    return min(counted, key=lambda weight: (-counted[weight], weight), default=Fraction(1))


def _shares(rules: ScoringRules, scored: list[ItemRule]) -> dict[str, Fraction]:
    """The share of each section that counts in the score."""
    held: dict[str, Fraction] = {}
    for rule in scored:
        held[rule.section] = held.get(rule.section, Fraction(0)) + rule.weight
    if rules.total is Total.SECTIONS:
        held = {code: (rules.section_weights or {}).get(code, Fraction(1)) for code, weight in held.items() if weight}
    whole = sum(held.values(), Fraction(0))
    return {code: weight / whole for code, weight in held.items()} if whole else {}
