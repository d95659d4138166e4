"""Values that no single field of ERPNext holds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from include.orderhouse import wire
from include.orderhouse.billing import quantity_billed
from include.orderhouse.mapping import Derived, Record, derived, look_up
from include.orderhouse.markup import plain_text

ZERO, HUNDRED = Decimal(0), Decimal(100)
DIGITS = 9
"""Digits after the point that Frappe keeps: it declares numbers as ``decimal(21,9)`` (`frappe/database/mariadb`)."""

BY_DOCSTATUS = {0: "Draft", 1: "Submitted", 2: "Cancelled"}
REFINED = ("To Receive and Bill", "To Bill", "Delivered", "Submitted")
PENDING = ("Pending", "Pending Approval")
AFTER_INVOICE = "Day(s) after invoice date"
GTIN_TYPES = ("EAN", "UPC", "GTIN", "JAN")
NO_EFFECT = "Valuation"
"""Category of charges that are valued with the goods, but not owed to the vendor."""


def number(value: Any) -> Decimal:
    """A number of the wire; zero for anything else, as Frappe has it."""
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else ZERO


def plain(path: str) -> Derived:
    """The text of an HTML field."""

    def strip(record: Record) -> str | None:
        value = look_up(record, path)
        return plain_text(value) if isinstance(value, str) else None

    return derived(strip, f"text of the HTML in {path}", path)


def progress(path: str) -> Derived:
    """How far a percentage has come."""

    def word(order: Record) -> str:
        share = number(order.get(path))
        return "full" if share >= HUNDRED else "partial" if share > ZERO else "none"

    return derived(word, f"{path}: 0, 100 or between", path)


def the_only(field: str) -> Derived:
    """What all lines that say something agree on."""

    def value(order: Record) -> Any:
        found = {line[field] for line in _lines(order) if isinstance(line.get(field), str) and line[field]}
        return found.pop() if len(found) == 1 else None

    return derived(value, f"{field} of the lines, where they name only one", f"items.{field}")


def joined_terms(path: str) -> Derived:
    """A text of the payment schedule; several instalments are joined."""

    def join(order: Record) -> str | None:
        found = [look_up(part, path) for part in _schedule(order)]
        return "; ".join(dict.fromkeys(text for text in found if isinstance(text, str) and text.strip())) or None

    return derived(join, f"{path} of the payment schedule", f"payment_schedule.{path}")


def _lines(order: Record) -> list[Record]:
    return [line for line in order.get("items") or () if isinstance(line, dict)]


def _schedule(order: Record) -> list[Record]:
    return [part for part in order.get("payment_schedule") or () if isinstance(part, dict)]


def _state(order: Record) -> str:
    """The status; blank in documents that were never saved by version 12 or later."""
    docstatus = order.get("docstatus")
    told = order.get("status") or BY_DOCSTATUS.get(docstatus if isinstance(docstatus, int) else -1, "")
    return f"{told}, pending approval" if told == "Draft" and order.get("workflow_state") in PENDING else str(told)


def _status(order: Record) -> str:
    state = _state(order)
    if state not in REFINED:
        return state
    for path, word in (("per_billed", "billed"), ("per_received", "received")):
        if share := number(order.get(path)):
            return f"{state}, {word}" if share >= HUNDRED else f"{state}, partly {word}"
    if state in ("To Bill", "Delivered"):
        return f"{state}, received"
    return f"{state}, confirmed" if order.get("order_confirmation_date") else state


def _approval(order: Record) -> str | None:
    state = order.get("workflow_state")
    return (
        str(state)
        if state and state not in ("Draft", "Cancelled")
        else "Submitted"
        if order["docstatus"] == 1
        else None
    )


def _order_type(order: Record) -> str:
    if order.get("is_subcontracted") in (1, "Yes"):
        return "subcontract"
    if order.get("customer") or any(line.get("delivered_by_supplier") for line in _lines(order)):
        return "drop shipment"
    return "call-off" if any(line.get("blanket_order") for line in _lines(order)) else "standard"


def _revision(order: Record) -> str | None:
    """The number at the end of an amended order's name."""
    return str(order["name"]).rpartition("-")[2] if order.get("amended_from") else None


