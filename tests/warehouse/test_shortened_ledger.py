"""The statement of the documentation that shortens the ledger takes nothing away that is still needed."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa

from include.orderhouse.home import PROJECT
from include.orderhouse.warehouse.reading.overview import read_overview
from include.orderhouse.warehouse.syncs.ledger import covered_scope, last_scope, last_watermark
from tests.warehouse.orders import Order, hour, load_orders, rows
from tests.warehouse.test_reading_lists import ran, sync_id

(STATEMENT,) = re.findall(
    r"```sql\n(DELETE FROM ops\.sync .*?)```", (PROJECT / "docs/security.md").read_text(), re.DOTALL
)
FRESHNESS = "SELECT history_since, fresh_as_of, last_success_at, last_sync_state FROM procurement.data_freshness"


def needed(engine: sa.Engine) -> list[Any]:
    """What syncs, pages and views read of the ledger."""
    seen = read_overview(engine, ["acme_us"])["acme_us"]
    of_syncs = (last_scope(engine, "acme_us"), covered_scope(engine, "acme_us"), last_watermark(engine, "acme_us"))
    return [*of_syncs, seen.last_due_at, seen.last_success_at, rows(engine, FRESHNESS)]


def test_incremental_syncs_that_later_ones_have_followed_go_and_nothing_that_is_needed(engine: sa.Engine) -> None:
    load_orders(engine, Order())
    with engine.begin() as session:
        session.execute(sa.text("DELETE FROM ops.sync"))
        session.execute(sa.text("UPDATE ops.connection_total SET history_since = :at"), {"at": hour(0)})
    ran(engine, 1, "initial", window_start=hour(0), watermark=hour(1), scope=("DE01",))
    ran(engine, 2, window_start=hour(1), watermark=hour(2), scope=("DE01", "US01"))
    ran(engine, 3, window_start=hour(2), watermark=hour(3), scope=("DE01",))
    ran(engine, 4, window_start=hour(3), state="failed", scope=("DE01",))
    ran(engine, 5, window_start=hour(0), watermark=hour(5), scope=("DE01",))
    ran(engine, 6, "window", window_start=hour(1), scope=("DE01",))
    ran(engine, 7, window_start=hour(1), state="running", scope=("DE01",))
    ran(engine, 8, window_start=hour(6), watermark=hour(8), scope=("DE01",))
    ran(engine, 9, window_start=hour(7), scope=("DE01",))
    ran(engine, 10, window_start=hour(7), scope=("DE01",), customer="globex")
    before = needed(engine)
    with engine.begin() as session:
        aged = "UPDATE ops.sync SET started_at = started_at - interval '9 years' WHERE started_at < :at"
        assert session.execute(sa.text(STATEMENT)).rowcount == 0, "all are young"
        session.execute(sa.text(aged), {"at": hour(8)})
        assert session.execute(sa.text(STATEMENT)).rowcount == 2
    stay = {row[0] for row in rows(engine, "SELECT sync_id::text FROM ops.sync")}
    assert stay == {sync_id(number) for number in (1, 2, 5, 6, 7, 8, 9, 10)}
    assert needed(engine) == before
