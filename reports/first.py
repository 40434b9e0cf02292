"""What to do first: one list in one order, of what the report says further down."""

from collections.abc import Mapping
from datetime import date

from reports import change_words, grounds, items_words, wording
from reports.figures import Cell, State, Whose
from reports.groups import by_state, together
from reports.report import News, Step, Steps
from reports.voice import Voice

MOST = 8
"""Steps that are named; the groups below have the others."""
ROOM = (3, 3, 1, 1)
"""Of each kind, in their order, so that many of one do not crowd out the others; what is left over goes to the first."""


def first(voice: Voice, items: Mapping[str, str], news: News) -> Steps | None:
    """What should be done first, and in which order?

    Critical items that failed come first, since they can be looked at today; then the branches that fall short, in the
    order in which the report shows them; then the costliest item that fails all over the chain; last the branches that
    have lately fallen, which may be luck.

    Args:
        voice: the figures with the reader's language.
        items: code of an item → its wording.
        news: what came in, with the critical items that failed.
    """
    kinds = (_critical(voice, news), _short(voice), _everybody(voice, items), _fallen(voice))
    taken = [min(len(kind), room) for kind, room in zip(kinds, ROOM, strict=True)]
    for place, kind in enumerate(kinds):
        taken[place] += min(len(kind) - taken[place], MOST - sum(taken))
    steps = [step for kind, n in zip(kinds, taken, strict=True) for step in kind[:n]]
    left = sum(map(len, kinds)) - len(steps)
    if left:
        steps.append(Step("", voice.language.count("And {n} more.", "And {n} more.", left)))
    return Steps(voice.language.say("What to do first"), tuple(steps)) if steps else None


def _critical(voice: Voice, news: News) -> list[Step]:
    say = voice.language.say
    return [
        Step(
            "critical",
            say("look today whether this is in order: {items}", items=" · ".join(one.critical)),
            one.name,
            one.branch,
        )
        for one in news.critical
    ]


def _short(voice: Voice) -> list[Step]:
    """The branches that fall short, each once; what somebody has set aside is left out."""
    aside = {(flag.branch, flag.section) for flag in voice.figures.flags if flag.dismissed_until is not None}
    cells = [
        cell
        for cell in together(by_state(voice.figures.cells)[State.FALLS_SHORT])
        if (cell.branch, cell.section) not in aside
    ]
    return [
        Step(
            State.FALLS_SHORT.value,
            voice.language.say(
                "ask what is behind it: {sections}",
                sections=voice.language.join([_how_far(voice, cell) for cell in cells if cell.branch == branch]),
            ),
            voice.name(branch),
            branch,
        )
        for branch in dict.fromkeys(cell.branch for cell in cells)
    ]


def _how_far(voice: Voice, cell: Cell) -> str:
    found = (wording.difference(voice.language, cell.estimate or 0.0), grounds.sure(voice.language, cell))
    return f"{voice.title(cell.section)} ({' · '.join(filter(None, found))})"


def _everybody(voice: Voice, items: Mapping[str, str]) -> list[Step]:
    """The costliest item that is a matter for everybody."""
    found = [one for one in items_words.told(voice) if one.whose is Whose.CHAIN]
    if not found:
        return []
    item = items.get(found[0].code) or found[0].code
    return [Step("", voice.language.say("Missed all over the chain; practise it with everybody: {item}", item=item))]


def _fallen(voice: Voice) -> list[Step]:
    """The falls that last, the deepest first; one that is flagged is asked about already."""
    short = {(cell.branch, cell.section) for cell in voice.figures.cells if cell.state is State.FALLS_SHORT}
    return [
        Step(
            "",
            voice.language.say(
                "{section}: ask whether something changed around the {week}; it may be luck",
                section=voice.title(one.section),
                week=voice.language.week(date.fromordinal(one.since)),
            ),
            voice.name(one.branch),
            one.branch,
        )
        for one in change_words.fallen(voice.figures)
        if one.since is not None and (one.branch, one.section) not in short
    ]
