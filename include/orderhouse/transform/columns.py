"""Reading one canonical column of a batch: values in, canonical values and failures out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from include.orderhouse import wire
from include.orderhouse.codes import normalise
from include.orderhouse.mapping import Expression
from include.orderhouse.model import SCALES, CodeList, Column, Kind
from include.orderhouse.transform.reading import (
    Unfit,
    fit_decimal,
    read_boolean,
    read_date,
    read_decimal,
    read_document,
    read_instant,
    read_integer,
    read_text,
)
from include.orderhouse.transform.rows import Failure, RawRows, getter

UNFIT = "VALUE_DOES_NOT_FIT"
KEY_MISSING = "KEY_MISSING"
MAPPING_FAILED = "MAPPING_FAILED"
UNKNOWN_CODE = "UNKNOWN_CODE"
DIGITS_LOST = "DIGITS_LOST"


@dataclass
class Reading:
    """One column of a batch as it was read."""

    values: list[Any]
    source_values: list[str | None] | None = None
    """For codes: what the source said."""
    failures: list[Failure] = field(default_factory=list)
    """They reject their orders."""
    oddities: list[Failure] = field(default_factory=list)
    """They are noted; the value is loaded as far as it can be."""


@dataclass(frozen=True)
class Empties:
    """The wire values that mean "nothing"."""

    texts: frozenset[str]
    false: bool

    @classmethod
    def of(cls, values: tuple[Any, ...]) -> Empties:
        """From a mapping's ``empty``."""
        return cls(frozenset(v for v in values if isinstance(v, str)), any(v is False for v in values))

    def hide(self, value: Any, kind: Kind | None) -> Any:
        """The value, or None where it means nothing."""
        if isinstance(value, str):
            return None if not value.strip() or value in self.texts else value
        if value is False and self.false and kind is not Kind.BOOLEAN:
            return None
        return value


class ColumnReader:
    """Reads one column; compiled once per run from the column and its expression."""

    def __init__(self, column: Column, expression: Expression, empties: Empties, zone: ZoneInfo) -> None:
        self.column, self.expression = column, expression
        self._empties = empties
        self._getters = [getter(place) for place in expression.places]
        chosen = expression.zone
        self._zone = None if chosen is None else zone if chosen == "connection" else ZoneInfo(chosen)

    def read(self, rows: RawRows, countries: list[str | None] | None = None) -> Reading:
        """The column of all rows. ``countries`` stand beside a region column, whose codes need them."""
        found = self._found(rows)
        reading = self._codes(found, countries) if self.column.kind is Kind.CODE else self._plain(found)
        if self.column.required:
            missing = [row for row, value in enumerate(reading.values) if value is None]
            known = {failure.row for failure in reading.failures}
            reading.failures += [
                Failure(row, self.column.name, KEY_MISSING, f"{self._said()} is empty")
                for row in missing
                if row not in known
            ]
        return reading

    def _found(self, rows: RawRows) -> list[Any]:
        if self.expression.constant is not None:
            return [self.expression.constant] * len(rows)
        kind = self.column.kind
        found = [self._empties.hide(value, kind) for value in self._getters[0](rows)]
        for take in self._getters[1:]:
            if None not in found:
                break
            found = [
                self._empties.hide(other, kind) if value is None else value
                for value, other in zip(found, take(rows), strict=True)
            ]
        return found

    def _plain(self, found: list[Any]) -> Reading:
        reading = Reading([None] * len(found))
        convert = self._converter(reading)
        for row, value in enumerate(found):
            if value is not None:
                self._read_into(reading, row, value, convert)
        return reading

    def _read_into(self, reading: Reading, row: int, value: Any, convert: Callable[[Any, int], Any]) -> None:
        if isinstance(value, Exception):
            reason = f"{self._said()} could not be derived: {type(value).__name__}: {value}"
            reading.failures.append(Failure(row, self.column.name, MAPPING_FAILED, reason))
            return
        try:
            reading.values[row] = convert(value, row)
        except Unfit as error:
            reading.failures.append(Failure(row, self.column.name, UNFIT, f"{self._said()}: {error}", value))

    def _converter(self, reading: Reading) -> Callable[[Any, int], Any]:
        kind = self.column.kind
        if kind in SCALES:
            return lambda value, row: self._decimal(value, row, reading)
        plain: Mapping[Kind, Callable[[Any], Any]] = {
            Kind.TEXT: read_text,
            Kind.INTEGER: read_integer,
            Kind.BOOLEAN: lambda value: read_boolean(value, self.expression.truths),
            Kind.DATE: lambda value: read_date(value, self._zone),
            Kind.INSTANT: lambda value: read_instant(value, self._zone),
            Kind.JSON: lambda value: wire.encode(read_document(value)).decode(),
        }
        convert = plain[kind]
        return lambda value, row: convert(value)

    def _decimal(self, value: Any, row: int, reading: Reading) -> Any:
        scale = SCALES[self.column.kind]
        fitted, lost = fit_decimal(read_decimal(value), scale, self.expression.digits)
        if lost:
            reason = f"{self._said()} has more than {scale} digits after the point; it was rounded"
            reading.oddities.append(Failure(row, self.column.name, DIGITS_LOST, reason, value))
        return fitted

    def _codes(self, found: list[Any], countries: list[str | None] | None) -> Reading:
        source_values: list[str | None] = [None] * len(found)
        reading = Reading([None] * len(found), source_values)
        for row, value in enumerate(found):
            if value is None:
                continue
            self._read_into(reading, row, value, lambda raw, _: read_text(raw))
            said = reading.values[row]
            source_values[row] = said
            if said is None:
                continue
            country = countries[row] if countries is not None else None
            reading.values[row] = self._normal(said, country)
            if reading.values[row] is None:
                reason = f"{self._said()}: {said!r} is not in {self._list_name()}"
                reading.oddities.append(Failure(row, self.column.name, UNKNOWN_CODE, reason, said))
        if self.expression.constant is not None:
            reading.source_values = [None] * len(found)
        return reading

    def _normal(self, said: str, country: str | None) -> str | None:
        if self.expression.table is not None:
            return self.expression.table.get(said)
        if isinstance(self.column.codes, CodeList):
            return normalise(self.column.codes, said, country)
        return said if said in self.column.codes else None

    def _list_name(self) -> str:
        if self.expression.table is not None:
            return "the connector's code table"
        return str(self.column.codes) if isinstance(self.column.codes, CodeList) else "the canonical values"

    def _said(self) -> str:
        return " or ".join(self.expression.reads) or "the constant"
