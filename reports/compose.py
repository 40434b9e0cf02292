"""Report: which sentences, tables and charts one reader gets."""

from collections.abc import Mapping

from branches.language import Language
from reports import answers, costing, doing, groups, items_words, judging, pictures, tables, wording
from reports.figures import Cell, Figures, State
from reports.first import first
from reports.grounds import estimated
from reports.headline import headline
from reports.improved import improved
from reports.news import news
from reports.panels import panels
from reports.praise import expected
from reports.report import Report
from reports.voice import Voice


def compose(
    figures: Figures, language: Language, titles: Mapping[str, str], items: Mapping[str, str] | None = None
) -> Report:
    """What does this edition say to a reader of this language?

    Args:
        figures: one scope and week, as stored.
        language: the reader's.
        titles: section code → title in that language; a section without one is called by its code.
        items: code of an item → its wording; an item without one is called by its code.
    """
    voice = Voice(figures, language, titles)
    by_state = groups.by_state(figures.cells)
    lacking = groups.lacking_of(voice)
    drawn = pictures.funnels(voice)
    about = items_words.about(voice, items or {})
    new = news(voice, items or {})
    return Report(
        language=language.code,
        scope=scope_name(figures, language),
        title=f"{wording.isolated(scope_name(figures, language))} · {_time(figures, language)}",
        week=_time(figures, language),
        headline=headline(voice),
        basis=_basis(voice),
        certainty=_certainty(voice, by_state[State.FALLS_SHORT]),
        short=costing.told(voice, items or {}, groups.group(voice, State.FALLS_SHORT, by_state[State.FALLS_SHORT])),
        watch=groups.group(voice, State.WATCH, by_state[State.WATCH]),
        above=groups.group(voice, State.ABOVE, by_state[State.ABOVE]),
        norm=groups.as_norm(voice),
        unsure=groups.unsure(voice),
        reading=groups.reading(voice),
        unjudged=groups.unjudged(voice, lacking),
        reasons=groups.reasons(voice, lacking),
        funnels=tuple(funnel for funnel, tells in drawn if tells),
        quiet_funnels=tuple(funnel for funnel, tells in drawn if not tells),
        heat=pictures.heat(voice),
        trend=pictures.trend(voice, answers.better(voice)),
        split=pictures.split(voice),
        leaders=answers.sources(voice),
        sections=tables.sections(voice),
        news=new,
        acts=doing.acts(voice),
        improved=improved(voice),
        panels=panels(voice),
        first=first(voice, items or {}, new),
        notes=_notes(voice),
        items=items_words.picture(voice, items or {}),
        about=about,
        failing=items_words.lines(voice, items or {}),
        about_note=items_words.note(voice) if about else "",
        estimated=estimated(voice, (*by_state[State.FALLS_SHORT], *by_state[State.ABOVE]), named=True),
    )


def scope_name(figures: Figures, language: Language) -> str:
    """What the report is of: its region's name, or the whole chain."""
    return figures.scope_name or language.say("The whole chain")


def _time(figures: Figures, language: Language) -> str:
    """Of which week, or of which days."""
    if figures.by_days:
        return language.say("{first} to {last}", first=figures.window_from, last=figures.window_to)
    return language.week(figures.week)


def _basis(voice: Voice) -> str:
    figures, language = voice.figures, voice.language
    if not figures.design.audits:
        days = {"first": figures.window_from, "last": figures.window_to}
        return language.say("No audit was counted from {first} to {last}.", **days)
    chain = wording.audits(language, figures.design.audits)
    own = [max(cell.audits for cell in cells.values()) for cells in voice.by_branch().values()]
    if figures.scope_name is None:
        whole = language.say(
            "Rests on {audits} of {branches}, {first} to {last}.",
            audits=chain,
            branches=wording.branches(language, figures.design.audited_branches),
            first=figures.window_from,
            last=figures.window_to,
        )
        return " ".join(filter(None, (whole, _unaudited(language, own.count(0)))))
    here = language.say(
        "Rests on {audits} of {branches}, {first} to {last}, held against {chain} of the whole chain.",
        audits=wording.audits(language, sum(own)),
        branches=wording.branches(language, sum(n > 0 for n in own)),
        first=figures.window_from,
        last=figures.window_to,
        chain=chain,
    )
    return " ".join(filter(None, (here, _unaudited(language, own.count(0)))))


def _unaudited(language: Language, n: int) -> str:
    """So many branches have no audit in the window; nothing where there is none."""
    return language.count("{n} branch has no audit yet.", "{n} branches have no audit yet.", n) if n else ""


def _certainty(voice: Voice, short: list[Cell]) -> str:
    """How many of these very flags are to be expected to be false, the sum of 1 - P(short), and how many are almost certain.

    The accepted share is promised for the flags of the whole chain, in the notes; these may be surer or less sure.
    """
    language, chances = voice.language, [cell.p_short for cell in short if cell.p_short is not None]
    margin = wording.short_number(language, voice.figures.rules.margin)
    if not chances:
        return ""
    if len(chances) == 1:
        return language.say(
            "Of this flag: {chance} that it is a false alarm, in truth not more than {margin} points below.",
            chance=wording.false_alarm(language, chances[0]),
            margin=margin,
        )
    return language.say(
        "Of the {n} flags here, {false} can be expected to be false alarms: the branch is in truth not more than {margin} points below. Almost certain ({sure} or more): {many} of them.",
        n=len(chances),
        false=expected(language, sum(1 - p for p in chances)),
        margin=margin,
        sure=language.percent(wording.ALMOST_CERTAIN),
        many=sum(p >= wording.ALMOST_CERTAIN for p in chances),
    )


def _notes(voice: Voice) -> tuple[str, ...]:
    figures, language = voice.figures, voice.language
    return (
        *judging.rules(language, figures.rules),
        *(wording.cautions(language, figures.design) if figures.design.audits else ()),
        language.say("The standard is version {version}.", version=figures.standard_version),
        *_excluded(voice),
    )


def _excluded(voice: Voice) -> tuple[str, ...]:
    """What was left out, and that why is head office's to know; nothing of editions that did not count it."""
    n = voice.figures.excluded
    if n is None:
        return ()
    if not n:
        return (voice.language.say("No audit of these days was excluded."),)
    return (
        voice.language.count(
            "{n} audit of these days was excluded by head office, which keeps the reason; it counts nowhere.",
            "{n} audits of these days were excluded by head office, which keeps the reasons; they count nowhere.",
            n,
        ),
    )
