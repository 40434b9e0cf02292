"""The mail that reminds of a corrective action: what was planned, by whom, by when, and where to say that it is done."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from branches import access, actions, reminders, standards
from branches.actions import CorrectiveAction
from branches.flags import Flag
from branches.held import Look
from branches.language import Language, language
from branches.outbox import Mail, MailKind
from branches.people import User
from branches.standards import Item
from branches.states import ActionState, Reply
from branches.weeks import local_date
from reports import mail_layout, wording
from reports.addressed import Enclosed, Links, NoReader
from reports.called import called
from reports.envelope import Letter
from reports.mail_layout import Block, Lead, Lines, Way
from reports.purpose import purpose


class Settled(NoReader):
    """There is nothing to remind this reader of any more."""

    why = "What it reminds of is done, has another day, or is seen to by somebody else."


@dataclass(frozen=True)
class Told:
    """A promise as somebody is reminded of it."""

    branch: str
    about: str
    """The section that it answers; may be empty."""
    plan: str
    day: str
    late: bool
    planner: str
    """Empty where nobody knows any more."""
    why: str
    """Why this reader gets the mail."""
    link: str
    reply: str = ""
    """That the branch has not accepted it yet, or has said something else to it; empty where there is nothing to accept."""


def reminder(session: Session, mail: Mail, reader: User, links: Links, look: Look) -> Enclosed:
    """A reminder, worded as the promise stands when it is sent.

    Raises:
        NoReader: it is done, has another day, or this reader is not the one to be reminded, or no longer.
    """
    asked = access.visible_actions(reader, look).where(CorrectiveAction.public_id == mail.about["action"])
    found = session.exec(asked).first()
    if found is None or found.state != ActionState.OPEN.value or found.due_on.isoformat() != mail.about["due_on"]:
        raise Settled
    late = local_date(look.at, found.branch.timezone) > found.due_on
    if late is not (mail.kind == MailKind.OVERDUE.value):
        raise Settled  # it went out so late that the next one tells more
    if reader.id not in {person.id for person in reminders.readers(session, found)}:
        raise Settled
    tongue = language(reader.language)
    return Enclosed(letter(_told(session, found, reader, links, tongue, at=look.at, late=late), tongue))


def _told(
    session: Session, found: CorrectiveAction, reader: User, links: Links, tongue: Language, *, at: datetime, late: bool
) -> Told:
    branch, planner = wording.isolated(found.branch.name), actions.planner(session, found)
    own = found.owner_id == reader.id
    return Told(
        branch=branch,
        about=_about(session, found, tongue, at),
        plan=found.plan,
        day=tongue.date(found.due_on),
        late=late,
        planner=called(tongue, planner) if planner is not None else "",
        why=tongue.say("You get this because you see to it.")
        if own
        else tongue.say("You get this because you work at {branch}.", branch=branch),
        link=links.action(found.public_id),
        reply=_replied(found, tongue),
    )


def _replied(found: CorrectiveAction, tongue: Language) -> str:
    match Reply(found.reply):
        case Reply.WAITING:
            return tongue.say("The branch has not accepted it yet: on its page it can, or say why not.")
        case Reply.REFUSED | Reply.ASKED:
            return tongue.say("The branch has said something to it that nobody has answered yet.")
        case _:
            return ""


def _about(session: Session, found: CorrectiveAction, tongue: Language, at: datetime) -> str:
    """The title of the section that the promise answers."""
    flag = session.get(Flag, found.flag_id) if found.flag_id is not None else None
    item = session.get(Item, found.item_id) if found.item_id is not None else None
    code = flag.section if flag is not None else item.section.code if item is not None else ""
    current = standards.current(session, at)
    return standards.titles(current, tongue.code).get(code, code) if current is not None else code


def letter(told: Told, tongue: Language) -> Letter:
    """The mail itself: what was promised, and the one thing to do."""
    say = tongue.say
    subject, sentence = _says(told, tongue)
    above = " · ".join(filter(None, (told.branch, told.about)))
    beside = tuple(filter(None, (told.reply, _next(told, tongue))))
    blocks: list[Block] = [
        Lead(above, sentence, beside),
        Lines(tuple(wording.isolated(line) for line in told.plan.split("\n")), say("What was planned")),
        *([Lines((say("Planned by {name}.", name=told.planner),), quiet=True)] if told.planner else []),
        Way(say("Open the action"), told.link),
    ]
    foot = (purpose(tongue), told.why)
    shown = mail_layout.html(blocks, foot, tongue, subject=subject, glance=told.plan[:200])
    return Letter(subject, mail_layout.text(blocks, foot), shown)


def _says(told: Told, tongue: Language) -> tuple[str, str]:
    """Its subject and its first sentence."""
    if told.late:
        return (
            tongue.say("{branch}: an action is overdue", branch=told.branch),
            tongue.say("This was to be done by {day}.", day=told.day),
        )
    return (
        tongue.say("{branch}: an action is due on {day}", branch=told.branch, day=told.day),
        tongue.say("This is to be done by {day}.", day=told.day),
    )


def _next(told: Told, tongue: Language) -> str:
    if told.late:
        return tongue.say("When it is done, say so on its page. No further reminder comes.")
    return tongue.say("When it is done, say so on its page: then no further reminder comes.")
