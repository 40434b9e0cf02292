"""A mail from the outbox in its reader's words: composed when it is sent, for who they are and may read by then."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from branches import access, actions, clocks, editions, stand_ins, standards, subscriptions
from branches.assignments import Assignment
from branches.audits import Audit
from branches.editions import Edition
from branches.language import Language, language
from branches.outbox import Mail, MailKind
from branches.people import Role, User
from branches.rota import Part
from branches.stand_ins import StandIn
from branches.states import AuditState
from branches.weeks import Week
from reports import mail as words
from reports import paper, render, stored, wording
from reports.compose import compose, scope_name
from reports.envelope import Image, Letter, Paper
from reports.figures import Figures, State
from reports.mail import Earlier, Setting, Task
from reports.report import Report
from reports.revised import revision_words

log = logging.getLogger(__name__)

AHEAD = timedelta(days=7)
"""So far ahead a mail tells what is due."""
WHERE_IT_STANDS = {
    MailKind.ASSIGNED: {AuditState.ASSIGNED, AuditState.STARTED},
    MailKind.RETURNED: {AuditState.RETURNED},
    MailKind.MOVED: {AuditState.ASSIGNED, AuditState.STARTED},
    MailKind.WITHDRAWN: {AuditState.WITHDRAWN},
    MailKind.CLOSING: {AuditState.ASSIGNED, AuditState.STARTED},
}


class NoReader(Exception):  # noqa: N818 - an answer, not a fault
    """There is nobody any more who is to read it; `why` is kept with the mail."""

    why = "Its reader has left, or may no longer read it."


class NotWanted(NoReader):
    """Its reader has chosen to get no such mail, perhaps since it was written."""

    why = "Its reader does not want it."


@dataclass(frozen=True)
class Links:
    """Where the pages are, and the domain that names pictures."""

    address: str
    domain: str

    def edition(self, public_id: str) -> str:
        return f"{self.address}/editions/{public_id}"

    def action(self, public_id: str) -> str:
        return f"{self.address}/actions/{public_id}"

    def case(self, public_id: str) -> str:
        return f"{self.address}/cases/{public_id}"

    def mails(self, token: str) -> str:
        """Where whoever has this mail chooses which mails come; mail programs send an unsubscription there."""
        return f"{self.address}/mails/{token}"

    def alerts(self, token: str) -> str:
        """Where whoever has a mail of alerts ends such mails."""
        return f"{self.mails(token)}/alerts"

    @property
    def home(self) -> str:
        """Shows everybody what is theirs."""
        return f"{self.address}/"


@dataclass(frozen=True)
class Enclosed:
    """What goes into the envelope."""

    letter: Letter
    papers: tuple[Paper, ...] = ()
    mails: str = ""
    """Where its reader ends such mails; empty for what cannot be ended."""


@dataclass(frozen=True)
class Printed:
    """An edition in one language: the same for all its readers."""

    report: Report
    revised: tuple[str, ...]
    picture: Image | None
    papers: tuple[Paper, ...]


Kept = dict[tuple[str, str], Printed]


def edition(session: Session, mail: Mail, reader: User, links: Links, *, now: datetime, kept: Kept) -> Enclosed:
    """An edition's mail.

    Args:
        session: only read from.
        mail: from the outbox.
        reader: whom it is for.
        links: where the pages are.
        now: by which promises are due.
        kept: what has been composed and drawn for other readers; added to.

    Raises:
        NoReader: the reader may not read this scope, or no longer, or wants no such mail.
    """
    found = editions.find(session, mail.about["edition"])
    if found is None:
        raise NoReader
    instead = _instead(session, found, reader, now)
    if not access.may_read_scope(reader, found.scope, [found.scope] if instead is not None else ()):
        raise NoReader
    if found.region_id is not None and reader.role == Role.OFFICE.value and instead is None:
        raise NoReader  # who reads everything anyway was to have it on certain days alone
    earlier = mail.about.get("earlier", [])
    if not subscriptions.is_wanted(subscriptions.wanted(session, reader), _told(session, found, earlier)):
        raise NotWanted
    tongue, mails = language(reader.language), _mails(session, reader, links)
    if (found.public_id, tongue.code) not in kept:
        kept[found.public_id, tongue.code] = _printed(session, found, tongue, links)
    printed = kept[found.public_id, tongue.code]
    due, promises = actions.promised(session, now, ahead=AHEAD, region_id=found.region_id, most=words.MOST_DUE)
    setting = Setting(
        monday=found.week,
        link=links.edition(found.public_id),
        why=_why(found, reader, instead, tongue),
        mails=mails,
        edition=_edition_words(found, tongue),
        flags=found.states.get(State.FALLS_SHORT.value, 0),
        revised=(*_skipped(session, found, earlier, tongue), *printed.revised),
        earlier=_earlier(session, found, earlier, links),
        due=tuple(due),
        promises=promises,
        with_paper=bool(printed.papers),
    )
    return Enclosed(words.edition_mail(printed.report, tongue, setting, printed.picture), printed.papers, mails)


def _told(session: Session, found: Edition, earlier: list[str]) -> list[Edition]:
    """Every edition that the mail speaks for: what was missed in days off is told with the latest."""
    rows = session.exec(select(Edition).where(col(Edition.public_id).in_(earlier))) if earlier else ()
    return [found, *rows]


def _mails(session: Session, reader: User, links: Links) -> str:
    held = subscriptions.find(session, reader)
    return links.mails(held.token) if held is not None else ""


def _instead(session: Session, found: Edition, reader: User, now: datetime) -> StandIn | None:
    """For whom the reader stands in, where that is why they get this edition."""
    if found.region_id is None or (reader.role == Role.MANAGER.value and reader.region_id == found.region_id):
        return None
    held = stand_ins.held_by(session, reader, at=now)
    return next((one for one in held if one.region_id == found.region_id), None)


def _why(found: Edition, reader: User, instead: StandIn | None, tongue: Language) -> str:
    if instead is not None:
        name = wording.isolated(instead.person.name or instead.person.email or instead.region.name)
        return tongue.say("You get this because you stand in for {name} until {day}.", name=name, day=instead.last_day)
    if found.region_id is not None and reader.region is not None:
        region = wording.isolated(reader.region.name)
        return tongue.say("You get this because you manage {region}.", region=region)
    return tongue.say("You get this because you work at head office.")


def _edition_words(found: Edition, tongue: Language) -> str:
    if found.revision:
        return tongue.say("edition {edition}, revision {n}", edition=found.public_id, n=found.revision)
    return tongue.say("edition {edition}", edition=found.public_id)


def _printed(session: Session, found: Edition, tongue: Language, links: Links) -> Printed:
    figures = stored.load(found.content)
    titles, items = standards.wordings(session, found.standard_id, tongue.code)
    report = compose(figures, tongue, titles, items)
    revised = revision_words(found.changes, tongue, titles, figures.branch_names) if found.changes else ()
    papers = _paper(found, figures, report, tongue, revised)
    return Printed(report, revised, _picture(found, report, tongue, links), papers)


def _picture(found: Edition, report: Report, tongue: Language, links: Links) -> Image | None:
    """The mail says everything without it: one that cannot be drawn does not hold the mail up."""
    picture = words.main_picture(report)
    if picture is None:
        return None
    try:
        drawn = render.mail_drawing(picture, tongue)
    except Exception:
        log.exception("the picture of edition %s could not be drawn for mail", found.public_id)
        return None
    alt = tongue.say("The picture shows what the words below it say.")
    return Image(f"{picture.name}.{found.public_id}@{links.domain}", drawn, alt)


def _paper(
    found: Edition, figures: Figures, report: Report, tongue: Language, revised: tuple[str, ...]
) -> tuple[Paper, ...]:
    """The same report for print; one that cannot be set does not hold the mail up."""
    try:
        content = paper.weekly_pdf(report, tongue, edition=_edition_words(found, tongue), revised=revised)
    except Exception:
        log.exception("the PDF of edition %s could not be made", found.public_id)
        return ()
    name = f"{scope_name(figures, tongue)} {Week(found.week)}".replace("/", " ").replace("\\", " ")
    return (Paper(f"{name}.pdf", content),)


def _skipped(session: Session, found: Edition, ids: list[str], tongue: Language) -> list[str]:
    """What changed in the week's revisions that this mail's came before, and why."""
    query = select(Edition).where(col(Edition.public_id).in_(ids), Edition.scope == found.scope)
    query = query.where(Edition.week == found.week, col(Edition.revision) > 0, Edition.revision < found.revision)
    lines: list[str] = []
    for one in session.exec(query.order_by(col(Edition.revision))) if ids else ():
        titles, _ = standards.wordings(session, one.standard_id, tongue.code)
        lines += revision_words(one.changes or {}, tongue, titles, stored.load(one.content).branch_names)
    return lines


def _earlier(session: Session, found: Edition, ids: list[str], links: Links) -> tuple[Earlier, ...]:
    """The first editions of other weeks that this mail speaks for; a revision has a mail of its own."""
    listed = [entry for entry in editions.past(session, found.scope) if entry.public_id in ids] if ids else []
    return tuple(
        Earlier(one.week, links.edition(one.public_id)) for one in listed if one.week != found.week and not one.revision
    )


def audit(session: Session, mail: Mail, reader: User, links: Links) -> Enclosed:
    """A mail to a shopper about an audit of theirs.

    Raises:
        NoReader: it is no longer theirs, or no longer stands where the mail would say.
    """
    kind = MailKind(mail.kind)
    found = session.exec(select(Audit).where(Audit.public_id == mail.about["audit"])).first()
    assignment = session.get(Assignment, found.id) if found is not None else None
    if found is None or assignment is None or found.shopper_id != reader.id:
        raise NoReader
    if AuditState(found.state) not in WHERE_IT_STANDS[kind]:
        raise NoReader
    days = [assignment.opens_on.isoformat(), assignment.closes_on.isoformat()]
    if mail.about.get("days", days) != days:
        raise NoReader  # moved once more: the mail about that tells where it stands
    tongue = language(reader.language)
    task = _task(session, found, assignment, links, tongue)
    match kind:
        case MailKind.RETURNED:
            letter = words.returned_mail(task, found.reason, _until(found, assignment, tongue), tongue)
        case MailKind.MOVED:
            letter = words.moved_mail(task, tongue)
        case MailKind.CLOSING:
            letter = words.closing_mail(task, tongue)
        case MailKind.WITHDRAWN:
            letter = words.withdrawn_mail(task, found.reason, tongue)
        case _:
            letter = words.assigned_mail(task, tongue)
    return Enclosed(letter)


def _task(session: Session, found: Audit, assignment: Assignment, links: Links, tongue: Language) -> Task:
    return Task(
        branch=found.branch.name,
        address=found.branch.address,
        opens_on=assignment.opens_on,
        closes_on=assignment.closes_on,
        brief=assignment.brief,
        fee=assignment.fee,
        link=links.home,
        zone=found.branch.timezone if clocks.are_several(session) else "",
        best=tongue.say(Part(assignment.part).word) if assignment.part else "",
        expenses=assignment.expenses,
    )


def _until(found: Audit, assignment: Assignment, tongue: Language) -> str:
    """By when it can be corrected, by the clock at the branch: the mail may be read under any other."""
    if assignment.correct_until is None:
        return ""
    zone = found.branch.timezone
    moment = clocks.there(tongue, clocks.moment_words(tongue, assignment.correct_until, zone), zone)
    return tongue.say("Please correct it by {moment}.", moment=moment)
