"""What moves over the weeks, as one reader gets to know it: who has improved, and a small picture of each branch."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rise:
    """One branch that has risen in one section."""

    branch: str
    """Its code."""
    name: str
    section: str
    code: str
    """The section's code."""
    words: str
    """How far and since when, and how it stands over the whole time."""


@dataclass(frozen=True)
class Improved:
    """The branches that have risen by more than chance and luck explain."""

    title: str
    sentence: str
    """How many branches there are."""
    rises: tuple[Rise, ...]
    rest: str
    """How many others there are; empty where all are listed."""
    meant: str
    """By which rule that is said, how often it would be said of branches that have not changed, and what it does not say."""
