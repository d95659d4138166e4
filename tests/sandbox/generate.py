"""A seeded, realistic company: the same seed, number and time always give the same orders."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from random import Random

from tests.sandbox import arithmetic, lifecycle
from tests.sandbox.catalog import build_masters
from tests.sandbox.changes import ChangeKind
from tests.sandbox.company import Company, DeletedOrder
from tests.sandbox.copies import Copies
from tests.sandbox.drafts import draft_order, text_line
from tests.sandbox.order import Charge, LineKind, Order, Stage
from tests.sandbox.phrases import NOTES, SECTIONS
from tests.sandbox.scenarios import SCENARIOS, Story


def generate(seed: int, orders: int = 3000, days: int = 120, now: datetime | None = None) -> Company:
    """A company with that many living orders, created over the days up to `now` (a few open ones are far older).

    Beyond these some orders were deleted for good; `Company.deleted_orders` remembers them. What is asked for again is
    a copy of what was made before, which takes a fraction of the time.
    """
    if now is None:
        return generate_once(seed, orders, days, datetime.now(UTC))
    return _copies(seed, orders, days, now).copy()


@lru_cache(maxsize=64)
def _copies(seed: int, orders: int, days: int, now: datetime) -> Copies:
    return Copies(generate_once(seed, orders, days, now))


def generate_once(seed: int, orders: int, days: int, now: datetime) -> Company:
    """The same, for a process that asks for it only once."""
    rng = Random(f"company/{seed}")
    company = build_masters(rng)
    weights = [scenario.weight for scenario in SCENARIOS.values()]
    for order_id, created_at in enumerate(_creation_times(rng, orders, days, now), 1):
        order = draft_order(company, rng, order_id, created_at)
        _embellish(company, rng, order)
        is_old = now - created_at > timedelta(days=days)
        name = "open" if is_old else rng.choices(list(SCENARIOS), weights)[0]
        company.add(order)
        SCENARIOS[name].tell(Story(company, rng, order, now))
    _make_huge(company, rng, max(3, orders // 400))
    _save_together(company, rng, now, max(2, orders // 300))
    _delete_some(company, rng, now, orders)
    return company


def _creation_times(rng: Random, orders: int, days: int, now: datetime) -> list[datetime]:
    """Instants in ascending order, some of them equal; one order in a hundred is very old."""
    latest = now - timedelta(minutes=30)
    times = [latest - timedelta(days=days) * rng.random() for _ in range(orders + orders // 50)]
    for index in range(0, len(times), 100):
        times[index] = latest - timedelta(days=days + rng.uniform(60, 900))
    for index in range(1, len(times), 40):
        times[index + 1 : index + 4] = [times[index]] * len(times[index + 1 : index + 4])
    return sorted(times)


def _embellish(company: Company, rng: Random, order: Order) -> None:
    """Freight on some orders, sections and notes on others, missing modification times on a few."""
    if rng.random() < 0.2:
        digits = company.digits(order.currency)
        freight = arithmetic.rounded(Decimal(rng.randint(500, 90_000)) / 100, digits)
        order.charges.append(Charge("freight", "Freight", freight))
    if rng.random() < 0.08:
        section = text_line(company, order, 5, LineKind.SECTION, rng.choice(SECTIONS), order.created_at)
        last = order.lines[-1].number + 10
        note = text_line(company, order, last, LineKind.NOTE, rng.choice(NOTES), order.created_at)
        order.lines = [section, *order.lines, note]
    order.lacks_modified_at = rng.random() < 0.01


def _make_huge(company: Company, rng: Random, count: int) -> None:
    """Give some open orders a line whose net amount has 18 significant digits."""
    candidates = [order for order in company.orders.values() if company.digits(order.currency) == 2 and order.is_open]
    for order in rng.sample(candidates, min(count, len(candidates))):
        line = order.goods_lines[0]
        line.price = Decimal(rng.randint(12_000_000_000, 99_999_999_999)).scaleb(-2)
        line.price_basis, line.price_numerator, line.price_denominator = Decimal(1), 1, 1
        line.price_unit, line.discount_percent, line.over_delivery_percent = line.unit, Decimal(0), None
        quantity = Decimal(rng.randint(8_400_000, 9_999_999))
        lifecycle.change_quantity(company, order, line, order.modified_at, quantity)


def _save_together(company: Company, rng: Random, now: datetime, batches: int) -> None:
    """Batch jobs save many orders in one second, half of them in one instant."""
    for _ in range(batches):
        started_at = (now - timedelta(hours=rng.uniform(1, 72))).replace(microsecond=0)
        for order in rng.sample(list(company.orders.values()), min(25, len(company.orders))):
            at = started_at + timedelta(microseconds=rng.choice((250_000, rng.randrange(10**6))))
            if at > order.modified_at:
                lifecycle.edited(company, order, at, ChangeKind.TOUCHED)


def _delete_some(company: Company, rng: Random, now: datetime, keep: int) -> None:
    """Delete orders for good until the wanted number is left; drafts and cancelled ones first."""
    is_unwanted = {order.id: order.stage in (Stage.CANCELLED, Stage.DRAFT) for order in company.orders.values()}
    order_ids = sorted(company.orders, key=lambda order_id: (not is_unwanted[order_id], rng.random()))
    for order_id in order_ids[: len(company.orders) - keep]:
        deleted_at = now - (now - company.orders[order_id].modified_at) * rng.random()
        company.deleted_orders[order_id] = DeletedOrder(company.orders.pop(order_id), deleted_at)
