"""What an item expects, what of that it still awaits, and how far it has come.

Flags and their meaning: SAP notes 3416344 and 3070935 (status of a purchase order), the labels of the fields, and the
data element EREKZ (final invoice: no further one is expected). An item may be without the goods receipt indicator
(``GoodsReceiptIsExpected``, EKPO-WEPOS), as services and limits are, or without the invoice receipt indicator
(``InvoiceIsExpected``, EKPO-REPOS), as stock transfers and free items are. Such an item never becomes completely
delivered, or finally invoiced: what is not expected of it does not keep it open. Of a statistical item nothing is
expected.
"""

from __future__ import annotations

from decimal import Decimal

from include.orderhouse.connectors.sap_s4hana.values import (
    COME,
    RETURN,
    SCHEDULES,
    against,
    has_deletion_code,
    is_cancelled,
    is_over,
    is_return,
    is_statistical,
    listed,
)
from include.orderhouse.mapping import Record, derived_from, within
from include.orderhouse.values.decimals import ZERO, number, total

Step = tuple[str, str]
GOODS: Step = ("GoodsReceiptIsExpected", "IsCompletelyDelivered")
INVOICE: Step = ("InvoiceIsExpected", "IsFinallyInvoiced")
"""Steps of an item by their indicators: that it is expected at all, and that nothing more of it is."""
STEPS = (*COME, "IsStatisticalItem", *GOODS, *INVOICE)
"""What `expects` and `is_done` read of an item."""


def expects(line: Record, step: Step) -> bool:
    """Whether the step is to come at all."""
    return line.get(step[0]) is not False and not is_statistical(line)


def is_done(line: Record, step: Step) -> bool:
    """Whether the step has come to its end, which a deletion code may be as well."""
    return expects(line, step) and (line.get(step[1]) is True or is_over(line))


def _awaits(line: Record, step: Step) -> bool:
    return expects(line, step) and not is_done(line, step)


@derived_from(*STEPS, *RETURN, *within(SCHEDULES, *RETURN))
def line_status(line: Record) -> str:
    """Indicators and open quantity.

    Deletion code, then the delivery and final invoice indicators, then quantities where they are told; what is not
    expected of the item counts as done, and all of an item that was bought and then got a deletion code.
    """
    if is_cancelled(line):
        return "deleted"
    if not expects(line, GOODS) and not expects(line, INVOICE):
        return "nothing expected"
    if not _awaits(line, GOODS) and not _awaits(line, INVOICE):
        return "delivered and invoiced"
    if is_done(line, INVOICE):
        return "invoiced"
    if is_done(line, GOODS):
        return "delivered"
    return "partly delivered" if expects(line, GOODS) and received(line) else "open"


@derived_from(*STEPS)
def is_closed(line: Record) -> bool:
    """Delivery completed, or neither goods nor an invoice awaited."""
    return is_done(line, GOODS) or not (_awaits(line, GOODS) or _awaits(line, INVOICE))


@derived_from("ScheduleLineOrderQuantity", "OpenPurchaseOrderQuantity", *RETURN)
def received_on_schedule(schedule: Record) -> Decimal | None:
    """Scheduled less open quantity; negative on returns items."""
    if schedule.get("OpenPurchaseOrderQuantity") is None:
        return None
    came = number(schedule.get("ScheduleLineOrderQuantity")) - number(schedule["OpenPurchaseOrderQuantity"])
    return number(against(schedule, came))


@derived_from(*within(SCHEDULES, received_on_schedule))
def received(line: Record) -> Decimal | None:
    """Scheduled less open quantity of the schedule lines.

    Not told by 2.0.
    """
    parts = [received_on_schedule(schedule) for schedule in listed(line, SCHEDULES)]
    return total(parts) if parts and None not in parts else None


@derived_from(*within(SCHEDULES, "OpenPurchaseOrderQuantity"), *STEPS, *RETURN)
def quantity_open(line: Record) -> Decimal | None:
    """Open quantity of the schedule lines.

    Nothing is to come where the item is deleted, its delivery is complete, no goods receipt is expected or goods go
    back.
    """
    if has_deletion_code(line) or is_return(line) or not _awaits(line, GOODS):
        return ZERO
    told = [schedule.get("OpenPurchaseOrderQuantity") for schedule in listed(line, SCHEDULES)]
    return max(total(told), ZERO) if told and None not in told else None
