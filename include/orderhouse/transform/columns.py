"""Reading one canonical column of a batch: wire values in, a canonical array and failures out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from include.orderhouse import wire
from include.orderhouse.frames import arrow_type
from include.orderhouse.mapping import Expression, text
from include.orderhouse.model import LONGEST_INDEXED, SCALES, CodeList, Column, Kind, source_column
from include.orderhouse.transform.casting import IRREGULAR, array_of, caster
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
from include.orderhouse.transform.rows import Failure, RawRows
from include.orderhouse.values.codes import normalise

UNFIT = "VALUE_DOES_NOT_FIT"
KEY_MISSING = "KEY_MISSING"
MAPPING_FAILED = "MAPPING_FAILED"
UNKNOWN_CODE = "UNKNOWN_CODE"
DIGITS_LOST = "DIGITS_LOST"


@dataclass
class Reading:
    """One column of a batch as it was read."""

    values: pa.Array
    source_values: pa.Array | None = None
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
    """Reads one column; compiled once per run from the column and its expression.

    The whole column is cast at once. Where that does not work, each value is read by itself, and those that do not
    fit are told one by one; both ways give the same values.
    """

    def __init__(self, column: Column, expression: Expression, empties: Empties, zone: ZoneInfo) -> None:
        self.column, self.expression = column, expression
        self._empties = empties
        chosen = expression.zone
        self._zone = None if chosen is None else zone if chosen == "connection" else ZoneInfo(chosen)
        self._kind = Kind.TEXT if column.kind is Kind.CODE else column.kind
        self._cast = caster(self._kind, expression, empties.texts, self._zone)
        own = expression.own
        self._own = None if own is None else ColumnReader(source_column(column), text(own), empties, zone)

    def read(self, rows: RawRows, countries: pa.Array | None = None) -> Reading:
        """The column of all rows. ``countries`` stand beside a region column, whose codes need them."""
        found = self._found(rows)
        if self.column.kind is Kind.BOOLEAN and self.expression.table is not None:
            words = self.expression.table
            found = [_by_words(value, words) for value in found]
        has_failed = not rows.failed.isdisjoint(self.expression.places)
        reading = self._one_by_one(found) if has_failed else self._plain(found)
        if self.column.kind is Kind.CODE:
            self._normalise(reading, countries)
            self._tell_own(reading, rows)
        if self.column.is_indexed:
            reading.failures += self._too_long(reading.values)
        if self.column.required:
            known = {failure.row for failure in reading.failures}
            reading.failures += [
                Failure(row, self.column.name, KEY_MISSING, f"{self._said()} is empty")
                for row in positions(reading.values.is_null())
                if row not in known
            ]
        return reading

    def _too_long(self, values: pa.Array) -> list[Failure]:
        """A failure for every text that no index of the warehouse could hold."""
        lengths = pc.binary_length(values)
        return [
            Failure(row, self.column.name, UNFIT, f"{self._said()} has {lengths[row]} bytes, {LONGEST_INDEXED} fit")
            for row in positions(pc.greater(lengths, LONGEST_INDEXED))
        ]

    def _found(self, rows: RawRows) -> Sequence[Any]:
        if self.expression.constant is not None:
            return [self.expression.constant] * len(rows)
        kind, places = self._kind, self.expression.places
        found = rows.values(places[0])
        if len(places) == 1:
            hides_false = self._empties.false and kind is not Kind.BOOLEAN
            return [None if value is False else value for value in found] if hides_false else found
        found = [self._empties.hide(value, kind) for value in found]
        for place in places[1:]:
            if None not in found:
                break
            found = [
                self._empties.hide(other, kind) if value is None else value
                for value, other in zip(found, rows.values(place), strict=True)
            ]
        return found

    def _plain(self, found: Sequence[Any]) -> Reading:
        if all(value is None for value in found):
            return Reading(pa.nulls(len(found), arrow_type(self._kind)))
        try:
            return Reading(self._cast(found))
        except IRREGULAR:
            return self._one_by_one(found)

    def _one_by_one(self, found: Sequence[Any]) -> Reading:
        reading = Reading(pa.nulls(0))
        convert = self._converter(reading)
        values: list[Any] = [None] * len(found)
        for row, raw in enumerate(found):
            value = self._empties.hide(raw, self._kind)
            if isinstance(value, Exception):
                reason = f"{self._said()} could not be derived: {type(value).__name__}: {value}"
                reading.failures.append(Failure(row, self.column.name, MAPPING_FAILED, reason))
            elif value is not None:
                try:
                    values[row] = convert(value, row)
                except Unfit as error:
                    reading.failures.append(Failure(row, self.column.name, UNFIT, f"{self._said()}: {error}"))
        reading.values = array_of(self._kind, values)
        return reading

    def _converter(self, reading: Reading) -> Callable[[Any, int], Any]:
        kind = self._kind
        if kind in SCALES:
            return lambda value, row: self._decimal(value, row, reading)
        plain: Mapping[Kind, Callable[[Any], Any]] = {
            Kind.TEXT: read_text,
            Kind.INTEGER: read_integer,
            Kind.BOOLEAN: lambda value: read_boolean(value, self.expression.truths),
            Kind.DATE: lambda value: read_date(value, self._zone),
            Kind.INSTANT: lambda value: read_instant(value, self._zone),
            Kind.JSON: lambda value: wire.storable_json(read_document(value)),
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

    def _normalise(self, reading: Reading, countries: pa.Array | None) -> None:
        """Put the normal codes into ``values``, each distinct one looked up once, and what was said beside them."""
        said = reading.values
        pairs = said if countries is None else pc.binary_join_element_wise(said, countries.fill_null(""), "\x00")
        distinct = pairs.dictionary_encode()
        normal = [self._normal(*pair.split("\x00")) for pair in distinct.dictionary.to_pylist()]
        reading.values = pa.array(normal, pa.string()).take(distinct.indices)
        is_constant = self.expression.constant is not None
        reading.source_values = pa.nulls(len(said), pa.string()) if is_constant else said
        for row in positions(pc.and_(said.is_valid(), reading.values.is_null())):
            told = said[row].as_py()
            reason = f"{self._said()}: {told!r} is not in {self._list_name()}"
            reading.oddities.append(Failure(row, self.column.name, UNKNOWN_CODE, reason, told))

    def _tell_own(self, reading: Reading, rows: RawRows) -> None:
        """Put the source's own word in place of what the code was found as, where it has one."""
        if self._own is not None:
            own = self._own.read(rows)
            reading.source_values = pc.coalesce(own.values, reading.source_values)
            reading.failures += own.failures

    def _normal(self, said: str, country: str = "") -> str | None:
        if self.expression.table is not None:
            return self.expression.table.get(said)
        if isinstance(self.column.codes, CodeList):
            return normalise(self.column.codes, said, country or None)
        return said if said in self.column.codes else None

    def _list_name(self) -> str:
        if self.expression.table is not None:
            return "the connector's code table"
        return str(self.column.codes) if isinstance(self.column.codes, CodeList) else "the canonical values"

    def _said(self) -> str:
        return self.expression.said


def _by_words(value: Any, words: Mapping[str, str]) -> Any:
    """What words make of a value that is among them; numbers and booleans count as they are written."""
    try:
        return words.get(read_text(value) or "", value)
    except Unfit:
        return value


def positions(mask: pa.Array) -> list[int]:
    """The rows at which a mask is true."""
    found: list[int] = pc.indices_nonzero(mask).to_pylist()
    return found
