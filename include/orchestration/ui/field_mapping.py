"""The field mapping of a connector, or of a connection with what its source has been seen to give."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from include.orchestration.ui.surroundings import warehouse
from include.orchestration.ui.unmapped import UnmappedField, unmapped_fields
from include.orderhouse.configuration.connections import Connection
from include.orderhouse.configuration.options import CustomField
from include.orderhouse.connector import Connector
from include.orderhouse.mapping import TableMapping
from include.orderhouse.mapping_page import overrides_of, reading_of, source_of
from include.orderhouse.model import CodeList
from include.orderhouse.transform.mapped import Mapped
from include.orderhouse.transform.table import overridden
from include.orderhouse.warehouse.reading.fields import (
    DriftNote,
    KnownSourceField,
    read_drift,
    read_source_fields,
)

_MOST_DRIFT = 100


class Seen(BaseModel):
    """What the source has been seen to give for a field."""

    share: float | None = Field(
        None, description="Share of the rows in the latest syncs, ten at most, that had it; null: not known"
    )
    sample: str | None = Field(None, description="A value it has had, shortened")
    last_seen_at: datetime | None = None
    vanished_at: datetime | None = Field(None, description="Since when it no longer comes although it should")


class MappedField(BaseModel):
    """One canonical column and where it comes from; in ``source`` and ``read_as``, the source's own is in backticks."""

    column: str
    description: str
    source: str
    read_as: str
    code_list: str | None = Field(description="The standard that a code is looked up in")
    codes: dict[str, str] | None = Field(description="Source value to canonical value, where the mapping lists them")
    is_overridden: bool
    seen: Seen


class MappedTable(BaseModel):
    """One canonical table."""

    table: str
    at: list[str] = Field(description="Where its rows stand in their parent's record; the first that is there counts")
    fields: list[MappedField]
    not_in_source: list[str] = Field(description="Columns that stay NULL because the source does not have them")


class MappedCustomField(BaseModel):
    """One entry of the connection's custom fields."""

    table: str
    name: str | None
    source: str | None
    pattern: str | None
    type: str
    seen: Seen


class FieldMapping(BaseModel):
    """How raw orders become rows of the warehouse."""

    connector: str
    label: str
    connection: str | None
    tables: list[MappedTable]
    custom_fields: list[MappedCustomField]
    unmapped: list[UnmappedField] = Field(description="What the source gives and nothing reads")
    drift: list[DriftNote] = Field(description="The latest first")


def field_mapping(connector: Connector, connection: Connection | None) -> FieldMapping:
    """The mapping; without a connection, nothing is told of what a source gives."""
    if connection is None:
        tables = [_table(table, None, {}, {}) for table in connector.mapping.tables]
        return FieldMapping(
            connector=connector.name, label=connector.label, connection=None, tables=tables,
            custom_fields=[], unmapped=[], drift=[],
        )  # fmt: skip
    known, mapped = read_source_fields(warehouse(), connection.name), Mapped(connection)
    return FieldMapping(
        connector=connector.name,
        label=connector.label,
        connection=connection.name,
        tables=[_table(table, connection, mapped.columns, known) for table in connector.mapping.tables],
        custom_fields=[_custom(field, mapped, known) for field in connection.options.custom_fields],
        unmapped=unmapped_fields(connection, mapped, known),
        drift=read_drift(warehouse(), connection.name, _MOST_DRIFT),
    )


def _table(
    table: TableMapping,
    connection: Connection | None,
    paths: dict[tuple[str, str], tuple[str, ...]],
    known: dict[str, KnownSourceField],
) -> MappedTable:
    overrides, fields, absent = overrides_of(table, connection), [], []
    for binding in table.bindings:
        column, expression = binding.slot.column, overridden(binding, overrides)
        if expression is None:
            absent.append(column.name)
            continue
        codes = column.codes
        fields.append(
            MappedField(
                column=column.name,
                description=column.description,
                source=source_of(expression),
                read_as=reading_of(column.kind, expression),
                code_list=str(codes) if isinstance(codes, CodeList) and not expression.table else None,
                codes=dict(expression.table) if expression.table else None,
                is_overridden=column.name in overrides,
                seen=_seen(paths.get((table.table.name, column.name), ()), known),
            )
        )
    return MappedTable(table=table.table.name, at=list(table.at), fields=fields, not_in_source=absent)


def _custom(field: CustomField, mapped: Mapped, known: dict[str, KnownSourceField]) -> MappedCustomField:
    """A field that is named and was never there is told as coming in no row: most likely it is misspelled."""
    paths = mapped.custom.get(field, ())
    seen = _seen(paths, known)
    if paths and known and seen.last_seen_at is None:
        seen = Seen(share=0.0)
    return MappedCustomField(
        table=field.table,
        name=None if field.pattern else field.key,
        source=field.source,
        pattern=field.pattern,
        type=field.type,
        seen=seen,
    )


def _seen(paths: tuple[str, ...], known: dict[str, KnownSourceField]) -> Seen:
    """Of several sources, what the one tells that comes most often."""
    found = sorted((known[path] for path in paths if path in known), key=lambda field: field.share or 0, reverse=True)
    if not found:
        return Seen()
    first = found[0]
    sample = next((field.sample for field in found if field.sample is not None), None)
    return Seen(share=first.share, sample=sample, last_seen_at=first.last_seen_at, vanished_at=first.vanished_at)
