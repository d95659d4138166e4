"""ERPNext over real HTTP: complete reads, child tables, rights, fields."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connector import Source, Window
from include.orderhouse.connectors.erpnext import CONNECTOR
from include.orderhouse.connectors.erpnext.values.amounts import sum_of_charges, sum_of_taxes
from include.orderhouse.connectors.erpnext.values.line import gtin
from include.orderhouse.errors import ConfigurationInvalid, CountMismatch, FilterIgnored, UnexpectedShape
from tests.connectors.conftest import SourceFor
from tests.connectors.erpnext_site import (
    EVER,
    NAME,
    NOW,
    WAYS,
    an_open_order,
    company,
    fetched,
    ids,
    names,
    read_one,
    site,
    source,
)
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialects.erpnext.orders import order_name
from tests.sandbox.running import Sandbox, sandbox

__all__ = ["company", "site", "source"]

PLAYS: list[dict[str, str]] = [
    {},
    {"tables": "denied"},
    {"wildcard": "bare"},
    {"nulls": "14"},
    {"count": "refused"},
    {"naming": "slashes"},
    {"links": "denied", "deleted": "denied"},
]
"""What sites and versions differ in."""


@pytest.mark.parametrize("options", PLAYS, ids=str)
def test_every_order_comes_exactly_once_from_any_site(
    company: Company, source_for: SourceFor, options: dict[str, str]
) -> None:
    next(order for order in company.orders.values() if not order.is_open).lacks_modified_at = True
    with sandbox(company, [NAME], Clock(NOW), options={NAME: options}) as running:
        source = source_for(NAME, running, page_size=50)
        pages = list(CONNECTOR.fetch(source, EVER))
        assert sorted(ids(pages)) == sorted(names(company, options.get("naming", "series")))
        told = [page.expected for page in pages if page.expected is not None]
        assert sum(told) == (0 if "count" in options else len(company.orders))
        early = fetched(source, Window(None, NOW - timedelta(days=30)))
        assert len(early) == len(set(early))
        assert sorted(key.source_order_id for page in CONNECTOR.scan(source) for key in page.keys) == sorted(ids(pages))


def test_child_tables_come_alike_in_lists_and_in_documents(site: Sandbox, source_for: SourceFor) -> None:
    """Documents leave empty fields out, lists hold them as null."""
    made = []
    for way in WAYS:
        source = source_for(NAME, site, lines=way)
        made.append({order["name"]: _filled(order) for page in CONNECTOR.fetch(source, EVER) for order in page.records})
    assert made[0] == made[1]


def test_rows_of_bills_that_are_named_alike_are_no_part_of_an_order(source: Source, company: Company) -> None:
    """Bills keep their taxes and payment schedules in the same child tables."""
    order = next(order for order in company.orders.values() if order.tax_amount and order.payment_term)
    record = read_one(source, order)
    assert sum_of_taxes()(record) == order.tax_amount
    assert {row["parenttype"] for name in ("taxes", "payment_schedule") for row in record[name]} == {"Purchase Order"}


def _filled(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _filled(entry) for name, entry in value.items() if entry is not None and name != "doctype"}
    return [_filled(entry) for entry in value] if isinstance(value, list | tuple) else value


@pytest.mark.parametrize(
    ("play", "way"), [({}, "tables"), ({"tables": "denied"}, "documents"), ({"wildcard": "bare"}, "documents")], ids=str
)
def test_child_tables_are_read_one_by_one_only_where_lists_are_denied_or_tell_no_fields(
    company: Company, source_for: SourceFor, play: dict[str, str], way: str
) -> None:
    with sandbox(company, [NAME], Clock(NOW), options={NAME: play}) as running:
        source = source_for(NAME, running, page_size=200)
        assert source.catalogue.details["lines"] == way
        running.world(NAME).log.clear()
        fetched(source, EVER)
        documents = running.world(NAME).log.count("/api/resource/")
        assert documents == (len(company.orders) if way == "documents" else 0)


def test_a_site_whose_lists_tell_no_fields_of_child_tables_loses_none(company: Company, source_for: SourceFor) -> None:
    """Some versions 14 and 15 answer ``*`` with what every doctype has: neither the order nor the item."""
    order = next(o for o in company.orders.values() if company.items[o.goods_lines[0].item or ""].gtin)
    with sandbox(company, [NAME], Clock(NOW), options={NAME: {"wildcard": "bare"}}) as running:
        line = read_one(source_for(NAME, running), order)["items"][0]
        assert (line["qty"], gtin(line)) == (order.goods_lines[0].quantity, company.items[line["item_code"]].gtin)
        with pytest.raises(UnexpectedShape, match="without the order") as told:
            read_one(source_for(NAME, running, lines="tables"), order)
    assert "'documents'" in told.value.action


def test_the_catalogue_tells_zone_and_companies(source: Source) -> None:
    assert source.catalogue.details["time_zone"] == "Asia/Kolkata"
    assert source.catalogue.scope == ("company Orchard Machines Inc.", "company Orchard Maschinen GmbH")
    assert source.api.source_time == NOW


@pytest.mark.parametrize("way", WAYS)
def test_a_fetch_goes_on_after_any_page(site: Sandbox, source_for: SourceFor, way: str) -> None:
    """H30."""
    source = source_for(NAME, site, page_size=30, lines=way)
    window = Window(NOW - timedelta(days=40), NOW)
    pages = list(CONNECTOR.fetch(source, window))
    assert len(pages) > 5
    for number, page in enumerate(pages[:-1], 1):
        resume = json.loads(json.dumps(page.resume))
        assert fetched(source, Window(window.start, window.end, resume=resume)) == ids(pages[number:])


def test_a_server_that_ignores_filters_does_not_loop(site: Sandbox, source: Source) -> None:
    """H19, H27."""
    site.world(NAME).faults.add("ignore_filter", times=None)
    with pytest.raises((FilterIgnored, CountMismatch)):
        fetched(source, EVER)
    with pytest.raises(FilterIgnored):
        list(CONNECTOR.scan(source))


def test_user_permissions_hide_orders_from_lists_and_from_the_count(company: Company, source_for: SourceFor) -> None:
    """H17: the count is the list's own, so that hidden orders are no mismatch."""
    options = {NAME: {"company": "Orchard Maschinen GmbH"}}
    with sandbox(company, [NAME], Clock(NOW), options=options) as running:
        source = source_for(NAME, running)
        pages = list(CONNECTOR.scan(source))
        mine = {order_name(order) for order in company.orders.values() if order.entity == "DE01"}
        assert {key.source_order_id for page in pages for key in page.keys} == mine
        assert pages[0].expected == len(mine)
        assert source.catalogue.scope == ("company Orchard Maschinen GmbH",)


