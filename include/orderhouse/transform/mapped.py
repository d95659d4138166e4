"""Which fields of the raw order a connection's mapping reads, its overrides and custom fields included."""

from __future__ import annotations

from fnmatch import fnmatchcase

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.configuration.options import CustomField
from include.orderhouse.mapping import TableMapping
from include.orderhouse.model import LINE, ORDER
from include.orderhouse.transform.table import overridden

Bases = tuple[str, ...]
"""Paths of the objects that are a table's rows; a mapping may name several places for them."""


class Mapped:
    """The paths of a connection's mapping, from the raw order on, as of `SourceFields`."""

    def __init__(self, connection: Connection) -> None:
        self._paths: set[str] = set()
        self.columns: dict[tuple[str, str], tuple[str, ...]] = {}
        """By canonical table and column, the paths it is read from."""
        self.custom: dict[CustomField, tuple[str, ...]] = {}
        """The paths of each custom field that names one."""
        self._patterns: list[str] = []
        above: list[Bases] = [("",)]
        for entry in connection.connector.mapping.tables:
            if entry.table is not ORDER:
                above = above[: 1 if entry.table is LINE else 2]
                above.append(tuple(_joined(base, at) for base in above[-1] for at in entry.at))
            self._add_table(connection, entry, above)
        named = (*self._paths, *self._patterns)
        self._ancestors = {path[:at] for path in named for at, sign in enumerate(path) if sign == "."}

    def reads(self, path: str) -> bool:
        """Whether the mapping reads the field, or something in it."""
        is_read = path in self._paths or path in self._ancestors
        return is_read or any(fnmatchcase(path, pattern) for pattern in self._patterns)

    def _add_table(self, connection: Connection, entry: TableMapping, above: list[Bases]) -> None:
        overrides = connection.options.overrides_of(entry.table)
        for binding in entry.bindings:
            expression = overridden(binding, overrides)
            found = [path for read in (expression.reads if expression else ()) for path in self._add(read, above)]
            self.columns[entry.table.name, binding.slot.column.name] = tuple(found)
        for custom in connection.options.custom_fields_of(entry.table):
            self.custom[custom] = self._add(custom.source or "", above)
            self._patterns += [_joined(base, custom.pattern) for base in above[-1] if custom.pattern]

    def _add(self, path: str, above: list[Bases]) -> tuple[str, ...]:
        level = len(path) - len(path.lstrip("^"))
        own = path.lstrip("^").lstrip(".")
        found = tuple(_joined(base, own) for base in above[-1 - level]) if own and level < len(above) else ()
        if "*" in own:
            self._patterns += found
            return ()
        self._paths.update(found)
        return found


def _joined(base: str, path: str) -> str:
    return f"{base}.{path}" if base else path
