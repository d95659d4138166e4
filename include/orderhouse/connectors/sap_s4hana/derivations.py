"""What no single field of SAP holds: states told by flags of items, prices told by conditions, quantities by schedules.

Flags and their meaning: SAP notes 3416344 and 3070935 (status of a purchase order), and the labels of the fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal, localcontext
from typing import Any

from include.orderhouse.mapping import Record, look_up

DELETED = ("L", "X")
"""Deletion codes of deleted items; S is blocked, which ends nothing."""
RATE_DIGITS = Decimal(1).scaleb(-12)
BASE_PRICE, SURCHARGE = "B", "A"
"""Condition classes: the price itself; discounts and surcharges."""
DELIVERY_COSTS = ("F", "B")
"""Condition categories of freight and other delivery costs, which are no part of the net price."""
PERCENTAGE = "A"
"""Condition calculation type."""


def listed(record: Record, *paths: str) -> list[Record]:
    """The first of the lists that is there."""
    return next((found for path in paths if isinstance(found := look_up(record, path), list)), [])


def number(value: Any) -> Decimal:
    """A decimal off either wire; nothing counts as zero."""
    return Decimal(value or 0)


def lines(order: Record) -> list[Record]:
    """The items that are not deleted."""
    found = listed(order, "_PurchaseOrderItem", "to_PurchaseOrderItem.results")
    return [line for line in found if not is_deleted(line)]


def schedules(line: Record) -> list[Record]:
    return listed(line, "_PurchaseOrderScheduleLineTP", "to_ScheduleLine.results")


def conditions(line: Record) -> list[Record]:
    """The conditions that count: neither statistical nor inactive."""
    found = listed(line, "_PurOrdPricingElement", "to_PurchaseOrderPricingElement.results")
    return [one for one in found if not one.get("ConditionIsForStatistics") and not one.get("ConditionInactiveReason")]


def is_deleted(row: Record) -> bool:
    return row.get("PurchasingDocumentDeletionCode", row.get("PurchaseOrderDeletionCode")) in DELETED


def order_status(order: Record) -> str:
    """SAP's own precedence: deleted, held, rejected, in release; then what the items tell."""
    living = lines(order)
    if is_deleted(order):
        return "deleted"
    if not living and listed(order, "_PurchaseOrderItem", "to_PurchaseOrderItem.results"):
        return "all items deleted"
    if order.get("PurchasingCompletenessStatus") is True:
        return "held"
    if order.get("PurchasingProcessingStatus") == "08":
        return "rejected"
    if order.get("ReleaseIsNotCompleted") is True:
        return "in release"
    delivered, invoiced = _flags(living, "IsCompletelyDelivered"), _flags(living, "IsFinallyInvoiced")
    if all(delivered) and all(invoiced):
        return "delivered and invoiced" if living else "without items"
    if any(invoiced):
        return "partly invoiced"
    if all(delivered):
        return "delivered"
    return "partly delivered" if any(delivered) or any(map(received, living)) else "released"


def approval_status(order: Record) -> str | None:
    """The release state: rejected, in release, released; nothing for orders that never were subject to it."""
    if order.get("PurchasingProcessingStatus") == "08":
        return "rejected"
    if order.get("ReleaseIsNotCompleted") is True:
        return "in release"
    return "released" if order.get("PurchasingProcessingStatus") == "05" else None


def receipt_status(order: Record) -> str | None:
    """How far the items are delivered; unknown where nothing is complete and no quantity is told (2.0)."""
    living = lines(order)
    done, quantities = _flags(living, "IsCompletelyDelivered"), [received(line) for line in living]
    if living and all(done):
        return "full"
    if any(done) or any(quantities):
        return "partial"
    return "none" if living and all(quantity is not None for quantity in quantities) else None


def invoice_status(order: Record) -> str | None:
    """How far the items are finally invoiced; SAP's order tells nothing of invoices before the final one."""
    done = _flags(lines(order), "IsFinallyInvoiced")
    return None if not any(done) else "full" if all(done) else "partial"


def order_type(order: Record) -> str | None:
    """The item category or return flag that all items share, else the document type."""
    found = listed(order, "_PurchaseOrderItem", "to_PurchaseOrderItem.results")
    if found and all(line.get("IsReturnsItem") is True for line in found):
        return "return items"
    categories = {line.get("PurchaseOrderItemCategory") for line in found}
    special = categories & {"3", "5"}
    if special and len(categories) == 1:
        return f"item category {special.pop()}"
    told = order.get("PurchaseOrderType")
    return str(told) if told else None


