"""Taxes of lines, and whether prices include them.

Odoo says that tax by tax, so that an order, or one line, may have both kinds. Here an order's prices are all of one.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from include.orderhouse.mapping import Record, derived_from, remembered, within
from include.orderhouse.values.decimals import HUNDRED, number, ratio, total

_PLACES = ("taxes_id", "tax_ids")


_UNIT_PRICE = ("price_unit", "display_type", "price_subtotal", "product_qty", "discount")


def _taxes(*names: str) -> tuple[str, ...]:
    """What is read of taxes, wherever they stand, and of the parts of their groups."""
    own = (*names, "amount_type")
    return tuple(path for place in _PLACES for path in within(place, *own, *within("children_tax_ids", *own)))


def _chosen(line: Record) -> list[Record]:
    """The taxes that somebody chose for a line; the field's name depends on the version."""
    found = next(filter(None, map(line.get, _PLACES)), ())
    return [tax for tax in found if isinstance(tax, dict)]


def _levied(line: Record) -> list[Record]:
    """The taxes of a line, in place of a group its parts (`flatten_taxes_hierarchy`)."""
    return [part for tax in _chosen(line) for part in (_parts(tax) if tax.get("amount_type") == "group" else [tax])]


def _parts(group: Record) -> list[Record]:
    return [part for part in group.get("children_tax_ids") or () if isinstance(part, dict)] or [group]


@remembered
def _are_included(order: Record) -> bool:
    lines = [line for line in order.get("order_line") or () if isinstance(line, dict)]
    told = [bool(tax.get("price_include")) for line in lines for tax in _levied(line)]
    return bool(told) and all(told)


@derived_from(*within("order_line", *_taxes("price_include")))
def tax_inclusive(order: Record) -> bool:
    """Whether all taxes of the lines are included in prices."""
    return _are_included(order)


@derived_from(*_UNIT_PRICE, *_taxes("price_include"), *within("^order_line", *_taxes("price_include")))
def unit_price(line: Record, order: Record) -> Any:
    """price_unit; before tax where only some taxes of the order are included in prices.

    Then it is what price_subtotal comes to, before the discount.
    """
    if line.get("display_type"):
        return None
    if _are_included(order) or not any(tax.get("price_include") for tax in _levied(line)):
        return line.get("price_unit")
    share = number(line.get("product_qty")) * (HUNDRED - number(line.get("discount")))
    return ratio(HUNDRED * number(line.get("price_subtotal")), share) or line.get("price_unit")


@derived_from("taxes_id.name", "tax_ids.name")
def tax_code(line: Record) -> str | None:
    """Names of the taxes."""
    return " + ".join(str(tax.get("name")) for tax in _chosen(line)) or None


@derived_from(*_taxes("amount"))
def tax_rate(line: Record) -> Decimal | None:
    """Sum of the taxes in percent; of a group of taxes, of its parts."""
    found = _levied(line)
    is_percent = bool(found) and all(tax.get("amount_type") == "percent" for tax in found)
    return total(tax.get("amount") for tax in found) if is_percent else None
