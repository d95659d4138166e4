"""What a canonical column is: its kind, its meaning and the code list it speaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """The canonical types. Scales are those of the warehouse; values are stored unrounded up to them."""

    TEXT = "text"  # Unicode NFC, outer blanks trimmed, empty becomes NULL
    CODE = "code"  # a pair: the normalised value or NULL, and the source's own in `<name>_source`
    MONEY = "money"  # NUMERIC(28,6)
    QUANTITY = "quantity"  # NUMERIC(28,6)
    PRICE = "price"  # NUMERIC(28,10)
    RATE = "rate"  # NUMERIC(28,12)
    PERCENT = "percent"  # NUMERIC(28,6); 19 means 19 %
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"  # a business date in the company's calendar, never converted
    INSTANT = "instant"  # timestamptz in UTC
    JSON = "json"
    UUID = "uuid"


SCALES: dict[Kind, int] = {Kind.MONEY: 6, Kind.QUANTITY: 6, Kind.PRICE: 10, Kind.RATE: 12, Kind.PERCENT: 6}
"""Digits after the point that the warehouse keeps, by kind; the precision is 28 digits for all of them."""

PRECISION = 28

LONGEST_INDEXED = 2000
"""Bytes of a text that an index holds: PostgreSQL's hold 2704 with what else an entry has."""


class CodeList(StrEnum):
    """The standard a normalised code belongs to."""

    CURRENCY = "ISO 4217"
    COUNTRY = "ISO 3166-1 alpha-2"
    REGION = "ISO 3166-2"
    UNIT = "UN/ECE Recommendation 20"
    DELIVERY_TERMS = "Incoterms 2020"
    LANGUAGE = "BCP 47"


@dataclass(frozen=True)
class Column:
    """One column of a canonical table."""

    name: str
    kind: Kind
    description: str
    required: bool = False
    """A row without it cannot be loaded: its order is rejected."""
    codes: CodeList | tuple[str, ...] = ()
    """For codes: the standard list, or the canonical values themselves."""
    optional_to_map: bool = False
    """A mapping may leave it out without saying so."""
    is_indexed: bool = False
    """Rows are found by it: an order in which it is longer than LONGEST_INDEXED bytes is rejected."""


def column(kind: Kind, description: str, **facts: Any) -> Any:
    """A dataclass field that carries its `Column`; unset means that a mapping gives it no source."""
    return field(default=None, metadata={"column": Column("", kind, description, **facts)})


def group(description: str) -> Any:
    """A dataclass field that stands for the columns of a nested dataclass, prefixed with its own name."""
    return field(default=None, metadata={"group": description})


@dataclass(frozen=True)
class Slot:
    """One place of a mapping: the column, and where its source stands in the mapping (``("ship_to", "city")``)."""

    column: Column
    path: tuple[str, ...]


def slots(table: type[Any], groups: dict[str, type[Any]]) -> Iterator[Slot]:
    """The mappable places of a table in order; ``groups`` names the dataclass of each group field."""
    if not is_dataclass(table):
        raise TypeError(f"{table!r} is not a canonical table")
    for entry in fields(table):
        if "group" in entry.metadata:
            for inner in slots(groups[entry.name], {}):
                described = f"{entry.metadata['group']}: {inner.column.description}"
                name = f"{entry.name}_{inner.column.name}"
                yield Slot(_renamed(inner.column, name, described), (entry.name, *inner.path))
        else:
            known: Column = entry.metadata["column"]
            yield Slot(_renamed(known, entry.name, known.description), (entry.name,))


def _renamed(known: Column, name: str, description: str) -> Column:
    return replace(known, name=name, description=description)


def source_column(coded: Column) -> Column:
    """The twin of a code column that keeps the source's own value verbatim."""
    return Column(f"{coded.name}_source", Kind.TEXT, f"The source's own value of `{coded.name}`", optional_to_map=True)
