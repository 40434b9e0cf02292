"""A mail of alerts in its reader's words: composed when it is sent, of what still holds and they may know by then."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from branches import alerts, stand_ins, standards, subscriptions, telling
from branches.alerts import Fact
from branches.database import in_parts
from branches.history import Event
from branches.language import Language, language
from branches.outbox import Mail
from branches.people import Role, User
from branches.places import Region
from reports import alerts as words
from reports import wording
from reports.addressed import Enclosed, Links, NoReader, NotWanted
from reports.alerts import Alert, Setting


class NothingLeft(NoReader):
    """What the mail was to tell holds no longer, or its reader may not know it any more."""

    why = "What it was to tell holds no longer."


def mail(session: Session, mail: Mail, reader: User, links: Links, *, now: datetime) -> Enclosed:
    """A mail of what happened between reports.

    Args:
        session: only read from.
        mail: from the outbox.
        reader: whom it is for.
        links: where the pages are.
        now: by which somebody stands in for somebody.

    Raises:
        NoReader: nothing of it holds, or the reader wants no such mail.
    """
    held = subscriptions.find(session, reader)
    if held is None or not held.alerts:
        raise NotWanted
    regions = telling.reached(session, reader, at=now)
    found = told(session, mail.about["events"], regions)
    if not found:
        raise NothingLeft
    tongue, ends = language(reader.language), links.alerts(held.token)
    setting = Setting(scope_words(found, regions, tongue), links.home, _why(session, reader, now, tongue), ends)
    return Enclosed(words.alerts_mail(worded(session, found, tongue, now), tongue, setting), mails=ends)


def told(session: Session, numbers: Collection[int], regions: Collection[int] | None) -> list[Fact]:
    """What holds now of the events with these numbers, in these regions; None: in the whole chain."""
    events: list[Event] = []
    for part in in_parts(sorted(numbers)):
        events += session.exec(select(Event).where(col(Event.id).in_(part)).order_by(col(Event.id)))
    return alerts.standing(alerts.facts(session, events, regions))


def scope_words(found: Sequence[Fact], regions: Collection[int] | None, tongue: Language) -> str:
    """What it is about: the whole chain, or those regions of the reader's in which something happened."""
    if regions is None:
        return tongue.say("The whole chain")
    return tongue.join(sorted({wording.isolated(fact.branch.region.name) for fact in found}))


def worded(session: Session, found: Sequence[Fact], tongue: Language, now: datetime) -> list[Alert]:
    """The facts in that language, in the words of the standard of their own time; sections are called as now."""
    texts = {fact.standard_id: standards.wordings(session, fact.standard_id, tongue.code)[1] for fact in found}
    current = standards.current(session, now)
    titles = standards.titles(current, tongue.code) if current is not None else {}
    return [
        Alert(
            fact.what,
            wording.isolated(fact.branch.name),
            wording.isolated(fact.branch.region.name),
            fact.week,
            tuple(texts[fact.standard_id].get(code, code) for code in fact.failed),
            titles.get(fact.section, fact.section),
        )
        for fact in found
    ]


def _why(session: Session, reader: User, now: datetime, tongue: Language) -> tuple[str, ...]:
    if reader.role != Role.MANAGER.value:
        return (tongue.say("You get this because you work at head office."),)
    own = session.get(Region, reader.region_id) if reader.region_id is not None else None
    why = [tongue.say("You get this because you manage {region}.", region=wording.isolated(own.name))] if own else []
    for held in stand_ins.held_by(session, reader, at=now):
        name = wording.isolated(held.person.name or held.person.email or held.region.name)
        why.append(
            tongue.say("You get this because you stand in for {name} until {day}.", name=name, day=held.last_day)
        )
    return tuple(why)
