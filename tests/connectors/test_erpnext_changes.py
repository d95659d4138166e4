"""What changes in ERPNext is found: windows in the site's local time, lines, receipts, deletions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connector import Source, Window
from include.orderhouse.connectors.erpnext import CONNECTOR
from tests.connectors.conftest import SourceFor
from tests.connectors.erpnext_site import (
    EVER,
    NAME,
    NOW,
    WAYS,
    an_open_order,
    company,
    fetched,
    names,
    read_one,
    site,
    source,
)
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialects.erpnext.orders import line_name, modified_at, order_name
from tests.sandbox.running import Sandbox, sandbox

__all__ = ["company", "site", "source"]


def test_a_site_that_does_not_tell_its_zone_is_read_in_the_connections(
    company: Company, source_for: SourceFor, site: Sandbox
) -> None:
    with sandbox(company, [NAME], Clock(NOW), options={NAME: {"time_zone": "untold"}}) as running:
        assert source_for(NAME, running).catalogue.details["time_zone"] == "UTC"


def test_a_window_is_closed_at_its_start_and_open_at_its_end(source: Source, company: Company) -> None:
    """H1, H2, H4, H10: to the microsecond, in local time."""
    dated = {order_name(o): modified_at(o) for o in company.orders.values() if not o.lacks_modified_at}
    middle = sorted(dated.values())[len(dated) // 2]
    assert set(fetched(source, Window(None, middle))) & dated.keys() == {n for n, at in dated.items() if at < middle}
    assert set(fetched(source, Window(middle, None))) >= {n for n, at in dated.items() if at >= middle}
    step = timedelta(microseconds=1)
    here = {n for n, at in dated.items() if at == middle}
    assert set(fetched(source, Window(middle, middle + step))) & dated.keys() == here


def test_instants_are_right_whatever_the_sites_zone(company: Company, source_for: SourceFor) -> None:
    """H1."""
    for zone in ("America/Los_Angeles", "Pacific/Auckland", "Asia/Kolkata"):
        with sandbox(company, [NAME], Clock(NOW), options={NAME: {"time_zone": zone}}) as running:
            source = source_for(NAME, running, page_size=200)
            told = {
                order["name"]: order["_modified_at"] for page in CONNECTOR.fetch(source, EVER) for order in page.records
            }
        for order in company.orders.values():
            if not order.lacks_modified_at:
                assert datetime.fromisoformat(told[order_name(order)]) == modified_at(order)


def test_no_change_is_lost_in_the_hour_that_comes_twice(company: Company, source_for: SourceFor) -> None:
    """H1, H10: clocks go back from 3:00 to 2:00, so later changes carry earlier local times."""
    back = datetime(2026, 10, 25, 1, tzinfo=UTC)
    order = an_open_order(company)
    with sandbox(
        company, [NAME], Clock(back - timedelta(minutes=20)), options={NAME: {"time_zone": "Europe/Berlin"}}
    ) as running:
        source = source_for(NAME, running)
        running.act(history.change_header, order.id, "before")
        first = read_one(source, order)["_modified_at"]
        running.clock.set(back + timedelta(minutes=10))
        running.act(history.change_header, order.id, "after")
        found = {
            o["name"]: o
            for page in CONNECTOR.fetch(source, Window(back - timedelta(minutes=10), None))
            for o in page.records
        }
        second = found[order_name(order)]["_modified_at"]
    assert (first, second) == ("2026-10-25T00:40:00+00:00", "2026-10-25T01:10:00+00:00")


def test_orders_without_a_modification_time_come_by_their_creation(
    site: Sandbox, company: Company, source_for: SourceFor
) -> None:
    """H13, H14."""
    order = next(order for order in company.orders.values() if not order.is_open)
    order.lacks_modified_at = True
    source = source_for(NAME, site)
    window = Window(order.created_at, order.created_at + timedelta(seconds=1))
    assert order_name(order) in fetched(source, window)
    assert order_name(order) not in fetched(source, Window(NOW + timedelta(days=1), None))
    assert order_name(order) not in fetched(source_for(NAME, site, undated=False), window)
    scanned = {key.source_order_id: key.source_modified_at for page in CONNECTOR.scan(source) for key in page.keys}
    assert scanned[order_name(order)] == order.created_at


def test_an_order_without_any_time_is_read_and_scanned_without_one(
    company: Company, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H13, H14: no window of times holds it, so what changes in it is found by its lines."""
    order, post = an_open_order(company), source.api.post

    def post_without_times(*asked: Any, **other: Any) -> Any:
        body = post(*asked, **other)
        for row in body["message"] if isinstance(body["message"], list) else ():
            if row.get("name") == order_name(order):
                row |= {"creation": None, "modified": None}
        return body

    monkeypatch.setattr(source.api, "post", post_without_times)
    assert read_one(source, order)["_creation_at"] is None
    scanned = {key.source_order_id: key.source_modified_at for page in CONNECTOR.scan(source) for key in page.keys}
    assert scanned[order_name(order)] is None
    assert scanned.keys() == names(company)
    by_line = [page for page in CONNECTOR.fetch(source, Window(order.created_at, None)) if page.is_reread]
    assert order_name(order) in {record["name"] for page in by_line for record in page.records}


