"""How often each item was in order in a window, added up by the database: the same audits as the scores count."""

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import sqlalchemy as sa
from sqlmodel import Session, col

from branches.audits import Answer, ScoreRow
from branches.scoring import ItemType
from branches.standards import Item, Section, Standard
from reports.collect import Place, Window
from reports.item_model import LARGEST
from reports.items import ItemSums
from reports.sheet import UNKNOWN_SHOPPER, ScoreSheet

FULL = 1000
"""Points of an answer that has earned all of them."""


def item_sums(
    session: Session, days: Window, released_by: datetime, places: Mapping[str, Place], sheet: ScoreSheet
) -> ItemSums:
    """How was each scored yes/no item kept at each branch, by each shopper's marks?

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
            sa.func.sum(sa.case((col(Answer.points) == FULL, 1), else_=0)),
        )
        .select_from(counted)
        .join(Answer, col(Answer.audit_id) == counted.c.audit_id)
        .join(Item, col(Item.id) == Answer.item_id)
        .join(Section, col(Section.id) == Item.section_id)
        .where(col(Answer.points).is_not(None), col(Section.scored), col(Item.type) == ItemType.YES_NO.value)
        .group_by(col(Item.code), col(Section.code), counted.c.branch_id, counted.c.who)
    )
    rows = session.execute(query).all()
    items = _in_order(session, {(code, section) for code, section, *_ in rows})
    at = {key: index for index, key in enumerate(items)}
    table = np.array(
        [(at[code, section], branches[branch], who, n, kept) for code, section, branch, who, n, kept in rows],
        dtype=np.int64,
    ).reshape(-1, 5)
    item, branch, shopper, applicable, kept = table.T
    return ItemSums(items, tuple(places), item, branch, shopper, applicable, kept)


def critical_items(session: Session, standard_id: int | None) -> int:
    """How many items of this version of the standard are critical?"""
    query = sa.select(sa.func.count()).select_from(Item).join(Section, col(Section.id) == Item.section_id)
    return int(session.execute(query.where(col(Section.standard_id) == standard_id, col(Item.critical))).scalar_one())


def _in_order(session: Session, used: set[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """As the newest version has them, then older ones' own."""
    query = (
        sa.select(col(Item.code), col(Section.code))
        .select_from(Item)
        .join(Section, col(Section.id) == Item.section_id)
        .join(Standard, col(Standard.id) == Section.standard_id)
        .order_by(col(Standard.version).desc(), col(Section.position), col(Item.position))
    )
    known = dict.fromkeys((code, section) for code, section in session.execute(query))
    return tuple(key for key in known if key in used)
