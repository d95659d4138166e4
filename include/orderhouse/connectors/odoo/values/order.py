"""What an order tells by several of its fields and by its lines."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from include.orderhouse.connectors.odoo.codes import APPROVALS
from include.orderhouse.connectors.odoo.values import COME, CONFIRMED, ENDED, OVER, come, has_ended, is_over
from include.orderhouse.mapping import Derived, Record, derived, derived_from, look_up, within
from include.orderhouse.values.decimals import number, ratio, total
from include.orderhouse.values.progress import reached

LINES = "order_line"
_BILLED = (*OVER, *within(LINES, *COME, "qty_invoiced", "_is_charge"))
_ACKNOWLEDGED = ("acknowledged", "mail_reception_confirmed")
_CHARGES = within(LINES, "price_subtotal", "display_type", "_is_charge")


def _lines(order: Record) -> list[Record]:
    return [line for line in order.get(LINES) or () if isinstance(line, dict) and not line.get("display_type")]


def _goods(order: Record) -> list[Record]:
    return [line for line in _lines(order) if not line.get("_is_charge")]


@derived_from("state", "date_approve", "date_order")
def order_date(order: Record) -> Any:
    """date_approve of confirmed orders, else date_order.

    date_order is the day until which a request for quotation shall become an order ("Order Deadline", by the field's
    help); what Odoo prints as an order's date is that of its confirmation (report_purchaseorder_document).
    """
    return (order.get("date_approve") if order.get("state") in CONFIRMED else None) or order.get("date_order")


@derived_from(*ENDED, *_BILLED, *_ACKNOWLEDGED)
def status(order: Record) -> str:
    """state, locking, receipt_status and billed quantities.

    Closed where all receipts were cancelled, and nothing is to be billed. What is billed as a whole ahead of its goods
    stands where its receipts do.
    """
    state = str(order.get("state"))
    if has_ended(order):
        return "locked"
    if state not in CONFIRMED:
        return state
    billed, received = come(_goods(order), "qty_invoiced", order), str(order.get("receipt_status") or "")
    is_ahead = billed == "full" and received in ("pending", "partial")
    is_acknowledged = any(order.get(name) for name in _ACKNOWLEDGED)
    idle = "not received" if _is_given_up(order) else "acknowledged" if is_acknowledged else None
    step = reached({"billed": None if is_ahead else billed, "received": received}, partly="partly") or idle
    return f"purchase, {step}" if step else "purchase"


def _is_given_up(order: Record) -> bool:
    """Whether nothing is to come or to be billed any more."""
    goods = _goods(order)
    return bool(goods) and order.get("invoice_status") != "to invoice" and all(is_over(line, order) for line in goods)


@derived_from("state")
def approval_status(order: Record) -> Any:
    """state from approval on."""
    return order["state"] if order.get("state") in APPROVALS else None


@derived_from("invoice_status", *_BILLED)
def billing(order: Record) -> str:
    """invoice_status and billed quantities of the lines.

    Odoo calls an order invoiced that has a bill, be it cancelled, while nothing that came is to be billed
    (`_get_invoiced`).
    """
    billed = come(_goods(order), "qty_invoiced", order)
    word = "not billed" if billed == "none" else reached({"billed": billed}, partly="partly")
    return f"{order.get('invoice_status') or 'no'}{f', {word}' if word else ''}"


@derived_from("dest_address_id")
def order_type(order: Record) -> str:
    """Drop shipment where dest_address_id is set."""
    return "dropship" if order.get("dest_address_id") else "standard"


@derived_from("currency_rate")
def exchange_rate(order: Record) -> Decimal | None:
    """1 / currency_rate."""
    return ratio(1, order.get("currency_rate"))


@derived_from(*_CHARGES)
def charges(order: Record) -> Decimal:
    """Sum of price_subtotal of the charge lines."""
    return total(line.get("price_subtotal") for line in _lines(order) if line.get("_is_charge"))


@derived_from("amount_untaxed", charges)
def subtotal(order: Record) -> Any:
    """amount_untaxed less charge lines."""
    untaxed = order.get("amount_untaxed")
    return untaxed if isinstance(untaxed, bool | None) else number(untaxed) - charges(order)


@derived_from("partner_id.lang")
def language(order: Record) -> str | None:
    """partner_id.lang with a hyphen."""
    return str(look_up(order, "partner_id.lang") or "").replace("_", "-") or None


@derived_from(*within("payment_term_id.line_ids", "nb_days", "delay_type"))
def net_days(order: Record) -> int | None:
    """Latest nb_days of the payment term.

    Only where every part of the term counts days from the bill's date.
    """
    parts = look_up(order, "payment_term_id.line_ids")
    if not isinstance(parts, list) or not parts:
        return None
    days = [part.get("nb_days") for part in parts if part.get("delay_type", "days_after") == "days_after"]
    return max(days) if len(days) == len(parts) and all(isinstance(day, int) for day in days) else None


def early(name: str) -> Derived:
    """A field of the discount that a payment term grants for early payment."""
    path = f"payment_term_id.{name}"

    def granted(order: Record) -> Any:
        return look_up(order, path) if look_up(order, "payment_term_id.early_discount") else None

    return derived(granted, f"{path}, where early_discount is set", path, "payment_term_id.early_discount")
