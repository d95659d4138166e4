"""What English-language companies call their units, where a system leaves the naming to them, by UN/ECE Rec 20 code."""

from __future__ import annotations

from include.orderhouse.mapping import Derived, Record, derived, look_up
from include.orderhouse.values.units import UNITS

_NAMES = {
    "EA": "Ea Each Unit Units", "H87": "Pc Pcs Piece Pieces", "KGM": "Kg Kilogram Kilograms", "GRM": "g Gram Grams",
    "TNE": "MT T Tonne Tonnes", "LBR": "Lb Lbs Pound Pounds", "ONZ": "Oz Ounce Ounces", "LTR": "L Liter Liters Litre",
    "MLT": "mL Milliliter", "GLL": "Gal Gallon Gallons", "MTR": "m Meter Meters Metre", "CMT": "cm Centimeter",
    "MMT": "mm Millimeter", "FOT": "Ft Foot Feet", "INH": "In Inch Inches", "HUR": "H Hr Hrs Hour Hours",
    "MIN": "Min Minute Minutes", "DAY": "Day Days", "MON": "Month Months", "ANN": "Year Years", "DZN": "Dz Doz Dozen",
    "SET": "Set Sets", "PR": "Pr Pair Pairs", "XBX": "Box Boxes Bx", "XCT": "Ctn Carton Cartons", "XCS": "Case Cases",
    "XPK": "Pk Pkg Pack Packs", "XCX": "Can Cans", "XPX": "Pallet Pallets", "XRO": "Roll Rolls",
}  # fmt: skip
NAMED_UNITS = {
    spelling: rec20
    for rec20, names in _NAMES.items()
    for name in names.split()
    for spelling in (name, name.lower(), name.upper())
}
"""Names and abbreviations as they are, in lower and in upper case."""

_OTHERS_IN_PURCHASING = ("DMT", "MC", "2P", "4G", "4L")
"""Codes by which companies mean others than the recommendation: dry metric tons, master cartons, packs of two and cans
of four gallons or litres."""
NAMED_OR_CODED_UNITS = NAMED_UNITS | {code: code for code in UNITS if code not in _OTHERS_IN_PURCHASING}
"""The same, and the recommendation's own codes as it writes them."""


def told_unit(*places: str) -> Derived:
    """The first of these texts that is known, else the first that is told. Names go first: they say more than codes."""

    def first_known(row: Record) -> str | None:
        told = [str(found) for place in places if (found := look_up(row, place))]
        return next((text for text in told if text in NAMED_OR_CODED_UNITS), told[0] if told else None)

    return derived(first_known, f"the first of {', '.join(places)} that is known, else the first", *places)
