"""Items and their parts, field by field; names follow the ``$metadata`` of the services."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.sandbox import arithmetic
from tests.sandbox.custom_fields import LINE_CUSTOM_FIELDS
from tests.sandbox.dialects.sap_s4hana import conditions, names
from tests.sandbox.dialects.sap_s4hana.fields import (
    NOTE_FIELDS,
    ORDER_KEY,
    Entity,
    Field,
    Subject,
    address,
    address_fields,
    custom,
    day,
    flag,
    number,
    text,
)
from tests.sandbox.order import ZERO, Line, LineKind

CATEGORIES = {"drop_ship": "5"}
"""Item categories by kind of order; 0 is the standard one, 5 a third-party item."""
ITEM_KEY = ("PurchaseOrder", "PurchaseOrderItem")
KEY = [
    ORDER_KEY,
    text("PurchaseOrderItem", lambda s: str(s.line.number), 2),
    text("PurchaseOrderItem", lambda s: f"{s.line.number:05d}", 4),
]


LINE = Entity(
    {2: "A_PurchaseOrderItem", 4: "PurchaseOrderItem"},
    ITEM_KEY,
    (
        *KEY,
        text("PurchasingDocumentDeletionCode", lambda s: "L" if s.line.is_cancelled else ""),
        text("PurchaseOrderItemText", lambda s: s.line.description[:40]),
        text("CompanyCode", lambda s: s.order.entity, 4),
        text("Plant", lambda s: s.line.site),
        text("StorageLocation", lambda s: ""),
        text("MaterialGroup", lambda s: names.material_group(s.company, s.line)),
        text("Material", lambda s: s.line.item),
        text("SupplierMaterialNumber", lambda s: s.line.vendor_item_code),
        text("ManufacturerPartNmbr", lambda s: s.company.items[s.line.item].manufacturer_code, 4),
        text("ManufacturerMaterial", lambda s: "", 2),
        text("InternationalArticleNumber", lambda s: s.company.items[s.line.item].gtin, 4),
        text("CommodityCode", lambda s: "", 4),
        number("OrderQuantity", lambda s: s.line.quantity, 3),
        text("PurchaseOrderQuantityUnit", lambda s: names.unit(s.line.unit)),
        text("BaseUnit", lambda s: names.unit(s.line.unit), 4),
        number("OrderItemQtyToBaseQtyNmrtr", lambda s: 1, 0, 4),
        number("OrderItemQtyToBaseQtyDnmntr", lambda s: 1, 0, 4),
        text("OrderPriceUnit", lambda s: names.unit(s.line.price_unit)),
        number("OrderPriceUnitToOrderUnitNmrtr", lambda s: s.line.price_numerator, 0),
        number("OrdPriceUnitToOrderUnitDnmntr", lambda s: s.line.price_denominator, 0),
        text("DocumentCurrency", lambda s: s.order.currency),
        number("NetPriceAmount", conditions.net_price, 3),
        number("NetPriceQuantity", lambda s: s.line.price_basis, 0),
        number("NetAmount", lambda s: s.line.net_amount, 2, 4),
        number("GrossAmount", conditions.gross_amount, 2, 4),
        text("TaxCode", lambda s: names.tax_code(s.company, s.line.tax_code)),
        number("OverdelivTolrtdLmtRatioInPct", lambda s: s.line.over_delivery_percent, 1),
        flag("UnlimitedOverdeliveryIsAllowed", lambda s: False),
        number("UnderdelivTolrtdLmtRatioInPct", lambda s: s.line.under_delivery_percent, 1),
        flag("IsCompletelyDelivered", lambda s: names.is_delivered(s.line)),
        flag("IsFinallyInvoiced", lambda s: names.is_invoiced(s.order, s.line)),
        flag("GoodsReceiptIsExpected", lambda s: names.expects_goods(s.line)),
        flag("InvoiceIsExpected", lambda s: names.expects_invoice(s.line)),
        flag("InvoiceIsGoodsReceiptBased", lambda s: names.expects_goods(s.line)),
        text("PurchaseOrderItemCategory", lambda s: CATEGORIES.get(s.order.order_type, "0")),
        text("AccountAssignmentCategory", lambda s: _assignment_category(s.line)),
        text(
            "MultipleAcctAssgmtDistribution",
            lambda s: "2" if len(s.line.distributions) > 1 else "",
        ),
        text("PurchaseContract", lambda s: s.line.contract),
        text("PurchaseRequisition", lambda s: s.line.requisition),
        flag("IsStatisticalItem", lambda s: False, 4),
        flag("IsReturnsItem", lambda s: names.is_return(s.line, s.returns)),
        text("RequisitionerName", lambda s: (s.order.requester or "")[:12].strip()),
        text("ProductType", lambda s: "2" if s.line.kind is LineKind.SERVICE else "1", 2),
        text("ProductTypeCode", lambda s: "2" if s.line.kind is LineKind.SERVICE else "1", 4),
        *address("DeliveryAddress", (2,)),
        text("DeliveryAddressName2", lambda s: s.address and s.address.name[40:80], 2),
        *custom(LINE_CUSTOM_FIELDS, "PDI", lambda s: s.line),
    ),
)


def _assignment_category(line: Line) -> str:
    if line.kind is LineKind.ASSET:
        return "A"
    return "K" if line.distributions else ""


def _on(name: str) -> Callable[[Subject], Any]:
    return lambda s: getattr(s.part, name)


SCHEDULE = Entity(
    {2: "A_PurchaseOrderScheduleLine", 4: "PurchaseOrderScheduleLine"},
    (*ITEM_KEY, "ScheduleLine"),
    (
        text("PurchasingDocument", lambda s: names.order_number(s.order), 2),
        text("PurchasingDocumentItem", lambda s: str(s.line.number), 2),
        *[entry for entry in KEY if entry.versions == (4,)],
        text("PurchaseOrder", lambda s: names.order_number(s.order), 4),
        text("ScheduleLine", lambda s: str(s.part.number), 2),
        text("ScheduleLine", lambda s: f"{s.part.number:04d}", 4),
        day("ScheduleLineDeliveryDate", _on("requested_date")),
        day("SchedLineStscDeliveryDate", _on("requested_date"), 4),
        Field("ScheduleLineDeliveryTime", lambda s: "000000", "time"),
        number("ScheduleLineOrderQuantity", _on("quantity"), 3),
        number("ScheduleLineCommittedQuantity", lambda s: 0, 3, 2),
        number("OpenPurchaseOrderQuantity", lambda s: names.open_quantity(s.line, s.part), 3, 4),
        text("PurchaseOrderQuantityUnit", lambda s: names.unit(s.line.unit)),
    ),
)
ASSIGNMENT = Entity(
    {2: "A_PurOrdAccountAssignment", 4: "PurchaseOrderAccountAssignment"},
    (*ITEM_KEY, "AccountAssignmentNumber"),
    (
        *KEY,
        text("AccountAssignmentNumber", lambda s: str(s.part.number), 2),
        text("AccountAssignmentNumber", lambda s: f"{s.part.number:02d}", 4),
        flag("IsDeleted", lambda s: False),
        number("Quantity", lambda s: assigned_quantities(s.line)[s.part.number - 1], 3),
        number("MultipleAcctAssgmtDistrPercent", lambda s: names.split_percents(s.line)[s.part.number - 1], 1),
        number("PurgDocNetAmount", _on("amount"), 2),
        text("GLAccount", _on("gl_account")),
        text("CostCenter", _on("cost_center")),
        text("ProfitCenter", lambda s: ""),
        text("WBSElement", _on("project"), 2),
        text("WBSElementExternalID", _on("project"), 4),
        text("OrderID", lambda s: ""),
        text("MasterFixedAsset", lambda s: ""),
        text("Fund", lambda s: ""),
        text("FunctionalArea", _on("department")),
    ),
)


def assigned_quantities(line: Line) -> list[Decimal]:
    """The line's quantity by its distributions; the last one takes what rounding leaves."""
    return arithmetic.spread(line.quantity, [share.percent for share in line.distributions], 3)


