"""What changes in Oracle Fusion is found: windows of headers, drafts, schedules and lines, one after the other."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from include.orderhouse.connector import Window
from include.orderhouse.connectors.oracle_fusion import CONNECTOR, picks
from include.orderhouse.protocols import adf
from tests.connectors.conftest import SourceFor
from tests.connectors.oracle_pod import (
    LATER,
    NAME,
    NOW,
    ORDERS,
    SINCE,
    an_order,
    company,
    connect,
    fetched,
    found,
    key,
    keys,
    options,
    served,
)
from tests.sandbox import history
from tests.sandbox.company import Company
from tests.sandbox.dialects.oracle_fusion.statuses import header_updated_at, is_draft
from tests.sandbox.dialects.oracle_fusion.values import order_id
from tests.sandbox.running import Sandbox

__all__ = ["company", "connect", "options", "served"]


@pytest.mark.parametrize("bound", ["start", "end"])
def test_h1_h2_h4_a_window_is_closed_below_and_open_above(connect: SourceFor, company: Company, bound: str) -> None:
    order = an_order(company)
    edge = header_updated_at(order).replace(microsecond=0)
    window = Window(edge, None) if bound == "start" else Window(None, edge)
    source = connect(watch_schedules=False, watch_lines=False)
    assert (key(order) in fetched(source, window)) is (bound == "start")


def test_h10_a_bound_within_a_second_that_is_told_whole_loses_nothing(connect: SourceFor, company: Company) -> None:
    order = an_order(company)
    edge = header_updated_at(order)
    assert edge.microsecond
    source = connect()
    assert key(order) in fetched(source, Window(edge, None))
    assert key(order) in fetched(source, Window(edge - timedelta(hours=1), edge + timedelta(microseconds=1)))


def test_adjacent_windows_cover_everything(connect: SourceFor, company: Company) -> None:
    source, cut = connect(watch_schedules=False, watch_lines=False), NOW - timedelta(days=20)
    both = [p for window in (Window(None, cut), Window(cut, None)) for p in CONNECTOR.fetch(source, window)]
    assert found(both) == keys(company.orders.values())


@pytest.mark.parametrize("options", [{}, {"not_queryable": "LastUpdateDate"}])
def test_h30_after_any_page_the_rest_is_fetched_and_no_more(connect: SourceFor) -> None:
    source = connect(page_size=4)
    window = Window(NOW - timedelta(days=20), NOW - timedelta(days=5))
    pages = list(CONNECTOR.fetch(source, window))
    assert {page.resume["section"] for page in pages[:-1]} == {"orders", "drafts", "schedules", "lines"}
    for position, page in enumerate(pages[:-1]):
        rest = CONNECTOR.fetch(source, Window(window.start, window.end, resume=page.resume))
        assert found(rest) == found(pages[position + 1 :])


@pytest.mark.parametrize(
    "options", [{}, {"not_queryable": "LastUpdateDate"}, {"not_queryable": "LastUpdateDate StatusCode"}]
)
def test_rows_that_bring_no_order_make_no_pages(
    connect: SourceFor, served: Sandbox, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adf, "LARGEST_PAGE", 10)
    first, *_, last = [o for o in company.orders.values() if o.is_open and not is_draft(o)]
    served.clock.advance(60)
    for order in (first, last):
        served.act(history.postpone_line, order_id=order.id, line_id=order.goods_lines[0].id, days=3)
    by_section = [found([page]) for page in CONNECTOR.fetch(connect(page_size=2), LATER)]
    assert by_section == [[], [], keys([first, last]), keys([first, last])]


@pytest.mark.parametrize(
    ("options", "entities", "empty_sections"),
    [({"moves": "all"}, (), 3), ({}, ("Orchard Maschinen GmbH",), 4)],
    ids=["in the window by their header", "of another legal entity"],
)
def test_schedules_that_bring_no_order_make_no_pages(
    connect: SourceFor, served: Sandbox, company: Company, entities: tuple[str, ...], empty_sections: int
) -> None:
    orders = [o for o in company.orders.values() if o.is_open and not is_draft(o) and o.entity != "DE01"]
    served.clock.advance(60)
    for order in orders:
        served.act(history.receive, order_id=order.id, line_id=order.goods_lines[0].id, quantity=Decimal(1))
    pages = list(CONNECTOR.fetch(connect(page_size=2, legal_entities=entities), LATER))
    assert found(pages) == ([] if entities else keys(orders))
    assert len([page for page in pages if not page.records]) == empty_sections


@pytest.mark.parametrize("options", [{"not_queryable": "LastUpdateDate"}])
def test_h30_a_retry_goes_on_behind_rows_that_brought_no_order(
    connect: SourceFor, served: Sandbox, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picks, "ROWS_AT_ONCE", 10)
    order, source = an_order(company), connect(page_size=4)
    served.clock.advance(60)
    served.act(history.change_header, order_id=order.id, memo="new")
    pages = list(CONNECTOR.fetch(source, LATER))
    assert found(pages) == [key(order)]
    assert len([page for page in pages if page.resume and page.resume["section"] == "orders"]) > 5
    for position, page in enumerate(pages[:-1]):
        rest = list(CONNECTOR.fetch(source, Window(SINCE, None, resume=page.resume)))
        assert [one.resume for one in rest] == [one.resume for one in pages[position + 1 :]]
        assert found(rest) == found(pages[position + 1 :])


def test_h5_h18_orders_that_move_while_paging_are_not_lost(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    served.world(NAME).faults.add("moving_rows", times=None, path=ORDERS, count=30)
    assert fetched(connect(page_size=7)) == keys(company.orders.values())


def test_h9_a_record_of_the_future_is_in_a_window_without_end(connect: SourceFor, served: Sandbox) -> None:
    ahead = str(order_id(served.act(history.create_in_future, seconds=86_400)))
    source = connect()
    assert ahead in fetched(source, Window(NOW - timedelta(days=1), None))
    assert ahead not in fetched(source, Window(NOW - timedelta(days=1), NOW))


@pytest.mark.parametrize("options", [{}, {"moves": "all"}])
@pytest.mark.parametrize("event", ["text", "quantity", "date", "added", "deleted"])
def test_h11_a_line_that_changes_brings_its_order(
    connect: SourceFor, served: Sandbox, company: Company, event: str
) -> None:
    order = next(o for o in company.orders.values() if o.is_open and len(o.goods_lines) > 1)
    line = order.goods_lines[0]
    served.clock.advance(60)
    happen = {
        "text": lambda: served.act(history.change_description, order_id=order.id, line_id=line.id, text="new"),
        "quantity": lambda: served.act(
            history.change_quantity, order_id=order.id, line_id=line.id, quantity=Decimal(7)
        ),
        "date": lambda: served.act(history.postpone_line, order_id=order.id, line_id=line.id, days=3),
        "added": lambda: served.act(history.add_line, order_id=order.id),
        "deleted": lambda: served.act(history.delete_line, order_id=order.id, line_id=line.id),
    }
    happen[event]()
    assert set(fetched(connect(), LATER)) == {key(order)}


def test_h11_a_lines_own_change_is_found_by_the_lines_alone(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    order = an_order(company)
    served.clock.advance(60)
    served.act(history.change_description, order_id=order.id, line_id=order.goods_lines[0].id, text="new")
    assert fetched(connect(watch_lines=False), LATER) == []


@pytest.mark.parametrize("options", [{}, {"moves": "all"}, {"billed": "InvoicedQuantity"}])
@pytest.mark.parametrize("event", ["receipt", "correction", "invoice"])
def test_h12_receipts_and_invoices_bring_their_order(
    connect: SourceFor, served: Sandbox, company: Company, event: str
) -> None:
    order = an_order(company)
    line = {"order_id": order.id, "line_id": order.goods_lines[0].id}
    served.act(history.receive, quantity=Decimal(3), **line)
    served.clock.advance(60)
    if event == "invoice":
        served.act(history.invoice, quantity=Decimal(2), **line)
    else:
        change = history.receive if event == "receipt" else history.correct_receipt
        served.act(change, quantity=Decimal(1), **line)
    assert set(fetched(connect(), LATER)) == {key(order)}


def test_h12_an_order_with_many_changed_schedules_comes_once(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    order = next(o for o in company.orders.values() if o.is_open and sum(len(li.schedules) for li in o.goods_lines) > 4)
    served.clock.advance(60)
    for line in order.goods_lines:
        served.act(history.receive, order_id=order.id, line_id=line.id, quantity=Decimal(1))
    assert fetched(connect(page_size=2), LATER) == [key(order)]


@pytest.mark.parametrize(
    "options", [{"not_queryable": "LastUpdateDate"}, {"not_queryable": "LastUpdateDate StatusCode"}]
)
def test_what_may_not_be_filtered_is_compared_here(connect: SourceFor, served: Sandbox, company: Company) -> None:
    order = an_order(company)
    served.clock.advance(60)
    served.act(history.change_header, order_id=order.id, memo="new")
    source = connect()
    assert "LastUpdateDate" not in source.catalogue.details[ORDERS]["queryable"]
    assert fetched(source, LATER) == [key(order)]
    other = next(o for o in company.orders.values() if o.is_open and o is not order)
    served.act(history.receive, order_id=other.id, line_id=other.goods_lines[0].id, quantity=Decimal(1))
    assert fetched(source, LATER) == keys([order, other])


@pytest.mark.parametrize("options", [{"not_queryable": "LastUpdateDate"}])
def test_a_changed_schedule_is_found_where_a_page_ends_among_those_of_its_order(
    connect: SourceFor, served: Sandbox, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adf, "LARGEST_PAGE", 20)
    source = connect()
    orders = [o for o in company.orders.values() if o.is_open and len(o.goods_lines) > 2 and not is_draft(o)]
    assert sum(len(line.schedules) for order in orders for line in order.goods_lines) > 100
    served.clock.advance(60)
    for order in orders:
        served.act(history.receive, order_id=order.id, line_id=order.goods_lines[-1].id, quantity=Decimal(1))
    assert sorted(set(fetched(source, LATER))) == keys(orders)


@pytest.mark.parametrize("options", [{"not_queryable": "LastUpdateDate"}])
def test_schedules_that_may_not_be_filtered_are_read_in_the_largest_pages(connect: SourceFor, served: Sandbox) -> None:
    fetched(connect(page_size=20), LATER)
    asked = [record for record in served.world(NAME).log.records if record.path.endswith("/purchaseOrderSchedules")]
    assert asked
    assert all("limit=500" in record.query for record in asked)


@pytest.mark.parametrize("options", [{}, {"not_queryable": "StatusCode"}])
def test_open_orders_come_however_old_they_are(connect: SourceFor, company: Company) -> None:
    window = Window(None, NOW - timedelta(days=1), open_only=True)
    open_orders = [
        order
        for order in company.orders.values()
        if (is_draft(order) or order.is_open) and header_updated_at(order) < NOW - timedelta(days=1)
    ]
    assert set(keys(open_orders)) <= set(fetched(connect(), window))
    assert not set(fetched(connect(), window)) & set(keys(o for o in company.orders.values() if o.stage == "closed"))


def test_literals_quote_text_and_tell_instants_in_utc() -> None:
    assert adf.one_of("Supplier", ["O'Neil", "B"]) == "Supplier in ('O''Neil', 'B')"
    assert adf.between("LastUpdateDate", NOW, NOW) == (
        "LastUpdateDate >= '2026-10-01T12:00:00.000+00:00'",
        "LastUpdateDate < '2026-10-01T12:00:01.000+00:00'",
    )
