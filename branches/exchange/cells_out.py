"""What is stored as cells again: the one a form was written with where it still says the same, else today's value."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal

from branches.exchange import branch_rows, cells, item_rows
from branches.exchange.form import AUDIT_COLUMNS, CHANNEL
from branches.places import Branch, Region
from branches.scoring import NO, YES
from branches.standards import Item, Section, Standard, item_texts

BRANCH_COLUMNS = (*branch_rows.COLUMNS.required, *branch_rows.COLUMNS.optional)
ITEM_COLUMNS = (*item_rows.COLUMNS.required, *item_rows.COLUMNS.optional)

_VALUES: Mapping[str, Callable[[Branch], object]] = {
    "name": lambda branch: branch.name,
    "address": lambda branch: branch.address,
    "latitude": lambda branch: branch.latitude,
    "longitude": lambda branch: branch.longitude,
    "opened": lambda branch: branch.opened,
    "closed": lambda branch: branch.closed,
}


def says_the_same(column: str, cell: str, branch: Branch, region: Region) -> bool:
    """Whether that cell of branches.csv would leave the branch as it is."""
    if column == "branch":
        return cell == branch.code
    if column == "region":
        return cell == region.code
    if column == "timezone":
        return (cell or region.timezone) == branch.timezone
    return branch_rows.PARSERS[column](cell) == _VALUES[column](branch)


def branch_cells(branch: Branch, region: Region) -> dict[str, str]:
    """Each column of branches.csv, whether a form has it or not."""
    today = {
        "branch": branch.code,
        "name": branch.name,
        "region": region.code,
        "address": branch.address,
        "latitude": _degrees(branch.latitude),
        "longitude": _degrees(branch.longitude),
        "timezone": branch.timezone,
        "opened": branch.opened.isoformat() if branch.opened else "",
        "closed": branch.closed.isoformat() if branch.closed else "",
    }
    written = branch.cells or {}
    kept = {c: written[c] for c in today if c in written and says_the_same(c, written[c], branch, region)}
    return today | kept


def _degrees(value: float | None) -> str:
    return "" if value is None else format(Decimal(repr(value)), "f")


def branch_header(known: Sequence[str] | None, branches: Iterable[tuple[Branch, Region]]) -> list[str]:
    """The columns of the form that came in, and those that a branch has come to need since."""
    header = list(known or branch_rows.COLUMNS.required)
    missing = [column for column in branch_rows.COLUMNS.optional if column not in header]
    needed = {
        column
        for branch, region in branches
        for column in missing
        if not says_the_same(column, "", branch, region) or (known is None and column == "timezone")
    }
    return header + [column for column in missing if column in needed]


def item_cells(item: Item, section: Section, text: str) -> dict[str, str]:
    if item.cells is not None:
        return item.cells
    return {
        "item": item.code,
        "section": section.code,
        "text": text,
        "type": item.type,
        "weight": item.weight,
        "critical": _yes_no(item.critical),
        "scored": _yes_no(item.scored and section.scored),
        "from": item.worst or "",
        "to": item.best or "",
        "na": _yes_no(item.na),
    }


def _yes_no(value: bool) -> str:
    return YES if value else NO


def item_rows_of(standard: Standard) -> list[list[str]]:
    """items.csv of a version, the header first."""
    header = (standard.headers or {}).get("items") or list(ITEM_COLUMNS)
    texts = item_texts(standard, "en")
    both = [(item, section) for section in standard.sections for item in section.items]
    both.sort(key=lambda pair: pair[0].position)
    rows = [item_cells(item, section, texts[item.code][: cells.LONGEST_CELL]) for item, section in both]
    return [list(header), *([row.get(column, "") for column in header] for row in rows)]


def audit_header(standard: Standard, *, channels: bool) -> list[str]:
    """The columns of audits.csv; with `channels` there must be one for the channel."""
    known = (standard.headers or {}).get("audits")
    if known is None:
        return [*AUDIT_COLUMNS, CHANNEL, *(item.code for section in standard.sections for item in section.items)]
    return [*known, CHANNEL] if channels and CHANNEL not in known else list(known)
