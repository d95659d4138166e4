"""What an order tells by several of its fields and by its child tables."""

from __future__ import annotations

from include.orderhouse.connectors.erpnext.values import STATE, rows, state
from include.orderhouse.connectors.erpnext.values.line import TO_COME, line_status
from include.orderhouse.mapping import Record, derived_from, within
from include.orderhouse.values.decimals import HUNDRED, number
from include.orderhouse.values.progress import reached

REFINED = ("To Receive and Bill", "To Receive", "To Bill", "To Pay", "Delivered", "Submitted")


def _come(order: Record, path: str) -> str:
    share = number(order.get(path))
    return "full" if share >= HUNDRED else "partial" if share > 0 else "none"


@derived_from("per_received", *STATE)
def receipt_status(order: Record) -> str:
    """per_received: 0, 100 or between; full once a drop shipment is Delivered, which leaves per_received as it is."""
    return "full" if state(order) == "Delivered" else _come(order, "per_received")


@derived_from("per_billed")
def invoice_status(order: Record) -> str:
    """per_billed: 0, 100 or between."""
    return _come(order, "per_billed")


@derived_from(*STATE, "per_received", "per_billed", "order_confirmation_date", *within("items", line_status))
def status(order: Record) -> str:
    """status (or docstatus), workflow_state of drafts, per_received, per_billed, order_confirmation_date.

    What is billed as a whole ahead of its stock items stands where its receipts do.
    """
    told = state(order)
    if told not in REFINED:
        return told
    billed = _come(order, "per_billed")
    is_ahead = billed == "full" and any(line_status(line) in TO_COME for line in rows(order, "items"))
    steps = {"billed": None if is_ahead else billed, "received": _come(order, "per_received")}
    if step := reached(steps, partly="partly"):
        return f"{told}, {step}"
    if told in ("To Bill", "Delivered"):
        return f"{told}, received"
    return f"{told}, confirmed" if order.get("order_confirmation_date") else told


@derived_from("workflow_state", "docstatus")
def approval_status(order: Record) -> str | None:
    """workflow_state where there is a workflow, else submission."""
    told = order.get("workflow_state")
    if told and told not in ("Draft", "Cancelled"):
        return str(told)
    return "Submitted" if order["docstatus"] == 1 else None


@derived_from("is_subcontracted", "customer", "items.delivered_by_supplier", "items.blanket_order")
def order_type(order: Record) -> str:
    """is_subcontracted, customer or delivered_by_supplier (drop shipment), blanket_order of a line."""
    lines = rows(order, "items")
    if order.get("is_subcontracted") in (1, "Yes"):
        return "subcontract"
    if order.get("customer") or any(line.get("delivered_by_supplier") for line in lines):
        return "drop shipment"
    return "call-off" if any(line.get("blanket_order") for line in lines) else "standard"


@derived_from("name", "amended_from")
def revision(order: Record) -> str | None:
    """The number at the end of the name, where amended_from is set."""
    return str(order["name"]).rpartition("-")[2] if order.get("amended_from") else None
