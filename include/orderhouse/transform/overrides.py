"""What a connection puts in the place of its connector's mapping, and what is said where that cannot be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from include.orderhouse.codes import normalise
from include.orderhouse.connections import Connection
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.mapping import Binding, Expression, TableMapping
from include.orderhouse.model import CodeList, Column, Kind
from include.orderhouse.options import Override

ABOVE = {"order": 0, "line": 1, "schedule": 2, "distribution": 2}
"""How many records lie above a row of each table: its line, its order."""

KEY = ("order", "source_order_id")
"""The column that must say what the connector's own scans and reads say."""

_UNIT = re.compile("[A-Z0-9]{2,3}")
"""How the recommendation writes units. It has far more than the list of them here."""


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
        table=override.codes or base.table,
        zone=override.time_zone or base.zone,
    )


def check_tables(connection: Connection) -> None:
    """Raise ConfigurationInvalid where a table is overridden that the connector does not fill."""
    filled = {entry.table.short_name for entry in connection.connector.mapping.tables}
    for name in connection.options.overrides:
        if name not in filled:
            raise ConfigurationInvalid(
                f"Connection {connection.name!r} overrides columns of {name}, of which "
                f"{connection.connector.label} gives no rows.",
                action=f"Leave overrides.{name} out.",
            )


def check_choices(connection: Connection, mapping: TableMapping) -> None:
    """Raise ConfigurationInvalid where an override or custom field of a table cannot be what is meant."""
    short = mapping.table.short_name
    known: dict[str, Column] = {b.slot.column.name: b.slot.column for b in mapping.bindings}
    for name, override in connection.options.overrides_of(mapping.table).items():
        if name not in known:
            raise ConfigurationInvalid(
                f"Connection {connection.name!r} overrides {short}.{name}, which is no canonical column.",
                action="Correct the name in connections.yaml; docs/data-dictionary.md lists the columns.",
            )
        if (short, name) == KEY:
            raise ConfigurationInvalid(
                f"Connection {connection.name!r} overrides {short}.{name}, by which its syncs know orders again: each "
                "would be there twice, or all be one.",
                action="Leave it to the connector; custom_fields can hold another key beside it.",
            )
        if override.codes:
            _check_codes(connection, short, known[name], override.codes)
        _check_height(connection, short, override.source)
    for custom in connection.options.custom_fields_of(mapping.table):
        _check_height(connection, short, custom.source)


def _check_codes(connection: Connection, table: str, column: Column, codes: Mapping[str, str]) -> None:
    if column.kind is not Kind.CODE:
        raise ConfigurationInvalid(
            f"Connection {connection.name!r} gives codes for {table}.{column.name}, which is no code column.",
            action="Leave codes out.",
        )
    if wrong := sorted(code for code in codes.values() if not _is_canonical(code, column.codes)):
        named = column.codes if isinstance(column.codes, CodeList) else ", ".join(column.codes)
        raise ConfigurationInvalid(
            f"Connection {connection.name!r} gives {table}.{column.name} codes that it cannot have: "
            f"{', '.join(map(repr, wrong))}.",
            action=f"There are: {named}.",
        )


def _is_canonical(code: str, codes: Any) -> bool:
    if codes == CodeList.UNIT:
        return _UNIT.fullmatch(code) is not None
    return normalise(codes, code) == code if isinstance(codes, CodeList) else code in codes


def _check_height(connection: Connection, table: str, source: str | None) -> None:
    above = len(source or "") - len((source or "").lstrip("^"))
    if above > ABOVE[table]:
        raise ConfigurationInvalid(
            f"Connection {connection.name!r} reads {source!r} for a column of {table}, above which there is no such "
            "record.",
            action="A ^ is one step up: from a schedule or distribution to its line, from a line to its order.",
        )
