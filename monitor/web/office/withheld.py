"""What of an audit the branch's staff are shown, and from when on, told to head office; and where few shoppers audit."""

from flask import url_for

from branches import clearing, held, notices
from branches.audits import Audit
from branches.held import Few
from branches.language import message
from branches.weeks import local_date
from monitor.web import gate
from monitor.web.office.review import Line
from monitor.web.office.room import now
from monitor.web.told import look

_FEW = {
    Few.AUDITS: message("They are not shown its comments and photos yet: the branch has too few audits."),
    Few.SHOPPERS: message("They are not shown its comments and photos yet: too few shoppers audit in the region."),
}


def sentences(audit: Audit) -> list[str]:
    """From when on staff see it, and whether its comments and photos; nothing where they never will."""
    if not clearing.is_open(audit) or not notices.is_informed(gate.session(), audit.branch):
        return []
    few = held.comments(gate.session(), audit.branch, look())
    said = (
        _FEW[few] if few is not None else message("They read its comments and see its photos, but for what is cleared.")
    )
    return [_since(audit), gate.tongue().say(said)]


def _since(audit: Audit) -> str:
    say, zone, privacy = gate.tongue().say, audit.branch.timezone, gate.site().privacy
    first = held.seen_from(gate.session(), audit, privacy)
    if first is not None and first <= local_date(now(), zone):
        return say("The branch's staff have seen it since {day}.", day=first)
    if first is not None:
        return say("The branch's staff see it from {day} on.", day=first)
    assert audit.visited_on is not None
    day = held.first_seen(audit.visited_on, now(), zone, privacy.staff_delay_days)
    return say("Released today, the branch's staff see it from {day} on.", day=day)


def regions() -> list[Line]:
    """Where staff are shown no comments and photos because few shoppers audit there."""
    found = held.thin_regions(gate.session(), look())
    return [Line(one.name, url_for("office.region", public_id=one.public_id), "", "") for one in found]
