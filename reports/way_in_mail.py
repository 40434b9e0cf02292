"""A mail to somebody whose way in has changed: what was done, and what to do if it was not them."""

from branches.language import Language, language, message
from branches.outbox import Mail
from branches.people import User
from reports import mail_layout
from reports.addressed import Enclosed, Links
from reports.envelope import Letter
from reports.mail_layout import Block, Lead, Way

DONE = {
    "turn_on_second_step": message("From now on your sign-in asks for a code from your phone as well."),
    "turn_off_second_step": message("Your sign-in asks for no code from your phone any more."),
    "take_second_step": message(
        "Head office has taken the second step off your sign-in and signed all your devices out."
    ),
    "renew_recovery_codes": message("New recovery codes were made; those from before open nothing any more."),
    "use_recovery_code": message("One of your recovery codes was used."),
}
"""What history calls it, in words for its person."""


def told(mail: Mail, reader: User, links: Links) -> Enclosed:
    """Written whatever has become of it since: that it was done is the news."""
    tongue = language(reader.language)
    say, verb = tongue.say, mail.about["verb"]
    subject = say("Your sign-in has changed")
    blocks: list[Block] = [
        Lead(subject, say(DONE[verb]), tuple(filter(None, (_left(mail, tongue),)))),
        Way(say("Open my sign-in"), f"{links.address}/account"),
    ]
    foot = (say("If this was not you, tell head office at once."),)
    shown = mail_layout.html(blocks, foot, tongue, subject=subject, glance="")
    return Enclosed(Letter(subject, mail_layout.text(blocks, foot), shown))


def _left(mail: Mail, tongue: Language) -> str:
    left = mail.about.get("left")
    return tongue.count("{n} of them is left.", "{n} of them are left.", left) if left is not None else ""
