"""Mail in trouble: what mail servers did not take, what they said, and trying it again."""

from flask import render_template, url_for

from branches import outbox
from branches.access import Right
from branches.language import message
from branches.outbox import Mail, MailKind
from monitor.web import gate
from monitor.web.office import told
from monitor.web.office.review import Line
from monitor.web.office.room import Answer, blueprint, called, done, moment_words, now

MOST = 200
KINDS = {
    MailKind.EDITION.value: message("a report"),
    MailKind.ASSIGNED.value: message("an assignment"),
    MailKind.RETURNED.value: message("a returned audit"),
    MailKind.MOVED.value: message("an audit's new days"),
    MailKind.WITHDRAWN.value: message("a withdrawn audit"),
    MailKind.CLOSING.value: message("a reminder"),
    MailKind.DUE_TOMORROW.value: message("a reminder"),
    MailKind.OVERDUE.value: message("a reminder"),
    MailKind.ALERTS.value: message("alerts between reports"),
    MailKind.CASE.value: message("a reference case"),
    MailKind.SIGN_IN.value: message("a change of their sign-in"),
}


@blueprint.get("/mail")
@gate.needs(Right.KEEP_PEOPLE)
def mail() -> str:
    tongue, n = gate.tongue(), outbox.counts(gate.session()).troubled
    return render_template(
        "office/mail.html",
        headline=tongue.count("{n} mail was not taken yet.", "{n} mails were not taken yet.", n)
        if n
        else tongue.say("No mail is in trouble."),
        lines=[_line(one) for one in outbox.troubled(gate.session(), most=MOST)],
        more=max(n - MOST, 0),
        retried=told.latest("mail", "retry"),
    )


def _line(mail: Mail) -> Line:
    say = gate.tongue().say
    about = say("{what}, tried {n} times, next on {moment}", what=_what(mail), n=mail.tries, moment=_next(mail))
    href = url_for("office.person", public_id=mail.user.public_id)
    return Line(called(mail.user), href, about, mail.trouble)


def _what(mail: Mail) -> str:
    return gate.tongue().say(KINDS.get(mail.kind, mail.kind))


def _next(mail: Mail) -> str:
    return moment_words(mail.next_at)


@blueprint.post("/mail")
@gate.needs(Right.KEEP_PEOPLE)
def retry() -> Answer:
    tongue, n = gate.tongue(), outbox.retry(gate.session(), by=gate.person(), at=now())
    return done(tongue.count("{n} mail is tried again.", "{n} mails are tried again.", n), "office.mail")
