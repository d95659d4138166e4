"""Orders, their lines, taxes and payment schedules as ERPNext keeps them, and what moves their `modified`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from html import escape
from zoneinfo import ZoneInfo

from tests.sandbox.arithmetic import rounded
from tests.sandbox.changes import Change, ChangeKind
from tests.sandbox.company import Company, DeletedOrder
from tests.sandbox.dialects.erpnext.masters import Masters, language
from tests.sandbox.dialects.erpnext.values import Row, custom_fields, hashed_name, local
from tests.sandbox.order import ZERO, Line, Order, Stage

HUNDRED = Decimal(100)
TABLES = {
    "Purchase Order Item": "items",
    "Purchase Taxes and Charges": "taxes",
    "Payment Schedule": "payment_schedule",
}
DOCSTATUS = {
    Stage.DRAFT: 0, Stage.PENDING_APPROVAL: 0, Stage.REJECTED: 0, Stage.APPROVED: 1, Stage.SENT: 1,
    Stage.ACKNOWLEDGED: 1, Stage.CLOSED: 1, Stage.CANCELLED: 2,
}  # fmt: skip
"""Drafts, submitted and cancelled documents; a rejected order never leaves the drafts."""

WORKFLOW = {Stage.PENDING_APPROVAL: "Pending Approval", Stage.REJECTED: "Rejected"}
BY_SQL = (ChangeKind.RECEIVED, ChangeKind.INVOICED)
"""The status updater of receipts and bills writes the one line and the order."""

LINE_ALONE = (ChangeKind.RECEIPT_CORRECTED,)
"""Updates of the line that leave the order's `modified` as it is (``update_modified=False`` for the parent)."""

NO_TRACE = (ChangeKind.TEXT_LINE_DELETED,)


