"""Values that no single field of ERPNext holds: what its orders and lines tell by several."""

from __future__ import annotations

from include.orderhouse.mapping import Record

DIGITS = 9
"""Digits after the point that Frappe keeps: it declares numbers as ``decimal(21,9)`` (`frappe/database/mariadb`)."""

BY_DOCSTATUS = {0: "Draft", 1: "Submitted", 2: "Cancelled"}
PENDING = ("Pending", "Pending Approval")


STATE = ("status", "docstatus", "workflow_state")
"""What `state` reads of an order."""


def state(order: Record) -> str:
    """The status of an order; blank in documents that were never saved by version 12 or later."""
    docstatus = order.get("docstatus")
    told = order.get("status") or BY_DOCSTATUS.get(docstatus if isinstance(docstatus, int) else -1, "")
    return f"{told}, pending approval" if told == "Draft" and order.get("workflow_state") in PENDING else str(told)


def rows(order: Record, table: str) -> list[Record]:
    """The rows of a child table."""
    return [row for row in order.get(table) or () if isinstance(row, dict)]
