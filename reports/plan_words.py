"""The plan in words: what the audits are worth, what more would bring, and where the next ones tell most."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from reports import wording
from reports.figures import Cell, Rules, State
from reports.outlook import Need, Outlook
from reports.planning import GOALS, MOST_AUDITS, OFTEN, Noticing, Plan
from reports.report import Column, Entry, Table
from reports.tables import TABLE_ROWS
from reports.voice import Voice

GOAL = 0.8
"""The reliability that is spoken of: enough to compare branches."""
HALF = 0.5
OPEN = 0.1
"""From this probability that a branch falls short, up to as much below certainty, it is open whether it does."""


@dataclass(frozen=True)
class SectionWords:
    """What the audits are worth in one section."""

    title: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class PlanReport:
    """One scope's plan in the words of one reader."""

    title: str
    headline: tuple[str, ...]
    basis: str
    sections: tuple[SectionWords, ...]
    worth: Table | None
    noticed: Table | None
    needy: Table | None
    notes: tuple[str, ...]


def plan_report(voice: Voice, found: Outlook) -> PlanReport:
    """Which sentences and tables say what more audits would bring?

    Args:
        voice: the figures of the scope with the reader's language.
        found: the plan made from the same figures.
    """
    say, rules = voice.language.say, voice.figures.rules
    return PlanReport(
        title=say("What more audits would bring"),
        headline=_headline(voice, found, rules),
        basis=_basis(voice, found),
        sections=tuple(SectionWords(voice.title(one.section), _worth(voice, one)) for one in found.sections),
        worth=_worth_table(voice, found.sections),
        noticed=_noticed_table(voice, found.sections),
        needy=_needy_table(voice, found.needy),
        notes=notes(voice, found),
    )


def _basis(voice: Voice, found: Outlook) -> str:
    language = voice.language
    said = language.count(
        "From {first} to {last} a typical branch had {audits} by {came}; {n} shopper is known.",
        "From {first} to {last} a typical branch had {audits} by {came}; {n} shoppers are known.",
        found.design.shoppers,
        first=found.first,
        last=found.last,
        audits=_audits(voice, found.audits),
        came=_shoppers(voice, _came(voice)),
    )
    if found.supposed is None:
        return said
    supposed = language.say(
        "Supposed here: {audits} of each branch in that time, each by another shopper as far as they go. Audits by many shoppers are worth more than as many by few, since what is strict in one and lenient in another then evens out.",
        audits=_audits(voice, found.supposed),
    )
    return f"{said} {supposed}"


def _came(voice: Voice) -> int:
    """Shoppers who came to a typical branch; as `Outlook.audits`."""
    most = [max(cell.shoppers for cell in cells.values()) for cells in voice.by_branch().values()]
    return int(median(most)) if most else 0


def _shoppers(voice: Voice, n: int) -> str:
    return voice.language.count("{n} shopper", "{n} shoppers", n)


def _audits(voice: Voice, n: float) -> str:
    if float(n).is_integer():
        return wording.audits(voice.language, int(n))
    return voice.language.say("{n} audits", n=voice.language.number(n))


