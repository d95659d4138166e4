"""Details of a purchase order; the endpoint tells nothing of when one changed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.sandbox.arithmetic import rounded
from tests.sandbox.dialects.acumatica.values import Fields
from tests.sandbox.order import ZERO, Charge, Line, LineKind, Order, Stage

FIRST_FREIGHT = 100_000
HUNDRED = Decimal(100)
WITH_RECEIPT_ON_HOLD = 4
NON_PROJECT = "X"
"""What stands where there is no project: the field is never empty (PMSetup.DefaultNonProjectCode)."""
LINE_TYPES = {
    LineKind.GOODS: "Goods for IN", LineKind.SERVICE: "Service", LineKind.ASSET: "Non-Stock",
    LineKind.SECTION: "Description", LineKind.NOTE: "Description",
}  # fmt: skip


def is_completed(order: Order, line: Line) -> bool:
    """Nothing more is expected: all came, or somebody completed the line."""
    by_hand = line.is_closed or line.is_cancelled or order.stage in (Stage.CLOSED, Stage.CANCELLED)
    return by_hand or (not line.is_text and line.quantity_received >= line.quantity)


def line_type(order: Order, line: Line) -> str:
    """Lines of drop shipments have types of their own."""
    if line.kind is LineKind.GOODS and order.order_type == "drop_ship":
        return "Goods for Drop-Ship"
    return LINE_TYPES[line.kind]


def extended_cost(line: Line, digits: int) -> Decimal:
    """CuryLineAmt: quantity times price, before the line's discount."""
    return rounded(line.quantity * line.unit_price, digits) if line.discount_percent else line.net_amount


def on_receipts(order: Order, line: Line) -> Decimal:
    """ReceivedQty: what is on receipts, also on those on hold, which every fourth line has for all that is to come."""
    is_awaited = order.is_open and line.id % WITH_RECEIPT_ON_HOLD == 0
    return line.quantity_received + line.quantity_open if is_awaited else line.quantity_received


def line_fields(order: Order, line: Line, order_type: str, digits: int) -> Fields:
    """The fields of a line."""
    over, under = line.over_delivery_percent or ZERO, line.under_delivery_percent
    return {
        "OrderType": order_type,
        "OrderNbr": order.number,
        "LineNbr": line.number,
        "LineType": line_type(order, line),
        "InventoryID": line.item,
        "LineDescription": line.description,
        "Description": line.description,
        "AlternateID": line.vendor_item_code,
        "OrderQty": line.quantity,
        "OrderedQty": ZERO,
        "UOM": line.unit,
        "UnitCost": line.unit_price,
        "ExtendedCost": extended_cost(line, digits),
        "QtyOnReceipts": on_receipts(order, line),
        "ReceivedAmount": ZERO,
        "CompleteOn": HUNDRED,
        "MinReceiptPercent": ZERO if under is None else HUNDRED - under,
        "MaxReceiptPercent": HUNDRED + over,
        "ReceiptAction": "Accept",
        "Completed": is_completed(order, line),
        "Cancelled": line.is_cancelled or order.stage is Stage.CANCELLED,
        "Requested": line.requested_date,
        "Promised": line.promised_date,
        "WarehouseID": line.site,
        "BranchID": order.entity,
        "TaxCategory": line.tax_code,
        "OrigPOType": "Blanket" if line.contract else None,
        "OrigPONbr": line.contract,
        **_accounting(line),
    }


def line_elements(line: Line, digits: int) -> Fields:
    """What the screen shows of a line beside the endpoint's fields.

    CuryExtCost is less what is retained; CompletedQty, shown as Received Qty., is of released receipts alone.
    """
    return {
        "DiscPct": line.discount_percent,
        "CuryDiscAmt": extended_cost(line, digits) - line.net_amount,
        "CuryExtCost": line.net_amount,
        "CompletedQty": line.quantity_received,
        "BilledQty": line.quantity_invoiced,
        "CuryBilledAmt": rounded(line.net_amount * line.quantity_invoiced / (line.quantity or 1), digits),
    }


def _accounting(line: Line) -> dict[str, Any]:
    first = line.distributions[0] if line.distributions else None
    only = first if len(line.distributions) == 1 else None
    return {
        "Account": first.gl_account if first else None,
        "Subaccount": only.cost_center if only else None,
        "Project": (only.project if only else None) or NON_PROJECT,
        "ProjectTask": None,
        "CostCode": None,
    }


def freight_fields(order: Order, charge: Charge, number: int, order_type: str) -> Fields:
    """A charge as a line of its own."""
    return {
        "OrderType": order_type,
        "OrderNbr": order.number,
        "LineNbr": FIRST_FREIGHT + number,
        "LineType": "Freight",
        "LineDescription": charge.description,
        "OrderQty": Decimal(1),
        "UnitCost": charge.amount,
        "ExtendedCost": charge.amount,
        "QtyOnReceipts": ZERO,
        "Completed": False,
        "Cancelled": order.stage is Stage.CANCELLED,
        "BranchID": order.entity,
    }


def freight_elements(charge: Charge) -> Fields:
    """What the screen shows of a charge beside the endpoint's fields."""
    untouched = dict.fromkeys(("DiscPct", "CuryDiscAmt", "CompletedQty", "BilledQty", "CuryBilledAmt"), ZERO)
    return {**untouched, "CuryExtCost": charge.amount}
