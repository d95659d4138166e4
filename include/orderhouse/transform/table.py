"""One canonical table of a batch: all its columns read from its raw rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from include.orderhouse.connections import Connection, CustomField, Override
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.mapping import Binding, Expression, TableMapping
from include.orderhouse.model import CodeList, Column, Kind
from include.orderhouse.transform.columns import ColumnReader, Empties
from include.orderhouse.transform.custom import read_custom_fields
from include.orderhouse.transform.rows import Failure, RawRows

OUTSIDE_THE_HASH = frozenset({"source_modified_at", "source_version"})
"""A touch without a change of content rewrites no row; `ops.order_version` keeps the latest modification time."""

_encoder = msgspec.msgpack.Encoder()


@dataclass
class ReadTable:
    """The columns of one table in one batch by name, with what failed and what is odd."""

    rows: RawRows
    columns: dict[str, list[Any]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    oddities: list[Failure] = field(default_factory=list)

    def column(self, name: str) -> list[Any]:
        """A column's values; all None where the source does not have it."""
        return self.columns.get(name) or [None] * len(self.rows)

    def hashes(self) -> list[str]:
        """The hash of every row's content."""
        names = sorted(name for name in self.columns if name not in OUTSIDE_THE_HASH)
        columns = [self.columns[name] for name in names]
        if not columns:
            return [_digest(b"")] * len(self.rows)
        return [_digest(_encoder.encode(values)) for values in zip(*columns, strict=True)]


class TableReader:
    """Reads one canonical table; compiled once per run from the mapping and the connection's own changes to it."""

    def __init__(self, mapping: TableMapping, connection: Connection) -> None:
        short = mapping.table.name.removeprefix("purchase_order").lstrip("_") or "order"
        self.mapping = mapping
        self.empties = Empties.of(connection.connector.mapping.empty)
        overrides = connection.options.overrides.get(short, {})  # type: ignore[call-overload]
        _check_overrides(connection, short, mapping, overrides)
        self._custom: Sequence[CustomField] = [f for f in connection.options.custom_fields if f.table == short]
        self._has_custom = any(column.name == "custom_fields" for column in mapping.table.columns)
        zone = ZoneInfo(connection.options.time_zone)
        bound = ((b.slot.column, overridden(b, overrides)) for b in mapping.bindings)
        self._readers = [ColumnReader(c, e, self.empties, zone) for c, e in bound if e is not None]
        self._readers.sort(key=lambda reader: reader.column.codes == CodeList.REGION)

    def read(self, rows: RawRows) -> ReadTable:
        """All columns of the rows."""
        table = ReadTable(rows)
        for reader in self._readers:
            self._read_column(reader, table)
        if self._has_custom:
            table.columns["custom_fields"], drifted = read_custom_fields(rows, self._custom, self.empties)
            table.oddities += drifted
        return table

    def _read_column(self, reader: ColumnReader, table: ReadTable) -> None:
        name = reader.column.name
        countries = None
        if reader.column.codes == CodeList.REGION:
            countries = table.column(name.removesuffix("region") + "country")
        reading = reader.read(table.rows, countries)
        table.columns[name] = reading.values
        if reading.source_values is not None:
            table.columns[f"{name}_source"] = reading.source_values
        table.failures += reading.failures
        table.oddities += reading.oddities


def overridden(binding: Binding, overrides: dict[str, Override]) -> Expression | None:
    """The binding's expression, or what the connection puts in its place."""
    override = overrides.get(binding.slot.column.name)
    if override is None:
        return binding.expression
    if override.constant is not None:
        return Expression(None, constant=override.constant, table=override.codes)
    base = binding.expression or Expression(binding.slot.column.kind)
    return replace(
        base,
        constant=None,
        places=(str(override.source),),
        table=override.codes or base.table,
        zone=override.time_zone or base.zone,
    )


def _check_overrides(connection: Connection, short: str, mapping: TableMapping, overrides: dict[str, Override]) -> None:
    known: dict[str, Column] = {b.slot.column.name: b.slot.column for b in mapping.bindings}
    for name, override in overrides.items():
        if name not in known:
            raise ConfigurationInvalid(
                f"Connection {connection.name!r} overrides {short}.{name}, which is no canonical column.",
                action="Correct the name in connections.yaml; docs/data-dictionary.md lists the columns.",
            )
        if override.codes and known[name].kind is not Kind.CODE:
            raise ConfigurationInvalid(
                f"Connection {connection.name!r} gives codes for {short}.{name}, which is no code column.",
                action="Leave codes out.",
            )


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()
