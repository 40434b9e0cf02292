"""Audits: one shopper's check of one branch, its answers, and the scores they earned."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, func
from sqlmodel import Field, Relationship, Session, SQLModel, col, delete, select

from branches import corrections, editions, history, questions, scoring, standards
from branches.database import UtcTime, hold, in_parts, public_id
from branches.errors import Conflict, Refused
from branches.language import message
from branches.people import Role, User
from branches.places import Branch
from branches.questions import AnswersRefused, ItemFault, Mark, Question
from branches.scoring import ItemRule
from branches.standards import Item, Standard
from branches.states import COUNTED, NEXT, AuditState
from branches.weeks import local_date

LONGEST_SHOWN = 100
"""Letters of a mark that history keeps."""
CLOCK_DRIFT = timedelta(minutes=5)
"""How far a phone's clock may be ahead of ours."""
LONGEST_AGO = timedelta(days=366)
VISIT_FAULTS: Mapping[str, str] = {
    "future": message("The visit cannot be later than now; check its date and time."),
    "old": message("The visit was more than a year ago; check its date and time."),
    "before": message("The visit cannot be before the audit was assigned, on {day}; check its date and time."),
}
BEFORE_ITS_VERSION = message(
    "The visit cannot be before {day}: only from then on is the standard in force by which it is made."
)


class Outcome(StrEnum):
    """Whether a critical item failed; the computed score stays either way."""

    PASS = "pass"  # noqa: S105 - a word, not a password
    CRITICAL_FAIL = "critical_fail"


class Audit(SQLModel, table=True):
    """One audit, from assigned to closed."""

    __table_args__ = (Index("ix_audit_branch_id_visited_on", "branch_id", "visited_on"),)

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=16)
    code: str | None = Field(default=None, unique=True, max_length=200)
    """Its id in the exchange form."""
    standard_id: int = Field(foreign_key="standard.id", index=True)
    branch_id: int = Field(foreign_key="branch.id")
    shopper_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    """None: not known who audited."""
    channel: str = Field(default="visit", max_length=32)
    state: str = Field(default=AuditState.ASSIGNED.value, max_length=16, index=True)
    assigned_at: datetime = Field(sa_type=UtcTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcTime)
    visited_at: datetime | None = Field(default=None, sa_type=UtcTime)
    visited_on: date | None = None
    """The visit's local date at the branch: it decides the week and never moves with a zone."""
    submitted_at: datetime | None = Field(default=None, sa_type=UtcTime)
    approved_at: datetime | None = Field(default=None, sa_type=UtcTime)
    released_at: datetime | None = Field(default=None, sa_type=UtcTime)
    reason: str = Field(default="", max_length=1000)
    """Why it was returned, withdrawn or excluded."""
    score: int | None = None
    """Thousandths of a point; None where nothing applied."""
    band: str | None = Field(default=None, max_length=32)
    outcome: str | None = Field(default=None, max_length=16)

    standard: Standard = Relationship()
    branch: Branch = Relationship()
    shopper: User | None = Relationship()


class Answer(SQLModel, table=True):
    """What was marked for one item."""

    audit_id: int = Field(foreign_key="audit.id", primary_key=True)
    item_id: int = Field(foreign_key="item.id", primary_key=True)
    mark: str = Field(max_length=2000)
    """As it was given: "yes", "no", "na", a number as written, a choice's code, a text."""
    points: int | None = None
    """Thousandths of the item's full points; None where it does not count."""
    comment: str = Field(default="", max_length=4000)
    cleared: str | None = Field(default=None, max_length=4000)
    """What others than head office read instead of the comment; None: the comment itself."""
    cleared_mark: str | None = Field(default=None, max_length=2000)
    """The same of a text that was marked."""

    item: Item = Relationship()


