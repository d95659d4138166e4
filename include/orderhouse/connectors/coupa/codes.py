"""Coupa's codes in canonical terms."""

from __future__ import annotations

from include.orderhouse.values.unit_names import NAMED_OR_CODED_UNITS

ISSUED = ("issued", "exported")
HELD = ("currency_hold", "supplier_hold", "supplier_window_hold", "error")
"""Approved, and not with the supplier yet."""

STATUSES = {
    "draft": "draft",
    "buyer_hold": "pending_approval",
    "expensed": "invoiced",
    "closed": "closed",
    "soft_closed": "closed",
    "cancelled": "cancelled",
    **{
        f"{status}{refined}": canonical
        for status, plain in (*((held, "approved") for held in HELD), *((issued, "sent") for issued in ISSUED))
        for refined, canonical in (
            ("", plain),
            (", acknowledged", "acknowledged"),
            (", partly received", "partially_received"),
            (", received", "received"),
            (", partly invoiced", "partially_invoiced"),
            (", invoiced", "invoiced"),
        )
    },
}
"""The allowed values of a purchase order's ``status`` (Purchase Orders API, elements), issued and held ones refined.

A buyer's hold waits for a buyer to act; the other holds, and an error, keep an approved order from its supplier. A
soft-closed order may be opened again; Coupa names that status in its guide "PO's and PO Changes Integration"."""

LINE_STATUSES = {
    "draft": "draft",
    "buyer_hold": "pending_approval",
    "open": "open",
    "partly received": "partially_received",
    "received": "received",
    "partly invoiced": "partially_invoiced",
    "invoiced": "invoiced",
    "soft_closed": "closed",
    "closed": "closed",
    "cancelled": "cancelled",
}
MATCH_POLICIES = {
    "none": "none",
    "2-way": "two_way",
    "3-way": "three_way",
    "3-way-fifo": "three_way",
    "direct_matching": "three_way",
}
"""``match-type`` (Purchase Order Lines API, elements)."""

UNITS = {
    **NAMED_OR_CODED_UNITS,
    "BG": "XBG",
    "BO": "XBO",
    "CA": "XCX",
    "CS": "XCS",
    "CT": "XCT",
    "DR": "XDR",
    "PL": "XPX",
    "RO": "XRO",
}
"""Codes of units are a customer's own. cXML, by which Coupa sends orders, asks for UN/ECE Recommendation 20: its codes,
those of packages without their ``X`` as it had them until revision 3, and what people call units."""
