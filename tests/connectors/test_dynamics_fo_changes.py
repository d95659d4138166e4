"""What changes in Finance & Operations is found: windows, lines, receipts, orders that are read again."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connector import Window
from include.orderhouse.connectors.dynamics_fo import CONNECTOR
from tests.connectors.conftest import SourceFor
from tests.connectors.dynamics_fo_environment import (
    HEADERS,
    NAME,
    NOW,
    STAMPS,
    an_order,
    company,
    connect,
    fetched,
    found,
    keys,
    options,
    served,
)
from tests.sandbox import history
from tests.sandbox.company import Company
from tests.sandbox.dialects.dynamics_fo.orders import SAVES_HEADER, modified_at, status
from tests.sandbox.order import Order
from tests.sandbox.running import Sandbox
from tests.truth.dynamics_fo import key as key_of

__all__ = ["company", "connect", "options", "served"]

SINCE = NOW + timedelta(seconds=30)
LATER = Window(SINCE, None)


@pytest.fixture
def key(company: Company) -> Any:
    """The source order id of an order."""
    return lambda order: key_of(company, order)


def happen(served: Sandbox, order: Order, event: str) -> None:
    """Something that happens to the order's first line a minute later."""
    served.clock.advance(60)
    line = {"order_id": order.id, "line_id": order.goods_lines[0].id}
    match event:
        case "text":
            served.act(history.change_description, text="new", **line)
        case "quantity":
            served.act(history.change_quantity, quantity=Decimal(7), **line)
        case "date":
            served.act(history.postpone_line, days=3, **line)
        case "receipt":
            served.act(history.receive, quantity=Decimal(1), **line)
        case "invoice":
            served.act(history.invoice, quantity=Decimal(1), **line)
        case "added":
            served.act(history.add_line, order_id=order.id)
        case "deleted":
            served.act(history.delete_line, **line)


@pytest.mark.parametrize("bound", ["start", "end"])
def test_h1_h2_h4_a_window_is_closed_below_and_open_above(connect: SourceFor, company: Company, bound: str) -> None:
    order = an_order(company)
    edge = modified_at(order)
    window = Window(edge, None) if bound == "start" else Window(None, edge)
    source = connect(line_change_field="", reread_open_orders="never")
    assert (key_of(company, order) in fetched(source, window)) is (bound == "start")


def test_h10_a_bound_within_a_second_loses_nothing(connect: SourceFor, company: Company, key: Any) -> None:
    order = an_order(company)
    edge = order.changed_at(SAVES_HEADER)
    assert edge.microsecond
    assert key(order) in fetched(connect(), Window(edge, None))
    assert key(order) in fetched(connect(), Window(edge - timedelta(hours=1), edge))


def test_h1_a_window_by_dates_holds_a_day_more_on_either_side(connect: SourceFor, company: Company) -> None:
    start, end = NOW - timedelta(days=40), NOW - timedelta(days=20)
    told = set(fetched(connect(stamped=False), Window(start, end)))
    dated = [o for o in company.orders.values() if start.date() <= o.order_date <= end.date()]
    near = [o for o in company.orders.values() if abs((o.order_date - start.date()).days) <= 1]
    assert dated
    assert set(keys(company, dated)) | set(keys(company, near)) <= told
    assert len(told) < len(company.orders)


@pytest.mark.parametrize(("hours", "is_found"), [(-36, False), (-12, True), (36, True), (60, False)])
def test_h1_a_date_is_a_day_of_any_time_zone(connect: SourceFor, company: Company, hours: int, is_found: bool) -> None:
    """A window that begins, or ends, so long after the day's beginning in UTC."""
    order = an_order(company)
    bound = datetime.combine(order.order_date, time(), UTC) + timedelta(hours=hours)
    window = Window(bound, None) if hours > 0 else Window(bound - timedelta(days=9), bound)
    source = connect(stamped=False, reread_open_orders="never")
    assert (key_of(company, order) in fetched(source, window)) is is_found


def test_adjacent_windows_cover_everything(connect: SourceFor, company: Company) -> None:
    cut = NOW - timedelta(days=20)
    for stamped in (True, False):
        source = connect(stamped=stamped)
        both = [p for window in (Window(None, cut), Window(cut, None)) for p in CONNECTOR.fetch(source, window)]
        assert sorted(set(found(both))) == keys(company)


@pytest.mark.parametrize("settings", [{}, {"stamped": False}, {"reread_open_orders": "always"}])
def test_h30_after_any_page_the_rest_is_fetched_and_no_more(connect: SourceFor, settings: dict[str, Any]) -> None:
    source = connect(page_size=11, **settings)
    window = Window(NOW - timedelta(days=20), None)
    pages = list(CONNECTOR.fetch(source, window))
    for position, page in enumerate(pages[:-1]):
        rest = CONNECTOR.fetch(source, Window(window.start, None, resume=page.resume))
        assert found(rest) == found(pages[position + 1 :])


