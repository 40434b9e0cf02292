"""The plan in words: what the audits are worth, what more would bring, and where the next ones tell most."""

from dataclasses import dataclass
from textwrap import fill

from reports import wording
from reports.figures import Rules
from reports.outlook import Need, Outlook
from reports.plain import WIDTH
from reports.planning import GOALS, MOST_AUDITS, OFTEN, Noticing, Plan
from reports.report import Column, Entry, Table
from reports.tables import TABLE_ROWS
from reports.voice import Voice

GOAL = 0.8
"""The reliability that is spoken of: enough to compare branches."""


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
        notes=_notes(voice, found),
    )


def _basis(voice: Voice, found: Outlook) -> str:
    language = voice.language
    said = language.say(
        "From {first} to {last} a typical branch had {audits}; {shoppers} are known.",
        first=found.first,
        last=found.last,
        audits=_audits(voice, found.audits),
        shoppers=language.count("{n} shopper", "{n} shoppers", found.design.shoppers),
    )
    if found.supposed is None:
        return said
    return language.say(
        "Supposed here: {audits} of each branch in that time, each by another shopper as far as they go.",
        audits=_audits(voice, found.supposed),
    )


def _audits(voice: Voice, n: float) -> str:
    if float(n).is_integer():
        return wording.audits(voice.language, int(n))
    return voice.language.say("{n} audits", n=voice.language.number(n))


