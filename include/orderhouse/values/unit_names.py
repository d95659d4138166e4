"""What English-language companies call their units, where a system leaves the naming to them, by UN/ECE Rec 20 code."""

from __future__ import annotations

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
