"""Odoo: what changed, however it changed, and what is still open."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connector import Source, Window
from include.orderhouse.connectors.odoo import CONNECTOR
from include.orderhouse.connectors.odoo.values import line as of_line
from include.orderhouse.connectors.odoo.values import order as of_order
from include.orderhouse.errors import CountMismatch, FilterIgnored
from tests.connectors.conftest import SourceFor
from tests.connectors.odoo_server import EVER, NAME, NOW, VERSIONS, a_sent_order, company, fetched, odoo, source
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialects.odoo.orders import invoice_status, written_at
from tests.sandbox.running import Sandbox, sandbox
from tests.truth.odoo import expected_orders

__all__ = ["company", "odoo", "source"]


def test_a_window_is_closed_at_its_start_and_open_at_its_end(source: Source, company: Company) -> None:
    """H1, H2, H4, H10: adjoining windows hold every order once, also those of one second."""
    moved = sorted(written_at(order) for order in company.orders.values() if not order.lacks_modified_at)
    middle = moved[len(moved) // 2]
    first = [order for page in CONNECTOR.fetch(source, Window(None, middle)) for order in page.records]
    second = [order for page in CONNECTOR.fetch(source, Window(middle, None)) for order in page.records]
    cut = middle.replace(microsecond=0)
    dated = {order.id: written_at(order) for order in company.orders.values() if not order.lacks_modified_at}
    assert {order["id"] for order in first if order["write_date"]} == {n for n, at in dated.items() if at < cut}
    assert {n for n, at in dated.items() if at >= cut} <= {order["id"] for order in second}


def test_orders_without_a_modification_time_come_by_their_creation(source: Source, company: Company) -> None:
    """H13, H14: write_date is NULL on rows of an old import."""
    undated = {order.id: order.created_at for order in company.orders.values() if order.lacks_modified_at}
    assert undated
    order_id, created_at = next(iter(undated.items()))
    at = created_at.replace(microsecond=0)
    assert order_id in fetched(source, Window(at, at + timedelta(seconds=1)))
    assert order_id not in fetched(source, Window(at + timedelta(days=1000), None))
    scanned = {key.source_order_id: key.source_modified_at for page in CONNECTOR.scan(source) for key in page.keys}
    assert scanned[str(order_id)] == at


def test_a_change_of_a_line_alone_is_found(odoo: Sandbox, source: Source, company: Company) -> None:
    """H11: the description of a line moves the line, not the header."""
    order = a_sent_order(company)
    odoo.act(history.change_description, order.id, order.goods_lines[0].id, "Another text")
    window = Window(NOW, NOW + timedelta(seconds=1))
    found = [found for page in CONNECTOR.fetch(source, window) for found in page.records if found["id"] == order.id]
    assert [line["name"] for line in found[0]["order_line"] if line["id"] == order.goods_lines[0].id] == [
        "Another text"
    ]
    assert found[0]["write_date"] < "2026-10-01"


def test_a_corrected_receipt_is_found(odoo: Sandbox, source: Source, company: Company) -> None:
    """H12: a done receipt that is corrected moves the line, not the header."""
    order = a_sent_order(company)
    line = order.goods_lines[0]
    odoo.act(history.receive, order.id, line.id, Decimal(1))
    odoo.clock.advance(3600)
    odoo.act(history.correct_receipt, order.id, line.id, Decimal("0.5"))
    assert order.id in fetched(source, Window(NOW + timedelta(minutes=30), None))


def test_an_order_whose_header_and_lines_changed_comes_once(odoo: Sandbox, source: Source, company: Company) -> None:
    order = a_sent_order(company)
    odoo.act(history.change_quantity, order.id, order.goods_lines[0].id, Decimal(7))
    assert fetched(source, Window(NOW, None)).count(order.id) == 1


def test_rows_that_move_while_paging_are_not_lost(odoo: Sandbox, source: Source, company: Company) -> None:
    """H5, H18: pages go by id within the window, so nothing jumps over the page being read."""
    before = set(company.orders)
    odoo.clock.advance(60)
    odoo.world(NAME).faults.add("moving_rows", times=None, count=20)
    assert set(fetched(source, EVER)) >= before
    end = NOW + timedelta(seconds=30)
    early = set(fetched(source, Window(None, end)))
    odoo.world(NAME).faults.clear()
    assert early | set(fetched(source, Window(end, None))) >= before


def test_a_line_added_between_two_reads_is_read_again(
    odoo: Sandbox, source: Source, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H16: an order is handed over only with the lines its header lists."""
    order = a_sent_order(company)
    post, added = source.api.post, list[int]()

    def post_and_add(*told: Any, **named: Any) -> Any:
        answer = post(*told, **named)
        if not added:
            added.append(odoo.act(history.add_line, order.id))
        return answer

    monkeypatch.setattr(source.api, "post", post_and_add)
    record = next(iter(CONNECTOR.read(source, [str(order.id)]))).records[0]
    assert added[0] in {line["id"] for line in record["order_line"]}
    assert record["amount_untaxed"] == order.subtotal + order.charges_amount


