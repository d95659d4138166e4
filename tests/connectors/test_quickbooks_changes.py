"""What changes in QuickBooks is found: windows to the second, lines, receipts, bills, deletions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connector import Window
from include.orderhouse.connectors.quickbooks import CONNECTOR
from tests.connectors.conftest import SourceFor
from tests.connectors.quickbooks_realm import (
    EVER,
    NAME,
    NOW,
    RECENT,
    an_order,
    changed_at,
    company,
    connect,
    fetched,
    found,
    keys,
    one,
    ours,
    queries,
    serve,
    served,
)
from tests.sandbox import history
from tests.sandbox.company import Company
from tests.sandbox.dialects.quickbooks.orders import FIRST_BILL, has_bill, is_closed
from tests.sandbox.running import Sandbox

__all__ = ["company", "connect", "served"]


@pytest.mark.parametrize("precision", ["second", "micro"])
@pytest.mark.parametrize("bound", ["start", "end"])
def test_h2_h4_a_window_is_closed_below_and_open_above(
    connect: SourceFor, company: Company, bound: str, precision: str
) -> None:
    """Whether QuickBooks compares what it shows or keeps fractions of a second behind it."""
    edge = max(changed_at(order) for order in ours(company)).replace(microsecond=0)
    siblings = {str(order.id) for order in ours(company) if changed_at(order) >= edge}
    window = Window(edge, None) if bound == "start" else Window(None, edge)
    with serve(company, precision=precision) as running:
        got = set(fetched(connect(running), window))
    assert siblings & got == (siblings if bound == "start" else set())


@pytest.mark.parametrize("precision", ["second", "micro"])
def test_h10_a_bound_between_two_seconds_loses_nothing(connect: SourceFor, company: Company, precision: str) -> None:
    order = an_order(company)
    cut = changed_at(order)
    assert cut.microsecond
    with serve(company, precision=precision) as running:
        source = connect(running)
        assert str(order.id) in fetched(source, Window(cut, None))
        assert str(order.id) in fetched(source, Window(None, cut + timedelta(microseconds=1)))


def test_adjacent_windows_cover_everything(connect: SourceFor, company: Company) -> None:
    source, cut = connect(), NOW - timedelta(days=20)
    both = [*fetched(source, Window(None, cut)), *fetched(source, Window(cut, None))]
    assert set(both) == set(keys(ours(company)))


@pytest.mark.parametrize("precision", ["second", "micro"])
def test_h30_after_any_page_the_rest_is_fetched_and_no_more(
    connect: SourceFor, company: Company, precision: str
) -> None:
    with serve(company, precision=precision, links_move="no") as running:
        source = connect(running, page_size=7)
        window = Window(NOW - timedelta(days=60), NOW)
        pages = list(CONNECTOR.fetch(source, window))
        sections = {page.resume["section"] for page in pages if page.resume}
        assert sections == {"orders", "bills", "expenses", "deletions"}
        for position, page in enumerate(pages[:-1]):
            rest = list(CONNECTOR.fetch(source, replace(window, resume=page.resume)))
            assert found(rest) == found(pages[position + 1 :])
            assert rest[0].expected is None


def test_h5_h18_orders_that_move_while_paging_are_not_lost(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    source = connect(page_size=10)
    served.world(NAME).faults.add("moving_rows", times=30, path="query", count=40)
    pages = list(CONNECTOR.fetch(source, EVER))
    assert set(found(pages)) == set(keys(ours(company)))
    assert all("STARTPOSITION 1 " in query for query in queries(served, "FROM PurchaseOrder ORDERBY"))


def test_h2_h18_many_orders_of_one_second_are_told_apart_by_id(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    served.clock.advance(60)
    together = [order.id for order in ours(company)][:70]
    served.act(history.touch_all, order_ids=together)
    pages = list(CONNECTOR.fetch(connect(page_size=9), Window(NOW + timedelta(seconds=30), None)))
    assert found(pages) == sorted(map(str, together))
    assert max(len(page.records) for page in pages) == 9


def test_h19_more_orders_of_one_second_than_an_answer_holds_are_read_to_their_end(
    connect: SourceFor, served: Sandbox, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after an import: beyond the 1,000 rows of an answer positions count on, over rows that were already read."""
    monkeypatch.setattr("include.orderhouse.protocols.intuit.MOST_ROWS", 20)
    served.clock.advance(60)
    together = [order.id for order in ours(company)][:70]
    served.act(history.touch_all, order_ids=together)
    assert fetched(connect(page_size=9), Window(NOW + timedelta(seconds=30), None)) == sorted(map(str, together))
    assert any("STARTPOSITION 44 MAXRESULTS 20" in query for query in queries(served, "ORDERBY"))


@pytest.mark.parametrize("links_move", ["yes", "no"])
def test_h19_a_page_size_beyond_what_an_answer_holds_skips_nothing(
    connect: SourceFor, company: Company, monkeypatch: pytest.MonkeyPatch, links_move: str
) -> None:
    """Neither orders nor, where these bring their orders, bills."""
    monkeypatch.setattr("include.orderhouse.protocols.intuit.MOST_ROWS", 20)
    with serve(company, links_move=links_move) as running:
        running.clock.advance(60)
        billed = [order for order in ours(company) if order.is_open and not has_bill(order)][:30]
        for order in billed:
            running.act(history.invoice, order_id=order.id, line_id=order.goods_lines[0].id, quantity=Decimal(1))
        source = connect(running, page_size=30)
        assert fetched(source, EVER) == keys(ours(company))
        assert fetched(source, Window(NOW + timedelta(seconds=30), None)) == keys(billed)