def _headline(voice: Voice, found: Outlook, rules: Rules) -> tuple[str, ...]:
    """The middle one of the shortfalls: how surely it is noticed, and what would make it sure."""
    if not found.sections:
        return _untold(voice, found)
    middle = [one.noticing[len(one.noticing) // 2] for one in found.sections]
    sentences = [_how_surely(voice, middle)]
    if any(one.power < OFTEN for one in middle):
        sentences.append(_what_it_takes(voice, found.sections, middle, rules))
    return tuple(sentences)


def _how_surely(voice: Voice, middle: list[Noticing]) -> str:
    language = voice.language
    points = wording.short_number(language, middle[0].shortfall)
    low, high = (
        wording.probability(language, edge) for edge in (min(n.power for n in middle), max(n.power for n in middle))
    )
    if low == high:
        return language.say(
            "A branch {points} points below the norm is flagged with a probability of {share}.",
            points=points,
            share=low,
        )
    return language.say(
        "A branch {points} points below the norm is flagged with a probability of {low} to {high}, depending on the section.",
        points=points,
        low=low,
        high=high,
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
        said.append(
            language.say(
                "In {sections} that is out of reach with the shoppers there are, however often they go.",
                sections=language.join(beyond),
            )
        )
    return " ".join(said)


def _untold(voice: Voice, found: Outlook) -> tuple[str, ...]:
    """Nothing can be planned yet: why, and what would change it."""
    if not found.design.audits:
        return (voice.language.say("There is no audit in this time."),)
    if not found.design.enough:
        return wording.not_enough(voice.language, found.design)
    return (voice.language.say("In no section can branches be told from single visits yet."),)


def _worth(voice: Voice, one: Plan) -> tuple[str, ...]:
    """How much is real now, and what it takes to reach the goal."""
    language = voice.language
    if not one.ceiling:
        return (
            language.say("Branches do not measurably differ here; no number of audits would tell them apart."),
            *([_noticed(voice, one)] if one.noticing else []),
        )
    real = language.say(
        "{share} of the differences between the branches' scores are real; the rest is chance.",
        share=wording.probability(language, one.reliability),
    )
    return (real, *([_goal(voice, one, GOAL)] if one.reliability < GOAL else []))


def _goal(voice: Voice, one: Plan, goal: float) -> str:
    language, needed = voice.language, one.audits_for[goal]
    share = language.percent(goal)
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
        "{share} is out of reach with {n} shopper, however often they go.",
        "{share} is out of reach with {n} shoppers, however often they go.",
        int(one.shoppers),
        share=share,
    )
    if wanted is None:
        return beyond
    return f"{beyond} " + language.count("It takes {n} shopper.", "It takes {n} shoppers.", wanted)


def _noticed(voice: Voice, one: Plan) -> str:
    return _how_surely(voice, [one.noticing[len(one.noticing) // 2]])


def _number(voice: Voice, needed: int | None) -> str:
    return voice.language.say("out of reach") if needed is None else voice.language.whole(needed)


def _worth_table(voice: Voice, sections: tuple[Plan, ...]) -> Table | None:
    if not sections:
        return None
    language, say = voice.language, voice.language.say
    goals = [say("Audits for {share}", share=language.percent(goal)) for goal in GOALS]
    heads = (say("Audits"), say("Share that is real"), say("Error of a branch's score"), *goals)
    rows = [
        (
            voice.title(one.section),
            wording.short_number(language, one.audits),
            wording.probability(language, one.reliability) if one.ceiling else language.percent(0),
            language.number(one.error),
            *(_number(voice, one.audits_for[goal]) for goal in GOALS),
        )
        for one in sections
    ]
    return _table(say("What the audits of a typical branch are worth"), say("Section"), heads, rows)


def _noticed_table(voice: Voice, sections: tuple[Plan, ...]) -> Table | None:
    if not sections or not sections[0].noticing:
        return None
    language, say = voice.language, voice.language.say
    heads = []
    for one in sections[0].noticing:
        points = wording.short_number(language, one.shortfall)
        heads += [say("{points} points below: flagged", points=points), say("Audits for four in five")]
    rows = [
        (
            voice.title(one.section),
            *(
                text
                for n in one.noticing
                for text in (wording.probability(language, n.power), _number(voice, n.audits))
            ),
        )
        for one in sections
    ]
    return _table(say("How surely a shortfall is flagged"), say("Section"), tuple(heads), rows)


def _table(caption: str, first: str, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> Table:
    columns = (Column(first, "text"), *(Column(head, "number") for head in heads))
    return Table(caption, columns, tuple(tuple(Entry(text) for text in row) for row in rows))


def _needy_table(voice: Voice, needy: tuple[Need, ...]) -> Table | None:
    language, say = voice.language, voice.language.say
    if not needy:
        return None
    columns = (Column(say("Branch"), "name"), Column(say("Audits"), "number"), Column(say("Why"), "text"))
    rows = tuple(
        (Entry(voice.name(one.branch)), Entry(language.whole(one.audits)), Entry(_why(voice, one)))
        for one in needy[:TABLE_ROWS]
    )
    return Table(say("Where the next audits tell most"), columns, rows)


def _why(voice: Voice, need: Need) -> str:
    language = voice.language
    if need.unjudged:
        everywhere = len(need.unjudged) == len(voice.figures.sections)
        named = language.join([voice.title(code) for code in need.unjudged])
        return language.say(
            "not enough audits in {sections}", sections=language.say("all sections") if everywhere else named
        )
    if need.section is None or need.p_short is None:
        return wording.NOTHING
    return language.say(
        "{section}: falls short with a probability of {share}",
        section=voice.title(need.section),
        share=wording.probability(language, need.p_short),
    )


def _notes(voice: Voice, found: Outlook) -> tuple[str, ...]:
    say = voice.language.say
    notes = []
    if found.sections and found.untold:
        named = voice.language.join([voice.title(code) for code in found.untold])
        notes.append(say("In {sections} branches cannot be told from single visits yet.", sections=named))
    if found.sections:
        notes += [
            say(
                "{look} will do to look, {compare} to compare branches, {decide} for decisions that weigh heavily.",
                **{
                    name: voice.language.percent(goal)
                    for name, goal in zip(("look", "compare", "decide"), GOALS, strict=True)
                },
            ),
            say(
                "“Out of reach” means: no number of audits, up to {n} of each branch, brings it about with the shoppers there are.",
                n=MOST_AUDITS,
            ),
            say(
                "The probability of a flag is reckoned for one section alone. The report looks at all sections together and notices rare deep falls sooner."
            ),
        ]
    if found.needy:
        notes.append(
            say("First come branches that could not be judged, then those whose probability is nearest to even odds.")
        )
    return tuple(notes)


def plain(report: PlanReport) -> str:
    """The plan as text for a terminal: words first, tables after."""
    blocks = [report.title, "\n".join(fill(line, WIDTH) for line in report.headline), fill(report.basis, WIDTH)]
    blocks.append("\n".join(fill(f"{one.title}: {' '.join(one.words)}", WIDTH) for one in report.sections))
    blocks += [aligned(table) for table in (report.worth, report.noticed, report.needy) if table]
    blocks.append("\n".join(fill(note, WIDTH, initial_indent="  ", subsequent_indent="  ") for note in report.notes))
    return "\n\n".join(block for block in blocks if block.strip())


def aligned(table: Table) -> str:
    """A table as lines of a terminal: names at the left, figures at the right."""
    heads = [column.title for column in table.columns]
    rows = [[entry.text for entry in row] for row in table.rows]
    widths = [max(len(line[place]) for line in [heads, *rows]) for place in range(len(heads))]
    numbers = [column.kind == "number" for column in table.columns]

    def line(texts: list[str]) -> str:
        parts = zip(texts, widths, numbers, strict=True)
        return "  ".join(text.rjust(room) if number else text.ljust(room) for text, room, number in parts).rstrip()

    return "\n".join([table.caption, *(f"  {line(texts)}" for texts in [heads, *rows])])
