"""The survey from top to bottom: its groups become sections, its questions items; what nobody answers is left out."""

from dataclasses import dataclass, field

from branches.errors import Refused
from branches.exchange import cells
from branches.exchange.faults import shown
from branches.exchange.xlsform.kinds import BEGINS, ENDS, Asked, is_left_out, read_type
from branches.exchange.xlsform.lists import check_new
from branches.exchange.xlsform.notes import Notes
from branches.exchange.xlsform.tables import Row, Table

DEEPEST = 20
LOOSE = "general"
"""The section of questions that stand in no group."""


@dataclass(frozen=True)
class Question:
    """A row that asks something."""

    row: Row
    code: str
    asked: Asked | None
    """None where it asks what an audit cannot take."""
    within: tuple[Row, ...]
    """The groups around it, from the outermost."""


@dataclass
class Group:
    """A section as it is found."""

    code: str
    row: Row | None
    """None where questions stand in no group."""
    questions: list[Question] = field(default_factory=list)
    left_out: bool = False
    """Whether rows of it were left out."""


class Outline:
    """Reads a survey's rows one after the other."""

    def __init__(self, table: Table, notes: Notes) -> None:
        self._table = table
        self._notes = notes
        self._found: list[Group] = []
        self._loose: Group | None = None
        self._open: list[tuple[str, Row]] = []
        self._sections: dict[str, int] = {}
        self._items: dict[str, int] = {}
        """Where each code was met first."""

    def groups(self) -> list[Group]:
        """The sections; a group of which nothing is left goes with it."""
        for row in self._table.rows():
            if not row.word("type").startswith("#") and row.word("disabled").lower() not in {"yes", "true", "true()"}:
                self._take(row)
        for kind, row in self._open:
            self._fault(row, "type", Refused("What begins here as {type} does not end.", type=kind))
        self._name_loose()
        return [group for group in self._found if group.questions or not group.left_out]

    def _take(self, row: Row) -> None:
        if not row.word("type"):
            if row.word("name") or row.texts("label"):
                self._fault(row, "type", Refused("The row has no type."))
            return
        try:
            asked = read_type(row.word("type"))
        except Refused as refused:
            self._fault(row, "type", refused)
            self._ask(row, None)
            return
        if asked.type in BEGINS:
            self._begin(row, asked.type)
        elif asked.type in ENDS:
            self._end(row, asked.type)
        elif (why := is_left_out(asked.type)) is not None:
            self._leave_out(row, why)
        else:
            self._ask(row, asked)

    def _begin(self, row: Row, kind: str) -> None:
        if kind == "begin repeat":
            self._fault(row, "type", Refused("What repeats has no place in an audit, which asks each item once."))
        if len(self._open) == DEEPEST:
            self._fault(row, "type", Refused("The file is nested more than {most} deep.", most=DEEPEST))
        if not self._open:
            self._found.append(Group(self._code(row, section=True) or f"row {row.number}", row))
        else:
            refused = Refused(
                "A section has no sections: the items stand in {section}.", section=shown(self._here().code)
            )
            self._notes.remarks.add(self._table.name, row.number, self._table.heading("type"), refused)
        self._open.append((kind, row))

    def _end(self, row: Row, kind: str) -> None:
        if self._open and self._open[-1][0].split()[-1] == kind.rsplit(maxsplit=1)[-1]:
            self._open.pop()
        else:
            self._fault(row, "type", Refused("Nothing that is open ends here."))

    def _leave_out(self, row: Row, why: Refused) -> None:
        self._notes.remarks.add(self._table.name, row.number, self._table.heading("type"), why)
        if self._open:
            self._here().left_out = True

    def _ask(self, row: Row, asked: Asked | None) -> None:
        code = self._code(row, section=False)
        if code:
            within = tuple(row for _, row in self._open[:DEEPEST])
            self._here().questions.append(Question(row, code, asked, within))

    def _here(self) -> Group:
        """The section that a row belongs to."""
        if self._open:
            return next(group for group in reversed(self._found) if group.row is not None)
        if self._loose is None:
            self._loose = Group(LOOSE, None)
            self._found.append(self._loose)
        return self._loose

    def _name_loose(self) -> None:
        """By a code that no group has."""
        if self._loose is None or not self._loose.questions:
            return
        while self._loose.code in self._sections:
            self._loose.code += "_"
        refused = Refused("Questions that stand in no group are the section {section}.", section=self._loose.code)
        self._notes.remarks.add(self._table.name, self._loose.questions[0].row.number, None, refused)

    def _code(self, row: Row, *, section: bool) -> str:
        """Empty where there is none, which is told."""
        try:
            code = cells.item_code(row.text("exact") or _plain(row.word("name")))
            check_new(code, row.number, self._sections if section else self._items)
        except Refused as refused:
            self._fault(row, "name", refused)
            return ""
        return code

    def _fault(self, row: Row, word: str, refused: Refused) -> None:
        self._notes.faults.add(self._table.name, row.number, self._table.heading(word), refused)


def _plain(name: str) -> str:
    """As a rule can name it."""
    return name.replace("-", "_").replace(".", "_")