def test_h9_a_record_of_the_future_is_in_a_window_without_end(connect: SourceFor, served: Sandbox) -> None:
    ahead = [served.act(history.create_in_future, seconds=86_400.0) for _ in range(6)]
    expected = {str(number) for number in ahead if served.company.orders[number].entity == "US01"}
    source = connect()
    assert expected
    assert expected <= set(fetched(source, Window(NOW - timedelta(days=1), None)))
    assert not expected & set(fetched(source, Window(NOW - timedelta(days=1), NOW)))


def test_h11_h12_a_change_of_a_line_or_a_receipt_moves_the_order(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    order = an_order(company)
    line = order.goods_lines[0]
    acts: list[tuple[Callable[..., Any], dict[str, Any]]] = [
        (history.change_description, {"text": "Other text"}),
        (history.receive, {"quantity": Decimal(1)}),
        (history.correct_receipt, {"quantity": Decimal(2)}),
    ]
    for act, details in acts:
        served.clock.advance(60)
        since = served.clock.now() - timedelta(seconds=30)
        served.act(act, order_id=order.id, line_id=line.id, **details)
        assert fetched(connect(), Window(since, None)) == [str(order.id)]
    assert one(connect(), order)["Line"][0]["Received"] == 2


@pytest.mark.parametrize("links_move", ["yes", "no"])
@pytest.mark.parametrize("drawn_by", ["Bill", "Check"])
def test_h12_a_new_bill_or_expense_is_found_whether_or_not_it_moves_its_order(
    connect: SourceFor, company: Company, links_move: str, drawn_by: str
) -> None:
    order = an_order(company)
    with serve(company, links_move=links_move, drawn_by=drawn_by) as running:
        before = one(connect(running), order)["MetaData"]["LastUpdatedTime"]
        running.clock.advance(60)
        line = order.goods_lines[0]
        running.act(history.invoice, order_id=order.id, line_id=line.id, quantity=Decimal(1))
        source = connect(running)
        record = one(source, order)
        assert (record["MetaData"]["LastUpdatedTime"] == before) is (links_move == "no")
        assert record["Line"][0]["bill_lines"][0]["TxnId"] == str(FIRST_BILL + order.id)
        window = Window(NOW + timedelta(seconds=30), None)
        pages = [page for page in CONNECTOR.fetch(source, window) if page.records]
        assert found(pages) == [str(order.id)]
        assert [page.is_reread for page in pages] == [links_move == "no"]
        assert fetched(connect(running, read_bills=False), window) == ([str(order.id)] if links_move == "yes" else [])


def test_an_order_that_was_saved_with_its_bill_in_the_second_that_a_window_begins_in_comes_once(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    """Rows tell whole seconds, so that the window holds the one that its start lies in as a whole."""
    order = an_order(company)
    served.clock.advance(60)
    served.act(history.invoice, order_id=order.id, line_id=order.goods_lines[0].id, quantity=Decimal(1))
    start = served.clock.now() + timedelta(milliseconds=300)
    assert fetched(connect(), Window(start, None)) == [str(order.id)]


def test_open_orders_come_however_old_they_are(connect: SourceFor, company: Company) -> None:
    expected = keys(order for order in ours(company) if not is_closed(order) and changed_at(order) < NOW)
    for queryable in ("yes", "no"):
        with serve(company, queryable_status=queryable) as running:
            source = connect(running, page_size=20)
            assert source.catalogue.details["filters_status"] is (queryable == "yes")
            pages = list(CONNECTOR.fetch(source, Window(None, NOW, open_only=True)))
            assert found(pages) == expected
            told = [page.expected for page in pages if page.expected is not None]
            assert told == ([len(expected)] if queryable == "yes" else [])
            assert bool(queries(running, "POStatus = 'Open' ORDERBY")) is (queryable == "yes")
            assert not any(page.deleted for page in pages)


def test_h15_change_data_capture_tells_what_was_deleted(connect: SourceFor, served: Sandbox, company: Company) -> None:
    gone, elsewhere = an_order(company).id, next(o.id for o in company.orders.values() if o.entity != "US01")
    served.clock.advance(60)
    served.act(history.delete, order_id=gone)
    served.act(history.delete, order_id=elsewhere)
    last = list(CONNECTOR.fetch(connect(), Window(NOW, None)))[-1]
    assert (last.records, last.deleted, last.misses_deletions, last.resume) == ([], [str(gone)], False, None)


def test_h17_what_change_data_capture_tells_as_changed_is_not_deleted(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    gone, changed = [order.id for order in ours(company) if order.is_open][:2]
    served.clock.advance(60)
    served.act(history.touch_all, order_ids=[changed])
    served.act(history.delete, order_id=gone)
    pages = list(CONNECTOR.fetch(connect(), Window(NOW + timedelta(seconds=30), None)))
    assert found(pages) == [str(changed)]
    assert [key for page in pages for key in page.deleted] == [str(gone)]


def test_h19_a_window_older_than_thirty_days_says_that_deletions_are_missing(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    recent, old = [order.id for order in ours(company)][:2]
    served.act(history.delete, order_id=old)
    served.clock.advance(40 * 86_400.0)
    served.act(history.delete, order_id=recent)
    last = list(CONNECTOR.fetch(connect(), Window(NOW - timedelta(days=1), None)))[-1]
    assert (last.deleted, last.misses_deletions) == ([str(recent)], True)


def test_h19_an_answer_that_is_full_says_that_deletions_may_be_missing(connect: SourceFor, company: Company) -> None:
    with serve(company, cdc_most="10") as running:
        for number in [order.id for order in ours(company)][:12]:
            running.act(history.delete, order_id=number)
        last = list(CONNECTOR.fetch(connect(running, captured_at_once=10), RECENT))[-1]
    assert last.misses_deletions
    assert len(last.deleted) <= 10
