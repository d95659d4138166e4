"""Reading Business Central: companies, whole orders, values, pages, single orders, scans."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.configuration.options import Options
from include.orderhouse.connector import Absent
from include.orderhouse.connectors.business_central import CONNECTOR, values
from include.orderhouse.connectors.business_central.codes import APPROVALS, STATUSES
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.raw_order import RawOrder
from include.orderhouse.transform.batch import Transform
from tests.connectors.business_central_environment import (
    EVER,
    NAME,
    NOW,
    an_order,
    company,
    connect,
    fetched,
    found,
    key,
    keys,
    served,
)
from tests.connectors.conftest import SourceFor
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialects.business_central.orders import is_listed, modified_at
from tests.sandbox.dialects.business_central.values import guid
from tests.sandbox.order import LineKind
from tests.sandbox.running import Sandbox, sandbox

__all__ = ["company", "connect", "served"]


def test_discovery_tells_the_companies_and_the_sources_time(connect: SourceFor) -> None:
    source = connect()
    assert source.catalogue.scope == ("DE01", "US01")
    assert source.api.source_time == NOW.replace(microsecond=0)
    assert {one["information"]["currencyCode"] for one in source.catalogue.details["companies"]} == {"USD", "EUR"}


def test_a_connection_reads_the_companies_it_names(connect: SourceFor, company: Company) -> None:
    source = connect(companies=("DE01",))
    assert source.catalogue.scope == ("DE01",)
    assert fetched(source, EVER) == keys(order for order in company.orders.values() if order.entity == "DE01")


def test_a_company_that_does_not_exist_is_a_configuration_error(connect: SourceFor) -> None:
    with pytest.raises(ConfigurationInvalid, match="FR01"):
        connect(companies=("FR01",))


def test_h19_companies_beyond_a_servers_first_page_are_found(connect: SourceFor, company: Company) -> None:
    """The administrator of a server on premises sets how many entities it gives at once."""
    with sandbox(company, [NAME], Clock(frozen_at=NOW), options={NAME: {"page_cap": "1"}}) as capping:
        assert connect(capping).catalogue.scope == ("DE01", "US01")
        assert connect(capping, companies=("US01",)).catalogue.scope == ("US01",)


def test_every_order_comes_exactly_once_with_the_sources_count(connect: SourceFor, company: Company) -> None:
    pages = list(CONNECTOR.fetch(connect(page_size=17), EVER))
    assert found(pages) == keys(company.orders.values())
    assert sum(page.expected or 0 for page in pages) == len(keys(company.orders.values()))
    assert max(len(page.records) for page in pages) == 17
    assert pages[-1].resume is None


def test_an_order_is_whole_with_lines_vendor_terms_units_and_items(connect: SourceFor, company: Company) -> None:
    records = {r["number"]: r for page in CONNECTOR.fetch(connect(), EVER) for r in page.records}
    for order in filter(is_listed, company.orders.values()):
        record = records[order.number]
        assert len(record["purchaseOrderLines"]) == len(order.lines) + len(order.charges)
        assert record["vendor"]["number"] == order.vendor
        assert Decimal(record["totalAmountIncludingTax"]) == order.total
        for line, raw in zip(order.lines, record["purchaseOrderLines"], strict=False):
            assert raw["id"] == guid("line", line.id)
            if line.kind is LineKind.GOODS:
                assert raw["item"]["number"] == line.item
                assert raw["unitOfMeasure"]["code"] == line.unit


@pytest.mark.parametrize(
    ("told", "before", "approval"),
    [
        ("Draft", "draft", None),
        ("In_x0020_Review", "pending_approval", "pending"),
        ("Open", "approved", "approved"),
    ],
)
def test_what_was_received_counts_though_the_order_was_reopened(told: str, before: str, approval: str | None) -> None:
    """A released order that is reopened is a Draft; sent for approval again it is In Review."""
    for received, status in ((0, before), (4, "partially_received"), (10, "received")):
        line = {"lineType": "Item", "quantity": 10, "receivedQuantity": received, "invoicedQuantity": 0}
        order = {"status": told, "purchaseOrderLines": [line]}
        assert STATUSES[values.status(order)] == status
        assert APPROVALS.get(str(values.approval_status(order))) == approval


def test_an_invoice_discount_is_taken_off_goods_and_charges() -> None:
    """amountExcludingTax of a line is what it was before (GetLineAmountExclVAT of table Purchase Line)."""
    lines = [
        {"lineType": "Item", "amountExcludingTax": Decimal(60), "invoiceDiscountAllocation": Decimal(6)},
        {"lineType": "Account", "amountExcludingTax": Decimal(40), "invoiceDiscountAllocation": Decimal(4)},
        {"lineType": "Charge", "amountExcludingTax": Decimal(10), "invoiceDiscountAllocation": Decimal(1)},
        {"lineType": "Comment", "amountExcludingTax": 0, "invoiceDiscountAllocation": 0},
    ]
    assert amounts({"purchaseOrderLines": lines}) == (100, 10, 11)
    assert amounts({"purchaseOrderLines": lines[-1:]}) == (0, 0, 0)


@pytest.mark.parametrize("blank", [" ", "_x0020_"])
def test_a_line_of_no_type_buys_nothing(blank: str) -> None:
    """So a comment is told by pages that show the line's own type."""
    order = {"purchaseOrderLines": [ITEM | {"receivedQuantity": 10}, {"lineType": blank}]}
    assert (values.receipt_status(order), amounts(order)) == ("full", (60, 0, 6))


