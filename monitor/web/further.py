"""A report's other tables, taken home: what stands behind its pictures, the new audits, the actions; numbers as numbers."""

from collections.abc import Callable, Mapping
from datetime import date

from branches.states import ActionState
from monitor.web import gate
from monitor.web.tables import Row, Sheet
from reports import stored
from reports.figures import Figures, Interval, ItemFigures, NewAudit, SectionFigures
from reports.pictures import spread
from reports.voice import Voice

SHARE_DIGITS = 4
Wordings = Mapping[str, str]
"""An item's code → its wording."""


def named(voice: Voice, items: Wordings, name: str) -> Sheet | None:
    """The table of that name; None where there is none."""
    return TABLES[name](voice, items) if name in TABLES else None


def sheets(voice: Voice, items: Wordings) -> list[Sheet]:
    """All of them that have a line."""
    made = (table(voice, items) for table in TABLES.values())
    return [sheet for sheet in made if sheet.rows]


def _items(voice: Voice, items: Wordings) -> Sheet:
    """How often each item was not in order, of graded ones how much of their points was lost, and what that cost."""
    say = voice.language.say
    heads = (
        *(say("Section"), say("Item"), say("Audits"), say("Not in order"), say("Average mark")),
        *(say("Share not in order"), say("Likely from"), say("to"), say("The whole chain"), say("Points lost")),
    )
    return Sheet(say("Items"), heads, [_item(voice, items, one) for one in voice.figures.items])


def _item(voice: Voice, items: Wordings, one: ItemFigures) -> Row:
    kept, chain = one.rate, one.chain.value if one.chain else None
    if one.grade is not None:
        kept, chain = one.grade.earned, one.grade.chain
    return (
        *(voice.title(one.section), items.get(one.code) or one.code, one.applicable),
        *(None if one.grade else one.applicable - one.kept, round(one.grade.mark, SHARE_DIGITS) if one.grade else None),
        *(_share(kept.value), _share(kept.high), _share(kept.low), None if chain is None else _share(chain)),
        None if one.lost is None else stored.printed(one.lost),
    )


def _share(kept: float) -> float:
    """What was missing of a share that was kept."""
    return round(1.0 - kept, SHARE_DIGITS)


def _weeks(voice: Voice, _: Wordings) -> Sheet:
    """The mean score of each week."""
    say = voice.language.say
    rows = [(one.week, voice.title(one.section), one.audits, stored.printed(one.score)) for one in voice.figures.trend]
    return Sheet(say("Weeks"), (say("Week"), say("Section"), say("Audits"), say("Score")), rows)


def _sections(voice: Voice, _: Wordings) -> Sheet:
    """The chain's norms, and by how many points scores differ for which reason."""
    say = voice.language.say
    reasons = {
        "region": say("From region to region"),
        "branch": say("From branch to branch"),
        "shopper": say("From shopper to shopper"),
        "residual": say("From audit to audit"),
    }
    spreads = tuple(head for word in reasons.values() for head in (word, say("Likely from"), say("to")))
    heads = (say("Section"), say("Norm"), say("Audits"), say("Branches"), *spreads)
    rows = [_section(voice, one, tuple(reasons)) for one in voice.figures.sections]
    return Sheet(say("Sections"), heads, rows)


def _section(voice: Voice, one: SectionFigures, reasons: tuple[str, ...]) -> Row:
    parts = [spread(one.variances[key]) if key in one.variances else None for key in reasons]
    return (
        *(voice.title(one.section), stored.printed(one.norm), one.audits, one.branches),
        *(value for part in parts for value in _range(part)),
    )


def _range(part: Interval | None) -> Row:
    if part is None:
        return None, None, None
    return stored.printed(part.value), stored.printed(part.low), stored.printed(part.high)


def _branches(voice: Voice, _: Wordings) -> Sheet:
    """Where each branch was, points above or below the norm, every four weeks."""
    say, kept = voice.language.say, voice.figures.courses
    rows = [
        (voice.name(one.branch), voice.title(one.section) if one.section else say("All sections"), start, n, points)
        for one in (kept.of if kept else ())
        for start, n, points in zip(
            kept.starts if kept else (), one.audits, map(stored.printed, one.points), strict=True
        )
    ]
    heads = (say("Branch"), say("Section"), say("First day"), say("Audits"), say("Points"))
    return Sheet(say("Branches"), heads, rows)


def _new(voice: Voice, items: Wordings) -> Sheet:
    """The audits that are new, with what failed at each."""
    say = voice.language.say
    heads = (
        *(say("Week"), say("Branch"), say("Arrived late"), say("Score")),
        *(say("Critical items failed"), say("Not in order"), say("Photos")),
    )
    return Sheet(say("New this week"), heads, [_new_audit(voice, items, one) for one in voice.figures.new])


def _new_audit(voice: Voice, items: Wordings, one: NewAudit) -> Row:
    failed, others = (
        " · ".join(items.get(code) or code for code in some) for some in (one.failed_critical, one.findings)
    )
    late = voice.language.say("Yes") if one.late else voice.language.say("No")
    return one.week, voice.name(one.branch), late, stored.printed(one.score), failed, others, one.photos


def _actions(voice: Voice, _: Wordings) -> Sheet:
    """The corrective actions, and by how many points one has helped where that was judged."""
    say = voice.language.say
    heads = (
        *(say("Branch"), say("Section"), say("What is planned"), say("State")),
        *(say("Due"), say("Completed on"), say("Points"), say("Likely from"), say("to")),
    )
    rows: list[Row] = []
    for one in voice.figures.actions or ():
        state = say(ActionState(one.state).word)
        days: tuple[date | None, ...] = (one.due_on, one.completed_on)
        found = one.effect
        effect = (found.change, found.low, found.high) if found is not None else (None, None, None)
        section = voice.title(one.section) if one.section else ""
        rows.append((voice.name(one.branch), section, one.plan, state, *days, *map(stored.printed, effect)))
    return Sheet(say("Actions"), heads, rows)


TABLES: Mapping[str, Callable[[Voice, Wordings], Sheet]] = {
    "items": _items,
    "weeks": _weeks,
    "sections": _sections,
    "branches": _branches,
    "new": _new,
    "actions": _actions,
}
"""By the name in their address."""
OF_PICTURES = {"items": "items", "trend": "weeks", "split": "sections", "panels": "branches"}
"""Which of them a picture of the page has the values of."""


def voice(figures: Figures, titles: Mapping[str, str]) -> Voice:
    """The figures in the reader's language."""
    return Voice(figures, gate.tongue(), titles)
