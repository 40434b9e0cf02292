"""What is known of a shopper: what they were asked, what they gave and sent; never what it scored or what became of it."""

from collections.abc import Iterator

from sqlmodel import Session, col, select

from branches.appeals import Appeal
from branches.assignments import Assignment, ConflictOfInterest
from branches.audits import Answer, Audit, Photo
from branches.calibration import CaseAnswers, ReferenceCase
from branches.drafts import Draft
from branches.known.lines import Line, Lines, Picture, line
from branches.people import User
from branches.places import Branch
from branches.standards import Item
from branches.states import AppealState, AuditState
from branches.terms import ShopperTerms


def of(session: Session, user: User) -> Lines:
    """As they are told of it: in their words for where an audit stands."""
    return {
        "audits": list(_audits(session, user)),
        "answers": list(_answers(session, user)),
        "photos": list(_photos(session, user)),
        "forms": list(_forms(session, user)),
        "agreed": list(_agreed(session, user)),
        "conflicts_of_interest": list(_conflicts(session, user)),
        "reference_cases": list(_cases(session, user)),
    }


def pictures(session: Session, user: User) -> list[Picture]:
    query = select(Photo).join(Audit, col(Audit.id) == Photo.audit_id).where(Audit.shopper_id == user.id)
    return [Picture(one.public_id, one.sha256, one.bytes) for one in session.exec(query.order_by(col(Photo.id)))]


def _audits(session: Session, user: User) -> Iterator[Line]:
    query = select(Audit, Assignment, Branch.name).join(Branch, col(Branch.id) == Audit.branch_id)
    query = query.outerjoin(Assignment, col(Assignment.audit_id) == Audit.id).where(Audit.shopper_id == user.id)
    for audit, asked, branch in session.exec(query.order_by(col(Audit.id))):
        found = line(
            audit=audit.public_id,
            branch=branch,
            channel=audit.channel,
            state=str(AuditState(audit.state).shoppers_word),
            asked=audit.assigned_at,
            begun=audit.started_at,
            visited=audit.visited_at,
            sent=audit.submitted_at,
        )
        if asked is not None:
            found |= line(first_day=asked.opens_on, last_day=asked.closes_on, brief=asked.brief)
            found |= line(fee=asked.fee, expenses=asked.expenses, best_part_of_the_week=asked.part)
        yield found


def _answers(session: Session, user: User) -> Iterator[Line]:
    """As they gave them: what an appeal has changed since is the branch's."""
    given = _before_appeals(session, user)
    query = select(Audit.public_id, Item.code, Answer)
    query = query.join(Answer, col(Answer.audit_id) == Audit.id).join(Item, col(Item.id) == Answer.item_id)
    query = query.where(Audit.shopper_id == user.id).order_by(col(Audit.id), col(Item.id))
    for audit, item, one in session.exec(query):
        yield line(audit=audit, item=item, mark=given.get((one.audit_id, one.item_id), one.mark), comment=one.comment)


def _before_appeals(session: Session, user: User) -> dict[tuple[int, int], str]:
    """Marks as they were before the first appeal that was upheld."""
    upheld = select(Appeal).join(Audit, col(Audit.id) == Appeal.audit_id).where(Audit.shopper_id == user.id)
    upheld = upheld.where(Appeal.state == AppealState.UPHELD.value).order_by(col(Appeal.id).desc())
    return {(one.audit_id, one.item_id): one.mark_before for one in session.exec(upheld)}


def _photos(session: Session, user: User) -> Iterator[Line]:
    query = select(Audit.public_id, Photo, Item.code).join(Photo, col(Photo.audit_id) == Audit.id)
    query = query.outerjoin(Item, col(Item.id) == Photo.item_id).where(Audit.shopper_id == user.id)
    for audit, photo, item in session.exec(query.order_by(col(Photo.id))):
        yield line(photo=photo.public_id, audit=audit, item=item, kept=photo.kept_at, bytes=photo.bytes)


def _forms(session: Session, user: User) -> Iterator[Line]:
    query = select(Audit.public_id, Draft).join(Draft, col(Draft.audit_id) == Audit.id)
    for audit, draft in session.exec(query.where(Audit.shopper_id == user.id).order_by(col(Audit.id))):
        yield line(audit=audit, visited=draft.visited_at, saved=draft.saved_at, filled_in=draft.answers)


def _agreed(session: Session, user: User) -> Iterator[Line]:
    query = select(ShopperTerms, Branch.name).outerjoin(Branch, col(Branch.id) == ShopperTerms.home_id)
    for terms, home in session.exec(query.where(ShopperTerms.shopper_id == user.id)):
        most = line(audits_at_most=terms.most_audits, kilometres_at_most=terms.most_km)
        yield line(lives_near=home, certified_since=terms.certified_on) | most


def _conflicts(session: Session, user: User) -> Iterator[Line]:
    query = select(ConflictOfInterest, Branch.name).join(Branch, col(Branch.id) == ConflictOfInterest.branch_id)
    query = query.where(ConflictOfInterest.shopper_id == user.id).order_by(col(ConflictOfInterest.declared_at))
    for conflict, branch in session.exec(query):
        yield line(branch=branch, reason=conflict.reason, declared=conflict.declared_at)


def _cases(session: Session, user: User) -> Iterator[Line]:
    query = select(CaseAnswers, ReferenceCase.title)
    query = query.join(ReferenceCase, col(ReferenceCase.id) == CaseAnswers.case_id)
    for given, title in session.exec(query.where(CaseAnswers.shopper_id == user.id).order_by(col(ReferenceCase.id))):
        yield line(case=title, sent=given.sent_at, marks=given.marks)
