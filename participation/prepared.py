"""Statements of the hot paths on SQLite: compiled once, then handed straight to the driver.

SQLite answers a small question in a few microseconds; SQLAlchemy's way to ask it costs ten times that, mostly for what
never changes from one asking to the next.  Here the SQL text, the order of the values and what to do to each value are
kept with the statement.  The types are SQLAlchemy's own, so an instant or a list of choices goes in and comes out as ever.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.exc import DBAPIError, MultipleResultsFound, NoResultFound

Values = Mapping[str, Any] | Sequence[Mapping[str, Any]]
_GIVEN = object()  # in the place of a value that comes with each asking


class Rows(list[Any]):
    """What a statement brought, as named tuples; `rowcount` is how many rows it changed."""

    rowcount = -1

    def all(self) -> Rows:
        return self

    def first(self) -> Any:
        return self[0] if self else None

    def one_or_none(self) -> Any:
        if len(self) > 1:
            raise MultipleResultsFound("Multiple rows were found when one or none was required")
        return self.first()

    def one(self) -> Any:
        if not self:
            raise NoResultFound("No row was found when one was required")
        return self.one_or_none()

    def scalar_one(self) -> Any:
        return self.one()[0]

    def scalar_one_or_none(self) -> Any:
        row = self.one_or_none()
        return None if row is None else row[0]


class Prepared:
    """One statement for one dialect. `names` are the values that come with each asking."""

    def __init__(self, statement: Any, dialect: Any, names: Sequence[str], many: bool):
        compiled = statement.compile(dialect=dialect, column_keys=names, for_executemany=many)
        if compiled.prefetch or compiled.post_compile_params:
            raise ValueError("a prepared statement is given every value, and no list of changing length")
        self.sql = str(compiled)
        self.writes: bool = statement.is_dml
        self._driver_error = dialect.loaded_dbapi.Error
        bound = [(compiled.binds[name], name) for name in compiled.positiontup]
        self._inward = [
            (name, bind.type.dialect_impl(dialect).bind_processor(dialect), _GIVEN if bind.required else bind.value)
            for bind, name in bound
        ]
        columns = list(statement.exported_columns.items())
        self._row: Any = namedtuple("Row", [name for name, _ in columns], rename=True)  # type: ignore[misc]
        outward = [column.type.dialect_impl(dialect).result_processor(dialect, None) for _, column in columns]
        self._outward = [(place, convert) for place, convert in enumerate(outward) if convert is not None]

    def run(self, driver: Any, values: Values) -> Rows:
        """Run it on a driver's connection. Raises SQLAlchemy's errors, without the values: they may be secret."""
        try:
            if not isinstance(values, Mapping):
                driver.executemany(self.sql, [self._values(one) for one in values])
                return Rows()
            cursor = driver.execute(self.sql, self._values(values))
            rows = Rows(map(self._read, cursor.fetchall()))
            rows.rowcount = cursor.rowcount
        except self._driver_error as error:
            raise DBAPIError.instance(self.sql, None, error, self._driver_error) from error
        return rows

    def _values(self, given: Mapping[str, Any]) -> list[Any]:
        values = []
        for name, convert, constant in self._inward:
            value = given[name] if constant is _GIVEN else constant
            values.append(value if convert is None else convert(value))
        return values

    def _read(self, row: Sequence[Any]) -> Any:
        if not self._outward:
            return self._row._make(row)
        read = list(row)
        for place, convert in self._outward:
            read[place] = convert(read[place])
        return self._row._make(read)


_prepared: dict[Any, Prepared] = {}


def prepared(statement: Executable, dialect: Any, values: Values) -> Prepared:
    """The statement made ready, the first time it is asked. It stays for ever: only for statements made at import."""
    many = not isinstance(values, Mapping)
    key = (statement, dialect.name, many)
    found = _prepared.get(key)
    if found is None:
        names = list(values[0] if many else values)  # type: ignore[index,arg-type]
        found = _prepared[key] = Prepared(statement, dialect, names, many)
    return found
