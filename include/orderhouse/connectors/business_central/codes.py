"""Business Central's codes in canonical terms."""

from __future__ import annotations

STATUSES = {
    "Draft": "draft",
    "In Review": "pending_approval",
    "Open": "approved",
    "partially received": "partially_received",
    "received": "received",
    "partially invoiced": "partially_invoiced",
    "invoiced": "invoiced",
}
"""The API's status (Draft: open for changes; In Review: pending approval; Open: released), or how far an order has come
by the quantities of its lines. The API page's source tells Released and Pending Prepayment as Open."""

APPROVALS = {"In Review": "pending", "Open": "approved"}

LINE_TYPES = {
    "Item": "goods",
    "Item, Inventory": "goods",
    "Item, Non-Inventory": "goods",
    "Item, Service": "service",
    "Resource": "service",
    "Account": "service",
    "Allocation Account": "service",
    "Fixed Asset": "asset",
    "Charge": "charge",
    "Comment": "text",
}
"""The line's type, with the item's where there is one. A line on an account buys an expense and stocks nothing."""

WITHDRAWN_UNITS = {
    "BX": "XBX",
    "CA": "XCA",
    "CS": "XCS",
    "CT": "XCT",
    "PA": "XPA",
    "PK": "XPK",
    "PF": "XPF",
    "BG": "XBG",
}
"""Package codes that UN/ECE Recommendation 20 had before it took those of Recommendation 21 behind an ``X``."""
