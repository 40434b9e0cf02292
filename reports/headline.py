"""The headline of a report: the sentences one would read aloud."""

from collections import Counter

from reports.figures import State
from reports.voice import Voice

ALSO_NAMED = 2


def headline(voice: Voice) -> tuple[str, ...]:
    """The sentences one would read aloud."""
    say, cells = voice.language.say, voice.figures.cells
    if not voice.figures.branch_names:
        return (say("No branch was open in this window."),)
    if all(cell.state is State.NOT_ENOUGH for cell in cells):
        return (say("Not enough audits to judge any branch."),)
    short = _short_sentence(voice)
    return (*short, *_otherwise(voice, {cell.state for cell in cells}, some=bool(short)), *_silent(voice))


def _short_sentence(voice: Voice) -> tuple[str, ...]:
    """The section that falls short at most branches first; the others in the same breath."""
    language, everywhere = voice.language, len(voice.figures.branch_names)
    short = Counter(cell.section for cell in voice.figures.cells if cell.state is State.FALLS_SHORT)
    if not short:
        return ()
    (section, n), *others = short.most_common()
    if everywhere == 1:
        titles = [voice.title(section) for section in short]
        return (
            language.count(
                "{sections} falls short.", "{sections} fall short.", len(titles), sections=language.join(titles)
            ),
        )
    first = language.count(
        "{section} falls short at {n} of {total} branches",
        "{section} falls short at {n} of {total} branches",
        n,
        section=voice.title(section),
        total=everywhere,
    )
    also = [language.say("{section} at {n}", section=voice.title(other), n=m) for other, m in others[:ALSO_NAMED]]
    if len(others) > len(also):
        more = len(others) - len(also)
        also.append(language.count("{n} more section elsewhere", "{n} more sections elsewhere", more))
    return (f"{first}; {language.join(also)}." if also else f"{first}.",)


def _silent(voice: Voice) -> tuple[str, ...]:
    """How many branches nothing can be said of."""
    states = [{cell.state for cell in cells.values()} for cells in voice.by_branch().values()]
    n = states.count({State.NOT_ENOUGH})
    return (
        (voice.language.count("{n} branch could not be judged.", "{n} branches could not be judged.", n),) if n else ()
    )


def _otherwise(voice: Voice, states: set[State], *, some: bool) -> tuple[str, ...]:
    """What may be said of everything that was not flagged: that nothing was shown is not that all is well."""
    say, others = voice.language.say, states - {State.FALLS_SHORT}
    if not others:
        return ()
    if others & {State.WATCH, State.NOT_ENOUGH}:
        return (say("No other shortfall could be shown.") if some else say("No shortfall could be shown."),)
    if not some:
        return (say("No branch falls short."),)
    if State.ABOVE in others:
        return (say("Everything else is as the norm or above it."),)
    return (say("Everything else is as the norm."),)
