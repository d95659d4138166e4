"""Lines, their schedules, and the distributions of these. Sections and notes are no lines in Fusion."""

from __future__ import annotations

from decimal import Decimal

from tests.sandbox.arithmetic import spread
from tests.sandbox.company import Company
from tests.sandbox.custom_fields import LINE_CUSTOM_FIELDS
from tests.sandbox.dialects.oracle_fusion.orders import flexfield_values, order_number
from tests.sandbox.dialects.oracle_fusion.statuses import NAMES, line_status, line_updated_at, schedule_updated_at
from tests.sandbox.dialects.oracle_fusion.values import (
    DISTRIBUTION_IDS,
    PARTY_IDS,
    SCHEDULE_IDS,
    Row,
    charge_id,
    formatted,
    line_id,
    order_id,
    unit_code,
)
from tests.sandbox.order import ZERO, Charge, Line, LineKind, Order, Schedule

HUNDRED = Decimal(100)
CHARGE_LINE_TYPE = "Freight"
"""The company's own type of lines that carry freight, which Fusion's orders have no field for."""


def line_row(company: Company, order: Order, line: Line) -> Row:
    """The attributes of a line."""
    code = line_status(order, line)
    item = company.items.get(line.item or "")
    is_service = line.kind is LineKind.SERVICE
    return {
        **_identity(company, order, line_id(line.id), line.number),
        "LineTypeId": 2 if is_service else 1,
        "LineType": "Rate Based Services" if is_service else "Goods",
        "ItemId": PARTY_IDS + 3000 + item.id if item else None,
        "Item": line.item,
        "Description": line.description,
        "SupplierItem": line.vendor_item_code,
        "ManufacturerPartNumber": item.manufacturer_code if item else None,
        "CategoryId": PARTY_IDS + 9000,
        "Category": item.category if item else None,
        "Quantity": line.quantity,
        "UOMCode": unit_code(line.unit),
        "UOM": company.units[line.unit].name if line.unit else None,
        "PricingUOM": None,
        "BasePrice": line.unit_price,
        "Price": line.unit_price * (HUNDRED - line.discount_percent) / HUNDRED,
        "Amount": None,
        **_amounts(order, line.net_amount, line.tax_amount),
        "SourceAgreement": line.contract,
        "Negotiation": order.quotation,
        "StatusCode": code,
        "Status": NAMES[code],
        "CreationDate": line.created_at,
        "LastUpdateDate": line_updated_at(order, line),
    }


def charge_row(company: Company, order: Order, charge: Charge, index: int, number: int) -> Row:
    """A charge as a line that has an amount and no quantity."""
    code = "CANCELED" if order.cancelled_at else "OPEN"
    return {
        **_identity(company, order, charge_id(order.id, index), number),
        "LineTypeId": 3,
        "LineType": CHARGE_LINE_TYPE,
        "ItemId": None,
        "Item": None,
        "Description": charge.description,
        "SupplierItem": None,
        "ManufacturerPartNumber": None,
        "CategoryId": PARTY_IDS + 9001,
        "Category": "Freight",
        "Quantity": None,
        "UOMCode": None,
        "UOM": None,
        "PricingUOM": None,
        "BasePrice": None,
        "Price": None,
        "Amount": charge.amount,
        **_amounts(order, charge.amount, ZERO),
        "SourceAgreement": None,
        "Negotiation": None,
        "StatusCode": code,
        "Status": NAMES[code],
        "CreationDate": order.created_at,
        "LastUpdateDate": order.created_at,
    }


def line_flexfield(line: Line) -> Row:
    """The only row of a line's flexfield."""
    return {
        "PoLineId": line_id(line.id),
        **flexfield_values(LINE_CUSTOM_FIELDS, line.custom),
        "__FLEX_Context": None,
    }


def _identity(company: Company, order: Order, key: int, number: int) -> Row:
    return {
        "POLineId": key,
        "POHeaderId": order_id(order.id),
        "OrderNumber": order_number(company, order),
        "LineNumber": number,
    }


def _amounts(order: Order, net: Decimal, tax: Decimal) -> Row:
    return {"Ordered": net, "TotalTax": tax, "Total": net + tax, "CurrencyCode": order.currency}


