"""What lines of NetSuite are, and how far they and their orders have come.

Lines without a quantity, such as expenses and discounts, tell nothing of what came of them: PurchaseOrderExpense of the
SOAP schema browser has an amount and isClosed. How far they have come is what the order's status says of all its lines.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from include.orderhouse.connectors.netsuite.codes import IN_FORCE, LINE_TYPES, PARTLY_BILLED, STATUSES
from include.orderhouse.mapping import Derived, Record, derived, derived_from, within
from include.orderhouse.values.decimals import number
from include.orderhouse.values.progress import expected, progress

GOODS = ("goods", "service")
LINES = "lines"
_QUANTITIES = ("quantityshiprecv", "quantitybilled", "quantity", "isclosed", "itemtype")
STOCK = ("InvtPart", "Assembly")
"""The item types that are always received; of others the item says whether they are (Advanced Billing and Advanced
Shipping, NetSuite's help)."""
RECEIVED = ("received", "invoiced")
"""Where an order stands of which all has come that is ever received."""


def vendor_address(name: str) -> Derived:
    """A part of the vendor's address: that of the order, else the vendor's default one, never of both.

    The billing address of a purchase order is the vendor's: its field is labelled "Vendor", and has the vendor's
    mailing address by default (``billaddress`` in the records browser).
    """

    def part(order: Record) -> Any:
        return (order.get("billing_address") or order.get("vendor_address") or {}).get(name)

    says = f"{name} of billing_address, which is the vendor's, else of vendor_address"
    return derived(part, says, f"billing_address.{name}", f"vendor_address.{name}")


@derived_from("itemtype")
def line_type(line: Record) -> str:
    """itemtype; Expense where there is none."""
    return str(line.get("itemtype") or "Expense")


def is_text(line: Record) -> bool:
    """Whether a line buys nothing: a note, or a subtotal or group, which repeat what other lines say."""
    return LINE_TYPES.get(line_type(line)) == "text"


def lines_of(order: Record, *types: str) -> list[Record]:
    """The lines of these types."""
    return [line for line in order[LINES] if LINE_TYPES.get(line_type(line)) in types]


def size(line: Record, name: str) -> Decimal:
    """A number of a line by magnitude."""
    return abs(number(line.get(name)))


def _is_void(line: Record) -> bool:
    """Whether a line was closed before anything came, as a line is that is not wanted any more."""
    return line.get("isclosed") == "T" and not size(line, "quantityshiprecv") and not size(line, "quantitybilled")


def _stands_at(order: Record, *states: str) -> bool:
    """Whether the order's status says that it, and so each of its lines, is that far."""
    return STATUSES.get(str(order.get("status"))) in states


def _received(line: Record, order: Record) -> Decimal:
    """quantityshiprecv; all of what is no stock, and is never received, where the order's status says that all came."""
    told = size(line, "quantityshiprecv")
    is_done = not told and line_type(line) not in STOCK and _stands_at(order, *RECEIVED)
    return size(line, "quantity") if is_done else told


def _come(order: Record, done: Callable[[Record, Record], Decimal], *ends: str) -> str:
    of_uncounted = Decimal(_stands_at(order, *ends)), Decimal(1)
    lines = expected(lines_of(order, *GOODS), _is_void)
    pairs = ((done(line, order), wanted) if (wanted := size(line, "quantity")) else of_uncounted for line in lines)
    return progress(pairs) or "none"


@derived_from("type", *within(LINES, "itemtype", "dropship"))
def order_type(order: Record) -> Any:
    """type; dropship where all goods go from the vendor to a customer."""
    goods = lines_of(order, "goods")
    is_drop_shipment = goods and all(line.get("dropship") == "T" for line in goods)
    return f"{order.get('type')}, dropship" if is_drop_shipment else order.get("type")


@derived_from(*within(LINES, *_QUANTITIES), "status")
def receipt_status(order: Record) -> str:
    """quantityshiprecv against quantity of the goods lines, without those closed before anything came; status for lines
    without quantity, and for what is no stock and was not received.
    """
    return _come(order, _received, *RECEIVED)


@derived_from(*within(LINES, *_QUANTITIES), "status")
def invoice_status(order: Record) -> str:
    """quantitybilled against quantity of the goods lines, without those closed before anything came; status for lines
    without quantity.
    """
    return _come(order, lambda line, _: size(line, "quantitybilled"), "invoiced")


@derived_from("status", invoice_status)
def status(order: Record) -> Any:
    """status; refined where it tells of receipts and the order is billed in part.

    What is billed as a whole ahead of its goods stands where its receipts do.
    """
    told = order.get("status")
    is_partly_billed = _stands_at(order, *IN_FORCE) and invoice_status(order) == "partial"
    return f"{told}{PARTLY_BILLED}" if is_partly_billed else told


@derived_from(*_QUANTITIES, "dropship", "^status")
def line_status(line: Record, order: Record) -> str | None:
    """isclosed, then quantities received and billed; the order's status for lines without quantity, and for what is no
    stock and was not received.

    Stock that is billed before it came is still to come, while the order's status awaits receipts.
    """
    if is_text(line):
        return None
    if line.get("isclosed") == "T":
        return "closed"
    wanted, come = size(line, "quantity"), _received(line, order)
    if not wanted:
        return next((end for end in ("closed", "invoiced", "received") if _stands_at(order, end)), "open")
    is_ahead = come < wanted <= size(line, "quantitybilled") and _is_awaited(line, order)
    for done, step in ((0 if is_ahead else size(line, "quantitybilled"), "invoiced"), (come, "received")):
        if done:
            return step if wanted <= done else f"partially_{step}"
    return "open"


def _is_awaited(line: Record, order: Record) -> bool:
    """Whether stock is still to be received: accounts may bill in advance of receipt, which leaves receipts pending.

    What a vendor ships to a customer is not received.
    """
    is_stock = line_type(line) in STOCK and line.get("dropship") != "T"
    return is_stock and _stands_at(order, "approved", "partially_received")
