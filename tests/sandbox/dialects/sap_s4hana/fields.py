"""The entities of both services: each field's name, type and value, and which of the services has it.

Names follow the ``$metadata`` of API_PURCHASEORDER_PROCESS_SRV (2.0) and api_purchaseorder_2 (4.0).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tests.sandbox import arithmetic
from tests.sandbox.company import Company
from tests.sandbox.custom_fields import HEADER_CUSTOM_FIELDS, LINE_CUSTOM_FIELDS
from tests.sandbox.dialects.sap_s4hana import names
from tests.sandbox.masters import Address, PaymentTerm
from tests.sandbox.order import ZERO, Distribution, Line, LineKind, Order, Schedule, Stage

NO_TERM = PaymentTerm("", "", 0)
CATEGORIES = {"drop_ship": "5"}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a row is about: an order, and what of it."""

    company: Company
    order: Order
    line: Any = None
    part: Any = None
    number: int = 0

    @property
    def address(self) -> Address | None:
        found: Address | None = self.part
        return found

    @property
    def term(self) -> PaymentTerm:
        code = self.order.payment_term
        return self.company.payment_terms[code] if code else NO_TERM

    @property
    def vendor(self) -> Any:
        return self.company.vendors[self.order.vendor]

    @property
    def is_last(self) -> bool:
        return bool(self.order.goods_lines[-1] is self.line)


@dataclass(frozen=True, slots=True)
class Field:
    """One property: `kind` is text, decimal, flag, day, instant, time or whole; `digits` are a decimal's."""

    name: str
    value: Callable[[Subject], Any]
    kind: str = "text"
    versions: tuple[int, ...] = (2, 4)
    digits: int = 0


@dataclass(frozen=True, eq=False)
class Entity:
    """An entity set, its key and its fields by version."""

    sets: dict[int, str]
    key: tuple[str, ...]
    fields: tuple[Field, ...] = field(repr=False)

    def of(self, version: int) -> list[Field]:
        return [entry for entry in self.fields if version in entry.versions]


def _text(name: str, value: Callable[[Subject], Any], *versions: int) -> Field:
    return Field(name, lambda s: value(s) or "", "text", versions or (2, 4))


def _number(name: str, value: Callable[[Subject], Any], digits: int, *versions: int) -> Field:
    return Field(name, lambda s: Decimal(value(s) or 0), "decimal", versions or (2, 4), digits)


def _flag(name: str, value: Callable[[Subject], Any], *versions: int) -> Field:
    return Field(name, lambda s: bool(value(s)), "flag", versions or (2, 4))


def _day(name: str, value: Callable[[Subject], Any], *versions: int) -> Field:
    return Field(name, value, "day", versions or (2, 4))


KINDS = {str: "text", Decimal: "decimal", int: "whole", bool: "flag", date: "day", datetime: "instant"}


def _custom(types: dict[str, type], suffix: str, owner: Callable[[Subject], Order | Line]) -> list[Field]:
    """Fields of the key user's own making: ``YY1_<Name>_PDH`` on headers, ``..._PDI`` on items."""

    def value(name: str, kind: type) -> Callable[[Subject], Any]:
        blank = "" if kind is str else False if kind is bool else None
        return lambda s: blank if (told := owner(s).custom.get(name)) is None else told

    return [
        Field(f"YY1_{name.title().replace('_', '')}_{suffix}", value(name, kind), KINDS[kind], digits=3)
        for name, kind in types.items()
    ]


def _address(prefix: str, versions: tuple[int, ...]) -> list[Field]:
    """An address in flat fields, as 2.0 has it."""

    def at(name: str) -> Callable[[Subject], Any]:
        return lambda s: getattr(s.address, name) if s.address else None

    return [
        _text(f"{prefix}Name", at("name"), *versions),
        _text(f"{prefix}StreetName", at("line1"), *versions),
        _text(f"{prefix}HouseNumber", lambda s: "", *versions),
        _text(f"{prefix}CityName", at("city"), *versions),
        _text(f"{prefix}PostalCode", at("postal_code"), *versions),
        _text(f"{prefix}Region", lambda s: region(s.address), *versions),
        _text(f"{prefix}Country", at("country"), *versions),
    ]


def region(address: Address | None) -> str:
    """SAP's region key: the part of the ISO 3166-2 code behind the country."""
    return address.region.partition("-")[2] if address and address.region else ""


