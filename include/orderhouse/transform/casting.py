"""Whole columns of wire values to canonical Arrow arrays at once.

Each function here gives what its namesake in `reading` gives value by value, or raises one of `IRREGULAR`: then the
column holds something that takes a closer look, and is read value by value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from include.orderhouse.frames import EARLIEST, INSTANT, LATEST, arrow_type
from include.orderhouse.mapping import Expression
from include.orderhouse.model import SCALES, Kind
from include.orderhouse.transform.reading import BLANKS, NUMBER

IRREGULAR = (pa.ArrowException, ValueError, OverflowError, TypeError)

ODATA_V2_DATE = r"^/Date\((?P<milliseconds>-?[0-9]+)(?:[+-][0-9]{4})?\)/$"
DAY_LENGTH, MIDNIGHT_LENGTH = len("2026-01-31"), len("2026-01-31T00:00:00")
LAST_TABLED_YEAR = 2037
FIRST_DAY = date.min.toordinal() - date(1970, 1, 1).toordinal()
"""Of the calendar, counted from 1970: Arrow knows a year 0, PostgreSQL does not."""
NOISE = pa.decimal256(75, 20)
"""Wide enough for what a binary float shows behind the digits that it means; a difference of two takes a digit more."""


@dataclass(frozen=True)
class Wording:
    """What a column's wire values need to be understood: which texts mean nothing, which mean true, which zone."""

    nothing: frozenset[str] = frozenset()
    truths: tuple[str, ...] = ()
    zone: ZoneInfo | None = None
    digits: int | None = None

    @cached_property
    def nothings(self) -> pa.Array:
        """The texts that mean nothing."""
        return pa.array(sorted(self.nothing), pa.string())


Cast = Callable[[Sequence[Any], Wording], pa.Array]


def caster(kind: Kind, expression: Expression, nothing: frozenset[str], zone: ZoneInfo | None) -> Callable[..., Any]:
    """The function that casts a column's wire values. ``nothing`` are the texts that mean there is none."""
    wording = Wording(nothing, expression.truths, zone, expression.digits)
    cast = _CASTS.get(kind, _irregular)
    if kind in SCALES or kind is Kind.INTEGER:
        cast = _irregular if any(NUMBER.fullmatch(text) for text in nothing) else _numbers(arrow_type(kind))
    return lambda found: cast(found, wording)


def texts_and_digits(found: Sequence[Any], wording: Wording) -> pa.Array:
    """Texts as `texts` gives them; of a column of whole numbers their digits."""
    try:
        return texts(found, wording)
    except pa.ArrowTypeError:
        if not set(map(type, found)) <= {int, type(None)}:
            raise
        return pa.array(found, pa.int64()).cast(pa.string())


def texts(found: Sequence[Any], wording: Wording) -> pa.Array:
    """Texts in Unicode NFC without outer blanks; empty ones are NULL."""
    told = pa.array(found, pa.string())
    trimmed = pc.utf8_trim(told, characters=BLANKS)
    if not pc.all(pc.string_is_ascii(trimmed)).as_py():
        trimmed = pc.utf8_normalize(trimmed, "NFC")
    there = pc.if_else(_means_nothing(told, trimmed, wording), None, trimmed)
    if _may_hold(there, b"\x00"):
        raise pa.ArrowInvalid("a NUL character")
    return there


def days(found: Sequence[Any], wording: Wording) -> pa.Array:
    """Business dates; with a zone, those that instants have there."""
    days_found = _days(texts(found, wording), wording)
    first = pc.min(days_found.cast(pa.int32())).as_py()
    if first is not None and first < FIRST_DAY:
        raise pa.ArrowInvalid("before the year 1")
    return days_found


def _days(told: pa.Array, wording: Wording) -> pa.Array:
    try:
        return told.cast(pa.date32())
    except pa.ArrowInvalid:
        if wording.zone is None:
            return _days_of_instants(told)
        if _shortest(told) <= DAY_LENGTH:
            raise
    there = _of_known_years(_instants(told, ZoneInfo("UTC"))).cast(pa.timestamp("us", wording.zone.key))
    return pc.floor_temporal(pc.local_timestamp(there), unit="day").cast(pa.date32())


def instants(found: Sequence[Any], wording: Wording) -> pa.Array:
    """Points in time in UTC."""
    return _instants(texts(found, wording), wording.zone)


def booleans(found: Sequence[Any], wording: Wording) -> pa.Array:
    """JSON booleans, or texts that ``truths`` decides on."""
    if not wording.truths:
        return pa.array(found, pa.bool_())
    told = texts(found, wording)
    return pc.if_else(told.is_valid(), pc.is_in(told, value_set=pa.array(wording.truths)), None)


def array_of(kind: Kind, values: Sequence[Any]) -> pa.Array:
    """Canonical values as an array. Decimals go by their digits, which is many times as fast."""
    if kind in SCALES:
        return _digits(values).cast(arrow_type(kind))
    return pa.array(values, arrow_type(kind))


def _irregular(found: Sequence[Any], wording: Wording) -> pa.Array:
    raise pa.ArrowInvalid("no way to cast at once")


