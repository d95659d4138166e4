"""Where ERPs tell values: hand-made orders, for places that the sandbox's company leaves empty or tells in another.

Of several places the first that tells a value counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.configuration.options import Options
from include.orderhouse.connectors import load
from include.orderhouse.raw_order import RawOrder
from include.orderhouse.transform.batch import Transform

Raw = dict[str, Any]

ORDER, LINE = "purchase_order", "purchase_order_line"
SCHEDULE, DISTRIBUTION = "purchase_order_schedule", "purchase_order_distribution"
PARTS = {SCHEDULE: "schedules", DISTRIBUTION: "_distributions"}

ORDERS: dict[str, Raw] = {
    "erpnext": {"name": "PO-1", "docstatus": 1, "items": [{"name": "1"}], "taxes": [], "payment_schedule": []},
    "oracle_fusion": {
        "POHeaderId": 1,
        "OrderNumber": "1",
        "lines": [{"POLineId": 1, "_is_charge": False, "_receipts": [], "schedules": [{"ScheduleNumber": 1}],
                   "_distributions": [{"ScheduleNumber": 1, "DistributionNumber": 1, "_account": {}}]}],
    },
    "quickbooks": {"Id": "1", "Line": [{"Id": "1", "detail": {}, "bill_lines": []}]},
    "xero": {
        "source_order_id": "a/1", "PurchaseOrderID": "1", "contact": {}, "rate_is_base_per_foreign": False,
        "LineItems": [{"LineItemID": "1", "is_charge": False}],
    },
}  # fmt: skip
"""The least of an order that can be mapped."""
LINES = {"erpnext": "items", "oracle_fusion": "lines", "quickbooks": "Line", "xero": "LineItems"}
SETTINGS: dict[str, Raw] = {"quickbooks": {"realm_id": "7"}}

OF_ORDERS: dict[str, dict[str, str]] = {
    "erpnext": {
        "company_code": "_company.abbr company",
        "vendor_email": "contact_email _supplier_address.email_id",
        "vendor_phone": "contact_mobile _supplier_address.phone",
        "language_source": "language _supplier.language",
        "bill_to_line2": "_billing_address.address_line2",
    },
    "oracle_fusion": {
        "order_date": "OrderDate CreationDate",
        "vendor_code": "_supplier.SupplierNumber SupplierId",
        "vendor_email": "SupplierEmailAddress _supplier.site.Email",
        "vendor_tax_id": "_supplier.TaxRegistrationNumber _supplier.TaxpayerId",
        "delivery_terms_source": "FOBCode FOB",
        "ship_method": "ShippingMethod Carrier",
        "vendor_line3": "_supplier.address.AddressLine3",
        "memo": "Description",
    },
    "quickbooks": {
        "order_number": "DocNumber Id",
        "company_name": "company.LegalName company.CompanyName",
        "created_by": "MetaData.CreatedByRef.name MetaData.CreatedByRef.value",
        "vendor_name": "VendorRef.name vendor.DisplayName",
        "vendor_country_source": "VendorAddr.Country VendorAddr.CountryCode",
        "payment_terms_code": "term.Name SalesTermRef.name SalesTermRef.value",
        "ship_method": "ShipMethodRef.name ShipMethodRef.value",
        "project_reference": "ProjectRef.name ProjectRef.value",
        "bill_to_line2": "company.CompanyAddr.Line2",
        "bill_to_email": "company.Email.Address",
        "bill_to_phone": "company.PrimaryPhone.FreeFormNumber",
    },
    "xero": {
        "order_number": "PurchaseOrderNumber PurchaseOrderID",
        "order_date": "DateString Date",
        "requested_delivery_date": "DeliveryDateString DeliveryDate",
        "promised_delivery_date": "ExpectedArrivalDateString ExpectedArrivalDate",
        "company_name": "tenant.organisation.LegalName tenant.tenantName",
        "bill_to_name": "tenant.organisation.Name tenant.tenantName",
        "vendor_contact": "contact.FirstName vendor_address.AttentionTo",
        "vendor_line3": "vendor_address.AddressLine4",
        "bill_to_line2": "bill_to_address.AddressLine2",
        "bill_to_line3": "bill_to_address.AddressLine3",
        "bill_to_contact": "bill_to_address.AttentionTo",
    },
}
OF_LINES: dict[str, dict[str, str]] = {
    "erpnext": {
        "manufacturer_item_code": "manufacturer_part_no _item_code.default_manufacturer_part_no",
        "category": "item_group _item_code.item_group",
        "receiving_site": "_warehouse.warehouse_name warehouse",
        "gl_account": "_expense_account.account_number expense_account",
        "cost_center": "_cost_center.cost_center_number cost_center",
        "commodity_code": "_item_code.customs_tariff_number",
    },
    "oracle_fusion": {
        "unit_source": "UOMCode UOM",
        "unit_price": "BasePrice Price",
        "price_unit_source": "PricingUOM",
        "net_amount": "Ordered Amount",
        "contract_reference": "SourceAgreement SourceAgreementNumber",
    },
    "quickbooks": {
        "receiving_site": "^DepartmentRef.name ^DepartmentRef.value",
        "gl_account": "detail.AccountRef.name detail.ItemAccountRef.name",
        "cost_center": "detail.ClassRef.name ^ClassRef.name",
        "project": "detail.CustomerRef.name ProjectRef.name",
        "manufacturer_item_code": "detail.ManPartNum",
        "quantity_open": "detail.OpenQty",
    },
    "xero": {
        "item_code": "ItemCode Item.Code",
        "requested_delivery_date": "^DeliveryDateString ^DeliveryDate",
        "promised_delivery_date": "^ExpectedArrivalDateString ^ExpectedArrivalDate",
    },
}

OF_SCHEDULES = {
    "oracle_fusion": {
        "unit_source": "UOMCode ^UOMCode",
        "status_source": "ScheduleStatusCode StatusCode",
        "ship_to_name": "ShipToLocation",
    },
}
OF_DISTRIBUTIONS = {
    "oracle_fusion": {
        "amount": "Ordered Amount",
        "gl_account": "_account.gl_account POChargeAccount",
        "project": "ProjectNumber Project _account.project",
        "fund": "_account.fund",
    },
}
ALL = {ORDER: OF_ORDERS, LINE: OF_LINES, SCHEDULE: OF_SCHEDULES, DISTRIBUTION: OF_DISTRIBUTIONS}


def _cases() -> Iterator[Any]:
    for table, of_connectors in ALL.items():
        for name, columns in of_connectors.items():
            for column, places in columns.items():
                yield pytest.param(name, table, column, places.split(), id=f"{name}-{table}.{column}")


def _value(column: str, position: int) -> Any:
    """A value that a column takes, another one for every place."""
    if column.endswith("_date"):
        return date(2026, 10, position + 1)
    return Decimal(position + 1) if column.endswith(("price", "amount", "quantity_open")) else f"place {position}"


def _mapped(name: str, column: str, told: Sequence[tuple[str, int]], table: str) -> Any:
    """What a column holds of an order whose places tell something."""
    order = deepcopy(ORDERS[name])
    for place, position in told:
        value = _value(column, position)
        _put(_holder(order, name, table, place), place, str(value) if isinstance(value, date) else value)
    connector = load(name)
    settings = connector.settings(**SETTINGS.get(name, {}))
    options = Options(connector=name, customer="test")
    connection = Connection(name="test", options=options, connector=connector, settings=settings)
    frames = Transform(connection).frames([RawOrder(datetime(2026, 10, 1, tzinfo=UTC), order)])
    (row,) = frames.tables[table].to_pylist()
    return row[column]


def _holder(order: Raw, name: str, table: str, place: str) -> Raw:
    """The record that a place of a table's row lies in: the row's own, or behind a caret the one that it belongs to."""
    holders = [order]
    if table != ORDER:
        holders.append(order[LINES[name]][0])
    if table in PARTS:
        holders.append(holders[-1][PARTS[table]][0])
    return holders[-2 if place.startswith("^") else -1]


def _put(record: Raw, place: str, value: Any) -> None:
    *steps, last = place.removeprefix("^").split(".")
    for step in steps:
        record = record.setdefault(step, {})
    record[last] = value


@pytest.mark.parametrize(("name", "table", "column", "places"), _cases())
def test_a_column_comes_from_the_first_place_that_tells_it(
    name: str, table: str, column: str, places: list[str]
) -> None:
    for first in range(len(places)):
        told = [(place, position) for position, place in enumerate(places) if position >= first]
        assert _mapped(name, column, told, table) == _value(column, first)
