"""How often each item was in order in a window, added up by the database: the same audits as the scores count."""

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import sqlalchemy as sa
from sqlmodel import Session, col

from branches.audits import Answer, Audit, ScoreRow
from branches.scoring import MEASURED
from branches.standards import Item, Section, Standard
from branches.states import COUNTED
from reports.collect import Place, Window
from reports.figures import ItemCount, Scale
from reports.item_sums import LARGEST, ItemSums
from reports.sheet import UNKNOWN_SHOPPER, ScoreSheet

FULL = 1000
"""Points of an answer that has earned all of them."""


def item_sums(
    session: Session, days: Window, released_by: datetime, places: Mapping[str, Place], sheet: ScoreSheet
) -> ItemSums:
    """How was each scored item kept at each branch, by each shopper's marks, and what did it cost?

    Audits are those whose scores count in these days, as it was known at that moment. Items of the same code and
    section are the same in every version of the standard. Where branches and shoppers are too many for a model of both,
    the database adds up over shoppers.
    """
    branches = {place.branch_id: index for index, place in enumerate(places.values())}
    who = col(ScoreRow.shopper_id) if len(sheet.branches) * len(sheet.shoppers) <= LARGEST else sa.null()
    counted = (
        sa.select(col(ScoreRow.audit_id), col(ScoreRow.branch_id), sa.func.coalesce(who, UNKNOWN_SHOPPER).label("who"))
        .where(col(ScoreRow.day).between(days.first.toordinal(), days.last.toordinal()))
        .where(col(ScoreRow.counted_from) <= released_by)
        .distinct()
        .subquery()
    )
    query = (
        sa.select(
            col(Item.code),
            col(Section.code),
            counted.c.branch_id,
            counted.c.who,
            sa.func.count(),
            _earning(FULL),
            *_earned(),
        )
        .select_from(counted)
        .join(Answer, col(Answer.audit_id) == counted.c.audit_id)
        .join(Item, col(Item.id) == Answer.item_id)
        .join(Section, col(Section.id) == Item.section_id)
        .where(col(Answer.points).is_not(None), col(Section.scored))
        .group_by(col(Item.code), col(Section.code), counted.c.branch_id, counted.c.who)
    )
    rows = session.execute(query).all()
    known = _in_order(session, {(code, section) for code, section, *_ in rows})
    at = {key: index for index, key in enumerate(known)}
    table = np.array(
        [(at[code, section], branches[branch], who, n, kept) for code, section, branch, who, n, kept, *_ in rows],
        dtype=np.int64,
    ).reshape(-1, 5)
    earned = np.array([row[6:] for row in rows], dtype=np.float64).reshape(-1, 4)
    item, branch, shopper, applicable, kept = table.T
    return ItemSums(tuple(known), tuple(places), item, branch, shopper, applicable, kept, earned, tuple(known.values()))


def _earning(points: int) -> sa.ColumnElement[int]:
    """At how many audits were there just so many points?"""
    return sa.func.sum(sa.case((col(Answer.points) == points, 1), else_=0))


def _earned() -> tuple[sa.ColumnElement[float], ...]:
    """Sums over the marks, as in `items.EARNED`."""
    share = col(Answer.points) / float(FULL)
    graded = sa.case((col(Item.type).in_(MEASURED), sa.cast(col(Answer.mark), sa.Float)), else_=0.0)
    lost = (1.0 - share) * sa.cast(col(Item.weight), sa.Float)
    return tuple(sa.func.sum(one) for one in (lost, share, share * share, graded))


def branch_items(session: Session, branch_id: int, days: Window, released_by: datetime) -> tuple[ItemCount, ...]:
    """How often was each scored item in order at one branch? Items of the same code are the same in every version."""
    query = (
        sa.select(col(Item.code), col(Section.code), sa.func.count(), _earning(FULL), _earning(0), *_earned())
        .select_from(Answer)
        .join(Audit, col(Audit.id) == Answer.audit_id)
        .join(Item, col(Item.id) == Answer.item_id)
        .join(Section, col(Section.id) == Item.section_id)
        .where(col(Audit.state).in_(COUNTED), col(Audit.branch_id) == branch_id, col(Audit.released_at) <= released_by)
        .where(col(Audit.visited_on).between(days.first, days.last), col(Answer.points).is_not(None))
        .group_by(col(Item.code), col(Section.code))
        .order_by(col(Section.code), col(Item.code))
    )
    rows = session.execute(query).all()
    scales = _in_order(session, {(code, section) for code, section, *_ in rows})
    return tuple(
        ItemCount(code, section, n, kept, failed, round(lost, 6), None if scale is None else round(marks, 6) / n, scale)
        for code, section, n, kept, failed, lost, _, _, marks in rows
        for scale in (scales[code, section],)
    )


def critical_items(session: Session, standard_id: int | None) -> int:
    """How many items of this version of the standard are critical?"""
    query = sa.select(sa.func.count()).select_from(Item).join(Section, col(Section.id) == Item.section_id)
    return int(session.execute(query.where(col(Section.standard_id) == standard_id, col(Item.critical))).scalar_one())


def _in_order(session: Session, used: set[tuple[str, str]]) -> dict[tuple[str, str], Scale | None]:
    """As the newest version has them, then older ones' own; how each is graded beside."""
    query = (
        sa.select(col(Item.code), col(Section.code), col(Item.type), col(Item.worst), col(Item.best))
        .select_from(Item)
        .join(Section, col(Section.id) == Item.section_id)
        .join(Standard, col(Standard.id) == Section.standard_id)
        .order_by(col(Standard.version).desc(), col(Section.position), col(Item.position))
    )
    known: dict[tuple[str, str], Scale | None] = {}
    for code, section, kind, worst, best in session.execute(query):
        if (code, section) in used:
            known.setdefault((code, section), _scale(kind, worst, best))
    return known


def _scale(kind: str, worst: str | None, best: str | None) -> Scale | None:
    """With the ends that scoring takes where none are set."""
    if kind not in MEASURED:
        return None
    return Scale(kind, float(worst) if worst is not None else 0.0, float(best) if best is not None else 1.0)
