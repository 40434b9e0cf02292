"""The sign-in mail: a link and a code for whoever asked, if they are known here; nobody is told whether they are."""

import logging
from dataclasses import dataclass, field
from email.utils import make_msgid

from jinja2 import Environment

from branches import knocking, people, sessions
from branches.database import transaction
from branches.knocking import Visitor
from branches.language import Language, codes, language
from branches.people import User
from branches.sessions import LINK_MINUTES, WayIn
from monitor.web.gate import Site
from reports import envelope
from reports.envelope import Letter, NotDelivered

MOST_MAILS = 5
"""Sign-in mails to one address within an hour; invitations, and what a browser of that person asks for, count apart."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """Who wants to be let in, and the secret that their browser keeps."""

    visitor: Visitor
    browser: str = field(repr=False)


def send(site: Site, templates: Environment, asked: Asked) -> None:
    """Mails a way in to whoever has that address; a mail that is not taken is not tried again: it would be too late."""
    at = site.clock()
    with transaction(site.engine) as session:
        often = not knocking.may_try(session, "mail", asked.visitor, most=MOST_MAILS, at=at)
        user = people.known(session, asked.visitor.address)
        if often or user is None:
            return
        given = sessions.make_way_in(session, user, asked.browser, at=at)
    _mail(site, templates, user, given)


def invite(site: Site, templates: Environment, email: str) -> None:
    """Mails a link to somebody who has not asked for it; without a code, which is worth something only where one asked."""
    at = site.clock()
    with transaction(site.engine) as session:
        often = not knocking.knock(session, f"invitation {email}", most=MOST_MAILS, at=at)
        user = people.known(session, email)
        if often or user is None:
            return
        given = WayIn(sessions.make_link(session, user, at=at), "")
    _mail(site, templates, user, given)


def _mail(site: Site, templates: Environment, user: User, given: WayIn) -> None:
    at, email = site.clock(), user.email or ""
    if site.mail is None:
        log.warning("A way in was asked for, but this program has no way to send mail.")
        return
    try:
        to = envelope.address(email, user.name)
        name = make_msgid(domain=envelope.address(site.sender.address).domain)
        written = letter(site, templates, user, given)
        site.mail.send(envelope.enclose(written, site.sender, to, message_id=name, at=at))
    except NotDelivered as error:
        log.warning("A sign-in mail was not taken: %s", envelope.without_addresses(error.why))


def letter(site: Site, templates: Environment, user: User, given: WayIn) -> Letter:
    """In the person's own language; nothing secret in the subject, which mail servers write down."""
    tongue = language(user.language if user.language in codes() else site.language)
    values = {
        "say": tongue.say,
        "language": tongue,
        "hello": hello(tongue, user),
        "chain": site.name,
        "address": f"{site.address}/sign-in",
        "link": f"{site.address}/sign-in/{given.token}",
        "code": " ".join(given.code[at : at + 3] for at in range(0, len(given.code), 3)),
        "minutes": LINK_MINUTES,
    }
    subject = tongue.say("Your way in to {chain}", chain=site.name) if site.name else tongue.say("Your way in")
    text = templates.get_template("login/mail.txt").render(values)
    return Letter(subject, text, templates.get_template("login/mail.html").render(values))


def hello(tongue: Language, user: User) -> str:
    return tongue.say("Hello {name},", name=user.name) if user.name else tongue.say("Hello,")
