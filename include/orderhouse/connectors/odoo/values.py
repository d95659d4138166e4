"""Values that no single field of Odoo holds."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from include.orderhouse.mapping import Derived, Record, derived, look_up
from include.orderhouse.markup import plain_text

RATE_DIGITS = Decimal("1e-12")
ZERO = Decimal(0)
APPROVAL = ("to approve", "purchase", "done")


def plain(*paths: str) -> Derived:
    """The text of an HTML field."""

    def strip(record: Record) -> str | None:
        value = next((found for path in paths if (found := look_up(record, path))), None)
        return plain_text(value) if isinstance(value, str) else None

    return derived(strip, f"text of the HTML in {' or '.join(paths)}", *paths)


def of_goods(path: str) -> Derived:
    """A number of a line; Odoo keeps zeros on sections and notes, which have none."""
    return derived(
        lambda line: None if line.get("display_type") else look_up(line, path), f"{path}, but not of text lines", path
    )


def region(address: str) -> Derived:
    """ISO 3166-2: the country's code and the state's code within it."""
    country, state = f"{address}.country_id.code", f"{address}.state_id.code"

    def join(record: Record) -> str | None:
        codes = look_up(record, country), look_up(record, state)
        return f"{codes[0]}-{codes[1]}" if all(codes) else None

    return derived(join, f"{country} and {state}, joined by a hyphen", country, state)


def contact(address: str) -> Derived:
    """The name of a partner that is a person at another one, its commercial entity; not of a mere delivery address."""
    own, entity, kind = (f"{address}.{name}" for name in ("id", "commercial_partner_id.id", "type"))

    def name(record: Record) -> Any:
        is_other = look_up(record, entity) not in (None, look_up(record, own))
        return look_up(record, f"{address}.name") if is_other and look_up(record, kind) == "contact" else None

    return derived(name, f"{address}.name, where it is a contact of another partner", f"{address}.name", entity, kind)


def _number(value: Any) -> Decimal:
    return Decimal(str(value)) if isinstance(value, int | Decimal) and not isinstance(value, bool) else ZERO


def _lines(order: Record) -> list[Record]:
    return [line for line in order.get("order_line") or () if isinstance(line, dict) and not line.get("display_type")]


def _goods(order: Record) -> list[Record]:
    return [line for line in _lines(order) if not line.get("_is_charge")]


def _is_locked(order: Record) -> bool:
    """Locked by hand, which ends an order; a company may also lock every order as it is confirmed (``po_lock``)."""
    is_locked = order.get("state") == "done" or bool(order.get("locked"))
    return is_locked and (order.get("po_lock") or look_up(order, "company_id.po_lock")) != "lock"


def _progress(lines: list[Record], name: str) -> str:
    pairs = [(_number(line.get(name)), _number(line.get("product_qty"))) for line in lines]
    if not any(done for done, _ in pairs):
        return ""
    return "full" if all(done >= wanted for done, wanted in pairs) else "partial"


def _billing(order: Record) -> str:
    billed = {"": "", "partial": ", partly billed", "full": ", billed"}[_progress(_goods(order), "qty_invoiced")]
    return f"{order.get('invoice_status') or 'no'}{billed}"


def _receipt(order: Record) -> str:
    return str(order.get("receipt_status") or "")


def _status(order: Record) -> str:
    state = str(order.get("state"))
    if _is_locked(order):
        return "locked"
    if state not in ("purchase", "done"):
        return state
    billed = _progress(_goods(order), "qty_invoiced")
    if billed:
        return "purchase, billed" if billed == "full" else "purchase, partly billed"
    if _receipt(order) in ("partial", "full"):
        return "purchase, received" if _receipt(order) == "full" else "purchase, partly received"
    is_acknowledged = order.get("acknowledged") or order.get("mail_reception_confirmed")
    return "purchase, acknowledged" if is_acknowledged else "purchase"


def _line_status(line: Record) -> str | None:
    order: Any = line.get("order_id")
    if line.get("display_type") or not isinstance(order, dict):
        return None
    state = str(order.get("state"))
    if _is_locked(order):
        return "locked"
    if state not in ("purchase", "done"):
        return state
    for name, word in (("qty_invoiced", "billed"), ("qty_received", "received")):
        progress = _progress([line], name)
        if progress:
            return f"purchase, {word}" if progress == "full" else f"purchase, partly {word}"
    return "purchase"


def _line_type(line: Record) -> str:
    if line.get("display_type"):
        return str(line["display_type"])
    return "charge" if line.get("_is_charge") else str(look_up(line, "product_id.type") or "no product")


def _charges(order: Record) -> Decimal:
    return sum((_number(line.get("price_subtotal")) for line in _lines(order) if line.get("_is_charge")), ZERO)


def _subtotal(order: Record) -> Any:
    untaxed = order.get("amount_untaxed")
    return untaxed if isinstance(untaxed, bool | None) else _number(untaxed) - _charges(order)


def _tax_amount(line: Record) -> Any:
    digits, tax = look_up(line, "order_id.currency_id.decimal_places"), line.get("price_tax")
    if line.get("display_type"):
        return None
    if not isinstance(digits, int) or not isinstance(tax, Decimal):
        return tax
    with localcontext(prec=60):
        return tax.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def _taxes(line: Record) -> list[Record]:
    taxes = line.get("taxes_id") or line.get("tax_ids") or ()
    return [tax for tax in taxes if isinstance(tax, dict)]


def _tax_rate(line: Record) -> Decimal | None:
    taxes = _taxes(line)
    is_percent = bool(taxes) and all(tax.get("amount_type") == "percent" for tax in taxes)
    return sum((_number(tax.get("amount")) for tax in taxes), ZERO) if is_percent else None


def _ratio(top: Any, bottom: Any) -> Decimal | None:
    if not _number(top) or not _number(bottom):
        return None
    with localcontext(prec=60):
        return (_number(top) / _number(bottom)).quantize(RATE_DIGITS, rounding=ROUND_HALF_UP)


def _net_days(order: Record) -> int | None:
    """Only where every part of the term counts days from the bill's date."""
    parts = look_up(order, "payment_term_id.line_ids")
    if not isinstance(parts, list) or not parts:
        return None
    days = [part.get("nb_days") for part in parts if part.get("delay_type", "days_after") == "days_after"]
    return max(days) if len(days) == len(parts) and all(isinstance(day, int) for day in days) else None


