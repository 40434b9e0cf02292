"""A window against the one before, in words: how many are better or worse by more than chance, which, and what that means."""

from collections.abc import Iterable
from dataclasses import dataclass

from branches.language import Language
from reports import wording
from reports.against import Against, Turn
from reports.figures import Cell, Figures, Interval, State
from reports.report import Column, Entry, Table
from reports.tables import TABLE_ROWS, branch_entry, rest
from reports.voice import Voice

LISTED = 400
"""Lines of the table of all; the files hold them all."""
_NAMED = {Turn.WORSE: 0, Turn.BETTER: 1}
_FIRST = (State.FALLS_SHORT, State.WATCH, State.ABOVE, State.AS_NORM, State.NOT_ENOUGH)


@dataclass(frozen=True)
class AgainstReport:
    """What the comparison says to one reader."""

    headline: tuple[str, ...]
    basis: str
    """What the time before rests on."""
    named: Table | None
    """The differences that are more than chance; None where there is none."""
    all: Table
    """Every branch in every section."""
    norms: Table | None
    """The chain's norms, then and now; None where nothing was scored."""
    notes: tuple[str, ...]


def against_report(voice: Voice, before: Figures, found: Iterable[Against]) -> AgainstReport:
    """What is to be said of a window beside the one before?

    Args:
        voice: the figures of the window, narrowed to what is looked at, with the reader's language.
        before: those of the window before.
        found: how each branch and section stands beside it; those that are not in the figures are left out.
    """
    known = {(one.branch, one.section): one for one in found}
    pairs = [
        (cell, known[cell.branch, cell.section]) for cell in voice.figures.cells if (cell.branch, cell.section) in known
    ]
    return AgainstReport(
        headline=_headline(voice.language, before, [one for _, one in pairs]),
        basis=_basis(voice, before),
        named=_named(voice, pairs),
        all=_all(voice, pairs),
        norms=_norms(voice, before),
        notes=_notes(voice, before),
    )


def turn_word(language: Language, turn: Turn) -> str:
    """What a difference is called in a table."""
    return {
        Turn.BETTER: language.say("Better"),
        Turn.WORSE: language.say("Worse"),
        Turn.UNTOLD: language.say("Cannot be told"),
        Turn.NOT_ENOUGH: language.say("Not enough audits"),
    }[turn]


def _headline(language: Language, before: Figures, found: list[Against]) -> tuple[str, ...]:
    if not before.design.audits:
        return (language.say("There is nothing to compare with: in the time before no audit was counted."),)
    n = {turn: sum(one.turn is turn for one in found) for turn in Turn}
    if n[Turn.NOT_ENOUGH] == len(found):
        return (language.say("There are not enough audits in both times to compare them."),)
    if not n[Turn.BETTER] + n[Turn.WORSE]:
        said = [language.say("Nowhere could a change against the time before be shown.")]
    else:
        said = [
            language.say(
                "Against the time before, by more than chance: better {better}, worse {worse}.",
                better=_cells(language, n[Turn.BETTER]),
                worse=_cells(language, n[Turn.WORSE]),
            ),
            *([language.say("Elsewhere it cannot be told.")] if n[Turn.UNTOLD] else []),
        ]
    if n[Turn.NOT_ENOUGH]:
        few = _cells(language, n[Turn.NOT_ENOUGH])
        said.append(language.say("Without enough audits in both times: {few}.", few=few))
    return tuple(said)


def _cells(language: Language, n: int) -> str:
    return language.count("{n} section of a branch", "{n} sections of branches", n)


def _basis(voice: Voice, before: Figures) -> str:
    """The days before, and how many audits of the whole chain are in them."""
    return voice.language.say(
        "The time before is as long: {first} to {last}, {audits} of the whole chain. No audit counts in both.",
        first=before.window_from,
        last=before.window_to,
        audits=wording.audits(voice.language, before.design.audits),
    )


def _named(voice: Voice, pairs: list[tuple[Cell, Against]]) -> Table | None:
    """What is worse first; within each the surest first."""
    found = [(cell, one) for cell, one in pairs if one.turn in _NAMED]
    if not found:
        return None
    found.sort(key=lambda pair: (_NAMED[pair[1].turn], pair[1].chance or 0.0))
    say, listed = voice.language.say, found[:TABLE_ROWS]
    columns = (
        *(
            Column(say("Branch"), "name"),
            Column(say("Section"), "text"),
            Column(say("Against the time before"), "text"),
        ),
        *_numbers(say("Difference"), say("Likely from"), say("to"), say("Estimate"), say("Estimate before")),
        *_numbers(say("Audits"), say("Audits before")),
    )
    rows = tuple(
        (
            *_whom(voice, cell, one),
            *_points(voice.language, one.points),
            *_texts(*(wording.signed(voice.language, points) for points in (cell.estimate, one.estimate))),
            *_texts(*(voice.language.whole(n) for n in (cell.audits, one.audits))),
        )
        for cell, one in listed
    )
    return Table(say("Better or worse by more than chance"), columns, rows, rest(voice, len(found) - len(listed)))


