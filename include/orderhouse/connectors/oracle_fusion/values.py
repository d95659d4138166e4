"""What Fusion tells by more than one attribute: progress, dates of schedules, sums of lines, discounts, links."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from typing import Any

from include.orderhouse.adf import link
from include.orderhouse.mapping import Record, derived
from include.orderhouse.progress import progress

BILLED = ("BilledQuantity", "InvoicedQuantity")
"""The attribute of a schedule that holds the invoiced quantity; releases differ in its name."""
RECEIVED = ("ReceivedQuantity",)
HUNDRED, LAST_DIGIT = Decimal(100), Decimal("0.000001")


def number(value: Any) -> Decimal:
    """A number, sent as one or as text; nothing counts as zero."""
    return Decimal(value or 0)


def lines(order: Record, charges: bool = False) -> list[Record]:
    """The lines that buy something, or the charges."""
    return [line for line in order["lines"] if line["_is_charge"] is charges]


def total_of(*names: str) -> Callable[[Record], Decimal | None]:
    """The sum of an attribute over a line's schedules; None where no schedule has it."""

    def total(line: Record) -> Decimal | None:
        told = [_first(schedule, *names) for schedule in line["schedules"]]
        return sum(map(number, told), Decimal(0)) if any(one is not None for one in told) else None

    return total


def progress_by(*names: str) -> Callable[[Record], str | None]:
    """How far an order's quantities have come; lines of an amount have none."""
    total = total_of(*names)

    def reached(order: Record) -> str | None:
        ordered = [line for line in lines(order) if line.get("Quantity") is not None]
        return progress((total(line) or Decimal(0), number(line["Quantity"])) for line in ordered)

    return reached


def status(order: Record) -> Any:
    """The status code; of an order in force, how far its schedules have come."""
    told = order.get("StatusCode")
    if told not in ("OPEN", "CLOSED FOR RECEIVING"):
        return told
    invoiced, received = progress_by(*BILLED)(order), progress_by(*RECEIVED)(order)
    reached = {
        "invoiced": invoiced == "full",
        "partially invoiced": invoiced == "partial",
        "received": received == "full",
        "partially received": received == "partial",
    }
    return next((name for name, is_so in reached.items() if is_so), told)


def line_status(row: Record) -> Any:
    """A line's status code; where it is open, how far its schedules have come."""
    told = row.get("StatusCode")
    if told != "OPEN" or row.get("Quantity") is None:
        return told
    invoiced, received = total_of(*BILLED)(row), total_of(*RECEIVED)(row)
    return "partially invoiced" if invoiced else "partially received" if received else told


def order_type(order: Record) -> str:
    """Drop shipments are told by their schedules' destination."""
    told = {s.get("DestinationTypeCode") for line in lines(order) for s in line["schedules"]}
    return "DROP SHIP" if told == {"DROP SHIP"} else "Purchase Order"


def sum_of(attribute: str, charges: bool) -> Callable[[Record], Decimal]:
    """The sum of an attribute over an order's lines, or over its charges."""
    return lambda order: sum((number(line.get(attribute)) for line in lines(order, charges)), Decimal(0))


def earliest(attribute: str) -> Any:
    """The earliest date of a line's schedules."""

    def found(line: Record) -> Any:
        return min((told for one in line["schedules"] if (told := one.get(attribute))), default=None)

    return derived(found, f"earliest {attribute} of the schedules", "schedules")


def earliest_of_all(attribute: str) -> Any:
    """The earliest date of all schedules of an order."""

    def found(order: Record) -> Any:
        schedules = [one for line in order["lines"] for one in line["schedules"]]
        return min((told for one in schedules if (told := one.get(attribute))), default=None)

    return derived(found, f"earliest {attribute} of all schedules", "lines")


def shared(attribute: str, *others: str) -> Any:
    """What all lines of an order have in common; charges have no say."""

    def found(order: Record) -> Any:
        told = {_first(line, attribute, *others) for line in lines(order)}
        return told.pop() if len(told) == 1 else None

    return derived(found, f"{attribute} that all lines share", "lines")


def shared_by_schedules(attribute: str) -> Any:
    """What all schedules of a line have in common."""

    def found(line: Record) -> Any:
        told = {one.get(attribute) for one in line["schedules"]}
        return told.pop() if len(told) == 1 else None

    return derived(found, f"{attribute} that all schedules share", "schedules")


def requester(order: Record) -> Any:
    """Who asked for the goods, where it is one person."""
    told = {one.get("Requester") for line in lines(order) for one in line["_distributions"]}
    return told.pop() if len(told) == 1 else None


def discount_percent(line: Record) -> Decimal | None:
    """How far the price lies below the base price."""
    base, price = line.get("BasePrice"), line.get("Price")
    if base is None or price is None or not number(base):
        return None
    with localcontext(prec=60):
        return ((1 - number(price) / number(base)) * HUNDRED).quantize(LAST_DIGIT)


def sole(segment: str) -> Any:
    """A segment of the charge account, where the line has one account."""

    def found(line: Record) -> Any:
        told = {one.get("POChargeAccount"): (one["_account"] or {}).get(segment) for one in line["_distributions"]}
        return next(iter(told.values())) if len(told) == 1 else None

    return derived(found, f"segment {segment} of the line's only charge account", "_distributions")


def sole_account(line: Record) -> Any:
    """The charge account of a line that has one."""
    told = {one.get("POChargeAccount") for one in line["_distributions"]}
    return told.pop() if len(told) == 1 else None


def sole_project(line: Record) -> Any:
    """The project of a line that has one."""
    told = {_first(one, "ProjectNumber", "Project") for one in line["_distributions"]}
    return told.pop() if len(told) == 1 else None


def distribution_number(one: Record) -> str | None:
    """A distribution's number is unique within its schedule; canonical ones stand below the line."""
    schedule, own = one.get("ScheduleNumber"), one.get("DistributionNumber")
    return f"{schedule}.{own}" if schedule is not None and own is not None else None


def receipt_date(pick: Callable[[list[str]], str]) -> Callable[[Record], Any]:
    """The first or the latest date of a line's receipts, where they were read."""
    return lambda line: pick(dates) if (dates := [str(one["ReceiptDate"]) for one in line["_receipts"]]) else None


def own_link(*steps: str) -> Callable[[Record], Any]:
    """A member of the link to the record itself, such as its address or its mark of change."""

    def found(row: Record) -> Any:
        told: Any = link(row, "self")
        for step in steps:
            told = told.get(step) if isinstance(told, dict) else None
        return told

    return found


def _first(row: Record, *names: str) -> Any:
    return next((row[name] for name in names if row.get(name) is not None), None)
