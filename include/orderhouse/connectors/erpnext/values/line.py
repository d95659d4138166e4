"""What a line tells by several of its fields, by its order and by its item."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from include.orderhouse import wire
from include.orderhouse.billing import quantity_billed
from include.orderhouse.connectors.erpnext.values import state
from include.orderhouse.decimals import number, total
from include.orderhouse.mapping import Record, derived_from, look_up
from include.orderhouse.progress import progress, reached

GTIN_TYPES = ("EAN", "UPC", "GTIN", "JAN")


@derived_from("_order", "received_qty", "billed_amt")
def line_status(line: Record) -> str:
    """The order's status; received_qty and billed_amt."""
    order = line.get("_order")
    told = state(order) if isinstance(order, dict) else ""
    if told.startswith("Draft") or told in ("Closed", "Cancelled"):
        return told
    steps = {"billed": _come(line, "billed_amt", "amount"), "received": _come(line, "received_qty", "qty")}
    return reached(steps, partly="partly") or "open"


def _come(line: Record, done: str, wanted: str) -> str | None:
    return progress([(number(line.get(done)), number(line.get(wanted)))])


@derived_from("_order.docstatus")
def is_cancelled(line: Record) -> bool:
    """Whether the order is cancelled."""
    return bool(look_up(line, "_order.docstatus") == 2)


@derived_from("_order.status")
def is_closed(line: Record) -> bool:
    """Whether the order is closed."""
    return bool(look_up(line, "_order.status") == "Closed")


@derived_from("is_fixed_asset", "_item_code.is_stock_item")
def line_type(line: Record) -> str | None:
    """is_fixed_asset, is_stock_item of the item."""
    if line.get("is_fixed_asset") or look_up(line, "_item_code.is_fixed_asset"):
        return "asset"
    is_stocked = look_up(line, "_item_code.is_stock_item")
    return None if is_stocked is None else "stock item" if is_stocked else "non-stock item"


@derived_from("_item_code.barcodes")
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


@derived_from("billed_amt", "amount", "qty")
def quantity_invoiced(line: Record) -> Decimal | None:
    """qty x billed_amt / amount: ERPNext keeps no billed quantity."""
    return quantity_billed(*(number(line.get(name)) for name in ("billed_amt", "amount", "qty")))


@derived_from("item_tax_rate", "item_tax_template")
def tax_rate(line: Record) -> Decimal | None:
    """Sum of the rates in item_tax_rate.

    That is JSON in a text: the accounts of the item's tax template and their rates.
    """
    text = line.get("item_tax_rate")
    if not isinstance(text, str) or not line.get("item_tax_template"):
        return None
    rates = wire.decode(text.encode())
    return total(rates.values()) if isinstance(rates, dict) else None
