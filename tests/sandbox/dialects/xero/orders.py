"""One neutral order as Xero keeps it.

What Xero does not know is lost here as it would be there: it has neither receipts nor units nor dates of lines; a
cancelled order is a deleted one, a closed one has been billed; a line has one account and two tracking categories.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.sandbox.arithmetic import rounded
from tests.sandbox.changes import ChangeKind
from tests.sandbox.company import Company
from tests.sandbox.dialects.xero.contacts import embedded_contact
from tests.sandbox.dialects.xero.values import Body, cut, dates, filled, identifier, moment
from tests.sandbox.masters import Address
from tests.sandbox.order import ZERO, Charge, Distribution, Line, Order, Progress, Stage, invoices_of

FREIGHT_ACCOUNT = "425"
RATE_DIGITS, PRICE_DIGITS, USUAL_PRICE_DIGITS = 6, 4, 2
LINE_EDITS = frozenset({ChangeKind.LINE_AMOUNT_EDITED, ChangeKind.LINE_TEXT_EDITED, ChangeKind.LINE_DATE_EDITED})
UNKNOWN_TO_XERO = frozenset({ChangeKind.RECEIVED, ChangeKind.RECEIPT_CORRECTED, ChangeKind.LINE_CLOSED})
TRACKING = {"Cost centre": "cost_center", "Department": "department"}
"""The two tracking categories, and what of an account assignment they hold."""

STATUSES = {
    Stage.DRAFT: "DRAFT", Stage.REJECTED: "DRAFT", Stage.PENDING_APPROVAL: "SUBMITTED", Stage.APPROVED: "AUTHORISED",
    Stage.SENT: "AUTHORISED", Stage.ACKNOWLEDGED: "AUTHORISED", Stage.CLOSED: "BILLED", Stage.CANCELLED: "DELETED",
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """An order as it is served, and what requests filter and sort by."""

    tenant: str
    id: str
    status: str
    updated_at: datetime
    body: Body


def moves(options: Mapping[str, str]) -> frozenset[ChangeKind]:
    """What moves ``UpdatedDateUTC``: all that Xero knows of; with ``lines_move=no`` not the edit of a line."""
    unmoved = UNKNOWN_TO_XERO | (LINE_EDITS if options.get("lines_move") == "no" else frozenset())
    return frozenset(ChangeKind) - unmoved


def status(order: Order) -> str:
    """Whatever was invoiced has been copied to a bill."""
    told = STATUSES[order.stage]
    return "BILLED" if told == "AUTHORISED" and invoices_of(order.goods_lines) is not Progress.NONE else told


def currency_rate(order: Order, options: Mapping[str, str]) -> Decimal:
    """Units of the order's currency for one of the organisation's; with ``rate=base_per_foreign`` the other way."""
    if options.get("rate") == "base_per_foreign":
        return order.exchange_rate
    return rounded(1 / order.exchange_rate, RATE_DIGITS)


def unit_amount(line: Line, digits: int = PRICE_DIGITS) -> Decimal:
    """The price of one unit before discount: with two decimals, or four where the request asks for them."""
    return rounded(line.unit_price, digits)


def only(line: Line) -> Distribution | None:
    """A line's account assignment, where it has one alone."""
    return line.distributions[0] if len(line.distributions) == 1 else None


