"""Fields of Acumatica: customisations' own, and the vendor's models."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connectors.acumatica import CONNECTOR
from include.orderhouse.errors import ConfigurationInvalid
from tests.connectors.acumatica_site import EVER, NAME, connect, found, keys, served, still
from tests.connectors.conftest import SourceFor
from tests.reference import reference_table
from tests.sandbox.dialects.acumatica.extras import HEADER_ELEMENTS, LINE_ELEMENTS
from tests.sandbox.dialects.acumatica.orders import key_of, order_row
from tests.sandbox.dialects.acumatica.related import receipt_row, receipts_of, vendor_row
from tests.sandbox.running import Sandbox

__all__ = ["connect", "served", "still"]


@pytest.mark.parametrize("chosen", [(), ("Document.UsrBudget", "Details/Transactions.UsrDrawing")])
def test_h21_fields_of_customisations_stand_beside_the_systems_own(
    connect: SourceFor, still: Sandbox, chosen: tuple[str, ...]
) -> None:
    orders = [o for o in still.company.orders.values() if o.custom["budget"] and o.goods_lines[0].custom["drawing"]]
    (page, *_) = CONNECTOR.read(connect(still, custom_fields=chosen), [key_of(orders[0])])
    (record,) = page.records
    assert record["UsrBudget"] == orders[0].custom["budget"]
    assert ("UsrPriority" in record) is (not chosen)
    line = next(line for line in record["Details"] if line["LineNbr"]["value"] == orders[0].goods_lines[0].number)
    assert line["UsrDrawing"] == orders[0].goods_lines[0].custom["drawing"]


def test_a_field_of_lines_that_is_chosen_as_one_of_the_order_is_told(connect: SourceFor, still: Sandbox) -> None:
    with pytest.raises(ConfigurationInvalid, match=r"Name them Details/Transactions\.UsrDrawing"):
        connect(still, custom_fields=("Document.UsrBudget", "Transactions.UsrDrawing"))


def test_of_the_screens_own_elements_only_what_is_chosen_is_asked_for(connect: SourceFor, served: Sandbox) -> None:
    for chosen in ((), ("Details/Transactions.ManualDisc",)):
        served.world(NAME).log.clear()
        found(CONNECTOR.fetch(connect(served, custom_fields=chosen), EVER))
        asked = {record.query for record in served.world(NAME).log.records if "custom" in record.query}
        assert asked
        assert not any("OpenQty" in query or "SortOrder" in query for query in asked)
        assert all(("ManualDisc" in query) is bool(chosen) for query in asked)


@pytest.mark.parametrize("fields", [0, 20, 30])
def test_orders_are_read_by_key_as_many_at_once_as_their_fields_leave_room_for(
    connect: SourceFor, served: Sandbox, fields: int
) -> None:
    chosen = tuple(f"Details/Transactions.UsrFieldOfASite{number:02}" for number in range(fields))
    source = connect(served, custom_fields=chosen)
    served.world(NAME).log.clear()
    wanted = keys(served.company.orders.values())
    assert found(CONNECTOR.fetch(source, EVER)) == found(CONNECTOR.read(source, wanted)) == wanted
    assert max(len(record.query) for record in served.world(NAME).log.records) <= 2048


def test_vendors_are_read_as_many_at_once_as_an_address_has_room_for(connect: SourceFor, served: Sandbox) -> None:
    """A character of another script takes nine of ASCII there."""
    company = served.company
    named = {
        code: replace(vendor, code=f"ТОРГОВЫЙ-ДОМ-ВОСХОД-{vendor.id:05}") for code, vendor in company.vendors.items()
    }
    company.vendors = {vendor.code: vendor for vendor in named.values()}
    for order in company.orders.values():
        order.vendor = named[order.vendor].code
    records = [record for page in CONNECTOR.fetch(connect(served), EVER) for record in page.records]
    assert len({record["VendorID"]["value"] for record in records}) > 25
    assert all(record["Vendor"]["VendorID"] == record["VendorID"] for record in records)


def test_h22_a_new_field_and_a_retyped_one_are_kept_as_they_come(connect: SourceFor, served: Sandbox) -> None:
    source = connect(served)
    served.world(NAME).faults.add("new_field", path="PurchaseOrder", field="Surprise", value=[1])
    served.world(NAME).faults.add("retyped_field", path="PurchaseOrder", field="Owner", value=7)
    page = next(iter(CONNECTOR.fetch(source, EVER)))
    assert {(tuple(r["Surprise"]["value"]), r["Owner"]["value"]) for r in page.records} == {((1,), 7)}


TYPES: dict[str, tuple[type, ...]] = {
    "StringValue": (str,), "DecimalValue": (int, Decimal), "IntValue": (int,), "BooleanValue": (bool,),
    "DateTimeValue": (str,),
}  # fmt: skip


EVERYWHERE = {"id", "rowNumber", "note", "custom", "_links"}


def undescribed(row: dict[str, Any], entity: str, described: dict[tuple[str, str], str]) -> list[str]:
    """Fields of a record that the list does not have, or has with another type."""
    told: list[str] = []
    for name, value in row.items():
        kind = described.get((entity, name))
        if name in EVERYWHERE or (entity, name) in NOT_LISTED:
            continue
        if kind is None:
            told.append(f"{entity}.{name} is not described")
        elif isinstance(value, list):
            told += [problem for inner in value for problem in undescribed(inner, kind[5:-1], described)]
        elif kind not in TYPES:
            told += undescribed(value, kind, described)
        elif value and not isinstance(value["value"], TYPES[kind]):
            told.append(f"{entity}.{name}: {value} is no {kind}")
    return told


NOT_LISTED = {("Contact", name) for name in ("CompanyName", "Attention", "Email", "Phone1", "Address")}
"""The list leaves out the fields of a vendor's contact."""