def _discount(name: str) -> Derived:
    path = f"payment_term_id.{name}"
    return derived(
        lambda order: look_up(order, path) if look_up(order, "payment_term_id.early_discount") else None,
        f"{path}, where early_discount is set",
        path,
    )


def only_share(name: str) -> Derived:
    """The account of a line that is not split."""

    def value(line: Record) -> Any:
        rows = line.get("_distributions") or []
        return rows[0].get(name) if len(rows) == 1 and _number(rows[0].get("percent")) == 100 else None

    return derived(value, f"{name} of analytic_distribution, where it is one of 100 %", "_distributions")


LINE_FACTS = ("order_line",)
STATUS = derived(
    _status, "state, locking, receipt_status and billed quantities", "state", "receipt_status", *LINE_FACTS
)
APPROVAL_STATUS = derived(
    lambda order: order["state"] if order.get("state") in APPROVAL else None, "state from approval on", "state"
)
BILLING = derived(_billing, "invoice_status and billed quantities of the lines", "invoice_status", *LINE_FACTS)
ORDER_TYPE = derived(
    lambda order: "dropship" if order.get("dest_address_id") else "standard",
    "drop shipment where dest_address_id is set",
    "dest_address_id",
)
EXCHANGE_RATE = derived(lambda order: _ratio(1, order.get("currency_rate")), "1 / currency_rate", "currency_rate")
SUBTOTAL = derived(_subtotal, "amount_untaxed less charge lines", "amount_untaxed", *LINE_FACTS)
CHARGES = derived(_charges, "sum of price_subtotal of the charge lines", *LINE_FACTS)
TAX_INCLUSIVE = derived(
    lambda order: any(tax.get("price_include") for line in _lines(order) for tax in _taxes(line)),
    "whether a tax of a line is included in prices",
    *LINE_FACTS,
)
LANGUAGE = derived(
    lambda order: str(look_up(order, "partner_id.lang") or "").replace("_", "-") or None,
    "partner_id.lang with a hyphen",
    "partner_id.lang",
)
NET_DAYS = derived(_net_days, "latest nb_days of the payment term", "payment_term_id.line_ids")
DISCOUNT_PERCENT, DISCOUNT_DAYS = _discount("discount_percentage"), _discount("discount_days")
LINE_STATUS = derived(
    _line_status, "the order's state; received and billed quantities", "order_id", "qty_received", "qty_invoiced"
)
LINE_TYPE = derived(
    _line_type, "display_type, else charge by the setting, else the product's type", "display_type", "product_id.type"
)
IS_CLOSED = derived(lambda line: _is_locked(line["order_id"]), "whether the order is locked", "order_id")
UNIT_CONVERSION = derived(
    lambda line: _ratio(line.get("product_uom_qty"), line.get("product_qty")),
    "product_uom_qty / product_qty",
    "product_uom_qty",
    "product_qty",
)
TAX_AMOUNT = derived(_tax_amount, "price_tax, a binary float, rounded to the currency's digits", "price_tax")
TAX_CODE = derived(
    lambda line: " + ".join(str(tax.get("name")) for tax in _taxes(line)) or None, "names of the taxes", "taxes_id"
)
TAX_RATE = derived(_tax_rate, "sum of the taxes in percent", "taxes_id")
COMMODITY_SCHEME = derived(
    lambda line: "UNSPSC" if look_up(line, "product_id.unspsc_code_id.code") else None,
    "UNSPSC where the product has its code",
    "product_id.unspsc_code_id.code",
)
