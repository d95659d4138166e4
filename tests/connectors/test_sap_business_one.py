"""Reading SAP Business One over real HTTP: windows, pages, changes, deletions."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from include.orderhouse.connector import Window
from include.orderhouse.connectors.sap_business_one import CONNECTOR
from include.orderhouse.errors import FilterIgnored
from tests.connectors.conftest import SourceFor
from tests.connectors.sap_business_one_server import (
    EVER,
    NAME,
    NOW,
    QUIET,
    an_order,
    company,
    connect,
    fetched,
    found,
    keys,
    play,
    receive_all,
    served,
    still,
)
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.dialects.sap_business_one.lines import is_special, line_number
from tests.sandbox.dialects.sap_business_one.orders import modified_at
from tests.sandbox.generate import generate
from tests.sandbox.masters import PaymentTerm
from tests.sandbox.running import Sandbox, sandbox

__all__ = ["company", "connect", "play", "served", "still"]


def test_discovery_tells_the_company_its_currency_and_the_sources_time(connect: SourceFor, still: Sandbox) -> None:
    source = connect(still)
    assert source.catalogue.scope == ("SBO_ORCHARD",)
    assert source.catalogue.details["company"]["LocalCurrency"] == "$"
    assert source.catalogue.details["names"]["Currencies"]["$"]["DocumentsCode"] == "USD"
    assert source.api.source_time == NOW.replace(microsecond=0)


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("play", [{}, {"links": "whole"}, {"page_cap": "7"}])
def test_h18_every_order_comes_once_whatever_the_next_links_lose(
    connect: SourceFor, still: Sandbox, version: str, play: dict[str, str]
) -> None:
    company = still.company
    with sandbox(company, [NAME], Clock(frozen_at=NOW), options={NAME: play}) as playing:
        source = connect(playing, version=version)
        since = Window(NOW - timedelta(days=60), None)
        assert fetched(source, EVER) == keys(company.orders.values())
        changed = [o for o in company.orders.values() if (at := modified_at(o, {})) and at >= since.start]
        assert set(keys(changed)) <= set(fetched(connect(playing, version=version, **QUIET), since))
        assert not any("skip" in record.query for record in playing.world(NAME).log.records)


def test_the_sources_own_count_is_told_with_the_last_page(connect: SourceFor, still: Sandbox) -> None:
    pages = list(CONNECTOR.fetch(connect(still), EVER))
    assert [page.expected for page in pages] == [None] * 7 + [150]
    assert max(len(page.records) for page in pages) == 20
    assert pages[-1].resume is None


def test_an_order_is_whole_with_vendor_terms_items_receipts_and_invoices(connect: SourceFor, still: Sandbox) -> None:
    records = {r["DocEntry"]: r for page in CONNECTOR.fetch(connect(still), EVER) for r in page.records}
    for order in still.company.orders.values():
        record = records[order.id]
        goods = [line for line in record["Lines"] if "LineText" not in line]
        assert record["Vendor"]["CardCode"] == order.vendor
        assert record["Branch"]["BPLName"] == still.company.entity_of(order).name
        assert [line["LineNum"] for line in goods] == [
            line_number(line) for line in order.lines if not is_special(line)
        ]
        for line, raw in zip(order.goods_lines, goods, strict=True):
            assert raw["Item"]["ItemCode"] == line.item
            assert sum(receipt["Quantity"] for receipt in raw["Receipts"]) == line.quantity_received
            assert sum(invoice["Quantity"] for invoice in raw["Invoices"]) == line.quantity_invoiced


def test_h25_amounts_of_eighteen_digits_are_exact(connect: SourceFor, still: Sandbox) -> None:
    huge = max(still.company.orders.values(), key=lambda order: order.total if order.currency == "USD" else 0)
    (page,) = CONNECTOR.read(connect(still), [str(huge.id)])
    assert len(huge.total.as_tuple().digits) >= 15
    assert page.records[0]["DocTotal"] == huge.total


def test_h30_after_any_page_the_rest_is_fetched_and_no_more(connect: SourceFor, served: Sandbox) -> None:
    source = connect(served, page_size=13)
    for window in (Window(NOW - timedelta(days=60), NOW), Window(NOW - timedelta(days=9), None), EVER):
        pages = list(CONNECTOR.fetch(source, window))
        assert len(pages) > 4
        for position, page in enumerate(pages[:-1]):
            rest = list(CONNECTOR.fetch(source, Window(window.start, window.end, resume=page.resume)))
            assert found(rest) == found(pages[position + 1 :])
            assert [p.expected for p in rest] == [p.expected for p in pages[position + 1 :]]


def test_h5_h18_orders_that_move_while_paging_are_not_lost(connect: SourceFor, served: Sandbox) -> None:
    served.world(NAME).faults.add("moving_rows", times=None, path="PurchaseOrders", count=20)
    assert set(fetched(connect(served, page_size=7), EVER)) == set(keys(served.company.orders.values()))


def test_h9_a_record_of_the_future_is_in_a_window_without_end(connect: SourceFor, served: Sandbox) -> None:
    ahead = str(served.act(history.create_in_future, seconds=3 * 86_400))
    source = connect(served, **QUIET)
    assert ahead in fetched(source, Window(NOW - timedelta(days=1), None))
    assert ahead not in fetched(source, Window(NOW - timedelta(days=1), NOW))


def test_h11_a_line_of_which_only_the_text_changes_is_found(connect: SourceFor, served: Sandbox) -> None:
    order = an_order(served.company)
    window = Window(NOW, None)
    assert str(order.id) not in fetched(connect(served, **QUIET), window)
    served.clock.advance(60)
    served.act(history.change_description, order_id=order.id, line_id=order.goods_lines[0].id, text="Another text")
    assert str(order.id) in fetched(connect(served, **QUIET), window)


@pytest.mark.parametrize("receipts", ["move", "leave"])
def test_h12_a_receipt_that_closes_an_order_is_found_whether_or_not_it_moves_its_update_date(
    connect: SourceFor, receipts: str
) -> None:
    company = generate(6, orders=60, now=NOW)
    with sandbox(company, [NAME], Clock(frozen_at=NOW), options={NAME: {"receipts": receipts}}) as served:
        order = an_order(company)
        served.clock.advance(60)
        receive_all(served, order)
        for settings in ({}, QUIET):
            records = [r for p in CONNECTOR.fetch(connect(served, **settings), Window(NOW, None)) for r in p.records]
            (record,) = (record for record in records if record["DocEntry"] == order.id)
            assert record["DocumentStatus"] == "bost_Close"
            assert record["UpdateDate"] < "2026-10-01" or receipts == "move"


def test_h12_a_receipt_of_a_window_brings_its_order_though_that_was_saved_after_the_window(
    connect: SourceFor, served: Sandbox
) -> None:
    order, window = an_order(served.company), Window(NOW, NOW + timedelta(days=1))
    served.clock.advance(60)
    receive_all(served, order)
    served.clock.advance(5 * 86_400)
    served.act(history.touch, order_id=order.id)
    assert str(order.id) in fetched(connect(served, **QUIET), window)
    assert str(order.id) not in fetched(connect(served, **QUIET, read_drawn_documents=False), window)


def test_h12_an_invoice_over_received_goods_is_found(connect: SourceFor, served: Sandbox) -> None:
    order = an_order(served.company)
    receive_all(served, order)
    served.clock.advance(5 * 86_400)
    window = Window(served.clock.now(), None)
    assert str(order.id) not in fetched(connect(served, **QUIET), window)
    line = order.goods_lines[0]
    served.act(history.invoice, order_id=order.id, line_id=line.id, quantity=line.quantity)
    assert str(order.id) in fetched(connect(served, **QUIET), window)


def test_h12_without_drawn_documents_open_orders_are_read_again(connect: SourceFor, served: Sandbox) -> None:
    order = an_order(served.company)
    served.clock.advance(60)
    served.act(history.receive, order_id=order.id, line_id=order.goods_lines[0].id, quantity=Decimal("0.001"))
    window, settings = Window(NOW, None), {"read_drawn_documents": False}
    assert str(order.id) in fetched(connect(served, **settings), window)
    assert str(order.id) not in fetched(connect(served, **settings, **QUIET), window)
    ended = Window(NOW - timedelta(days=1), NOW)
    assert str(order.id) not in fetched(connect(served, **settings), ended), "the newest window reads them"


def test_h13_orders_without_update_date_are_found_by_their_creation(connect: SourceFor, served: Sandbox) -> None:
    undated = served.company.orders[served.act(history.create)]
    undated.lacks_modified_at = True
    served.act(lambda company, clock: company.note_silently(undated))
    window = Window(NOW - timedelta(hours=1), None)
    assert str(undated.id) in fetched(connect(served, reread_open_orders=False), window)
    assert str(undated.id) not in fetched(connect(served, **QUIET), window)


def test_open_orders_come_however_old_they_are(connect: SourceFor, still: Sandbox) -> None:
    window = Window(NOW - timedelta(days=1), NOW, open_only=True)
    records = [r for page in CONNECTOR.fetch(connect(still), window) for r in page.records]
    assert {record["DocumentStatus"] for record in records} == {"bost_Open"}
    waiting = [o for o in still.company.orders.values() if o.is_open and any(line.quantity_open for line in o.lines)]
    assert waiting
    assert set(keys(waiting)) <= {str(record["DocEntry"]) for record in records}


def test_a_name_that_is_newer_than_the_catalogue_is_asked_for(connect: SourceFor, served: Sandbox) -> None:
    source, order = connect(served), an_order(served.company)
    order.payment_term = "NET10"
    served.company.payment_terms["NET10"] = PaymentTerm("NET10", "Net 10 days", 10)
    served.act(history.touch, order_id=order.id)
    (page,) = CONNECTOR.read(source, [str(order.id)])
    assert page.records[0]["PaymentTerms"]["PaymentTermsGroupName"] == "Net 10 days"


def test_reading_by_key_gives_what_exists_and_leaves_out_what_is_gone(connect: SourceFor, served: Sandbox) -> None:
    wanted = keys(served.company.orders.values())
    served.act(history.delete, order_id=int(wanted[0]))
    assert found(CONNECTOR.read(connect(served), [*wanted, "999999", "PO-7"])) == wanted[1:]


def test_h15_h17_a_scan_tells_every_key_and_the_sources_count(connect: SourceFor, still: Sandbox) -> None:
    zone = "America/Los_Angeles"
    with sandbox(still.company, [NAME], Clock(frozen_at=NOW), options={NAME: {"time_zone": zone}}) as local:
        scanned = list(CONNECTOR.scan(connect(local, time_zone=zone)))
    told = {entry.source_order_id: entry.source_modified_at for page in scanned for entry in page.keys}
    assert told == {str(order.id): modified_at(order, {}) for order in still.company.orders.values()}
    assert [page.expected for page in scanned if page.expected is not None] == [150]


def test_h16_a_deleted_line_is_absent_and_the_others_keep_their_keys(connect: SourceFor, served: Sandbox) -> None:
    order = next(o for o in served.company.orders.values() if o.is_open and len(o.goods_lines) > 2)
    before = [line_number(line) for line in order.goods_lines]
    served.act(history.delete_line, order_id=order.id, line_id=order.goods_lines[1].id)
    (page,) = CONNECTOR.read(connect(served), [str(order.id)])
    told = [line["LineNum"] for line in page.records[0]["Lines"] if "LineText" not in line]
    assert told == [before[0], *before[2:]]


def test_h27_a_filter_that_is_ignored_ends_the_read(connect: SourceFor, served: Sandbox) -> None:
    served.world(NAME).faults.add("ignore_filter", times=None, path="PurchaseOrders")
    with pytest.raises(FilterIgnored, match="came again"):
        fetched(connect(served, **QUIET), Window(NOW - timedelta(days=30), None))