def amounts(order: dict[str, Any]) -> tuple[Any, ...]:
    return values.subtotal(order), values.charges(order), values.discount(order)


ITEM = {
    "lineType": "Item", "quantity": 10, "receivedQuantity": 4, "invoicedQuantity": 0,
    "amountExcludingTax": 60, "invoiceDiscountAllocation": 6,
}  # fmt: skip


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        (None, ("partial", "none", 120, 12)),
        ("receivedQuantity", (None, "none", 120, 12)),
        ("invoicedQuantity", ("partial", None, 120, 12)),
        ("quantity", (None, None, 120, 12)),
        ("amountExcludingTax", ("partial", "none", None, 12)),
        ("invoiceDiscountAllocation", ("partial", "none", 120, None)),
    ],
)
def test_h23_what_a_page_of_the_customers_own_leaves_out_is_unknown_and_not_zero(
    missing: str | None, told: tuple[Any, ...]
) -> None:
    """Comments may leave it out."""
    line = {name: value for name, value in ITEM.items() if name != missing}
    order = {"status": "Open", "purchaseOrderLines": [ITEM, line, {"lineType": "Comment"}]}
    subtotal, charges, discount = amounts(order)
    assert (values.receipt_status(order), values.invoice_status(order), subtotal, discount) == told
    assert charges == 0


def test_h25_amounts_of_eighteen_digits_are_exact(connect: SourceFor, company: Company) -> None:
    huge = max(filter(is_listed, company.orders.values()), key=lambda order: order.total)
    (page,) = CONNECTOR.read(connect(), [key(huge)])
    assert len(huge.total.as_tuple().digits) >= 18
    assert page.records[0]["totalAmountIncludingTax"] == huge.total


