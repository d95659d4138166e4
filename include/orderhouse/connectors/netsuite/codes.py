"""NetSuite's codes in canonical terms."""

from __future__ import annotations

_STATUSES = {
    "A": "pending_approval",  # Pending Supervisor Approval
    "B": "approved",  # Pending Receipt
    "C": "draft",  # Rejected by Supervisor: back with its author
    "D": "partially_received",
    "E": "partially_received",  # Pending Billing/Partially Received
    "F": "received",  # Pending Bill
    "G": "invoiced",  # Fully Billed
    "H": "closed",
    "P": "draft",  # Planned
    "Y": "unknown",  # Undefined
}
STATUSES = {prefix + letter: meaning for prefix in ("", "PurchOrd:") for letter, meaning in _STATUSES.items()}
"""Statuses of type PurchOrd as ``transactionstatus`` lists them; SuiteQL answers them with the type or bare."""

IN_FORCE = ("approved", "partially_received", "received")
PARTLY_BILLED = ", partly billed"
ORDER_STATUSES = STATUSES | {
    f"{status}{PARTLY_BILLED}": "partially_invoiced" for status, meaning in STATUSES.items() if meaning in IN_FORCE
}
"""Statuses of orders in force are those of their receipts; what is billed of them in part refines them."""

ORDER_TYPES = {"PurchOrd": "standard", "PurchOrd, dropship": "drop_ship"}
APPROVALS = {"1": "pending", "2": "approved", "3": "rejected"}

LINE_TYPES = {
    "InvtPart": "goods", "NonInvtPart": "goods", "Assembly": "goods", "Kit": "goods", "Service": "service",
    "OthCharge": "charge", "ShipItem": "charge", "Discount": "charge", "Markup": "charge", "Expense": "service",
    "DwnLdItem": "goods", "GiftCert": "goods", "Description": "text", "Subtotal": "text", "Group": "text",
    "EndGroup": "text",
}  # fmt: skip
"""Values of ``transactionline.itemtype``; ``Expense`` stands for a line that has none, which books to an account."""
