"""What an item is, and what its schedule lines and account assignments tell of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from include.orderhouse.connectors.sap_s4hana.values import ASSIGNMENTS, SCHEDULES, is_statistical, listed
from include.orderhouse.mapping import Derived, Record, derived, derived_from, first, within
from include.orderhouse.values.decimals import number

_PRODUCT_TYPE = ("ProductTypeCode", "ProductType")
DIMENSIONS = (
    "BusinessArea",
    "FunctionalArea",
    "FundsCenter",
    "GrantID",
    "BudgetPeriod",
    "SalesOrder",
    "SalesOrderItem",
)


@derived_from("IsStatisticalItem", "AccountAssignmentCategory", *_PRODUCT_TYPE, "PurchaseOrderItemCategory")
def line_type(line: Record) -> str:
    """Statistical, asset, service or goods.

    Account assignment to an asset, else product type group 2 (services) or item category 9 (service), else goods.
    """
    if is_statistical(line):
        return "statistical"
    if line.get("AccountAssignmentCategory") == "A":
        return "account assignment A"
    is_service = line.get("ProductTypeCode", line.get("ProductType")) == "2"
    return "service" if is_service or line.get("PurchaseOrderItemCategory") == "9" else "goods"


@derived_from("InvoiceIsExpected", "InvoiceIsGoodsReceiptBased", "GoodsReceiptIsExpected")
def match_policy(line: Record) -> str:
    """Invoice indicators."""
    if line.get("InvoiceIsExpected") is False:
        return "no invoice"
    needs_receipt = line.get("InvoiceIsGoodsReceiptBased") is True or line.get("GoodsReceiptIsExpected") is True
    return "goods receipt" if needs_receipt else "order"


@derived_from("OverdelivTolrtdLmtRatioInPct", "UnlimitedOverdeliveryIsAllowed")
def over_delivery(line: Record) -> Any:
    """OverdelivTolrtdLmtRatioInPct, unless any overdelivery is allowed."""
    return None if line.get("UnlimitedOverdeliveryIsAllowed") is True else line.get("OverdelivTolrtdLmtRatioInPct")


@derived_from(*within(SCHEDULES, "ScheduleLineDeliveryDate"))
def earliest(line: Record) -> Any:
    """Delivery date of the first schedule line."""
    return next((told for one in listed(line, SCHEDULES) if (told := one.get("ScheduleLineDeliveryDate"))), None)


def sole(*fields: str, says: str = "of the only account assignment") -> Derived:
    """A field of the account assignment, where the item has just one that is not deleted."""

    def value(line: Record) -> Any:
        found = [one for one in listed(line, ASSIGNMENTS) if one.get("IsDeleted") is not True]
        return first(found[0], *fields) if len(found) == 1 else None

    return derived(value, says, *within(ASSIGNMENTS, *fields, "IsDeleted"))


@derived_from("MultipleAcctAssgmtDistrPercent")
def share(assignment: Record) -> Decimal | None:
    """The percentage, where the item is split by it.

    Zero means that it is not.
    """
    return number(assignment.get("MultipleAcctAssgmtDistrPercent")) or None


@derived_from(*DIMENSIONS)
def dimensions(assignment: Record) -> dict[str, Any] | None:
    """Further account assignment objects.

    They stand under SAP's own names.
    """
    found = {name: assignment[name] for name in DIMENSIONS if str(assignment.get(name) or "").strip("0")}
    return found or None
