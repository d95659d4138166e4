"""What a line tells by several of its fields, by its order and by its product."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from include.orderhouse.connectors.odoo.values import COME, CONFIRMED, ENDED, OVER, come, has_ended, is_over
from include.orderhouse.mapping import Derived, Record, derived, derived_from, look_up, within
from include.orderhouse.values.decimals import number, ratio
from include.orderhouse.values.progress import reached


def of_goods(path: str) -> Derived:
    """A number of a line; Odoo keeps zeros on sections and notes, which have none."""

    def found(line: Record) -> Any:
        return None if line.get("display_type") else look_up(line, path)

    return derived(found, f"{path}, but not of text lines", path, "display_type")


@derived_from(*within("order_id", *ENDED, *OVER), *COME, "qty_invoiced")
def line_status(line: Record) -> str | None:
    """The order's state; received and billed quantities.

    Goods that are billed before they came are still to come.
    """
    order: Any = line.get("order_id")
    if line.get("display_type") or not isinstance(order, dict):
        return None
    state = str(order.get("state"))
    if has_ended(order):
        return "locked"
    if state not in CONFIRMED:
        return state
    billed, received = (come([line], name, order) for name in ("qty_invoiced", "qty_received"))
    is_ahead = billed == "full" != received and line.get("qty_received_method") == "stock_moves"
    step = reached({"billed": None if is_ahead else billed, "received": received}, partly="partly")
    step = step or ("not received" if is_over(line, order) else None)
    return f"purchase, {step}" if step else "purchase"


@derived_from("display_type", "_is_charge", "product_id.type")
def line_type(line: Record) -> str:
    """display_type, else charge by the setting, else the product's type."""
    if line.get("display_type"):
        return str(line["display_type"])
    return "charge" if line.get("_is_charge") else str(look_up(line, "product_id.type") or "no product")


@derived_from(*within("order_id", *ENDED, *OVER), *COME)
def is_closed(line: Record) -> bool:
    """Whether the order has ended, its receipts are over and the line has come by them, or nothing is ordered."""
    return has_ended(line["order_id"]) or is_over(line, line["order_id"])


@derived_from("product_uom_qty", "product_qty")
def unit_conversion(line: Record) -> Decimal | None:
    """product_uom_qty / product_qty."""
    return ratio(line.get("product_uom_qty"), line.get("product_qty"))


@derived_from("price_tax", "display_type", "order_id.currency_id.decimal_places")
def tax_amount(line: Record) -> Any:
    """price_tax, a binary float, rounded to the currency's digits."""
    digits, tax = look_up(line, "order_id.currency_id.decimal_places"), line.get("price_tax")
    if line.get("display_type"):
        return None
    if not isinstance(digits, int) or not isinstance(tax, Decimal):
        return tax
    with localcontext(prec=60):
        return tax.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


@derived_from("product_id.unspsc_code_id.code")
def commodity_scheme(line: Record) -> str | None:
    """UNSPSC where the product has its code."""
    return "UNSPSC" if look_up(line, "product_id.unspsc_code_id.code") else None


def only_share(name: str) -> Derived:
    """The account of a line that is not split."""

    def value(line: Record) -> Any:
        rows = line.get("_distributions") or []
        return rows[0].get(name) if len(rows) == 1 and number(rows[0].get("percent")) == 100 else None

    says = f"{name} of analytic_distribution, where it is one of 100 %"
    return derived(value, says, *within("_distributions", name, "percent"))