class Photo(SQLModel, table=True):
    """A picture that belongs to an audit; its bytes lie under the data folder by their hash."""

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=16)
    audit_id: int = Field(foreign_key="audit.id", index=True)
    item_id: int | None = Field(default=None, foreign_key="item.id")
    sha256: str = Field(max_length=64, index=True)
    """Of the file as it is kept: made anew, without what the camera wrote into it."""
    received_sha256: str = Field(default="", max_length=64)
    """Of the file as it came, so that a repeated upload is known."""
    width: int = 0
    height: int = 0
    bytes: int = 0
    kept_at: datetime = Field(sa_type=UtcTime)
    kept_back: bool = False
    """Shown to head office alone."""


class ScoreRow(SQLModel, table=True):
    """One section's score of one audit: what reports read, with what they filter and group by."""

    __tablename__ = "score_row"
    __table_args__ = (Index("ix_score_row_day_counted_from", "day", "counted_from"),)

    audit_id: int = Field(foreign_key="audit.id", primary_key=True)
    section_id: int = Field(foreign_key="section.id", primary_key=True)
    branch_id: int = Field(foreign_key="branch.id", index=True)
    shopper_id: int | None = Field(default=None, foreign_key="person.id")
    day: int
    """The visit's local date as a proleptic ordinal."""
    score: int
    """Thousandths of a point."""
    billionths: int = Field(sa_type=BigInteger)
    """The same score to a billionth: what figures are summed from."""
    items: int
    """Items that applied."""
    counted_from: datetime | None = Field(default=None, sa_type=UtcTime)
    """Since when it counts: the audit's release; None while it does not."""


def assign(
    session: Session,
    standard: Standard,
    branch: Branch,
    shopper: User | None,
    *,
    by: User | None,
    at: datetime,
    channel: str = "visit",
    **details: Any,
) -> Audit:
    """Asks a shopper to audit a branch under a published version of the standard; `details` are for history."""
    if standard.published_at is None:
        raise Refused("Version {version} of the standard is not published yet.", version=standard.version)
    if shopper is not None and (shopper.role != Role.SHOPPER.value or not shopper.active):
        raise Refused("Only an active shopper can be asked to audit a branch.")
    if branch.closed is not None and branch.closed <= local_date(at, branch.timezone):
        raise Refused("{branch} is closed and is not audited any more.", branch=branch.name)
    audit = Audit(
        standard_id=standard.id,
        branch_id=branch.id,
        shopper_id=shopper.id if shopper else None,
        channel=channel,
        assigned_at=at,
    )
    session.add(audit)
    session.flush()
    history.write(session, "assign", audit, by=by, at=at, **details)
    return audit


def move(
    session: Session,
    audit: Audit,
    to: AuditState,
    *,
    by: User | None,
    at: datetime,
    reason: str = "",
    **details: Any,
) -> None:
    """Takes an audit one step on in its life; a step that may not follow is refused.

    Its scores count in the states that count, and in no other, whichever way it came there. `details` are for history.
    """
    hold(session, audit)
    state = AuditState(audit.state)
    if to not in NEXT[state]:
        raise Conflict("This audit is {state} and cannot become {to}.", state=state.word, to=to.word)
    audit.state = to.value
    audit.reason = reason
    if to is AuditState.RELEASED:
        audit.released_at = editions.counts_from(session, at)
        _count(session, audit, audit.released_at)
    elif state in COUNTED and to not in COUNTED:
        _count(session, audit, None)
        note_correction(session, audit, to.value, at=at)
    session.add(audit)
    history.write(session, to.value, audit, by=by, at=at, was=state.value, reason=reason, **details)


def start(session: Session, audit: Audit, *, by: User | None, at: datetime) -> None:
    move(session, audit, AuditState.STARTED, by=by, at=at)
    audit.started_at = at