def _headline(voice: Voice, found: Outlook, rules: Rules) -> tuple[str, ...]:
    """The middle one of the shortfalls: how surely it is noticed, what would make it sure, and what is missed."""
    if not found.sections:
        return _untold(voice, found)
    middle = [one.noticing[len(one.noticing) // 2] for one in found.sections]
    sentences = [_how_surely(voice, middle, found.audits if found.supposed is None else found.supposed)]
    if any(one.power < OFTEN for one in middle):
        sentences.append(_what_it_takes(voice, found.sections, middle, rules))
    return tuple(filter(None, (*sentences, _missed(voice, found.sections, middle))))


def _how_surely(voice: Voice, middle: list[Noticing], audits: float) -> str:
    language = voice.language
    values = {
        "audits": _audits(voice, audits),
        "points": wording.short_number(language, middle[0].shortfall),
        "low": wording.probability(language, min(n.power for n in middle)),
        "high": wording.probability(language, max(n.power for n in middle)),
    }
    if values["low"] == values["high"]:
        return language.say(
            "With {audits} of each branch, a shortfall of {points} points is noticed in {low} of all cases.", **values
        )
    return language.say(
        "With {audits} of each branch, a shortfall of {points} points is noticed in {low} to {high} of all cases, depending on the section.",
        **values,
    )


def _missed(voice: Voice, sections: tuple[Plan, ...], middle: list[Noticing]) -> str:
    """In which sections the smallest of the shortfalls is missed more often than not; nothing where it is in none."""
    least = [min(one.noticing, key=lambda n: n.shortfall) for one in sections]
    missed = [voice.title(one.section) for one, n in zip(sections, least, strict=True) if n.power < HALF]
    if not missed or least[0].shortfall >= middle[0].shortfall:
        return ""
    return voice.language.say(
        "A smaller one of {points} points is missed more often than not in {sections}.",
        points=wording.short_number(voice.language, least[0].shortfall),
        sections=voice.language.join(missed),
    )


def _what_it_takes(voice: Voice, sections: tuple[Plan, ...], middle: list[Noticing], rules: Rules) -> str:
    language = voice.language
    beyond = [voice.title(one.section) for one, n in zip(sections, middle, strict=True) if n.audits is None]
    within = [n.audits for n in middle if n.audits is not None]
    said = []
    if within:
        said.append(
            language.count(
                "To flag four such branches in five takes {n} audit of each branch in this time.",
                "To flag four such branches in five takes {n} audits of each branch in this time.",
                max(within),
            )
        )
    if beyond and middle[0].shortfall <= rules.margin:
        said.append(
            language.say(
                "A shortfall within the margin of {margin} points is never flagged for sure.",
                margin=wording.short_number(language, rules.margin),
            )
        )
    elif beyond:
        said.append(_beyond(voice, sections, language.join(beyond)))
    return " ".join(said)


def _beyond(voice: Voice, sections: tuple[Plan, ...], named: str) -> str:
    """Where not even many audits do: leniency is the reason only where some branches share no shopper with the others."""
    if any(one.limited for one in sections):
        return voice.language.say(
            "In {sections} that is out of reach, however often shoppers go, as long as some branches share no shopper with the others.",
            sections=named,
        )
    return voice.language.say(
        "In {sections} that would take more than {n} audits of each branch.", sections=named, n=MOST_AUDITS
    )


def _untold(voice: Voice, found: Outlook) -> tuple[str, ...]:
    """Nothing can be planned yet: why, and what would change it."""
    if not found.design.audits:
        return (voice.language.say("There is no audit in this time."),)
    if not found.design.enough:
        return wording.not_enough(voice.language, found.design)
    return (voice.language.say("In no section can branches be told from single visits yet."),)


def _worth(voice: Voice, one: Plan) -> tuple[str, ...]:
    """How much is real now, what that will do for, and what it takes to reach the goal."""
    language = voice.language
    if not one.ceiling:
        return (
            language.say("Branches could not be shown to differ here yet."),
            *([_noticed(voice, one)] if one.noticing else []),
        )
    real = language.say(
        "A comparison of branches can be trusted to {share}: so much of the differences between their scores is real, the rest is chance.",
        share=wording.probability(language, one.reliability),
    )
    goal = [_goal(voice, one, GOAL)] if one.reliability < GOAL else []
    return (f"{real} {_will_do(voice, one.reliability)}", *goal)


def _will_do(voice: Voice, share: float) -> str:
    """What such a comparison is good for, by the goals of reliability."""
    say = voice.language.say
    look, compare, decide = GOALS
    if share >= decide:
        return say("That will do even for decisions that weigh heavily.")
    if share >= compare:
        return say("That will do to compare branches.")
    return say("That will do to look, not to compare.") if share >= look else say("That is too little to go by.")


def _goal(voice: Voice, one: Plan, goal: float) -> str:
    language, needed = voice.language, one.audits_for[goal]
    share = language.percent(goal)
    if needed is not None and needed <= one.audits:
        return language.say(
            "A typical branch had {audits}, but by only {came}; shared among all shoppers, as many would reach {share}.",
            audits=_audits(voice, one.audits),
            came=_shoppers(voice, _came(voice)),
            share=share,
        )
    if needed is not None:
        return language.count(
            "{n} audit of each branch, shared among all shoppers, would make it {share}.",
            "{n} audits of each branch, shared among all shoppers, would make it {share}.",
            needed,
            share=share,
        )
    if one.ceiling >= goal:
        return language.say("{share} would take more than {n} audits of each branch.", share=share, n=MOST_AUDITS)
    wanted = one.shoppers_for[goal]
    beyond = language.count(
        "{share} is out of reach with {n} shopper, as long as some branches share no shopper with the others.",
        "{share} is out of reach with {n} shoppers, as long as some branches share no shopper with the others.",
        int(one.shoppers),
        share=share,
    )
    if wanted is None:
        return beyond
    return f"{beyond} " + language.count(
        "Without sharing it takes {n} shopper.", "Without sharing it takes {n} shoppers.", wanted
    )


def _noticed(voice: Voice, one: Plan) -> str:
    return _how_surely(voice, [one.noticing[len(one.noticing) // 2]], one.audits)


def _number(voice: Voice, needed: int | None) -> str:
    return voice.language.say("out of reach") if needed is None else voice.language.whole(needed)


def _reaching(voice: Voice, one: Plan, goal: float) -> str:
    """Audits for a goal; nothing where it is not known yet whether branches differ."""
    return _number(voice, one.audits_for[goal]) if one.ceiling else wording.NOTHING


def _worth_table(voice: Voice, sections: tuple[Plan, ...]) -> Table | None:
    if not sections:
        return None
    language, say = voice.language, voice.language.say
    goals = [say("Audits for {share}", share=language.percent(goal)) for goal in GOALS]
    several = len({one.audits for one in sections}) > 1  # else they are told above, and a phone has room for the rest
    heads = (*([say("Audits")] if several else []), say("Trust"), say("Typical error of a score"), *goals)
    rows = [
        (
            voice.title(one.section),
            *([wording.short_number(language, one.audits)] if several else []),
            wording.probability(language, one.reliability) if one.ceiling else language.percent(0),
            language.number(one.error),
            *(_reaching(voice, one, goal) for goal in GOALS),
        )
        for one in sections
    ]
    return _table(say("How far the branches' scores can be compared"), say("Section"), heads, rows)


def _noticed_table(voice: Voice, sections: tuple[Plan, ...]) -> Table | None:
    """A line for each section and shortfall: narrow enough for a phone."""
    if not sections or not sections[0].noticing:
        return None
    language, say = voice.language, voice.language.say
    heads = (
        say("Points below the norm"),
        say("Noticed"),
        say("Audits for 4 in 5"),
    )
    rows = [
        (
            voice.title(one.section),
            wording.short_number(language, n.shortfall),
            wording.probability(language, n.power),
            _number(voice, n.audits),
        )
        for one in sections
        for n in one.noticing
    ]
    return _table(
        say("How surely a shortfall is noticed, and with how many audits, shared among all shoppers, 4 in 5 would be"),
        say("Section"),
        heads,
        rows,
    )


def _table(caption: str, first: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    columns = (Column(first, "text"), *(Column(head, "number") for head in heads))
    return Table(caption, columns, tuple(tuple(Entry(text) for text in row) for row in rows))


def _needy_table(voice: Voice, needy: tuple[Need, ...]) -> Table | None:
    """The branches of which something is open, and what; of the others more audits would tell nothing new."""
    language, say = voice.language, voice.language.say
    told = [(one, why) for one in needy if (why := _why(voice, one))]
    if not told:
        return None
    columns = (Column(say("Branch"), "name"), Column(say("Audits"), "number"), Column(say("Why"), "text"))
    rows = tuple(
        (Entry(voice.name(one.branch)), Entry(language.whole(one.audits)), Entry(why)) for one, why in told[:TABLE_ROWS]
    )
    return Table(say("Where the next audits help most"), columns, rows)


def _why(voice: Voice, need: Need) -> str:
    """What could not be judged, or in which sections it is open whether the branch falls short; else nothing."""
    language = voice.language
    if need.unjudged:
        everywhere = len(need.unjudged) == len(voice.figures.sections)
        named = language.join([voice.title(code) for code in need.unjudged])
        return language.say(
            "not enough audits in {sections}", sections=language.say("all sections") if everywhere else named
        )
    cells = [cell for cell in voice.figures.cells if cell.branch == need.branch and cell.p_short is not None]
    doubtful = [cell for cell in cells if cell.p_short is not None and OPEN <= cell.p_short <= 1.0 - OPEN]
    flagged = [voice.title(cell.section) for cell in doubtful if cell.state is State.FALLS_SHORT]
    others = [_how_likely(voice, cell) for cell in doubtful if cell.state is not State.FALLS_SHORT]
    said = (
        language.say("flagged: {sections}", sections=language.join(flagged)) if flagged else "",
        language.say("not sure: {sections}", sections=language.join(others)) if others else "",
    )
    return "; ".join(filter(None, said))


def _how_likely(voice: Voice, cell: Cell) -> str:
    return voice.language.say(
        "{section} ({share} likely more than {margin} points below)",
        section=voice.title(cell.section),
        share=wording.probability(voice.language, cell.p_short or 0.0),
        margin=wording.short_number(voice.language, voice.figures.rules.margin),
    )


def notes(voice: Voice, found: Outlook) -> tuple[str, ...]:
    """By which rules all this is reckoned; what does not appear is not explained."""
    say = voice.language.say
    said = []
    if found.sections and found.untold:
        named = voice.language.join([voice.title(code) for code in found.untold])
        said.append(say("In {sections} branches cannot be told from single visits yet.", sections=named))
    if found.sections:
        said += [
            say(
                "{look} will do to look, {compare} to compare branches, {decide} for decisions that weigh heavily; none of them for a decision about one person.",
                **{
                    name: voice.language.percent(goal)
                    for name, goal in zip(("look", "compare", "decide"), GOALS, strict=True)
                },
            ),
            *([_out_of_reach(voice)] if _some_out_of_reach(found) else []),
            say(
                "How surely a shortfall is noticed is reckoned for one section alone. The report looks at all sections together and notices rare deep falls sooner."
            ),
        ]
    if found.needy:
        said.append(
            say(
                "First come branches that could not be judged, then those of which it is least sure whether they fall short, all their sections taken together."
            )
        )
    return tuple(said)


def _some_out_of_reach(found: Outlook) -> bool:
    return any(
        None in (*(one.audits_for[goal] for goal in GOALS), *(n.audits for n in one.noticing)) for one in found.sections
    )


def _out_of_reach(voice: Voice) -> str:
    return voice.language.say(
        "“Out of reach” means: no number of audits, up to {n} of each branch, brings it about with the shoppers there are.",
        n=MOST_AUDITS,
    )