@pytest.mark.parametrize("way", WAYS)
def test_a_change_of_a_line_alone_is_found(site: Sandbox, company: Company, source_for: SourceFor, way: str) -> None:
    """H11, H12: a corrected receipt writes the line by SQL, and the order's own time stays."""
    source = source_for(NAME, site, lines=way)
    order = an_open_order(company)
    line = order.goods_lines[0]
    site.act(history.receive, order.id, line.id, Decimal(1))
    site.clock.advance(3600)
    site.act(history.correct_receipt, order.id, line.id, Decimal("0.5"))
    window = Window(NOW + timedelta(minutes=30), None)
    found = [o for page in CONNECTOR.fetch(source, window) for o in page.records if o["name"] == order_name(order)]
    assert [item["received_qty"] for item in found[0]["items"] if item["name"] == line_name(line)] == [Decimal("0.5")]
    assert found[0]["_modified_at"] < window.start.isoformat()  # type: ignore[union-attr]


def test_a_line_brings_an_order_that_is_not_looked_for_by_its_creation(
    site: Sandbox, company: Company, source_for: SourceFor
) -> None:
    """H11, H13: nothing else finds what changes in an order without a modification time on the day of its creation."""
    order = an_open_order(company)
    order.lacks_modified_at = True
    site.act(history.receive, order.id, order.goods_lines[0].id, Decimal(1))
    source, window = source_for(NAME, site, undated=False), Window(order.created_at, None)
    assert fetched(source, window).count(order_name(order)) == 1


@pytest.mark.parametrize("event", [history.receive, history.invoice])
def test_receipts_and_bills_move_the_order_and_bring_it_once(
    site: Sandbox, source: Source, company: Company, event: Any
) -> None:
    """H12."""
    order = an_open_order(company)
    site.act(event, order.id, order.goods_lines[0].id, Decimal(1))
    assert fetched(source, Window(NOW, None)).count(order_name(order)) == 1


def test_an_order_with_more_changed_lines_than_a_page_holds_comes_once(
    site: Sandbox, source_for: SourceFor, company: Company
) -> None:
    """The query by lines gives a row for each of them."""
    order = max((o for o in company.orders.values() if o.is_open), key=lambda o: len(o.goods_lines))
    assert len(order.goods_lines) > 2
    for line in order.goods_lines:
        site.act(history.receive, order.id, line.id, Decimal(1))
    site.clock.advance(3600)
    for line in order.goods_lines:
        site.act(history.correct_receipt, order.id, line.id, Decimal("0.5"))
    source = source_for(NAME, site, page_size=2)
    assert fetched(source, Window(NOW + timedelta(minutes=30), None)) == [order_name(order)]


def test_rows_that_move_while_paging_are_not_lost(site: Sandbox, source: Source, company: Company) -> None:
    """H5, H18."""
    before = names(company)
    site.clock.advance(60)
    site.world(NAME).faults.add("moving_rows", times=None, count=20)
    assert set(fetched(source, EVER)) >= before
    end = NOW + timedelta(seconds=30)
    early = set(fetched(source, Window(None, end)))
    site.world(NAME).faults.clear()
    assert early | set(fetched(source, Window(end, None))) >= before


