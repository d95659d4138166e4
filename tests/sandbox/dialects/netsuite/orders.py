"""One neutral order as rows of NetSuite's transaction tables.

What NetSuite does not know is lost here as it would be there: it has no cancelled orders (they are closed), no drafts
(they await approval), no price basis and no line discount (the rate is net of it), one department per line, and no
address that is billed: a purchase order's billing address is the vendor's.

Quantities stand in the base unit of the line's units type, whatever unit the line names ("SuiteQL: Units Of Measure" of
netsuitediagnostics.com). So does the rate in accounts that were looked into; no document says it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

from tests.sandbox.arithmetic import HUNDRED, rounded
from tests.sandbox.changes import ChangeKind
from tests.sandbox.company import Company
from tests.sandbox.dialects.netsuite.tables import (
    DESCRIPTION_ITEM,
    FIRST_TAX_ITEM,
    FREIGHT_ITEM,
    STATUSES,
    Numbers,
    Row,
    address_row,
    custom_value,
    day,
    flag,
    in_base_units,
    plain,
    second,
)
from tests.sandbox.order import ZERO, Line, LineKind, Order, Progress, Stage

HEADER_MOVES = frozenset(ChangeKind) - {ChangeKind.LINE_CLOSED, ChangeKind.RECEIPT_CORRECTED}
"""Saving an order moves its ``lastmodifieddate``; what the system does to a line alone moves only the line's own."""

ITEM_TYPES = {
    LineKind.GOODS: "InvtPart", LineKind.SERVICE: "Service", LineKind.ASSET: "NonInvtPart",
    LineKind.SECTION: "Description", LineKind.NOTE: "Description",
}  # fmt: skip
NOT_OF_EXPENSES = (
    "item", "itemtype", "quantity", "quantityshiprecv", "quantitybilled", "units", "rate", "vendorname",
)  # fmt: skip
"""What a line of the subtab Expenses lacks: PurchaseOrderExpense of NetSuite's SOAP schema browser."""
FIRST_CHARGE_LINE, FIRST_TAX_LINE = 5_000_001, 6_000_001
RATE_DIGITS = 8
ORACLE_DIGITS = 38


def status(order: Order) -> str:
    """The letter of a purchase order's status."""
    match order.stage:
        case Stage.DRAFT | Stage.PENDING_APPROVAL:
            return "A"
        case Stage.REJECTED:
            return "C"
        case Stage.CLOSED | Stage.CANCELLED:
            return "H"
    match order.receipt_progress:
        case Progress.NONE:
            return "B"
        case Progress.FULL:
            return "G" if order.invoice_progress is Progress.FULL else "F"
    is_billing_due = any(line.quantity_invoiced < line.quantity_received for line in order.lines)
    return "E" if is_billing_due else "D"


