"""The triggers that make a table append-only, and the one way round them: erasure after the retention time.

A class says what of a row is personal:

    __erased__ = {"choices": "{}", "salt": b""}   these columns may be set to exactly these values, once, or
    __erased__ = "rows"                           the whole row may go
    __erased_when__ = "... {row}.return_id ..."   a condition in SQL; by default the row's vote stands in `erasures`

A column that is empty (NULL) stays empty.  Everything else of the row must stay as it is.  `erasures` in turn takes a
vote only under the conditions of its own `__only_when__`.  So the database itself, not the site, decides what can go.
"""

from __future__ import annotations

from typing import Any

ERASED_VOTE = "EXISTS (SELECT 1 FROM erasures WHERE erasures.vote_id = {row}.vote_id)"


def erased_columns(cls: Any) -> dict[str, Any]:
    """Column -> the value that it has after erasure; empty for classes that keep everything or lose whole rows."""
    what = getattr(cls, "__erased__", {})
    return what if isinstance(what, dict) else {}


def loses_rows(cls: Any) -> bool:
    return getattr(cls, "__erased__", None) == "rows"


def erasable_when(cls: Any, row: str) -> str:
    """The condition under which a row may be erased; `row`: OLD in a trigger, or the table's name."""
    return str(getattr(cls, "__erased_when__", ERASED_VOTE)).replace("{row}", row)


def literal(value: Any, dialect: str) -> str:
    """What stands in an erased column, as SQL: empty text, empty bytes, a text, or NULL."""
    if value is None:
        return "NULL"
    if value == b"":
        return "x''" if dialect == "sqlite" else "CAST('' AS bytea)"
    if isinstance(value, str) and "'" not in value:
        return f"'{value}'"
    raise TypeError(f"not a value that erasure leaves behind: {value!r}")


def triggers(cls: Any, dialect: str) -> list[str]:
    """The statements that make the table of `cls` append-only on this kind of database."""
    table = cls.__table__
    may_empty = _may_empty(cls, table, dialect)
    may_go = erasable_when(cls, "OLD") if loses_rows(cls) else None
    only_when = getattr(cls, "__only_when__", {}).get(dialect)
    make = _sqlite if dialect == "sqlite" else _postgresql
    return make(table.name, may_empty, may_go, only_when)


def _may_empty(cls: Any, table: Any, dialect: str) -> str | None:
    """The condition for an UPDATE that erases: the erased columns as declared, every other as it was."""
    erased = erased_columns(cls)
    if not erased:
        return None
    unknown = set(erased) - set(table.columns.keys())
    if unknown:
        raise TypeError(f"{table.name} has no column {sorted(unknown)}")
    same = "IS" if dialect == "sqlite" else "IS NOT DISTINCT FROM"
    parts = [f"({erasable_when(cls, 'OLD')})"]
    for column in table.columns:
        name = f'"{column.name}"'
        if column.name in erased:
            value = literal(erased[column.name], dialect)
            kept = f" OR (OLD.{name} IS NULL AND NEW.{name} IS NULL)" if column.nullable else ""
            parts.append(f"(NEW.{name} {same} {value}{kept})")
        else:
            parts.append(f"NEW.{name} {same} OLD.{name}")
    return " AND ".join(parts)


def _sqlite(table: str, may_empty: str | None, may_go: str | None, only_when: str | None) -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"

    def unless(condition: str | None) -> str:
        return f"WHEN NOT coalesce({condition}, 0) " if condition else ""

    statements = [
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {unless(may_empty)}{refuse}",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {unless(may_go)}{refuse}",
    ]
    if only_when:
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} takes no such row'); END"
        statements.append(f"CREATE TRIGGER {table}_only_when BEFORE INSERT ON {table} {unless(only_when)}{refuse}")
    return statements


def _postgresql(table: str, may_empty: str | None, may_go: str | None, only_when: str | None) -> list[str]:
    # Nested, because OLD and NEW may be looked at only where the operation has them.
    empty = f"IF TG_OP = 'UPDATE' THEN IF {may_empty} THEN RETURN NEW; END IF; END IF; " if may_empty else ""
    go = f"IF TG_OP = 'DELETE' THEN IF {may_go} THEN RETURN OLD; END IF; END IF; " if may_go else ""
    statements = [
        f"CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {empty}{go}RAISE EXCEPTION '{table} is append-only'; END $$",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()",
    ]
    if only_when:
        statements += [
            f"CREATE OR REPLACE FUNCTION {table}_only_when() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF {only_when} THEN RETURN NEW; END IF; RAISE EXCEPTION '{table} takes no such row'; END $$",
            f"CREATE TRIGGER {table}_only_when BEFORE INSERT ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_only_when()",
        ]
    return statements
