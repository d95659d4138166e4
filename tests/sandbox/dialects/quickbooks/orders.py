"""One neutral order as QuickBooks Online keeps it, and the bill or expense that its invoices have become.

What QuickBooks does not know is lost here as it would be there: it has no drafts, approvals or cancellations (an order
is Open or Closed), no units, no price basis and no line discount (the unit price is net of it), and no tax of a line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.sandbox.arithmetic import HUNDRED, rounded
from tests.sandbox.changes import ChangeKind
from tests.sandbox.company import Company
from tests.sandbox.dialects.quickbooks.masters import (
    FREIGHT_ACCOUNT,
    Body,
    filled,
    free_lines,
    number,
    physical_address,
    reference,
)
from tests.sandbox.dialects.quickbooks.query import Record
from tests.sandbox.masters import Address
from tests.sandbox.order import CustomValue, Line, Order, Progress, Stage

FIRST_BILL, FURTHER_BILL, FIRST_CHARGE_LINE = 500_000, 600_000, 5_000_001
PRICE_DIGITS = 7
OTHER_ACCOUNT = "Other expenses"
CUSTOM_FIELDS = {"project_phase": "Project phase", "budget": "Budget", "review_date": "Review date",
                 "drawing": "Drawing", "needs_inspection": "Needs inspection"}  # fmt: skip
"""The company's own fields that this realm has, by their names in QuickBooks."""


def moves(options: Mapping[str, str]) -> frozenset[ChangeKind]:
    """What moves an order's ``LastUpdatedTime``: all that happens to it; with ``links_move=no`` not a new bill."""
    unmoved = {ChangeKind.INVOICED} if options.get("links_move") == "no" else set()
    return frozenset(ChangeKind) - unmoved


def is_closed(order: Order) -> bool:
    """Closed by hand, or because everything has come."""
    return order.stage in (Stage.CLOSED, Stage.CANCELLED) or order.receipt_progress is Progress.FULL


def unit_price(line: Line) -> Decimal:
    """The price of one unit less the discount: QuickBooks has no other place for it."""
    return rounded(line.unit_price * (HUNDRED - line.discount_percent) / HUNDRED, PRICE_DIGITS)


def has_bill(order: Order) -> bool:
    return bool(_invoiced(order))


def due_date(company: Company, order: Order) -> date | None:
    """When the bill will have to be paid."""
    term = company.payment_terms.get(order.payment_term or "")
    return term and order.order_date + timedelta(days=term.net_days)


