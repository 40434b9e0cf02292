"""What ran unattended: what the jobs did and how long it took, what failed, whether anybody looks, and the mail."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from branches import outbox, runs, webhooks
from branches.language import message
from branches.runs import Run
from branches.webhooks import Post
from monitor.web import gate
from monitor.web.office import missing
from monitor.web.office.changes import Change
from monitor.web.office.kept import WORDS
from monitor.web.office.review import Line
from monitor.web.office.room import ago_words, moment_words, now

AWAKE = timedelta(minutes=5)
"""Jobs look every minute at the latest: a scheduler that has not looked for so long is not at work."""
LATELY = timedelta(days=7)
MOST = 40
JOBS = {
    "weekly report": message("Weekly reports"),
    "alerts": message("Alerts between reports"),
    "mail": message("Mail"),
    "reminders": message("Reminders of actions"),
    "webhooks": message("Webhooks"),
    "audits not sent in time": message("Audits not sent in time"),
    "unused photos": message("Photos of no audit"),
    runs.RECONCILIATION: message("Whether all that was accepted is there"),
    runs.FORGETTING: message("What was kept long enough"),
}


def asleep() -> str:
    """When the scheduler, which is not at work, looked last; empty while it is at work."""
    say, last = gate.tongue().say, max(runs.looks(gate.session()).values(), default=None)
    if last is not None and now() - last <= AWAKE:
        return ""
    if last is None:
        return say("It has never looked whether there is something to do.")
    return say("It last looked on {moment}.", moment=moment_words(last))


def failures() -> list[Line]:
    """What failed lately, in the program's own words."""
    return [_failure(run) for run in runs.failures(gate.session(), now() - LATELY, most=MOST)]


def done() -> list[Line]:
    """What was done lately, and how long it took."""
    return [_line(run) for run in runs.done(gate.session(), now() - LATELY, most=MOST)]


def _failure(run: Run) -> Line:
    about = moment_words(run.ended)
    if run.since is not None and run.since < run.began:
        about = gate.tongue().say(
            "{moment}, again and again since {since}", moment=about, since=moment_words(run.since)
        )
    return Line(_job(run.job), "", about, run.failed)


def _line(run: Run) -> Line:
    about = gate.tongue().say(
        "{moment}, took {span}", moment=moment_words(run.began), span=_span(run.ended - run.began)
    )
    return Line(_job(run.job), "", about, gate.tongue().join(_words(run)))


def _words(run: Run) -> list[str]:
    said = {runs.RECONCILIATION: missing.counted, runs.FORGETTING: _forgot}.get(run.job, _did)
    return [said(what, n) for what, n in sorted(run.did.items())]


def _forgot(what: str, n: int) -> str:
    return str(Change("", gate.tongue().whole(n), gate.tongue().say(WORDS[what])))


def _job(name: str) -> str:
    return gate.tongue().say(JOBS.get(name, name))


def _did(what: str, n: int) -> str:
    count = gate.tongue().count
    match what:
        case "editions":
            return count("{n} report issued", "{n} reports issued", n)
        case "revisions":
            return count("{n} report revised", "{n} reports revised", n)
        case "mails":
            return count("{n} mail sent", "{n} mails sent", n)
        case "alerts":
            return count("{n} mail of alerts written", "{n} mails of alerts written", n)
        case "posts":
            return count("{n} post sent", "{n} posts sent", n)
        case _:
            return _besides(what, n)


def _besides(what: str, n: int) -> str:
    """What was put in order, or written for chat systems."""
    count = gate.tongue().count
    match what:
        case "reminders":
            return count("{n} reminder written", "{n} reminders written", n)
        case "written":
            return count("{n} post of alerts written", "{n} posts of alerts written", n)
        case "audits":
            return count("{n} audit ended", "{n} audits ended", n)
        case "photos":
            return count("{n} photo deleted", "{n} photos deleted", n)
        case _:
            return f"{what} {gate.tongue().whole(n)}"


def _span(span: timedelta) -> str:
    """How long something took."""
    count, seconds = gate.tongue().count, max(round(span.total_seconds()), 1)
    if seconds < 120:  # noqa: PLR2004 - up to two minutes seconds say more
        return count("{n} second", "{n} seconds", seconds)
    return count("{n} minute", "{n} minutes", seconds // 60)


def looks() -> list[tuple[str, str]]:
    """When each job last looked."""
    found: dict[str, datetime] = runs.looks(gate.session())
    return [(_job(name), ago_words(found[name])) for name in JOBS if name in found]


@dataclass(frozen=True)
class Mails:
    """How the outbox stands, in numbers as they are read."""

    waiting: str
    troubled: str
    sent: str


def mails() -> Mails:
    whole, counts = gate.tongue().whole, outbox.counts(gate.session())
    sent = outbox.sent_since(gate.session(), now() - LATELY)
    return Mails(whole(counts.waiting), whole(counts.troubled) if counts.troubled else "", whole(sent))


def posts() -> list[Line]:
    """Posts to chat systems that were not taken: what came of it, by the name that the settings give the address."""
    return [_post(one) for one in webhooks.in_trouble(gate.session(), now() - LATELY, most=MOST)]


def _post(one: Post) -> Line:
    count, n = gate.tongue().count, one.tries
    if one.dropped_at is not None:
        given_up = moment_words(one.dropped_at)
        about = count(
            "tried {n} time, given up on {moment}", "tried {n} times, given up on {moment}", n, moment=given_up
        )
    else:
        following = moment_words(one.next_at)
        about = count("tried {n} time, next on {moment}", "tried {n} times, next on {moment}", n, moment=following)
    return Line(one.name, "", about, one.trouble)


def posts_sent() -> int:
    return webhooks.sent_since(gate.session(), now() - LATELY)
