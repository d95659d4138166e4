"""Whose the addresses on NetSuite's purchase orders are: what is called the billing address is the vendor's."""

from __future__ import annotations

import pytest

from include.orderhouse.connectors.netsuite.values import vendor_address
from tests.connectors.conftest import SourceFor
from tests.connectors.netsuite_account import NAME, an_order, company, frames_of, serving
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