def test_every_field_of_the_dialect_is_in_the_vendors_models_with_that_type(still: Sandbox) -> None:
    table = reference_table("acumatica_default_endpoint_fields.tsv")
    described = {(r["entity"], r["field"]): r["wrapped_type"] for r in table if r["endpoint"] == "Default_24.200.001"}
    company, expand = still.company, frozenset(
        {"Details", "TaxDetails", "ShippingInstructions", "ShippingInstructions/ShipToAddress",
         "ShippingInstructions/ShipToContact", "MainContact/Address"}
    )  # fmt: skip
    for order in company.orders.values():
        assert undescribed(order_row(company, order, {}, expand, frozenset()), "PurchaseOrder", described) == []
        for line, index in receipts_of(order):
            receipt = receipt_row(company, order, line, index, expand, 0)
            assert undescribed(receipt, "PurchaseReceipt", described) == []
        vendor = vendor_row(company, company.vendors[order.vendor], expand, 0)
        assert undescribed(vendor, "Vendor", described) == []


def test_every_field_that_is_mapped_is_in_the_vendors_models() -> None:
    table = reference_table("acumatica_default_endpoint_fields.tsv")
    kinds = {(r["entity"], r["field"]): r["wrapped_type"] for r in table if r["endpoint"] == "Default_24.200.001"}
    order, line = CONNECTOR.mapping.tables
    for mapped, entity, elements in (
        (order, "PurchaseOrder", HEADER_ELEMENTS), (line, "PurchaseOrderDetail", LINE_ELEMENTS)
    ):  # fmt: skip
        paths = {path for binding in mapped.bindings if binding.expression for path in binding.expression.reads}
        for path in paths.difference(elements, (f"Details.{name}" for name in LINE_ELEMENTS)):
            at = entity
            for step in path.removesuffix(".value").split("."):
                if at == "PurchaseOrder" and step == "Vendor":
                    at = "Vendor"
                elif (at, step) not in NOT_LISTED:
                    assert (at, step) in kinds, f"{path} is not described"
                    at = kinds[at, step].removeprefix("List<").removesuffix(">")
                else:
                    at = step
