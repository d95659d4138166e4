"""ERPNext's codes in canonical terms."""

from __future__ import annotations

STATUSES = {
    "Draft": "draft",
    "Draft, pending approval": "pending_approval",
    "On Hold": "approved",
    "Completed": "invoiced",
    "Closed": "closed",
    "Cancelled": "cancelled",
    **{
        f"{state}{refined}": status
        for state in ("To Receive and Bill", "To Receive", "To Bill", "To Pay", "Delivered", "Submitted")
        for refined, status in (
            ("", "approved"),
            (", confirmed", "acknowledged"),
            (", partly received", "partially_received"),
            (", received", "received"),
            (", partly billed", "partially_invoiced"),
            (", billed", "invoiced"),
        )
    },
}
"""`Purchase Order.status` as `status_map` of ERPNext's controllers/status_updater.py sets it, open ones refined."""

APPROVALS = {
    "Submitted": "approved",
    "Approved": "approved",
    "Pending": "pending",
    "Pending Approval": "pending",
    "Rejected": "rejected",
}
"""Without a workflow, submission approves; else the workflow states that Frappe delivers, and the usual longer one."""

LINE_STATUSES = {
    "Draft": "draft",
    "Draft, pending approval": "pending_approval",
    "open": "open",
    "partly received": "partially_received",
    "received": "received",
    "partly billed": "partially_invoiced",
    "billed": "invoiced",
    "Closed": "closed",
    "Cancelled": "cancelled",
}
ORDER_TYPES = {
    "standard": "standard",
    "subcontract": "subcontract",
    "drop shipment": "drop_ship",
    "call-off": "contract_release",
}
LINE_TYPES = {"asset": "asset", "stock item": "goods", "non-stock item": "service"}
