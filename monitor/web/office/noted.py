"""What was noted at the branch and when the form was begun: for the review desk alone, by the phone's own clock."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from branches import drafts, stamps
from branches.audits import Audit
from branches.language import message
from monitor.web import gate
from monitor.web.office.room import after_words, moment_words

WORDS = {
    "arrived": message("came in {time}"),
    "greeted": message("greeted {time}"),
    "offered": message("offered something {time}"),
    "served": message("served {time}"),
    "paid": message("paid {time}"),
}


def facts(audit: Audit) -> list[tuple[str, str]]:
    """The moments that were tapped, and how long after the visit the first answer was given."""
    filled, say, zone = drafts.read(gate.session(), audit), gate.tongue().say, audit.branch.timezone
    at = {stamp: moment for stamp, text in filled.stamps.items() if (moment := stamps.moment(text)) is not None}
    found = []
    if at:
        clock = {stamp: one.astimezone(ZoneInfo(zone)).strftime("%H:%M:%S") for stamp, one in at.items()}
        said = [say(WORDS[stamp], time=time) for stamp, time in clock.items()]
        found.append((say("Noted at the branch"), " · ".join(said)))
    begun, visited = stamps.moment(filled.typed(stamps.BEGUN).mark), at.get("arrived", audit.visited_at)
    if begun is not None:
        words = moment_words(begun, zone)
        if visited is not None and begun - visited >= timedelta(0):
            words = say("{moment}, {after}", moment=words, after=after_words(begun - visited))
        found.append((say("First answer"), words))
    return found