class Orders:
    """Renders orders of the company."""

    def __init__(
        self, company: Company, masters: Masters, zone: ZoneInfo, started_at: datetime, options: Mapping[str, str]
    ) -> None:
        self._company, self._masters, self._zone, self._started_at = company, masters, zone, started_at
        self._naming = options.get("naming", "series")
        self._restores = options.get("deleted") == "restored"

    def render(self, order: Order) -> tuple[Row, dict[str, list[Row]]]:
        """The header and, by doctype, the rows of its child tables."""
        name = order_name(order, self._naming)
        items = [self._item(order, line, number) for number, line in enumerate(order.goods_lines, 1)]
        taxes = self._taxes(order)
        tables = {"Purchase Order Item": items, "Purchase Taxes and Charges": taxes}
        tables["Payment Schedule"] = self._schedule(order)
        for doctype, rows in tables.items():
            for idx, row in enumerate(rows, 1):
                row.update(parent=name, parenttype="Purchase Order", parentfield=TABLES[doctype], idx=idx)
        return self._header(order, name, items), tables

    def tombstone(self, gone: DeletedOrder) -> Row:
        """The `Deleted Document` that is left of an order."""
        name = order_name(gone.order, self._naming)
        return self._record(hashed_name("deleted", gone.order.id), gone.deleted_at, gone.deleted_at, gone.order) | {
            "docstatus": 0, "deleted_doctype": "Purchase Order", "deleted_name": name, "restored": self._restores,
            "new_name": f"{name}9" if self._restores else None,
            "data": json.dumps({"name": name, "doctype": "Purchase Order"}),
        }  # fmt: skip

    def _header(self, order: Order, name: str, items: list[Row]) -> Row:
        masters, entity, vendor = (
            self._masters,
            self._company.entity_of(order),
            self._company.vendors[order.vendor],
        )
        digits = self._company.digits(entity.currency)
        taxes = order.tax_amount + order.charges_amount
        is_drop_ship = order.order_type == "drop_ship"
        return self._record(name, order.created_at, self._modified_at(order), order) | {
            "title": vendor.name, "naming_series": "PUR-ORD-.YYYY.-", "supplier": vendor.code,
            "supplier_name": vendor.name, "company": entity.name, "transaction_date": order.order_date,
            "schedule_date": order.requested_date, "order_confirmation_no": order.vendor_reference,
            "order_confirmation_date": order.acknowledged_at and order.acknowledged_at.date(), "amended_from": None,
            "is_subcontracted": False, "currency": order.currency, "conversion_rate": order.exchange_rate,
            "set_warehouse": None if is_drop_ship else masters.warehouse(order.site, entity),
            "project": order.project, "cost_center": None,
            "total_qty": sum((line.quantity for line in order.goods_lines), ZERO),
            "total": order.subtotal, "net_total": order.subtotal,
            "base_total": sum((item["base_amount"] for item in items), ZERO),
            "base_net_total": sum((item["base_net_amount"] for item in items), ZERO),
            "total_taxes_and_charges": taxes,
            "base_total_taxes_and_charges": rounded(taxes * order.exchange_rate, digits),
            "apply_discount_on": "Grand Total", "discount_amount": ZERO, "additional_discount_percentage": ZERO,
            "grand_total": order.total, "base_grand_total": rounded(order.total * order.exchange_rate, digits),
            "rounding_adjustment": ZERO, "rounded_total": rounded(order.total, 0), "disable_rounded_total": False,
            "advance_paid": ZERO, "payment_terms_template": order.payment_term, "tc_name": None,
            "terms": _html(order.memo), "incoterm": order.incoterm, "named_place": order.incoterm_place,
            "supplier_address": masters.address(vendor.address), "address_display": _html(vendor.address.name),
            "contact_person": vendor.contact and f"{vendor.contact}-{vendor.code}", "contact_display": vendor.contact,
            "contact_email": vendor.email, "contact_mobile": vendor.phone,
            "shipping_address": masters.address(order.ship_to),
            "shipping_address_display": _html(order.ship_to and order.ship_to.name),
            "billing_address": masters.address(order.bill_to),
            "billing_address_display": _html(order.bill_to and order.bill_to.name),
            "customer": order.ship_to.name if is_drop_ship and order.ship_to else None,
            "language": language(vendor), "ref_sq": order.quotation, "status": status(self._company, order),
            "per_received": per_received(order), "per_billed": per_billed(self._company, order),
            "workflow_state": "Approved" if DOCSTATUS[order.stage] == 1 else WORKFLOW.get(order.stage),
        } | custom_fields(order.custom, self._zone)  # fmt: skip

    def _record(self, name: str, created_at: datetime, modified_at: datetime | None, order: Order) -> Row:
        buyer = self._company.buyers.get(order.created_by or "")
        owner = (buyer.email or buyer.code) if buyer else "Administrator"
        return {
            "name": name, "owner": owner, "creation": local(created_at, self._zone),
            "modified": modified_at and local(modified_at, self._zone), "modified_by": owner,
            "docstatus": DOCSTATUS[order.stage], "idx": 0,
        }  # fmt: skip

    def _modified_at(self, order: Order) -> datetime | None:
        """None for rows that an old import wrote by SQL, until they are saved the first time."""
        at = modified_at(order)
        return None if order.lacks_modified_at and at <= self._started_at else at

    def _item(self, order: Order, line: Line, number: int) -> Row:
        masters, entity = self._masters, self._company.entity_of(order)
        item = self._company.items[line.item or ""]
        company_amount = rounded(line.net_amount * order.exchange_rate, self._company.digits(entity.currency))
        rate = discounted_rate(line)
        is_priced = bool(line.discount_percent) or line.id % 3 > 0
        only = line.distributions[0] if line.distributions else None
        is_drop_ship = order.order_type == "drop_ship"
        return self._record(line_name(line), line.created_at, line_modified_at(order, line), order) | {
            "item_code": item.code, "item_name": item.name, "item_group": item.category,
            "supplier_part_no": line.vendor_item_code, "description": _html(line.description),
            "manufacturer_part_no": item.manufacturer_code, "schedule_date": line.requested_date,
            "expected_delivery_date": line.promised_date, "qty": line.quantity, "uom": masters.unit(line.unit),
            "conversion_factor": Decimal(1), "stock_uom": masters.unit(item.unit), "stock_qty": line.quantity,
            "price_list_rate": line.unit_price if is_priced else ZERO, "discount_percentage": line.discount_percent,
            "discount_amount": line.unit_price - rate if line.discount_percent else ZERO,
            "rate_with_margin": ZERO, "rate": rate, "amount": line.net_amount,
            "net_rate": rate, "net_amount": line.net_amount, "base_rate": rounded(rate * order.exchange_rate, 9),
            "base_amount": company_amount, "base_net_amount": company_amount,
            "item_tax_template": line.tax_code, "item_tax_rate": self._item_tax_rate(order, line),
            "warehouse": None if is_drop_ship else masters.warehouse(line.site, entity),
            "received_qty": line.quantity if is_drop_ship else line.quantity_received, "returned_qty": ZERO,
            "billed_amt": billed_amount(self._company, order, line), "material_request": line.requisition,
            "blanket_order": line.contract, "supplier_quotation": order.quotation,
            "delivered_by_supplier": is_drop_ship, "is_free_item": False, "is_fixed_asset": line.kind == "asset",
            "bom": None, "expense_account": only and masters.account(only.gl_account, entity),
            "cost_center": only and masters.cost_center(only.cost_center, entity),
            "project": only and only.project, "department": only and only.department,
        } | custom_fields(line.custom, self._zone)  # fmt: skip

    def _item_tax_rate(self, order: Order, line: Line) -> str:
        """All accounts of the item's tax template: that of the tax, that of sales, and those of other taxes at 0 %.

        An account of the order's taxes that is missing here is charged by the rate that stands there.
        """
        if not line.tax_code:
            return "{}"
        entity, rate = self._company.entity_of(order), float(line.tax_rate)
        others = {self._masters.tax_account(code, entity): 0.0 for code in self._company.taxes}
        own = self._masters.tax_account(line.tax_code, entity)
        return json.dumps(others | {own: rate, f"Output Tax {line.tax_code} - {entity.code}": rate})

    def _taxes(self, order: Order) -> list[Row]:
        """One row for each tax of the lines, and one for each charge."""
        entity, amounts = self._company.entity_of(order), dict[str, Decimal]()
        for line in order.goods_lines:
            if line.tax_code:
                amounts[line.tax_code] = amounts.get(line.tax_code, ZERO) + line.tax_amount
        rows = []
        for code, amount in amounts.items():
            account, rate = self._masters.tax_account(code, entity), self._company.taxes[code].rate
            rows.append(self._tax(order, "On Net Total", account, rate, amount) | {"description": code})
        for charge in order.charges:
            account = self._masters.freight_account(entity)
            row = self._tax(order, "Actual", account, ZERO, charge.amount)
            rows.append(row | {"description": charge.description})
        return rows

    def _tax(self, order: Order, kind: str, account: str, rate: Decimal, amount: Decimal) -> Row:
        name = hashed_name(f"tax {account}", order.id)
        entity = self._company.entity_of(order)
        company_amount = rounded(amount * order.exchange_rate, self._company.digits(entity.currency))
        return self._record(name, order.created_at, modified_at(order), order) | {
            "category": "Total", "add_deduct_tax": "Add", "charge_type": kind, "account_head": account,
            "included_in_print_rate": False, "rate": rate, "tax_amount": amount,
            "tax_amount_after_discount_amount": amount, "base_tax_amount": company_amount,
            "base_tax_amount_after_discount_amount": company_amount, "cost_center": None,
        }  # fmt: skip

    def _schedule(self, order: Order) -> list[Row]:
        term = self._company.payment_terms.get(order.payment_term or "")
        if term is None:
            return []
        name = hashed_name("term", order.id)
        discount_date = order.order_date + timedelta(days=term.discount_days) if term.discount_days else None
        return [
            self._record(name, order.created_at, modified_at(order), order)
            | {
                "payment_term": term.code, "description": term.text,
                "due_date": order.order_date + timedelta(days=term.net_days), "invoice_portion": HUNDRED,
                "discount_type": "Percentage", "discount": term.discount_percent or ZERO,
                "discount_date": discount_date, "payment_amount": order.total, "outstanding": order.total,
            }
        ]  # fmt: skip


