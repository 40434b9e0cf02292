"""Report → the mail that brings it: the page's own first sentence, the flags, one picture, what is new and due, one link."""

from dataclasses import dataclass
from datetime import date

from branches import clocks
from branches.actions import Promised
from branches.language import Language
from branches.telling import MOST_NAMED
from reports import mail_layout, wording
from reports.envelope import Image, Letter
from reports.mail_layout import Block, Chart, Lead, Lines, Links, Row, Rows, Way
from reports.purpose import purpose
from reports.report import Group, News, Picture, Report

MOST_PRAISED = 4
MOST_DOING = 1
"""Lines of what is being done about one flag."""
MOST_ITEMS = 2
MOST_NEWS = 8
MOST_EARLIER = 8
MOST_CHANGES = 8
MOST_DUE = 5


@dataclass(frozen=True)
class Earlier:
    """A first edition of the days when no mail could go out."""

    week: date
    link: str


@dataclass(frozen=True)
class Setting:
    """What an edition's mail says beside the report itself."""

    monday: date
    link: str
    why: str
    """Why this reader gets it."""
    edition: str
    """The words that name the edition."""
    flags: int
    """How many there are; the mail shows the first of them."""
    revised: tuple[str, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    due: tuple[Promised, ...] = ()
    promises: int = 0
    """How many are due; the mail shows the first of them."""
    with_paper: bool = False
    mails: str = ""
    """Where the reader chooses which mails come."""


def edition_mail(report: Report, tongue: Language, setting: Setting, picture: Image | None) -> Letter:
    """What does this edition say, in a mail that is read on a phone with pictures off?

    Args:
        report: one scope and week in the reader's words.
        tongue: the reader's language.
        setting: links, reasons and what else came up.
        picture: the chart of `main_picture`, drawn; None leaves it out.
    """
    blocks = list(_blocks(report, tongue, setting, picture))
    foot: mail_layout.Foot = (purpose(tongue), setting.why, *_choice(setting.mails, tongue), setting.edition)
    subject = _subject(report, tongue, setting)
    glance = " ".join((*report.headline[1:], report.basis))
    return Letter(
        subject,
        mail_layout.text(blocks, foot),
        mail_layout.html(blocks, foot, tongue, subject=subject, glance=glance),
        (picture,) if picture is not None else (),
    )


def _choice(mails: str, tongue: Language) -> tuple[Way, ...]:
    return (Way(tongue.say("Which mails you get"), mails),) if mails else ()


def _subject(report: Report, tongue: Language, setting: Setting) -> str:
    values = {
        "scope": wording.isolated(report.scope),
        "week": tongue.short_week(setting.monday),
        "sentence": report.headline[0].rstrip(".।"),
    }
    if setting.revised:
        return tongue.say("Revised: {scope}, {week}: {sentence}", **values)
    return tongue.say("{scope}, {week}: {sentence}", **values)


def main_picture(report: Report) -> Picture | None:
    """The picture that says most: of the section that falls short most often, else of all sections."""
    return next(iter(report.funnels), None) or report.heat


def _blocks(report: Report, tongue: Language, setting: Setting, picture: Image | None) -> list[Block]:
    say = tongue.say
    shown = main_picture(report)
    blocks: list[Block | None] = [
        Lead(report.title, report.headline[0], report.headline[1:]),
        _changes(setting.revised, tongue),
        _first(report),
        _flags(report.short, tongue, setting.flags),
        _praise(report.above, tongue),
        _counted(report),
        Lines(tuple(line for line in (report.certainty, report.above.certainty, report.basis) if line), quiet=True),
        Chart(shown.question, shown.caption, picture) if picture is not None and shown is not None else None,
        _items(report),
        _news(report.news, tongue),
        _due(setting.due[:MOST_DUE], setting.promises, tongue),
        Way(say("Open the report"), setting.link),
        Lines((say("The same report is attached as a PDF."),), quiet=True) if setting.with_paper else None,
        _earlier(setting.earlier, tongue),
    ]
    return [block for block in blocks if block is not None]


def _changes(revised: tuple[str, ...], tongue: Language) -> Lines | None:
    if not revised:
        return None
    rest = len(revised) - MOST_CHANGES
    more = (tongue.count("{n} more change is on the page.", "{n} more changes are on the page.", rest),)
    return Lines((*revised[:MOST_CHANGES], *(more if rest > 0 else ())), tongue.say("What has changed"))


def _first(report: Report) -> Lines | None:
    """What to do first, in its order."""
    if report.first is None:
        return None
    named = [" · ".join(filter(None, (wording.isolated(one.name), one.words))) for one in report.first.steps]
    return Lines(tuple(f"{place}. {line}" for place, line in enumerate(named, start=1)), report.first.title)


def _flags(group: Group, tongue: Language, total: int) -> Rows | None:
    verdicts = group.verdicts[:MOST_NAMED]
    if not verdicts:
        return None
    rows = tuple(
        Row(
            wording.isolated(one.name),
            " · ".join(filter(None, (one.section, wording.isolated(one.region)))),
            " · ".join(filter(None, (one.words, one.sure))),
            " ".join(filter(None, (one.costs and f"{one.costs}.", one.since, *one.doing[:MOST_DOING]))),
        )
        for one in verdicts
    )
    hidden = total - len(rows)
    rest = tongue.count("{n} more is on the page.", "{n} more are on the page.", hidden) if hidden > 0 else ""
    heads = (tongue.say("Branch"), tongue.say("What the audits say"))
    return Rows(f"{group.title} · {group.sentence}", heads, rows, rest)


def _praise(group: Group, tongue: Language) -> Lines | None:
    """Who does better than the norm: named as whoever falls short is, with how far; since when is on the page."""
    if not group.verdicts:
        return None
    named = group.verdicts[:MOST_PRAISED]
    lines = [" · ".join(filter(None, (wording.isolated(one.name), one.section, one.words))) for one in named]
    hidden = len(group.table.rows if group.table else named) - len(named)
    if hidden > 0:
        lines.append(tongue.count("{n} more is on the page.", "{n} more are on the page.", hidden))
    return Lines(tuple(lines), f"{group.title} · {group.sentence}", listed=True)


def _counted(report: Report) -> Lines | None:
    """How many branches there is something else to be said of."""
    groups = (report.watch, report.unsure, report.norm, report.unjudged)
    told = [group for group in groups if group is not None and group.table is not None]
    some = [f"{group.title}: {group.sentence}" for group in told]
    if report.improved is not None:
        some.append(f"{report.improved.title}: {report.improved.sentence}")
    return Lines((" · ".join(some),)) if some else None


def _items(report: Report) -> Lines | None:
    """The one or two items that cost the most points; the page has the others."""
    if report.items is None or not report.failing:
        return None
    return Lines(report.failing[:MOST_ITEMS], report.items.question)


def _news(news: News, tongue: Language) -> Lines:
    critical = [
        " · ".join(filter(None, (wording.isolated(one.name), one.words, one.late, *one.critical)))
        for one in news.critical[:MOST_NEWS]
    ]
    return Lines((news.sentence, *critical, *([news.meant] if news.meant else [])), tongue.say("What is new"))


def _due(due: tuple[Promised, ...], total: int, tongue: Language) -> Lines | None:
    if not due:
        return None
    lines = [f"{wording.isolated(one.branch)} · {one.plan} · {_when(one, tongue)}" for one in due]
    rest = total - len(due)
    if rest > 0:
        lines.append(tongue.count("{n} more promise.", "{n} more promises.", rest))
    return Lines(tuple(lines), tongue.say("What is due"), listed=True)


def _when(one: Promised, tongue: Language) -> str:
    day = tongue.date(one.due_on)
    return tongue.say("was due on {day}", day=day) if one.overdue else tongue.say("due on {day}", day=day)


def _earlier(earlier: tuple[Earlier, ...], tongue: Language) -> Links | None:
    if not earlier:
        return None
    newest = sorted(earlier, key=lambda one: one.week, reverse=True)
    links = tuple((tongue.week(one.week), one.link) for one in newest[:MOST_EARLIER])
    rest = len(earlier) - MOST_EARLIER
    more = tongue.count("{n} more is among the past editions.", "{n} more are among the past editions.", rest)
    return Links(tongue.say("Earlier editions that no mail told you of"), links, more if rest > 0 else "")


@dataclass(frozen=True)
class Task:
    """An audit as its shopper is told of it."""

    branch: str
    address: str
    opens_on: date
    closes_on: date
    brief: str
    fee: str
    link: str
    zone: str = ""
    """Of the branch, where the chain's branches live by several clocks."""
    best: str = ""
    """In which part of the week, in the reader's words."""
    expenses: str = ""


def assigned_mail(task: Task, tongue: Language) -> Letter:
    """You are asked to audit a branch. The subject names no branch: others may see it on the lock screen."""
    say = tongue.say
    facts = (wording.isolated(task.address), _when_to_go(task, tongue), _best(task, tongue), _fee(task, tongue))
    blocks: list[Block] = [
        Lead(say("A new audit"), wording.isolated(task.branch), tuple(filter(None, facts))),
        *([Lines(tuple(task.brief.split("\n")), say("What to look out for"))] if task.brief.strip() else []),
        Way(say("Open my audits"), task.link),
    ]
    return _to_shopper(say("A new audit for you"), blocks, tongue)


def returned_mail(task: Task, reason: str, until: str, tongue: Language) -> Letter:
    """Your audit came back: why, and until when it can be corrected."""
    say = tongue.say
    blocks: list[Block] = [
        Lead(say("An audit came back to you"), wording.isolated(task.branch), (until,) if until else ()),
        *([Lines(tuple(reason.split("\n")), say("What head office wrote"))] if reason.strip() else []),
        Way(say("Open my audits"), task.link),
    ]
    return _to_shopper(say("An audit came back to you"), blocks, tongue)


def moved_mail(task: Task, tongue: Language) -> Letter:
    """The visit is to be made on other days than you were told."""
    say = tongue.say
    facts = (_when_to_go(task, tongue), wording.isolated(task.address))
    blocks: list[Block] = [
        Lead(say("An audit of yours has other days now"), wording.isolated(task.branch), tuple(filter(None, facts))),
        Way(say("Open my audits"), task.link),
    ]
    return _to_shopper(say("An audit of yours has other days now"), blocks, tongue)


def closing_mail(task: Task, tongue: Language) -> Letter:
    """The last day of an audit comes near, and it has not been sent."""
    say = tongue.say
    facts = (_when_to_go(task, tongue), _best(task, tongue), wording.isolated(task.address))
    way_out = say("If you cannot go, say so on its page: somebody else is asked then.")
    blocks: list[Block] = [
        Lead(say("An audit of yours is to be made soon"), wording.isolated(task.branch), tuple(filter(None, facts))),
        Lines((way_out,)),
        Way(say("Open my audits"), task.link),
    ]
    return _to_shopper(say("An audit of yours is to be made soon"), blocks, tongue)


def withdrawn_mail(task: Task, reason: str, tongue: Language) -> Letter:
    """You are not asked for this audit any more, and why."""
    say = tongue.say
    blocks: list[Block] = [
        Lead(
            say("An audit of yours has been withdrawn"),
            wording.isolated(task.branch),
            (say("There is nothing more for you to do."),),
        ),
        *([Lines(tuple(reason.split("\n")), say("What head office wrote"))] if reason.strip() else []),
        Way(say("Open my audits"), task.link),
    ]
    return _to_shopper(say("An audit of yours has been withdrawn"), blocks, tongue)


def _when_to_go(task: Task, tongue: Language) -> str:
    if not task.zone:
        return tongue.say("From {first} to {last}.", first=task.opens_on, last=task.closes_on)
    city = clocks.city(tongue, task.zone)
    return tongue.say("From {first} to {last} ({city} time).", first=task.opens_on, last=task.closes_on, city=city)


def _best(task: Task, tongue: Language) -> str:
    return tongue.say("Best time: {part}", part=task.best) if task.best else ""


def _fee(task: Task, tongue: Language) -> str:
    """What is paid, and what is paid back."""
    fee = tongue.say("Fee: {fee}", fee=task.fee) if task.fee else ""
    back = tongue.say("Paid back: {expenses}", expenses=task.expenses) if task.expenses else ""
    return " · ".join(filter(None, (fee, back)))


def case_mail(title: str, closes_on: date, link: str, tongue: Language) -> Letter:
    """A reference case is open, which every shopper marks."""
    say = tongue.say
    about = (
        say("Read what was seen and mark it as you would an audit; it is practice, and no branch is scored by it."),
        say("Please answer until {day}.", day=closes_on),
    )
    blocks: list[Block] = [
        Lead(say("A case to practise on"), wording.isolated(title), about),
        Way(say("Open the case"), link),
    ]
    return _to_shopper(say("A case to practise on"), blocks, tongue)


def _to_shopper(subject: str, blocks: list[Block], tongue: Language) -> Letter:
    foot = (tongue.say("You get this because you audit for us. Tell nobody at the branch about it."),)
    shown = mail_layout.html(blocks, foot, tongue, subject=subject, glance="")
    return Letter(subject, mail_layout.text(blocks, foot), shown)
