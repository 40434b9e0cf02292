"""The headline of a report: the sentences one would read aloud, the first of which is set large."""

from collections import Counter

from reports import change_words, wording
from reports.figures import State
from reports.voice import Voice

NAMED = 4
"""Sections named one by one; the others are counted."""


def headline(voice: Voice) -> tuple[str, ...]:
    """The sentences one would read aloud."""
    say, cells = voice.language.say, voice.figures.cells
    if not voice.figures.branch_names:
        return (say("No branch was open in this window."),)
    if all(cell.state is State.NOT_ENOUGH for cell in cells):
        return (say("Not enough audits to judge any branch."),)
    short = _shortfalls(voice)
    otherwise = _otherwise(voice, {cell.state for cell in cells}, some=bool(short))
    return (*short, *_fallen(voice), *otherwise, *_silent(voice))


def _shortfalls(voice: Voice) -> tuple[str, ...]:
    """How many branches fall short and where most; then each section, if there are several."""
    language = voice.language
    cells = [cell for cell in voice.figures.cells if cell.state is State.FALLS_SHORT]
    by_section = Counter(cell.section for cell in cells).most_common()
    titles = [voice.title(section) for section, _ in by_section]
    if not cells:
        return ()
    if len(voice.figures.branch_names) == 1:
        sections = language.join(titles)
        return (language.count("{sections} falls short.", "{sections} fall short.", len(titles), sections=sections),)
    if len(titles) == 1:
        return (
            language.count(
                "{section} falls short at {n} of {total} branches.",
                "{section} falls short at {n} of {total} branches.",
                len(cells),
                section=titles[0],
                total=len(voice.figures.branch_names),
            ),
        )
    most = titles[0] if by_section[0][1] > by_section[1][1] else ""
    return _branches_short(voice, len({cell.branch for cell in cells}), most), _by_section(voice, by_section)


def _branches_short(voice: Voice, n: int, most: str) -> str:
    count, total = voice.language.count, len(voice.figures.branch_names)
    if not most:
        return count("{n} of {total} branches falls short.", "{n} of {total} branches fall short.", n, total=total)
    return count(
        "{n} of {total} branches falls short, most often in {section}.",
        "{n} of {total} branches fall short, most often in {section}.",
        n,
        total=total,
        section=most,
    )


def _by_section(voice: Voice, by_section: list[tuple[str, int]]) -> str:
    language, more = voice.language, len(by_section) - NAMED
    named = [language.say("{section} at {n}", section=voice.title(code), n=n) for code, n in by_section[:NAMED]]
    if more > 0:
        named.append(language.count("{n} more section elsewhere", "{n} more sections elsewhere", more))
    return language.say("By section: {sections}.", sections="; ".join(named))


def _fallen(voice: Voice) -> tuple[str, ...]:
    """Which branches have lately fallen, and how often that is said where nothing has changed."""
    found = change_words.fallen(voice.figures)
    if not found:
        return ()
    language, hidden = voice.language, len(found) - NAMED
    places = [f"{wording.isolated(voice.name(one.branch))} ({voice.title(one.section)})" for one in found[:NAMED]]
    if hidden > 0:
        places.append(language.count("{n} more", "{n} more", hidden))
    said = language.say("Lately worse than before: {places}.", places=language.join(places))
    return said, change_words.by_chance(voice)


def _silent(voice: Voice) -> tuple[str, ...]:
    """How many branches nothing can be said of."""
    states = [{cell.state for cell in cells.values()} for cells in voice.by_branch().values()]
    n = states.count({State.NOT_ENOUGH})
    return (
        (voice.language.count("{n} branch could not be judged.", "{n} branches could not be judged.", n),) if n else ()
    )


def _otherwise(voice: Voice, states: set[State], *, some: bool) -> tuple[str, ...]:
    """What may be said of everything that was not flagged: that nothing was shown is not that all is well."""
    say = voice.language.say
    if states == {State.FALLS_SHORT}:
        return ()
    return (say("No other shortfall could be shown.") if some else say("No shortfall could be shown."),)
