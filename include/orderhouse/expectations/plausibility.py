"""Checks of plausibility: rows without their parent, dates, signs, and receipts beyond the order."""

from __future__ import annotations

from functools import partial

import numpy as np
import pyarrow as pa

from include.orderhouse.expectations.check import Check, Oddities, worded
from include.orderhouse.expectations.exact import exact, exceeds, number, plus, times
from include.orderhouse.expectations.rows import HUNDRED, ZERO, Mask, days, flags, is_one_of, is_void, known
from include.orderhouse.model import DISTRIBUTION, LINE, ORDER, SCHEDULE

FIRST_DAY = np.datetime64("1980-01-01")
YEAR = np.timedelta64(366, "D")


def parent_missing(prefix: str, frame: pa.Table) -> Oddities:
    """Rows whose order, or line, is not in the batch."""
    return {int(row): f"its {prefix} is missing" for row in np.flatnonzero(~flags(frame, f"{prefix}.exists"))}


def order_date(orders: pa.Table) -> Oddities:
    """Orders dated before 1980, or more than two years after they were read."""
    told, read = days(orders, "order_date"), days(orders, "extracted_at")
    return _dates(told, told < FIRST_DAY, "is before 1980") | _dates(
        told, told > read + 2 * YEAR, "is more than two years ahead"
    )


def before_order(field: str, reference: str, frame: pa.Table) -> Oddities:
    """Dates more than a year before the date of the order."""
    told = days(frame, field)
    return _dates(told, told < days(frame, reference) - YEAR, "is more than a year before the order")


def validity(orders: pa.Table) -> Oddities:
    """Orders that stop being valid before they begin to be."""
    told = days(orders, "valid_to")
    return _dates(told, told < days(orders, "valid_from"), "is before valid_from")


def _dates(told: np.ndarray, odd: Mask, reason: str) -> dict[int, str]:
    return {int(row): f"{told[row]} {reason}" for row in np.flatnonzero(odd)}


def negative(field: str, lines: pa.Table) -> Oddities:
    """Negative numbers on standard orders; charge lines may take something off."""
    if is_void(lines, field):
        return {}
    told = exact(lines.column(field))
    odd = exceeds(number(ZERO), told)
    if odd.any():
        odd &= flags(lines, "is_counted") & is_one_of(lines, "order.order_type", "standard")
        odd &= ~is_one_of(lines, "line_type", "charge")
    return worded(odd, "{} is negative", told)


def over_receipt(lines: pa.Table) -> Oddities:
    """Lines of which more was received than ordered and tolerated."""
    needed = ("quantity_ordered", "quantity_received")
    if is_void(lines, *needed):
        return {}
    ordered, received = (exact(lines.column(name)) for name in needed)
    most = times(ordered, plus(number(HUNDRED), exact(lines.column("over_delivery_percent"))))
    odd = flags(lines, "is_counted") & known(lines, *needed) & exceeds(ordered, number(ZERO))
    return worded(odd & exceeds(times(received, number(HUNDRED)), most), "{} received of {} ordered", received, ordered)


PARENTS = tuple(
    Check(
        table.name,
        key,
        "PARENT_MISSING",
        f"Every row belongs to an {prefix}" if prefix == "order" else f"Every row belongs to a {prefix}",
        partial(parent_missing, prefix),
        critical=True,
    )
    for table, prefix, key in (
        (LINE, "order", "order_id"),
        (SCHEDULE, "order", "order_id"),
        (SCHEDULE, "line", "line_id"),
        (DISTRIBUTION, "order", "order_id"),
        (DISTRIBUTION, "line", "line_id"),
    )
)
DATES = (
    Check(
        ORDER.name,
        "order_date",
        "DATE_IMPLAUSIBLE",
        "The order is dated after 1979 and at most two years ahead",
        order_date,
    ),
    Check(ORDER.name, "valid_to", "DATE_IMPLAUSIBLE", "Validity ends after it has begun", validity),
    *(
        Check(
            table.name,
            field,
            "DATE_IMPLAUSIBLE",
            "The date is at most a year before the order's",
            partial(before_order, field, reference),
        )
        for table, reference, fields in (
            (ORDER, "order_date", ("requested_delivery_date", "promised_delivery_date")),
            (
                LINE,
                "order.order_date",
                ("requested_delivery_date", "promised_delivery_date", "confirmed_delivery_date", "first_received_date"),
            ),
        )
        for field in fields
    ),
)
QUANTITIES = (
    *(
        Check(
            LINE.name,
            field,
            "NEGATIVE_NUMBER",
            "A standard order has no negative quantities and prices",
            partial(negative, field),
        )
        for field in ("quantity_ordered", "unit_price")
    ),
    Check(
        LINE.name, "quantity_received", "OVER_RECEIPT", "Not more is received than ordered and tolerated", over_receipt
    ),
)
PLAUSIBILITY = (*PARENTS, *DATES, *QUANTITIES)
