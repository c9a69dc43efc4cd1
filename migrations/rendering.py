"""How models are written down in a migration: our column types, and the triggers of append-only tables."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate import renderers
from alembic.operations.ops import CreateTableOp, MigrateOperation, OpContainer

from participation.database import APPEND_ONLY, UtcDateTime


class MakeAppendOnly(MigrateOperation):
    """The database itself refuses UPDATE and DELETE on this table from here on."""

    def __init__(self, table: str):
        self.table = table


@renderers.dispatch_for(MakeAppendOnly)
def _render(_: Any, operation: MakeAppendOnly) -> list[str]:
    return [f"make_append_only({operation.table!r})"]


def render_item(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Own column types: the instant by name, everything else as what it is stored in."""
    if kind != "type" or not type(item).__module__.startswith("participation."):
        return False
    if isinstance(item, UtcDateTime):
        return "UtcDateTime()"
    return "sa.Text()"


def add_append_only(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """After each new table that is append-only, its triggers."""
    for script in directives:
        _walk(script.upgrade_ops)


def _walk(container: OpContainer) -> None:
    operations: list[Any] = []
    for operation in container.ops:
        operations.append(operation)
        if isinstance(operation, OpContainer):
            _walk(operation)
        if isinstance(operation, CreateTableOp) and operation.table_name in APPEND_ONLY:
            operations.append(MakeAppendOnly(operation.table_name))
    container.ops = operations
