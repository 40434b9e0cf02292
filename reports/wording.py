"""The sentences of the report: "8.2 below the norm", "likely 6 to 18"; plain words, one fact each."""

import unicodedata
from datetime import date
from math import copysign, floor

from branches.language import Language
from reports.figures import (
    LEAST_MEDIAN,
    LEAST_REPEATS,
    Cell,
    Design,
    Interval,
    Rules,
    StandingFlag,
    State,
)

SURE = 0.9
"""Probability from which "A differs more than B" may be said."""
NOTHING = "\u2013"
"""Stands in a table where nothing can be said."""
UNSURE = 0.25
"""Probability of a shortfall from which a branch that is as the norm is said to be unsure."""
ALMOST_CERTAIN = 0.95
"""Probability of a shortfall from which it is called almost certain; that of other flags is called probable."""
_SHOWN_AS_NOTHING = 0.05
_ALL = 100
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


def state_word(language: Language, state: State) -> str:
    """What a state is called in headings and tables."""
    return {
        State.FALLS_SHORT: language.say("Falls short"),
        State.WATCH: language.say("Watch"),
        State.AS_NORM: language.say("As the norm"),
        State.ABOVE: language.say("Above"),
        State.NOT_ENOUGH: language.say("Not enough audits"),
    }[state]


def unsure(cell: Cell) -> bool:
    """Whether a cell is as the norm for want of proof alone: it may well fall short."""
    return cell.state is State.AS_NORM and cell.p_short is not None and cell.p_short >= UNSURE


def cell_word(language: Language, cell: Cell) -> str:
    """What is said of one branch and section: its state, or that it is not sure."""
    return language.say("Not sure") if unsure(cell) else state_word(language, cell.state)


def isolated(name: str) -> str:
    """A name as it may stand in a sentence: one written from right to left must not turn its neighbours round."""
    turns = any(unicodedata.bidirectional(letter) in {"R", "AL", "AN"} for letter in name)
    return f"{_FIRST_STRONG_ISOLATE}{name}{_POP_ISOLATE}" if turns else name


def difference(language: Language, points: float) -> str:
    """A difference from the norm as one says it."""
    if abs(points) < _SHOWN_AS_NOTHING:
        return language.say("at the norm")
    if points < 0:
        return language.say("{points} below the norm", points=-points)
    return language.say("{points} above the norm", points=points)


def likely(language: Language, low: float, high: float) -> str:
    """The 90 % interval of a difference from the norm, in whole points, each end with its side."""
    ends = {"low": _whole(language, low), "high": _whole(language, high)}
    if _half_up(high) <= 0:
        return language.say("likely between {high} and {low} below", **ends)
    if _half_up(low) >= 0:
        return language.say("likely between {low} and {high} above", **ends)
    return language.say("likely between {low} below and {high} above", **ends)


def likely_size(language: Language, low: float, high: float) -> str:
    """The 90 % interval of a rise or a fall that leaves nought out; which of both it is, is said beside it."""
    near, far = sorted((abs(low), abs(high)))
    return language.say("likely {low} to {high}", low=_whole(language, near), high=_whole(language, far))


def audits(language: Language, n: int) -> str:
    """So many audits: "9 audits"."""
    return language.count("{n} audit", "{n} audits", n)


def counted(language: Language, cell: Cell) -> str:
    """What a cell rests on: "9 audits by 5 shoppers"."""
    if cell.audits <= 1:
        return audits(language, cell.audits)
    people = language.count("{n} shopper", "{n} shoppers", cell.shoppers)
    return language.say("{audits} by {shoppers}", audits=audits(language, cell.audits), shoppers=people)


def branches(language: Language, n: int) -> str:
    """So many branches: "3 branches"."""
    return language.count("{n} branch", "{n} branches", n)


def verdict(language: Language, cell: Cell) -> str:
    """How far, how sure, on what: "12.4 below the norm (likely 6 to 18) · 9 audits by 5 shoppers"."""
    if cell.estimate is None or cell.low is None or cell.high is None:
        return counted(language, cell)
    how_far = f"{difference(language, cell.estimate)} ({likely(language, cell.low, cell.high)})"
    return f"{how_far} · {counted(language, cell)}"


def detail(language: Language, cell: Cell, margin: float) -> str:
    """What was counted, beside what is concluded."""
    said = [facts(language, cell)]
    if cell.one_visit:
        said.append(language.say("It rests on one audit alone; the others do not bear it out."))
    elif cell.p_short is not None and cell.state in {State.FALLS_SHORT, State.WATCH}:
        said.append(_how_sure(language, cell.p_short, margin, flag=cell.state is State.FALLS_SHORT))
    if cell.rank_low is not None and cell.state is not State.AS_NORM:
        said.append(language.say("Likely rank: {rank} (1 is the best).", rank=rank(language, cell)))
    if cell.shoppers == 1 and cell.audits > 1:
        said.append(language.say("All its audits are by one shopper, so the range is wide."))
    return " ".join(filter(None, said))