def test_h5_h18_orders_that_move_while_paging_are_not_lost(
    connect: SourceFor, served: Sandbox, company: Company
) -> None:
    served.world(NAME).faults.add("moving_rows", times=None, path=HEADERS, count=30)
    assert fetched(connect(page_size=7)) == keys(company)


def test_h9_a_record_of_the_future_is_in_a_window_without_end(
    connect: SourceFor, served: Sandbox, company: Company, key: Any
) -> None:
    ahead = company.orders[served.act(history.create_in_future, seconds=5 * 86_400)]
    for stamped in (True, False):
        source = connect(stamped=stamped)
        assert key(ahead) in fetched(source, Window(NOW - timedelta(days=1), None))
        assert key(ahead) not in fetched(source, Window(NOW - timedelta(days=1), NOW))


@pytest.mark.parametrize("options", [{}, {"moves": "all"}])
@pytest.mark.parametrize("event", ["text", "quantity", "date", "added", "receipt", "invoice"])
def test_h11_h12_a_line_that_changes_brings_its_order(
    connect: SourceFor, served: Sandbox, company: Company, event: str
) -> None:
    order = an_order(company)
    happen(served, order, event)
    assert fetched(connect(), LATER) == keys(company, [order])


@pytest.mark.parametrize("event", ["text", "quantity", "date", "added", "deleted", "receipt", "invoice"])
@pytest.mark.parametrize("options", [{"extensions": "none", "posts": "silently"}])
def test_h11_h12_without_change_fields_open_orders_are_read_again(
    connect: SourceFor, served: Sandbox, company: Company, event: str
) -> None:
    order = next(o for o in company.orders.values() if o.is_open and len(o.goods_lines) > 1)
    happen(served, order, event)
    told = fetched(connect(stamped=False), LATER)
    assert set(keys(company, (o for o in company.orders.values() if o.is_open))) <= set(told)
    assert len(told) == len(set(told))
    old = next(o for o in company.orders.values() if o.is_open and o.order_date < NOW.date() - timedelta(days=5))
    ended = fetched(connect(stamped=False), Window(NOW - timedelta(days=1), NOW))
    assert key_of(company, old) not in ended, "the newest window reads them"


@pytest.mark.parametrize("options", [{"posts": "silently"}])
@pytest.mark.parametrize("event", ["receipt", "deleted"])
def test_h12_what_moves_no_stamp_is_found_by_reading_open_orders_again(
    connect: SourceFor, served: Sandbox, company: Company, event: str
) -> None:
    order = next(o for o in company.orders.values() if o.is_open and len(o.goods_lines) > 1)
    happen(served, order, event)
    assert fetched(connect(), LATER) == []
    assert key_of(company, order) in fetched(connect(reread_open_orders="always"), LATER)


@pytest.mark.parametrize("missing", STAMPS)
def test_open_orders_are_read_again_of_their_own_accord_where_a_change_field_is_missing(missing: str) -> None:
    """Saving a line does not save its header: one field alone tells half of the changes."""
    for field, choice, rereads in (
        (STAMPS[missing], "auto", False),
        ("", "auto", True),
        ("", "never", False),
        (STAMPS[missing], "always", True),
    ):
        settings = CONNECTOR.settings(**STAMPS | {missing: field, "reread_open_orders": choice})
        assert CONNECTOR.rereads_open_orders(settings) is rereads


def test_open_orders_created_before_a_window_are_read_again_whatever_their_date(
    connect: SourceFor, company: Company
) -> None:
    opened = [o for o in company.orders.values() if o.is_open]
    opened[0].order_date = SINCE.date()
    source = connect(stamped=False, created_field="CreatedDateTime1")
    assert set(keys(company, opened)) <= set(fetched(source, LATER))


def test_a_finished_order_is_not_read_again(connect: SourceFor, company: Company) -> None:
    told = fetched(connect(stamped=False), LATER)
    old = NOW.date() - timedelta(days=3)
    finished = [o for o in company.orders.values() if status(o) in ("Invoiced", "Canceled") and o.order_date < old]
    assert finished
    assert not set(told) & set(keys(company, finished))


def test_h13_orders_without_change_time_are_found_by_their_date(connect: SourceFor, company: Company) -> None:
    since = NOW - timedelta(days=90)
    undated = [o for o in company.orders.values() if o.lacks_modified_at]
    recent = [o for o in undated if o.order_date >= since.date()]
    assert recent
    told = {k.source_order_id: k.source_modified_at for page in CONNECTOR.scan(connect()) for k in page.keys}
    assert {told[key_of(company, order)] for order in undated} == {None}
    assert set(keys(company, recent)) <= set(fetched(connect(), Window(since, None)))


def test_open_orders_come_however_old_they_are(connect: SourceFor, company: Company) -> None:
    cut = NOW - timedelta(days=3)
    for stamped in (True, False):
        told = set(fetched(connect(stamped=stamped), Window(None, cut, open_only=True)))
        opened = [o for o in company.orders.values() if o.is_open and o.order_date < cut.date()]
        assert set(keys(company, (o for o in opened if not stamped or modified_at(o) < cut))) <= told
        assert not told & set(keys(company, (o for o in company.orders.values() if status(o) == "Invoiced")))
