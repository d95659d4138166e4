"""Xero's codes in canonical terms: purchase order status codes of the Accounting API."""

from __future__ import annotations

STATUSES = {
    "DRAFT": "draft",
    "SUBMITTED": "pending_approval",
    "AUTHORISED": "approved",
    "AUTHORISED, sent": "sent",
    "BILLED": "invoiced",
    "DELETED": "deleted",
}
"""An approved order is told apart by ``SentToContact``."""
APPROVALS = {"SUBMITTED": "pending", "AUTHORISED": "approved", "BILLED": "approved"}
BILLINGS = {"DRAFT": "none", "SUBMITTED": "none", "AUTHORISED": "none", "BILLED": "full", "DELETED": "none"}
LINE_STATUSES = {
    "DRAFT": "draft",
    "SUBMITTED": "pending_approval",
    "AUTHORISED": "open",
    "BILLED": "invoiced",
    "DELETED": "deleted",
}
