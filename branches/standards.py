"""The standard: the chain's promise, in numbered versions, of sections and items worded in each language."""

from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Relationship, Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from branches import history, rules, stamps
from branches.database import UtcTime, hold, public_id
from branches.errors import Conflict, Refused
from branches.people import User
from branches.scoring import DECIMAL, MEASURED, SCORABLE, Band, ItemRule, ItemType, ScoringRules, Total
from branches.weeks import moment

LONGEST_AHEAD = timedelta(days=366)
"""How far ahead the day may lie from which a version is in force."""


class Standard(SQLModel, table=True):
    """One version. Once published it never changes; a change is a new version."""

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=16)
    version: int = Field(unique=True)
    title: str = Field(default="", max_length=200)
    total: str = Field(default=Total.POOLED.value, max_length=16)
    bands: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """Code of each band → its lowest score, as a decimal."""
    published_at: datetime | None = Field(default=None, sa_type=UtcTime)
    """From when on it is in force; a moment to come while it is coming; None of a draft, and of one that was taken back."""
    fingerprint: str = Field(default="", max_length=64)
    """Of its content, so that the same content is not published twice."""
    headers: dict[str, list[str]] | None = Field(default=None, sa_column=Column(JSON))
    """Columns of the exchange form it came in, by file."""

    sections: list["Section"] = Relationship(
        back_populates="standard", sa_relationship_kwargs={"order_by": "Section.position"}
    )


class Section(SQLModel, table=True):
    """A chapter of the standard; the same code in two versions is the same section."""

    __table_args__ = (UniqueConstraint("standard_id", "code"),)

    id: int = Field(default=None, primary_key=True)
    standard_id: int = Field(foreign_key="standard.id")
    code: str = Field(max_length=100)
    position: int
    weight: str = Field(default="1", max_length=32)
    """A decimal; counts only where the total is the mean of section scores."""
    scored: bool = True
    titles: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """By language."""

    standard: Standard = Relationship(back_populates="sections")
    items: list["Item"] = Relationship(back_populates="section", sa_relationship_kwargs={"order_by": "Item.position"})


class Item(SQLModel, table=True):
    """One checkable line."""

    __table_args__ = (UniqueConstraint("standard_id", "code"),)

    id: int = Field(default=None, primary_key=True)
    standard_id: int = Field(foreign_key="standard.id")
    section_id: int = Field(foreign_key="section.id", index=True)
    code: str = Field(max_length=100)
    position: int
    type: str = Field(default=ItemType.YES_NO.value, max_length=16)
    weight: str = Field(default="1", max_length=32)
    """A decimal: exact, as it was written."""
    critical: bool = False
    scored: bool = True
    na: bool = True
    """Whether "does not apply" may be marked."""
    required: bool = False
    judgement: bool = False
    """Whether the mark is the shopper's judgement; otherwise it is a fact that anybody would have seen."""
    channels: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Channels it applies on; empty: all."""
    worst: str | None = Field(default=None, max_length=32)
    best: str | None = Field(default=None, max_length=32)
    options: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Codes of a choice."""
    condition: str = Field(default="", max_length=500)
    """When it is asked, as an expression over other items; empty: always."""
    timed: str = Field(default="", max_length=32)
    """From which stamp to which it is timed, as arrived-greeted; empty: it is not."""
    wording: dict[str, dict[str, Any]] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """By language: text, hint, playbook, options."""
    cells: dict[str, str] | None = Field(default=None, sa_column=Column(JSON))
    """The row as it was imported."""

    section: Section = Relationship(back_populates="items")


def draft(
    session: Session, *, title: str, total: Total = Total.POOLED, bands: dict[str, str] | None = None
) -> Standard:
    """Begins the next version; it binds nobody until it is published."""
    last = session.exec(select(Standard.version).order_by(col(Standard.version).desc())).first()
    standard = Standard(version=(last or 0) + 1, title=title, total=total.value, bands=bands or {})
    try:
        with session.begin_nested():
            session.add(standard)
    except IntegrityError as error:
        raise Conflict(
            "Somebody else has begun version {version} in the meantime.", version=standard.version
        ) from error
    return standard


def publish(
    session: Session, standard: Standard, *, since: datetime | None = None, by: User | None, at: datetime
) -> None:
    """From now on, or from `since` on, audits are made under this version; those that were assigned before keep theirs."""
    hold(session, standard)
    if standard.published_at is not None:
        raise Refused("Version {version} of the standard is already published.", version=standard.version)
    if not any(section.items for section in standard.sections):
        raise Refused("A standard without items cannot be published; add one first.")
    check(standard)
    check_since(session, since or at, at)
    standard.published_at = since or at
    session.add(standard)
    details = {"since": standard.published_at.isoformat()} if standard.published_at > at else {}
    history.write(session, "publish", standard, by=by, at=at, version=standard.version, **details)


def check_since(session: Session, since: datetime, at: datetime) -> None:
    """Refuses a moment from which no version can be in force: one comes at a time, and none before those that are there."""
    last = newest(session)
    if last is not None and last.published_at is not None and last.published_at > at:
        raise Conflict(
            "Version {version} is coming, and one version comes at a time. "
            "Wait until it is in force, or take it back first.",
            version=last.version,
        )
    if last is not None and last.published_at is not None and since < last.published_at:
        raise Refused(
            "Version {version} is of {day}; the next one cannot be older.",
            version=last.version,
            day=last.published_at.date(),
        )
    if since > at + LONGEST_AHEAD:
        raise Refused("A version is published a year ahead at most; choose an earlier day.")


