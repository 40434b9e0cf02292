"""Routes for programs that watch over this one: nobody is recognised for them, so the database is not asked who it is."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, request

View = TypeVar("View", bound=Callable[..., Any])


def bare(view: View) -> View:
    """Marks such a route; that it is for everybody it says besides."""
    view.bare = True  # type: ignore[attr-defined]
    return view


def is_bare() -> bool:
    """Whether this request is such a program's."""
    return getattr(current_app.view_functions.get(request.endpoint or ""), "bare", False)
