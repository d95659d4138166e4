"""What changes in Xero is found: windows to the millisecond, lines, deletions, orders that are read again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connector import Window
from include.orderhouse.connectors.xero import CONNECTOR
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
    one,
    serve,
    served,
)
from tests.sandbox import history
from tests.sandbox.company import Company
from tests.sandbox.dialects.xero.orders import status
from tests.sandbox.running import Sandbox

__all__ = ["company", "connect", "served"]


@pytest.mark.parametrize("since", ["inclusive", "exclusive"])
@pytest.mark.parametrize("bound", ["start", "end"])
def test_h2_h4_a_window_is_closed_below_and_open_above(
    connect: SourceFor, company: Company, bound: str, since: str
) -> None:
    """Whether or not If-Modified-Since leaves out its own instant."""
    edge = changed_at(an_order(company))
    siblings = {key(company, order) for order in company.orders.values() if changed_at(order) == edge}
    window = Window(edge, None) if bound == "start" else Window(None, edge)
    with serve(company, since=since) as running:
        got = set(fetched(connect(running), window))
    assert siblings & got == (siblings if bound == "start" else set())


@pytest.mark.parametrize("since", ["inclusive", "exclusive"])
def test_h10_a_start_between_two_milliseconds_loses_nothing(connect: SourceFor, company: Company, since: str) -> None:
    order = an_order(company)
    with serve(company, since=since) as running:
        source = connect(running)
        assert key(company, order) in fetched(source, Window(changed_at(order), None))
        window = Window(changed_at(order) + timedelta(milliseconds=1), None)
        assert key(company, order) not in fetched(source, window)


@pytest.mark.parametrize("since", ["inclusive", "exclusive"])
def test_h10_a_bound_within_a_millisecond_parts_windows_without_a_gap(
    connect: SourceFor, company: Company, since: str
) -> None:
    """Xero tells milliseconds: what was saved in the rest of one is told as of its beginning."""
    order = an_order(company)
    bound = changed_at(order) + timedelta(microseconds=400)
    with serve(company, since=since) as running:
        source = connect(running)
        assert key(company, order) in fetched(source, Window(bound, None))
        assert key(company, order) not in fetched(source, Window(None, bound))


def test_h17_orders_of_the_second_before_are_no_part_of_the_count(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    """The header is told in whole seconds, one less than asked for, so that answers begin before the window."""
    before, *others = [order.id for order in company.orders.values() if order.is_open][:4]
    served.clock.advance(60.2)
    served.act(history.touch_all, order_ids=[before])
    served.clock.advance(0.5)
    start = served.clock.now()
    served.act(history.touch_all, order_ids=others)
    pages = list(CONNECTOR.fetch(connect(), Window(start, None)))
    assert found(pages) == keys(company, [company.orders[number] for number in others])
    assert sum(page.expected or 0 for page in pages) == 3


def test_h17_more_orders_of_the_second_before_than_a_page_holds_leave_the_count_unknown(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    entity = an_order(company).entity
    *before, last = [order.id for order in company.orders.values() if order.entity == entity][:8]
    served.clock.advance(60.2)
    served.act(history.touch_all, order_ids=before)
    served.clock.advance(0.5)
    start = served.clock.now()
    served.act(history.touch_all, order_ids=[last])
    source = connect(page_size=5, tenants=(company.entities[entity].name,))
    pages = list(CONNECTOR.fetch(source, Window(start, None)))
    assert found(pages) == keys(company, [company.orders[last]])
    assert {page.expected for page in pages} == {None}


def test_the_header_is_told_in_iso_form_and_utc(connect: SourceFor, served: Sandbox) -> None:
    """Xero answers every order, or refuses, where it is told a ``/Date()/``."""
    start = datetime(2026, 9, 30, 23, 30, 15, tzinfo=UTC).astimezone()
    fetched(connect(), Window(start, None))
    assert any("since=2026-09-30T23:30:14 " in record.note for record in served.world(NAME).log.records)


def test_adjacent_windows_cover_everything(connect: SourceFor, company: Company) -> None:
    source, cut_at = connect(), NOW - timedelta(days=20)
    before = list(CONNECTOR.fetch(source, Window(None, cut_at)))
    assert {page.expected for page in before} == {None}, "Xero counts what lies behind a window's end, too"
    both = [*found(before), *fetched(source, Window(cut_at, None))]
    assert set(both) == set(keys(company))
    assert len(both) == len(set(both))


@pytest.mark.parametrize("since", ["inclusive", "exclusive"])
def test_h30_after_any_page_the_rest_is_fetched_and_no_more(connect: SourceFor, company: Company, since: str) -> None:
    with serve(company, since=since) as running:
        source = connect(running, page_size=7, reread_open_orders=True)
        window = Window(NOW - timedelta(days=60), None)
        pages = list(CONNECTOR.fetch(source, window))
        assert len(pages) > 6
        for position, page in enumerate(pages[:-1]):
            rest = list(CONNECTOR.fetch(source, replace(window, resume=page.resume)))
            assert found(rest) == found(pages[position + 1 :])


def test_h5_h18_orders_that_move_while_paging_are_not_lost(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    source = connect(page_size=10)
    served.world(NAME).faults.add("moving_rows", times=20, path="PurchaseOrders", count=40)
    assert set(fetched(source, EVER)) == set(keys(company))


@pytest.mark.parametrize("since", ["inclusive", "exclusive"])
def test_h2_h18_more_orders_of_one_second_than_a_page_holds_are_read_to_their_end(
    connect: SourceFor, company: Company, since: str
) -> None:
    with serve(company, since=since) as running:
        running.clock.advance(60)
        together = list(company.orders)[:70]
        running.act(history.touch_all, order_ids=together)
        window = Window(NOW + timedelta(seconds=30), None)
        pages = list(CONNECTOR.fetch(connect(running, page_size=9), window))
    assert found(pages) == keys(company, [company.orders[number] for number in together])
    assert sum(page.expected or 0 for page in pages) == 70


@pytest.mark.parametrize("since", ["inclusive", "exclusive"])
def test_h18_orders_of_two_seconds_in_a_row_come_exactly_once(connect: SourceFor, company: Company, since: str) -> None:
    """Each page begins a second before the last row: what was read of that second stands in it again."""
    first, second = list(company.orders)[:20], list(company.orders)[20:40]
    start = NOW.replace(microsecond=0) + timedelta(seconds=1)
    with serve(company, since=since) as running:
        for together, at in ((first, start), (second, start + timedelta(seconds=1))):
            running.clock.set(at)
            running.act(history.touch_all, order_ids=together)
        pages = list(CONNECTOR.fetch(connect(running, page_size=7), Window(start, None)))
    assert found(pages) == keys(company, [company.orders[number] for number in (*first, *second)])


def test_h18_orders_of_one_second_that_move_while_paging_are_not_lost(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    served.clock.advance(60)
    together = list(company.orders)[:70]
    served.act(history.touch_all, order_ids=together)
    served.clock.advance(60)
    source = connect(page_size=5)
    served.world(NAME).faults.add("moving_rows", times=6, path="PurchaseOrders", after=8, value=together[:60])
    got = set(fetched(source, Window(NOW + timedelta(seconds=30), None)))
    assert got == set(keys(company, [company.orders[number] for number in together]))


@pytest.mark.parametrize("unchanged", ["304", "empty"])
def test_nothing_changed_is_no_error_whether_told_by_304_or_an_empty_page(
    connect: SourceFor, company: Company, unchanged: str
) -> None:
    with serve(company, unchanged=unchanged) as running:
        source = connect(running)
        pages = list(CONNECTOR.fetch(source, Window(NOW + timedelta(days=1), None)))
    assert [(page.records, page.expected) for page in pages] == [([], 0), ([], 0)]


def test_h9_a_record_of_the_future_is_in_a_window_without_end(connect: SourceFor, served: Sandbox) -> None:
    ahead = key(served.company, served.company.orders[served.act(history.create_in_future, seconds=86_400.0)])
    source = connect()
    assert ahead in fetched(source, Window(NOW - timedelta(days=1), None))
    assert ahead not in fetched(source, Window(NOW - timedelta(days=1), NOW))


def test_h11_a_change_of_a_line_alone_moves_the_order(connect: SourceFor, served: Sandbox, company: Company) -> None:
    order = an_order(company)
    line = order.goods_lines[0]
    acts: list[tuple[Callable[..., Any], dict[str, Any]]] = [
        (history.change_description, {"line_id": line.id, "text": "Other text"}),
        (history.add_note, {"text": "A note"}),
        (history.invoice, {"line_id": line.id, "quantity": Decimal(1)}),
    ]
    for act, details in acts:
        served.clock.advance(60)
        since = served.clock.now() - timedelta(seconds=30)
        served.act(act, order_id=order.id, **details)
        assert fetched(connect(), Window(since, None)) == [key(company, order)]
    assert one(connect(), company, order)["Status"] == "BILLED"


def test_h11_lines_that_do_not_move_the_order_are_found_by_reading_open_orders_again(
    connect: SourceFor, company: Company
) -> None:
    order = an_order(company)
    with serve(company, lines_move="no") as running:
        running.clock.advance(60)
        running.act(history.change_description, order_id=order.id, line_id=order.goods_lines[0].id, text="Other text")
        window = Window(NOW + timedelta(seconds=30), None)
        assert fetched(connect(running), window) == []
        got = fetched(connect(running, reread_open_orders=True), window)
    opened = [o for o in company.orders.values() if status(o) in ("DRAFT", "SUBMITTED", "AUTHORISED")]
    assert got == keys(company, opened)


@pytest.mark.parametrize("start", [None, NOW - timedelta(days=20)])
def test_open_orders_that_are_read_again_come_once(
    connect: SourceFor, company: Company, start: datetime | None
) -> None:
    pages = list(CONNECTOR.fetch(connect(reread_open_orders=True), Window(start, None)))
    opened = [o for o in company.orders.values() if status(o) in ("DRAFT", "SUBMITTED", "AUTHORISED")]
    older = [o for o in opened if start is not None and changed_at(o) < start]
    assert found(page for page in pages if page.is_reread) == keys(company, older)
    listed = found(page for page in pages if not page.is_reread)
    assert not {*listed} & {*keys(company, older)}
    assert {*listed} >= {*keys(company, [o for o in opened if o not in older])}


def test_open_orders_come_however_old_they_are(connect: SourceFor, company: Company) -> None:
    opened = [o for o in company.orders.values() if status(o) in ("DRAFT", "SUBMITTED", "AUTHORISED")]
    expected = keys(company, [order for order in opened if changed_at(order) < NOW])
    assert fetched(connect(page_size=10), Window(None, NOW, open_only=True)) == expected


def test_h15_a_deleted_order_stays_with_a_flag_and_moves_into_the_window(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    order = an_order(company)
    served.clock.advance(60)
    served.act(history.delete, order_id=order.id)
    source = connect()
    assert fetched(source, Window(NOW + timedelta(seconds=30), None)) == [key(company, order)]
    made = mapped(source, [one(source, company, order)])
    assert (made["purchase_order"][0]["is_deleted"], made["purchase_order"][0]["status"]) == (True, "deleted")
    assert all(line["is_deleted"] for line in made["purchase_order_line"])