def _how_sure(language: Language, p_short: float, margin: float, *, flag: bool) -> str:
    values = {"margin": short_number(language, margin), "share": probability(language, p_short)}
    if not flag:
        return language.say("We are {share} sure that it is more than {margin} points below.", **values)
    return language.say(
        "We are {share} sure that it is more than {margin} points below: {chance} that it is a false alarm.",
        chance=false_alarm(language, p_short),
        **values,
    )


def false_alarm(language: Language, p_short: float) -> str:
    """How probably one flag is a false alarm, 1 \u2212 P(short): "about 1 chance in 4" or "about 3 chances in 100"."""
    n = _ALL - round(_ALL * p_short)
    if p_short > 0.99 or n == 0:  # noqa: PLR2004 - as `probability`
        return language.say("less than 1 chance in 100")
    if _ALL % n == 0:
        return language.say("about 1 chance in {n}", n=_ALL // n)
    return language.say("about {n} chances in 100", n=n)


def rank(language: Language, cell: Cell) -> str:
    """The interval of a cell's rank, 1 the best: "52 to 59 of 60"; a dash where it has none."""
    if cell.rank_low is None or cell.rank_high is None or cell.ranked is None:
        return NOTHING
    if cell.rank_low == cell.rank_high:
        return language.say("{low} of {n}", low=cell.rank_low, n=cell.ranked)
    return language.say("{low} to {high} of {n}", low=cell.rank_low, high=cell.rank_high, n=cell.ranked)


def facts(language: Language, cell: Cell) -> str:
    """What was counted; empty where nothing was."""
    if cell.score is None or cell.norm is None:
        return ""
    return language.say("Score {score}, norm {norm}.", score=cell.score, norm=cell.norm)


def flag_means(language: Language, rules: Rules) -> str:
    """What a flag says, what it does not, and over which time: the same wherever flags are listed."""
    return language.say(
        "A flag means: probably more than {margin} points below the norm. It may be a false alarm: it is a reason to look, not a verdict, and says nothing about any one person. It rests on all the audits counted, so nothing special need have happened in the week it was raised.",
        margin=short_number(language, rules.margin),
    )


def since(language: Language, raised: date, before: date | None) -> str:
    """Since when a flag stands, and when the same was flagged before."""
    if before is None:
        return language.say(
            "Flagged since the report of the {week}; it may have been low before.", week=language.week(raised)
        )
    return language.say(
        "Flagged again since the {week}; it was flagged before, last in the {before}.",
        week=language.week(raised),
        before=language.week(before),
    )


def flagged(language: Language, state: State, week: date, flag: StandingFlag) -> str:
    """How long a flag has stood, and that somebody has seen it or set it aside."""
    told = [_stood(language, state, week, flag)]
    if flag.seen_on is not None:
        told.append(language.say("Seen on {day}.", day=flag.seen_on))
    if flag.dismissed_until is not None:
        told.append(dismissed(language, flag.dismissed_until, flag.dismissed_reason))
    return " ".join(told)


def dismissed(language: Language, until: date, reason: str) -> str:
    """Until when a flag is set aside, and why."""
    return language.say("Dismissed until {day}: {reason}", day=until, reason=isolated(reason))


def _stood(language: Language, state: State, week: date, flag: StandingFlag) -> str:
    """One that is no longer sure stands for two editions more."""
    if state is not State.FALLS_SHORT:
        return language.say("Flagged before; the flag is cleared after two editions without it.")
    if week <= flag.since and flag.before is None:
        return language.say("New flag this week.")
    reports = (week - flag.since).days // 7 + 1
    through = language.count(
        "It has stood through {n} report; each rests on nearly the same audits as the one before, so that is not {n} proof.",
        "It has stood through {n} reports; each rests on nearly the same audits as the one before, so these are not {n} proofs.",
        reports,
    )
    return " ".join((since(language, flag.since, flag.before), *([through] if reports > 1 else [])))


def probability(language: Language, p: float) -> str:
    """A probability in whole percent that is never rounded to certainty."""
    if p > 0.99:  # noqa: PLR2004
        return language.say("over {share}", share=language.percent(0.99))
    if p < 0.01:  # noqa: PLR2004
        return language.say("under {share}", share=language.percent(0.01))
    return language.percent(p)


def signed(language: Language, points: float | None, digits: int = 1) -> str:
    """A difference in a table; what could not be judged is a dash."""
    if points is None:
        return NOTHING
    text = language.number(points, digits)
    return f"+{text}" if points > 0 and text.strip("0.,") else text


def spread_of(language: Language, spread: Interval) -> str:
    """A spread in points with its 90 % interval."""
    return language.say(
        "{spread} points (likely {low} to {high})", spread=spread.value, low=spread.low, high=spread.high
    )


def not_enough(language: Language, design: Design) -> tuple[str, ...]:
    """Why branches cannot be told apart at all in this window, what is wanting, and how many audits would change it."""
    if design.audits_wanted is None:
        return (language.say("There is only one branch to judge."),)
    why = []
    if design.median_audits < LEAST_MEDIAN:
        why.append(
            language.say(
                "Branches cannot be told from single visits yet. That takes {least} audits for a typical branch; here it is {median}.",
                least=LEAST_MEDIAN,
                median=short_number(language, design.median_audits),
            )
        )
    if design.repeats < LEAST_REPEATS:
        why.append(_repeats(language, design.repeats, also=bool(why)))
    if not why:
        why.append(language.say("Only one branch was audited: there is nobody to compare it with."))
    return (*why, further(language, design.audits_wanted))


def _repeats(language: Language, repeats: int, *, also: bool) -> str:
    if also:
        return language.say(
            "It also takes {least} repeat audits of branches already audited; here there are {repeats}.",
            least=LEAST_REPEATS,
            repeats=repeats,
        )
    return language.say(
        "Branches cannot be told from single visits yet. That takes {least} repeat audits of branches already audited; here there are {repeats}.",
        least=LEAST_REPEATS,
        repeats=repeats,
    )


def section_wants(language: Language, section: str, wanted: int) -> str:
    """Why nothing can be said in one section, where others have enough audits."""
    return language.count(
        "In {section} branches cannot be told from single visits yet. {n} more audit with a score there would do.",
        "In {section} branches cannot be told from single visits yet. {n} more audits with a score there would do.",
        wanted,
        section=section,
    )


def too_few(language: Language, n: int, least: int, wanted: int) -> tuple[str, ...]:
    """How many branches have too few audits, where the others have enough."""
    what = language.count(
        "{n} branch could not be judged in every section: that takes {least} audits in the window.",
        "{n} branches could not be judged in every section: that takes {least} audits in the window.",
        n,
        least=least,
    )
    if not wanted:
        return (what,)
    return what, language.count("{n} more audit would do.", "{n} more audits would do.", wanted)


def news(language: Language, n: int, late: int, critical: int, *, asked: bool = True) -> str:
    """What is new this week, in one breath; `asked`: whether any item is critical, so that none may be said to have failed."""
    if not n:
        return language.say("No new audit this week.")
    sentences = [language.count("{n} audit is new this week.", "{n} audits are new this week.", n)]
    if late:
        sentences.append(language.count("{n} arrived late.", "{n} arrived late.", late))
    if critical:
        sentences.append(language.count("{n} failed a critical item.", "{n} failed a critical item.", critical))
    elif asked:
        sentences.append(language.say("No critical item failed."))
    return " ".join(sentences)


def further(language: Language, wanted: int) -> str:
    """How many audits would make branches tellable."""
    return language.count(
        "{n} more audit of a branch already audited would be enough.",
        "{n} more audits, spread over the branches already audited, would be enough.",
        wanted,
    )


def cautions(language: Language, design: Design) -> tuple[str, ...]:
    """What the audits themselves leave open."""
    sentences = []
    if design.unknown_shopper_audits:
        sentences.append(
            language.count(
                "{n} audit has no known shopper; its shopper's leniency cannot be allowed for.",
                "{n} audits have no known shopper; their shoppers' leniency cannot be allowed for.",
                design.unknown_shopper_audits,
            )
        )
    if design.groups > 1:
        sentences.append(
            language.count(
                "The audits fall into {n} groups of branches that share no shopper. Between the groups, a lenient shopper cannot be told from a good branch.",
                "The audits fall into {n} groups of branches that share no shopper. Between the groups, lenient shoppers cannot be told from good branches.",
                design.groups,
            )
        )
    if design.cross_region_share is not None:
        sentences.append(_across(language, design.cross_region_share, connected=design.groups == 1))
    return tuple(sentences)


def _across(language: Language, share: float, *, connected: bool) -> str:
    """What audits outside the shopper's usual region say of regions: they keep them comparable only if all hangs together."""
    if share < 0.05:  # noqa: PLR2004
        return language.say(
            "Only {share} of the audits were made outside the shopper's usual region, so a region that scores high may have lenient shoppers.",
            share=language.percent(share),
        )
    if not connected:
        return language.say(
            "{share} of the audits were made outside the shopper's usual region.", share=language.percent(share)
        )
    return language.say(
        "{share} of the audits were made outside the shopper's usual region, which keeps the regions comparable.",
        share=language.percent(share),
    )


def _whole(language: Language, points: float) -> str:
    return language.number(abs(points), 0)


def _half_up(points: float) -> float:
    return copysign(floor(abs(points) + 0.5), points)


def short_number(language: Language, x: float) -> str:
    """Whole numbers without a decimal, others with one."""
    return language.number(x, 0 if float(x).is_integer() else 1)
