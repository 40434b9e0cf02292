"""What is unusual about an audit, said plainly: none of it is wrong by itself, all of it is worth a look."""

from datetime import date, timedelta
from typing import Any

from sqlmodel import col

from branches import access, assignments, doubts, photos, questions
from branches.assignments import GRACE, LOCKOUT_DAYS
from branches.audits import Audit, Outcome
from branches.doubts import Doubt, DoubtKind
from branches.language import message
from branches.questions import Question
from monitor.web import gate
from monitor.web.office.room import after_words
from monitor.web.office.sheet import short

WORDS = {
    DoubtKind.EARLY: message("The visit was before its window, which opened on {day}."),
    DoubtKind.LATE: message("The visit was after its window, which closed on {day}."),
    DoubtKind.SOON: message("It was sent {after}, perhaps still at the branch."),
    DoubtKind.FAST: message("It was filled in faster than its questions can be read."),
    DoubtKind.MOMENT: message("The time of the visit is not the one that was noted on coming in."),
    DoubtKind.APART: message("{item} · at the branch {seconds} seconds were noted."),
    DoubtKind.SHORT: message("{item} · the low mark is not explained."),
    DoubtKind.NAME: message("{item} · {name} may be somebody's name."),
}


def remarks(audit: Audit) -> list[str]:
    """A sentence for each thing that a reviewer should know before deciding."""
    say = gate.tongue().say
    found = []
    if audit.outcome == Outcome.CRITICAL_FAIL.value:
        found.append(say("A critical item failed."))
    found += _photos(audit) + _asked(audit) + _sending(audit)
    other = _last_time(audit)
    if other is not None:
        found.append(say("The same shopper was at this branch on {day}.", day=other))
    return found


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


def _asked(audit: Audit) -> list[str]:
    """What the shopper was told of before sending, as far as it stands."""
    found = doubts.of_audit(gate.session(), audit, doubts.familiar(audit, gate.site().name))
    by_code = questions.of(audit.standard, audit.channel).by_code
    return [_sentence(audit, one, by_code.get(one.item)) for one in found if one.kind in WORDS and _counts(audit, one)]


def _counts(audit: Audit, doubt: Doubt) -> bool:
    """After a correction the time of sending says nothing about the visit."""
    return doubt.kind not in (DoubtKind.SOON, DoubtKind.FAST) or not was_corrected(audit)


def _sentence(audit: Audit, doubt: Doubt, question: Question | None) -> str:
    values = dict[str, Any](doubt.values)
    if "day" in values:
        values["day"] = date.fromisoformat(values["day"])
    if question is not None:
        values["item"] = short(question.item, gate.tongue())
    if audit.submitted_at is not None and audit.visited_at is not None:
        values["after"] = after_words(audit.submitted_at - audit.visited_at)
    return gate.tongue().say(WORDS[doubt.kind], **values)


def _sending(audit: Audit) -> list[str]:
    if audit.visited_at is None or audit.submitted_at is None or was_corrected(audit):
        return []
    say, span = gate.tongue().say, audit.submitted_at - audit.visited_at
    if span > GRACE:
        return [say("It was sent late: {after}.", after=after_words(span))]
    if span < timedelta(0):
        return [say("It was sent before the time that is given for the visit.")]
    return []


def was_corrected(audit: Audit) -> bool:
    """Then the time of sending is that of the correction."""
    known = assignments.of(gate.session(), audit)
    return known is not None and known.correct_until is not None


def _last_time(audit: Audit) -> date | None:
    """The nearest other visit of the same shopper to this branch within the lockout."""
    if audit.shopper_id is None or audit.visited_on is None:
        return None
    near = timedelta(days=LOCKOUT_DAYS)
    query = access.visible_audits(gate.person()).where(
        Audit.shopper_id == audit.shopper_id,
        Audit.branch_id == audit.branch_id,
        Audit.id != audit.id,
        col(Audit.visited_on).between(audit.visited_on - near, audit.visited_on + near),
    )
    found = gate.session().exec(query.order_by(col(Audit.visited_on).desc()).limit(1)).first()
    return found.visited_on if found is not None else None