def line_status(line: Record) -> str:
    """Deletion code, then the delivery and final invoice indicators, then quantities where they are told."""
    delivered, invoiced = line.get("IsCompletelyDelivered") is True, line.get("IsFinallyInvoiced") is True
    if is_deleted(line):
        return "deleted"
    if delivered and invoiced:
        return "delivered and invoiced"
    if invoiced:
        return "invoiced"
    if delivered:
        return "delivered"
    return "partly delivered" if received(line) else "open"


def line_type(line: Record) -> str:
    """Account assignment to an asset, else product type group 2 (services) or item category 9 (service), else goods."""
    if line.get("AccountAssignmentCategory") == "A":
        return "account assignment A"
    is_service = line.get("ProductTypeCode", line.get("ProductType")) == "2"
    return "service" if is_service or line.get("PurchaseOrderItemCategory") == "9" else "goods"


def match_policy(line: Record) -> str:
    """What the invoice indicators of the item ask for."""
    if line.get("InvoiceIsExpected") is False:
        return "no invoice"
    needs_receipt = line.get("InvoiceIsGoodsReceiptBased") is True or line.get("GoodsReceiptIsExpected") is True
    return "goods receipt" if needs_receipt else "order"


def received(line: Record) -> Decimal | None:
    """Scheduled less open quantity; not told by 2.0."""
    parts = [received_on_schedule(schedule) for schedule in schedules(line)]
    return sum((part for part in parts if part is not None), Decimal(0)) if parts and None not in parts else None


def received_on_schedule(schedule: Record) -> Decimal | None:
    if schedule.get("OpenPurchaseOrderQuantity") is None:
        return None
    return number(schedule.get("ScheduleLineOrderQuantity")) - number(schedule["OpenPurchaseOrderQuantity"])


def open_quantity(line: Record) -> Decimal | None:
    """What is still to come: nothing once the item is deleted or its delivery is complete."""
    if is_deleted(line) or line.get("IsCompletelyDelivered") is True:
        return Decimal(0)
    told = [schedule.get("OpenPurchaseOrderQuantity") for schedule in schedules(line)]
    return max(sum(map(number, told), Decimal(0)), Decimal(0)) if told and None not in told else None


def net_amount(line: Record) -> Decimal | None:
    """2.0 has no net amount: the values of price and discounts, else quantity x conversion x net price / price unit."""
    values = [number(one.get("ConditionAmount")) for one in _price_parts(line)]
    if values:
        return sum(values, Decimal(0))
    if line.get("NetPriceAmount") is None or line.get("OrderQuantity") is None:
        return None
    factor = price_unit_factor(line) or Decimal(1)
    with localcontext(prec=40):
        amount = number(line["OrderQuantity"]) * factor * number(line["NetPriceAmount"])
        return round(amount / (number(line.get("NetPriceQuantity")) or 1), 6)


def price_unit_factor(line: Record) -> Decimal | None:
    """Price units per order unit."""
    return _ratio(line, "OrderPriceUnitToOrderUnitNmrtr", "OrdPriceUnitToOrderUnitDnmntr")


def base_unit_factor(line: Record) -> Decimal | None:
    """Base units per order unit."""
    return _ratio(line, "OrderItemQtyToBaseQtyNmrtr", "OrderItemQtyToBaseQtyDnmntr")


def of_price(*fields: str) -> Callable[[Record], Any]:
    """A field of the item's base price condition; zero and missing count as none."""

    def value(line: Record) -> Any:
        for condition in conditions(line):
            if condition.get("ConditionClass") == BASE_PRICE:
                return next((told for field in fields if (told := condition.get(field)) not in (None, "")), None)
        return None

    return value


def discount_percent(line: Record) -> Decimal | None:
    """Percentage discounts of the item, added up; surcharges count against them."""
    told = [
        number(one.get("ConditionRateRatio", one.get("ConditionRateValue")))
        for one in _surcharges(line)
        if one.get("ConditionCalculationType") == PERCENTAGE
    ]
    return -sum(told, Decimal(0)) if told else None


def discount_amount(line: Record) -> Decimal | None:
    """The values of all discounts of the item."""
    told = [number(one.get("ConditionAmount")) for one in _surcharges(line)]
    return -sum(told, Decimal(0)) if told else None


