"""What came in since the last edition: listed, never ranked."""

from collections.abc import Mapping

from reports import tables, wording
from reports.figures import NewAudit
from reports.report import Fresh, News
from reports.voice import Voice

MOST_FINDINGS = 3
"""Items that failed at a new audit and are named; its own page has all."""


def news(voice: Voice, items: Mapping[str, str]) -> News:
    """What came in since the last edition: listed, never ranked; nothing of a report that is no week's."""
    if voice.figures.by_days:
        return News("", (), (), "")
    # Within a week by what anybody may see: an order of days would tell on whom the shopper was sent to first.
    new = sorted(voice.figures.new, key=lambda a: (voice.name(a.branch).casefold(), a.week, a.score or 0.0))
    critical = [audit for audit in new if audit.failed_critical]
    others = [audit for audit in new if not audit.failed_critical]
    late = sum(audit.late for audit in new)
    listed = others[: tables.TABLE_ROWS]
    return News(
        " ".join(filter(None, (_counted(voice, len(new), late, len(critical)), _usual(voice) if new else ""))),
        tuple(_fresh(voice, audit, items) for audit in critical[: tables.TABLE_ROWS]),
        tuple(_fresh(voice, audit, items) for audit in listed),
        tables.rest(voice, len(new) - len(listed) - min(len(critical), tables.TABLE_ROWS)),
        _meant(voice) if critical else "",
        voice.language.say("Critical item failed:"),
    )


def _meant(voice: Voice) -> str:
    return voice.language.say(
        "A critical item must never fail. Each of these failed at one new audit: a reason to look today, no proof of anything about a person."
    )


def _counted(voice: Voice, n: int, late: int, critical: int) -> str:
    return wording.news(voice.language, n, late, critical, asked=bool(voice.figures.critical_items))


def _usual(voice: Voice) -> str:
    """A yardstick for the score of one audit."""
    usual, language = voice.figures.usual, voice.language
    if usual is None:
        return ""
    return language.say(
        "Nine in ten of the chain's audits score between {low} and {high}.",
        low=language.number(usual.low, 0),
        high=language.number(usual.high, 0),
    )


def _fresh(voice: Voice, audit: NewAudit, items: Mapping[str, str]) -> Fresh:
    language = voice.language
    score = language.say("no score") if audit.score is None else language.say("score {score}", score=audit.score)
    return Fresh(
        voice.name(audit.branch),
        f"{language.week(audit.week)} · {score}" if audit.week != voice.figures.week else score,
        language.say("arrived late") if audit.late else "",
        tuple(_failed(voice, audit, place, items) for place in range(len(audit.failed_critical))),
        audit.branch,
        _findings(voice, audit, items),
        audit.public_id,
        _way(voice, audit) if audit.public_id else "",
    )


def _findings(voice: Voice, audit: NewAudit, items: Mapping[str, str]) -> str:
    """The first few items that failed, the others counted."""
    language, named = voice.language, [items.get(code) or code for code in audit.findings[:MOST_FINDINGS]]
    hidden = len(audit.findings) - len(named)
    if hidden > 0:
        named.append(language.count("{n} more", "{n} more", hidden))
    return language.say("Not in order: {items}", items=" · ".join(named)) if named else ""


def _way(voice: Voice, audit: NewAudit) -> str:
    if not audit.photos:
        return voice.language.say("The audit")
    return voice.language.count("The audit, with {n} photo", "The audit, with {n} photos", audit.photos)


def _failed(voice: Voice, audit: NewAudit, place: int, items: Mapping[str, str]) -> str:
    """A failed critical item, with how often it failed at this branch in the window."""
    code = audit.failed_critical[place]
    text, often = items.get(code) or code, audit.failures[place] if audit.failures else None
    if often is None or not often.failed:
        return text
    if often.audits == 1:
        return text
    return f"{text} ({_elsewhere(voice, often.failed - 1, often.audits)})"


def _elsewhere(voice: Voice, others: int, audits: int) -> str:
    """At how many of the branch's other audits in the window the item failed."""
    if not others:
        return voice.language.say("failed at this new audit, and at no other of the {all}", all=audits)
    return voice.language.count(
        "failed at this new audit, and at {n} other of the {all}",
        "failed at this new audit, and at {n} others of the {all}",
        others,
        all=audits,
    )