def address_fields(email: Callable[[Subject], Any]) -> list[Field]:
    """An address as an entity of its own, as 4.0 has it."""
    return [
        _text("OrganizationName1", lambda s: s.address and s.address.name[:40]),
        _text("OrganizationName2", lambda s: s.address and s.address.name[40:80]),
        _text("StreetName", lambda s: s.address and s.address.line1),
        _text("HouseNumber", lambda s: ""),
        _text("StreetPrefixName1", lambda s: s.address and s.address.line2),
        _text("StreetPrefixName2", lambda s: s.address and s.address.line3),
        _text("CityName", lambda s: s.address and s.address.city),
        _text("PostalCode", lambda s: s.address and s.address.postal_code),
        _text("Region", lambda s: region(s.address)),
        _text("Country", lambda s: s.address and s.address.country),
        _text("CareOfName", lambda s: s.address and s.address.contact),
        _text("EmailAddress", email),
    ]


def _steps(term: PaymentTerm) -> tuple[int, Decimal, int]:
    """Days and percentage of the first step, days of the second: terms without discount have only the first."""
    if term.discount_percent:
        return term.discount_days or 0, term.discount_percent, term.net_days
    return term.net_days, ZERO, 0


ORDER = Entity(
    {2: "A_PurchaseOrder", 4: "PurchaseOrder"},
    ("PurchaseOrder",),
    (
        _text("PurchaseOrder", lambda s: names.order_number(s.order)),
        _text("CompanyCode", lambda s: s.order.entity),
        _text("PurchaseOrderType", lambda s: "FO" if s.order.order_type == "blanket" else "NB"),
        _text("PurchasingDocumentDeletionCode", lambda s: "L" if s.order.is_flagged_deleted else "", 2),
        _text("PurchaseOrderDeletionCode", lambda s: "L" if s.order.is_flagged_deleted else "", 4),
        _text("PurchasingProcessingStatus", lambda s: names.processing_status(s.order)),
        _text("CreatedByUser", lambda s: s.order.created_by),
        _day("CreationDate", lambda s: s.order.created_at.date()),
        Field("LastChangeDateTime", lambda s: names.changed_at(s.order), "instant"),
        _text("Supplier", lambda s: names.supplier(s.vendor)),
        _text("PurchaseOrderSubtype", lambda s: ""),
        _text("Language", lambda s: (s.vendor.language or "")[:2].upper()),
        _text("PaymentTerms", lambda s: names.payment_terms(s.company, s.order.payment_term)),
        _number("CashDiscount1Days", lambda s: _steps(s.term)[0], 0),
        _number("CashDiscount2Days", lambda s: _steps(s.term)[2], 0),
        _number("NetPaymentDays", lambda s: 0, 0),
        _number("CashDiscount1Percent", lambda s: _steps(s.term)[1], 3),
        _number("CashDiscount2Percent", lambda s: 0, 3),
        _text("PurchasingOrganization", lambda s: s.order.entity),
        _text("PurchasingGroup", lambda s: names.purchasing_group(s.company, s.order.buyer)),
        _day("PurchaseOrderDate", lambda s: s.order.order_date),
        _text("DocumentCurrency", lambda s: s.order.currency),
        Field("ExchangeRate", lambda s: f"{s.order.exchange_rate:.5f}", "text", (2,)),
        _number("ExchangeRate", lambda s: s.order.exchange_rate, 5, 4),
        _flag("ExchangeRateIsFixed", lambda s: False),
        _day("ValidityStartDate", lambda s: s.order.valid_from),
        _day("ValidityEndDate", lambda s: s.order.valid_to),
        _text("SupplierQuotationExternalID", lambda s: s.order.quotation),
        _text("SupplierRespSalesPersonName", lambda s: s.vendor.contact),
        _text("SupplierPhoneNumber", lambda s: s.vendor.phone),
        _text("IncotermsClassification", lambda s: s.order.incoterm),
        _text("IncotermsLocation1", lambda s: s.order.incoterm_place),
        _text("CorrespncExternalReference", lambda s: s.order.vendor_reference),
        _text("CorrespncInternalReference", lambda s: ""),
        _text(
            "InvoicingParty",
            lambda s: names.supplier(s.company.vendors[s.vendor.invoice_vendor or s.vendor.code]),
        ),
        _flag("ReleaseIsNotCompleted", lambda s: s.order.stage in (Stage.PENDING_APPROVAL, Stage.REJECTED)),
        _flag("PurchasingCompletenessStatus", lambda s: s.order.stage is Stage.DRAFT),
        *_address("Address", (2,)),
        *_custom(HEADER_CUSTOM_FIELDS, "PDH", lambda s: s.order),
    ),
)
ITEM_KEY = ("PurchaseOrder", "PurchaseOrderItem")
_KEY = [
    _text("PurchaseOrder", lambda s: names.order_number(s.order)),
    _text("PurchaseOrderItem", lambda s: str(s.line.number), 2),
    _text("PurchaseOrderItem", lambda s: f"{s.line.number:05d}", 4),
]