def _numbers(target: pa.DataType) -> Cast:
    def cast(found: Sequence[Any], wording: Wording) -> pa.Array:
        told, kinds = _digits(found), set(map(type, found))
        if float in kinds:
            raise pa.ArrowInvalid("a binary float")
        if str in kinds:
            blanks = _means_nothing(told, pc.utf8_trim(told, characters=BLANKS), wording)
            told = pc.if_else(blanks, None, told)
        if wording.digits is None:
            return _exact(told, target)
        return _rounded(_exact(told, NOISE), wording.digits).cast(target)

    return cast


def _rounded(numbers: pa.Array, digits: int) -> pa.Array:
    """Numbers to the nearest one of so many digits. Arrow divides some wrong: what is no nearest one is not taken."""
    rounded = pc.round(numbers, digits, "half_to_even")
    off = pc.abs(pc.subtract(numbers, rounded))
    if pc.any(pc.greater_equal(off, pa.scalar(Decimal(5).scaleb(-digits - 1), off.type))).as_py():
        raise pa.ArrowInvalid("a half, or wrong")
    return rounded


def _exact(told: pa.Array, target: pa.DataType) -> pa.Array:
    """Numbers from their digits. Arrow tells no overflow while it shifts the point: longer ones are not left to it."""
    if _may_hold(told, b"x", b"X"):
        raise pa.ArrowInvalid("hexadecimal digits")
    if pa.types.is_decimal(target):
        longest = (38 if target.bit_width == 128 else 76) - target.scale
        if _may_hold(told, b"e", b"E") or (pc.max(pc.utf8_length(told)).as_py() or 0) > longest:
            raise pa.ArrowInvalid("too many digits to be sure")
    return told.cast(target)


def _digits(found: Sequence[Any]) -> pa.Array:
    return pa.array([None if value is None else str(value) for value in found], pa.string())


def _may_hold(told: pa.Array, *characters: bytes) -> bool:
    """Whether the memory of texts holds a character; hidden texts may lie there, too. Far faster than by each text."""
    data = told.buffers()[2]
    content = b"" if data is None else data.to_pybytes()
    return any(character in content for character in characters)


def _means_nothing(told: pa.Array, trimmed: pa.Array, wording: Wording) -> pa.Array:
    blank = pc.equal(trimmed, "")
    return pc.or_(blank, pc.is_in(told, value_set=wording.nothings)) if wording.nothing else blank


def _instants(told: pa.Array, zone: ZoneInfo | None) -> pa.Array:
    if _is_odata_v2(told):
        return _checked(_after_epoch(told))
    try:
        return _checked(told.cast(INSTANT))
    except pa.ArrowInvalid:
        if zone is None:
            raise
    naive = _of_known_years(told.cast(pa.timestamp("us")))
    return _checked(pc.assume_timezone(naive, zone.key, ambiguous="raise", nonexistent="raise").cast(INSTANT))


def _days_of_instants(told: pa.Array) -> pa.Array:
    """Dates that were written as instants: at midnight, or as milliseconds."""
    if _is_odata_v2(told):
        return pc.floor_temporal(_checked(_after_epoch(told)), unit="day").cast(pa.date32())
    if _shortest(told) < MIDNIGHT_LENGTH:
        raise pa.ArrowInvalid("not all are written as midnights")
    found = pc.replace_substring_regex(told, "Z$", "").cast(pa.timestamp("us"))
    midnights = pc.floor_temporal(found, unit="day")
    if not pc.all(pc.equal(found, midnights)).as_py():
        raise pa.ArrowInvalid("not all are midnights")
    return midnights.cast(pa.date32())


def _shortest(told: pa.Array) -> int:
    return pc.min(pc.utf8_length(told)).as_py() or 0


def _is_odata_v2(told: pa.Array) -> bool:
    return bool(pc.any(pc.starts_with(told, "/Date(")).as_py())


def _after_epoch(told: pa.Array) -> pa.Array:
    milliseconds = pc.struct_field(pc.extract_regex(told, ODATA_V2_DATE), "milliseconds")
    if milliseconds.null_count > told.null_count:
        raise pa.ArrowInvalid("not all are dates of OData 2.0")
    return milliseconds.cast(pa.int64()).cast(pa.timestamp("ms", "UTC")).cast(INSTANT)


def _of_known_years(found: pa.Array) -> pa.Array:
    """Arrow knows the zones' rules for summer time only as far as their tables reach."""
    if (pc.max(pc.year(found)).as_py() or 0) > LAST_TABLED_YEAR:
        raise pa.ArrowInvalid("later than the tables of time zones")
    return found


def _checked(found: pa.Array) -> pa.Array:
    """Instants within the years that dates can have."""
    bounds = pc.min_max(found.cast(pa.int64())).as_py()
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    first, last = ((bound - epoch) // _MICROSECOND for bound in (EARLIEST, LATEST))
    if bounds["min"] is not None and not first <= bounds["min"] <= bounds["max"] <= last:
        raise pa.ArrowInvalid("outside the years 1 to 9999")
    return found


_MICROSECOND = datetime.resolution
_CASTS: dict[Kind, Cast] = {
    Kind.TEXT: texts_and_digits,
    Kind.DATE: days,
    Kind.INSTANT: instants,
    Kind.BOOLEAN: booleans,
}
