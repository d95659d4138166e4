"""What Fusion tells by more than one attribute; what orders and lines have in common stands here."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from include.orderhouse.mapping import Derived, Record, derived, first, within
from include.orderhouse.protocols.adf import link
from include.orderhouse.values.decimals import total

RECEIVED = ("ReceivedQuantity",)
BILLED = ("BilledQuantity", "InvoicedQuantity")
"""The attributes of a schedule that may hold the invoiced quantity; releases differ in its name."""
SCHEDULES, LINKS = "schedules", ("links", "@context.links")
CANCELED, CLOSED = ("CANCELED", "CANCELLED"), ("CLOSED", "FINALLY CLOSED")
"""Statuses of lines and orders on which nothing more is expected."""
OVER = {RECEIVED: ("CLOSED FOR RECEIVING", *CLOSED), BILLED: ("CLOSED FOR INVOICING", *CLOSED)}
"""Statuses with which no more is received, or billed. They roll up from the schedules, which are closed by hand or
within a close tolerance ("Close one schedule" and ReceiptCloseTolerancePercent in the REST API)."""


def summed(line: Record, names: Iterable[str]) -> Decimal | None:
    """The sum of an attribute over a line's schedules; None where no schedule has it."""
    told = [first(schedule, *names) for schedule in line[SCHEDULES]]
    return total(told) if any(one is not None for one in told) else None


def earliest(rows: Iterable[Record], attribute: str) -> Any:
    """The earliest date that rows tell."""
    return min((told for one in rows if (told := one.get(attribute))), default=None)


def own_link(*steps: str) -> Derived:
    """A member of the link to the record itself, such as its address or its mark of change."""

    def found(row: Record) -> Any:
        told: Any = link(row, "self")
        for step in steps:
            told = told.get(step) if isinstance(told, dict) else None
        return told

    return derived(found, f"{steps[-1]} of the own link", *within(LINKS, "rel", "name", ".".join(steps)))