def _net_price(s: Subject) -> Decimal:
    """The price after discounts, rounded to the currency as SAP keeps it."""
    net = s.line.price * (100 - s.line.discount_percent) / 100
    return arithmetic.rounded(net, s.company.digits(s.order.currency))


LINE = Entity(
    {2: "A_PurchaseOrderItem", 4: "PurchaseOrderItem"},
    ITEM_KEY,
    (
        *_KEY,
        _text("PurchasingDocumentDeletionCode", lambda s: "L" if s.line.is_cancelled else ""),
        _text("PurchaseOrderItemText", lambda s: s.line.description[:40]),
        _text("CompanyCode", lambda s: s.order.entity, 4),
        _text("Plant", lambda s: s.line.site),
        _text("StorageLocation", lambda s: ""),
        _text("MaterialGroup", lambda s: names.material_group(s.company, s.line)),
        _text("Material", lambda s: s.line.item),
        _text("SupplierMaterialNumber", lambda s: s.line.vendor_item_code),
        _text("ManufacturerPartNmbr", lambda s: s.company.items[s.line.item].manufacturer_code, 4),
        _text("ManufacturerMaterial", lambda s: "", 2),
        _text("InternationalArticleNumber", lambda s: s.company.items[s.line.item].gtin, 4),
        _text("CommodityCode", lambda s: "", 4),
        _number("OrderQuantity", lambda s: s.line.quantity, 3),
        _text("PurchaseOrderQuantityUnit", lambda s: names.unit(s.line.unit)),
        _text("BaseUnit", lambda s: names.unit(s.line.unit), 4),
        _number("OrderItemQtyToBaseQtyNmrtr", lambda s: 1, 0, 4),
        _number("OrderItemQtyToBaseQtyDnmntr", lambda s: 1, 0, 4),
        _text("OrderPriceUnit", lambda s: names.unit(s.line.price_unit)),
        _number("OrderPriceUnitToOrderUnitNmrtr", lambda s: s.line.price_numerator, 0),
        _number("OrdPriceUnitToOrderUnitDnmntr", lambda s: s.line.price_denominator, 0),
        _text("DocumentCurrency", lambda s: s.order.currency),
        _number("NetPriceAmount", _net_price, 3),
        _number("NetPriceQuantity", lambda s: s.line.price_basis, 0),
        _number("NetAmount", lambda s: s.line.net_amount, 2, 4),
        _number("GrossAmount", lambda s: gross_amount(s), 2, 4),
        _text("TaxCode", lambda s: names.tax_code(s.company, s.line.tax_code)),
        _number("OverdelivTolrtdLmtRatioInPct", lambda s: s.line.over_delivery_percent, 1),
        _number("UnderdelivTolrtdLmtRatioInPct", lambda s: s.line.under_delivery_percent, 1),
        _flag("IsCompletelyDelivered", lambda s: names.is_delivered(s.line)),
        _flag("IsFinallyInvoiced", lambda s: names.is_invoiced(s.order, s.line)),
        _flag("GoodsReceiptIsExpected", lambda s: True),
        _flag("InvoiceIsExpected", lambda s: True),
        _flag("InvoiceIsGoodsReceiptBased", lambda s: True),
        _text("PurchaseOrderItemCategory", lambda s: CATEGORIES.get(s.order.order_type, "0")),
        _text("AccountAssignmentCategory", lambda s: _assignment_category(s.line)),
        _text(
            "MultipleAcctAssgmtDistribution",
            lambda s: "2" if len(s.line.distributions) > 1 else "",
        ),
        _text("PurchaseContract", lambda s: s.line.contract),
        _text("PurchaseRequisition", lambda s: s.line.requisition),
        _flag("IsReturnsItem", lambda s: False),
        _text("RequisitionerName", lambda s: (s.order.requester or "")[:12].strip()),
        _text("ProductType", lambda s: "2" if s.line.kind is LineKind.SERVICE else "1", 2),
        _text("ProductTypeCode", lambda s: "2" if s.line.kind is LineKind.SERVICE else "1", 4),
        *_address("DeliveryAddress", (2,)),
        *_custom(LINE_CUSTOM_FIELDS, "PDI", lambda s: s.line),
    ),
)


