"""What Acumatica tells by several fields. Every field is an object with its value inside."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from include.orderhouse.connectors.acumatica.amounts import BILLING, billing
from include.orderhouse.connectors.acumatica.codes import LINE_TYPES, UNDECIDED
from include.orderhouse.mapping import Derived, Record, derived, derived_from, look_up, within
from include.orderhouse.values import decimals
from include.orderhouse.values.decimals import HUNDRED
from include.orderhouse.values.progress import expected, progress, reached

LINES = "Details"
RECEIVED = ("CompletedQty", "QtyOnReceipts.value")
_OVER = ("Completed.value", "Cancelled.value", "LineType.value")


def _told(record: Record, name: str) -> Any:
    return look_up(record, f"{name}.value")


def _number(record: Record, name: str) -> Decimal:
    return decimals.number(_told(record, name))


def _type(line: Record) -> str | None:
    return LINE_TYPES.get(str(_told(line, "LineType")))


def _received(line: Record) -> Decimal:
    """Of released receipts alone where that is told: QtyOnReceipts, POLine.ReceivedQty, counts those on hold too."""
    told = line.get("CompletedQty")
    return _number(line, "QtyOnReceipts") if told is None else decimals.number(told)


def _billed(line: Record) -> Decimal:
    return billing(line)[0]


def date_of(name: str) -> Derived:
    """A business date, told as a midnight with an offset that means nothing."""
    return derived(lambda record: (_told(record, name) or "")[:10], f"day of {name}", f"{name}.value")


def tolerance(name: str, sign: int) -> Derived:
    """A limit of receipts in percent of what is ordered, as what it lies over (1) or under (-1) that."""

    def percent_of(line: Record) -> Decimal | None:
        told = _told(line, name)
        return None if told is None else sign * (Decimal(told) - HUNDRED)

    return derived(percent_of, f"{name} {'over' if sign > 0 else 'under'} 100 %", f"{name}.value")


def _expected(order: Record, *come: Callable[[Record], Decimal]) -> list[Record]:
    """The lines that count for how far an order has come.

    A line's open quantity (POLine.OpenQty) is 0 once it is cancelled or completed; a completed one is void if none of
    these has come of it.
    """

    def is_void(line: Record) -> bool:
        is_over = _told(line, "Completed") is True and not any(each(line) for each in come)
        return is_over or _told(line, "Cancelled") is True

    return expected([line for line in order.get(LINES) or () if _type(line) in ("goods", "service")], is_void)


@derived_from(*within(LINES, *RECEIVED, "OrderQty.value", *_OVER))
def receipt_status(order: Record) -> str | None:
    """CompletedQty, else QtyOnReceipts, against OrderQty of the lines that are not cancelled."""
    return progress((_received(line), _number(line, "OrderQty")) for line in _expected(order, _received))


@derived_from(*within(LINES, *RECEIVED, *BILLING, *_OVER))
def invoice_status(order: Record) -> str | None:
    """BilledQty against OrderQty of the lines that are not cancelled, where it is told; CuryBilledAmt of services that
    are billed by amount.

    A service is completed by its bill, without a receipt.
    """
    lines = _expected(order, _received, _billed)
    if any(line.get("BilledQty") is None for line in lines):
        return None
    return progress(map(billing, lines))


@derived_from("Status.value", receipt_status, invoice_status)
def status(order: Record) -> Any:
    """Status; how far the lines have come.

    Of a completed order nothing more comes, so that what came of it is all; a closed one is billed as well. What is
    billed as a whole ahead of its goods stands where its receipts do.
    """
    told, received, invoiced = _told(order, "Status"), receipt_status(order), invoice_status(order)
    if told == "Closed":
        return "invoiced" if "full" in (received, invoiced) else told
    if told == "Completed" and received == "partial":
        received = "full"
    is_ahead = told == "Open" and invoiced == "full" != received
    is_released = told in ("Open", "Completed")
    step = reached({"invoiced": None if is_ahead else invoiced, "received": received}) if is_released else None
    return step or told


@derived_from(*_OVER, *RECEIVED, *BILLING)
def line_status(line: Record) -> str | None:
    """Cancelled; CompletedQty, else QtyOnReceipts, and BilledQty against OrderQty; Completed; CuryBilledAmt of services
    that are billed by amount.

    What is billed before it came is still to come.
    """
    if _type(line) == "text":
        return None
    done, wanted, (billed, due) = _received(line), _number(line, "OrderQty"), billing(line)
    if _told(line, "Cancelled") is True:
        return "cancelled"
    if 0 < wanted <= done:
        return reached({"invoiced": progress([(billed, due)]), "received": "full"})
    if _told(line, "Completed") is True:
        return "invoiced" if 0 < due <= billed else "closed"
    if 0 < billed < due:
        return "partially invoiced"
    return "partially received" if done > 0 else "open"


@derived_from("Status.value")
def approval_status(order: Record) -> Any:
    """Status, where it tells of approval."""
    told = _told(order, "Status")
    return None if told in UNDECIDED else told
