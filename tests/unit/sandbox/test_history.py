"""What happens to a living company moves exactly the timestamps that it should."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.sandbox import arithmetic, history
from tests.sandbox.changes import ChangeKind
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.generate import generate
from tests.sandbox.living import EVENTS, live
from tests.sandbox.order import Line, Order, Stage
from tests.sandbox.rows import RowCache
from tests.unit.sandbox.conftest import NOW


@pytest.fixture
def order(company: Company) -> Order:
    """A released order with several lines of which nothing has come yet."""
    return next(order for order in company.orders.values() if order.stage is Stage.SENT and len(order.goods_lines) > 1)


@pytest.fixture
def line(order: Order) -> Line:
    return order.goods_lines[0]


def test_a_new_order_is_sent_and_dated_now(company: Company, clock: Clock) -> None:
    created = company.orders[history.create(company, clock)]
    assert created.stage is Stage.SENT
    assert created.created_at == created.modified_at == NOW
    assert created.total == sum((line.total_amount for line in created.lines), Decimal(0))


def test_an_edited_description_moves_the_line_and_not_the_header(
    company: Company, clock: Clock, order: Order, line: Line
) -> None:
    before, other_before = order.modified_at, order.goods_lines[1].modified_at
    history.change_description(company, clock, order.id, line.id, "painted green")
    assert line.modified_at == NOW
    assert order.modified_at == before
    assert order.goods_lines[1].modified_at == other_before
    assert order.changed_at([ChangeKind.LINE_TEXT_EDITED]) == NOW


def test_an_edited_memo_moves_the_header_and_not_the_lines(
    company: Company, clock: Clock, order: Order, line: Line
) -> None:
    before = line.modified_at
    history.change_header(company, clock, order.id, "new memo")
    assert order.modified_at == NOW
    assert line.modified_at == before


def test_another_quantity_is_priced_and_scheduled_anew(
    company: Company, clock: Clock, order: Order, line: Line
) -> None:
    history.change_quantity(company, clock, order.id, line.id, line.quantity * 2)
    assert line.net_amount == arithmetic.net_amount(line, company.digits(order.currency))
    assert sum(schedule.quantity for schedule in line.schedules) == line.quantity


def test_an_over_receipt_leaves_nothing_open(company: Company, clock: Clock, order: Order, line: Line) -> None:
    history.receive(company, clock, order.id, line.id, line.quantity + 1, rejected=Decimal(1))
    assert line.quantity_open == 0
    assert line.quantity_received > line.quantity
    assert line.quantity_accepted == line.quantity_received - 1


def test_a_corrected_receipt_replaces_the_last_one(company: Company, clock: Clock, order: Order, line: Line) -> None:
    history.receive(company, clock, order.id, line.id, Decimal(9))
    before = line.quantity_received
    history.correct_receipt(company, clock, order.id, line.id, Decimal(4))
    assert line.quantity_received == before - 5


def test_a_merged_vendor_moves_no_timestamp_but_is_rendered_anew(company: Company, clock: Clock, order: Order) -> None:
    rows = RowCache(company, lambda order: order.vendor)
    rows.rows()
    before = order.modified_at, list(order.changes)
    vendor = next(code for code in company.vendors if code != order.vendor)
    history.merge_vendor(company, clock, order.id, vendor)
    assert (order.modified_at, order.changes) == before
    assert rows.row(order.id) == vendor


def test_a_deleted_order_is_gone_and_remembered(company: Company, clock: Clock, order: Order) -> None:
    history.delete(company, clock, order.id)
    assert order.id not in company.orders
    assert company.deleted_orders[order.id].deleted_at == NOW


def test_a_deleted_line_is_gone_and_remembered(company: Company, clock: Clock, order: Order, line: Line) -> None:
    history.delete_line(company, clock, order.id, line.id)
    assert line not in order.lines
    assert company.deleted_lines[-1].line is line


def test_an_id_is_never_used_again(company: Company, clock: Clock) -> None:
    first = history.create(company, clock)
    history.delete(company, clock, first)
    assert history.create(company, clock) > first


def test_a_late_commit_is_invisible_until_it_is_due_and_keeps_its_timestamp(company: Company, clock: Clock) -> None:
    order_id = history.create_late(company, clock, seconds=30)
    company.settle(clock.advance(29))
    assert order_id not in company.orders
    company.settle(clock.advance(1))
    assert company.orders[order_id].modified_at == NOW


def test_a_late_edit_commits_with_the_time_it_began(company: Company, clock: Clock, order: Order) -> None:
    history.change_header_late(company, clock, order.id, "late", seconds=30)
    company.settle(clock.advance(10))
    assert order.memo != "late"
    company.settle(clock.advance(30))
    assert (order.memo, order.modified_at) == ("late", NOW)


def test_a_late_edit_of_an_order_deleted_meanwhile_is_lost(company: Company, clock: Clock, order: Order) -> None:
    history.change_header_late(company, clock, order.id, "late", seconds=30)
    history.delete(company, clock, order.id)
    company.settle(clock.advance(60))
    assert order.memo != "late"


def test_an_order_from_the_future_is_visible_now(company: Company, clock: Clock) -> None:
    order_id = history.create_in_future(company, clock, seconds=86_400)
    assert company.orders[order_id].modified_at == NOW + timedelta(days=1)


def test_life_is_the_same_for_the_same_seed_and_keeps_the_arithmetic() -> None:
    companies = [generate(5, orders=100, now=NOW) for _ in range(2)]
    happened = [live(company, Clock(frozen_at=NOW), 400, seed=9, seconds=7) for company in companies]
    assert happened[0] == happened[1]
    assert set(happened[0]) == set(EVENTS)
    assert companies[0].orders == companies[1].orders
    for order, line in companies[0].lines():
        assert line.net_amount == arithmetic.net_amount(line, companies[0].digits(order.currency))