def _is_tax(row: Record) -> bool:
    """By the type of its account; where the user may not see accounts, an actual amount is a charge."""
    kind = look_up(row, "_account_head.account_type")
    return kind == "Tax" if kind else row.get("charge_type") != "Actual"


def _sum(order: Record, prefix: str, is_tax: bool) -> Decimal:
    total = ZERO
    for row in order.get("taxes") or ():
        if not isinstance(row, dict) or row.get("category") == NO_EFFECT or _is_tax(row) is not is_tax:
            continue
        after = row.get(f"{prefix}tax_amount_after_discount_amount")
        amount = number(row.get(f"{prefix}tax_amount") if after is None else after)
        total += -amount if row.get("add_deduct_tax") == "Deduct" else amount
    return total


def _sum_of(says: str, prefix: str, is_tax: bool) -> Derived:
    return derived(lambda order: _sum(order, prefix, is_tax), says, f"taxes.{prefix}tax_amount")


def _days(order: Record, days: str, based_on: str) -> int | None:
    """The longest of the payment schedule, where every part counts days from the invoice."""
    terms = [look_up(part, "_payment_term") for part in _schedule(order)]
    told = [term.get(days) for term in terms if isinstance(term, dict) and term.get(based_on) == AFTER_INVOICE]
    found = [entry for entry in told if isinstance(entry, int)]
    return max(found) if found and len(found) == len(terms) else None


def _discount(order: Record) -> Record | None:
    parts = [part for part in _schedule(order) if number(part.get("discount"))]
    is_percentage = len(parts) == 1 and parts[0].get("discount_type", "Percentage") == "Percentage"
    return parts[0] if is_percentage else None


def _discount_days(order: Record) -> Any:
    term = look_up(_discount(order), "_payment_term")
    is_known = isinstance(term, dict) and term.get("discount_validity_based_on") == AFTER_INVOICE
    return term.get("discount_validity") if is_known else None


def _last_due_date(order: Record) -> str | None:
    return max((part["due_date"] for part in _schedule(order) if part.get("due_date")), default=None)


def _unit_price(line: Record) -> Any:
    """With a discount the price before it, margin included; a price list alone does not make the price."""
    if not number(line.get("discount_percentage")):
        return line.get("rate")
    before = number(line.get("rate_with_margin")) or number(line.get("price_list_rate"))
    return before or None


def _quantity_invoiced(line: Record) -> Decimal | None:
    amount, billed, quantity = (number(line.get(name)) for name in ("amount", "billed_amt", "qty"))
    return quantity_billed(billed, amount, quantity)


def _line_status(line: Record) -> str:
    order = line.get("_order")
    state = _state(order) if isinstance(order, dict) else ""
    if state.startswith("Draft") or state in ("Closed", "Cancelled"):
        return state
    for done, wanted, word in (("billed_amt", "amount", "billed"), ("received_qty", "qty", "received")):
        if number(line.get(done)):
            return word if number(line.get(done)) >= number(line.get(wanted)) else f"partly {word}"
    return "open"


def _line_type(line: Record) -> str | None:
    if line.get("is_fixed_asset") or look_up(line, "_item_code.is_fixed_asset"):
        return "asset"
    is_stocked = look_up(line, "_item_code.is_stock_item")
    return None if is_stocked is None else "stock item" if is_stocked else "non-stock item"


def _gtin(line: Record) -> str | None:
    barcodes = look_up(line, "_item_code.barcodes") or ()
    kinds = [entry for entry in barcodes if str(entry.get("barcode_type") or "").startswith(GTIN_TYPES)]
    return kinds[0].get("barcode") if kinds else None


