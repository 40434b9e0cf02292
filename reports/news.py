"""What came in since the last edition: listed, never ranked."""

from collections.abc import Mapping

from reports import tables, wording
from reports.figures import NewAudit
from reports.report import Fresh, News
from reports.voice import Voice


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
        wording.news(voice.language, len(new), late, len(critical), asked=bool(voice.figures.critical_items)),
        tuple(_fresh(voice, audit, items) for audit in critical[: tables.TABLE_ROWS]),
        tuple(_fresh(voice, audit, items) for audit in listed),
        tables.rest(voice, len(new) - len(listed) - min(len(critical), tables.TABLE_ROWS)),
    )


def _fresh(voice: Voice, audit: NewAudit, items: Mapping[str, str]) -> Fresh:
    language = voice.language
    score = language.say("no score") if audit.score is None else language.say("score {score}", score=audit.score)
    return Fresh(
        voice.name(audit.branch),
        f"{language.week(audit.week)} · {score}" if audit.week != voice.figures.week else score,
        language.say("arrived late") if audit.late else "",
        tuple(items.get(code) or code for code in audit.failed_critical),
        audit.branch,
    )
