"""Acumatica's codes in canonical terms; the screens of purchase orders (PO301000) list them."""

from __future__ import annotations

ORDER_TYPES = {
    "Normal": "standard",
    "Drop-Ship": "drop_ship",
    "Drop Ship": "drop_ship",
    "Project Drop-Ship": "drop_ship",
    "Blanket": "blanket",
    "Standard": "blanket",
}
"""``Standard`` is a standard blanket order: a list of what may be ordered, from which orders are copied. Releases up to
2020 R1 write ``Drop Ship``."""

STATUSES = {
    "On Hold": "draft",
    "Rejected": "draft",
    "Pending Approval": "pending_approval",
    "Pending Printing": "approved",
    "Pending Email": "approved",
    "Awaiting Link": "approved",
    "Printed": "approved",
    "Open": "approved",
    "partially received": "partially_received",
    "received": "received",
    "Completed": "closed",
    "partially invoiced": "partially_invoiced",
    "invoiced": "invoiced",
    "Closed": "closed",
    "Canceled": "cancelled",
    "Cancelled": "cancelled",
}
"""Status, and how far its lines have come: an order is completed with its last line, and closed with the last one that
is billed (POOrder.LinesToCompleteCntr, LinesToCloseCntr). So what came of a completed one is received and not all
billed, though less came than was ordered; one of which nothing came, or that is closed without all, was closed short.
What is billed without a receipt, as services may be, is closed with its bill."""

APPROVALS = {
    "Pending Approval": "pending",
    "Rejected": "rejected",
    "Pending Printing": "approved",
    "Pending Email": "approved",
    "Awaiting Link": "approved",
    "Printed": "approved",
    "Open": "approved",
    "Completed": "approved",
    "Closed": "approved",
}
UNDECIDED = ("On Hold", "Canceled", "Cancelled")
"""Statuses that say nothing of approval."""

OVER = ("Closed", "Canceled", "Cancelled")
"""Statuses of orders on which nothing more is expected; releases spell the last one in both ways."""
FINISHED = ("Completed", *OVER)
"""Statuses of orders whose lines change no more: of a completed one only bills are awaited, which move it."""

LINE_TYPES = {
    "Goods for IN": "goods",
    "Goods for SO": "goods",
    "Goods for RP": "goods",
    "Goods for FS": "goods",
    "Goods for MFG": "goods",
    "Goods for Project": "goods",
    "Goods for Drop-Ship": "goods",
    "Non-Stock": "goods",
    "Non-Stock for SO": "goods",
    "Non-Stock for FS": "goods",
    "Non-Stock for MFG": "goods",
    "Non-Stock for Project": "goods",
    "Non-Stock for Drop-Ship": "goods",
    "Service": "service",
    "Freight": "charge",
    "Misc. Charges": "charge",
    "Description": "text",
}
"""The labels of POLineType, those of the manufacturing edition included. A line of another type has no quantity to
come, so a type that is missing here would leave its orders without receipts."""

LINE_STATUSES = {
    "cancelled": "cancelled",
    "closed": "closed",
    "invoiced": "invoiced",
    "partially invoiced": "partially_invoiced",
    "received": "received",
    "partially received": "partially_received",
    "open": "open",
}
