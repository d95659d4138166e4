"""Fusion's codes in canonical terms."""

from __future__ import annotations

STATUSES = {
    "INCOMPLETE": "draft",
    "WITHDRAWN": "draft",
    "REJECTED": "draft",
    "PENDING APPROVAL": "pending_approval",
    "PENDING CHANGE APPROVAL": "approved",
    "PENDING SIGNATURE": "approved",
    "SENT FOR SIGNATURE": "approved",
    "OPEN": "approved",
    "ON HOLD": "approved",
    "PENDING SUPPLIER ACKNOWLEDGMENT": "sent",
    "partially received": "partially_received",
    "received": "received",
    "CLOSED FOR RECEIVING": "received",
    "partially invoiced": "partially_invoiced",
    "invoiced": "invoiced",
    "CLOSED FOR INVOICING": "invoiced",
    "CLOSED": "closed",
    "FINALLY CLOSED": "closed",
    "CANCELED": "cancelled",
}
"""Statuses of purchasing documents as "Using Procurement" lists them (chapter Purchase Orders, document status)."""
UNDECIDED = ("INCOMPLETE", "WITHDRAWN")
"""Statuses that say nothing of approval."""
NOT_APPROVED = (*UNDECIDED, "PENDING APPROVAL", "REJECTED")
APPROVALS = {"PENDING APPROVAL": "pending", "REJECTED": "rejected"} | {
    name: "approved" for name in STATUSES if name.isupper() and name not in NOT_APPROVED
}
LINE_STATUSES = {
    told: "open" if canonical in ("approved", "sent") else canonical for told, canonical in STATUSES.items()
}
LINE_TYPES = {"charge": "charge", "Goods": "goods", "Fixed Price Services": "service", "Rate Based Services": "service"}
"""The line types that come with the product; a company's own ones can be told by an override of ``line_type``."""
ORDER_TYPES = {"Purchase Order": "standard", "DROP SHIP": "drop_ship"}
PROGRESS = {name: name for name in ("none", "partial", "full")}
MATCH_POLICIES = {
    "2-WAY": "two_way", "3-WAY": "three_way", "4-WAY": "four_way",
    "2-Way": "two_way", "3-Way": "three_way", "4-Way": "four_way",
    "TWO": "two_way", "THREE": "three_way", "FOUR": "four_way",
}  # fmt: skip
"""MatchApprovalLevelCode: clients write orders with the second spelling, and suppliers' sites with the third."""