def _tax_rate(line: Record) -> Decimal | None:
    """``item_tax_rate`` is JSON in a text: the accounts of the item's tax template and their rates."""
    text = line.get("item_tax_rate")
    if not isinstance(text, str) or not line.get("item_tax_template"):
        return None
    rates = wire.decode(text.encode())
    return sum((number(value) for value in rates.values()), ZERO) if isinstance(rates, dict) else None


STATUS = derived(
    _status,
    "status (or docstatus), workflow_state of drafts, per_received, per_billed, order_confirmation_date",
    *("status", "docstatus", "workflow_state", "per_received", "per_billed", "order_confirmation_date"),
)
APPROVAL = derived(
    _approval, "workflow_state where there is a workflow, else submission", "workflow_state", "docstatus"
)
ORDER_TYPE = derived(
    _order_type,
    "is_subcontracted, customer or delivered_by_supplier (drop shipment), blanket_order of a line",
    *("is_subcontracted", "customer", "items.delivered_by_supplier", "items.blanket_order"),
)
REVISION = derived(_revision, "the number at the end of the name, where amended_from is set", "name", "amended_from")
TAX, TAX_COMPANY = (
    _sum_of(f"sum of {prefix}tax_amount in taxes, of accounts of type Tax", prefix, True) for prefix in ("", "base_")
)
CHARGES, CHARGES_COMPANY = (
    _sum_of(f"sum of {prefix}tax_amount in taxes, of other accounts", prefix, False) for prefix in ("", "base_")
)
TAX_INCLUSIVE = derived(
    lambda order: any(row.get("included_in_print_rate") for row in order.get("taxes") or ()),
    "whether a row of taxes is included in rates",
    "taxes.included_in_print_rate",
)
NET_DAYS = derived(
    lambda order: _days(order, "credit_days", "due_date_based_on"),
    "longest credit_days of the payment terms, where all count from the invoice",
    "payment_schedule._payment_term",
)
DISCOUNT_PERCENT = derived(
    lambda order: (_discount(order) or {}).get("discount"),
    "discount of the payment schedule, where one part has it in percent",
    "payment_schedule.discount",
)
DISCOUNT_DAYS = derived(
    _discount_days,
    "discount_validity of that payment term, where it counts from the invoice",
    "payment_schedule._payment_term",
)
PAYMENT_DUE_DATE = derived(_last_due_date, "last due_date of the payment schedule", "payment_schedule.due_date")

LINE_STATUS = derived(
    _line_status, "the order's status; received_qty and billed_amt", "_order", "received_qty", "billed_amt"
)
LINE_TYPE = derived(
    _line_type, "is_fixed_asset, is_stock_item of the item", "is_fixed_asset", "_item_code.is_stock_item"
)
UNIT_PRICE = derived(
    _unit_price,
    "rate; of a discounted line rate_with_margin or price_list_rate",
    *("rate", "rate_with_margin", "price_list_rate", "discount_percentage"),
)
QUANTITY_INVOICED = derived(
    _quantity_invoiced, "qty x billed_amt / amount: ERPNext keeps no billed quantity", "billed_amt", "amount", "qty"
)
GTIN = derived(_gtin, "barcode of the item of a type of GS1 (EAN, UPC, GTIN, JAN)", "_item_code.barcodes")
COMMODITY_SCHEME = derived(
    lambda line: "Customs tariff number" if look_up(line, "_item_code.customs_tariff_number") else None,
    "where the item has a customs tariff number",
    "_item_code.customs_tariff_number",
)
TAX_RATE = derived(_tax_rate, "sum of the rates in item_tax_rate", "item_tax_rate", "item_tax_template")
IS_CANCELLED = derived(
    lambda line: look_up(line, "_order.docstatus") == 2, "whether the order is cancelled", "_order.docstatus"
)
IS_CLOSED = derived(
    lambda line: look_up(line, "_order.status") == "Closed", "whether the order is closed", "_order.status"
)
