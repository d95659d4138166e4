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

APPROVALS = {"1": "pending", "2": "approved", "3": "rejected"}

LINE_TYPES = {
    "InvtPart": "goods", "NonInvtPart": "goods", "Assembly": "goods", "Kit": "goods", "Service": "service",
    "OthCharge": "charge", "ShipItem": "charge", "Discount": "charge", "Markup": "charge", "Expense": "service",
    "DwnLdItem": "goods", "GiftCert": "goods", "Description": "text", "Subtotal": "text", "Group": "text",
    "EndGroup": "text",
}  # fmt: skip
"""Values of ``transactionline.itemtype``; ``Expense`` stands for a line that has none, which books to an account."""

_UNITS = {
    "EA": "Ea Each Unit Units", "H87": "Pc Pcs Piece Pieces", "KGM": "Kg Kilogram Kilograms", "GRM": "g Gram Grams",
    "TNE": "MT T Tonne Tonnes", "LBR": "Lb Lbs Pound Pounds", "ONZ": "Oz Ounce Ounces", "LTR": "L Liter Liters Litre",
    "MLT": "mL Milliliter", "GLL": "Gal Gallon Gallons", "MTR": "m Meter Meters Metre", "CMT": "cm Centimeter",
    "MMT": "mm Millimeter", "FOT": "Ft Foot Feet", "INH": "In Inch Inches", "HUR": "H Hr Hrs Hour Hours",
    "MIN": "Min Minute Minutes", "DAY": "Day Days", "MON": "Month Months", "ANN": "Year Years", "DZN": "Dz Doz Dozen",
    "SET": "Set Sets", "PR": "Pr Pair Pairs", "XBX": "Box Boxes Bx", "XCT": "Ctn Carton Cartons", "XCS": "Case Cases",
    "XPK": "Pk Pkg Pack Packs", "XCX": "Can Cans", "XPX": "Pallet Pallets", "XRO": "Roll Rolls",
}  # fmt: skip
UNITS = {
    spelling: rec20
    for rec20, names in _UNITS.items()
    for name in names.split()
    for spelling in (name, name.lower(), name.upper())
}
"""Unit names are each account's own; these are the names and abbreviations that English accounts use."""
