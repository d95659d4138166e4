"""Reading wire values: each function takes what JSON gave and returns the canonical value, or raises Unfit.

Nothing is guessed: a naive instant without a known zone, a date with a time of day, or a number in words does not fit.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from include.orderhouse.model import PRECISION

ODATA_V2_DATE = re.compile(r"/Date\((-?\d+)([+-]\d{4})?\)/")
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,9})?")
"""With an exponent that Python's decimals can have."""
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MIDNIGHT = re.compile(r"[T ]00:00:00(\.0+)?Z?")
BLANKS = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
"""Every character that counts as blank around a value."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SMALLEST_INTEGER, LARGEST_INTEGER = -(2**63), 2**63 - 1
"""What a BIGINT of PostgreSQL holds."""
_KEPT = Context(prec=PRECISION)


class Unfit(ValueError):
    """A wire value that does not fit its canonical type; says what was expected."""


def read_text(value: Any) -> str | None:
    """Text in Unicode NFC without outer blanks; numbers become their digits."""
    if isinstance(value, str):
        if "\x00" in value:
            raise Unfit("the text holds a NUL character, which no database column can")
        return unicodedata.normalize("NFC", value.strip()) or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    raise Unfit(f"text expected, came {_kind(value)}")


def read_decimal(value: Any) -> Decimal:
    """An exact number from a JSON number or its digits in text."""
    if isinstance(value, Decimal):
        number = value
    elif isinstance(value, int) and not isinstance(value, bool):
        number = Decimal(value)
    elif isinstance(value, str) and NUMBER.fullmatch(value.strip()):
        number = Decimal(value.strip())
    else:
        raise Unfit(f"a number expected, came {_shown(value)}")
    if not number.is_finite():
        raise Unfit(f"a number expected, came {_shown(value)}")
    return number


def fit_decimal(number: Decimal, scale: int, digits: int | None) -> tuple[Decimal, bool]:
    """The number at the warehouse's scale, and whether digits were lost that the source had.

    ``digits`` are those the source declares; what lies beyond them is the noise of its binary floats.
    """
    try:
        if digits is not None:
            number = number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN, Context(prec=PRECISION + digits))
        fitted = number.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_EVEN, _KEPT)
    except InvalidOperation as error:
        raise Unfit(f"{str(number)[:80]} has more than {PRECISION - scale} digits before the point") from error
    return fitted, fitted != number


def read_integer(value: Any) -> int:
    """A whole number that a BIGINT holds."""
    number = read_decimal(value)
    if not SMALLEST_INTEGER <= number <= LARGEST_INTEGER:
        raise Unfit(f"{_shown(value)} is beyond {LARGEST_INTEGER}, the largest whole number the warehouse keeps")
    if number != number.to_integral_value():
        raise Unfit(f"a whole number expected, came {number}")
    return int(number)


def read_boolean(value: Any, truths: tuple[str, ...]) -> bool:
    """A JSON boolean, or text that ``truths`` decides on."""
    if isinstance(value, bool):
        return value
    if truths:
        return read_text(value) in truths
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise Unfit(f"true or false expected, came {_shown(value)}")


def read_instant(value: Any, zone: ZoneInfo | None) -> datetime:
    """A point in time in UTC: ISO 8601 with an offset, OData v2 ``/Date(ms+offset)/``, or naive in a known zone."""
    if isinstance(value, str):
        if found := ODATA_V2_DATE.fullmatch(value.strip()):
            return _after_epoch(found[1])
        try:
            moment = datetime.fromisoformat(value.strip())
        except ValueError as error:
            raise Unfit(f"an instant expected, came {_shown(value)}") from error
        if moment.tzinfo is None:
            if zone is None:
                raise Unfit(f"{value!r} has no offset, and the mapping does not say which zone it is in")
            moment = moment.replace(tzinfo=zone)
        return _moved(moment, UTC)
    raise Unfit(f"an instant expected, came {_shown(value)}")


def read_date(value: Any, zone: ZoneInfo | None) -> date:
    """A business date; with ``zone``, the date that an instant has there."""
    if not isinstance(value, str):
        raise Unfit(f"a date expected, came {_shown(value)}")
    value = value.strip()
    if zone is not None and not DAY.fullmatch(value):
        return _moved(read_instant(value, ZoneInfo("UTC")), zone).date()
    if found := ODATA_V2_DATE.fullmatch(value):
        return _after_epoch(found[1]).date()
    if not DAY.fullmatch(value[:10]) or (len(value) > 10 and not MIDNIGHT.fullmatch(value[10:])):
        raise Unfit(f"a date expected, came {_shown(value)}")
    try:
        return date.fromisoformat(value[:10])
    except ValueError as error:
        raise Unfit(f"{value!r} is no day of the calendar") from error


def read_document(value: Any) -> Any:
    """A JSON object or list as it is."""
    if isinstance(value, dict | list):
        return value
    raise Unfit(f"a JSON object expected, came {_kind(value)}")


def _after_epoch(milliseconds: str) -> datetime:
    try:
        return EPOCH + timedelta(milliseconds=int(milliseconds))
    except (OverflowError, ValueError) as error:
        raise Unfit(f"/Date({milliseconds[:40]})/ is outside the years 1 to 9999") from error


def _moved(moment: datetime, zone: tzinfo) -> datetime:
    try:
        return moment.astimezone(zone)
    except OverflowError as error:
        raise Unfit(f"'{moment.isoformat()}' is outside the years 1 to 9999 in {zone}") from error


def _kind(value: Any) -> str:
    return {dict: "an object", list: "a list", bool: "a boolean"}.get(type(value), type(value).__name__)


def _shown(value: Any) -> str:
    return repr(value)[:80] if not isinstance(value, dict | list) else _kind(value)
