"""Long lists in pages: which page is asked for, and the ways to the pages beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from monitor.web import forms

OF_A_PAGE = 40
LONGEST_SEARCH = 100
MOST_PAGES = 10_000


@dataclass(frozen=True)
class Part:
    """One page of a list."""

    rows: Sequence[Any]
    total: int
    before: str
    """Addresses of the pages before and after; empty where there is none."""
    after: str


@dataclass(frozen=True)
class Place:
    """The page that was asked for, among as many as there are."""

    number: int
    last: int

    @property
    def skipped(self) -> int:
        return (self.number - 1) * OF_A_PAGE

    def part(self, rows: Sequence[Any], total: int, endpoint: str, **kept: Any) -> Part:
        """These rows with the ways to the pages beside them; `kept` is what else the address holds."""
        held = {name: value for name, value in kept.items() if value}

        def page(n: int) -> str:
            return url_for(endpoint, page=n, **held) if 1 <= n <= self.last else ""

        return Part(rows, total, page(self.number - 1), page(self.number + 1))


def place(total: int) -> Place:
    """The last page where one beyond it is asked for."""
    last = max(-(-total // OF_A_PAGE), 1)
    return Place(min(max(forms.whole(request.args, "page"), 1), MOST_PAGES, last), last)


def searched() -> str:
    """What is looked for in a list."""
    return forms.plain(request.args.get("q", "")).strip()[:LONGEST_SEARCH]
