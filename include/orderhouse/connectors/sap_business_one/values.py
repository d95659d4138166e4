"""What no single field of a document tells: states, what was received and invoiced, amounts of the right currency.

Amounts stand twice: in local currency, and in the document's where it is a foreign one, else zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from include.orderhouse.mapping import Derived, Record, derived, look_up
from include.orderhouse.unit_names import NAMED_UNITS

ZERO = Decimal(0)
PURCHASE_ORDER, PURCHASE_REQUEST, QUOTATION = 22, 1470000113, 540000006
"""Object types, as ``BaseType`` tells them: purchase request and purchase quotation since release 9.0."""
MANUAL = "Manual"
"""The unit code of items without a unit group: the line's own text says what is counted."""
NOBODY = -1
TEXTS = ("dslt_Text", "dslt_Subtotal")


def moment(day: str, clock: str) -> Derived:
    """A day and the time of day in another field, on the server's clock; both are told in several forms."""

    def joined(record: Record) -> str | None:
        told = record.get(day)
        return f"{str(told)[:10]}T{str(record.get(clock) or '00:00')[:8]}" if told else None

    return derived(joined, f"{day} at {clock}", day, clock)


def amount(local: str, foreign: str) -> Derived:
    """An amount of a document in its own currency."""
    return derived(
        lambda document: document.get(foreign if document.get("IsForeign") else local),
        f"{foreign} of documents in a foreign currency, else {local}",
        foreign,
        local,
    )


def line_amount(local: str, foreign: str) -> Derived:
    """An amount of a line in the document's currency."""
    return derived(
        lambda line: _own(line, local, foreign), f"{foreign} in a foreign currency, else {local}", foreign, local
    )


def _own(line: Record, local: str, foreign: str) -> Any:
    return line.get(foreign if look_up(line, "Order.IsForeign") else local)


def line_tax(line: Record) -> Any:
    """A line's tax in the document's currency; only the gross total is told in a foreign one."""
    if not look_up(line, "Order.IsForeign"):
        return line.get("TaxTotal")
    gross, net = line.get("GrossTotalFC"), line.get("RowTotalFC")
    return None if gross is None or net is None else Decimal(gross) - Decimal(net)


def total_of(rows: str, local: str, foreign: str | None = None) -> Derived:
    """The sum of an amount over rows, in the document's currency or, without ``foreign``, in the local one."""

    def add(document: Record) -> Decimal:
        name = foreign if foreign and document.get("IsForeign") else local
        return sum((Decimal(row.get(name) or 0) for row in document.get(rows) or ()), ZERO)

    told = f"{foreign}, else {local}" if foreign else local
    return derived(add, f"sum of {told} of {rows}", rows)


def received(line: Record) -> Decimal | None:
    """What came with goods receipts, and with invoices drawn from the order itself; else what is no longer open.

    On a line that is closed, what is not open any more may never have come.
    """
    if "Receipts" in line:
        direct = [row for row in line["Invoices"] if row.get("BaseType") == PURCHASE_ORDER]
        return sum((_in_order_units(line, row) for row in [*line["Receipts"], *direct]), ZERO)
    if line.get("LineStatus") != "bost_Open" or line.get("Quantity") is None:
        return None
    return Decimal(line["Quantity"]) - Decimal(line.get("RemainingOpenQuantity") or 0)


def invoiced(line: Record) -> Decimal | None:
    """What A/P invoices hold of the line."""
    return sum((_in_order_units(line, row) for row in line["Invoices"]), ZERO) if "Invoices" in line else None


def _in_order_units(line: Record, drawn: Record) -> Decimal:
    """A drawn line's quantity in the order line's unit; of another unit, by the quantity in inventory units."""
    if drawn.get("UoMCode") == line.get("UoMCode"):
        return Decimal(drawn.get("Quantity") or 0)
    return Decimal(drawn.get("InventoryQuantity") or 0) / Decimal(line.get("UnitsOfMeasurment") or 1)


def receipt_day(choose: Callable[[Iterable[str]], str]) -> Derived:
    """The day of the first or the last goods receipt."""

    def day(line: Record) -> str | None:
        days = [str(found) for row in line.get("Receipts") or () if (found := look_up(row, "Document.DocDate"))]
        return choose(days) if days else None

    return derived(day, f"{choose.__name__} DocDate of the goods receipts", "Receipts")


def open_quantity(line: Record) -> Any:
    """Nothing is to come on a closed line, whatever it still counts as open."""
    return ZERO if line.get("LineStatus") == "bost_Close" else line.get("RemainingOpenQuantity")


def _reached(done: Decimal | None, wanted: Any) -> str | None:
    if done is None:
        return None
    return "none" if done <= 0 else "full" if done >= Decimal(wanted or 0) else "partial"


