"""The generated company is deterministic, adds up, and contains whatever purchase orders are found in."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from tests.sandbox import arithmetic
from tests.sandbox.company import Company
from tests.sandbox.generate import generate, generate_once
from tests.sandbox.order import LineKind, Progress, Stage
from tests.unit.sandbox.conftest import NOW


def test_the_same_seed_gives_the_same_company() -> None:
    first, second = (generate_once(11, orders=80, days=120, now=NOW) for _ in range(2))
    assert [asdict(order) for order in first.orders.values()] == [asdict(order) for order in second.orders.values()]
    assert first.vendors == second.vendors
    assert first.deleted_orders.keys() == second.deleted_orders.keys()


def test_who_asks_for_a_company_again_gets_one_that_nobody_has_changed() -> None:
    changed = generate(11, orders=20, now=NOW)
    changed.orders.popitem()[1].lines.clear()
    changed.vendors.clear()
    for line in (line for order in changed.orders.values() for line in order.lines):
        line.description = "changed"
        for part in (*line.schedules, *line.distributions):
            part.number += 1
    assert generate(11, orders=20, now=NOW) == generate_once(11, orders=20, days=120, now=NOW) != changed


def test_another_seed_gives_another_company() -> None:
    first, second = generate(1, orders=20, now=NOW), generate(2, orders=20, now=NOW)
    assert [order.total for order in first.orders.values()] != [order.total for order in second.orders.values()]


def test_the_wanted_number_of_orders_is_alive_and_some_more_are_deleted(generated: Company) -> None:
    assert len(generated.orders) == 1500
    assert len(generated.deleted_orders) == 30
    assert not generated.orders.keys() & generated.deleted_orders.keys()


def test_amounts_follow_the_documented_arithmetic(generated: Company) -> None:
    for order, line in generated.lines():
        digits = generated.digits(order.currency)
        assert line.net_amount == arithmetic.net_amount(line, digits)
        assert line.is_text or -line.net_amount.as_tuple().exponent == digits  # type: ignore[operator]
        assert not line.distributions or sum(part.amount for part in line.distributions) == line.net_amount
        assert not line.distributions or sum(part.percent for part in line.distributions) == 100
    for order in generated.orders.values():
        parts = [line.net_amount + line.tax_amount for line in order.lines]
        assert order.total == sum(parts, order.charges_amount)


def test_schedules_add_up_to_their_line_and_to_what_was_received(generated: Company) -> None:
    for _, line in generated.lines():
        if line.schedules:
            assert sum(schedule.quantity for schedule in line.schedules) == line.quantity
            assert sum(schedule.quantity_received for schedule in line.schedules) == line.quantity_received


def test_the_price_of_one_order_unit_has_at_most_five_decimals(generated: Company) -> None:
    for _, line in generated.lines():
        assert line.unit_price.normalize().as_tuple().exponent >= -5  # type: ignore[operator]


def test_nothing_has_happened_after_now_or_out_of_order(generated: Company) -> None:
    for order in generated.orders.values():
        instants = [change.at for change in order.changes]
        assert instants[0] == order.created_at
        assert max(instants) < NOW
        assert order.modified_at in instants


def test_ids_follow_creation(generated: Company) -> None:
    orders = [generated.orders[order_id] for order_id in sorted(generated.orders)]
    assert all(earlier.created_at <= later.created_at for earlier, later in pairwise(orders))


def test_every_stage_and_progress_occurs(generated: Company) -> None:
    orders = generated.orders.values()
    assert {order.stage for order in orders} == set(Stage)
    assert {order.receipt_progress for order in orders} == set(Progress)
    assert {order.invoice_progress for order in orders} == set(Progress)
    assert {order.order_type for order in orders} == {"standard", "blanket", "drop_ship"}
    assert {line.kind for _, line in generated.lines()} == set(LineKind)


@pytest.mark.parametrize("currency", ["USD", "EUR", "GBP", "CHF", "CNY", "JPY", "KWD", "TND"])
def test_every_currency_occurs_with_its_own_decimals(generated: Company, currency: str) -> None:
    orders = [order for order in generated.orders.values() if order.currency == currency]
    assert orders
    digits = generated.digits(currency)
    assert all(order.subtotal == arithmetic.rounded(order.subtotal, digits) for order in orders)


def test_the_special_cases_of_orders_occur(generated: Company) -> None:
    orders = generated.orders.values()
    assert any(order.is_short_closed for order in orders)
    assert any(order.is_flagged_deleted for order in orders)
    assert any(order.lacks_modified_at for order in orders)
    assert any(order.charges for order in orders)
    assert any(order.exchange_rate != 1 for order in orders)
    assert any(order.requested_date is None for order in orders)
    assert any(order.payment_term is None for order in orders)
    assert any(order.is_open and NOW - order.created_at > timedelta(days=365) for order in orders)
    assert any(order.memo and order.memo != order.memo.strip() for order in orders)
    assert generated.deleted_lines


def test_the_special_cases_of_lines_occur(generated: Company) -> None:
    lines = [line for _, line in generated.lines() if not line.is_text]
    assert any(line.quantity_received > line.quantity for line in lines)
    assert any(Decimal(0) < line.quantity_received < line.quantity for line in lines)
    assert any(line.quantity_rejected for line in lines)
    assert any(line.is_cancelled for line in lines)
    assert any(line.is_closed and line.quantity_received < line.quantity for line in lines)
    assert {line.price_basis for line in lines} == {1, 100, 1000}
    assert any(line.price_unit != line.unit for line in lines)
    assert {0, 100} < {line.discount_percent for line in lines}
    assert any(len(line.schedules) > 1 for line in lines)
    assert any(len(line.distributions) > 1 for line in lines)
    assert any(line.ship_to for line in lines)


def test_some_amounts_have_18_significant_digits(generated: Company) -> None:
    amounts = [line.net_amount for _, line in generated.lines()]
    assert sum(len(amount.as_tuple().digits) == 18 for amount in amounts) >= 3
    assert all(len(amount.as_tuple().digits) <= 18 for amount in amounts)


def test_many_orders_share_the_second_and_the_instant_of_their_last_change(generated: Company) -> None:
    seconds = Counter(order.modified_at.replace(microsecond=0) for order in generated.orders.values())
    instants = Counter(order.modified_at for order in generated.orders.values())
    assert seconds.most_common(1)[0][1] >= 15
    assert instants.most_common(1)[0][1] >= 5