PRICING = Entity(
    {2: "A_PurOrdPricingElement", 4: "PurOrderItemPricingElement"},
    (*ITEM_KEY, "PricingDocument", "PricingDocumentItem", "PricingProcedureStep", "PricingProcedureCounter"),
    (
        *KEY,
        text("PricingDocument", lambda s: f"{s.order.id:010d}"),
        text("PricingDocumentItem", lambda s: f"{s.line.number:06d}"),
        text("PricingProcedureStep", lambda s: f"{s.number * 10 + 10:03d}"),
        text("PricingProcedureCounter", lambda s: "001"),
        text("ConditionType", _on("kind")),
        text("ConditionClass", _on("condition_class")),
        text("ConditionCategory", _on("category")),
        text("ConditionCalculationType", _on("calculation")),
        number("ConditionRateValue", _on("rate"), 9, 2),
        number("ConditionRateAmount", lambda s: ZERO if s.part.calculation == "A" else s.part.rate, 9, 4),
        number("ConditionRateRatio", lambda s: s.part.rate if s.part.calculation == "A" else ZERO, 9, 4),
        text("ConditionCurrency", _on("currency")),
        Field("PriceDetnExchangeRate", lambda s: f"{conditions.exchange_rate(s):.5f}", "text", (2,)),
        number("PriceDetnExchangeRate", conditions.exchange_rate, 5, 4),
        number("ConditionQuantity", _on("per"), 0),
        text("ConditionQuantityUnit", _on("unit")),
        number("ConditionAmount", _on("amount"), 2),
        text("TransactionCurrency", lambda s: s.order.currency),
        flag("ConditionIsForStatistics", lambda s: False),
        text("ConditionInactiveReason", lambda s: ""),
    ),
)
ITEM_NOTE = Entity(
    {2: "A_PurchaseOrderItemNote", 4: "PurchaseOrderItemNote"},
    (*ITEM_KEY, "TextObjectType", "Language"),
    (*KEY, *NOTE_FIELDS),
)
DELIVERY_ADDRESS = Entity(
    {4: "PurOrderItemDeliveryAddress"},
    (*ITEM_KEY, "DeliveryAddressID"),
    (
        *KEY,
        text("DeliveryAddressID", lambda s: f"{30_000 + s.line.id:010d}"),
        *address_fields(lambda s: s.address and s.address.email),
    ),
)
