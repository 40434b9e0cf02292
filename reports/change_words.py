"""What has changed, in words: a branch's own change told apart from the chain's, and what to expect next time."""

from collections.abc import Sequence
from datetime import date
from math import sqrt

from reports import wording
from reports.figures import Cell, ChainMove, Change, Figures, Move
from reports.normal import below
from reports.report import ChangeChart, ChangeSpot, Column, Entry, Picture, Table
from reports.voice import Voice

CHANGE_SHARE = 0.05
"""A branch that has not changed is said to have fallen, in any of its sections, with this probability; risen as well."""
LEAST_MOVE = 1.0
"""Points by which a chain or region must have moved to be worth a sentence."""
CONFIDENT = 1.6448536269514722
"""Of a 90 % interval, in standard deviations."""
LEAST_RETURN = 1.0
"""Points by which the next score is to be expected nearer to the norm."""


def sentence(voice: Voice, change: Change) -> str:
    """How far and since when a branch has changed in one section; empty where it has not."""
    if change.since is None or change.size is None:
        return ""
    section, week = voice.title(change.section), voice.language.week(date.fromordinal(change.since))
    points = voice.language.number(abs(change.size), 0)
    if change.move is Move.FALLING:
        return voice.language.say(
            "{section} has fallen since about the {week}, by about {points} points.",
            section=section,
            week=week,
            points=points,
        )
    return voice.language.say(
        "{section} has risen since about the {week}, by about {points} points.",
        section=section,
        week=week,
        points=points,
    )


def fallen(figures: Figures) -> list[Change]:
    """The branches and sections in which the change chart shows a fall that lasts, the deepest first."""
    found = [one for one in figures.changes if one.move is Move.FALLING and one.size is not None]
    return sorted(found, key=lambda one: one.size or 0.0)


def by_chance(voice: Voice, move: Move = Move.FALLING) -> str:
    """How often a fall or rise is shown where there is none: told wherever they are."""
    if move is Move.RISING:
        return voice.language.say(
            "Of {n} branches where nothing has changed, about one shows such a rise; that does not say how likely a rise that is shown is real.",
            n=round(1 / CHANGE_SHARE),
        )
    return voice.language.say(
        "Of {n} branches where nothing has changed, about one shows such a fall; that does not say how likely a fall that is shown is real.",
        n=round(1 / CHANGE_SHARE),
    )


def picture(voice: Voice, change: Change, name: str) -> Picture | None:
    """Has this branch changed in one section? None where it has not, or where too little is known.

    Args:
        voice: the figures with the reader's language.
        change: of one branch and section.
        name: the drawing's, unique on its page.
    """
    if change.since is None or not change.points:
        return None
    say = voice.language.say
    since = date.fromordinal(change.since)
    spread = _spread(voice, change.section)
    unit = 1.0 if spread is None else spread
    spots = tuple(ChangeSpot(date.fromordinal(at.week), unit * at.average, unit * at.limit) for at in change.points)
    return Picture(
        name,
        say("What has changed in {section}?", section=voice.title(change.section)),
        " ".join((sentence(voice, change), _how(voice, change), by_chance(voice, change.move))),
        ChangeChart(
            spots,
            spread is not None,
            since,
            voice.language.short_date(since),
            "short" if change.move is Move.FALLING else "above",
            above=say("above its level before"),
            below=say("below its level before"),
            chance=say("luck band"),
        ),
        _table(voice, spots, in_points=spread is not None),
    )


def _spread(voice: Voice, section: str) -> float | None:
    """Of a single audit of one branch by a shopper whose leniency is known, in points; None in editions without it."""
    found = next((one for one in voice.figures.sections if one.section == section), None)
    single = found.variances.get("residual") if found is not None else None
    return sqrt(single.value) if single is not None and single.value > 0.0 else None


def _how(voice: Voice, change: Change) -> str:
    """How the chart is read: what it cannot be read for, and what lies outside its band."""
    return voice.language.say(
        "The line is a moving average of the branch's audits beside its own level before. It follows a change slowly, so the {points} points cannot be read off it. Shoppers and what moved the whole chain are allowed for. The luck band is what chance alone does; large dots lie outside it. One that lies outside early and is followed by dots inside counts for nothing: a change is told only if the newest dot is still outside.",
        points=voice.language.number(abs(change.size or 0.0), 0),
    )