def order_name(order: Order, naming: str = "series") -> str:
    """The order's name: of the series as delivered, or of a custom one with slashes."""
    year = order.created_at.year
    return f"PO/{year}/{order.id:05d}" if naming == "slashes" else f"PUR-ORD-{year}-{order.id:05d}"


def line_name(line: Line) -> str:
    return hashed_name("line", line.id)


def modified_at(order: Order) -> datetime:
    """When the order was last saved, or written by the status updater."""
    silent = (*LINE_ALONE, *NO_TRACE)
    moving = (change.at for change in order.changes if change.kind not in silent and not _is_of_texts(order, change))
    return max(moving, default=order.created_at)


def line_modified_at(order: Order, line: Line) -> datetime:
    """Saving an order saves all of its lines; the status updater writes one."""
    saved = (
        change.at
        for change in order.changes
        if change.kind not in (*BY_SQL, *LINE_ALONE, *NO_TRACE) and not _is_of_texts(order, change)
    )
    own = (change.at for change in order.changes if line.id in change.line_ids)
    return max((*saved, *own), default=line.created_at)


def _is_of_texts(order: Order, change: Change) -> bool:
    """There are no sections and notes, so nothing of them is saved."""
    texts = {line.id for line in order.lines if line.is_text}
    is_edit = change.kind in (ChangeKind.LINE_ADDED, ChangeKind.LINE_TEXT_EDITED)
    return is_edit and bool(change.line_ids) and set(change.line_ids) <= texts