def test_one_company_alone_can_be_read(site: Sandbox, source_for: SourceFor, company: Company) -> None:
    source = source_for(NAME, site, companies=("Orchard Machines Inc.",))
    mine = {order_name(order) for order in company.orders.values() if order.entity == "US01"}
    assert set(fetched(source, EVER)) == mine
    assert set(ids(CONNECTOR.read(source, sorted(names(company))))) == mine


def test_a_company_the_user_does_not_see_is_named(site: Sandbox, source_for: SourceFor) -> None:
    with pytest.raises(ConfigurationInvalid, match="Nowhere Ltd"):
        source_for(NAME, site, companies=("Nowhere Ltd",))


def test_a_user_who_sees_no_company_is_refused_instead_of_reading_no_orders(
    company: Company, source_for: SourceFor
) -> None:
    site = sandbox(company, [NAME], Clock(NOW), options={NAME: {"company": "Nowhere Ltd"}})
    with site as running, pytest.raises(ConfigurationInvalid, match="sees no company"):
        source_for(NAME, running)


def test_look_ups_that_are_denied_leave_the_links_as_they_are(company: Company, source_for: SourceFor) -> None:
    """H23."""
    with sandbox(company, [NAME], Clock(NOW), options={NAME: {"links": "denied"}}) as running:
        record = read_one(source_for(NAME, running), order := an_open_order(company))
        assert running.world(NAME).log.count(status=403) > 0
    assert record["supplier"] == order.vendor
    assert "_supplier" not in record
    assert sum_of_taxes()(record) + sum_of_charges()(record) == order.tax_amount + order.charges_amount


def test_custom_fields_come_without_being_named(source: Source, company: Company) -> None:
    """H21."""
    order = an_open_order(company)
    record = read_one(source, order)
    assert record["custom_priority"] == order.custom["priority"]
    assert record["items"][0]["custom_needs_inspection"] == int(bool(order.goods_lines[0].custom["needs_inspection"]))


def test_a_new_field_comes_as_soon_as_it_exists(site: Sandbox, source: Source) -> None:
    """H22."""
    site.world(NAME).faults.add("new_field", times=None, field="custom_ship_day", value="Monday")
    page = next(iter(CONNECTOR.fetch(source, EVER)))
    assert {order["custom_ship_day"] for order in page.records} == {"Monday"}


@pytest.mark.parametrize("field", ["order_confirmation_no", "supplier"])
def test_a_retyped_field_stays_in_the_raw_order(site: Sandbox, source: Source, field: str) -> None:
    """H22, H23."""
    site.world(NAME).faults.add("retyped_field", times=None, field=field, value={"was": "text"})
    page = next(iter(CONNECTOR.fetch(source, EVER)))
    assert {json.dumps(order[field]) for order in page.records} == {'{"was": "text"}'}


def test_numbers_stay_exact(source: Source, company: Company) -> None:
    """H25."""
    huge = next(order for order in company.orders.values() if order.subtotal > 10**13)
    record = read_one(source, huge)
    assert isinstance(record["grand_total"], Decimal)
    assert record["grand_total"] == huge.total