@dataclass(frozen=True)
class Renderer:
    """Renders orders and bills. ``options`` are those of the dialect, see there."""

    company: Company
    options: Mapping[str, str]

    def order(self, order: Order) -> Record:
        """The purchase order."""
        modified_at = order.changed_at(moves(self.options))
        body = self._header(order, modified_at)
        values = self._values(order.id, order.created_at, modified_at)
        values |= {"DocNumber": order.number, "TxnDate": order.order_date, "TotalAmt": order.total}
        if self.options.get("queryable_status") != "no":
            values["POStatus"] = body["POStatus"]
        return Record(body, values)

    @property
    def drawing_entity(self) -> str:
        """What orders are drawn by: bills; with ``drawn_by`` expenses, to which orders are linked by that type."""
        return "Purchase" if self._drawing_type != "Bill" else "Bill"

    @property
    def _drawing_type(self) -> str:
        return self.options.get("drawn_by", "Bill")

    def bills(self, order: Order) -> list[Record]:
        """The bill over what was invoiced so far, if anything was; a further one with ``links=mixed``."""
        drawn: defaultdict[int, list[Body]] = defaultdict(list)
        for line in _invoiced(order):
            drawn[self._bill_id(order, line)].append(self._bill_line(order, line))
        return [self._bill(order, number, lines) for number, lines in drawn.items()]

    def _bill(self, order: Order, bill_id: int, lines: list[Body]) -> Record:
        billed_at = order.changed_at({ChangeKind.INVOICED})
        body = {
            "Id": str(bill_id), "SyncToken": "1", "domain": "QBO", "sparse": False,
            "MetaData": self._metadata(order, billed_at, billed_at), "DocNumber": order.vendor_reference,
            "VendorRef": reference(self.company.vendors[order.vendor].id),
            "LinkedTxn": [{"TxnId": str(order.id), "TxnType": "PurchaseOrder"}], "Line": lines,
        }  # fmt: skip
        return Record(filled(body), self._values(bill_id, billed_at, billed_at))

    def deletion(self, order: Order, deleted_at: datetime) -> Body:
        """What change data capture tells of a deleted order."""
        moment = self._moment(order, deleted_at)
        return {"domain": "QBO", "status": "Deleted", "Id": str(order.id), "MetaData": {"LastUpdatedTime": moment}}

    def kept(self, at: datetime) -> datetime:
        """An instant as queries compare it: to the second; with ``precision=micro`` as exact as it happened."""
        return at.astimezone(UTC) if self.options.get("precision") == "micro" else at.replace(microsecond=0)

    def _values(self, number: int, created_at: datetime, modified_at: datetime) -> dict[str, Any]:
        return {
            "Id": number,
            "MetaData.CreateTime": self.kept(created_at),
            "MetaData.LastUpdatedTime": self.kept(modified_at),
        }

    def _metadata(self, order: Order, created_at: datetime, modified_at: datetime) -> Body:
        return {"CreateTime": self._moment(order, created_at), "LastUpdatedTime": self._moment(order, modified_at)}

    def _moment(self, order: Order, at: datetime) -> str:
        """An instant in the company's zone, to the second."""
        zone = ZoneInfo(self.company.entity_of(order).time_zone)
        return at.astimezone(zone).isoformat(timespec="seconds")

    def _header(self, order: Order, modified_at: datetime) -> Body:
        vendor, term = self.company.vendors[order.vendor], order.payment_term
        is_drop_shipped = order.order_type == "drop_ship"
        memo = {"Memo" if order.id % 2 == 0 else "PrivateNote": order.memo}
        body = {
            "Id": str(order.id), "SyncToken": str(order.change_count), "domain": "QBO",
            "MetaData": self._metadata(order, order.created_at, modified_at), "DocNumber": order.number,
            "TxnDate": order.order_date.isoformat(), "CurrencyRef": self._currency(order),
            "ExchangeRate": order.exchange_rate, **memo, "VendorRef": reference(vendor.id, vendor.name),
            "VendorAddr": self._address(2000 + vendor.id, vendor.address),
            "APAccountRef": reference(33, "Accounts Payable (A/P)"), "TotalAmt": order.total, **self._taxes(order),
            "LinkedTxn": self._links(order), "Line": list(self._lines(order)),
            "SalesTermRef": reference(number(self.company.payment_terms, term), term),
            "DueDate": _day(due_date(self.company, order)), "ExpectedDate": _day(order.requested_date),
            "ShipAddr": self._address(3000 + order.id, order.ship_to),
            "ShipTo": reference(58, order.ship_to and order.ship_to.name) if is_drop_shipped else None,
            "ShipMethodRef": reference(order.ship_method, order.ship_method), "FOB": order.incoterm,
            "DepartmentRef": reference(number(self.company.sites, order.site), order.site),
            "ProjectRef": reference(number(self.company.projects, order.project), order.project),
            "POEmail": filled({"Address": vendor.email}), "EmailStatus": self._email_status(order),
            "PrintStatus": "NotSet", "POStatus": "Closed" if is_closed(order) else "Open",
            "CustomField": _custom_fields(order.custom),
        }  # fmt: skip
        return {**filled(body), "Line": body["Line"], "sparse": False}

    def _address(self, number: int, address: Address | None) -> Body | None:
        """An address; with ``addresses=free`` as it is once it was edited in its order, in lines alone."""
        if address and self.options.get("addresses") == "free":
            return {"Id": str(number), **free_lines(address)}
        return physical_address(number, address)

    def _currency(self, order: Order) -> Body | None:
        """Companies with one currency need not tell it."""
        name = self.company.currencies[order.currency].name
        return reference(order.currency, name) if len(self.company.currencies) > 1 else None

    def _email_status(self, order: Order) -> str:
        if order.stage in (Stage.SENT, Stage.ACKNOWLEDGED):
            return "EmailSent"
        return "NeedToSend" if order.stage is Stage.APPROVED else "NotSet"

    def _taxes(self, order: Order) -> Body:
        taxed: defaultdict[str, list[Line]] = defaultdict(list)
        for line in order.goods_lines:
            if line.tax_code:
                taxed[line.tax_code].append(line)
        if not taxed:
            return {"GlobalTaxCalculation": "NotApplicable"}
        lines = [
            {
                "Amount": sum(line.tax_amount for line in lines), "DetailType": "TaxLineDetail",
                "TaxLineDetail": {
                    "TaxRateRef": reference(number(self.company.taxes, code)), "PercentBased": True,
                    "TaxPercent": lines[0].tax_rate, "NetAmountTaxable": sum(line.net_amount for line in lines),
                },
            }
            for code, lines in taxed.items()
        ]  # fmt: skip
        detail = {"TotalTax": order.tax_amount, "TaxLine": lines}
        return {"GlobalTaxCalculation": "TaxExcluded", "TxnTaxDetail": detail}

    def _links(self, order: Order) -> list[Body]:
        bills = dict.fromkeys(self._bill_id(order, line) for line in _invoiced(order))
        return [{"TxnId": str(bill), "TxnType": self._drawing_type} for bill in bills]

    def _lines(self, order: Order) -> Iterator[Body]:
        position = 0
        for position, line in enumerate(order.lines, 1):
            common = {"Id": str(line.id), "LineNum": position, "Description": line.description}
            if line.is_text:
                yield filled(common) | self._note()
                continue
            received = {"Received": self._share(line, line.quantity_received)} if self._tells_received(line) else {}
            yield filled(common | {"Amount": line.net_amount, "CustomField": _custom_fields(line.custom)}) | {
                "LinkedTxn": self._line_links(order, line), **received, **self._detail(line),
            }  # fmt: skip
        for index, charge in enumerate(order.charges):
            detail = {"AccountRef": FREIGHT_ACCOUNT, "BillableStatus": "NotBillable"}
            yield {
                "Id": str(FIRST_CHARGE_LINE + index), "LineNum": position + index + 1, "Amount": charge.amount,
                "Description": charge.description, "Received": 0, "LinkedTxn": [],
                "DetailType": "AccountBasedExpenseLineDetail", "AccountBasedExpenseLineDetail": detail,
            }  # fmt: skip

    def _note(self) -> Body:
        """A line of text; with ``notes=item`` as a row of the items' table in which no item was chosen."""
        if self.options.get("notes") != "item":
            return {"DetailType": "DescriptionOnly", "DescriptionLineDetail": {}}
        detail = {"Qty": 1, "UnitPrice": 25, "TaxCodeRef": reference("NON"), "BillableStatus": "NotBillable"}
        return {"Amount": 25, "DetailType": "ItemBasedExpenseLineDetail", "ItemBasedExpenseLineDetail": detail}

    def _tells_received(self, line: Line) -> bool:
        """``Received`` comes with minor version 38; with ``received=sparse`` only where something has come."""
        return self.options.get("received") != "sparse" or line.quantity_received > 0

    def _share(self, line: Line, quantity: Decimal) -> Decimal:
        """How much of a line that is: of category lines, which have no quantity, an amount."""
        return rounded(line.net_amount * quantity / line.quantity, 2) if self._has_accounts else quantity

    @property
    def _has_accounts(self) -> bool:
        return self.options.get("details") == "account"

    def _bill_id(self, order: Order, line: Line) -> int:
        """Which bill a line is on; with ``links=mixed`` the first one's is not that of the others."""
        is_further = self.options.get("links") == "mixed" and line is not _invoiced(order)[0]
        return (FURTHER_BILL if is_further else FIRST_BILL) + order.id

    def _links_line(self, order: Order, line: Line) -> bool:
        """Lines link each other; with ``links=header`` orders and bills alone, as before minor version 55.

        With ``links=order`` a bill's lines link the order; with ``links=mixed`` only the first bill's link lines.
        """
        return self.options.get("links") not in ("header", "order") and self._bill_id(order, line) < FURTHER_BILL

    def _line_links(self, order: Order, line: Line) -> list[Body]:
        if not line.quantity_invoiced or not self._links_line(order, line):
            return []
        bill = str(self._bill_id(order, line))
        return [{"TxnId": bill, "TxnType": self._drawing_type, "TxnLineId": str(line.id)}]

    def _detail(self, line: Line) -> Body:
        """What is bought; with ``details=purchase_order_item`` in the schema's own form for purchase orders.

        With ``details=account`` it is booked to an account (QuickBooks calls it a category), for an amount. With
        ``details=amount`` it is for an item, and no quantity was entered.
        """
        only = line.distributions[0] if len(line.distributions) == 1 else None
        cost_center = only and only.cost_center
        if self._has_accounts:
            return account_detail(only.gl_account if only else OTHER_ACCOUNT)
        detail = {
            **self._item_reference(line), **self._counted(line, line.quantity),
            "ClassRef": reference(number(self.company.cost_centers, cost_center), cost_center),
            "TaxCodeRef": reference(line.tax_code or "NON"),
        }  # fmt: skip
        if self.options.get("details") == "purchase_order_item":
            item = self.company.items[line.item] if line.item else None
            own = {
                "ManPartNum": item and item.manufacturer_code, "ManuallyClosed": line.is_closed or line.is_cancelled,
                "OpenQty": line.quantity_open,
            }  # fmt: skip
            return {"DetailType": "PurchaseOrderItemLineDetail", "PurchaseOrderItemLineDetail": filled(detail | own)}
        project = only and only.project
        detail |= {
            "CustomerRef": reference(project and number(self.company.projects, project), project),
            "BillableStatus": "NotBillable",
        }
        return {"DetailType": "ItemBasedExpenseLineDetail", "ItemBasedExpenseLineDetail": filled(detail)}

    def _counted(self, line: Line, quantity: Decimal) -> Body:
        return {} if self.options.get("details") == "amount" else {"UnitPrice": unit_price(line), "Qty": quantity}

    def _item_reference(self, line: Line) -> Body:
        item = self.company.items[line.item] if line.item else None
        return {"ItemRef": item and reference(item.id, item.name)}

    def _bill_line(self, order: Order, line: Line) -> Body:
        link = {"TxnId": str(order.id), "TxnType": "PurchaseOrder"}
        named = link | ({"TxnLineId": str(line.id)} if self._links_line(order, line) else {})
        is_linked = "TxnLineId" in named or self.options.get("links") == "order"
        common: Body = {"Id": str(line.id)} | ({"LinkedTxn": [named]} if is_linked else {})
        if self._has_accounts:
            return common | {"Amount": self._share(line, line.quantity_invoiced), **account_detail(OTHER_ACCOUNT)}
        detail = {**self._item_reference(line), **self._counted(line, line.quantity_invoiced)}
        return common | {
            "Amount": rounded(line.quantity_invoiced * unit_price(line), 2),
            "DetailType": "ItemBasedExpenseLineDetail", "ItemBasedExpenseLineDetail": filled(detail),
        }  # fmt: skip


def _invoiced(order: Order) -> list[Line]:
    return [line for line in order.goods_lines if line.quantity_invoiced]


def account_detail(account: str) -> Body:
    """A line that is booked to an account."""
    detail = {"AccountRef": reference(71, account), "BillableStatus": "NotBillable"}
    return {"DetailType": "AccountBasedExpenseLineDetail", "AccountBasedExpenseLineDetail": detail}


def _custom_fields(values: Mapping[str, CustomValue]) -> list[Body]:
    """The fields that have a value; their definitions are numbered from 1."""
    found = []
    for number_, (name, label) in enumerate(CUSTOM_FIELDS.items(), 1):
        value = values.get(name)
        if value is not None:
            found.append({"DefinitionId": str(number_), "Name": label, **_typed(value)})
    return found


def _typed(value: CustomValue) -> Body:
    match value:
        case bool():
            return {"Type": "BooleanType", "BooleanValue": value}
        case Decimal():
            return {"Type": "NumberType", "NumberValue": value}
        case date():
            return {"Type": "DateType", "DateValue": value.isoformat()}
    return {"Type": "StringType", "StringValue": str(value)}


def _day(value: date | None) -> str | None:
    return value and value.isoformat()
