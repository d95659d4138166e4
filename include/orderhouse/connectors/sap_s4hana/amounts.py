"""Quantities told by schedule lines, prices and charges told by conditions, terms told by steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal, localcontext
from typing import Any

from include.orderhouse.connectors.sap_s4hana.records import LINES, conditions, is_deleted, listed, number, schedules
from include.orderhouse.mapping import Record

RATE_DIGITS = Decimal(1).scaleb(-12)
BASE_PRICE, SURCHARGE = "B", "A"
"""Condition classes: the price itself; discounts and surcharges."""
DELIVERY_COSTS = ("F", "B")
"""Condition categories of freight and other delivery costs, which are no part of the net price."""
PERCENTAGE = "A"
"""Condition calculation type."""


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


def earliest(line: Record) -> Any:
    """The delivery date of the first schedule line."""
    return next((told for one in schedules(line) if (told := one.get("ScheduleLineDeliveryDate"))), None)


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
    found = listed(order, *LINES)
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


def share(assignment: Record) -> Decimal | None:
    """The percentage; zero means that the item is not split by percentage."""
    return number(assignment.get("MultipleAcctAssgmtDistrPercent")) or None


def dimensions(assignment: Record) -> dict[str, Any] | None:
    """Further account assignment objects by SAP's own names."""
    names = ("BusinessArea", "FunctionalArea", "FundsCenter", "GrantID", "BudgetPeriod", "SalesOrder", "SalesOrderItem")
    found = {name: assignment[name] for name in names if str(assignment.get(name) or "").strip("0")}
    return found or None


def _price_parts(line: Record) -> Iterator[Record]:
    yield from (one for one in conditions(line) if one.get("ConditionClass") == BASE_PRICE)
    yield from _surcharges(line)


def _surcharges(line: Record) -> Iterator[Record]:
    for one in conditions(line):
        if one.get("ConditionClass") == SURCHARGE and one.get("ConditionCategory") not in DELIVERY_COSTS:
            yield one


def _ratio(row: Record, numerator: str, denominator: str) -> Decimal | None:
    above, below = number(row.get(numerator)), number(row.get(denominator))
    return (above / below).quantize(RATE_DIGITS) if above and below else None
