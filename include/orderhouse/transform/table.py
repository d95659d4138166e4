"""One canonical table of a batch: all its columns read from its raw rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.configuration.options import CustomField, Override
from include.orderhouse.frames import SCHEMAS
from include.orderhouse.mapping import Binding, Expression, TableMapping
from include.orderhouse.model import CodeList, Table
from include.orderhouse.transform.columns import ColumnReader, Empties
from include.orderhouse.transform.custom import read_custom_fields
from include.orderhouse.transform.rows import Failure, RawRows

OUTSIDE_THE_HASH = frozenset({"source_modified_at", "source_version"})
"""A touch without a change of content rewrites no row; `ops.order_version` keeps the latest modification time."""

BETWEEN_COLUMNS = "\x00"
"""No text holds it: so the joined columns of two rows are equal only if each column is."""


@dataclass
class ReadTable:
    """The columns of one table in one batch by name, with what failed and what is odd."""

    table: Table
    rows: RawRows
    columns: dict[str, pa.Array] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    oddities: list[Failure] = field(default_factory=list)

    def column(self, name: str) -> pa.Array:
        """A column's values; all NULL where the source does not have it."""
        found = self.columns.get(name)
        return found if found is not None else pa.nulls(len(self.rows), SCHEMAS[self.table.name].field(name).type)

    @cached_property
    def hashes(self) -> list[str]:
        """The hash of every row's content: of what its columns hold, each by its name.

        By its name, since a mapping that is corrected may put the same value into another column.
        """
        told = [_named(name, self.columns[name]) for name in sorted(self.columns) if self._counts(name)]
        # Arrow leaves out a row of which all is skipped: the table's name never is.
        rows = pa.repeat(self.table.name, len(self.rows))
        joined = pc.binary_join_element_wise(rows, *told, BETWEEN_COLUMNS, null_handling="skip")
        return [_digest(content) for content in joined.cast(pa.binary()).to_pylist()]

    def _counts(self, name: str) -> bool:
        """Whether a column makes a difference to the hash. One that is empty in all rows makes none."""
        return name not in OUTSIDE_THE_HASH and self.columns[name].null_count < len(self.rows)


class TableReader:
    """Reads one canonical table; compiled once per run from the mapping and the connection's own changes to it."""

    def __init__(self, mapping: TableMapping, connection: Connection) -> None:
        self.mapping = mapping
        self.empties = Empties.of(connection.connector.mapping.empty)
        overrides = connection.options.overrides_of(mapping.table)
        self._custom: Sequence[CustomField] = connection.options.custom_fields_of(mapping.table)
        self._has_custom = any(column.name == "custom_fields" for column in mapping.table.columns)
        zone = ZoneInfo(connection.options.time_zone)
        bound = ((b.slot.column, overridden(b, overrides)) for b in mapping.bindings)
        self._readers = [ColumnReader(c, e, self.empties, zone) for c, e in bound if e is not None]
        self._readers.sort(key=lambda reader: reader.column.codes == CodeList.REGION)

    def read(self, rows: RawRows, only: frozenset[str] | None = None) -> ReadTable:
        """All columns of the rows, or ``only`` the named ones."""
        table = ReadTable(self.mapping.table, rows)
        readers = [reader for reader in self._readers if only is None or reader.column.name in only]
        rows.take({place for reader in readers for place in reader.expression.all_places})
        for reader in readers:
            self._read_column(reader, table)
        if self._has_custom and only is None:
            values, drifted = read_custom_fields(rows, self._custom, self.empties)
            table.columns["custom_fields"] = pa.array(values, pa.string())
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


def overridden(binding: Binding, overrides: Mapping[str, Override]) -> Expression | None:
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
        own=None,
        table=override.codes or base.table,
        truths=(),
        zone=override.time_zone or base.zone,
    )


def _named(name: str, values: pa.Array) -> pa.Array:
    """Values as texts behind the name of their column; NULL stays NULL."""
    return pc.binary_join_element_wise(name, _as_text(values), "=")


def _as_text(values: pa.Array) -> pa.Array:
    if pa.types.is_timestamp(values.type):
        values = values.cast(pa.int64())
    return values if pa.types.is_string(values.type) else values.cast(pa.string())


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()
