"""The API over a real warehouse, behind Airflow's own authentication."""

from __future__ import annotations

import asyncio
from unittest.mock import Mock

import pytest
import sqlalchemy as sa
from fastapi import FastAPI, Request

from include.orchestration.ui.api import connections as routes
from include.orchestration.ui.api.connections import SyncOrder
from include.orchestration.ui.dags import AIRFLOW, trigger
from include.orderhouse.errors import (
    ConfigurationInvalid,
    OrderhouseError,
    RateLimitExceeded,
    SealBroken,
    WarehouseUnavailable,
)
from include.orderhouse.sync.request import Mode
from include.orderhouse.warehouse.access.client_limits import seconds_to_wait
from include.orderhouse.warehouse.syncs.status import reconnect, set_status
from tests.plugin.asking import API, Visit, pages
from tests.plugin.warehouse import HOSTILE, REJECTED
from tests.unit import small_source
from tests.warehouse.orders import rows


@pytest.mark.parametrize("size", [1, 2, 500])
@pytest.mark.usefixtures("warehouse")
def test_every_run_comes_once_whatever_the_size_of_a_page(visit: Visit, size: int) -> None:
    found = pages(visit("vic"), "/runs", limit=size)
    assert len({run["sync_id"] for run in found}) == len(found) == 6
    assert [run["started_at"] for run in found] == sorted((run["started_at"] for run in found), reverse=True)
    one = visit("vic").get(f"{API}/runs/{found[0]['sync_id']}").json()
    assert one == found[0]
    assert [run["connection"] for run in pages(visit("vic"), "/runs", state="failed")] == ["globex"]


@pytest.mark.usefixtures("warehouse")
def test_runs_are_asked_for_by_every_mode_that_a_run_can_have(visit: Visit) -> None:
    answers = {mode: visit("vic").get(f"{API}/runs", params={"mode": mode}).status_code for mode in Mode}
    assert answers == {mode: 422 if mode is Mode.AUTO else 200 for mode in Mode}


@pytest.mark.usefixtures("warehouse")
def test_rejects_come_with_their_payload_as_the_source_gave_it(visit: Visit) -> None:
    (found,) = pages(visit("vic"), "/rejects", connection="acme_us", code="VALUE_INVALID")
    assert found["order_number"] == HOSTILE
    one = visit("vic").get(f"{API}/rejects/{REJECTED}").json()
    assert one["payload"]["partner_id"]["name"] == HOSTILE
    assert [finding["field"] for finding in one["findings"]] == ["total_amount", "quantity_ordered"]
    assert pages(visit("vic"), "/rejects", state="resolved") == []


def test_a_reject_whose_payload_is_kept_no_more_comes_without_it(visit: Visit, warehouse: sa.Engine) -> None:
    with warehouse.begin() as session:
        (kept,) = session.execute(
            sa.text("SELECT payload FROM ops.reject WHERE reject_id = :id"), {"id": REJECTED}
        ).one()
        session.execute(sa.text("UPDATE ops.reject SET payload = NULL WHERE reject_id = :id"), {"id": REJECTED})
    answer = visit("vic").get(f"{API}/rejects/{REJECTED}")
    with warehouse.begin() as session:
        session.execute(
            sa.text("UPDATE ops.reject SET payload = :kept WHERE reject_id = :id"), {"id": REJECTED, "kept": kept}
        )
    assert (answer.status_code, answer.json()["payload"]) == (200, None)


@pytest.mark.parametrize("size", [1, 2, 3, 500])
def test_every_reject_comes_once_also_of_those_of_one_instant(visit: Visit, warehouse: sa.Engine, size: int) -> None:
    with warehouse.begin() as session:
        session.execute(_MORE_REJECTS)
    found = pages(visit("vic"), "/rejects", code="PAGED", limit=size)
    with warehouse.begin() as session:
        session.execute(sa.text("DELETE FROM ops.reject WHERE code = 'PAGED'"))
    assert len({reject["reject_id"] for reject in found}) == len(found) == 6


@pytest.mark.usefixtures("warehouse")
def test_orders_are_filtered_by_their_dates_and_paged(visit: Visit) -> None:
    every = pages(visit("vic"), "/orders", limit=2, with_lines=True)
    assert len({order["order_id"] for order in every}) == 5
    assert {len(order["lines"]) for order in every} == {2}
    assert {order["vendor_name"] for order in every} == {HOSTILE}
    days = sorted(order["order_date"] for order in every)
    assert len(pages(visit("vic"), "/orders", ordered_from=days[1], ordered_to=days[4])) == 3
    assert pages(visit("vic"), "/orders", loaded_from="2999-01-01T00:00:00Z") == []
    settled = visit("vic").get(f"{API}/orders").json()["follow_from"]
    assert pages(visit("vic"), "/orders", loaded_from=settled) == []
    assert len(pages(visit("vic"), "/orders", modified_to="2999-01-01T00:00:00Z")) == 5
    assert pages(visit("vic"), "/orders", status="closed") == []


