"""What has happened between reports, in words: a line for each thing, and the mail that brings them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from branches.alerts import What
from branches.language import Language
from reports import mail_layout
from reports.envelope import Letter
from reports.mail_layout import Block, Lead, Lines, Way
from reports.purpose import purpose

MOST_LINES = 12
"""Of each kind; the pages have the others."""


@dataclass(frozen=True)
class Alert:
    """One thing that happened, in its reader's words."""

    what: What
    branch: str
    region: str
    week: date
    items: tuple[str, ...] = ()
    """The critical items that failed."""
    section: str = ""


@dataclass(frozen=True)
class Setting:
    """What the mail says beside what happened."""

    scope: str
    """The regions it is about, or the whole chain."""
    link: str
    why: tuple[str, ...]
    """Why this reader gets it."""
    mails: str
    """Where the reader ends such mails."""


def alerts_mail(alerts: Sequence[Alert], tongue: Language, setting: Setting) -> Letter:
    """What has happened since the reader was last told, in one mail.

    Args:
        alerts: what happened, in the order in which it is shown.
        tongue: the reader's language.
        setting: links and reasons.
    """
    sentences = gist(alerts, tongue)
    several = len({alert.region for alert in alerts}) > 1
    blocks: list[Block] = [Lead(setting.scope, sentences[0], (" ".join(sentences[1:]),))]
    for what in What:
        blocks += _of_kind([alert for alert in alerts if alert.what is what], tongue, several=several)
    blocks.append(Way(tongue.say("Open the reports"), setting.link))
    foot: mail_layout.Foot = (
        purpose(tongue),
        *setting.why,
        tongue.say("You asked to be told between reports; such a mail comes once a day at most."),
        Way(tongue.say("Which mails you get"), setting.mails),
    )
    subject = subject_line(alerts, tongue, setting.scope)
    shown = mail_layout.html(blocks, foot, tongue, subject=subject, glance=" ".join(sentences[1:]))
    return Letter(subject, mail_layout.text(blocks, foot), shown)


def subject_line(alerts: Sequence[Alert], tongue: Language, scope: str) -> str:
    """Where something happened, and what."""
    told = "; ".join(sentence.rstrip(".।") for sentence in gist(alerts, tongue))
    return tongue.say("{scope}: {sentence}", scope=scope, sentence=told)


def gist(alerts: Sequence[Alert], tongue: Language) -> list[str]:
    """How much of what happened, a sentence each."""
    found = []
    for what in What:
        some = [alert for alert in alerts if alert.what is what]
        found += [_counted(what, some, tongue)] if some else []
    return found


def _counted(what: What, some: Sequence[Alert], tongue: Language) -> str:
    n, count = len(some), tongue.count
    match what:
        case What.CRITICAL if n == 1:
            return tongue.say("A critical item failed at {branch}.", branch=some[0].branch)
        case What.CRITICAL:
            return count("A critical item failed at {n} audit.", "A critical item failed at {n} audits.", n)
        case What.RAISED:
            return count("{n} flag was raised.", "{n} flags were raised.", n)
        case What.CLEARED:
            return count("{n} flag was cleared.", "{n} flags were cleared.", n)
        case What.WITHDRAWN:
            return count("{n} flag was withdrawn.", "{n} flags were withdrawn.", n)


def _of_kind(some: Sequence[Alert], tongue: Language, *, several: bool) -> list[Block]:
    if not some:
        return []
    lines = [_short(alert, tongue, several=several) for alert in some[:MOST_LINES]]
    rest = len(some) - len(lines)
    more = [tongue.count("And {n} more.", "And {n} more.", rest)] if rest > 0 else []
    what = some[0].what
    meant = _meant(what, tongue)
    listed = Lines((*lines, *more), _heading(what, tongue), listed=True)
    return [listed, Lines((meant,), quiet=True)] if meant else [listed]


def _heading(what: What, tongue: Language) -> str:
    match what:
        case What.CRITICAL:
            return tongue.say("Critical items that failed")
        case What.RAISED:
            return tongue.say("Flags raised")
        case What.CLEARED:
            return tongue.say("Flags cleared")
        case What.WITHDRAWN:
            return tongue.say("Flags withdrawn after a correction")


def _short(alert: Alert, tongue: Language, *, several: bool) -> str:
    """Under a heading that says what happened."""
    region = alert.region if several else ""
    parts = (alert.branch, region, alert.section, tongue.week(alert.week), *alert.items)
    return " · ".join(filter(None, parts))


def line(alert: Alert, tongue: Language) -> str:
    """One thing that happened, as a line that stands alone."""
    say, values = tongue.say, {"branch": alert.branch, "region": alert.region, "week": tongue.week(alert.week)}
    match alert.what:
        case What.CRITICAL:
            items = "; ".join(alert.items)
            return say("A critical item failed: {branch}, {region}, {week}: {items}", items=items, **values)
        case What.RAISED:
            return say("Flag raised: {branch}, {region}, {week}: {section}", section=alert.section, **values)
        case What.CLEARED:
            return say("Flag cleared: {branch}, {region}, {week}: {section}", section=alert.section, **values)
        case What.WITHDRAWN:
            return say(
                "Flag withdrawn after a correction: {branch}, {region}, {week}: {section}",
                section=alert.section,
                **values,
            )


def _meant(what: What, tongue: Language) -> str:
    """What one may make of it, and what not."""
    if what is What.CRITICAL:
        return tongue.say(
            "A critical item must never fail. Each of these failed at one new audit: a reason to look today, no proof of anything about a person."
        )
    if what is What.RAISED:
        return tongue.say(
            "A flag says that a branch falls short of the norm in a section by more than chance: a reason to look, not a verdict."
        )
    return ""
