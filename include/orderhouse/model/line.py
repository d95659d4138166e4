"""The canonical purchase order line, and its delivery schedules and account assignments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from include.orderhouse.model.address import Address
from include.orderhouse.model.column import CodeList, Kind, column, group
from include.orderhouse.model.provenance import SourceFacts

T = TypeVar("T")

LINE_TYPES = ("goods", "service", "charge", "asset", "text")
LINE_STATUSES = (
    "draft",
    "pending_approval",
    "open",
    "partially_received",
    "received",
    "partially_invoiced",
    "invoiced",
    "closed",
    "cancelled",
    "deleted",
    "unknown",
)
MATCH_POLICIES = ("none", "two_way", "three_way", "four_way")


@dataclass(frozen=True, kw_only=True)
class PurchaseOrderLine(SourceFacts[T]):
    """One line of an order."""

    source_line_id: T | None = column(Kind.TEXT, "The line's key within its order at the source", required=True)
    line_number: T | None = column(Kind.TEXT, "The number people know the line by, as text: 00010, 1.1")
    line_type: T | None = column(Kind.CODE, "What is bought; text lines carry no quantity", codes=LINE_TYPES)
    line_status: T | None = column(
        Kind.CODE, "Where the line stands in its life; not open before its order is in force", codes=LINE_STATUSES
    )

    item_code: T | None = column(Kind.TEXT, "Item, as the buyer codes it", is_indexed=True)
    item_name: T | None = column(Kind.TEXT, "Name of the item")
    description: T | None = column(Kind.TEXT, "Text of the line")
    vendor_item_code: T | None = column(Kind.TEXT, "Item, as the vendor codes it")
    manufacturer_item_code: T | None = column(Kind.TEXT, "Item, as its manufacturer codes it")
    gtin: T | None = column(Kind.TEXT, "Global Trade Item Number")
    commodity_code: T | None = column(Kind.TEXT, "Commodity classification")
    commodity_code_scheme: T | None = column(Kind.TEXT, "Classification scheme: UNSPSC, eCl@ss, material group, ...")
    category: T | None = column(Kind.TEXT, "The buyer's own category")

    quantity_ordered: T | None = column(Kind.QUANTITY, "Quantity ordered, in `unit`")
    unit: T | None = column(Kind.CODE, "Unit of all quantities of the line", codes=CodeList.UNIT)
    base_unit: T | None = column(Kind.CODE, "The item's stock-keeping unit", codes=CodeList.UNIT)
    unit_conversion_factor: T | None = column(Kind.RATE, "Base units per one `unit`")
    quantity_received: T | None = column(Kind.QUANTITY, "Quantity received so far")
    quantity_accepted: T | None = column(Kind.QUANTITY, "Quantity accepted by inspection")
    quantity_rejected: T | None = column(Kind.QUANTITY, "Quantity rejected by inspection")
    quantity_invoiced: T | None = column(Kind.QUANTITY, "Quantity invoiced so far")
    quantity_cancelled: T | None = column(Kind.QUANTITY, "Quantity cancelled")
    quantity_open: T | None = column(Kind.QUANTITY, "Quantity still to be received, as the source tells it")

    unit_price: T | None = column(Kind.PRICE, "Price of `price_basis_quantity` price units, before discount")
    price_basis_quantity: T | None = column(Kind.QUANTITY, "How many price units the price buys; NULL means 1")
    price_unit: T | None = column(Kind.CODE, "Unit of the price; NULL means `unit`", codes=CodeList.UNIT)
    price_unit_conversion_factor: T | None = column(Kind.RATE, "Price units per one `unit`; NULL means 1")
    discount_percent: T | None = column(Kind.PERCENT, "Discount of the line in percent")
    discount_amount: T | None = column(Kind.MONEY, "Discount of the line")
    net_amount: T | None = column(Kind.MONEY, "Line amount after discount, without tax")
    tax_amount: T | None = column(Kind.MONEY, "Tax of the line")
    total_amount: T | None = column(Kind.MONEY, "Line amount with tax")
    net_amount_company: T | None = column(Kind.MONEY, "`net_amount` in company currency")
    tax_code: T | None = column(Kind.TEXT, "Tax, as the source codes it")
    tax_rate: T | None = column(Kind.PERCENT, "Tax rate in percent")

    requested_delivery_date: T | None = column(Kind.DATE, "When the buyer requires delivery")
    promised_delivery_date: T | None = column(Kind.DATE, "When the vendor promised delivery")
    confirmed_delivery_date: T | None = column(Kind.DATE, "When the vendor confirmed delivery")
    first_received_date: T | None = column(Kind.DATE, "Date of the first receipt")
    last_received_date: T | None = column(Kind.DATE, "Date of the latest receipt")

    ship_to: Address[T] | None = group("Ship-to, where the line's differs from the order's")
    receiving_site: T | None = column(Kind.TEXT, "Plant or site that receives")
    warehouse: T | None = column(Kind.TEXT, "Storage location that receives")
    over_delivery_percent: T | None = column(Kind.PERCENT, "Over-delivery tolerated, in percent")
    under_delivery_percent: T | None = column(Kind.PERCENT, "Under-delivery tolerated, in percent")
    match_policy: T | None = column(Kind.CODE, "What an invoice is matched against", codes=MATCH_POLICIES)

    gl_account: T | None = column(Kind.TEXT, "General ledger account, where the line is not split")
    cost_center: T | None = column(Kind.TEXT, "Cost centre, where the line is not split")
    project: T | None = column(Kind.TEXT, "Project, where the line is not split")
    department: T | None = column(Kind.TEXT, "Department, where the line is not split")
    requisition_reference: T | None = column(Kind.TEXT, "Purchase requisition behind the line")
    contract_reference: T | None = column(Kind.TEXT, "Contract behind the line")
    is_cancelled: T | None = column(Kind.BOOLEAN, "The line is cancelled")
    is_closed: T | None = column(Kind.BOOLEAN, "Nothing more is expected, also when short-closed")


@dataclass(frozen=True, kw_only=True)
class PurchaseOrderSchedule(SourceFacts[T]):
    """One delivery schedule of a line."""

    schedule_number: T | None = column(Kind.TEXT, "The schedule's key within its line", required=True)
    quantity: T | None = column(Kind.QUANTITY, "Quantity to be delivered")
    unit: T | None = column(Kind.CODE, "Unit of the quantities", codes=CodeList.UNIT)
    requested_delivery_date: T | None = column(Kind.DATE, "When the buyer requires delivery")
    promised_delivery_date: T | None = column(Kind.DATE, "When the vendor promised delivery")
    quantity_received: T | None = column(Kind.QUANTITY, "Quantity received so far")
    ship_to: Address[T] | None = group("Ship-to of the schedule")
    status: T | None = column(Kind.CODE, "Where the schedule stands in its life", codes=LINE_STATUSES)


@dataclass(frozen=True, kw_only=True)
class PurchaseOrderDistribution(SourceFacts[T]):
    """One account assignment of a line."""

    distribution_number: T | None = column(Kind.TEXT, "The account assignment's key within its line", required=True)
    percent: T | None = column(Kind.PERCENT, "Share of the line in percent")
    quantity: T | None = column(Kind.QUANTITY, "Its part of the quantity of the line")
    amount: T | None = column(Kind.MONEY, "Its part of the net amount of the line")
    gl_account: T | None = column(Kind.TEXT, "General ledger account")
    cost_center: T | None = column(Kind.TEXT, "Cost centre")
    profit_center: T | None = column(Kind.TEXT, "Profit centre")
    department: T | None = column(Kind.TEXT, "Department")
    project: T | None = column(Kind.TEXT, "Project")
    wbs_element: T | None = column(Kind.TEXT, "Work breakdown structure element")
    internal_order: T | None = column(Kind.TEXT, "Internal order")
    asset: T | None = column(Kind.TEXT, "Fixed asset")
    fund: T | None = column(Kind.TEXT, "Fund")
    dimensions: T | None = column(Kind.JSON, "Further dimensions by the source's own names")
