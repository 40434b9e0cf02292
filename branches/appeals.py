"""Appeals: a branch disputes one answer, and may take that back; the office decides; both scores are kept."""

from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, Index, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Relationship, Session, SQLModel, col, select

from branches import audits, held, history, scoring, standards
from branches.audits import Answer, Audit, ScoreRow
from branches.database import UtcTime, hold, public_id
from branches.errors import Conflict, NotFound, Refused
from branches.held import Privacy
from branches.language import message
from branches.people import User
from branches.standards import Item
from branches.states import COUNTED, AppealState, AuditState
from branches.weeks import local_date, moment

EXCLUDED = message("This audit has been excluded and counts no longer; there is nothing to appeal.")
DECIDED = (AppealState.UPHELD.value, AppealState.REJECTED.value)


class Appeal(SQLModel, table=True):
    """One disputed answer."""

    __table_args__ = (
        Index(
            "uq_appeal_open",
            "audit_id",
            "item_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=16)
    audit_id: int = Field(foreign_key="audit.id", index=True)
    item_id: int = Field(foreign_key="item.id")
    state: str = Field(default=AppealState.OPEN.value, max_length=16)
    reason: str = Field(max_length=2000)
    note: str = Field(default="", max_length=2000)
    """What the branch has added since."""
    opened_at: datetime = Field(sa_type=UtcTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcTime)
    decision: str = Field(default="", max_length=2000)
    mark_before: str = Field(max_length=2000)
    score_before: int | None = None
    score_after: int | None = None
    section_before: int | None = None
    """Of the answer's section, as the scores of the audit; None where nothing in it applied, or before it is decided."""
    section_after: int | None = None

    audit: Audit = Relationship()
    item: Item = Relationship()


class AppealPhoto(SQLModel, table=True):
    """A picture that speaks for an appeal; its bytes lie with those of audits, by their hash."""

    __tablename__ = "appeal_photo"

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=16)
    appeal_id: int = Field(foreign_key="appeal.id", index=True)
    sha256: str = Field(max_length=64, index=True)
    """Of the file as it is kept: made anew, without what the camera wrote into it."""
    received_sha256: str = Field(max_length=64)
    width: int
    height: int
    bytes: int
    kept_at: datetime = Field(sa_type=UtcTime)


def waits() -> ColumnElement[bool]:
    """Of an appeal joined with its audit: whether head office is to decide it; an audit that was excluded needs no decision."""
    return (col(Appeal.state) == AppealState.OPEN.value) & (col(Audit.state) != AuditState.EXCLUDED.value)


def open_until(session: Session, audit: Audit, days: int, privacy: Privacy) -> datetime | None:
    """The last moment to appeal: the end of a day at the branch, so many days after its staff first see the audit.

    None before its release.
    """
    first = held.seen_from(session, audit, privacy)
    if first is None:
        return None
    last = first + timedelta(days=days)
    return moment(last + timedelta(days=1), time(0), audit.branch.timezone) - timedelta(microseconds=1)


def open_appeal(
    session: Session, audit: Audit, item_code: str, *, reason: str, until: datetime, by: User, at: datetime
) -> Appeal:
    """Disputes one answer of a released audit before the deadline, once at a time; what was decided stays decided."""
    if not reason.strip():
        raise Refused("Say what is wrong with this answer.")
    if at > until:
        raise Refused("The time to appeal this audit ended on {day}.", day=local_date(until, audit.branch.timezone))
    hold(session, audit)
    _check_counts(audit)
    answer = _answer(session, audit, item_code)
    if _is_decided(session, answer):
        raise Conflict("Head office has decided about this answer already; it cannot be appealed again.")
    if AuditState(audit.state) is not AuditState.APPEALED:
        audits.move(session, audit, AuditState.APPEALED, by=by, at=at)
    appeal = Appeal(
        audit_id=audit.id,
        item_id=answer.item_id,
        reason=reason.strip(),
        opened_at=at,
        mark_before=answer.mark,
        score_before=audit.score,
    )
    try:
        with session.begin_nested():
            session.add(appeal)
    except IntegrityError as error:
        raise Conflict("This answer has already been appealed and is not decided yet.") from error
    history.write(session, "appeal", appeal, by=by, at=at, item=item_code)
    return appeal


def _check_counts(audit: Audit) -> None:
    state = AuditState(audit.state)
    if state is AuditState.EXCLUDED:
        raise Conflict(EXCLUDED)
    if state not in COUNTED:
        raise Conflict("This audit is not released, so there is nothing to appeal yet.")


def _is_decided(session: Session, answer: Answer) -> bool:
    query = select(Appeal.id).where(Appeal.audit_id == answer.audit_id, Appeal.item_id == answer.item_id)
    return session.exec(query.where(col(Appeal.state).in_(DECIDED))).first() is not None


def withdraw(session: Session, appeal: Appeal, *, by: User, at: datetime) -> None:
    """The branch takes an open appeal back; until the deadline the answer may be appealed again."""
    hold_open(session, appeal)
    appeal.state = AppealState.WITHDRAWN.value
    session.add(appeal)
    session.flush()
    _settle(session, appeal.audit, by, at)
    history.write(session, "withdraw", appeal, by=by, at=at)


def check_seen(session: Session, appeal: Appeal, newest: int) -> None:
    """Refuses to go by a page older than the appeal; `newest` is the last event the page knew."""
    hold_open(session, appeal)
    if history.newest(session, appeal) != newest:
        raise Conflict("This appeal has changed since the page was opened. Look at it again before you decide.")


def hold_open(session: Session, appeal: Appeal) -> None:
    """Keeps an open appeal from changing meanwhile; one that is not open any more is refused.

    Always the audit first: two appeals of one audit are decided one after the other, each from the other's score.
    """
    hold(session, appeal.audit)
    hold(session, appeal)
    if appeal.state == AppealState.WITHDRAWN.value:
        raise Conflict("The branch has withdrawn this appeal.")
    if appeal.state != AppealState.OPEN.value:
        raise Conflict("This appeal has already been decided.")
    if AuditState(appeal.audit.state) is AuditState.EXCLUDED:
        raise Conflict("This audit has been excluded and counts no longer; its appeals need no decision.")


def decide(session: Session, appeal: Appeal, *, upheld_as: str | None, decision: str, by: User, at: datetime) -> None:
    """Closes an appeal: `upheld_as` is the mark that takes the answer's place, None leaves it as it was."""
    if not decision.strip():
        raise Refused("Say why the appeal is decided so.")
    hold_open(session, appeal)
    appeal.score_before = appeal.audit.score  # another appeal may have changed it since this one was opened
    appeal.section_before = _section_score(session, appeal)
    appeal.state = (AppealState.REJECTED if upheld_as is None else AppealState.UPHELD).value
    appeal.decision, appeal.decided_at = decision.strip(), at
    if upheld_as is not None:
        _change(session, appeal, upheld_as)
        audits.note_correction(session, appeal.audit, "appeal upheld", at=at)
    appeal.score_after, appeal.section_after = appeal.audit.score, _section_score(session, appeal)
    session.add(appeal)
    session.flush()
    _settle(session, appeal.audit, by, at)
    history.write(session, appeal.state, appeal, by=by, at=at, decision=appeal.decision)


def _settle(session: Session, audit: Audit, by: User, at: datetime) -> None:
    """The audit is decided when its last open appeal is, or is taken back: nothing about it waits any more."""
    waiting = select(Appeal.id).where(Appeal.audit_id == audit.id, Appeal.state == AppealState.OPEN.value)
    if session.exec(waiting).first() is None:
        audits.move(session, audit, AuditState.DECIDED, by=by, at=at)


def _section_score(session: Session, appeal: Appeal) -> int | None:
    found = session.get(ScoreRow, (appeal.audit_id, appeal.item.section_id), populate_existing=True)
    return found.score if found is not None else None


def _change(session: Session, appeal: Appeal, mark: str) -> None:
    answer = session.get_one(Answer, (appeal.audit_id, appeal.item_id), populate_existing=True)
    rule = next(r for r in standards.scoring_rules(appeal.audit.standard).items if r.code == answer.item.code)
    if not mark:
        raise Refused("Say how {item} should have been marked.", item=rule.code)
    scoring.check(rule, mark)
    answer.mark, answer.cleared_mark = mark, None  # head office wrote it for the branch to read
    answer.points = audits.earned(rule, mark)
    session.add(answer)
    session.flush()
    audits.rescore(session, appeal.audit)


def _answer(session: Session, audit: Audit, item_code: str) -> Answer:
    query = select(Answer).where(Answer.audit_id == audit.id)
    for answer in session.exec(query):
        if answer.item.code == item_code:
            return answer
    raise NotFound("This audit has no answer to {item}.", item=item_code[:60])
