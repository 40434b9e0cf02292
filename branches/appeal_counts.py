"""How often branches appeal, and how often head office upholds it: counts by branch, in three queries for a chain of any size."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from branches.appeals import Appeal
from branches.audits import Answer, Audit
from branches.states import COUNTED, AppealState


@dataclass(frozen=True)
class Counts:
    """Of the audits of a branch, or of several together, that count."""

    audits: int = 0
    answers: int = 0
    waiting: int = 0
    upheld: int = 0
    rejected: int = 0

    @property
    def appeals(self) -> int:
        """Those that were taken back are not among them."""
        return self.waiting + self.decided

    @property
    def decided(self) -> int:
        return self.upheld + self.rejected


def by_branch(session: Session, *, since: datetime) -> dict[int, Counts]:
    """Of the audits released since then, by the branch's number; branches without one are left out."""
    there, counts = col(Audit.branch_id), (col(Audit.state).in_([one.value for one in COUNTED]), _released(since))
    audits = dict(session.exec(select(there, func.count()).where(*counts).group_by(there)).all())
    given = select(there, func.count()).join(Answer, col(Answer.audit_id) == Audit.id)
    answers = dict(session.exec(given.where(*counts).group_by(there)).all())
    disputed = select(there, Appeal.state, func.count()).join(Appeal, col(Appeal.audit_id) == Audit.id)
    found = session.exec(disputed.where(*counts).group_by(there, col(Appeal.state))).all()
    states = {(branch, state): n for branch, state, n in found}
    return {
        branch: Counts(
            audits=n,
            answers=answers.get(branch, 0),
            waiting=states.get((branch, AppealState.OPEN.value), 0),
            upheld=states.get((branch, AppealState.UPHELD.value), 0),
            rejected=states.get((branch, AppealState.REJECTED.value), 0),
        )
        for branch, n in audits.items()
    }


def _released(since: datetime) -> ColumnElement[bool]:
    return col(Audit.released_at) >= since


def together(found: Iterable[Counts]) -> Counts:
    """The sums of several branches."""
    sums: Counter[str] = Counter()
    for one in found:
        sums.update({part.name: getattr(one, part.name) for part in fields(one)})
    return Counts(**sums)
