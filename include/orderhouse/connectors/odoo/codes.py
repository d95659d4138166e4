"""Odoo's codes in canonical terms."""

from __future__ import annotations

STATUSES = {
    "draft": "draft",
    "sent": "draft",  # "RFQ Sent": a request for quotation, not an order yet
    "to approve": "pending_approval",
    "purchase": "approved",
    "purchase, acknowledged": "acknowledged",
    "purchase, partly received": "partially_received",
    "purchase, received": "received",
    "purchase, partly billed": "partially_invoiced",
    "purchase, billed": "invoiced",
    "purchase, not received": "closed",
    "locked": "closed",
    "cancel": "cancelled",
}
"""The values of `purchase.order.state`, those of a confirmed order refined by receipts and bills."""

LINE_STATUSES = {step: code for step, code in STATUSES.items() if code != "acknowledged"} | {"purchase": "open"}
APPROVALS = {"to approve": "pending", "purchase": "approved", "done": "approved"}
RECEIPTS = {"pending": "none", "partial": "partial", "full": "full"}
BILLINGS = {
    f"{status}{billed}": progress
    for billed, progress in (
        ("", "none"), (", not billed", "none"), (", partly billed", "partial"), (", billed", "full")
    )
    for status in ("no", "to invoice", "invoiced")
} | {"invoiced": "full"}  # fmt: skip
ORDER_TYPES = {"standard": "standard", "dropship": "drop_ship"}
LINE_TYPES = {
    "consu": "goods",
    "product": "goods",  # storable product, until 17
    "combo": "goods",
    "service": "service",
    "no product": "goods",
    "charge": "charge",
    "line_section": "text",
    "line_subsection": "text",
    "line_note": "text",
}

UNITS = {
    # What Odoo's own UBL export (account_edi_ubl_cii, UOM_TO_UNECE_CODE) writes for the units it is delivered with.
    "Units": "C62", "Dozens": "DZN", "g": "GRM", "kg": "KGM", "t": "TNE", "lb": "LBR", "oz": "ONZ", "Hours": "HUR",
    "Days": "DAY", "mm": "MMT", "cm": "CMT", "m": "MTR", "km": "KMT", "in": "INH", "ft": "FOT", "yd": "YRD",
    "mi": "SMI", "m²": "MTK", "ft²": "FTK", "L": "LTR", "m³": "MTQ", "in³": "INQ", "ft³": "FTQ", "fl oz (US)": "OZA",
    "qt (US)": "QTL", "gal (US)": "GLL",
    # Names that people commonly give to units of their own.
    "Pieces": "H87", "Each": "EA", "Set": "SET", "Pair": "PR", "Box": "XBX", "Carton": "XCT", "Canister": "XCX",
    "Case": "XCS", "Pack": "XPK", "Pallet": "XPX",
}  # fmt: skip
"""Names of `uom.uom` in English (setting `language`) to UN/ECE Recommendation 20."""
