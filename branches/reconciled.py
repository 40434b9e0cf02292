"""Reconciliation: what was accepted and would have been lost since, kind by kind; it mends nothing and writes nothing."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from sqlmodel import Session, col, select

from branches import agenda, owed, scoring, standards
from branches.appeals import AppealPhoto
from branches.audits import Answer, Audit, Photo, ScoreRow
from branches.database import in_parts
from branches.editions import Scope
from branches.evidence import EvidencePhoto
from branches.history import Event
from branches.photos import NAMING
from branches.scoring import NA, SCORABLE
from branches.standards import Item, Section

MOST_NAMES = 20
"""So many of a kind are named; all are counted."""
PATIENCE = timedelta(hours=1)
"""So long after it was due a report may be in the making, where the program was off for days."""
AT_A_TIME = 5000
"""Names of photos that are read at once."""


@dataclass(frozen=True)
class Gap:
    """How many of one kind are missing, and which; no name of a person is among them."""

    n: int = 0
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, names: Iterable[str]) -> "Gap":
        found = sorted(names)
        return cls(len(found), tuple(found[:MOST_NAMES]))


@dataclass(frozen=True)
class Gaps:
    """What is missing of what was accepted."""

    files: Gap = Gap()
    """Photos that something names and that do not lie in the folder, by their hash."""
    photos: Gap = Gap()
    """Audits that were sent and have fewer photos than came with them."""
    mails: Gap = Gap()
    """Editions of which a reader never had a mail."""
    weeks: Gap = Gap()
    """Weeks that have ended without an edition, as scope and week."""
    scores: Gap = Gap()
    """Audits that were sent and of whose answers some have no score."""

    @property
    def counts(self) -> dict[str, int]:
        """How many of each kind; empty where all is there."""
        return {name: gap.n for name, gap in self.kinds.items() if gap.n}

    @property
    def kinds(self) -> dict[str, Gap]:
        return {one.name: getattr(self, one.name) for one in fields(self)}


def look(session: Session, folder: Path | None, scopes: list[Scope], *, since: datetime | None, at: datetime) -> Gaps:
    """What is missing now, for a session that only reads; of audits and editions those sent and issued since then, else all.

    Photos are looked for whatever their age, a folder at a time; without a folder they are not.
    """
    sent = _sent(session, since)
    return Gaps(
        files=Gap.of(lost_files(session, folder)) if folder is not None else Gap(),
        photos=Gap.of(short_of_photos(session, sent)),
        mails=Gap.of(owed.mails(session, since)),
        weeks=Gap.of(_weeks(session, scopes, at)),
        scores=Gap.of(unscored(session, sent)),
    )


def lost_files(session: Session, folder: Path) -> list[str]:
    """Photos that something names and that do not lie in the folder; each folder is read once for each table."""
    found = set[str]()
    for table in NAMING:
        for first, names in groupby(_named(session, table), key=lambda name: name[:2]):
            found |= set(names) - _lying(folder / first)
    return sorted(found)


def _named(session: Session, table: type[Photo | EvidencePhoto | AppealPhoto]) -> Iterator[str]:
    """All names of a table in their order, a part at a time by its index: those of a chain are never all in memory."""
    last: str | None = ""
    while last is not None:
        query = select(table.sha256).where(col(table.sha256) > last).order_by(col(table.sha256)).distinct()
        part = session.exec(query.limit(AT_A_TIME)).all()
        yield from part
        last = part[-1] if len(part) == AT_A_TIME else None


def _lying(folder: Path) -> set[str]:
    """Looked at after the rows: a file is there before it is named."""
    try:
        return {file.stem for file in folder.iterdir() if file.suffix == ".jpg"}
    except (FileNotFoundError, NotADirectoryError):
        return set()


def _sent(session: Session, since: datetime | None) -> dict[int, str]:
    """Audits that were sent since then: their public ids by their numbers."""
    query = select(Audit.id, Audit.public_id).where(col(Audit.submitted_at).is_not(None))
    if since is not None:
        query = query.where(col(Audit.submitted_at) >= since)
    return dict(session.exec(query).all())


def short_of_photos(session: Session, sent: Mapping[int, str]) -> list[str]:
    """Audits that lack a photo which, by their history, was added and not taken away again."""
    found = list[str]()
    for part in in_parts(sorted(sent)):
        there = set(session.exec(select(Photo.public_id).where(col(Photo.audit_id).in_(part))))
        found += [sent[number] for number, names in _came(session, part).items() if names - there]
    return found


def _came(session: Session, part: Sequence[int]) -> dict[int, set[str]]:
    """The photos that came with each audit, by history."""
    query = select(Event).where(Event.thing == Audit.__tablename__, col(Event.thing_id).in_(part))
    query = query.where(col(Event.verb).in_(["add_photo", "remove_photo"]))
    came: dict[int, set[str]] = {}
    for event in session.exec(query.order_by(col(Event.id))):
        names = came.setdefault(event.thing_id, set())
        (names.add if event.verb == "add_photo" else names.discard)(str(event.details["photo"]))
    return came


def _weeks(session: Session, scopes: list[Scope], at: datetime) -> list[str]:
    standings = agenda.standings(session, scopes, at - PATIENCE)
    return [f"{one.scope.key} {week}" for one in standings for week in one.missing]


def unscored(session: Session, sent: Mapping[int, str]) -> list[str]:
    """Audits that lack the points of an answer that earns some, or the score of a section that has points."""
    found = set[int]()
    for part in in_parts(sorted(sent)):
        found |= _without_points(session, part)
        found |= {number for number in _without_rows(session, part) if _lacks_a_row(session, number)}
    return [sent[number] for number in found]


def _without_points(session: Session, part: Collection[int]) -> set[int]:
    earns = col(Item.scored) & col(Section.scored) & col(Item.type).in_([one.value for one in SCORABLE])
    marked = col(Answer.points).is_(None) & col(Answer.mark).not_in(["", NA])
    query = select(Answer.audit_id).join(Item, col(Item.id) == Answer.item_id).join(Section)
    return set(session.exec(query.where(col(Answer.audit_id).in_(part), earns, marked).distinct()))


def _without_rows(session: Session, part: Collection[int]) -> set[int]:
    """Audits with points in a section and no score of it: most likely one is lost, but a section may weigh nothing."""
    query = select(Answer.audit_id).join(Item, col(Item.id) == Answer.item_id)
    row = (col(ScoreRow.audit_id) == Answer.audit_id) & (col(ScoreRow.section_id) == Item.section_id)
    lost = col(Answer.points).is_not(None) & col(ScoreRow.audit_id).is_(None)
    found = query.outerjoin(ScoreRow, row).where(col(Answer.audit_id).in_(part), lost)
    return set(session.exec(found.distinct()))


def _lacks_a_row(session: Session, number: int) -> bool:
    """Whether the rules give a section a score that is not kept."""
    audit = session.get_one(Audit, number)
    marks = select(Item.code, Answer.mark).join(Item, col(Item.id) == Answer.item_id)
    given = dict(session.exec(marks.where(Answer.audit_id == number)).all())
    scored = scoring.score(standards.scoring_rules(audit.standard), given).sections
    rows = select(Section.code).join(ScoreRow, col(ScoreRow.section_id) == Section.id)
    return bool(scored.keys() - set(session.exec(rows.where(ScoreRow.audit_id == number))))