def schedule_row(company: Company, order: Order, line: Line, schedule: Schedule, billed: str) -> Row:
    """The attributes of a schedule; `billed` is the name of the one for the invoiced quantity."""
    code = line_status(order, line)
    is_drop_ship = order.order_type == "drop_ship"
    return {
        **_schedule_identity(order, line_id(line.id), SCHEDULE_IDS + line.id * 10 + schedule.number, schedule.number),
        "LineNumber": line.number,
        "ScheduleStatusCode": code,
        "ScheduleStatus": NAMES[code],
        "Quantity": schedule.quantity,
        "UOMCode": unit_code(line.unit),
        "ReceivedQuantity": schedule.quantity_received,
        billed: _billed(line, schedule),
        "Ordered": _of_schedule(line, schedule, line.net_amount, company.digits(order.currency)),
        "RequestedDeliveryDate": schedule.requested_date,
        "PromisedDeliveryDate": schedule.promised_date,
        "DueDate": schedule.promised_date or schedule.requested_date,
        **_destination(company, order, line),
        "DestinationTypeCode": "DROP SHIP" if is_drop_ship else "INVENTORY",
        "DestinationType": "Drop Ship" if is_drop_ship else "Inventory",
        "OverReceiptTolerancePercent": line.over_delivery_percent,
        "MatchApprovalLevelCode": "3-WAY",
        "LastUpdateDate": schedule_updated_at(order, line),
    }


def charge_schedule_row(order: Order, charge: Charge, index: int, number: int, billed: str) -> Row:
    """The schedule of a charge: an amount, and nothing to receive."""
    return {
        **_schedule_identity(order, charge_id(order.id, index), SCHEDULE_IDS + 10**12 + order.id * 100 + index, 1),
        "LineNumber": number,
        "ScheduleStatusCode": "OPEN",
        "ScheduleStatus": "Open",
        **dict.fromkeys(("Quantity", "UOMCode", "ReceivedQuantity", billed)),
        "Ordered": charge.amount,
        **dict.fromkeys(("RequestedDeliveryDate", "PromisedDeliveryDate", "DueDate")),
        **dict.fromkeys(("ShipToOrganizationCode", "ShipToLocation", "ShipToLocationAddress", "DeliverToLocation")),
        "DestinationTypeCode": "EXPENSE",
        "DestinationType": "Expense",
        "OverReceiptTolerancePercent": None,
        "MatchApprovalLevelCode": "2-WAY",
        "LastUpdateDate": order.created_at,
    }


def _schedule_identity(order: Order, line: int, key: int, number: int) -> Row:
    return {"LineLocationId": key, "POLineId": line, "POHeaderId": order_id(order.id), "ScheduleNumber": number}


def _destination(company: Company, order: Order, line: Line) -> Row:
    address = line.ship_to or order.ship_to
    return {
        "ShipToOrganizationCode": line.site,
        "ShipToLocation": address.name if address else None,
        "ShipToLocationAddress": formatted(address),
        "DeliverToLocation": company.sites[line.site].name if line.site else None,
    }


def _billed(line: Line, schedule: Schedule) -> Decimal:
    """What of the line's invoices falls on the schedule: the earliest first, an excess on the last."""
    left = line.quantity_invoiced
    for one in line.schedules:
        share = left if one is line.schedules[-1] else min(left, one.quantity)
        if one is schedule:
            return share
        left -= share
    raise LookupError(f"schedule {schedule.number} is none of line {line.id}")


def _of_schedule(line: Line, schedule: Schedule, amount: Decimal, digits: int) -> Decimal:
    parts = spread(amount, [one.quantity for one in line.schedules], digits)
    return parts[line.schedules.index(schedule)]


def distribution_rows(company: Company, order: Order, line: Line, schedule: Schedule) -> list[Row]:
    """The account assignments of a schedule: every one of the line, with the schedule's part of it."""
    quantities = spread(schedule.quantity, [one.percent for one in line.distributions], 3)
    digits = company.digits(order.currency)
    return [
        {
            "PODistributionId": DISTRIBUTION_IDS + line.id * 1000 + schedule.number * 10 + one.number,
            "LineLocationId": SCHEDULE_IDS + line.id * 10 + schedule.number,
            "POLineId": line_id(line.id),
            "POHeaderId": order_id(order.id),
            "DistributionNumber": one.number,
            "Quantity": quantity,
            "UOMCode": unit_code(line.unit),
            "Ordered": _of_schedule(line, schedule, one.amount, digits),
            "POChargeAccount": account(company, order, one.gl_account, one.cost_center, one.department),
            "Requester": order.requester,
            "ProjectNumber": one.project,
            "DeliverToLocation": company.sites[line.site].name if line.site else None,
        }
        for one, quantity in zip(line.distributions, quantities, strict=True)
    ]


def account(company: Company, order: Order, gl_account: str, cost_center: str | None, department: str | None) -> str:
    """A combination of the chart of accounts: company, cost centre, account, department."""
    segments = (company.entity_of(order).code, cost_center or "000", gl_account, department or "000")
    return "-".join(segments)
