"""Odoo over real HTTP, 17 and 18 through JSON-RPC, 19 through JSON-2: complete reads, rights, fields."""

from __future__ import annotations

import json

import pytest

from include.orderhouse.connector import Source, Window
from include.orderhouse.connectors.odoo import CONNECTOR
from include.orderhouse.errors import ConfigurationInvalid
from tests.connectors.conftest import SourceFor
from tests.connectors.odoo_server import (
    EVER,
    NAME,
    NOW,
    VERSIONS,
    a_sent_order,
    any_version,
    company,
    fetched,
    ids,
    odoo,
    source,
)
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialects.odoo.orders import written_at
from tests.sandbox.running import Sandbox, sandbox

__all__ = ["any_version", "company", "odoo", "source"]


def test_every_order_comes_exactly_once(any_version: Source, company: Company) -> None:
    assert sorted(fetched(any_version, EVER)) == sorted(company.orders)


def test_the_catalogue_is_json_and_names_companies_and_protocol(any_version: Source) -> None:
    details = any_version.catalogue.details
    json.dumps(details)
    assert details["protocol"] == ("json2" if details["version"].startswith("19") else "jsonrpc")
    assert any_version.catalogue.scope == ("company 1", "company 2")
    assert any_version.api.source_time == NOW


def test_the_sections_expectations_add_up_to_all_orders(source: Source, company: Company) -> None:
    pages = list(CONNECTOR.fetch(source, EVER))
    assert sum(page.expected for page in pages if page.expected is not None) == len(company.orders)
    assert [page.resume is None for page in pages] == [False] * (len(pages) - 1) + [True]


@pytest.mark.parametrize("skipped", [0, 1, 3, 7])
def test_a_fetch_goes_on_after_any_page(source: Source, company: Company, skipped: int) -> None:
    """H30."""
    pages = list(CONNECTOR.fetch(source, EVER))
    resume = json.loads(json.dumps(pages[skipped].resume))
    rest = fetched(source, Window(None, None, resume=resume))
    assert rest == ids(pages[skipped + 1 :])


def test_orders_are_read_by_id_and_gone_ones_are_absent(source: Source, company: Company) -> None:
    """H15, H17."""
    gone = [str(number) for number in company.deleted_orders]
    living = [str(number) for number in list(company.orders)[:90]]
    assert gone
    assert sorted(map(str, ids(CONNECTOR.read(source, [*living, *gone])))) == sorted(living)


def test_a_scan_holds_every_order_and_counts_them(any_version: Source, company: Company) -> None:
    """H17: the scan is complete by the source's own count."""
    pages = list(CONNECTOR.scan(any_version))
    keys = {key.source_order_id: key.source_modified_at for page in pages for key in page.keys}
    assert set(keys) == {str(number) for number in company.orders}
    assert pages[0].expected == len(company.orders)
    dated = next(order for order in company.orders.values() if not order.lacks_modified_at)
    assert keys[str(dated.id)] == written_at(dated).replace(microsecond=0)


def test_one_company_alone_can_be_read(odoo: Sandbox, source_for: SourceFor, company: Company) -> None:
    source = source_for(NAME, odoo, companies=(2,))
    german = {order.id for order in company.orders.values() if order.entity == "DE01"}
    assert source.catalogue.scope == ("company 2",)
    assert set(fetched(source, EVER)) == german
    read = [record for page in CONNECTOR.read(source, [str(key) for key in company.orders]) for record in page.records]
    assert {record["id"] for record in read} == german


@pytest.mark.parametrize("version", VERSIONS)
def test_an_administrator_reads_the_companies_it_belongs_to(
    company: Company, source_for: SourceFor, version: str
) -> None:
    """It sees the others, and archived ones, too; a call that names one of them is refused as a whole."""
    play = {"version": version, "user": "administrator"}
    with sandbox(company, [NAME], Clock(NOW), options={NAME: play}) as running:
        source = source_for(NAME, running, page_size=200)
        assert source.catalogue.scope == ("company 1", "company 2")
        assert sorted(fetched(source, EVER)) == sorted(company.orders)
        with pytest.raises(ConfigurationInvalid, match=r"does not belong to the companies \[901\]"):
            source_for(NAME, running, companies=(1, 901))


def test_a_company_the_user_lacks_is_named(odoo: Sandbox, source_for: SourceFor) -> None:
    with pytest.raises(ConfigurationInvalid, match="77"):
        source_for(NAME, odoo, companies=(1, 77))


def test_raw_orders_hold_all_stored_fields_and_what_they_point_to(source: Source, company: Company) -> None:
    """H21: custom fields are asked for without being named."""
    order = a_sent_order(company)
    record = next(iter(CONNECTOR.read(source, [str(order.id)]))).records[0]
    assert record["x_priority"] == order.custom["priority"]
    assert {"create_uid", "currency_rate", "payment_term_id"} <= record.keys()
    assert "access_token" not in record
    assert "message_ids" not in record
    assert record["currency_id"]["name"] == order.currency
    assert record["company_id"]["partner_id"]["country_id"]["code"] in ("US", "DE")
    assert record["order_line"][0]["order_id"]["name"] == order.number


def test_a_new_field_is_asked_for_as_soon_as_it_exists(odoo: Sandbox, source_for: SourceFor) -> None:
    """H22."""
    odoo.world(NAME).faults.add("new_field", times=None, field="x_studio_ship_day", value="Monday")
    source = source_for(NAME, odoo)
    page = next(iter(CONNECTOR.fetch(source, EVER)))
    assert {order["x_studio_ship_day"] for order in page.records} == {"Monday"}


def test_a_retyped_field_stays_in_the_raw_order(odoo: Sandbox, source: Source) -> None:
    """H22, H23."""
    odoo.world(NAME).faults.add("retyped_field", times=None, field="partner_ref", value={"was": "text"})
    page = next(iter(CONNECTOR.fetch(source, EVER)))
    assert {json.dumps(order["partner_ref"]) for order in page.records} == {'{"was": "text"}'}


@pytest.mark.parametrize("protocol", ["jsonrpc", "json2"])
def test_19_can_be_read_through_either_protocol(company: Company, source_for: SourceFor, protocol: str) -> None:
    with sandbox(company, [NAME], Clock(NOW), options={NAME: {"version": "19"}}) as running:
        source = source_for(NAME, running, page_size=200, protocol=protocol)
        assert sorted(fetched(source, EVER)) == sorted(company.orders)
        assert running.world(NAME).log.count("/jsonrpc" if protocol == "json2" else "/json/2/") == 0
