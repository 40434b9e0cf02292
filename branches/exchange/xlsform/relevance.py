"""Rules in an XLSForm's words: `greeted = yes` is `${greeted} = 'yes'` there. What says more than a rule can is refused."""

import re
from collections.abc import Mapping
from types import UnionType

from branches import rules
from branches.errors import Refused
from branches.exchange.faults import shown
from branches.rules import All, AnyOf, Comparison, Expression, Not

LONGEST = 4_000

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
_VALUE = re.compile(r"[A-Za-z0-9_.\-]+", re.ASCII)
_TOKEN = re.compile(
    r"""\s*(\$\{\s*[^{}\s]+\s*\}|'[^']*'|"[^"]*"|!=|<=|>=|[=<>(),]|-?[0-9]+(?:\.[0-9]+)?|[^\W\d][\w.\-]*(?::[\w.\-]+)?)"""
)
_STRAIGHT = str.maketrans("\u2018\u2019\u201c\u201d", "''\"\"")
"""Quotation marks that a spreadsheet has made handsome."""
_SIGNS = frozenset({"=", "!=", "<", ">", "<=", ">="})
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}

Marks = Mapping[str, Mapping[str, str]]
"""By item, what its choices are called here where they are called otherwise there."""


def written(expression: Expression, names: Mapping[str, str]) -> str:
    """The rule as an XLSForm has it; `names` are those of the items there."""
    match expression:
        case Comparison(item, sign, value):
            said = value if _NUMBER.fullmatch(value) else f"'{value}'"
            return f"${{{names[item]}}} {sign} {said}"
        case Not(term):
            return f"not({written(term, names)})"
        case All(terms):
            return " and ".join(_inner(term, All | AnyOf, names) for term in terms)
        case AnyOf(terms):
            return " or ".join(_inner(term, AnyOf, names) for term in terms)


def _inner(term: Expression, bracketed: type | UnionType, names: Mapping[str, str]) -> str:
    text = written(term, names)
    return f"({text})" if isinstance(term, bracketed) else text


def read(text: str, codes: Mapping[str, str], marks: Marks) -> Expression:
    """Reads such a rule; `codes` are those of the items by their names there. A name that is no item's stays as it is."""
    if len(text) > LONGEST:
        raise Refused("The rule has {n} characters; at most {most} fit.", n=len(text), most=LONGEST)
    reader = _Reader(_tokens(text.translate(_STRAIGHT)), codes, marks)
    expression = reader.expression(0)
    if reader.next is not None:
        raise _beyond(reader.next)
    return expression


def _tokens(text: str) -> list[str]:
    found, place, end = [], 0, len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None:
            raise _beyond(text[place:].strip())
        found.append(match[1])
        place = match.end()
    return found


def _beyond(what: str) -> Refused:
    return Refused(
        "{text} has no place in a rule, which compares answers by = != < > and joins that by and, or, not.",
        text=shown(what),
    )


class _Reader:
    """Reads tokens from left to right."""

    def __init__(self, tokens: list[str], codes: Mapping[str, str], marks: Marks) -> None:
        self._tokens = tokens
        self._codes = codes
        self._marks = marks
        self._place = 0

    @property
    def next(self) -> str | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def _take(self) -> str:
        token = self.next
        if token is None:
            raise Refused("The rule breaks off; write it like {example}.", example="${greeted} = 'yes'")
        self._place += 1
        return token

    def _took(self, word: str) -> bool:
        if self.next != word:
            return False
        self._place += 1
        return True

    def _expect(self, word: str) -> None:
        token = self._take()
        if token != word:
            raise _beyond(token)

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
        if depth > rules.DEEPEST:
            raise Refused("The rule is nested more than {most} deep.", most=rules.DEEPEST)
        negated = self._took("not")
        if negated or self.next == "(":
            self._expect("(")
            inner = self.expression(depth + 1)
            self._expect(")")
            return Not(inner) if negated else inner
        return self._chosen() if self._took("selected") else self._comparison()

    def _chosen(self) -> Expression:
        """Of an item with one answer `selected(${who}, 'desk')` says that this is it."""
        self._expect("(")
        item = self._take()
        self._expect(",")
        value = self._take()
        self._expect(")")
        return self._compared(item, "=", value)

    def _comparison(self) -> Expression:
        left = self._take()
        if left[0] not in "$'\"" and _NUMBER.fullmatch(left) is None:
            raise _beyond(left)
        sign, right = self._take(), self._take()
        if sign not in _SIGNS:
            raise _beyond(sign)
        if _item(left) is None and _item(right) is not None:
            left, sign, right = right, _TURNED.get(sign, sign), left
        return self._compared(left, sign, right)

    def _compared(self, left: str, sign: str, right: str) -> Expression:
        name = _item(left)
        if name is None:
            raise _beyond(left)
        item = self._codes.get(name, name)
        value = self._value(item, right)
        if sign in ("<=", ">="):
            return AnyOf((Comparison(item, sign[0], value), Comparison(item, "=", value)))
        return Comparison(item, sign, value)

    def _value(self, item: str, token: str) -> str:
        bare = token[1:-1] if token[0] in "'\"" else token
        if token == bare and _NUMBER.fullmatch(token) is None:
            raise _beyond(token)
        value = self._marks.get(item, {}).get(bare, bare)
        if _VALUE.fullmatch(value) is None:
            raise _beyond(token)
        return value


def _item(token: str) -> str | None:
    return token[2:-1].strip() if token.startswith("$") else None