def submit(
    session: Session, audit: Audit, marks: Mapping[str, Mark], *, visited_at: datetime, by: User | None, at: datetime
) -> None:
    """Stores the answers by item code and scores them, in the same transaction; refused with all that is wrong.

    What was marked for an item that is not asked, because of a skip rule, is not kept.
    """
    asked = questions.of(audit.standard, audit.channel)
    kept, faults = questions.check(asked, marks, photos_by_item(session, audit))
    faults += visit_faults(audit, visited_at, at=at)
    if faults:
        raise AnswersRefused(faults)
    otherwise = _otherwise_before(session, audit, kept)
    details: dict[str, Any] = {"corrected": otherwise} if otherwise else {}
    move(session, audit, AuditState.SUBMITTED, by=by, at=at, **details)
    audit.submitted_at = at
    audit.visited_at = visited_at
    audit.visited_on = local_date(visited_at, audit.branch.timezone)
    answers = [_answer(audit, asked.by_code[code], mark) for code, mark in kept.items()]
    _stay_cleared(session, audit, answers)
    session.exec(delete(Answer).where(col(Answer.audit_id) == audit.id))
    session.add_all(answers)
    session.flush()
    rescore(session, audit)


def _otherwise_before(session: Session, audit: Audit, kept: Mapping[str, Mark]) -> dict[str, str]:
    """Marks of the submission before that are other ones now, by item."""
    query = select(Item.code, Answer.mark).join(Item, col(Item.id) == Answer.item_id).where(Answer.audit_id == audit.id)
    before = session.exec(query).all()
    return {code: mark[:LONGEST_SHOWN] for code, mark in before if code not in kept or kept[code].mark != mark}


def corrected(session: Session, audit: Audit) -> dict[str, str]:
    """What was marked before the last correction, by item; nothing where none was made."""
    sent = [event for event in history.of(session, audit) if event.verb == AuditState.SUBMITTED.value]
    return dict(sent[-1].details.get("corrected", {})) if sent else {}


def _answer(audit: Audit, asked: Question, given: Mark) -> Answer:
    points = earned(asked.rule, given.mark)
    return Answer(audit_id=audit.id, item_id=asked.item.id, mark=given.mark, points=points, comment=given.comment)


def _stay_cleared(session: Session, audit: Audit, answers: Iterable[Answer]) -> None:
    """What was cleared of the submission before stays so where the same is sent again; other words are to be read anew."""
    columns = (Answer.item_id, Answer.comment, Answer.cleared, Answer.mark, Answer.cleared_mark)
    before = {number: was for number, *was in session.exec(select(*columns).where(Answer.audit_id == audit.id))}  # type: ignore[call-overload]
    for answer in answers:
        comment, cleared, mark, cleared_mark = before.get(answer.item_id, ("", None, "", None))
        answer.cleared = cleared if comment == answer.comment else None
        answer.cleared_mark = cleared_mark if mark == answer.mark else None


def visit_fault(visited_at: datetime, asked_on: date, zone: str, *, at: datetime) -> str:
    """Which of VISIT_FAULTS a time of a visit has, if any; on the day of the assignment, an hour before it may be right.

    The phone asks the same where there is no network (phone/checks.js).
    """
    if visited_at > at + CLOCK_DRIFT:
        return "future"
    if visited_at < at - LONGEST_AGO:
        return "old"
    return "before" if local_date(visited_at, zone) < asked_on else ""


def first_day(audit: Audit) -> date:
    """On which it may be visited first: when it was assigned, or when its version of the standard comes into force."""
    since = audit.standard.published_at or audit.assigned_at
    return local_date(max(audit.assigned_at, since), audit.branch.timezone)


def visit_words(audit: Audit) -> dict[str, str]:
    """What is said of each of VISIT_FAULTS at this audit."""
    later = first_day(audit) > local_date(audit.assigned_at, audit.branch.timezone)
    return {**VISIT_FAULTS, **({"before": BEFORE_ITS_VERSION} if later else {})}


