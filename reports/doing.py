"""What is being done about it, in words: the promises beside a flag, all of them in one list, and whether they helped."""

from collections.abc import Iterable, Sequence

from branches.language import Language
from branches.states import ActionState
from reports import wording
from reports.acted import Effect, Outcome, PlannedAction
from reports.figures import StandingFlag
from reports.report import Act, Acts
from reports.voice import Voice

MOST = 12
"""Actions that are listed; the branches' own pages have all."""


def beside(voice: Voice, branch: str, section: str, flag: StandingFlag | None) -> tuple[str, ...]:
    """What is being done about one flag: a line each; that nothing is planned yet where it has stood before."""
    if voice.figures.actions is None or flag is None:
        return ()
    mine = [one for one in voice.figures.actions if one.branch == branch and one.section == section and one.for_flag]
    stood = flag.since < voice.figures.week or flag.before is not None
    if not mine and stood and flag.dismissed_until is None:
        return (voice.language.say("No action is planned yet."),)
    return tuple(
        " ".join(filter(None, (_promised(voice.language, one), effect(voice.language, one.effect)))) for one in mine
    )


def acts(voice: Voice) -> Acts | None:
    """The corrective actions of the scope's branches: what is late first, then what was judged; None where there are none."""
    found = voice.figures.actions
    if not found:
        return None
    ordered = sorted(found, key=_order)
    left = len(ordered) - MOST
    return Acts(
        voice.language.say("What is being done"),
        _counted(voice.language, found),
        tuple(_act(voice, one) for one in ordered[:MOST]),
        voice.language.count("And {n} more.", "And {n} more.", left) if left > 0 else "",
        _meant(voice, found),
    )


def _order(one: PlannedAction) -> tuple[int, object]:
    judged = one.effect is not None and one.effect.is_judged
    state = list(ActionState).index(ActionState(one.state))
    return (0 if one.overdue else 1 if judged else 2 + state), one.due_on


def _act(voice: Voice, one: PlannedAction) -> Act:
    return Act(
        name=voice.name(one.branch),
        branch=one.branch,
        about=voice.title(one.section) if one.section else "",
        public_id=one.public_id,
        plan=wording.isolated(one.plan),
        state=_stands(voice.language, one),
        tone="short" if one.overdue else "",
        effect=effect(voice.language, one.effect),
    )


def _counted(language: Language, found: Sequence[PlannedAction]) -> str:
    """How many stand where: "3 open, 1 of them overdue · 2 completed · 1 verified"."""
    late = sum(one.overdue for one in found)
    told = [_how_many(language, state, found) for state in ActionState]
    if late:
        told.append(language.count("{n} overdue", "{n} overdue", late))
    return " · ".join(filter(None, told))


def _how_many(language: Language, state: ActionState, found: Iterable[PlannedAction]) -> str:
    n = sum(one.state == state.value for one in found)
    if not n:
        return ""
    match state:
        case ActionState.OPEN:
            return language.count("{n} open", "{n} open", n)
        case ActionState.COMPLETED:
            return language.count("{n} completed, to be looked at", "{n} completed, to be looked at", n)
        case _:
            return language.count("{n} verified", "{n} verified", n)


def _stands(language: Language, one: PlannedAction) -> str:
    """How one stands, by its days."""
    if one.completed_on is None:
        return (
            language.say("was due on {day}", day=one.due_on)
            if one.overdue
            else language.say("due on {day}", day=one.due_on)
        )
    if one.state == ActionState.VERIFIED.value:
        return language.say("completed on {day}, verified", day=one.completed_on)
    return language.say("completed on {day}, not looked at yet", day=one.completed_on)


def _promised(language: Language, one: PlannedAction) -> str:
    told = {"plan": wording.isolated(one.plan.rstrip(" .")), "state": _stands(language, one)}
    if one.completed_on is not None:
        return language.say("Done: {plan} ({state}).", **told)
    return language.say("Planned: {plan} ({state}).", **told)


def effect(language: Language, found: Effect | None) -> str:
    """Whether an action has helped; empty where nothing was to be judged."""
    if found is None:
        return ""
    since = wording.audits(language, found.audits)
    if found.outcome is Outcome.UNTOLD:
        return language.say("Whether it helped cannot be told: that takes a larger shortfall, or more audits.")
    if found.change is None or found.low is None or found.high is None:
        return language.say(
            "Too early to tell whether it helped: {audits} since, {n} are needed.", audits=since, n=found.wanted or 0
        )
    values = {"audits": since, "points": abs(found.change)}
    size = wording.likely_size(language, found.low, found.high)
    match found.outcome:
        case Outcome.BETTER:
            return language.say(
                "Better since then: {points} points more than was to be expected without it ({likely}), over the first {audits}. That is more than luck.",
                likely=size,
                **values,
            )
        case Outcome.WORSE:
            return language.say(
                "Worse since then: {points} points less than was to be expected without it ({likely}), over the first {audits}. That is more than bad luck.",
                likely=size,
                **values,
            )
        case _:
            return language.say(
                "No improvement could be shown: {points} points against what was to be expected without it (likely between {low} and {high}), over the first {audits}.",
                audits=since,
                points=wording.signed(language, found.change),
                low=wording.signed(language, found.low, 0),
                high=wording.signed(language, found.high, 0),
            )


def _meant(voice: Voice, found: Iterable[PlannedAction]) -> str:
    """What a judgement of an action means; empty where none was made or awaited."""
    told = [one for one in found if one.effect is not None]
    if not told:
        return ""
    meant = voice.language.say(
        "An action is judged once, when enough audits have come since; what luck gives back by itself is not credited to it. Of 20 without any effect about one seems to have helped; and what got better may have other causes."
    )
    return meant if all(one.for_flag for one in told) else f"{meant} {of_the_section(voice.language)}"


def of_the_section(language: Language) -> str:
    """What is judged of an action that answers a finding."""
    return language.say(
        "Where an action answers one failed item, its whole section is judged: what changes in that item alone shows little in it."
    )
