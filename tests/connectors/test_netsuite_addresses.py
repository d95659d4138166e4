"""Whose the addresses on NetSuite's purchase orders are, and whether the goods go to a customer."""

from __future__ import annotations

import pytest

from include.orderhouse.connectors.netsuite.codes import ORDER_TYPES
from include.orderhouse.connectors.netsuite.values import order_type, vendor_address
from tests.connectors.conftest import SourceFor
from tests.connectors.netsuite_account import NAME, Row, an_order, company, frames_of, serving
from tests.sandbox.company import Company

__all__ = ["company"]


@pytest.mark.parametrize("absent", ["", "vendor.defaultbillingaddress", "transactionbillingaddress"])
def test_the_vendors_address_is_the_orders_own_or_else_the_default_one(
    company: Company, source_for: SourceFor, absent: str
) -> None:
    order = an_order(company)
    vendor = company.vendors[order.vendor]
    with serving(company, absent=absent) as served:
        (told,) = frames_of(source_for(NAME, served), order)["purchase_order"].to_pylist()
    assert (told["vendor_line1"], told["vendor_city"]) == (vendor.address.line1, vendor.address.city)
    assert {name: told[name] for name in told if name.startswith("bill_to") and told[name]} == {}


def test_two_addresses_of_a_vendor_are_not_mixed() -> None:
    order = {"billing_address": {"addr1": "Hafen 1"}, "vendor_address": {"addr1": "Ring 2", "addr2": "Floor 3"}}
    assert [vendor_address(name)(order) for name in ("addr1", "addr2")] == ["Hafen 1", None]
    assert vendor_address("addr1")({}) is None


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([{"itemtype": "InvtPart", "dropship": "T"}, {"itemtype": "Service", "dropship": "F"}], "drop_ship"),
        ([{"itemtype": "InvtPart", "dropship": "T"}, {"itemtype": "InvtPart", "dropship": "F"}], "standard"),
        ([{"itemtype": "Service", "dropship": "F"}], "standard"),
        ([{"itemtype": "InvtPart"}], "standard"),
        ([], "standard"),
    ],
)
def test_an_order_is_a_drop_shipment_where_all_its_goods_go_to_a_customer(lines: list[Row], told: str) -> None:
    assert ORDER_TYPES[order_type({"type": "PurchOrd", "lines": lines})] == told
