"""Texts that would mean something else in an XLSForm: held apart there by a space without width, which nobody sees.

`${greeted}` would take in another answer, `_x0041_` be read as the letter A, and a text of spaces alone be none.
"""

import re

_APART = "\u200b"
_WOULD_NAME = re.compile(rf"([$_])(?={_APART}*(?:\{{|x[0-9A-Fa-f]{{4}}))")
_HELD_APART = re.compile(rf"([$_]){_APART}(?={_APART}*(?:\{{|x[0-9A-Fa-f]{{4}}))")
_WOULD_BE_NONE = re.compile(rf"\s*{_APART}*")
_IS_ONE = re.compile(rf"\s*{_APART}+")


def guarded(text: str) -> str:
    """A text that says nothing but itself; `unguarded` gives it back."""
    held = _WOULD_NAME.sub(rf"\1{_APART}", text)
    return held + _APART if _WOULD_BE_NONE.fullmatch(held) else held


def unguarded(text: str) -> str:
    """What was guarded, as it was; any other text as it is."""
    bare = text.removesuffix(_APART) if _IS_ONE.fullmatch(text) else text
    return _HELD_APART.sub(r"\1", bare)