def _all(voice: Voice, pairs: list[tuple[Cell, Against]]) -> Table:
    """What falls short or stands out first; within a state by name, for an order among the others would be chance."""
    say, language = voice.language.say, voice.language
    ordered = sorted(pairs, key=lambda pair: (_FIRST.index(pair[0].state), voice.name(pair[0].branch).casefold()))
    columns = (
        *(Column(say("Branch"), "name"), Column(say("Section"), "text"), Column(say("State"), "state")),
        *_numbers(say("Score"), say("Norm"), say("Estimate"), say("Likely from"), say("to"), say("Audits")),
        *_numbers(say("Difference"), say("Likely from"), say("to")),
        Column(say("Against the time before"), "text"),
    )
    rows = tuple(
        (
            *_whom(voice, cell, one)[:2],
            Entry(wording.cell_word(language, cell), cell.state, unsure=wording.unsure(cell)),
            *_texts(*(wording.NOTHING if x is None else language.number(x) for x in (cell.score, cell.norm))),
            *_texts(*(wording.signed(language, x) for x in (cell.estimate, cell.low, cell.high))),
            *_texts(language.whole(cell.audits)),
            *_points(language, one.points),
            Entry(turn_word(language, one.turn)),
        )
        for cell, one in ordered[:LISTED]
    )
    return Table(say("Every branch and section"), columns, rows, rest(voice, len(ordered) - len(rows)))


def _whom(voice: Voice, cell: Cell, one: Against) -> tuple[Entry, Entry, Entry]:
    return (
        branch_entry(voice, cell.branch),
        Entry(voice.title(cell.section)),
        Entry(turn_word(voice.language, one.turn)),
    )


def _numbers(*titles: str) -> tuple[Column, ...]:
    return tuple(Column(title, "number") for title in titles)


def _texts(*texts: str) -> tuple[Entry, ...]:
    return tuple(Entry(text) for text in texts)


def _points(language: Language, points: Interval | None) -> tuple[Entry, ...]:
    ends = (None, None, None) if points is None else (points.value, points.low, points.high)
    return _texts(*(wording.signed(language, end) for end in ends))


def _norms(voice: Voice, before: Figures) -> Table | None:
    """What the chain's branches reached on average, without a word on whether that is a change."""
    say, language = voice.language.say, voice.language
    known = {one.section: one for one in before.sections}
    held = [one for one in voice.figures.sections if one.norm is not None]
    if not held:
        return None
    rows = []
    for one in held:
        was = known.get(one.section)
        norms = (one.norm, was.norm if was is not None else None)
        audits = (one.audits, was.audits if was is not None else 0)
        rows.append(
            (
                Entry(voice.title(one.section)),
                *_texts(*(wording.NOTHING if x is None else language.number(x) for x in norms)),
                *_texts(*(language.whole(n) for n in audits)),
            )
        )
    titles = (say("Norm"), say("Norm before"), say("Audits"), say("Audits before"))
    return Table(say("The chain's norms"), (Column(say("Section"), "text"), *_numbers(*titles)), tuple(rows))


def _notes(voice: Voice, before: Figures) -> tuple[str, ...]:
    """By which rule a difference is named, and what it is not."""
    if not before.design.audits:
        return ()
    say, most = voice.language.say, wording.short_number(voice.language, round(100 * before.rules.false_share, 6))
    return (
        say(
            "The difference is the estimate now less the estimate before, each from the norm of its own time: what has moved the whole chain is not in it. Its range holds the true change nine times in ten."
        ),
        say(
            "Better and worse are chosen over the whole chain and all its sections: of 100 differences that are named, at most {most} are expected to be chance, and the plain scores must bear them out. Where nothing at all has changed, at most {most} such comparisons in 100 would name any branch.",
            most=most,
        ),
        say("“Cannot be told” does not mean that nothing has changed: a few audits show large changes alone."),
        say(
            "A branch whose score stood out before will usually score nearer to the norm now, though nothing has changed. The estimates allow for that, the scores do not: compare the estimates."
        ),
    )
