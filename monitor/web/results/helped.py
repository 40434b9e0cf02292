"""Whether an action has helped, and what to expect without it; where that is not told, why not."""

from branches.actions import CorrectiveAction
from branches.weeks import local_date
from monitor.web import follow, gate
from monitor.web.standing import Standing
from reports import acted, doing
from reports.acted import Effect


def effect(found: CorrectiveAction, stands: Standing | None) -> str:
    """As it was judged, else as far as the last report can tell, else why that cannot; empty of one that is open."""
    if found.completed_at is None:
        return ""
    known = acted.load(found.effect) or _so_far(found, stands)
    if known is None:
        return _why_not(found, stands)
    told = doing.effect(gate.tongue(), known)
    return f"{told} {doing.of_the_section(gate.tongue())}" if found.flag_id is None else told


def _so_far(found: CorrectiveAction, stands: Standing | None) -> Effect | None:
    return _in_report(found, stands).get(found.public_id)


def _in_report(found: CorrectiveAction, stands: Standing | None) -> dict[str, Effect | None]:
    """What the last report knew of this completion; nothing where it was made before that."""
    if stands is None or found.completed_at is None:
        return {}
    day = local_date(found.completed_at, found.branch.timezone)
    return {one.public_id: one.effect for one in stands.figures.actions or () if one.completed_on == day}


def _why_not(found: CorrectiveAction, stands: Standing | None) -> str:
    say = gate.tongue().say
    if found.public_id not in _in_report(found, stands):
        if _is_older(found, stands):
            return say("The last report does not tell whether it helped.")
        return say("The next report says whether it can be told already.")
    return say("Whether it helped cannot be told: the audits of this section are too few to judge by.")


def _is_older(found: CorrectiveAction, stands: Standing | None) -> bool:
    """Whether it was completed before the last report was due: nothing is promised of the next that this one could not tell."""
    return stands is not None and found.completed_at is not None and found.completed_at < stands.edition.due_at


def expected(found: CorrectiveAction, stands: Standing | None) -> str:
    """What to expect next time without it; empty of one that is completed, and where it makes no difference."""
    code = follow.section_of(found)
    return stands.expected(code) if stands is not None and code and found.completed_at is None else ""


def now(found: CorrectiveAction, stands: Standing | None) -> str:
    """How the last report has the section that it is about."""
    here = stands.section(follow.section_of(found)) if stands is not None else None
    return f"{here[0].title}: {here[0].words}" if here is not None else ""