def progress(done: Callable[[Record], Decimal | None]) -> Callable[[Record], str | None]:
    """How far all lines of an order have come; None where one does not tell."""

    def of_order(order: Record) -> str | None:
        lines = [line for line in order.get("Lines") or () if line.get("LineType") not in TEXTS]
        found = {_reached(done(line), line.get("Quantity")) for line in lines}
        if None in found or not found:
            return None
        return found.pop() if len(found) == 1 else "partial"

    return of_order


def _steps(invoices: str | None, receipts: str | None) -> str | None:
    steps = {
        "invoiced": invoices == "full",
        "received": receipts == "full" and invoices != "partial",
        "partially invoiced": invoices == "partial",
        "partially received": receipts == "partial",
    }
    return next((name for name, is_so in steps.items() if is_so), None)


def status(order: Record) -> Any:
    """Cancelled, else how far it has come, else closed, else where its approval stands."""
    if order.get("Cancelled") == "tYES":
        return "cancelled"
    reached = _steps(progress(invoiced)(order), progress(received)(order))
    if order.get("DocumentStatus") == "bost_Close":
        return reached if reached in ("invoiced", "received") else "bost_Close"
    if reached:
        return reached
    if order.get("AuthorizationStatus") in ("dasPending", "dasRejected"):
        return order["AuthorizationStatus"]
    return "tNO" if order.get("Confirmed") == "tNO" else order.get("DocumentStatus")


def line_status(line: Record) -> Any:
    """Cancelled with the order, else how far it has come, else closed or open."""
    if line.get("LineType") in TEXTS:
        return None
    if look_up(line, "Order.Cancelled") == "tYES":
        return "cancelled"
    reached = _steps(_reached(invoiced(line), line.get("Quantity")), _reached(received(line), line.get("Quantity")))
    if line.get("LineStatus") == "bost_Close":
        return reached if reached in ("invoiced", "received") else "bost_Close"
    return reached or line.get("LineStatus")


def line_type(line: Record) -> Any:
    """The item's type, of lines with an item; of the others, which book to an account, that there is none."""
    if line.get("LineType") in (*TEXTS, "dlt_Resource"):
        return line["LineType"]
    return look_up(line, "Item.ItemType") or (line.get("LineType") if line.get("ItemCode") else "no item")


def line_key(line: Record) -> str | None:
    """The number of the line; texts between lines are numbered by themselves."""
    number = line.get("LineNum")
    return None if number is None else f"text {number}" if line.get("LineType") in TEXTS else str(number)


def row_number(line: Record) -> int | None:
    """The number of the row that people see."""
    position = line.get("VisualOrder")
    return None if position is None else int(position) + 1


def unit(record: str, code: str, words: str) -> Derived:
    """A unit's international symbol, else its code or, where units are written by hand, its name."""

    def standard(line: Record) -> Any:
        told = line.get(code) if code else None
        named = look_up(line, words) if told in (None, "", MANUAL) else told
        return look_up(line, f"{record}.InternationalSymbol") or NAMED_UNITS.get(str(named), named)

    return derived(
        standard,
        f"international symbol of {record}, else the unit's code or name",
        record,
        *filter(None, (code, words)),
    )


def based_on(line: Record, kind: int) -> Any:
    """The document the line was drawn from, if it is of that kind."""
    return line.get("BaseEntry") if line.get("BaseType") == kind else None


def quotation(order: Record) -> Any:
    """The purchase quotation behind the order, if all lines that have one have the same."""
    found = {based_on(line, QUOTATION) for line in order.get("Lines") or ()} - {None}
    return found.pop() if len(found) == 1 else None


def contact(member: str) -> Derived:
    """A member of the vendor's contact person."""

    def of_contact(order: Record) -> Any:
        people = look_up(order, "Vendor.ContactEmployees") or ()
        return next((p.get(member) for p in people if p.get("InternalCode") == order.get("ContactPersonCode")), None)

    return derived(of_contact, f"{member} of the contact person", "Vendor.ContactEmployees", "ContactPersonCode")


def buyer(member: str) -> Derived:
    """A member of the sales employee, unless it stands for nobody."""

    def of_buyer(order: Record) -> Any:
        return None if order.get("SalesPersonCode") == NOBODY else look_up(order, f"Buyer.{member}")

    return derived(of_buyer, f"{member} of the sales employee, but -1", f"Buyer.{member}", "SalesPersonCode")


def net_days(order: Record) -> Any:
    """The days of terms that count nothing but days from the document's date."""
    terms = order.get("PaymentTerms") or {}
    is_plain = terms.get("StartFrom") == "ptdtNone" and not terms.get("NumberOfAdditionalMonths")
    return terms.get("NumberOfAdditionalDays") if is_plain else None


def other_payee(order: Record) -> Any:
    """The business partner whose account the payments are consolidated on."""
    return order.get("FatherCard") if order.get("FatherType") == "cPayments_sum" else None
