"""What changes in NetSuite is found: windows to the second, lines that change alone, orders without a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from include.orderhouse.connector import Window
from include.orderhouse.connectors.netsuite import CONNECTOR
from tests.connectors.conftest import SourceFor
from tests.connectors.netsuite_account import (
    EVER,
    NAME,
    NOW,
    an_order,
    changed_at,
    company,
    connect,
    fetched,
    found,
    keys,
    one,
    served,
    serving,
)
from tests.sandbox import history
from tests.sandbox.company import Company
from tests.sandbox.dialects import netsuite as dialect
from tests.sandbox.dialects.netsuite.orders import HEADER_MOVES
from tests.sandbox.running import Sandbox, sandbox

__all__ = ["company", "connect", "served"]


@pytest.mark.parametrize("bound", ["start", "end"])
def test_h2_h4_h14_a_window_is_closed_below_and_open_above(connect: SourceFor, company: Company, bound: str) -> None:
    edge = changed_at(max(company.orders.values(), key=lambda order: (not order.lacks_modified_at, changed_at(order))))
    siblings = {str(o.id) for o in company.orders.values() if changed_at(o) == edge and not o.lacks_modified_at}
    window = Window(edge, None) if bound == "start" else Window(None, edge)
    assert siblings & set(fetched(connect(), window)) == (siblings if bound == "start" else set())


def test_h10_a_bound_between_two_seconds_loses_nothing(connect: SourceFor, company: Company) -> None:
    order = an_order(company)
    cut = order.changed_at(HEADER_MOVES)
    assert cut.microsecond
    source = connect()
    assert str(order.id) in fetched(source, Window(cut, None))
    assert str(order.id) in fetched(source, Window(None, cut + timedelta(microseconds=1)))


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles"])
def test_h1_the_accounts_time_zone_moves_neither_instants_nor_windows(
    connect: SourceFor, company: Company, zone: str
) -> None:
    order = an_order(company)
    with serving(company, time_zone=zone) as elsewhere:
        source = connect(elsewhere)
        assert one(source, order)["lastmodifieddate"] == f"{changed_at(order):%Y-%m-%dT%H:%M:%SZ}"
        assert one(source, order)["trandate"] == order.order_date.isoformat()
        window = Window(changed_at(order), changed_at(order) + timedelta(seconds=1))
        assert str(order.id) in fetched(source, window)


def test_adjacent_windows_cover_everything(connect: SourceFor, company: Company) -> None:
    source, cut = connect(), NOW - timedelta(days=20)
    both = [*fetched(source, Window(None, cut)), *fetched(source, Window(cut, None))]
    assert set(both) == set(keys(company.orders.values()))


def test_h30_after_any_page_the_rest_is_fetched_and_no_more(connect: SourceFor) -> None:
    source = connect(page_size=23)
    window = Window(NOW - timedelta(days=60), NOW)
    pages = list(CONNECTOR.fetch(source, window))
    assert len(pages) > 3
    for position, page in enumerate(pages[:-1]):
        rest = list(CONNECTOR.fetch(source, replace(window, resume=page.resume)))
        assert found(rest) == found(pages[position + 1 :])
        assert rest[0].expected is None


def test_h5_h18_orders_that_move_while_paging_are_not_lost(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    source = connect(page_size=20)
    served.world(NAME).faults.add("moving_rows", times=20, path="suiteql", count=30)
    assert set(fetched(source, EVER)) == set(keys(company.orders.values()))


def test_h2_many_orders_of_one_second_are_paged_by_id(connect: SourceFor, served: Sandbox, company: Company) -> None:
    served.clock.advance(60)
    together = list(company.orders)[:70]
    served.act(history.touch_all, order_ids=together)
    dated = [order_id for order_id in together if not company.orders[order_id].lacks_modified_at]
    assert fetched(connect(page_size=9), Window(NOW + timedelta(seconds=30), None)) == sorted(map(str, dated))


def test_h9_a_record_of_the_future_is_in_a_window_without_end(connect: SourceFor, served: Sandbox) -> None:
    ahead = served.act(history.create_in_future, seconds=86_400)
    source = connect()
    assert str(ahead) in fetched(source, Window(NOW - timedelta(days=1), None))
    assert str(ahead) not in fetched(source, Window(NOW - timedelta(days=1), NOW))


def test_h3_an_order_that_commits_late_is_in_a_window_that_overlaps(connect: SourceFor, served: Sandbox) -> None:
    source = connect()
    late = served.act(history.create_late, seconds=60)
    window = Window(NOW - timedelta(minutes=10), None)
    assert str(late) not in fetched(source, window)
    served.clock.advance(61)
    assert str(late) in fetched(source, window)


def test_h11_h12_a_line_that_changes_alone_is_found_where_lines_tell_their_time(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    order = an_order(company)
    line = order.goods_lines[0]
    served.act(history.receive, order_id=order.id, line_id=line.id, quantity=Decimal(1))
    before = one(connect(), order)["lastmodifieddate"]
    served.clock.advance(60)
    served.act(history.correct_receipt, order_id=order.id, line_id=line.id, quantity=Decimal(2))
    assert one(connect(), order)["lastmodifieddate"] == before
    (page,) = (page for page in CONNECTOR.fetch(connect(), Window(NOW + timedelta(seconds=30), None)) if page.records)
    assert (found([page]), page.is_reread) == ([str(order.id)], True), "its own time lies before the window"
    lacking = {NAME: {"absent": "transactionline.linelastmodifieddate"}}
    with sandbox(company, [NAME], served.clock, options=lacking) as silent:
        assert fetched(connect(silent), Window(NOW + timedelta(seconds=30), None)) == []


def test_an_order_whose_header_and_lines_changed_comes_once(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    order = an_order(company)
    served.clock.advance(60)
    line = order.goods_lines[0]
    served.act(history.change_quantity, order_id=order.id, line_id=line.id, quantity=Decimal(7))
    source, window = connect(), Window(NOW + timedelta(seconds=30), None)
    (row,) = (row for row in one(source, order)["lines"] if row["id"] == str(line.id))
    assert row["linelastmodifieddate"] == one(source, order)["lastmodifieddate"]
    assert fetched(source, window) == [str(order.id)]


def test_h13_orders_without_modification_time_count_by_their_creation(connect: SourceFor, company: Company) -> None:
    undated = [order for order in company.orders.values() if order.lacks_modified_at]
    assert undated
    with serving(company, absent="transactionline.linelastmodifieddate") as running:
        source = connect(running)
        for order in undated:
            created = order.created_at
            assert "lastmodifieddate" not in one(source, order)
            assert str(order.id) in fetched(source, Window(created, created + timedelta(seconds=1)))


@pytest.mark.parametrize("status", ["bare", "prefixed"])
def test_open_orders_come_however_old_they_are(connect: SourceFor, company: Company, status: str) -> None:
    unfinished = [o for o in company.orders.values() if dialect.orders.status(o) not in ("G", "H")]
    expected = [order for order in unfinished if order.lacks_modified_at or changed_at(order) < NOW]
    with serving(company, status=status) as running:
        assert fetched(connect(running), Window(None, NOW, open_only=True)) == keys(expected)
    assert {order.id for order in company.orders.values() if order.is_open} <= {order.id for order in unfinished}