def test_reading_by_id_gives_what_exists_and_leaves_out_what_is_gone(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    wanted = [key(order) for order in list(filter(is_listed, company.orders.values()))[:60]]
    gone = next(filter(is_listed, company.orders.values()))
    served.act(history.delete, order_id=gone.id)
    read = found(CONNECTOR.read(connect(), [*wanted, f"{guid('company', 'US01')}/{guid('purchaseOrder', 10**6)}"]))
    assert read == sorted(set(wanted) - {key(gone)})


def test_h15_h17_a_scan_tells_every_key_and_the_sources_count(connect: SourceFor, company: Company) -> None:
    scanned = list(CONNECTOR.scan(connect()))
    told = {entry.source_order_id: entry.source_modified_at for page in scanned for entry in page.keys}
    assert sorted(told) == keys(company.orders.values())
    assert sum(page.expected or 0 for page in scanned) == len(told)
    for order in filter(is_listed, company.orders.values()):
        assert told[key(order)] == (None if order.lacks_modified_at else modified_at(order))


def test_h15_an_order_that_posting_removed_is_told_from_one_that_was_deleted(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    posted = an_order(company)
    for line in posted.goods_lines:
        served.act(history.receive, order_id=posted.id, line_id=line.id, quantity=line.quantity)
        served.act(history.invoice, order_id=posted.id, line_id=line.id, quantity=line.quantity)
    deleted = an_order(company)
    served.act(history.delete, order_id=deleted.id)
    source, wanted = connect(), [key(posted), key(deleted)]
    assert found(CONNECTOR.read(source, wanted)) == []
    assert CONNECTOR.explain_absence is not None
    assert CONNECTOR.explain_absence(source, dict.fromkeys(wanted, Absent())) == {key(posted): "closed"}


def test_h16_lines_that_one_answer_cuts_off_are_read_to_their_end(connect: SourceFor, company: Company) -> None:
    with sandbox(company, [NAME], Clock(frozen_at=NOW), options={NAME: {"nested_cap": "2"}}) as cutting:
        records = [r for page in CONNECTOR.fetch(connect(cutting), EVER) for r in page.records]
    orders = {guid("purchaseOrder", order.id): order for order in company.orders.values()}
    assert max(len(record["purchaseOrderLines"]) for record in records) > 4
    for record in records:
        order = orders[record["id"]]
        told = [line["sequence"] for line in record["purchaseOrderLines"]]
        assert told == sorted(told)
        assert len(told) == len(order.lines) + len(order.charges)


def test_h19_a_server_that_caps_pages_gives_all_of_them(connect: SourceFor, company: Company) -> None:
    with sandbox(company, [NAME], Clock(frozen_at=NOW), options={NAME: {"page_cap": "11"}}) as capping:
        assert fetched(connect(capping, page_size=5000), EVER) == keys(company.orders.values())


@pytest.mark.parametrize("orders_api", ["api/v2.0", "api/orchard/purchasing/v1.0"])
def test_h21_custom_fields_come_from_a_custom_api_page(connect: SourceFor, company: Company, orders_api: str) -> None:
    order = next(o for o in company.orders.values() if is_listed(o) and o.custom["budget"])
    (page,) = CONNECTOR.read(connect(orders_api=orders_api), [key(order)])
    expected = None if orders_api == "api/v2.0" else order.custom["budget"]
    assert page.records[0].get("ochBudget") == expected


def test_h22_a_new_field_and_a_retyped_one_are_kept_as_they_come(connect: SourceFor, served: Sandbox) -> None:
    source = connect()
    served.world(NAME).faults.add("new_field", path="purchaseOrders", field="surprise", value=[1])
    served.world(NAME).faults.add("retyped_field", path="purchaseOrders", field="purchaser", value=7)
    page = next(iter(CONNECTOR.fetch(source, EVER)))
    assert {(tuple(r["surprise"]), r["purchaser"]) for r in page.records} == {((1,), 7)}


def test_a_unit_stands_beside_its_standard_code_as_the_company_calls_it(connect: SourceFor, company: Company) -> None:
    source = connect()
    (page,) = CONNECTOR.read(source, [key(an_order(company))])
    (order,) = page.records
    for line in order["purchaseOrderLines"]:
        line |= {"unitOfMeasureCode": "KISTE", "unitOfMeasure": {"internationalStandardCode": "BX"}}
    options = Options(connector=NAME, customer="tests")
    connection = Connection(name="test", options=options, connector=CONNECTOR, settings=source.settings)
    lines = Transform(connection).frames([RawOrder(NOW, order)])["purchase_order_line"].to_pylist()
    assert {(line["unit"], line["unit_source"]) for line in lines} == {("XBX", "KISTE")}
