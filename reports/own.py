"""Own: what a branch's staff read of their branch, a sentence a section; what goes well as prominent as what does not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import floor

from branches.language import Language
from reports import answers, change_words, groups, pictures, wording
from reports.figures import Cell, Figures, ItemCount, State
from reports.grounds import estimated
from reports.news import news
from reports.one_more import OneMore
from reports.own_items import Known, OwnItem, own_items
from reports.report import News, Picture, Strip
from reports.voice import Voice


@dataclass(frozen=True)
class OwnSection:
    """One section of the branch: a sentence, the facts behind it, and its strip where there is an estimate."""

    name: str
    """Of its drawing; unique in the report."""
    title: str
    state: State
    words: str
    facts: str
    strip: Strip | None
    section: str = ""
    """Its code."""


@dataclass(frozen=True)
class OwnPromise:
    """A corrective action that is still open."""

    plan: str
    about: str
    """The item or the section that it answers; may be empty."""
    due: str
    """"Due 15 March 2026"."""
    late: str
    """That its day is over, or else that the branch has not accepted it yet; empty where there is nothing to say."""


@dataclass(frozen=True)
class OwnReport:
    """What the staff of one branch get to know of one week."""

    branch: str
    week: str
    headline: tuple[str, ...]
    """What stands out, good or bad."""
    besides: tuple[str, ...]
    """What may be said of the other sections."""
    basis: str
    well: tuple[OwnSection, ...]
    work: tuple[OwnSection, ...]
    alike: tuple[OwnSection, ...]
    unjudged: tuple[OwnSection, ...]
    flag_means: str
    """What a flag says and what it does not."""
    news: News
    trend: Picture | None = None
    kept: tuple[OwnItem, ...] = ()
    """In order at every audit, the most often seen first."""
    failed: tuple[OwnItem, ...] = ()
    """Not in order at one audit or more; first those that cost the most points."""
    unsure: tuple[OwnSection, ...] = ()
    """As the norm for want of proof alone."""
    changes: tuple[Picture, ...] = ()
    """The sections in which the branch has fallen or risen."""
    beside: tuple[str, ...] = ()
    """What the whole chain did meanwhile, and what is to be expected next time without any change."""

    promised: tuple[OwnPromise, ...] = ()
    """What the branch is to do, the next due first; told by whoever knows it."""
    estimated: str = ""
    """Why score and norm do not subtract to what is said; empty where they do."""
    reading: str = ""
    """How a strip is read, and what its shaded part is."""

    @property
    def sections(self) -> tuple[OwnSection, ...]:
        """All of them, what goes well before what does not."""
        return (*self.well, *self.work, *self.unsure, *self.alike, *self.unjudged)

    @property
    def costly(self) -> tuple[tuple[str, tuple[OwnItem, ...]], ...]:
        """The items that cost points, by the title of their section, what is to be worked on first."""
        pressing = (*self.work, *self.unsure, *self.alike, *self.unjudged, *self.well)
        found = ((one.title, tuple(item for item in self.failed if item.section == one.section)) for one in pressing)
        return tuple((title, items) for title, items in found if items)


def own_report(
    figures: Figures,
    language: Language,
    titles: Mapping[str, str],
    items: Mapping[str, str] | None = None,
    *,
    counts: Iterable[ItemCount] = (),
    advice: Mapping[str, str] | None = None,
    more: Iterable[OneMore] = (),
) -> OwnReport:
    """How does one branch stand against the norm, in the words of those who work there?

    Args:
        figures: narrowed to the branch; points of 0…100.
        language: the reader's.
        titles: section code → title in that language.
        items: code of an item → its wording.
        counts: how often each item was in order at this branch.
        advice: code of an item → what to do about it.
        more: what one more audit in order on an item would have made of its section.
    """
    voice = Voice(figures, language, titles)
    far = groups.reach(figures.cells)
    sections = tuple(_section(voice, cell, far, place) for place, cell in enumerate(figures.cells, start=1))
    open_ones = {cell.section for cell in figures.cells if wording.unsure(cell)}
    alike = _of(sections, State.AS_NORM)
    fallen = [change_words.sentence(voice, change) for change in change_words.fallen(figures)]
    telling, quiet = (*_telling(voice), *fallen), _quiet(voice)
    chance = (change_words.by_chance(voice),) if fallen else ()
    known = Known(items or {}, advice or {}, {(one.code, one.section): one for one in more})
    kept, failed = own_items(voice, counts, known)
    came_in = news(voice, items or {})
    return OwnReport(
        branch=figures.scope_name or figures.scope,
        week=language.week(figures.week),
        headline=(*_look_today(voice, came_in), *(telling or quiet[:1])),
        besides=(*filter(None, (*chance, came_in.meant)), *(quiet if telling else quiet[1:])),
        basis=_basis(voice),
        well=_of(sections, State.ABOVE),
        work=_of(sections, State.FALLS_SHORT, State.WATCH),
        alike=tuple(one for one in alike if one.section not in open_ones),
        unsure=tuple(one for one in alike if one.section in open_ones),
        unjudged=_of(sections, State.NOT_ENOUGH),
        flag_means=wording.flag_means(language, figures.rules),
        news=came_in,
        trend=pictures.trend(voice, answers.branch_better(voice)),
        kept=kept,
        failed=failed,
        changes=_changes(voice),
        beside=_beside(voice),
        estimated=estimated(voice, figures.cells, named=False),
        reading=groups.reading(voice),
    )


def _look_today(voice: Voice, came_in: News) -> tuple[str, ...]:
    """Which critical items failed at new audits: they come before everything else."""
    items = dict.fromkeys(item for one in came_in.critical for item in one.critical)
    return (voice.language.say("Look today: {items}.", items=" · ".join(items)),) if items else ()


def _changes(voice: Voice) -> tuple[Picture, ...]:
    found = [change_words.picture(voice, one, f"change-{n}") for n, one in enumerate(voice.figures.changes, start=1)]
    return tuple(one for one in found if one)


def _beside(voice: Voice) -> tuple[str, ...]:
    chain = [change_words.chain_moved(voice, move) for move in change_words.told(voice.figures.chain_moves)]
    judged = [cell for cell in voice.figures.cells if cell.state in {State.FALLS_SHORT, State.WATCH}]
    return tuple(filter(None, [*chain, *(change_words.regression(voice, cell) for cell in judged)]))


def _of(sections: tuple[OwnSection, ...], *states: State) -> tuple[OwnSection, ...]:
    return tuple(section for state in states for section in sections if section.state is state)


def _titles(voice: Voice, state: State) -> list[str]:
    return [voice.title(cell.section) for cell in voice.figures.cells if cell.state is state]


def _telling(voice: Voice) -> tuple[str, ...]:
    """What goes well and what falls short, in one breath."""
    language, well = voice.language, _titles(voice, State.ABOVE)
    sentences = []
    if well:
        sentences.append(
            language.count(
                "{sections} is above the norm.",
                "{sections} are above the norm.",
                len(well),
                sections=language.join(well),
            )
        )
    return (*sentences, *_short(voice))


def _short(voice: Voice) -> list[str]:
    """What falls short: the almost certain apart from the probable."""
    cells = [cell for cell in voice.figures.cells if cell.state is State.FALLS_SHORT]
    sure = [voice.title(cell.section) for cell in cells if (cell.p_short or 0.0) >= wording.ALMOST_CERTAIN]
    probable = [title for cell in cells if (title := voice.title(cell.section)) not in sure]
    margin = voice.figures.rules.margin
    found = ((sure, True), (probable, False))
    return [short_words(voice.language, some, margin, certain=certain) for some, certain in found if some]


def short_words(language: Language, sections: list[str], margin: float, *, certain: bool) -> str:
    """That sections are below the norm by more than the margin: almost certainly, or probably.

    Args:
        language: the reader's.
        sections: their titles.
        margin: points.
        certain: whether it is as sure as `wording.ALMOST_CERTAIN`.
    """
    values = {"sections": language.join(sections), "margin": wording.short_number(language, margin)}
    if certain:
        return language.count(
            "{sections} is almost certainly more than {margin} points below the norm.",
            "{sections} are almost certainly more than {margin} points below the norm.",
            len(sections),
            **values,
        )
    return language.count(
        "{sections} is probably more than {margin} points below the norm.",
        "{sections} are probably more than {margin} points below the norm.",
        len(sections),
        **values,
    )


def _quiet(voice: Voice) -> tuple[str, ...]:
    """What else may be said; never nothing."""
    language, everything = voice.language, len(voice.figures.cells)
    watch, few = (_titles(voice, state) for state in (State.WATCH, State.NOT_ENOUGH))
    unsure = [voice.title(cell.section) for cell in voice.figures.cells if wording.unsure(cell)]
    alike = [title for title in _titles(voice, State.AS_NORM) if title not in unsure]
    if len(few) == everything:
        return (language.say("There are not enough audits yet to say how we are doing."),)
    if len(alike) == everything and change_words.fallen(voice.figures):
        return (language.say("All audits taken together, everything is as the norm."),)
    if len(alike) == everything:
        return (language.say("Everything is as the norm."),)
    sentences = []
    if watch:
        sentences.append(
            language.count(
                "{sections} is probably below the norm, but not surely enough for a flag.",
                "{sections} are probably below the norm, but not surely enough for a flag.",
                len(watch),
                sections=language.join(watch),
            )
        )
    if unsure:
        sentences.append(
            language.count(
                "{sections} may be below the norm; it is not sure.",
                "{sections} may be below the norm; it is not sure.",
                len(unsure),
                sections=language.join(unsure),
            )
        )
    if alike:
        sentences.append(
            language.count(
                "{sections} is as the norm.",
                "{sections} are as the norm.",
                len(alike),
                sections=language.join(alike),
            )
        )
    if few:
        sentences.append(language.say("Not enough audits yet to judge: {sections}.", sections=language.join(few)))
    return tuple(sentences)


def _basis(voice: Voice) -> str:
    figures = voice.figures
    return voice.language.count(
        "Rests on {n} audit of our branch, {first} to {last}.",
        "Rests on {n} audits of our branch, {first} to {last}.",
        max((cell.audits for cell in figures.cells), default=0),
        first=figures.window_from,
        last=figures.window_to,
    )


def _section(voice: Voice, cell: Cell, far: float, place: int) -> OwnSection:
    return OwnSection(
        name=f"strip-{place}",
        title=voice.title(cell.section),
        state=cell.state,
        words=_words(voice, cell, voice.figures.rules.margin),
        facts=wording.facts(voice.language, cell),
        strip=groups.strip(cell, voice.figures.rules.margin, far),
        section=cell.section,
    )


def _words(voice: Voice, cell: Cell, margin: float) -> str:
    language = voice.language
    if cell.estimate is None or cell.low is None or cell.high is None or cell.state is State.NOT_ENOUGH:
        return language.say("Not enough audits yet to say.")
    if cell.state is State.WATCH or wording.unsure(cell):
        fell = any(one.section == cell.section for one in change_words.fallen(voice.figures))
        return _not_sure(language, cell, margin, fell=fell)
    if cell.state is State.AS_NORM:
        return _about_the_norm(language, cell.low, cell.high)
    points, likely = floor(abs(cell.estimate) + 0.5), wording.likely(language, cell.low, cell.high)
    if cell.state is State.ABOVE:
        return language.count(
            "About {n} point above the norm ({likely}).",
            "About {n} points above the norm ({likely}).",
            points,
            likely=likely,
        )
    return language.count(
        "About {n} point below the norm ({likely}).",
        "About {n} points below the norm ({likely}).",
        points,
        likely=likely,
    )


def _not_sure(language: Language, cell: Cell, margin: float, *, fell: bool) -> str:
    """How probably it falls short, and that nothing follows from it yet."""
    if cell.one_visit:
        return language.say("It looks below the norm, but that rests on one audit alone.")
    values = {
        "margin": wording.short_number(language, margin),
        "share": wording.probability(language, cell.p_short or 0.0),
    }
    if cell.state is State.WATCH:
        return language.say(
            "Probably more than {margin} points below the norm ({share} sure), but not surely enough for a flag.",
            **values,
        )
    if fell:
        return language.say(
            "Not sure: perhaps more than {margin} points below the norm ({share} sure). No action on the level yet; do ask about the fall.",
            **values,
        )
    return language.say(
        "Not sure: perhaps more than {margin} points below the norm ({share} sure). No action yet; more audits will tell.",
        **values,
    )


def _about_the_norm(language: Language, low: float, high: float) -> str:
    """The strip beside it may lie to one side; the sentence must not deny that."""
    if low > 0:
        return language.say("As the norm, perhaps a little above it.")
    if high < 0:
        return language.say("As the norm, perhaps a little below it.")
    return language.say("As the norm: no clear difference.")
