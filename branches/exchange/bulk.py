"""Many rows of one table at a time: what the driver does fastest, with the columns' own types."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel


class Bulk:
    """Inserts rows given as tuples into the named columns of a table."""

    def __init__(self, session: Session, table: type[SQLModel], columns: Sequence[str]) -> None:
        self._connection = session.connection()
        self._table: sa.Table = table.__table__  # type: ignore[attr-defined]
        quote = self._connection.dialect.identifier_preparer.quote
        self._names = ", ".join(quote(column) for column in columns)
        self._name = quote(self._table.name)
        self._stored = [_stored(self._table.c[column].type, self._connection.dialect) for column in columns]

    def insert(self, rows: Iterable[tuple[Any, ...]]) -> None:
        rows = self._as_stored(rows)
        if not rows:
            return
        if self._connection.dialect.name == "postgresql":
            self._copy(rows)
        else:
            places = ", ".join("?" * len(rows[0]))
            self._connection.exec_driver_sql(f"INSERT INTO {self._name} ({self._names}) VALUES ({places})", rows)  # noqa: S608 - our own names

    def _as_stored(self, rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        if not any(self._stored):
            return list(rows)
        columns = list(zip(*rows, strict=True))
        kept = [
            c if stored is None else _each_once(stored, c) for stored, c in zip(self._stored, columns, strict=False)
        ]
        return list(zip(*kept, strict=True))

    def _copy(self, rows: list[tuple[Any, ...]]) -> None:
        """PostgreSQL takes rows fastest by COPY, which SQLAlchemy has no word for."""
        cursor = self._connection.connection.cursor()
        with cursor.copy(f"COPY {self._name} ({self._names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.close()


Stored = Callable[[Any], Any]


def _stored(kind: sa.types.TypeEngine[Any], dialect: sa.Dialect) -> Stored | None:
    """How a column's values become what the driver takes; None where they are that already."""
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _each_once(stored: Stored, values: Sequence[Any]) -> list[Any]:
    known = {value: stored(value) for value in set(values)}
    return [known[value] for value in values]


def reserve(session: Session, table: type[SQLModel], number: int) -> Sequence[int]:
    """So many ids of a table that nobody else will take before this transaction ends."""
    name = table.__tablename__
    if session.get_bind().dialect.name == "postgresql":
        sequence = sa.func.pg_get_serial_sequence(name, "id")
        query = sa.select(sa.func.nextval(sequence)).select_from(sa.func.generate_series(1, number))
        return list(session.execute(query).scalars())
    ids = table.__table__.c.id  # type: ignore[attr-defined]
    last = session.execute(sa.select(sa.func.coalesce(sa.func.max(ids), 0))).scalar_one()
    return range(last + 1, last + 1 + number)
