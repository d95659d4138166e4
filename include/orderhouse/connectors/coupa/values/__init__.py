"""Values that no single field of Coupa holds: what its orders and lines tell by several. Decimals are texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from include.orderhouse.mapping import Derived, Record, derived, look_up
from include.orderhouse.values.decimals import number
from include.orderhouse.values.progress import expected, progress, reached

CLOSED = ("closed", "soft_closed")
"""How the statuses of lines begin on which nothing more is expected."""
PROGRESS = ("status", "received", "invoiced", "type", "quantity", "total")
"""What `received`, `invoiced`, `wanted` and `step` read of a line."""
DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?=T|$)")


def written_day(path: str) -> Derived:
    """The day of an instant in the zone it is written in, which is that of the people who wrote it."""

    def day(record: Record) -> Any:
        value = look_up(record, path)
        found = DAY.match(value) if isinstance(value, str) else None
        return found[0] if found else value

    return derived(day, f"the day of {path}, as written", path)


def company_day(path: str) -> Derived:
    """The day of a date that people entered, by the calendar of their company.

    Such dates are midnight in the company's default zone (Querying Options), whatever offset they are written with:
    23:00 is midnight one hour further east, so the day after is meant. The two are taken to be less than half a day
    apart. What is no quarter of an hour is no midnight.
    """

    def day(record: Record) -> Any:
        value = look_up(record, path)
        try:
            at = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            return value
        is_midnight_elsewhere = not (at.minute % 15 or at.second or at.microsecond)
        return (at + timedelta(hours=12, microseconds=-1) if is_midnight_elsewhere else at).date().isoformat()

    return derived(day, f"the day of {path}, from the nearest midnight", path)


def has_quantity(line: Record) -> bool:
    """Whether a line is about a quantity; others are about an amount of money."""
    return line.get("type") != "OrderAmountLine"


def received(lines: Sequence[Record]) -> str | None:
    """How far lines have come by ``received``: a quantity, or of an amount line an amount."""
    wanted = [(line, "quantity" if has_quantity(line) else "total") for line in lines]
    return _come([(line, "received", name) for line, name in wanted])


def invoiced(lines: Sequence[Record]) -> str | None:
    """How far lines have come by what was invoiced of their amounts."""
    return _come([(line, "invoiced", "total") for line in lines])


def _come(lines: Sequence[tuple[Record, str, str]]) -> str | None:
    """None where an API filter leaves out what has come of them."""
    if not all(done in line for line, done, _ in lines):
        return None
    return progress((number(line.get(done)), number(line.get(wanted))) for line, done, wanted in lines)


def wanted(lines: list[Record]) -> list[Record]:
    """The lines that count for how far an order has come."""
    return expected(lines, _is_void)


def _is_void(line: Record) -> bool:
    told, came = str(line.get("status")), (line.get("received"), line.get("invoiced"))
    return told == "cancelled" or (told.startswith(CLOSED) and not any(map(number, came)))


def step(lines: Sequence[Record]) -> str | None:
    """The step that lines have reached."""
    return reached({"invoiced": invoiced(lines), "received": received(lines)}, partly="partly")
