"""Where an audit stands for its shopper, in words: what head office has of it, and what has been asked for since."""

from branches import amendments, photos, sending
from branches.audits import Audit
from branches.language import message
from branches.states import AuditState
from branches.weeks import local_date
from monitor.web import gate
from monitor.web.capture.room import moment_words, time_words

SENT_BEFORE = message(
    "The audit of {branch} has been sent before. On this phone something is different; it has not been sent."
)
_STANDS = {
    AuditState.ASSIGNED: message("You are asked to audit this branch."),
    AuditState.STARTED: message("You have begun this audit; it has not been sent yet."),
    AuditState.RETURNED: message("Head office asks you to correct this audit."),
    AuditState.SUBMITTED: message("This audit has been sent and is being looked at."),
    AuditState.EXPIRED: message("The time for this audit is over. If you made the visit, write to head office."),
    AuditState.WITHDRAWN: message("This audit has been withdrawn; nothing is to be done."),
    AuditState.EXCLUDED: message("This audit is not counted."),
}


def headline(audit: Audit) -> str:
    """Where this audit stands, in a sentence; what the branch scored is not among it."""
    return gate.tongue().say(_STANDS.get(AuditState(audit.state), message("This audit is done. Thank you.")))


def late_words(audit: Audit) -> str:
    """What a phone is told that has something for an audit that takes nothing more."""
    if audit.submitted_at is None:
        return headline(audit)
    return gate.tongue().say(SENT_BEFORE, branch=audit.branch.name)


def receipt_words(audit: Audit) -> str:
    """What head office has of it: "24 answers, 3 of 3 photos, kept at 18:04"; on later days with the day."""
    found = sending.receipt(gate.session(), audit)
    if found is None:
        return ""
    tongue, zone = gate.tongue(), audit.branch.timezone
    what = tongue.count("{n} answer", "{n} answers", found.answers)
    if found.photos:
        here = found.photos - len(photos.missing(gate.session(), gate.site().photos, [audit.id]))
        pictures = tongue.count("{here} of {n} photo", "{here} of {n} photos", found.photos, here=here)
        what = f"{what}, {pictures}"
    if local_date(found.sent_at, zone) == local_date(gate.site().clock(), zone):
        return tongue.say("{what}, kept at {time}.", what=what, time=time_words(found.sent_at, zone))
    return tongue.say("{what}, kept on {moment}.", what=what, moment=moment_words(found.sent_at, zone))


def amended_words(audit: Audit) -> str:
    """That the shopper has asked for a correction of what was sent."""
    event = amendments.asked(gate.session(), audit)
    if event is None:
        return ""
    when = moment_words(event.at, audit.branch.timezone)
    return gate.tongue().say("You asked on {moment} to have it corrected; head office has your answers.", moment=when)
