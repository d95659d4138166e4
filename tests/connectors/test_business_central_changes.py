"""What changes in Business Central is found: windows, lines, receipts, orders that are read again."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest

from include.orderhouse.connector import Window
from include.orderhouse.connectors.business_central import CONNECTOR
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
from tests.sandbox.dialects.business_central.orders import MOVES_HEADER, is_listed, modified_at
from tests.sandbox.dialects.business_central.values import NO_INSTANT
from tests.sandbox.running import Sandbox, sandbox

__all__ = ["company", "connect", "served"]


@pytest.mark.parametrize("bound", ["start", "end"])
def test_h1_h2_h4_h10_a_window_is_closed_below_and_open_above(connect: SourceFor, company: Company, bound: str) -> None:
    order = an_order(company)
    edge = modified_at(order)
    window = Window(edge, None) if bound == "start" else Window(None, edge)
    assert (key(order) in fetched(connect(undated_orders=False), window)) is (bound == "start")


def test_h10_a_bound_between_two_milliseconds_loses_nothing(connect: SourceFor, company: Company) -> None:
    order = an_order(company)
    edge = order.changed_at(MOVES_HEADER)
    assert edge.microsecond % 1000
    source = connect()
    assert key(order) in fetched(source, Window(edge, None))
    assert key(order) not in fetched(source, Window(None, edge))


def test_adjacent_windows_cover_everything_once(connect: SourceFor, company: Company) -> None:
    source, cut = connect(undated_orders=False), NOW - timedelta(days=20)
    windows = [Window(None, cut), Window(cut, None)]
    assert sorted(found(p for w in windows for p in CONNECTOR.fetch(source, w))) == keys(company.orders.values())


def test_h30_after_any_page_the_rest_is_fetched_and_no_more(connect: SourceFor) -> None:
    source = connect(page_size=23)
    window = Window(NOW - timedelta(days=60), NOW)
    pages = list(CONNECTOR.fetch(source, window))
    for position, page in enumerate(pages[:-1]):
        rest = CONNECTOR.fetch(source, Window(window.start, window.end, resume=page.resume))
        assert found(rest) == found(pages[position + 1 :])


def test_h5_h18_orders_that_move_while_paging_are_not_lost(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    served.world(NAME).faults.add("moving_rows", times=None, path="purchaseOrders", count=30)
    assert set(fetched(connect(page_size=20), EVER)) == set(keys(company.orders.values()))


def test_h9_a_record_of_the_future_is_in_a_window_without_end(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    ahead = served.act(history.create_in_future, seconds=86_400)
    source = connect()
    assert key(company.orders[ahead]) in fetched(source, Window(NOW - timedelta(days=1), None))
    assert key(company.orders[ahead]) not in fetched(source, Window(NOW - timedelta(days=1), NOW))


def test_h11_a_line_whose_amount_changes_is_found(connect: SourceFor, served: Sandbox, company: Company) -> None:
    order = an_order(company)
    served.clock.advance(60)
    served.act(history.change_quantity, order_id=order.id, line_id=order.goods_lines[0].id, quantity=Decimal(7))
    assert fetched(connect(), Window(NOW + timedelta(seconds=30), None)) == [key(order)]


def test_h12_receipts_and_invoices_are_found(connect: SourceFor, served: Sandbox, company: Company) -> None:
    order = an_order(company)
    line = order.goods_lines[0]
    served.clock.advance(60)
    served.act(history.receive, order_id=order.id, line_id=line.id, quantity=Decimal(1))
    assert fetched(connect(), Window(NOW + timedelta(seconds=30), None)) == [key(order)]


def test_h11_a_line_whose_date_alone_changes_is_found_by_reading_open_orders_again(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    order = an_order(company)
    served.clock.advance(60)
    served.act(history.postpone_line, order_id=order.id, line_id=order.goods_lines[0].id, days=3)
    window = Window(NOW + timedelta(seconds=30), None)
    assert fetched(connect(), window) == []
    assert key(order) in fetched(connect(reread_open_orders=True), window)


def test_h12_an_invoice_that_combines_receipts_is_found_by_reading_the_listed_orders_again(
    connect: SourceFor, company: Company
) -> None:
    order = an_order(company)
    with sandbox(company, [NAME], Clock(frozen_at=NOW), options={NAME: {"invoices": "combined"}}) as combining:
        for line in order.goods_lines:
            combining.act(history.receive, order_id=order.id, line_id=line.id, quantity=line.quantity)
        combining.clock.advance(60)
        combining.act(history.invoice, order_id=order.id, line_id=order.goods_lines[0].id, quantity=Decimal("0.5"))
        window = Window(NOW + timedelta(seconds=30), None)
        assert fetched(connect(combining), window) == []
        assert key(order) in fetched(connect(combining, reread_open_orders=True), window)


def test_an_order_flagged_as_received_for_the_lines_of_one_location_is_read_again(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    several = (order for order in company.orders.values() if len(order.goods_lines) > 1 and is_listed(order))
    order = next(o for o in several if o.is_open and not any(line.receipts for line in o.goods_lines))
    received, *others = order.goods_lines
    received.site = None
    for line in others:
        line.site = order.site
    served.act(history.receive, order_id=order.id, line_id=received.id, quantity=received.quantity)
    served.clock.advance(60)
    served.act(history.change_description, order_id=order.id, line_id=received.id, text="new")
    (page,) = CONNECTOR.read(connect(), [key(order)])
    assert page.records[0]["fullyReceived"] is True
    assert key(order) in fetched(connect(reread_open_orders=True), Window(NOW + timedelta(seconds=30), None))


def test_what_is_read_again_is_not_counted_beside_what_other_questions_find(connect: SourceFor) -> None:
    source, window = connect(reread_open_orders=True), Window(NOW - timedelta(days=90), None)
    told = sum(page.expected or 0 for page in CONNECTOR.fetch(source, window))
    assert 0 < told <= len(set(fetched(source, window)))


def test_h13_orders_without_modification_time_are_found_by_their_date(connect: SourceFor, company: Company) -> None:
    since = NOW - timedelta(days=90)
    undated = [o for o in company.orders.values() if o.lacks_modified_at and is_listed(o) and o.created_at >= since]
    assert undated
    assert {modified_at(order) for order in undated} == {NO_INSTANT}
    assert {key(order) for order in undated} <= set(fetched(connect(), Window(since, NOW)))
    assert not {key(o) for o in undated} & set(fetched(connect(undated_orders=False), Window(since, NOW)))


@pytest.mark.parametrize(("hours", "is_found"), [(-36, False), (-12, True), (36, True), (60, False)])
def test_h1_an_order_date_is_a_day_of_any_time_zone(
    connect: SourceFor, company: Company, hours: int, is_found: bool
) -> None:
    """A window that begins, or ends, so long after the day's beginning in UTC."""
    order = next(order for order in company.orders.values() if order.lacks_modified_at and is_listed(order))
    bound = datetime.combine(order.order_date, time(), UTC) + timedelta(hours=hours)
    window = Window(bound, None) if hours > 0 else Window(bound - timedelta(days=9), bound)
    assert (key(order) in fetched(connect(), window)) is is_found


def test_open_orders_come_however_old_they_are(connect: SourceFor, company: Company) -> None:
    orders = [order for order in company.orders.values() if order.lacks_modified_at or modified_at(order) < NOW]
    assert fetched(connect(), Window(NOW - timedelta(days=1), NOW, open_only=True)) == keys(orders)