def test_an_order_that_changes_between_two_reads_is_read_in_one_piece(
    site: Sandbox, source: Source, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H16: header and lines of a raw order belong together."""
    order, added = an_open_order(company), list[int]()
    post = source.api.post

    def post_and_add(url: str, json: Any, **named: Any) -> Any:
        answer = post(url, json, **named)
        if not added and json.get("doctype") == "Purchase Order":
            site.clock.advance(1)
            added.append(site.act(history.add_line, order.id))
        return answer

    monkeypatch.setattr(source.api, "post", post_and_add)
    record = read_one(source, order)
    assert len(record["items"]) == len(order.goods_lines)
    assert record["net_total"] == order.subtotal


def test_an_order_that_is_deleted_between_two_reads_is_absent(
    site: Sandbox, source: Source, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H15, H16: it does not come as an order that has lost its lines."""
    order, gone = an_open_order(company), list[str]()
    post = source.api.post

    def post_and_delete(url: str, json: Any, **named: Any) -> Any:
        answer = post(url, json, **named)
        if not gone and json.get("doctype") == "Purchase Order":
            gone.append(order_name(order))
            site.act(history.delete, order.id)
        return answer

    monkeypatch.setattr(source.api, "post", post_and_delete)
    assert [page.records for page in CONNECTOR.read(source, [order_name(order)])] == [[]]
    assert gone


def test_open_orders_come_however_old(source: Source, company: Company) -> None:
    found = fetched(source, Window(None, NOW, open_only=True))
    wanted = {order_name(order) for order in company.orders.values() if order.is_open}
    assert wanted <= set(found)
    assert len(found) == len(set(found))
    gone = {order_name(o) for o in company.orders.values() if o.stage in ("cancelled", "closed")}
    assert not gone & set(found)


def test_deleted_orders_are_absent_and_told_by_their_tombstones(
    site: Sandbox, source: Source, company: Company
) -> None:
    """H15."""
    order = an_open_order(company)
    site.clock.advance(60)
    site.act(history.delete, order.id)
    assert not [o for page in CONNECTOR.read(source, [order_name(order)]) for o in page.records]
    pages = CONNECTOR.fetch(source, Window(NOW, None))
    assert [name for page in pages for name in page.deleted] == [order_name(order)]


def test_a_deleted_order_that_was_restored_under_another_name_is_deleted(
    company: Company, source_for: SourceFor
) -> None:
    """H15: it comes with its new name, and would be there twice."""
    order = an_open_order(company)
    with sandbox(company, [NAME], Clock(NOW), options={NAME: {"deleted": "restored"}}) as running:
        running.clock.advance(60)
        running.act(history.delete, order.id)
        pages = list(CONNECTOR.fetch(source_for(NAME, running), Window(NOW, None)))
    assert [name for page in pages for name in page.deleted] == [order_name(order)]


def test_a_name_that_was_given_again_is_not_deleted(site: Sandbox, source: Source, company: Company) -> None:
    """Frappe gives the last name of a series again once its document is deleted."""
    order = an_open_order(company)
    site.clock.advance(60)
    site.act(history.delete, order.id)
    company.orders[order.id] = order
    company.version += 1
    pages = CONNECTOR.fetch(source, Window(NOW, None))
    assert [name for page in pages for name in page.deleted] == []


def test_without_the_right_to_deleted_documents_none_are_told(company: Company, source_for: SourceFor) -> None:
    with sandbox(company, [NAME], Clock(NOW), options={NAME: {"deleted": "denied"}}) as running:
        source = source_for(NAME, running)
        assert source.catalogue.details["tells_deletions"] is False
        pages = list(CONNECTOR.fetch(source, Window(NOW - timedelta(days=400), None)))
    assert company.deleted_orders
    assert not any(page.deleted for page in pages)


def test_nothing_changed_costs_few_calls(source: Source) -> None:
    before = source.api.calls
    assert fetched(source, Window(NOW + timedelta(minutes=1), None)) == []
    assert source.api.calls - before <= 6
