"""What an order tells by its lines, schedules and distributions. Charges have no say in what all lines share."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from include.orderhouse.connectors.oracle_fusion.codes import NOT_APPROVED, UNDECIDED
from include.orderhouse.connectors.oracle_fusion.values import (
    BILLED,
    CANCELED,
    CLOSED,
    OVER,
    RECEIVED,
    SCHEDULES,
    earliest,
    summed,
)
from include.orderhouse.connectors.oracle_fusion.values.line import ACCOUNTS, INVOICED, quantity_open
from include.orderhouse.mapping import Derived, Record, derived, derived_from, first, within
from include.orderhouse.values.agreement import agreed
from include.orderhouse.values.decimals import ZERO, number, total
from include.orderhouse.values.progress import expected, progress, reached

IN_FORCE = ("OPEN", "CLOSED FOR RECEIVING")
LINES = "lines"
_AMOUNTS = within(LINES, "Ordered", "_is_charge")
_RATE = ("ConversionRate", "ConversionRateTypeCode", "ConversionRateType")
_COME = ("StatusCode", *within(LINES, "_is_charge", "StatusCode", "Quantity", *within(SCHEDULES, *RECEIVED, *BILLED)))


def _lines(order: Record, charges: bool = False) -> list[Record]:
    """The lines that buy something, or the charges."""
    return [line for line in order[LINES] if line["_is_charge"] is charges]


def _is_void(line: Record) -> bool:
    told = line.get("StatusCode")
    return told in CANCELED or (told in CLOSED and not summed(line, RECEIVED) and not summed(line, BILLED))


def _come(order: Record, names: tuple[str, ...]) -> str | None:
    """How far an order's quantities have come; lines of an amount have none, and are billed once they are closed."""
    ordered = [line for line in _lines(order) if line.get("Quantity") is not None]
    wanted = expected(ordered, _is_void)
    come = progress((summed(line, names) or ZERO, number(line["Quantity"])) for line in wanted)
    if order.get("StatusCode") in OVER[names]:
        return "full" if come == "partial" else come
    return "partial" if come == "full" and names == BILLED and any(map(_awaits_bills, _lines(order))) else come


def _awaits_bills(line: Record) -> bool:
    """Whether a line of an amount, such as fixed price services, is still to be billed."""
    return line.get("Quantity") is None and line.get("StatusCode") not in (*CANCELED, *OVER[BILLED])


@derived_from(*_COME)
def receipt_status(order: Record) -> str | None:
    """ReceivedQuantity against Quantity of the lines that are not cancelled; StatusCode where it is closed."""
    return _come(order, RECEIVED)


@derived_from(*_COME)
def invoice_status(order: Record) -> str | None:
    """BilledQuantity against Quantity of the lines that are not cancelled; StatusCode where it is closed.

    Not full as long as a line of an amount is not closed for invoicing.
    """
    return _come(order, BILLED)


@derived_from(*_COME, *within(LINES, quantity_open))
def status(order: Record) -> Any:
    """StatusCode; in force, how far the schedules have come.

    What is invoiced as a whole ahead of its goods stands where its receipts do.
    """
    told, invoices = order.get("StatusCode"), _come(order, BILLED)
    is_ahead = invoices == "full" and any(map(quantity_open, _lines(order)))
    if told == INVOICED and is_ahead:
        told = "OPEN"
    if told not in IN_FORCE:
        return told
    return reached({"invoiced": None if is_ahead else invoices, "received": _come(order, RECEIVED)}) or told


@derived_from("StatusCode")
def approval_status(order: Record) -> Any:
    """StatusCode, where it tells of approval."""
    told = order.get("StatusCode")
    return None if told in UNDECIDED else told


@derived_from(*_RATE, "StatusCode")
def exchange_rate(order: Record) -> Any:
    """ConversionRate; 1 where an approved order has neither a rate nor a type of rate.

    Only orders in another currency than the ledger's have them. Drafts may still be without.
    """
    told = first(order, *_RATE)
    is_own = told is None and "ConversionRate" in order and order.get("StatusCode") not in NOT_APPROVED
    return 1 if is_own else order.get("ConversionRate")


@derived_from(*within(LINES, f"{SCHEDULES}.DestinationTypeCode", "_is_charge"))
def order_type(order: Record) -> str:
    """DROP SHIP where all schedules are, else a purchase order."""
    told = {schedule.get("DestinationTypeCode") for line in _lines(order) for schedule in line[SCHEDULES]}
    return "DROP SHIP" if told == {"DROP SHIP"} else "Purchase Order"


@derived_from(*_AMOUNTS)
def subtotal(order: Record) -> Decimal:
    """Sum of Ordered of the lines without charges."""
    return total(line.get("Ordered") for line in _lines(order))


@derived_from(*_AMOUNTS)
def charges(order: Record) -> Decimal:
    """Sum of Ordered of the charges."""
    return total(line.get("Ordered") for line in _lines(order, charges=True))


@derived_from(*within(LINES, f"{ACCOUNTS}.Requester", "_is_charge"))
def requester(order: Record) -> Any:
    """Requester that all distributions share."""
    return agreed(one.get("Requester") for line in _lines(order) for one in line[ACCOUNTS])


def shared(*names: str) -> Derived:
    """What all lines of an order have in common."""
    says, reads = f"{names[0]} that all lines share", within(LINES, *names, "_is_charge")
    return derived(lambda order: agreed(first(line, *names) for line in _lines(order)), says, *reads)


def earliest_of_all(attribute: str) -> Derived:
    """The earliest date of all schedules of an order."""

    def found(order: Record) -> Any:
        return earliest((schedule for line in order[LINES] for schedule in line[SCHEDULES]), attribute)

    return derived(found, f"earliest {attribute} of all schedules", f"{LINES}.{SCHEDULES}.{attribute}")
