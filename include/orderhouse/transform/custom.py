"""Custom fields: any source field under a name of the user's choice. They never reject an order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

from include.orderhouse import wire
from include.orderhouse.configuration.options import CustomField
from include.orderhouse.transform.columns import Empties
from include.orderhouse.transform.reading import (
    Unfit,
    read_boolean,
    read_date,
    read_decimal,
    read_document,
    read_instant,
    read_integer,
    read_text,
)
from include.orderhouse.transform.rows import Failure, RawRows

DRIFTED = "CUSTOM_FIELD_DRIFTED"

MOST_DIGITS = 10_000
"""Of a number, before the point or behind it: PostgreSQL writes the numbers of JSON out, and refuses 1E200000."""


def _read_decimal(value: Any) -> Decimal:
    number = read_decimal(value)
    if not -MOST_DIGITS <= int(number.as_tuple().exponent) <= number.adjusted() < MOST_DIGITS:
        raise Unfit(f"{str(number)[:80]} has more than {MOST_DIGITS} digits before or behind the point")
    return number


READERS: dict[str, Callable[[Any], Any]] = {
    "decimal": _read_decimal,
    "integer": read_integer,
    "boolean": lambda value: read_boolean(value, ()),
    "date": lambda value: read_date(value, None),
    "instant": lambda value: read_instant(value, None),
    "json": read_document,
}


def read_custom_fields(
    rows: RawRows, fields: Sequence[CustomField], empties: Empties
) -> tuple[list[str | None], list[Failure]]:
    """The `custom_fields` JSON of every row, and what did not fit its type and was kept as text.

    What is named stands in place of what a pattern takes under the same name.
    """
    found: list[dict[str, Any]] = [{} for _ in rows.records]
    drifted: list[Failure] = []
    for field in fields:
        if field.pattern is not None:
            _read_pattern(rows, field.pattern, empties, found)
    for field in fields:
        if field.pattern is None:
            _read_field(rows, field, empties, found, drifted)
    return [wire.storable_json(values) if values else None for values in found], drifted


def _read_pattern(rows: RawRows, pattern: str, empties: Empties, found: list[dict[str, Any]]) -> None:
    for record, values in zip(rows.records, found, strict=True):
        if isinstance(record, dict):
            for name in record:
                if fnmatchcase(name, pattern) and empties.hide(record[name], None) is not None:
                    values[name] = record[name]


def _read_field(
    rows: RawRows, field: CustomField, empties: Empties, found: list[dict[str, Any]], drifted: list[Failure]
) -> None:
    is_boolean = field.type == "boolean"
    for row, value in enumerate(rows.values(str(field.source))):
        value = value if is_boolean and isinstance(value, bool) else empties.hide(value, None)
        if value is None:
            continue
        try:
            found[row][field.key] = _plain(_reader(field.type)(value))
        except Unfit as error:
            found[row][field.key] = value if isinstance(value, str) else _as_text(value)
            reason = f"{field.source} is configured as {field.type}: {error}; it was kept as text"
            drifted.append(Failure(row, f"custom_fields.{field.key}", DRIFTED, reason, value))


def _reader(kind: str) -> Callable[[Any], Any]:
    return READERS.get(kind, _as_text)


def _as_text(value: Any) -> str | None:
    return wire.encode(value).decode() if isinstance(value, dict | list) else read_text(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return value
