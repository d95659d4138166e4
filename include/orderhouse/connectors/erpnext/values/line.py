"""What a line tells by several of its fields, by its order and by its item."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from include.orderhouse.connectors.erpnext.values import STATE, state
from include.orderhouse.connectors.erpnext.values.amounts import tax_inclusive
from include.orderhouse.mapping import Record, derived_from, look_up, within
from include.orderhouse.values.billing import quantity_billed
from include.orderhouse.values.decimals import HUNDRED, number
from include.orderhouse.values.progress import progress, reached

TO_COME = ("open", "partly received")
"""What is said of lines of which goods are still to come."""
GTIN_TYPES = ("EAN", "UPC", "GTIN", "JAN")


@derived_from("received_qty", "delivered_by_supplier", "_order.status", "_order.per_received")
def quantity_received(line: Record) -> Any:
    """received_qty; of drop shipments once the order is Delivered or tells that something came.

    Versions in which nobody can tell what the vendor delivered set received_qty of such lines to qty each time the
    order is saved, drafts included (`set_received_qty_for_drop_ship_items`), and leave per_received as it is.
    """
    told = look_up(line, "_order.per_received")
    is_untold = told is not None and not number(told) and look_up(line, "_order.status") != "Delivered"
    return Decimal(0) if line.get("delivered_by_supplier") and is_untold else line.get("received_qty")


@derived_from("billed_amt", "amount", "qty", "_order.per_billed")
def quantity_invoiced(line: Record) -> Decimal | None:
    """qty x billed_amt / amount; of a line without an amount, qty once per_billed is 100.

    ERPNext keeps no billed quantity.
    """
    if not number(line.get("amount")):
        return number(line.get("qty")) if number(look_up(line, "_order.per_billed")) >= HUNDRED else None
    return quantity_billed(*(number(line.get(name)) for name in ("billed_amt", "amount", "qty")))


@derived_from(
    *within("_order", *STATE), "closed", quantity_received, quantity_invoiced, "qty", "_item_code.is_stock_item"
)
def line_status(line: Record) -> str:
    """The order's status; closed; received and billed quantities.

    Stock items that are billed before they came are still to come.
    """
    order = line.get("_order")
    told = state(order) if isinstance(order, dict) else ""
    if told.startswith("Draft") or told in ("Closed", "Cancelled"):
        return told
    if line.get("closed"):
        return "Closed"
    billed, received = _billed(line), _come(quantity_received(line), line.get("qty"))
    is_ahead = billed == "full" != received and look_up(line, "_item_code.is_stock_item")
    return reached({"billed": None if is_ahead else billed, "received": received}, partly="partly") or "open"


def _billed(line: Record) -> str | None:
    if number(line.get("amount")):
        return _come(line.get("billed_amt"), line.get("amount"))
    return "full" if quantity_invoiced(line) else None


def _come(done: Any, wanted: Any) -> str | None:
    return progress([(number(done), number(wanted))])


@derived_from("_order.docstatus")
def is_cancelled(line: Record) -> bool:
    """Whether the order is cancelled."""
    return bool(look_up(line, "_order.docstatus") == 2)


@derived_from("_order.status", "closed")
def is_closed(line: Record) -> bool:
    """Whether the order is closed; or the line, in versions that close lines."""
    return bool(look_up(line, "_order.status") == "Closed" or line.get("closed"))


@derived_from("is_fixed_asset", "_item_code.is_fixed_asset", "_item_code.is_stock_item")
def line_type(line: Record) -> str | None:
    """is_fixed_asset, is_stock_item of the item."""
    if line.get("is_fixed_asset") or look_up(line, "_item_code.is_fixed_asset"):
        return "asset"
    is_stocked = look_up(line, "_item_code.is_stock_item")
    return None if is_stocked is None else "stock item" if is_stocked else "non-stock item"


@derived_from("_item_code.barcodes.barcode_type", "_item_code.barcodes.barcode")
def gtin(line: Record) -> str | None:
    """barcode of the item of a type of GS1 (EAN, UPC, GTIN, JAN)."""
    barcodes = look_up(line, "_item_code.barcodes") or ()
    kinds = [entry for entry in barcodes if str(entry.get("barcode_type") or "").startswith(GTIN_TYPES)]
    return kinds[0].get("barcode") if kinds else None


@derived_from("_item_code.customs_tariff_number")
def commodity_scheme(line: Record) -> str | None:
    """Where the item has a customs tariff number."""
    return "Customs tariff number" if look_up(line, "_item_code.customs_tariff_number") else None


@derived_from("rate", "rate_with_margin", "price_list_rate", "discount_percentage")
def unit_price(line: Record) -> Any:
    """rate; of a discounted line rate_with_margin or price_list_rate.

    With a discount it is the price before it, margin included; a price list alone does not make the price.
    """
    if not number(line.get("discount_percentage")):
        return line.get("rate")
    return number(line.get("rate_with_margin")) or number(line.get("price_list_rate")) or None


@derived_from(unit_price, "qty", "amount", "net_amount", *within("_order", tax_inclusive))
def discount_amount(line: Record) -> Decimal | None:
    """qty x what rate is below the unit price, and what net_amount is below amount.

    The latter is the line's share of a discount on the order as a whole; with taxes in the rates it is tax as well, and
    left out.
    """
    order, before = line.get("_order"), unit_price(line)
    if before is None or not isinstance(order, dict) or order.get("taxes") is None:
        return None
    own = number(line.get("qty")) * (number(before) - number(line.get("rate")))
    shared = number(line.get("amount")) - number(line.get("net_amount"))
    return own if tax_inclusive(order) else own + shared
