"""What a revision changed and why, in a reader's words."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from branches.language import Language
from reports.figures import State
from reports.wording import isolated, state_word

TELLING = ("state", "score", "estimate", "audits")
"""The figures of a branch that are told with the reason, the first of them that changed."""
MOST_CHANGES = 20
"""Changed figures that are listed; the rest are counted."""


def revision_words(
    changes: Mapping[str, Any], language: Language, titles: Mapping[str, str], names: Mapping[str, str]
) -> tuple[str, ...]:
    """Why was this edition revised, and which printed figures changed?

    Args:
        changes: as `stored.dump_changes` writes it.
        language: the reader's.
        titles: section code → title in that language.
        names: code → name of the branches that are this reader's to see; of any other only that there was one.
    """
    found, reasons = list(changes["changes"]), []
    for reason in changes["reasons"]:
        told = _most_telling(found, reason.get("branch", "")) if reason.get("branch", "") in names else None
        if told is not None:
            found.remove(told)
        figure = [_change(told, language, titles, names)] if told is not None else []
        reasons.append(" ".join([_reason(reason, language, names), *figure]))
    lines = [_change(change, language, titles, names) for change in found[:MOST_CHANGES]]
    if len(found) > MOST_CHANGES:
        rest = len(found) - MOST_CHANGES
        lines.append(language.count("One more figure changed.", "{n} more figures changed.", rest))
    return (*reasons, *lines)


def _most_telling(found: Sequence[Mapping[str, Any]], branch: str) -> Mapping[str, Any] | None:
    """The figure of that branch that is told with the reason."""
    own = [change for change in found if change["branch"] == branch and change["figure"] in TELLING]
    return min(own, key=lambda change: TELLING.index(change["figure"]), default=None)


def _reason(reason: Mapping[str, str], language: Language, names: Mapping[str, str]) -> str:
    week, branch = language.week(date.fromisoformat(reason["week"])), reason.get("branch", "")
    if branch:
        return _reason_at(reason["why"], language, _place(branch, language, names), week)
    match reason["why"]:
        case "excluded":
            return language.say("Revised: an audit of the {week} no longer counts.", week=week)
        case "appeal upheld":
            return language.say("Revised: a branch's appeal against an audit of the {week} was upheld.", week=week)
        case _:
            return language.say("Revised: an audit of the {week} was corrected.", week=week)


def _place(branch: str, language: Language, names: Mapping[str, str]) -> str:
    return isolated(names[branch]) if branch in names else language.say("a branch of another region")


def _reason_at(why: str, language: Language, place: str, week: str) -> str:
    match why:
        case "excluded":
            return language.say("Revised: an audit of {place} ({week}) no longer counts.", place=place, week=week)
        case "appeal upheld":
            return language.say(
                "Revised: the appeal of {place} against an audit ({week}) was upheld.", place=place, week=week
            )
        case _:
            return language.say("Revised: an audit of {place} ({week}) was corrected.", place=place, week=week)


def _change(change: Mapping[str, Any], language: Language, titles: Mapping[str, str], names: Mapping[str, str]) -> str:
    if change["figure"] == "new":
        return language.say("The list of new audits has changed.")
    section = titles.get(change["section"], change["section"])
    place = names.get(change["branch"], change["branch"]) or language.say("The whole chain")
    if change["figure"] == "state":
        was, now = (state_word(language, State(change[key])) for key in ("was", "now"))
        return language.say(
            "{place}, {section}: was “{was}”, is “{now}”.", place=place, section=section, was=was, now=now
        )
    was, now = (_shown(change["figure"], change[key], language) for key in ("was", "now"))
    figure = _figure(change["figure"], language)
    return language.say(
        "{place}, {section}: {figure} was {was}, is {now}.",
        place=place,
        section=section,
        figure=figure,
        was=was,
        now=now,
    )


def _figure(figure: str, language: Language) -> str:
    words = {
        "audits": language.say("number of audits"),
        "score": language.say("score"),
        "norm": language.say("norm"),
        "variance": language.say("variance"),
        "estimate": language.say("estimate"),
    }
    return words.get(figure, figure)


def _shown(figure: str, value: float | None, language: Language) -> str:
    if value is None:
        return language.say("nothing")
    return language.whole(int(value)) if figure == "audits" else language.number(value)
