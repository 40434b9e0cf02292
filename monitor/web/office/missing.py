"""What was accepted and is missing since: what the hourly look found last, and what to do about it."""

from branches import runs
from monitor.web import gate
from monitor.web.office.review import Line
from monitor.web.office.room import moment_words


def found() -> tuple[str, list[Line]]:
    """When the last look was, and what it found, each kind with what to do; nothing where all was there."""
    run = runs.found_last(gate.session(), runs.RECONCILIATION)
    if run is None:
        return "", []
    lines = [Line(counted(what, n), "", "", _to_do(what)) for what, n in sorted(run.did.items())]
    return moment_words(run.ended), lines


def counted(what: str, n: int) -> str:
    """How much of one kind is missing."""
    count = gate.tongue().count
    match what:
        case "files":
            return count("{n} photo is not in the data folder", "{n} photos are not in the data folder", n)
        case "photos":
            return count(
                "{n} audit has fewer photos than came with it", "{n} audits have fewer photos than came with them", n
            )
        case "mails":
            return count("{n} report lacks a mail to a reader", "{n} reports lack a mail to a reader", n)
        case "weeks":
            return count("{n} week has ended without a report", "{n} weeks have ended without a report", n)
        case _:
            return count("{n} audit has answers without a score", "{n} audits have answers without a score", n)


def _to_do(what: str) -> str:
    say = gate.tongue().say
    match what:
        case "files":
            return say("Copy the folder of photos back from a backup. What is there already stays as it is.")
        case "mails":
            return say("The report itself is there. Send its readers its address.")
        case "weeks":
            return say(
                "A missing report is made by itself as soon as that can be. What hinders it stands under what failed."
            )
        case _:
            return say("The database has lost something. Compare it with a backup before anything else is changed.")