def status(company: Company, order: Order) -> str:
    """`Purchase Order.status` by `status_map` of controllers/status_updater.py."""
    if DOCSTATUS[order.stage] != 1:
        return "Draft" if DOCSTATUS[order.stage] == 0 else "Cancelled"
    if order.stage is Stage.CLOSED:
        return "Closed"
    is_received, is_billed = per_received(order) >= HUNDRED, per_billed(company, order) >= HUNDRED
    if is_delivered(order):
        return "Delivered"
    if is_received:
        return "Completed" if is_billed else "To Bill"
    return "To Receive" if is_billed else "To Receive and Bill"


def discounted_rate(line: Line) -> Decimal:
    """The price after the line's discount, in the nine digits that the database keeps."""
    return rounded(line.unit_price * (HUNDRED - line.discount_percent) / HUNDRED, 9)


def is_delivered(order: Order) -> bool:
    """Somebody has set a drop shipment to Delivered, once all has come to the customer: no receipt tells it."""
    came = [(line.quantity_received, line.quantity) for line in order.goods_lines]
    return order.order_type == "drop_ship" and _percentage(came) >= HUNDRED


def per_received(order: Order) -> Decimal:
    """Percentage of the quantities; what came too much of one line does not make up for another.

    Only receipts move it, which drop shipments do not have, though their lines' `received_qty` is as if all had come.
    """
    if order.order_type == "drop_ship":
        return ZERO
    return _percentage([(line.quantity_received, line.quantity) for line in order.goods_lines])


def per_billed(company: Company, order: Order) -> Decimal:
    """Percentage of the amounts; of the quantities, where the order has no amount."""
    amounts = [(billed_amount(company, order, line), line.net_amount) for line in order.goods_lines]
    quantities = [(line.quantity_invoiced, line.quantity) for line in order.goods_lines]
    return _percentage(amounts if any(amount for _, amount in amounts) else quantities)


def _percentage(pairs: list[tuple[Decimal, Decimal]]) -> Decimal:
    whole = sum((wanted for _, wanted in pairs), ZERO)
    return rounded(sum((min(done, wanted) for done, wanted in pairs), ZERO) / whole * HUNDRED, 6) if whole else ZERO


def billed_amount(company: Company, order: Order, line: Line) -> Decimal:
    """What was billed of a line, in money; there is no billed quantity."""
    return rounded(line.net_amount * line.quantity_invoiced / line.quantity, company.digits(order.currency))


def _html(text: str | None) -> str | None:
    if text is None or not text.strip():
        return None
    return f"<div><p>{'<br>'.join(escape(line, quote=False) for line in text.splitlines())}</p></div>"
