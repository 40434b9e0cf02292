"""Numbers in cells: as numbers where a spreadsheet gives them back to the last digit, else as texts."""

from decimal import Decimal

from branches.scoring import DECIMAL


def shortest(number: str) -> str:
    """A number as a person wrote it: spreadsheets keep 0.3 as 0.29999999999999999."""
    try:
        return f"{Decimal(repr(float(number))):f}".removesuffix(".0")
    except ValueError:
        return number


def read(cell: str) -> Decimal | str:
    """As TOML would have it; a text that is no number stays one, to be refused as such."""
    bare = cell.strip()
    return Decimal(bare) if DECIMAL.fullmatch(bare) else bare


def written(number: str) -> float | str:
    """The cell for a number."""
    return float(number) if shortest(f"{float(number):.15g}") == number else number