@dataclass(frozen=True)
class Renderer:
    """Renders orders; ``options`` are those of the dialect, see there."""

    company: Company
    options: Mapping[str, str]

    def row(self, order: Order, deleted_at: datetime | None = None) -> Row:
        """The order; one that was deleted at an instant stays in the list."""
        told = "DELETED" if deleted_at else status(order)
        updated_at = cut(deleted_at or order.changed_at(moves(self.options)))
        body = {**self._header(order), "Status": told, "UpdatedDateUTC": moment(updated_at)}
        return Row(order.entity, body["PurchaseOrderID"], told, updated_at, body)

    def _header(self, order: Order) -> Body:
        ship_to = order.ship_to
        body = {
            "PurchaseOrderID": identifier("order", order.id), "PurchaseOrderNumber": order.number,
            "Reference": order.vendor_reference, **dates("Date", order.order_date, self.options),
            **dates("DeliveryDate", order.requested_date, self.options),
            **dates("ExpectedArrivalDate", order.promised_date, self.options),
            "Contact": embedded_contact(self.company.vendors[order.vendor]),
            "BrandingThemeID": identifier("branding theme", order.site), "CurrencyCode": order.currency,
            "CurrencyRate": currency_rate(order, self.options), "LineAmountTypes": self._amount_types(order),
            "DeliveryAddress": delivery_address(ship_to), "AttentionTo": ship_to and ship_to.contact,
            "Telephone": ship_to and ship_to.phone, "DeliveryInstructions": order.memo,
            "SubTotal": order.subtotal + order.charges_amount, "TotalTax": order.tax_amount, "Total": order.total,
        }  # fmt: skip
        return {
            **filled(body), "Type": "PURCHASEORDER", "HasAttachments": False, "HasErrors": False,
            "IsDiscounted": any(line.discount_percent for line in order.lines),
            "SentToContact": order.stage in (Stage.SENT, Stage.ACKNOWLEDGED), "LineItems": list(self._lines(order)),
        }  # fmt: skip

    def _amount_types(self, order: Order) -> str:
        if self.options.get("line_amounts") == "Inclusive":
            return "Inclusive"
        return "Exclusive" if any(line.tax_code for line in order.lines) else "NoTax"

    def _lines(self, order: Order) -> Iterator[Body]:
        for line in order.lines:
            yield self._text_line(line) if line.is_text else self._item_line(line)
        for number, charge in enumerate(order.charges):
            yield charge_line(order, charge, number)

    def _text_line(self, line: Line) -> Body:
        return {"LineItemID": identifier("line", line.id), "Description": line.description, "Tracking": []}

    def _item_line(self, line: Line) -> Body:
        item = self.company.items[line.item] if line.item else None
        part = only(line)
        is_inclusive = self.options.get("line_amounts") == "Inclusive"
        body = {
            "LineItemID": identifier("line", line.id), "Description": line.description, "Quantity": line.quantity,
            "UnitAmount": line.unit_price, "ItemCode": item and item.code,
            "Item": item and {"ItemID": identifier("item", item.id), "Name": item.name, "Code": item.code},
            "AccountCode": part and part.gl_account, "TaxType": line.tax_code or "NONE", "TaxAmount": line.tax_amount,
            "LineAmount": line.total_amount if is_inclusive else line.net_amount,
        }  # fmt: skip
        discount = {"DiscountRate": line.discount_percent} if line.discount_percent else {}
        return {**filled(body), **discount, "Tracking": _tracking(part)}


def charge_line(order: Order, charge: Charge, number: int) -> Body:
    """A charge is a line on an account of its own, without an item."""
    return {
        "LineItemID": identifier("charge", f"{order.id}/{number}"), "Description": charge.description,
        "Quantity": Decimal(1), "UnitAmount": charge.amount, "AccountCode": FREIGHT_ACCOUNT, "TaxType": "NONE",
        "TaxAmount": ZERO, "LineAmount": charge.amount, "Tracking": [],
    }  # fmt: skip


def delivery_address(address: Address | None) -> str | None:
    """One text of several lines, as people type it."""
    if address is None:
        return None
    parts = (
        address.name, address.line1, address.line2, address.line3, address.city, address.region_name,
        address.postal_code, address.country,
    )  # fmt: skip
    return "\n".join(part for part in parts if part)


def _tracking(part: Distribution | None) -> list[dict[str, Any]]:
    return [
        {
            "Name": name, "Option": option, "TrackingCategoryID": identifier("tracking", name),
            "TrackingOptionID": identifier("tracking option", option),
        }
        for name, attribute in TRACKING.items()
        if part is not None and (option := getattr(part, attribute))
    ]  # fmt: skip
