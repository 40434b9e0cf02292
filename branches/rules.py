"""Rules, pure: when an item is asked, as an expression over what was marked for others: `waited = yes and drink != no`.

    expression = one or more conjunctions joined by "or"
    conjunction = one or more terms joined by "and"
    term = "not" term | "(" expression ")" | item sign value
    sign = "=" | "!=" | "<" | ">"

An item without a mark, because it was left open or not asked, is unequal to every value and neither below nor above one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import UnionType

from branches.errors import Refused

LONGEST = 500
DEEPEST = 20

_TOKEN = re.compile(r"\s*(!=|[=<>()]|[A-Za-z0-9_.\-]+)", re.ASCII)
_ITEM = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", re.ASCII)
_WORDS = frozenset({"and", "or", "not"})
_SIGNS = frozenset({"=", "!=", "<", ">"})


@dataclass(frozen=True)
class Comparison:
    """What was marked for an item against a value; the whole test where `<` and `>` need numbers on both sides."""

    item: str
    sign: str
    value: str


@dataclass(frozen=True)
class Not:
    """True where its term is not."""

    term: "Expression"


@dataclass(frozen=True)
class All:
    """True where each term is."""

    terms: tuple["Expression", ...]


@dataclass(frozen=True)
class AnyOf:
    """True where one term is."""

    terms: tuple["Expression", ...]


Expression = Comparison | Not | All | AnyOf


def parse(text: str) -> Expression:
    """Reads an expression; refused with a sentence that says where it goes wrong."""
    if len(text) > LONGEST:
        raise Refused("The rule has {n} characters; at most {most} fit.", n=len(text), most=LONGEST)
    reader = _Reader(_tokens(text))
    expression = reader.expression(0)
    if reader.next is not None:
        raise Refused('The rule ends before "{token}"; join its parts with and or or.', token=reader.next)
    return expression


def can_name(code: str) -> bool:
    """Whether a rule can name an item of that code."""
    return _ITEM.fullmatch(code) is not None and code not in _WORDS


def applies(expression: Expression, marks: Mapping[str, str]) -> bool:
    """Whether the expression holds for these marks by item."""
    match expression:
        case Comparison():
            return _compare(expression, marks.get(expression.item, ""))
        case Not(term):
            return not applies(term, marks)
        case All(terms):
            return all(applies(term, marks) for term in terms)
        case AnyOf(terms):
            return any(applies(term, marks) for term in terms)


def items(expression: Expression) -> frozenset[str]:
    """Codes of the items that the expression looks at."""
    match expression:
        case Comparison(item):
            return frozenset({item})
        case Not(term):
            return items(term)
        case All(terms) | AnyOf(terms):
            return frozenset().union(*map(items, terms))


def packed(expression: Expression) -> list[object]:
    """The expression as nested lists, for a reader that cannot parse: [sign, item, value], ["not", …], ["and", …, …]."""
    match expression:
        case Comparison(item, sign, value):
            return [sign, item, value]
        case Not(term):
            return ["not", packed(term)]
        case All(terms):
            return ["and", *map(packed, terms)]
        case AnyOf(terms):
            return ["or", *map(packed, terms)]


def written(expression: Expression) -> str:
    """The expression as it is written, which `parse` reads as the same."""
    match expression:
        case Comparison(item, sign, value):
            return f"{item} {sign} {value}"
        case Not(term):
            return f"not {_inner(term, All | AnyOf)}"
        case All(terms):
            return " and ".join(_inner(term, All | AnyOf) for term in terms)
        case AnyOf(terms):
            return " or ".join(_inner(term, AnyOf) for term in terms)


def _inner(term: Expression, bracketed: type | UnionType) -> str:
    return f"({written(term)})" if isinstance(term, bracketed) else written(term)


def skipped(rules: Mapping[str, Expression], marks: Mapping[str, str]) -> frozenset[str]:
    """The items whose rule does not hold, so that they are not asked; what is not asked has no mark for other rules."""
    found: set[str] = set()
    waiting = {item: (rule, items(rule)) for item, rule in rules.items()}
    while ready := [item for item, (_, others) in waiting.items() if not others & waiting.keys()]:
        known = {item: mark for item, mark in marks.items() if item not in found}
        found |= {item for item in ready if not applies(waiting[item][0], known)}
        for item in ready:
            del waiting[item]
    return frozenset(found | waiting.keys())


def check(rules: Mapping[str, Expression], known: frozenset[str]) -> None:
    """Refuses rules of a standard, by the item they belong to, that name unknown items or wait for one another."""
    for item, rule in rules.items():
        for other in sorted(items(rule) - known):
            raise Refused("The rule of {item} asks about {other}, which is not an item.", item=item, other=other)
    waits = {item: set(items(rule)) & rules.keys() for item, rule in rules.items()}
    behind = dict[str, list[str]]()
    for item, others in waits.items():
        for other in others:
            behind.setdefault(other, []).append(item)
    free = [item for item, others in waits.items() if not others]
    while free:
        done = free.pop()
        del waits[done]
        for item in behind.get(done, ()):
            waits[item].discard(done)
            if not waits[item]:
                free.append(item)
    if waits:
        raise Refused("The rules of {items} wait for one another.", items=", ".join(_circle(waits)))


def _circle(waits: Mapping[str, set[str]]) -> list[str]:
    """One circle among items each of which waits for another."""
    path = [min(waits)]
    while (following := min(waits[path[-1]])) not in path:
        path.append(following)
    return path[path.index(following) :]


def _compare(test: Comparison, mark: str) -> bool:
    if not mark:
        return test.sign == "!="
    numbers = _NUMBER.fullmatch(mark) is not None and _NUMBER.fullmatch(test.value) is not None
    if test.sign in ("=", "!="):
        same = Fraction(mark) == Fraction(test.value) if numbers else mark == test.value
        return same == (test.sign == "=")
    if not numbers:
        return False
    return Fraction(mark) < Fraction(test.value) if test.sign == "<" else Fraction(mark) > Fraction(test.value)


def _tokens(text: str) -> list[str]:
    found, place = [], 0
    while place < len(text.rstrip()):
        match = _TOKEN.match(text, place)
        if match is None:
            raise Refused("The rule cannot be read from its character {n} on.", n=place + 1)
        found.append(match[1])
        place = match.end()
    return found


class _Reader:
    """Reads tokens from left to right."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._place = 0

    @property
    def next(self) -> str | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def _take(self) -> str:
        token = self.next
        if token is None:
            raise Refused("The rule breaks off; write it like greeted = yes.")
        self._place += 1
        return token

    def _took(self, word: str) -> bool:
        if self.next != word:
            return False
        self._place += 1
        return True

    def expression(self, depth: int) -> Expression:
        terms = [self._conjunction(depth)]
        while self._took("or"):
            terms.append(self._conjunction(depth))
        return terms[0] if len(terms) == 1 else AnyOf(tuple(terms))

    def _conjunction(self, depth: int) -> Expression:
        terms = [self._term(depth)]
        while self._took("and"):
            terms.append(self._term(depth))
        return terms[0] if len(terms) == 1 else All(tuple(terms))

    def _term(self, depth: int) -> Expression:
        if depth > DEEPEST:
            raise Refused("The rule is nested more than {most} deep.", most=DEEPEST)
        if self._took("not"):
            return Not(self._term(depth + 1))
        if self._took("("):
            inner = self.expression(depth + 1)
            if not self._took(")"):
                raise Refused("A bracket of the rule is not closed.")
            return inner
        return self._comparison()

    def _comparison(self) -> Comparison:
        item, sign = self._take(), self._sign()
        value = self._take()
        if _ITEM.fullmatch(item) is None or item in _WORDS:
            raise Refused('"{token}" stands in the rule where an item belongs.', token=item)
        if value in _WORDS | _SIGNS | {"(", ")"}:
            raise Refused('"{token}" stands in the rule where a value belongs.', token=value)
        return Comparison(item, sign, value)

    def _sign(self) -> str:
        sign = self._take()
        if sign not in _SIGNS:
            raise Refused('"{token}" stands in the rule where one of = != < > belongs.', token=sign)
        return sign