def _table(voice: Voice, spots: tuple[ChangeSpot, ...], *, in_points: bool) -> Table:
    language, say, digits = voice.language, voice.language.say, 1 if in_points else 2
    rows = [
        (
            language.week(spot.week),
            wording.signed(language, spot.average, digits),
            language.number(spot.limit, digits),
            say("outside") if abs(spot.average) > spot.limit else say("inside"),
        )
        for spot in reversed(spots)
    ]
    columns = (
        Column(say("Week"), "text"),
        Column(say("Moving average"), "number"),
        Column(say("Luck band up to"), "number"),
        Column(say("Band"), "text"),
    )
    caption = (
        say("Points above or below the level before, after each audit")
        if in_points
        else say("Spreads of a single audit above or below the level before")
    )
    return Table(caption, columns, tuple(tuple(Entry(text) for text in row) for row in rows))


def told(moves: Sequence[ChainMove]) -> list[ChainMove]:
    """The sections in which a chain or region has moved: by more than chance, and by enough to matter.

    One that has not moved is said to have fallen, in any of its sections, with a probability of at most CHANGE_SHARE,
    and as often to have risen: the sections share it (Bonferroni).
    """
    share = CHANGE_SHARE / max(len(moves), 1)
    return [move for move in moves if abs(move.points.value) >= LEAST_MOVE and _chance(move) <= share]


def _chance(move: ChainMove) -> float:
    """How often so large a move is seen by chance; of editions that did not count it by a normal curve."""
    if move.chance is not None:
        return move.chance
    error = (move.points.high - move.points.low) / 2.0 / CONFIDENT
    return below(-abs(move.points.value) / error) if error > 0.0 else 0.0


def moved_by_chance(voice: Voice) -> str:
    """How often a move is told where there is none: told wherever moves are."""
    return voice.language.say(
        "Even where nothing has changed, up to 1 such report in {n} would say of some section that it is getting worse, and up to as many that one is getting better.",
        n=round(1 / CHANGE_SHARE),
    )


def chain_moved(voice: Voice, move: ChainMove) -> str:
    """How the whole chain moved in one section.

    Args:
        voice: the figures with the reader's language.
        move: the later half of the window less the earlier, points; one of those `told`.
    """
    points = move.points
    values = {
        "section": voice.title(move.section),
        "points": abs(points.value),
        "likely": wording.likely_size(voice.language, points.low, points.high),
    }
    if points.value < 0:
        return voice.language.say(
            "{section}: the whole chain is {points} points lower in the later half of this time than in the earlier ({likely}). That is no branch's own.",
            **values,
        )
    return voice.language.say(
        "{section}: the whole chain is {points} points higher in the later half of this time than in the earlier ({likely}). That is no branch's own.",
        **values,
    )


def expected_next(cell: Cell) -> float | None:
    """How far from the norm is the branch to be expected next time without any change? Its estimate, points.

    A score that stands out stands out partly by chance, which does not come again (regression to the mean: Galton 1886).
    """
    return cell.estimate


def regression(voice: Voice, cell: Cell) -> str:
    """What to expect of the next audits before an action is given the credit; empty where it makes no difference."""
    expected = expected_next(cell)
    if expected is None or cell.variance is None or cell.variance >= 0.0:
        return ""
    if abs(cell.variance) - max(-expected, 0.0) < LEAST_RETURN:
        return ""
    values = {
        "section": voice.title(cell.section),
        "now": wording.difference(voice.language, cell.variance),
        "audits": wording.audits(voice.language, cell.audits),
        "next": wording.difference(voice.language, expected),
    }
    if expected >= 0.0:
        return voice.language.say(
            "{section}: measured {now} over {audits}, all of it probably bad luck or strict shoppers. Even if nothing changes, as many new audits would probably average about {next}. Only clearly better than that would speak for an improvement.",
            **values,
        )
    return voice.language.say(
        "{section}: measured {now} over {audits}, part of it probably bad luck or strict shoppers. Even if nothing changes, as many new audits would probably average about {next}. Only clearly better than that would speak for an improvement.",
        **values,
    )
