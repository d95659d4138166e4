"""Reading Finance & Operations: companies, whole orders, pages, single orders, scans."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from include.orderhouse.connector import Catalogue, Source
from include.orderhouse.connectors.dynamics_fo import CONNECTOR
from include.orderhouse.connectors.dynamics_fo.settings import Settings
from include.orderhouse.errors import ConfigurationInvalid
from tests.connectors.conftest import SourceFor
from tests.connectors.dynamics_fo_environment import (
    EVER,
    HEADERS,
    NAME,
    a_record,
    an_order,
    company,
    connect,
    fetched,
    found,
    keys,
    options,
    served,
)
from tests.sandbox import history
from tests.sandbox.company import Company
from tests.sandbox.dialects.dynamics_fo.orders import modified_at
from tests.sandbox.running import Sandbox
from tests.truth.dynamics_fo import key as key_of

__all__ = ["company", "connect", "options", "served"]


def test_discovery_tells_the_companies_with_their_currency_and_terms(connect: SourceFor) -> None:
    source = connect()
    assert source.catalogue.scope == ("de01", "us01")
    companies = source.catalogue.details["companies"]
    assert {name: one["ledger"]["AccountingCurrency"] for name, one in companies.items()} == {
        "de01": "EUR",
        "us01": "USD",
    }
    assert companies["de01"]["terms"]["NET60"]["NumberOfDays"] == 60


def test_a_connection_reads_the_companies_it_names(connect: SourceFor, company: Company) -> None:
    source = connect(companies=("DE01",))
    assert source.catalogue.scope == ("de01",)
    assert fetched(source) == keys(company, (o for o in company.orders.values() if o.entity == "DE01"))


def test_a_company_that_does_not_exist_is_a_configuration_error(connect: SourceFor) -> None:
    with pytest.raises(ConfigurationInvalid, match="fr01"):
        connect(companies=("fr01",))


def test_an_application_that_sees_no_company_is_not_synced_as_if_there_were_no_orders() -> None:
    api: Any = SimpleNamespace(get=lambda path, **_: {"value": []})
    with pytest.raises(ConfigurationInvalid, match="no company at all that the credentials may see") as told:
        CONNECTOR.discover(Source(api, Settings(), Catalogue(), 20))
    assert "role" in told.value.action


@pytest.mark.parametrize("options", [{"extensions": "none"}])
@pytest.mark.parametrize("field", ["header_change_field", "line_change_field", "created_field", "invoiced_field"])
def test_a_field_that_the_site_does_not_have_is_a_configuration_error(connect: SourceFor, field: str) -> None:
    with pytest.raises(ConfigurationInvalid, match="SysModifiedDateTime"):
        connect(stamped=False, **{field: "SysModifiedDateTime"})


@pytest.mark.parametrize("stamped", [True, False])
def test_every_order_of_every_company_comes_exactly_once_with_the_sources_count(
    connect: SourceFor, company: Company, stamped: bool
) -> None:
    pages = list(CONNECTOR.fetch(connect(stamped=stamped, page_size=17), EVER))
    assert found(pages) == keys(company)
    assert sum(page.expected or 0 for page in pages) == len(company.orders)
    assert max(len(page.records) for page in pages) == 17
    assert pages[-1].resume is None


def test_numbers_are_unique_within_a_company_only(connect: SourceFor) -> None:
    numbers = [r["PurchaseOrderNumber"] for page in CONNECTOR.fetch(connect(), EVER) for r in page.records]
    assert len(set(numbers)) < len(numbers)


@pytest.mark.parametrize(
    ("options", "settings"),
    [
        ({}, {}),
        ({"page_cap": "3"}, {}),
        ({"page_cap": "3", "next": "skip"}, {}),
        ({"navigation": "PurchaseOrderLinesV2"}, {"expand_lines": "PurchaseOrderLinesV2"}),
    ],
)
def test_h16_h19_orders_are_whole_however_the_server_pages(
    connect: SourceFor, company: Company, settings: dict[str, Any]
) -> None:
    records = [r for page in CONNECTOR.fetch(connect(**settings), EVER) for r in page.records]
    told = {f"{r['dataAreaId']}/{r['PurchaseOrderNumber']}": r for r in records}
    assert sorted(told) == keys(company)
    for order in company.orders.values():
        record = told[key_of(company, order)]
        assert [line["LineNumber"] for line in record["_lines"]] == [line.number for line in order.goods_lines]
        assert [one["FixedChargeAmount"] for one in record["_charges"]] == [one.amount for one in order.charges]
        assert record["_vendor"]["VendorOrganizationName"] == company.vendors[order.vendor].name
        for line, raw in zip(order.goods_lines, record["_lines"], strict=True):
            assert raw["LineAmount"] == line.net_amount
            assert raw["_received"] == line.quantity_received
            assert len(raw["_receipts"]) == len(line.receipts)


def test_an_orders_id_does_not_depend_on_how_its_row_writes_the_company(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    """Ids of legal entities are compared without case: some entities and business events tell them in capitals."""
    source = connect(companies=("us01",))
    served.world(NAME).faults.add("retyped_field", times=None, path=HEADERS, field="dataAreaId", value="US01")
    ours = keys(company, (order for order in company.orders.values() if order.entity == "US01"))
    assert fetched(source) == ours == sorted(k.source_order_id for page in CONNECTOR.scan(source) for k in page.keys)


def test_h25_amounts_of_eighteen_digits_are_exact(connect: SourceFor, company: Company) -> None:
    order = max(company.orders.values(), key=lambda order: max(line.net_amount for line in order.goods_lines))
    line = max(order.goods_lines, key=lambda line: line.net_amount)
    assert len(line.net_amount.as_tuple().digits) >= 18
    assert line.net_amount in [raw["LineAmount"] for raw in a_record(connect(), company, order)["_lines"]]


def test_dates_are_noon_in_utc_and_empty_ones_are_of_1900(connect: SourceFor, company: Company) -> None:
    record = a_record(connect(), company, order := an_order(company))
    assert record["AccountingDate"] == f"{order.order_date.isoformat()}T12:00:00Z"
    assert record["FixedDueDate"] == "1900-01-01T12:00:00Z"


def test_reading_by_number_gives_what_exists_and_leaves_out_what_is_gone(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    wanted = keys(company)[:60]
    gone = next(o for o in company.orders.values() if key_of(company, o) == wanted[0])
    served.act(history.delete, order_id=gone.id)
    assert found(CONNECTOR.read(connect(), [*wanted, "us01/PO999999", "fr01/PO000001"])) == wanted[1:]


def test_h15_h17_a_scan_tells_every_key_and_the_sources_count(connect: SourceFor, company: Company) -> None:
    for stamped in (True, False):
        scanned = list(CONNECTOR.scan(connect(stamped=stamped)))
        told = {entry.source_order_id: entry.source_modified_at for page in scanned for entry in page.keys}
        assert sorted(told) == keys(company)
        assert sum(page.expected or 0 for page in scanned) == len(told)
        for order in company.orders.values():
            is_told = stamped and not order.lacks_modified_at
            assert told[key_of(company, order)] == (modified_at(order) if is_told else None)


def test_each_vendor_is_asked_for_once(connect: SourceFor, served: Sandbox) -> None:
    fetched(connect(page_size=10))
    asked = [record.query for record in served.world(NAME).log.records if "VendorsV2" in record.path]
    assert asked
    assert len(asked) == len(set(asked))


def test_what_a_connection_does_not_want_is_not_asked_for(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    order = next(o for o in company.orders.values() if o.goods_lines[0].receipts)
    record = a_record(connect(receipts="", charges="", vendors=""), company, order)
    assert (record["_vendor"], record["_charges"], record["_lines"][0]["_received"]) == (None, None, None)
    for entity in ("ProductReceiptLinesV2", "PurchaseOrderHeaderCharges", "VendorsV2"):
        assert served.world(NAME).log.count(entity) == 0


def test_quantities_come_from_the_sites_own_fields_where_it_has_them(connect: SourceFor, company: Company) -> None:
    first = {order.id: order.goods_lines[0] for order in company.orders.values()}
    order = next(
        o for o in company.orders.values() if 0 < first[o.id].quantity_invoiced != first[o.id].quantity_received
    )
    for receipts in ("", "ProductReceiptLinesV2"):
        own = {"invoiced_field": "OCHInvoicedQuantity", "received_field": "OCHInvoicedQuantity", "receipts": receipts}
        line = a_record(connect(**own), company, order)["_lines"][0]
        assert line["_invoiced"] == line["_received"] == first[order.id].quantity_invoiced


def test_h21_fields_that_the_site_has_added_are_in_the_record(connect: SourceFor, company: Company) -> None:
    order = next(o for o in company.orders.values() if o.custom["budget"])
    record = a_record(connect(), company, order)
    assert record["OCHBudget"] == order.custom["budget"]
    assert record["_lines"][0]["OCHNeedsInspection"] in ("Yes", "No")


def test_dimensions_are_taken_apart_as_the_connection_names_them(connect: SourceFor, company: Company) -> None:
    order = next(o for o in company.orders.values() if len(o.goods_lines[0].distributions) == 1)
    only = order.goods_lines[0].distributions[0]
    line = a_record(connect(dimension_segments=("cost_center", "department")), company, order)["_lines"][0]
    assert line["_dimensions"]["cost_center"] == only.cost_center
    assert line["_dimensions"].get("department") == only.department
    assert a_record(connect(), company, order)["_lines"][0]["_dimensions"] is None


def test_h22_a_new_field_and_a_retyped_one_are_kept_as_they_come(connect: SourceFor, served: Sandbox) -> None:
    source = connect()
    served.world(NAME).faults.add("new_field", path=HEADERS, field="surprise", value=[1])
    served.world(NAME).faults.add("retyped_field", path=HEADERS, field="BuyerGroupId", value=7)
    page = next(iter(CONNECTOR.fetch(source, EVER)))
    assert {(tuple(r["surprise"]), r["BuyerGroupId"]) for r in page.records} == {((1,), 7)}
