"""Codes of Finance & Operations in canonical terms."""

from __future__ import annotations

STATUSES = {
    "Draft": "draft",
    "Rejected": "draft",
    "InReview": "pending_approval",
    "Approved": "approved",
    "InExternalReview": "sent",
    "Confirmed": "acknowledged",
    "Backorder": "approved",
    "partially received": "partially_received",
    "Received": "received",
    "received": "received",
    "partially invoiced": "partially_invoiced",
    "Invoiced": "invoiced",
    "invoiced": "invoiced",
    "Finalized": "closed",
    "Canceled": "cancelled",
    "None": "unknown",
}
"""Values of the enums PurchStatus and VersioningDocumentState: "Purchase order overview" in Microsoft's documentation.
External review is the vendor's; confirmation follows it."""
APPROVALS = {"InReview": "pending", "Rejected": "rejected"} | dict.fromkeys(
    ("Approved", "InExternalReview", "Confirmed", "Finalized"), "approved"
)
LINE_STATUSES = {
    "Backorder": "open",
    "partially received": "partially_received",
    "Received": "received",
    "partially invoiced": "partially_invoiced",
    "Invoiced": "invoiced",
    "Canceled": "cancelled",
    "None": "unknown",
}
"""Values of the enum PurchStatus; an open line's refined by receipts and invoices."""
LINE_TYPES = {"item": "goods", "category": "service", "fixed asset": "asset"}
ORDER_TYPES = {"Yes": "drop_ship", "No": "standard"}
MATCH_POLICIES = {"NoMatch": "none", "TwoWayMatch": "two_way", "ThreeWayMatch": "three_way"}
