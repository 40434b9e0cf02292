"""Naming, pure: whether a text seems to name somebody. It is a guess, in five languages; whoever wrote the text decides."""

from collections.abc import Iterable

TITLES = "mr mrs ms miss श्री श्रीमती सुश्री திரு திருமதி శ్రీ శ్రీమతి"
"""Words that stand before a name."""
OTHERS = (
    "monday tuesday wednesday thursday friday saturday sunday january february march april june july august september"
    " october november december english christmas easter diwali pongal visa mastercard whatsapp google instagram facebook"
    " önnek önök önöknek önöket önnel öntől magának magával"
)
"""Words with a capital that name no person."""
_SIGNS = ".,;:!?…()[]{}<>\"'“”„»«‚‘’`*-–—/।"  # noqa: RUF001 - the quotation marks of five languages
_ENDS = (".", "!", "?", "…", ":", "।")
_OPENS = ("“", "„", "»", "«", '"', "'", "(", "[", "‘", "-", "–", "—", "*")  # noqa: RUF001
_APOSTROPHES = ("'", "’")  # noqa: RUF001
_SHORTEST_NAME = 3
_LONG_ENOUGH = 4
_BEFORE_A_NAME = frozenset(TITLES.split())
_AFTER_A_NAME = ("úr", "nevű", "என்பவ", "అనే")
_NO_NAMES = frozenset(OTHERS.split())


def familiar(texts: Iterable[str]) -> frozenset[str]:
    """Words that name no person, such as the branch's own."""
    words = (word.strip(_SIGNS).lower() for text in texts for word in text.split())
    return frozenset(word for word in words if len(word) >= _LONG_ENOUGH)


def named(text: str, known: frozenset[str]) -> str:
    """The first word of a text that seems to be somebody's name; empty where there is none."""
    raw = text.split()
    bare = [word.strip(_SIGNS) for word in raw]
    for place, word in enumerate(bare):
        before = bare[place - 1].lower() if place else ""
        after = bare[place + 1].lower() if place + 1 < len(bare) else ""
        titled = _may_be_a_name(word) and (before in _BEFORE_A_NAME or after.startswith(_AFTER_A_NAME))
        if not _is_familiar(word.lower(), known) and (titled or _is_capital(raw, word, place)):
            return word
    return ""


def _is_familiar(word: str, known: frozenset[str]) -> bool:
    return word in _NO_NAMES or word in _BEFORE_A_NAME or any(word.startswith(one) for one in known)


def _may_be_a_name(word: str) -> bool:
    """Names begin with a capital in scripts that have them."""
    return len(word) > 1 and (word.lower() == word.upper() or word[0].isupper())


def _is_capital(raw: list[str], word: str, place: int) -> bool:
    """Whether it has a capital where a sentence would not."""
    inside = place > 0 and not raw[place - 1].endswith(_ENDS) and not raw[place].startswith(_OPENS)
    long = len(word) >= _SHORTEST_NAME and word[1] not in _APOSTROPHES
    return inside and long and word[0].isupper() and not word.isupper()
