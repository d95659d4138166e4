"""What a run asks of a connection: its form, or a backfill's day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from airflow.sdk.api.datamodels._generated import DagRun, DagRunType

from include.orchestration.form import run_form, sync_request
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.sync.request import Mode

DAY = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))
A_SECOND = timedelta(seconds=1)


def _context(run_type: str, user: str | None = None, **filled_in: Any) -> Any:
    """The context of a run of Odoo's DAG with this form."""
    run = DagRun.model_construct(
        dag_id="purchase_orders__odoo",
        run_id="some_run",
        run_type=DagRunType(run_type),
        data_interval_start=DAY[0] + A_SECOND,
        data_interval_end=DAY[1] + A_SECOND,
        triggering_user_name=user,
    )
    form = {name: parameter.resolve() for name, parameter in run_form(["odoo"]).items()}
    return {"dag_run": run, "params": form | filled_in}


def test_an_untouched_form_asks_for_what_is_new() -> None:
    request = sync_request(_context("scheduled"), "acme")
    assert (request.connection, request.mode, request.triggered_by) == ("acme", Mode.AUTO, "scheduled")
    assert (request.window_start, request.window_end) == (None, None)
    assert (request.max_reject_share, request.max_deleted_share) == (None, None)
    assert request.run_id == "purchase_orders__odoo/some_run"


def test_a_filled_in_form_is_followed() -> None:
    window = {"window_start": "2026-02-01T00:00:00Z", "window_end": "2026-02-02T00:00:00+01:00"}
    shares = {"max_reject_share": 0.1, "max_deleted_share": 1}
    request = sync_request(_context("manual", "jo", mode="window", **shares, **window), "acme")
    assert (request.mode, request.triggered_by) == (Mode.WINDOW, "jo")
    assert request.window_start == datetime(2026, 2, 1, tzinfo=UTC)
    assert request.window_end == datetime(2026, 2, 1, 23, tzinfo=UTC)
    assert (request.max_reject_share, request.max_deleted_share) == (Decimal("0.1"), Decimal(1))


def test_chosen_rejects_are_replayed() -> None:
    chosen = ["5f3c0000-0000-0000-0000-000000000001", "5f3c0000-0000-0000-0000-000000000002"]
    assert sync_request(_context("manual", mode="replay", reject_ids=chosen), "acme").reject_ids == tuple(chosen)


def test_orders_that_are_named_are_read() -> None:
    request = sync_request(_context("manual", mode="orders", order_ids=["42", "43"]), "acme")
    assert (request.mode, request.order_ids) == (Mode.ORDERS, ("42", "43"))
    with pytest.raises(ConfigurationInvalid, match="needs their ids"):
        sync_request(_context("manual", mode="orders", order_ids=None), "acme")


def test_what_is_no_id_of_a_reject_is_refused() -> None:
    with pytest.raises(ConfigurationInvalid, match="'P00042' is no id of a reject"):
        sync_request(_context("manual", mode="replay", reject_ids=["P00042"]), "acme")


def test_a_backfill_reads_its_own_day_from_midnight_to_midnight() -> None:
    request = sync_request(_context("backfill", "jo", mode="initial"), "acme")
    assert (request.mode, request.window_start, request.window_end) == (Mode.WINDOW, *DAY)


@pytest.mark.parametrize("text", ["yesterday", "2026-02-01T00:00:00", "2026-02-01"])
def test_an_instant_without_a_time_zone_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationInvalid, match=r"window_start .* is no instant with a time zone"):
        sync_request(_context("manual", mode="window", window_start=text, window_end="2026-02-02T00:00:00Z"), "acme")