def check(standard: Standard) -> None:
    """What is published is scored for years: a weight or a limit that cannot be calculated with is refused now."""
    for code, floor in standard.bands.items():
        if not _is_weight(floor):
            raise Refused("{name}: {number} is not a number of 0 or more.", name=code, number=floor[:40])
    for section in standard.sections:
        _check_weight(section)
        for item in section.items:
            _check_weight(item)
            scored = item.scored and section.scored
            if item.critical and not (scored and ItemType(item.type) in SCORABLE):
                raise Refused("{item} is critical, so it must be scored.", item=item.code)
            if scored and ItemType(item.type) in MEASURED:
                _check_range(item)
            _check_span(item)
    rules.check(conditions(standard), frozenset(item.code for section in standard.sections for item in section.items))


def _check_weight(weighed: Section | Item) -> None:
    if not _is_weight(weighed.weight):
        raise Refused("{name}: {number} is not a number of 0 or more.", name=weighed.code, number=weighed.weight[:40])


def _check_range(item: Item) -> None:
    limits = [limit for limit in (item.worst, item.best) if limit is not None and DECIMAL.fullmatch(limit)]
    whole = item.type != ItemType.RATING.value or all(Fraction(limit).denominator == 1 for limit in limits)
    if len(limits) < 2 or Fraction(limits[0]) == Fraction(limits[1]) or not whole:  # noqa: PLR2004 - from and to
        raise Refused("{item} needs two different numbers, from none of its points to all of them.", item=item.code)


def _check_span(item: Item) -> None:
    if stamps.span(item.timed) is not None and item.type != ItemType.SECONDS.value:
        raise Refused("{item} is timed, so its answer must be in seconds.", item=item.code)


def _is_weight(text: str) -> bool:
    return DECIMAL.fullmatch(text) is not None and not text.startswith("-")


def current(session: Session, at: datetime) -> Standard | None:
    """The version in force at that moment: the newest whose day has come; None before the first."""
    return session.exec(_versions().where(col(Standard.published_at) <= at)).first()


def coming(session: Session, at: datetime) -> Standard | None:
    """The version that is published for a day to come, if there is one."""
    return session.exec(_versions().where(col(Standard.published_at) > at)).first()


def newest(session: Session) -> Standard | None:
    """The last that was published, whether its day has come or not: what the next one is held against."""
    return session.exec(_versions()).first()


def for_days(session: Session, opens_on: date, zone: str, at: datetime) -> Standard | None:
    """By which version an audit is made that is assigned now, in days from that one on, by the calendar of that zone."""
    ahead = min(opens_on - at.date(), LONGEST_AHEAD)
    return current(session, max(at, moment(at.date() + ahead, time(0), zone)) if ahead > timedelta() else at)


def published(session: Session, at: datetime | None = None) -> list[Standard]:
    """All versions that are or were in force at that moment, the newest first; without one, the coming version too."""
    return list(session.exec(_versions() if at is None else _versions().where(col(Standard.published_at) <= at)).all())


def _versions() -> SelectOfScalar[Standard]:
    return select(Standard).where(col(Standard.published_at).is_not(None)).order_by(col(Standard.version).desc())


def scoring_rules(standard: Standard) -> ScoringRules:
    """The version as the scoring sees it."""
    items = tuple(_rule(item, section) for section in standard.sections for item in section.items)
    weights = {section.code: Fraction(section.weight) for section in standard.sections}
    return ScoringRules(items, Total(standard.total), weights, conditions(standard))


def conditions(standard: Standard) -> dict[str, rules.Expression]:
    """When an item is asked, by its code, for the items that are not always asked."""
    return {i.code: rules.parse(i.condition) for s in standard.sections for i in s.items if i.condition}


def bands(standard: Standard) -> list[Band]:
    return [Band(code, Fraction(floor)) for code, floor in standard.bands.items()]


def titles(standard: Standard, language: str) -> dict[str, str]:
    """Section titles by code in that language, in English where it has none, else the code itself."""
    return {s.code: s.titles.get(language) or s.titles.get("en") or s.code for s in standard.sections}


def item_texts(standard: Standard, language: str) -> dict[str, str]:
    """Item texts by code, with the same way out."""
    return {i.code: _text(i, language) for s in standard.sections for i in s.items}


def playbooks(standard: Standard, language: str) -> dict[str, str]:
    """What to do about an item that failed, by its code, where the standard says so in that language or in English."""
    found = {i.code: i.wording.get(language) or i.wording.get("en") or {} for s in standard.sections for i in s.items}
    return {code: str(words["playbook"]) for code, words in found.items() if words.get("playbook")}


def wordings(session: Session, standard_id: int | None, language: str) -> tuple[dict[str, str], dict[str, str]]:
    """Titles of the sections and texts of the items of one version; nothing where there is no such version."""
    standard = session.get(Standard, standard_id) if standard_id is not None else None
    if standard is None:
        return {}, {}
    return titles(standard, language), item_texts(standard, language)


def _text(item: Item, language: str) -> str:
    wording = item.wording.get(language) or item.wording.get("en") or {}
    return str(wording.get("text") or item.code)


def _rule(item: Item, section: Section) -> ItemRule:
    return ItemRule(
        code=item.code,
        section=section.code,
        type=ItemType(item.type),
        weight=Fraction(item.weight),
        critical=item.critical,
        scored=item.scored and section.scored,
        worst=Fraction(item.worst) if item.worst is not None else Fraction(0),
        best=Fraction(item.best) if item.best is not None else Fraction(1),
        na=item.na,
        options=tuple(item.options),
    )
