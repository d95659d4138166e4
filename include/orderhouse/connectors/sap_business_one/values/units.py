"""Units of measure: by the codes that the world knows, and as the company calls them."""

from __future__ import annotations

from typing import Any

from include.orderhouse.mapping import Derived, Record, derived, look_up
from include.orderhouse.values.unit_names import NAMED_UNITS

MANUAL = "Manual"
"""The unit code of items without a unit group: the line's own text says what is counted."""
BY_HAND = (None, "", MANUAL)


UNIT = ("UoMCode", "UnitsOfMeasurment")
"""What `is_same_unit` reads of a line."""


def is_same_unit(line: Record, drawn: Record) -> bool:
    """Whether a drawn line counts in the order line's unit; units written by hand are told apart by what they hold.

    A document may count an item of such a unit by the case and another one by the piece (SDK's help, "UseBaseUnits").
    """
    if drawn.get("UoMCode") != line.get("UoMCode"):
        return False
    holds = drawn.get("UnitsOfMeasurment")
    return line.get("UoMCode") not in BY_HAND or holds is None or holds == line.get("UnitsOfMeasurment")


def unit(record: str, code: str, words: str) -> Derived:
    """A unit's international symbol, else its code or, where units are written by hand, its name."""
    own = own_unit(code, words)

    def standard(line: Record) -> Any:
        named = own(line)
        return look_up(line, f"{record}.InternationalSymbol") or NAMED_UNITS.get(str(named), named)

    says = f"international symbol of {record}, else the unit's code or name"
    return derived(standard, says, f"{record}.InternationalSymbol", own)


def own_unit(code: str, words: str) -> Derived:
    """A unit as the company calls it: its code or, where units are written by hand, its name."""

    def named(line: Record) -> Any:
        told = line.get(code) if code else None
        return look_up(line, words) if told in BY_HAND else told

    return derived(named, f"{code}, or {words} where units are written by hand", *filter(None, (code, words)))