@dataclass(frozen=True)
class Renderer:
    """Renders orders; ``options`` choose among what accounts were seen to answer.

    ``status=prefixed`` serves ``PurchOrd:B``; ``signs=negative`` signs the amounts of lines as credits too;
    ``rates=unit`` tells a line's rate per its own unit, not per the base unit; ``services=expenses`` books services to
    accounts, as lines of the subtab Expenses, which have an amount and no item, quantity, unit or rate;
    ``netamount=transaction`` has it in the transaction's currency, not in the subsidiary's.
    """

    company: Company
    numbers: Numbers
    options: Mapping[str, str]

    def rows(self, order: Order) -> list[tuple[str, Row]]:
        """All rows of an order, by table."""
        found = [("transaction", self._header(order)), ("transactionline", self._main_line(order))]
        found += [("transactionline", line) for line in self._lines(order)]
        vendor = self.company.vendors[order.vendor]
        for table, address in (("shipping", order.ship_to), ("billing", vendor.address)):
            if address is not None:
                found.append((f"transaction{table}address", address_row(order.id, address)))
        return found

    def _header(self, order: Order) -> Row:
        letter = status(order)
        prefix = "PurchOrd:" if self.options.get("status") == "prefixed" else ""
        self.numbers.display.setdefault("status", {})[prefix + letter] = f"Purchase Order : {STATUSES[letter]}"
        vendor, term = self.company.vendors[order.vendor], order.payment_term
        changed_at = None if order.lacks_modified_at else order.changed_at(HEADER_MOVES)
        approval = {"A": "1", "C": "3"}.get(letter, "2")
        header = {
            "id": order.id, "tranid": order.number, "type": "PurchOrd", "trandate": day(order.order_date),
            "createddate": second(order.created_at), "lastmodifieddate": second(changed_at),
            "duedate": day(order.requested_date), "entity": vendor.id, "status": prefix + letter,
            "approvalstatus": approval, "currency": self.numbers.number("currency", order.currency),
            "exchangerate": plain(order.exchange_rate), "foreigntotal": plain(-order.total),
            "terms": self.numbers.number("terms", term),
            "memo": order.memo or None, "otherrefnum": order.vendor_reference, "employee": self._employee(order.buyer),
            "createdby": self._employee(order.created_by), "billingaddress": order.id,
            "shippingaddress": order.ship_to and order.id,
            "shipmethod": self.numbers.number("shipmethod", order.ship_method),
            "incoterm": self.numbers.number("incoterm", order.incoterm),
        }  # fmt: skip
        return header | {f"custbody_{name}": custom_value(value) for name, value in order.custom.items()}

    def _main_line(self, order: Order) -> Row:
        in_company = sum((self._in_company(order, amount) for amount in _parts(order)), ZERO)
        amounts = {"foreignamount": plain(-order.total), "netamount": plain(-in_company)}
        return self._line(order, 0, 0, amounts | {"mainline": "T", "memo": order.memo or None})

    def _lines(self, order: Order) -> Iterator[Row]:
        sequence = 0
        for sequence, line in enumerate(order.lines, 1):
            yield self._line(order, line.id, sequence, self._item_line(order, line))
        for number, charge in enumerate(order.charges):
            sequence += 1
            facts = {"item": FREIGHT_ITEM, "itemtype": "OthCharge", "memo": charge.description, "quantity": "1"}
            facts |= {"quantitybilled": "1" if order.invoice_progress is Progress.FULL else "0"}
            facts |= {"rate": plain(charge.amount), **self._amounts(order, charge.amount)}
            yield self._line(order, FIRST_CHARGE_LINE + number, sequence, facts)
        for number, (tax, amount) in enumerate(_taxes(order).items()):
            sequence += 1
            item = FIRST_TAX_ITEM + [*self.company.taxes].index(tax)
            facts = {"item": item, "itemtype": "TaxItem", "taxline": "T", **self._amounts(order, amount)}
            yield self._line(order, FIRST_TAX_LINE + number, sequence, facts)

    def _line(self, order: Order, line_id: int, sequence: int, facts: dict[str, Any]) -> Row:
        created = second(order.created_at)
        common: Row = {
            "transaction": order.id, "id": line_id, "linesequencenumber": sequence, "mainline": "F", "taxline": "F",
            "isclosed": "F", "subsidiary": self.company.entity_of(order).id, "linecreateddate": created,
            "linelastmodifieddate": created,
        }  # fmt: skip
        return common | facts

    def _item_line(self, order: Order, line: Line) -> Row:
        facts: Row = {
            "itemtype": ITEM_TYPES[line.kind], "memo": line.description or None,
            "linecreateddate": second(line.created_at), "linelastmodifieddate": second(line.modified_at),
        }  # fmt: skip
        if line.is_text:
            return facts | {"item": DESCRIPTION_ITEM}
        only = line.distributions[0] if len(line.distributions) == 1 else None
        size = in_base_units(self.company, line.unit)
        facts |= {
            "item": self.company.items[line.item].id if line.item else None, "quantity": plain(line.quantity * size),
            "quantityshiprecv": plain(line.quantity_received * size),
            "quantitybilled": plain(line.quantity_invoiced * size),
            "units": self.numbers.unit(line.unit), "rate": plain(self._rate(line, size)),
            "isclosed": flag(line.is_closed or line.is_cancelled), "expectedreceiptdate": day(line.promised_date),
            "location": self.numbers.number("location", line.site), "vendorname": line.vendor_item_code,
            "department": self.numbers.number("department", only and only.department),
            "class": self.numbers.number("class", only and only.cost_center),
            "expenseaccount": self.numbers.number("expenseaccount", only and only.gl_account),
            "dropship": flag(order.order_type == "drop_ship"),
        }  # fmt: skip
        facts |= self._amounts(order, line.net_amount)
        if line.kind is LineKind.SERVICE and self.options.get("services") == "expenses":
            facts |= dict.fromkeys(NOT_OF_EXPENSES)
        return facts | {f"custcol_{name}": custom_value(value) for name, value in line.custom.items()}

    def _rate(self, line: Line, size: Decimal) -> Decimal:
        if self.options.get("rates") == "unit":
            return net_rate(line)
        with localcontext(prec=ORACLE_DIGITS):
            return net_rate(line) / size

    def _amounts(self, order: Order, amount: Decimal) -> Row:
        sign = -1 if self.options.get("signs") == "negative" else 1
        in_company = self._in_company(order, amount)
        return {"foreignamount": plain(sign * amount), "netamount": plain(sign * in_company)}

    def _in_company(self, order: Order, amount: Decimal) -> Decimal:
        if self.options.get("netamount") == "transaction":
            return amount
        digits = self.company.digits(self.company.entity_of(order).currency)
        return rounded(amount * order.exchange_rate, digits)

    def _employee(self, code: str | None) -> int | None:
        return self.company.buyers[code].id if code else None


def net_rate(line: Line) -> Decimal:
    """The price of one unit less the discount: NetSuite's rate, of at most eight decimals."""
    return rounded(line.unit_price * (HUNDRED - line.discount_percent) / HUNDRED, RATE_DIGITS)


def _parts(order: Order) -> list[Decimal]:
    """The amounts of which the order's total is the sum, each of which NetSuite converts by itself."""
    lines = [line.net_amount for line in order.goods_lines]
    return [*lines, *(charge.amount for charge in order.charges), *_taxes(order).values()]


def _taxes(order: Order) -> dict[str, Decimal]:
    amounts: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in order.lines:
        if line.tax_code:
            amounts[line.tax_code] += line.tax_amount
    return dict(amounts)