def test_an_order_whose_lines_are_hidden_is_no_whole_order(source: Source, odoo: Sandbox) -> None:
    odoo.world(NAME).faults.add("retyped_field", times=None, field="order_line", value=[1, 2, 3])
    with pytest.raises(CountMismatch, match="list other lines"):
        fetched(source, EVER)


def test_a_server_that_ignores_the_domain_does_not_loop(odoo: Sandbox, source: Source) -> None:
    """H19, H27."""
    odoo.world(NAME).faults.add("ignore_filter", times=None)
    with pytest.raises((FilterIgnored, CountMismatch)):
        fetched(source, EVER)


def test_open_orders_come_however_old(source: Source, company: Company) -> None:
    wanted = {order.id for order in company.orders.values() if order.is_open}
    found = fetched(source, Window(None, NOW, open_only=True))
    assert wanted <= set(found)
    assert len(found) == len(set(found))
    gone = {order.id for order in company.orders.values() if order.stage in ("cancelled", "rejected")}
    assert not gone & set(found)
    locked = {order.id: invoice_status(order) for order in company.orders.values() if order.stage == "closed"}
    assert {locked[number] for number in locked.keys() & set(found)} == {"to invoice"}
    assert "to invoice" not in {locked[number] for number in locked.keys() - set(found)}


@pytest.mark.parametrize("version", VERSIONS)
def test_open_orders_come_of_a_company_that_locks_all_as_it_confirms_them(
    company: Company, source_for: SourceFor, version: str
) -> None:
    play = {"version": version, "locking": "DE01"}
    with sandbox(company, [NAME], Clock(NOW), options={NAME: play}) as running:
        pages = list(CONNECTOR.fetch(source_for(NAME, running, page_size=40), Window(None, NOW, open_only=True)))
    records = [order for page in pages for order in page.records]
    told = {order["id"]: (order["company_id"]["po_lock"], of_order.status(order) == "locked") for order in records}
    orders = company.orders.values()
    assert {order.id for order in orders if order.is_open} <= told.keys()
    assert not {order.id for order in orders if order.stage in ("cancelled", "rejected")} & told.keys()
    closed = [order for order in orders if order.stage == "closed" and order.entity != "DE01"]
    assert not {order.id for order in closed if invoice_status(order) != "to invoice"} & told.keys()
    assert set(told.values()) == {("lock", False), ("edit", False)}


def test_an_order_of_which_every_receipt_was_cancelled_is_closed(
    odoo: Sandbox, source: Source, company: Company
) -> None:
    order = a_sent_order(company, of_goods_alone=True)
    for line in order.goods_lines:
        odoo.act(history.cancel_line, order.id, line.id)
    record = next(iter(CONNECTOR.read(source, [str(order.id)]))).records[0]
    assert (record["receipt_status"], record["picking_ids"]) == (False, [order.id])
    assert of_order.status(record) == "purchase, not received"
    assert all(of_line.is_closed(line) for line in record["order_line"] if not line["display_type"])
    truth = expected_orders(company)[str(order.id)]
    assert (truth["status"], {line["is_closed"] for line in truth["lines"]}) == ("closed", {True})
