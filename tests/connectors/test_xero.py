"""Reading Xero: organisations, whole orders, pages, single orders, scans."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from include.orderhouse.connector import Window
from include.orderhouse.connectors.xero import CONNECTOR
from include.orderhouse.errors import ConfigurationInvalid
from tests.connectors.conftest import SourceFor
from tests.connectors.xero_organisations import (
    EVER,
    NAME,
    NOW,
    an_order,
    changed_at,
    company,
    connect,
    fetched,
    found,
    key,
    keys,
    mapped,
    serve,
    served,
)
from tests.sandbox.company import Company
from tests.sandbox.dialects.xero.contacts import tenant_id
from tests.sandbox.dialects.xero.values import identifier
from tests.sandbox.generate import generate
from tests.sandbox.running import Sandbox

__all__ = ["company", "connect", "served"]


def test_discovery_tells_the_organisations_and_the_sources_time(connect: SourceFor, company: Company) -> None:
    source = connect()
    assert set(source.catalogue.scope) == {entity.name for entity in company.entities.values()}
    assert source.api.source_time == NOW.replace(microsecond=0)
    told = {t["tenantName"]: t["organisation"]["BaseCurrency"] for t in source.catalogue.details["tenants"]}
    assert told == {entity.name: entity.currency for entity in company.entities.values()}


@pytest.mark.parametrize("by", ["name", "id"])
def test_a_connection_reads_the_tenants_it_names(connect: SourceFor, company: Company, by: str) -> None:
    entity = company.entities["DE01"]
    source = connect(tenants=(entity.name if by == "name" else tenant_id(entity),))
    assert source.catalogue.scope == (entity.name,)
    assert {record.partition("/")[0] for record in fetched(source, EVER)} == {tenant_id(entity)}


def test_organisations_of_the_same_name_are_told_apart(connect: SourceFor, company: Company) -> None:
    """Their scope tells when one of them is not connected any more: its orders are not deleted then."""
    company.entities = {code: replace(entity, name="Orchard") for code, entity in company.entities.items()}
    ids = sorted(tenant_id(entity) for entity in company.entities.values())
    with serve(company) as running:
        assert connect(running).catalogue.scope == tuple(f"Orchard ({one})" for one in ids)
        assert connect(running, tenants=(ids[0],)).catalogue.scope == ("Orchard",)


@pytest.mark.parametrize("tenants", [("Elsewhere Ltd",), ("Orchard Machines Inc.", "Elsewhere Ltd")])
def test_a_tenant_that_is_not_connected_is_named(connect: SourceFor, tenants: tuple[str, ...]) -> None:
    with pytest.raises(ConfigurationInvalid, match="not connected to Elsewhere Ltd") as caught:
        connect(tenants=tenants)
    assert "Orchard Machines Inc." in caught.value.action


@pytest.mark.parametrize("pagination", ["yes", "no"])
def test_every_order_comes_exactly_once_with_xeros_count(connect: SourceFor, company: Company, pagination: str) -> None:
    with serve(company, pagination=pagination) as running:
        pages = list(CONNECTOR.fetch(connect(running, page_size=17), EVER))
    assert found(pages) == keys(company)
    assert sum(page.expected or 0 for page in pages) == (len(keys(company)) if pagination == "yes" else 0)
    assert max(len(page.records) for page in pages) == 17
    assert pages[-1].resume is None


@pytest.mark.parametrize("pagination", ["yes", "no"])
def test_h19_a_server_that_gives_smaller_pages_than_asked_for_is_read_to_the_end(
    connect: SourceFor, company: Company, pagination: str
) -> None:
    """An answer without pagination is taken to hold 100 orders or less."""
    with serve(generate(5, orders=230, now=NOW), largest_page="100", pagination=pagination) as running:
        source = connect(running, page_size=1000)
        assert fetched(source, EVER) == keys(running.company)
        assert len([k for page in CONNECTOR.scan(source) for k in page.keys]) == len(keys(running.company))


def test_an_order_is_whole_with_contact_tracking_and_charges(connect: SourceFor, company: Company) -> None:
    records = {r["source_order_id"]: r for page in CONNECTOR.fetch(connect(), EVER) for r in page.records}
    for order in company.orders.values():
        record, vendor = records[key(company, order)], company.vendors[order.vendor]
        assert len(record["LineItems"]) == len(order.lines) + len(order.charges)
        assert [line["is_charge"] for line in record["LineItems"]].count(True) == len(order.charges)
        assert record["contact"]["AccountNumber"] == vendor.code
        for line, told in zip(order.lines, record["LineItems"], strict=False):
            assert told["cost_center"] == (line.distributions[0].cost_center if len(line.distributions) == 1 else None)


@pytest.mark.parametrize("lines", [None, "none", "left out", [None], ["none"]], ids=str)
def test_h33_an_order_without_a_list_of_lines_is_rejected_and_holds_up_no_other(
    connect: SourceFor, company: Company, monkeypatch: pytest.MonkeyPatch, lines: Any
) -> None:
    source, order = connect(), an_order(company)
    get = source.api.get

    def get_without_lines(*asked: Any, **other: Any) -> Any:
        body = get(*asked, **other)
        for row in body.get("PurchaseOrders", ()):
            if row["PurchaseOrderID"] == identifier("order", order.id):
                row.pop("LineItems") if lines == "left out" else row.update(LineItems=lines)
        return body

    monkeypatch.setattr(source.api, "get", get_without_lines)
    made = mapped(source, [record for page in CONNECTOR.fetch(source, EVER) for record in page.records])
    loaded = {row["source_order_id"] for row in made["purchase_order"]}
    assert sorted(loaded) == [one for one in keys(company) if one != key(company, order)]
    assert {(row["source_order_id"], row["code"]) for row in made["reject"]} == {
        (key(company, order), "PAYLOAD_INCOMPLETE")
    }


def test_contacts_are_asked_for_once_and_archived_ones_too(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    pages = list(CONNECTOR.fetch(connect(page_size=10), EVER))
    archived = {vendor.code for vendor in company.vendors.values() if not vendor.active}
    told = {record["contact"].get("AccountNumber") for page in pages for record in page.records}
    assert archived & told
    asked = [r.query for r in served.world(NAME).log.records if "Contacts" in r.path]
    ids = [i for query in asked for i in query.partition("IDs=")[2].partition("&")[0].split("%2C")]
    assert len(ids) <= 2 * len(company.vendors)
    assert connect(read_contacts=False, page_size=10).settings.read_contacts is False


@pytest.mark.parametrize("single_reads", [0, 100])
def test_reading_by_id_gives_what_exists_one_by_one_or_from_the_list(
    connect: SourceFor, served: Sandbox, company: Company, single_reads: int
) -> None:
    wanted = keys(company)[:40]
    tenant = wanted[0].partition("/")[0]
    source = connect(single_reads=single_reads, page_size=30)
    served.world(NAME).log.clear()
    numbers = [order.number for order in company.orders.values() if key(company, order) in wanted]
    asked = [*wanted, f"{tenant}/{identifier('order', 'nowhere')}", f"{tenant}/{numbers[0]}", "elsewhere/1"]
    assert found(CONNECTOR.read(source, asked)) == wanted
    calls = [r.path for r in served.world(NAME).log.records if "PurchaseOrders" in r.path]
    assert (len(calls) > 40) is (single_reads == 100)


def test_h17_a_scan_tells_every_key_and_xeros_count(connect: SourceFor, company: Company) -> None:
    scanned = list(CONNECTOR.scan(connect()))
    told = {entry.source_order_id: entry.source_modified_at for page in scanned for entry in page.keys}
    assert sum(page.expected or 0 for page in scanned) == len(told)
    assert sorted(told) == keys(company)
    for order in company.orders.values():
        assert told[key(company, order)] == changed_at(order)


@pytest.mark.parametrize(("rereads", "calls"), [(False, 2), (True, 5)])
def test_of_the_calls_of_a_day_a_sync_in_which_nothing_changed_takes_few(
    connect: SourceFor, served: Sandbox, company: Company, rereads: bool, calls: int
) -> None:
    entity = next(iter(company.entities.values()))
    source = connect(tenants=(entity.name,), reread_open_orders=rereads, read_contacts=False, page_size=1000)
    fetched(source, Window(NOW + timedelta(minutes=1), None))
    assert len([r for r in served.world(NAME).log.records if "api.xro" in r.path]) == calls


def test_a_window_that_ended_long_ago_is_not_read_to_the_end_of_the_list(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    source = connect(read_contacts=False, page_size=2)
    calls = []
    for end in (NOW - timedelta(days=60), None):
        served.world(NAME).log.clear()
        fetched(source, Window(None, end))
        calls.append(len([record for record in served.world(NAME).log.records if "PurchaseOrders" in record.path]))
    assert calls[0] < calls[1] / 2
