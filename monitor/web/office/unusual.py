"""What is unusual about an audit, said plainly and with how common it is: none of it is wrong by itself, all of it is worth a look."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for

from branches import checked, checks, clearing, photos, questions
from branches.audits import Audit
from branches.checks import WEEKS, Check, CheckKind, Usual
from branches.language import message
from branches.questions import Question
from monitor.web import gate
from monitor.web.office.room import after_words, now
from monitor.web.office.sheet import short

WORDS = {
    CheckKind.CRITICAL: message("A critical item failed."),
    CheckKind.EARLY: message("The visit was before its window, which opened on {day}."),
    CheckKind.LATE: message("The visit was after its window, which closed on {day}."),
    CheckKind.SOON: message("It was sent {after}, perhaps still at the branch."),
    CheckKind.FAST: message("It was filled in faster than its questions can be read."),
    CheckKind.MOMENT: message("The time of the visit is not the one that was noted on coming in."),
    CheckKind.APART: message("{item} · at the branch {seconds} seconds were noted."),
    CheckKind.SHORT: message("{item} · the low mark is not explained."),
    CheckKind.NAME: message("{item} · {name} may be somebody's name."),
    CheckKind.WORDS: message("{item} · the same words stand in the audit of {branch} on {day}."),
    CheckKind.UNFIT: message("{item} · marked as not applying, and there is a photo of it."),
    CheckKind.OVERDUE: message("It was sent late: {after}."),
    CheckKind.AHEAD: message("It was sent before the time that is given for the visit."),
    CheckKind.AGAIN: message("The same shopper was at this branch on {day}."),
}
"""Those that are no matter of a number, nor of whether an item is named."""


@dataclass(frozen=True)
class Remark:
    """One thing, where it leads, and how common it is."""

    words: str
    href: str = ""
    usual: str = ""
    """Empty where that cannot be said."""


@dataclass(frozen=True)
class Remarks:
    """What a reviewer should know before deciding; `few`: there are too few audits to say how common any of it is."""

    all: list[Remark]
    few: bool


def remarks(audit: Audit) -> Remarks:
    """A sentence for each thing that was seen, the same kind together."""
    found = checked.of_audit(gate.session(), audit, gate.site().name)
    known = checks.usual(gate.session(), at=now())
    by_code = questions.of(audit.standard, audit.channel).by_code
    seen = [
        Remark(_sentence(audit, one, by_code.get(one.item)), _where(audit, one), _usual(known, one)) for one in found
    ]
    return Remarks([*map(Remark, _photos(audit)), *seen], bool(seen) and not known.is_enough)


def _photos(audit: Audit) -> list[str]:
    lost = len(photos.missing(gate.session(), gate.site().photos, [audit.id]))
    if not lost:
        return []
    return [
        gate.tongue().count(
            "{n} photo of this audit cannot be found any more; ask the shopper for it again.",
            "{n} photos of this audit cannot be found any more; ask the shopper for them again.",
            lost,
        )
    ]


def _usual(known: Usual, check: Check) -> str:
    if not known.is_enough:
        return ""
    n = known.seen.get(check.kind.value, 0)
    return gate.tongue().say(
        "So in {n} of {audits} audits of the last {weeks} weeks.", n=n, audits=known.audits, weeks=WEEKS
    )


def _where(audit: Audit, check: Check) -> str:
    """The other audit that it is about, or where a name can be taken out of what others read."""
    if check.other:
        return url_for("office.audit", public_id=check.other)
    if check.kind is not CheckKind.NAME or not clearing.is_open(audit):
        return ""
    return url_for("office.clearing", public_id=audit.public_id, _anchor=f"of-{check.item}")


def _sentence(audit: Audit, check: Check, question: Question | None) -> str:
    values = dict[str, Any](check.values)
    if isinstance(values.get("day"), str):
        values["day"] = date.fromisoformat(values["day"])
    if question is not None:
        values["item"] = short(question.item, gate.tongue())
    if audit.submitted_at is not None and audit.visited_at is not None:
        values["after"] = after_words(audit.submitted_at - audit.visited_at)
    match check.kind:
        case CheckKind.ROW:
            return _row(values)
        case CheckKind.PICTURE:
            return _picture(values)
        case CheckKind.ELSEWHERE:
            return _elsewhere(values)
        case _:
            return gate.tongue().say(WORDS[check.kind], **values)


def _row(values: Mapping[str, Any]) -> str:
    return gate.tongue().count(
        "{item} · from here {n} rating in a row is {mark}.",
        "{item} · from here {n} ratings in a row are {mark}.",
        values["n"],
        item=values.get("item", ""),
        mark=values["mark"],
    )


def _picture(values: Mapping[str, Any]) -> str:
    """Of an item, or of the visit as a whole."""
    if "item" in values:
        return gate.tongue().say("{item} · the same photo is in the audit of {branch} on {day}.", **values)
    return gate.tongue().say("A photo of the visit is also in the audit of {branch} on {day}.", **values)


def _elsewhere(values: Mapping[str, Any]) -> str:
    return gate.tongue().count(
        "{n} minute lies between this visit and the shopper's to {branch}, {km} km away.",
        "{n} minutes lie between this visit and the shopper's to {branch}, {km} km away.",
        values["n"],
        branch=values["branch"],
        km=values["km"],
    )