def charges(order: Record) -> Decimal | None:
    """Freight and other delivery costs, which stand as conditions on the items; deleted items count with theirs."""
    found = listed(order, "_PurchaseOrderItem", "to_PurchaseOrderItem.results")
    told = [
        number(one.get("ConditionAmount"))
        for line in found
        for one in conditions(line)
        if one.get("ConditionCategory") in DELIVERY_COSTS
    ]
    return sum(told, Decimal(0)) if told else None


def net_days(order: Record) -> int | None:
    """The days of the last step of the terms: the one that grants no discount."""
    if not order.get("PaymentTerms"):
        return None
    net = number(order.get("NetPaymentDays"))
    steps = [(number(order.get(f"CashDiscount{n}Days")), number(order.get(f"CashDiscount{n}Percent"))) for n in (1, 2)]
    return int(net or next((days for days, percent in reversed(steps) if days and not percent), Decimal(0)))


def early(field: str) -> Callable[[Record], Any]:
    """A field of the first cash discount; nothing where the terms grant none."""
    return lambda order: order.get(field) if number(order.get("CashDiscount1Percent")) else None


def exchange_rate(order: Record) -> Decimal | None:
    """Company currency per document currency unit; SAP marks indirect quotations by a slash or a sign."""
    told = str(order.get("ExchangeRate") or "").strip()
    is_indirect = told.startswith(("/", "-")) or told.endswith("-")
    value = number(told.strip("/- "))
    if not value:
        return None
    return (1 / value).quantize(RATE_DIGITS) if is_indirect else value


def invoicing_party(order: Record) -> Any:
    """The supplier who sends the invoice, where it is another one."""
    return order.get("InvoicingParty") if order.get("InvoicingParty") != order.get("Supplier") else None


def shared(path: str, *others: str) -> Callable[[Record], Any]:
    """What all items that are not deleted have in common."""

    def value(order: Record) -> Any:
        told = {_first(line, path, *others) for line in lines(order)}
        return told.pop() if len(told) == 1 else None

    return value


def sole(*fields: str) -> Callable[[Record], Any]:
    """A field of the account assignment, where the item has just one."""

    def value(line: Record) -> Any:
        found = listed(line, "_PurOrdAccountAssignment", "to_AccountAssignment.results")
        return _first(found[0], *fields) if len(found) == 1 else None

    return value


def share(assignment: Record) -> Decimal | None:
    """The percentage; zero means that the item is not split by percentage."""
    return number(assignment.get("MultipleAcctAssgmtDistrPercent")) or None


def dimensions(assignment: Record) -> dict[str, Any] | None:
    """Further account assignment objects by SAP's own names."""
    names = ("BusinessArea", "FunctionalArea", "FundsCenter", "GrantID", "BudgetPeriod", "SalesOrder", "SalesOrderItem")
    found = {name: assignment[name] for name in names if str(assignment.get(name) or "").strip("0")}
    return found or None


def unpadded(field: str) -> Callable[[Record], Any]:
    """A number of digits without leading zeros, which one service writes and the other does not."""
    return lambda row: str(row.get(field) or "").lstrip("0") or None


def note(*paths: str) -> Callable[[Record], Any]:
    """The text of the first note, which is the standard text of header or item (text id F01)."""
    return lambda row: next(
        (one.get("PlainLongText") for one in listed(row, *paths) if one.get("TextObjectType") == "F01"), None
    )


def earliest(line: Record) -> Any:
    """The delivery date of the first schedule line."""
    return next((told for one in schedules(line) if (told := one.get("ScheduleLineDeliveryDate"))), None)


def _price_parts(line: Record) -> Iterator[Record]:
    yield from (one for one in conditions(line) if one.get("ConditionClass") == BASE_PRICE)
    yield from _surcharges(line)


def _surcharges(line: Record) -> Iterator[Record]:
    for one in conditions(line):
        if one.get("ConditionClass") == SURCHARGE and one.get("ConditionCategory") not in DELIVERY_COSTS:
            yield one


def _flags(rows: list[Record], field: str) -> list[bool]:
    return [row.get(field) is True for row in rows]


def _ratio(row: Record, numerator: str, denominator: str) -> Decimal | None:
    above, below = number(row.get(numerator)), number(row.get(denominator))
    return (above / below).quantize(RATE_DIGITS) if above and below else None


def _first(row: Record, *paths: str) -> Any:
    return next((told for path in paths if (told := look_up(row, path)) not in (None, "")), None)
