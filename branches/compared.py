"""Compared: one audit held against others, by reading a bounded number of them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from branches import audits, improbable
from branches.audits import Answer, Audit, Photo
from branches.checks import Check, CheckKind
from branches.improbable import Point
from branches.places import Branch
from branches.scoring import NA, ItemType
from branches.standards import Item, Section

MOST_AUDITS = 200
"""Of other shoppers under the same version, the latest: what is rare is learnt from them."""
MOST_OWN = 100
"""Of the same shopper, the latest before this one: their words are read."""
A_DAY = timedelta(days=1)
AFAR = "phone"
"""The channel on which nobody is at the branch."""


def row(session: Session, audit: Audit) -> list[Check]:
    """Ratings that are all the same, one after another, as hardly any other audit has them."""
    own = _ratings(session, [audit.id]).get(audit.id, [])
    marks = [mark for _, mark in own]
    longest = improbable.longest_row(marks)
    if longest is None or longest.length < improbable.FEWEST_RATINGS:
        return []
    others = _ratings(session, session.exec(_of_others(audit)).all())
    rare = improbable.rare_row(marks, [[mark for _, mark in one] for one in others.values()])
    if rare is None:
        return []
    return [Check(CheckKind.ROW, own[rare.first][0], {"n": rare.length, "mark": rare.mark})]


def _of_others(audit: Audit) -> Any:
    theirs = col(Audit.shopper_id).is_(None) | (col(Audit.shopper_id) != audit.shopper_id)
    same = (Audit.standard_id == audit.standard_id, Audit.id != audit.id, col(Audit.submitted_at).is_not(None))
    query = select(Audit.id).where(*same)
    query = query.where(theirs) if audit.shopper_id is not None else query
    return query.order_by(col(Audit.id).desc()).limit(MOST_AUDITS)


def _ratings(session: Session, numbers: Any) -> dict[int, list[tuple[str, str]]]:
    """Items and marks of what was rated, by audit, in the order of the standard."""
    query = (
        select(Answer.audit_id, Item.code, Answer.mark)
        .join(Item, col(Item.id) == Answer.item_id)
        .join(Section, col(Section.id) == Item.section_id)
        .where(col(Answer.audit_id).in_(numbers), Item.type == ItemType.RATING.value)
        .where(col(Answer.mark).not_in(("", NA)))
        .order_by(col(Section.position), col(Item.position))
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for number, code, mark in session.exec(query):
        found.setdefault(number, []).append((code, mark))
    return found


def words(session: Session, audit: Audit) -> list[Check]:
    """Texts that stand word for word in an earlier audit of the same shopper; very short ones do not count."""
    own = {code: plain for code, text in _texts(session, audit) if (plain := improbable.telling(text))}
    if not own or audit.shopper_id is None:
        return []
    before = _before(session, audit)
    return [Check(CheckKind.WORDS, code, *before[plain]) for code, plain in own.items() if plain in before]


_WRITTEN = (Answer.comment, Answer.mark, Item.type)


def _spoken(comment: str, mark: str, kind: str) -> Iterator[str]:
    """The shopper's own words in one answer."""
    yield comment
    if kind == ItemType.TEXT.value:
        yield mark


def _texts(session: Session, audit: Audit) -> list[tuple[str, str]]:
    query = select(Item.code, *_WRITTEN).join(Item, col(Item.id) == Answer.item_id).where(Answer.audit_id == audit.id)
    ordered = query.order_by(col(Item.position))
    return [(code, text) for code, *written in session.exec(ordered) for text in _spoken(*written)]


def _before(session: Session, audit: Audit) -> dict[str, tuple[dict[str, Any], str]]:
    """Where each text of the shopper's earlier audits stands, the latest of them."""
    latest = _earlier(select(Audit.id), audit).where(Audit.shopper_id == audit.shopper_id)
    numbers = session.exec(latest.order_by(col(Audit.submitted_at).desc()).limit(MOST_OWN)).all()
    query: Any = (
        select(*_WRITTEN, Branch.name, Audit.visited_on, Audit.public_id)  # type: ignore[call-overload]
        .join(Item, col(Item.id) == Answer.item_id)
        .join(Audit, col(Audit.id) == Answer.audit_id)
        .join(Branch, col(Branch.id) == Audit.branch_id)
        .where(col(Answer.audit_id).in_(numbers))
        .where((Answer.comment != "") | (Item.type == ItemType.TEXT.value))
        .order_by(col(Audit.submitted_at), col(Audit.id))
    )
    found = {}
    for comment, mark, kind, branch, day, other in session.exec(query):
        for plain in filter(None, map(improbable.telling, _spoken(comment, mark, kind))):
            found[plain] = ({"branch": branch, "day": day}, other)
    return found


def _earlier(query: Any, audit: Audit) -> Any:
    """Those that were sent before this one."""
    return query.where(Audit.id != audit.id, col(Audit.submitted_at) < audit.submitted_at)


def pictures(session: Session, audit: Audit) -> list[Check]:
    """Photos that an audit sent before has too, to the last bit; once for each item."""
    twin = aliased(Photo)
    query = (
        select(Item.code, Branch.name, Audit.visited_on, Audit.public_id)  # type: ignore[type-var]
        .select_from(Photo)
        .join(twin, col(twin.sha256) == Photo.sha256)
        .join(Audit, col(Audit.id) == twin.audit_id)
        .join(Branch, col(Branch.id) == Audit.branch_id)
        .outerjoin(Item, col(Item.id) == Photo.item_id)
        .where(Photo.audit_id == audit.id)
        .order_by(col(Audit.submitted_at), col(Audit.id))
    )
    found = {}
    for code, branch, day, other in session.exec(_earlier(query, audit)):
        found[code or ""] = Check(CheckKind.PICTURE, code or "", {"branch": branch, "day": day}, other)
    return list(found.values())


def elsewhere(session: Session, audit: Audit) -> list[Check]:
    """Visits of the same shopper from which nobody gets to this one in the time between them."""
    here = _point(audit.branch)
    if here is None or audit.shopper_id is None or audit.visited_at is None or audit.channel == AFAR:
        return []
    query = (
        select(Audit, Branch)
        .join(Branch, col(Branch.id) == Audit.branch_id)
        .where(Audit.shopper_id == audit.shopper_id, Audit.branch_id != audit.branch_id, Audit.channel != AFAR)
        .where(col(Audit.visited_at).between(audit.visited_at - A_DAY, audit.visited_at + A_DAY))
        .order_by(col(Audit.visited_at), col(Audit.id))
    )
    found = []
    for other, branch in session.exec(query):
        there = _point(branch)
        if there is None or other.visited_at is None:
            continue
        km, between = improbable.kilometres(here, there), abs(other.visited_at - audit.visited_at)
        if improbable.is_too_far(km, between):
            values = {"branch": branch.name, "km": round(km), "n": round(between.total_seconds() / 60)}
            found.append(Check(CheckKind.ELSEWHERE, values=values, other=other.public_id))
    return found


def _point(branch: Branch) -> Point | None:
    if branch.latitude is None or branch.longitude is None:
        return None
    return Point(branch.latitude, branch.longitude)


def unfit(session: Session, audit: Audit) -> list[Check]:
    """Items that are said not to apply, and have a photo all the same."""
    photos = audits.photos_by_item(session, audit)
    query = select(Item.code).join(Answer, col(Answer.item_id) == Item.id)
    there = query.where(Answer.audit_id == audit.id, Answer.mark == NA).order_by(col(Item.position))
    return [Check(CheckKind.UNFIT, code) for code in session.exec(there) if photos.get(code)]