def _assignment_category(line: Line) -> str:
    if line.kind is LineKind.ASSET:
        return "A"
    return "K" if line.distributions else ""


def gross_amount(s: Subject) -> Decimal:
    """Quantity in price units x price / price unit, before discounts."""
    line = s.line
    if not line.discount_percent:
        return Decimal(line.net_amount)
    value = line.quantity * line.price_numerator * line.price / (line.price_denominator * line.price_basis)
    return arithmetic.rounded(value, s.company.digits(s.order.currency))


def _on(part: type[Any], name: str) -> Callable[[Subject], Any]:
    return lambda s: getattr(s.part, name)


SCHEDULE = Entity(
    {2: "A_PurchaseOrderScheduleLine", 4: "PurchaseOrderScheduleLine"},
    (*ITEM_KEY, "ScheduleLine"),
    (
        _text("PurchasingDocument", lambda s: names.order_number(s.order), 2),
        _text("PurchasingDocumentItem", lambda s: str(s.line.number), 2),
        *[entry for entry in _KEY if entry.versions == (4,)],
        _text("PurchaseOrder", lambda s: names.order_number(s.order), 4),
        _text("ScheduleLine", lambda s: str(s.part.number), 2),
        _text("ScheduleLine", lambda s: f"{s.part.number:04d}", 4),
        _day("ScheduleLineDeliveryDate", _on(Schedule, "requested_date")),
        _day("SchedLineStscDeliveryDate", _on(Schedule, "requested_date"), 4),
        Field("ScheduleLineDeliveryTime", lambda s: "000000", "time"),
        _number("ScheduleLineOrderQuantity", _on(Schedule, "quantity"), 3),
        _number("ScheduleLineCommittedQuantity", lambda s: 0, 3, 2),
        _number("OpenPurchaseOrderQuantity", lambda s: s.part.quantity - s.part.quantity_received, 3, 4),
        _text("PurchaseOrderQuantityUnit", lambda s: names.unit(s.line.unit)),
    ),
)
ASSIGNMENT = Entity(
    {2: "A_PurOrdAccountAssignment", 4: "PurchaseOrderAccountAssignment"},
    (*ITEM_KEY, "AccountAssignmentNumber"),
    (
        *_KEY,
        _text("AccountAssignmentNumber", lambda s: str(s.part.number), 2),
        _text("AccountAssignmentNumber", lambda s: f"{s.part.number:02d}", 4),
        _flag("IsDeleted", lambda s: False),
        _number("Quantity", lambda s: assigned_quantities(s.line)[s.part.number - 1], 3),
        _number("MultipleAcctAssgmtDistrPercent", lambda s: names.split_percents(s.line)[s.part.number - 1], 1),
        _number("PurgDocNetAmount", _on(Distribution, "amount"), 2),
        _text("GLAccount", _on(Distribution, "gl_account")),
        _text("CostCenter", _on(Distribution, "cost_center")),
        _text("ProfitCenter", lambda s: ""),
        _text("WBSElement", _on(Distribution, "project"), 2),
        _text("WBSElementExternalID", _on(Distribution, "project"), 4),
        _text("OrderID", lambda s: ""),
        _text("MasterFixedAsset", lambda s: ""),
        _text("Fund", lambda s: ""),
        _text("FunctionalArea", _on(Distribution, "department")),
    ),
)


def assigned_quantities(line: Line) -> list[Decimal]:
    """The line's quantity by its distributions; the last one takes what rounding leaves."""
    return arithmetic.spread(line.quantity, [share.percent for share in line.distributions], 3)


