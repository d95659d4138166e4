"""What a connection changes about its connector's mapping, held against that mapping before anything is read."""

from __future__ import annotations

import re
from collections import Counter
from zoneinfo import ZoneInfo

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.configuration.options import Override
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.mapping import Binding, TableMapping
from include.orderhouse.model import LINE, ORDER, CodeList, Column, Kind
from include.orderhouse.transform.columns import ColumnReader, Empties
from include.orderhouse.transform.rows import RawRows
from include.orderhouse.transform.table import overridden
from include.orderhouse.values.codes import normalise

IDENTITY = "source_order_id"
BOOLEANS = ("true", "false")
_UNIT = re.compile("[A-Z0-9]{2,3}")
"""How the recommendation writes units. It has far more than the list of them here."""


def check_changes(connection: Connection) -> None:
    """Hold custom fields and overrides against the mapping. Raises ConfigurationInvalid naming what to correct."""
    mapped = {entry.table.short_name: entry for entry in connection.connector.mapping.tables}
    if absent := sorted(connection.options.overrides.keys() - mapped.keys()):
        raise ConfigurationInvalid(
            f"Connection {connection.name!r} overrides {absent[0]}, which {connection.connector.label} does not have.",
            action=f"Leave it out; there are: {', '.join(mapped)}.",
        )
    for entry in mapped.values():
        _check_custom_fields(connection, entry)
        _check_overrides(connection, entry)


def _check_overrides(connection: Connection, mapping: TableMapping) -> None:
    bound = {binding.slot.column.name: binding for binding in mapping.bindings}
    for name, override in connection.options.overrides_of(mapping.table).items():
        where = f"Connection {connection.name!r} overrides {mapping.table.short_name}.{name}"
        if name not in bound:
            raise ConfigurationInvalid(
                f"{where}, which is no canonical column.",
                action="Correct the name in connections.yaml; docs/data-dictionary.md lists the columns.",
            )
        if name == IDENTITY:
            raise ConfigurationInvalid(
                f"{where}: an order of another key would be another order, and come twice.", action="Leave it out."
            )
        _check_override(where, override, bound[name].slot.column)
        if override.source is not None:
            _check_path(where, override.source, mapping)
        else:
            _check_constant(where, bound[name], override, connection)


def _check_custom_fields(connection: Connection, mapping: TableMapping) -> None:
    short = mapping.table.short_name
    named = [custom for custom in connection.options.custom_fields_of(mapping.table) if custom.source is not None]
    for custom in named:
        where = f"Connection {connection.name!r} takes the custom field {short}.{custom.key}"
        _check_path(where, str(custom.source), mapping)
    for name, times in Counter(custom.key for custom in named).items():
        if times > 1:
            raise ConfigurationInvalid(
                f"Connection {connection.name!r} has {times} custom fields {short}.{name}; one would hide the other.",
                action="Give each a name of its own in connections.yaml.",
            )


def _check_path(where: str, path: str, mapping: TableMapping) -> None:
    own = path.lstrip("^")
    level, above = len(path) - len(own), {ORDER: 0, LINE: 1}.get(mapping.table, 2)
    if level > above:
        has = f"has only {above} above it" if above else "has no parent"
        raise ConfigurationInvalid(
            f"{where} from {path!r}, but {mapping.table.short_name} {has}.", action=f"Write at most {above} ^."
        )
    steps = own.removeprefix("." if level else "").split(".")
    if not all(step.strip() for step in steps) or "^" in own:
        raise ConfigurationInvalid(
            f"{where} from {path!r}, which is no path.",
            action="Write the names of fields with dots between them, such as partner_id.ref.",
        )


def _check_override(where: str, override: Override, column: Column) -> None:
    if override.codes and column.kind not in (Kind.CODE, Kind.BOOLEAN):
        raise ConfigurationInvalid(
            f"{where} with codes, but it is neither a code nor true or false.", action="Leave codes out."
        )
    if override.time_zone and column.kind not in (Kind.INSTANT, Kind.DATE):
        raise ConfigurationInvalid(
            f"{where} with a time_zone, but it is neither an instant nor a day.", action="Leave time_zone out."
        )
    if wrong := sorted({code for code in (override.codes or {}).values() if not _can_stand(code, column)}):
        raise ConfigurationInvalid(
            f"{where} with the codes {', '.join(map(repr, wrong))}, which {_list_of(column)} does not have.",
            action="Write the source's value on the left, the canonical one on the right.",
        )


def is_canonical(code: str, column: Column) -> bool:
    """Whether a code is one of its column's, or of the standard that the column speaks."""
    return normalise(column.codes, code) == code if isinstance(column.codes, CodeList) else code in column.codes


def _can_stand(code: str, column: Column) -> bool:
    """Whether a connection may name a code: of units the recommendation has far more than the list of them here."""
    if column.kind is Kind.BOOLEAN:
        return code in BOOLEANS
    is_unit = column.codes == CodeList.UNIT and _UNIT.fullmatch(code) is not None
    return is_unit or is_canonical(code, column)


def _list_of(column: Column) -> str:
    if column.kind is Kind.BOOLEAN:
        return f"the list ({', '.join(BOOLEANS)})"
    return str(column.codes) if isinstance(column.codes, CodeList) else f"the list ({', '.join(column.codes)})"


def _check_constant(where: str, binding: Binding, override: Override, connection: Connection) -> None:
    """Read the constant as a sync would. What a region is depends on its country, which only an order has."""
    column, expression = binding.slot.column, overridden(binding, {binding.slot.column.name: override})
    if expression is None or column.codes == CodeList.REGION:
        return
    empties = Empties.of(connection.connector.mapping.empty)
    reader = ColumnReader(column, expression, empties, ZoneInfo(connection.options.time_zone))
    reading = reader.read(RawRows([{}], [0]))
    for finding in (*reading.failures, *reading.oddities):
        raise ConfigurationInvalid(f"{where}, but {finding.reason}.", action="Correct it in connections.yaml.")