def visit_faults(audit: Audit, visited_at: datetime, *, at: datetime) -> list[ItemFault]:
    """What is wrong with the time of the visit, in words."""
    day = first_day(audit)
    found = visit_fault(visited_at, day, audit.branch.timezone, at=at)
    return [ItemFault("", Refused(visit_words(audit)[found], day=day))] if found else []


def photos_by_item(session: Session, audit: Audit) -> dict[str, int]:
    """How many photos there are of each item."""
    query = select(Item.code, func.count()).join(Photo, col(Photo.item_id) == Item.id)
    return dict(session.exec(query.where(Photo.audit_id == audit.id).group_by(col(Item.code))).all())


def earned(rule: ItemRule, mark: str) -> int | None:
    """The points of an answer as they are stored."""
    won = scoring.points(rule, mark)
    return None if won is None else scoring.thousandths(won)


def rescore(session: Session, audit: Audit) -> None:
    """Computes an audit's scores from its answers and keeps them, beside since when they count."""
    if audit.visited_on is None:
        raise Refused("An audit without a visit has no score.")
    query = select(Item.code, Answer.mark).join(Item, col(Item.id) == Answer.item_id).where(Answer.audit_id == audit.id)
    result = scoring.score(standards.scoring_rules(audit.standard), dict(session.exec(query).all()))
    audit.score = None if result.total is None else scoring.thousandths(result.total)
    audit.band = None if result.total is None else scoring.band(result.total, standards.bands(audit.standard))
    audit.outcome = Outcome.CRITICAL_FAIL.value if result.failed_critical else Outcome.PASS.value
    session.add(audit)
    session.exec(delete(ScoreRow).where(col(ScoreRow.audit_id) == audit.id))
    for section in audit.standard.sections:
        found = result.sections.get(section.code)
        if found is not None:
            session.add(
                ScoreRow(
                    audit_id=audit.id,
                    section_id=section.id,
                    branch_id=audit.branch_id,
                    shopper_id=audit.shopper_id,
                    day=audit.visited_on.toordinal(),
                    score=scoring.thousandths(found.score),
                    billionths=scoring.billionths(found.score),
                    items=found.items,
                    counted_from=audit.released_at if AuditState(audit.state) in COUNTED else None,
                )
            )
    session.flush()


def release(session: Session, audit: Audit, *, by: User | None, at: datetime) -> None:
    """From now on the audit counts and the branch's staff may see it."""
    move(session, audit, AuditState.RELEASED, by=by, at=at)


def exclude(session: Session, audit: Audit, *, reason: str, by: User | None, at: datetime) -> None:
    """Keeps the audit but counts it no longer."""
    if not reason.strip():
        raise Refused("Say why this audit is excluded.")
    move(session, audit, AuditState.EXCLUDED, by=by, at=at, reason=reason.strip())


def failed_items(session: Session, audit_ids: Iterable[int], *, critical: bool) -> dict[int, list[str]]:
    """Codes of the critical items that failed, or of the others, by audit, in the standard's order."""
    failed: dict[int, list[str]] = {}
    for part in in_parts(audit_ids):
        query = (
            select(Answer.audit_id, Item.code)
            .join(Item, col(Item.id) == Answer.item_id)
            .where(col(Answer.audit_id).in_(part), col(Item.critical).is_(critical), Answer.points == 0)
            .order_by(col(Item.position))
        )
        for audit_id, code in session.exec(query):
            failed.setdefault(audit_id, []).append(code)
    return failed


def note_correction(session: Session, audit: Audit, why: str, *, at: datetime) -> None:
    """Has the editions that counted this audit looked at again."""
    if audit.released_at is not None and audit.visited_on is not None:
        day = audit.visited_on.toordinal()
        corrections.note(session, audit.id, why, counted_from=audit.released_at, day=day, at=at)


def _count(session: Session, audit: Audit, since: datetime | None) -> None:
    for row in session.exec(select(ScoreRow).where(ScoreRow.audit_id == audit.id)):
        row.counted_from = since
        session.add(row)