def test_the_lines_of_an_order_that_has_none_are_an_empty_list_where_they_are_asked_for(
    visit: Visit, warehouse: sa.Engine
) -> None:
    for is_deleted in (True, False):
        with warehouse.begin() as session:
            session.execute(_LINES, {"is_deleted": is_deleted})
        told = [visit("vic").get(f"{API}/orders", params={"with_lines": asked}) for asked in (True, False)]
        assert [answer.status_code for answer in told] == [200, 200]
        lines, unasked = ([order["lines"] for order in answer.json()["data"]] for answer in told)
        assert ([len(each) for each in lines], unasked) == ([0 if is_deleted else 2] * 5, [None] * 5)


@pytest.mark.usefixtures("warehouse")
def test_errors_are_structured_and_name_the_request(visit: Visit) -> None:
    answer = visit("vic").get(f"{API}/connections/nothing/sync-status")
    error = answer.json()["error"]
    assert answer.status_code == 404
    assert (error["code"], error["type"]) == ("NOT_FOUND", "not_found_error")
    assert error["request_id"] == answer.headers["x-request-id"]
    for path in (
        "/runs?cursor=made-up",
        "/runs?limit=0",
        "/connections/A%00/sync-status",
        "/orders?modified_from=yesterday",
        "/orders?status=Closed",
    ):
        answer = visit("vic").get(f"{API}{path}")
        assert (path, answer.status_code, answer.json()["error"]["code"]) == (path, 422, "INVALID_REQUEST")


@pytest.mark.usefixtures("warehouse")
def test_a_mapping_is_not_shown_with_a_connection_of_another_connector(visit: Visit) -> None:
    answer = visit("vic").get(f"{API}/connectors/odoo/mapping?connection=globex")
    assert (answer.status_code, "but of sap_s4hana" in answer.text) == (404, True)


def test_a_sync_is_of_the_one_connection_as_it_was_ordered() -> None:
    order = SyncOrder(mode="orders", order_ids=["42"])
    assert order.conf("acme_us") == {"mode": "orders", "connections": ["acme_us"], "order_ids": ["42"]}
    shares = {"max_reject_share": 0.1, "max_deleted_share": 1.0}
    told = SyncOrder.model_validate({"mode": "reconcile", **shares}).conf("acme_us")
    assert told == {"mode": "reconcile", "connections": ["acme_us"], **shares}
    window = {"window_start": "2026-01-01T00:00:00Z", "window_end": "2026-01-02T00:00:00Z"}
    told = SyncOrder.model_validate({"mode": "window", **window}).conf("acme_us")
    assert told == {"mode": "window", "connections": ["acme_us"], **window}


def test_a_run_that_has_begun_is_told_though_airflow_does_not_answer_how_its_dag_is() -> None:
    """Who is told of a failure would start another."""
    airflow = FastAPI()

    @airflow.post("/api/v2/dags/{dag}/dagRuns")
    def start(dag: str) -> dict[str, str]:
        return {"dag_run_id": "manual__1", "state": "queued"}

    request = Request({"type": "http", "method": "POST", "path": "/", "headers": [(b"host", b"x")], AIRFLOW: airflow})
    begun = asyncio.run(trigger(request, small_source.connection(), {}))
    assert (begun.run_id, begun.state, begun.is_dag_paused) == ("manual__1", "queued", False)


@pytest.mark.parametrize(
    ("error", "status"),
    [(WarehouseUnavailable, 503), (RateLimitExceeded, 503), (ConfigurationInvalid, 409), (SealBroken, 409)],
)
def test_what_passes_by_itself_is_told_from_what_somebody_has_to_settle(
    visit: Visit, error: type[OrderhouseError], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "visible_connections", Mock(side_effect=error("It is so.", action="Do this.")))
    answer = visit("vic").get(f"{API}/connections")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, error.code)
    assert answer.json()["error"]["message"] == "It is so. Do this."


