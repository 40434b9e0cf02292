"""What of an answer was cleared, told to those who read all of it: what others are shown instead."""

from collections.abc import Iterable

from branches.audits import Answer, Photo
from monitor.web import gate


def sentences(answer: Answer, pictures: Iterable[Photo]) -> list[str]:
    """A sentence for each thing that others are shown otherwise or not at all."""
    found = [_words(one) for one in (answer.cleared_mark, answer.cleared) if one is not None]
    return [*found, *photos(pictures)]


def photos(pictures: Iterable[Photo]) -> list[str]:
    """How many photos others are not shown."""
    n = sum(one.kept_back for one in pictures)
    return (
        [gate.tongue().count("{n} photo is not shown to others.", "{n} photos are not shown to others.", n)]
        if n
        else []
    )


def _words(cleared: str) -> str:
    say = gate.tongue().say
    return say("Others read instead: {words}", words=cleared) if cleared else say("Others are not shown this text.")
