"""When the items of an XLSForm are asked: its own rule and those of the groups around it, as one rule."""

from collections.abc import Mapping

from branches import rules
from branches.errors import Refused
from branches.exchange.faults import shown
from branches.exchange.xlsform import relevance
from branches.exchange.xlsform.notes import Notes
from branches.exchange.xlsform.outline import Question
from branches.exchange.xlsform.relevance import Marks
from branches.exchange.xlsform.tables import Row, Table
from branches.rules import All, Expression


class Conditions:
    """Reads each row's rule once, though a group's is that of many items."""

    def __init__(self, table: Table, codes: Mapping[str, str], marks: Marks, notes: Notes) -> None:
        self._table = table
        self._codes = codes
        self._marks = marks
        self._notes = notes
        self._known = frozenset(codes.values())
        self._read: dict[int, Expression | None] = {}

    def of(self, question: Question) -> str:
        """As a standard has it; empty where the item is always asked."""
        around = [rule for row in question.within if (rule := self._rule(row)) is not None]
        own, said = self._rule(question.row), question.row.text("when")
        if said:
            own = self._said(question.row, own, said)
            if own is None or not around:
                return said
        terms = [*around, *([own] if own else [])]
        return rules.written(terms[0] if len(terms) == 1 else All(tuple(terms))) if terms else ""

    def _rule(self, row: Row) -> Expression | None:
        if row.number not in self._read:
            self._read[row.number] = self._checked(row) if row.text("relevant") else None
        return self._read[row.number]

    def _checked(self, row: Row) -> Expression | None:
        try:
            rule = relevance.read(row.text("relevant"), self._codes, self._marks)
            self._check_known(row, rule)
        except Refused as refused:
            self._fault(row, "relevant", refused)
            return None
        return rule

    def _check_known(self, row: Row, rule: Expression) -> None:
        for other in sorted(rules.items(rule) - self._known):
            item = shown(row.word("name"))
            raise Refused("The rule of {item} asks about {other}, which is not an item.", item=item, other=shown(other))

    def _said(self, row: Row, own: Expression | None, said: str) -> Expression | None:
        """The rule in a standard's own words, which must be the same; None where it cannot be read."""
        try:
            found = rules.parse(said)
        except Refused as refused:
            self._fault(row, "when", refused)
            return None
        if own is not None and own != found:
            self._fault(row, "when", Refused("relevant and when say different things; empty one of them."))
        return found

    def _fault(self, row: Row, word: str, refused: Refused) -> None:
        self._notes.faults.add(self._table.name, row.number, self._table.heading(word), refused)