def test_what_cannot_be_synced_says_why(visit: Visit, warehouse: sa.Engine) -> None:
    client = visit("uma")
    assert client.post(f"{API}/connections/acme_off/sync", json={}).json()["error"]["code"] == "CONNECTION_DISABLED"
    unparsed = client.post(f"{API}/connections/acme_us/sync", json={})
    assert (unparsed.status_code, unparsed.json()["error"]["code"]) == (409, "TRIGGER_REFUSED")
    assert "'purchase_orders__odoo' not found" in unparsed.json()["error"]["message"]
    set_status(warehouse, "acme_eu", "acme", "odoo", "disconnected")
    refused = client.post(f"{API}/connections/acme_eu/sync", json={}).json()["error"]
    reconnect(warehouse, "acme_eu")
    assert refused["code"] == "CONNECTION_DISCONNECTED"
    assert "scripts/orderhouse reconnect acme_eu" in refused["message"]
    midnight = "2026-01-01T00:00:00Z"
    for body in (
        {"mode": "window"},
        {"mode": "window", "window_start": midnight, "window_end": midnight},
        {"mode": "auto", "window_start": midnight},
        {"mode": "other"},
        {"a": 1},
        {"mode": "orders"},
        {"mode": "orders", "order_ids": [""]},
        {"mode": "auto", "order_ids": ["42"]},
        {"mode": "auto", "reject_ids": [REJECTED]},
    ):
        assert client.post(f"{API}/connections/acme_us/sync", json=body).status_code == 422


def test_a_client_that_asks_too_often_is_told_when_to_come_back(
    visit: Visit, warehouse: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with warehouse.begin() as session:
        session.execute(sa.text("DELETE FROM ops.api_limit"))
    monkeypatch.setenv("ORDERHOUSE_API_REQUESTS_PER_MINUTE", "3")
    client = visit("vic")
    codes = [client.get(f"{API}/connections/acme_us/sync-status").status_code for _ in range(5)]
    assert codes == [200, 200, 200, 429, 429]
    refused = client.get(f"{API}/connections/acme_us/sync-status")
    assert refused.json()["error"]["code"] == "RATE_LIMIT_EXCEEDED"
    assert 1 <= int(refused.headers["retry-after"]) <= 20
    assert int(refused.headers["retry-after"]) == 20, "a started second counts whole"
    assert client.get(f"{API}/connections/globex/sync-status").status_code == 200, "each connection by itself"
    assert client.get(f"{API}/runs?connection=acme_us").status_code == 429, "be it named in the path or asked for"
    assert client.get(f"{API}/runs?connection=acme_eu").status_code == 200
    assert visit("uma").get(f"{API}/connections/acme_us/sync-status").status_code == 200, "each client by itself"


def test_a_client_that_has_rested_may_not_make_up_for_it(warehouse: sa.Engine) -> None:
    with warehouse.begin() as session:
        rested = "INSERT INTO ops.api_limit VALUES ('', 'rested', now() - interval '1 hour')"
        session.execute(sa.text(rested))
    waits = [seconds_to_wait(warehouse, "rested", "", 3) for _ in range(4)]
    assert [wait > 0 for wait in waits] == [False, False, False, True]


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize("told", ["0", "many"])
def test_a_rate_that_is_none_is_named_by_its_variable(told: str, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERHOUSE_API_REQUESTS_PER_MINUTE", told)
    answer = visit("vic").get(f"{API}/connections/acme_us/sync-status")
    assert answer.status_code == 409
    assert f"ORDERHOUSE_API_REQUESTS_PER_MINUTE is '{told}'" in answer.json()["error"]["message"]


@pytest.mark.usefixtures("warehouse")
def test_a_warehouse_that_is_away_is_an_error_of_its_own(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    from include.orchestration.ui import surroundings

    monkeypatch.setenv("ORDERHOUSE_WAREHOUSE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    surroundings.warehouse.cache_clear()
    answer = visit("vic").get(f"{API}/runs")
    monkeypatch.undo()
    surroundings.warehouse.cache_clear()
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "WAREHOUSE_UNAVAILABLE")


def test_a_dismissal_needs_a_reason_and_is_kept_with_its_author(visit: Visit, warehouse: sa.Engine) -> None:
    body = {"connection": "acme_us", "reject_ids": [REJECTED], "reason": "A test order."}
    assert visit("vic").post(f"{API}/rejects/dismiss", json=body).status_code == 403
    assert visit("uma").post(f"{API}/rejects/dismiss", json={**body, "reason": ""}).status_code == 422
    assert visit("uma").post(f"{API}/rejects/dismiss", json=body).json() == {"dismissed": 1}
    told = rows(warehouse, "SELECT resolution, resolved_by, resolution_note FROM ops.reject")
    assert told == [("dismissed", "uma", "A test order.")]
    assert pages(visit("vic"), "/rejects") == []


_LINES = sa.text("UPDATE procurement.purchase_order_line SET is_deleted = :is_deleted")
_MORE_REJECTS = sa.text("""
    INSERT INTO ops.reject (connection, reject_id, customer, fetched_at, mapping_version, code, reason, findings,
        rejected_at, sync_id)
    SELECT 'acme_us', gen_random_uuid(), 'acme', now(), 1, 'PAGED', 'many', '[]', now() - (number / 3) * interval '1 s',
        gen_random_uuid()
    FROM generate_series(1, 6) AS number
""")
