"""What an audit takes for a number, in an XLSForm's words, so that other programs take as much."""

from branches.questions import MOST, MOST_SECONDS
from branches.scoring import ItemType


def constraint(kind: ItemType, ends: tuple[str, str]) -> str:
    """Empty where nothing but the type bounds an answer; `ends` are the item's from and to."""
    if kind is ItemType.SECONDS:
        return f". >= 0 and . <= {MOST_SECONDS}"
    if kind is not ItemType.NUMBER:
        return ""
    negatives = any(end.startswith("-") for end in ends)
    return f". >= {-MOST if negatives else 0} and . <= {MOST}"
