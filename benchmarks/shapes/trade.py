"""What the made-up orders of all shapes have in common."""

from __future__ import annotations

from decimal import Decimal
from random import Random

CENT = Decimal("0.01")
LINE_COUNTS = (1, 2, 3, 4, 5, 5, 6, 7, 8, 9)
UNITS = {"PCS": "C62", "BOX": "XBX", "KG": "KGM", "L": "LTR", "SET": "SET"}
"""Units with their codes of UN/ECE Recommendation 20."""
CITIES = (("Lisboa", "1100-148", "PT"), ("Malmö", "211 18", "SE"), ("Kraków", "31-004", "PL"), ("Graz", "8010", "AT"))
WORDS = ("steel", "bracket", "valve", "Ø12", "sealed", "pump", "coil", "filter", "M8", "hose", "blau", "kit")


def description(chance: Random) -> str:
    """Four words."""
    return " ".join(chance.choices(WORDS, k=4))
