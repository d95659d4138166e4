"""What is too old goes, however much it is, and nothing of another connection."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from include.orderhouse.configuration.options import Retention
from include.orderhouse.warehouse.records import retention
from tests.warehouse.orders import Order, load_orders, rows

KEEP = Retention(raw=timedelta(days=30), rejects=timedelta(days=10))
NUMBERS = [str(number) for number in range(5)]


@pytest.mark.parametrize("at_once", [1, 2, 5, 6])
def test_what_is_too_old_goes_in_as_many_rounds_as_it_takes(
    engine: sa.Engine, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_AT_ONCE", at_once)
    for connection in ("acme_eu", "acme_us"):
        of_it = [Order(number, connection=connection) for number in NUMBERS]
        waiting = [Order(f"waits {number}", connection=connection) for number in NUMBERS]
        older = [order.at(0) for order in of_it]
        load_orders(engine, *of_it, rejects=[*waiting, *older])
    with engine.begin() as session:
        past = "- interval '11 days'"
        aged = f"UPDATE ops.reject SET resolved_at = resolved_at {past}, rejected_at = rejected_at {past}"
        session.execute(sa.text(aged))
    told = {"closed rejects": 5, "raw records": 5, "payloads of rejects": 5}
    assert retention.enforce(engine, "acme_us", KEEP) == told
    assert retention.enforce(engine, "acme_us", KEEP) == dict.fromkeys(told, 0)
    query = "SELECT connection, count(*), count(payload) FROM ops.{} GROUP BY 1 ORDER BY 1"
    assert rows(engine, query.format("order_raw")) == [("acme_eu", 5, 5)]
    assert rows(engine, query.format("reject")) == [("acme_eu", 10, 10), ("acme_us", 5, 0)]
    assert rows(engine, "SELECT count(*) FROM ops.order_version WHERE connection = 'acme_us'") == [(5,)]
