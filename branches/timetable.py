"""The timetable: when whose report is due, as the settings have it or as head office has set it, each from a week on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from sqlmodel import Field, Session, SQLModel, col, select

from branches import history
from branches.history import Actor
from branches.weeks import DueTime, Week


class DueChange(SQLModel, table=True):
    """From a week on a scope's report is due at another time; a later change of the same or an earlier week ends it."""

    __tablename__ = "due_change"

    id: int = Field(default=None, primary_key=True)
    scope: str = Field(max_length=32, index=True)
    first_week: date
    """The first reported week for which it holds."""
    weekday: str | None = Field(default=None, max_length=9)
    """None, as the hour: as the settings say."""
    hour: time | None = None


@dataclass(frozen=True)
class DueTimes:
    """When reports are due as the settings have it: the usual time, and those of scopes that have one of their own."""

    usual: DueTime = field(default_factory=DueTime)
    chain: DueTime | None = None
    regions: Mapping[str, DueTime] = field(default_factory=dict)
    """By the region's code."""

    def of(self, region_code: str | None) -> DueTime:
        """A region's; the chain's where none is named."""
        own = self.chain if region_code is None else self.regions.get(region_code)
        return own or self.usual


@dataclass(frozen=True)
class Times:
    """When one scope's reports are due, week by week."""

    settings: DueTime = field(default_factory=DueTime)
    changes: tuple[tuple[Week, DueTime | None], ...] = ()
    """In the order in which they were made: from which week on, and when; None: as the settings say."""

    def own(self, week: Week) -> DueTime | None:
        """What head office has set for that week's report; None where the settings hold."""
        return next((due for first, due in reversed(self.changes) if first <= week), None)

    def of(self, week: Week) -> DueTime:
        return self.own(week) or self.settings

    @property
    def last(self) -> DueTime | None:
        """What head office has set last, also where it holds only later."""
        return self.changes[-1][1] if self.changes else None


def changes(session: Session) -> dict[str, tuple[tuple[Week, DueTime | None], ...]]:
    """What head office has set, by scope."""
    found: dict[str, tuple[tuple[Week, DueTime | None], ...]] = {}
    for row in session.exec(select(DueChange).order_by(col(DueChange.id))):
        found[row.scope] = (*found.get(row.scope, ()), (Week(row.first_week), _due(row)))
    return found


def _due(row: DueChange) -> DueTime | None:
    return DueTime(row.weekday, row.hour) if row.weekday is not None and row.hour is not None else None


def change(
    session: Session, scope_key: str, due: DueTime | None, first: Week, *, by: Actor | None, at: datetime
) -> None:
    """Has the scope's reports due at another time from that week on; None: as the settings say.

    Nothing that was due already is due anew: `editions.Scope.changes_from` says from which week on a change may hold.
    """
    weekday, hour = (due.weekday, due.at) if due is not None else (None, None)
    row = DueChange(scope=scope_key, first_week=first.monday, weekday=weekday, hour=hour)
    session.add(row)
    after = None if due is None else str(due)
    history.write(
        session, "change_due", row, by=by, at=at, scope=scope_key, due=after, first_week=first.monday.isoformat()
    )


def made(session: Session, scope_key: str, *, most: int = 50) -> list[DueChange]:
    """The last changes of one scope's, the latest first."""
    query = select(DueChange).where(DueChange.scope == scope_key).order_by(col(DueChange.id).desc())
    return list(session.exec(query.limit(most)))


def unknown(times: DueTimes, codes: Iterable[str | None]) -> list[str]:
    """Codes that the settings give a time and that no region has: misspelt, or not there yet."""
    return sorted(times.regions.keys() - set(codes))