@dataclass(frozen=True, slots=True)
class Condition:
    """A pricing element of an item."""

    kind: str
    condition_class: str
    category: str
    calculation: str
    rate: Decimal
    per: Decimal
    unit: str
    amount: Decimal


def item_conditions(s: Subject) -> list[Condition]:
    """Base price, discount and the item's share of the order's freight."""
    line, gross = s.line, gross_amount(s)
    found = [Condition("PPR0", "B", "H", "C", line.price, line.price_basis, names.unit(line.price_unit), gross)]
    if line.discount_percent:
        discount = line.net_amount - gross
        found.append(Condition("DRN1", "A", "", "A", -line.discount_percent, ZERO, "", discount))
    if freight := freight_shares(s.company, s.order)[s.number]:
        found.append(Condition("FVA1", "A", "F", "B", freight, ZERO, "", freight))
    return found


def freight_shares(company: Company, order: Order) -> list[Decimal]:
    """What each goods line carries of the order's charges."""
    weights = [line.net_amount for line in order.goods_lines]
    whole = sum(weights, ZERO)
    digits = company.digits(order.currency)
    return arithmetic.spread(order.charges_amount, weights if whole else [Decimal(1)] * len(weights), digits)


PRICING = Entity(
    {2: "A_PurOrdPricingElement", 4: "PurOrderItemPricingElement"},
    (*ITEM_KEY, "PricingDocument", "PricingDocumentItem", "PricingProcedureStep", "PricingProcedureCounter"),
    (
        *_KEY,
        _text("PricingDocument", lambda s: f"{s.order.id:010d}"),
        _text("PricingDocumentItem", lambda s: f"{s.line.number:06d}"),
        _text("PricingProcedureStep", lambda s: f"{s.number * 10 + 10:03d}"),
        _text("PricingProcedureCounter", lambda s: "001"),
        _text("ConditionType", _on(Condition, "kind")),
        _text("ConditionClass", _on(Condition, "condition_class")),
        _text("ConditionCategory", _on(Condition, "category")),
        _text("ConditionCalculationType", _on(Condition, "calculation")),
        _number("ConditionRateValue", _on(Condition, "rate"), 9, 2),
        _number("ConditionRateAmount", lambda s: ZERO if s.part.calculation == "A" else s.part.rate, 9, 4),
        _number("ConditionRateRatio", lambda s: s.part.rate if s.part.calculation == "A" else ZERO, 9, 4),
        _text("ConditionCurrency", lambda s: "" if s.part.calculation == "A" else s.order.currency),
        _number("ConditionQuantity", _on(Condition, "per"), 0),
        _text("ConditionQuantityUnit", _on(Condition, "unit")),
        _number("ConditionAmount", _on(Condition, "amount"), 2),
        _text("TransactionCurrency", lambda s: s.order.currency),
        _flag("ConditionIsForStatistics", lambda s: False),
        _text("ConditionInactiveReason", lambda s: ""),
    ),
)
_NOTE = [
    _text("TextObjectType", lambda s: s.part[0]),
    _text("Language", lambda s: "EN"),
    Field("PlainLongText", lambda s: s.part[1]),
]
NOTE = Entity(
    {2: "A_PurchaseOrderNote", 4: "PurchaseOrderNote"},
    ("PurchaseOrder", "TextObjectType", "Language"),
    (_KEY[0], *_NOTE),
)
ITEM_NOTE = Entity(
    {2: "A_PurchaseOrderItemNote", 4: "PurchaseOrderItemNote"},
    (*ITEM_KEY, "TextObjectType", "Language"),
    (*_KEY, *_NOTE),
)
SUPPLIER_ADDRESS = Entity(
    {4: "PurchaseOrderSupplierAddress"},
    ("SupplierAddressID", "PurchaseOrder"),
    (
        _text("SupplierAddressID", lambda s: f"{20_000 + s.vendor.id:010d}"),
        _KEY[0],
        *address_fields(lambda s: s.vendor.email),
    ),
)
DELIVERY_ADDRESS = Entity(
    {4: "PurOrderItemDeliveryAddress"},
    (*ITEM_KEY, "DeliveryAddressID"),
    (
        *_KEY,
        _text("DeliveryAddressID", lambda s: f"{30_000 + s.line.id:010d}"),
        *address_fields(lambda s: s.address and s.address.email),
    ),
)
