"""Webhooks through a real Airflow: a source tells of an order, a receiver hears of syncs."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from include.orderhouse.webhooks.signature import signed_headers, signing_keys
from include.standalone.airflow_api import wait_for
from tests.e2e.conftest import PLANTED
from tests.e2e.installation import RUN_SECONDS, Airflow, Run
from tests.webhooks.conftest import SECRET
from tests.webhooks.receiver import Receiver

HOOK = "a-planted-secret-of-the-hook"
ERPNEXT_KEY = "5a8f0e3c1d2b4f6"


def heard(bus: Receiver, kind: str, connection: str) -> list[dict[str, Any]]:
    """The data of the events of a kind and connection, each once."""
    came = {one.headers["webhook-id"]: json.loads(one.body) for one in bus.received}
    return [body["data"] for body in came.values() if body["type"] == kind and body["data"]["connection"] == connection]


def some_order(airflow: Airflow) -> str:
    """The name of an order in the sandbox's ERPNext."""
    host = airflow.api.call("GET", "/connections/sandbox_erpnext")["host"]
    headers = {"Authorization": f"token {ERPNEXT_KEY}:{PLANTED}"}
    query = {"fields": '["name"]', "limit_page_length": "1", "order_by": "name asc"}
    answer = httpx.get(f"{host}/api/resource/Purchase Order", params=query, headers=headers, trust_env=False)
    name: str = answer.raise_for_status().json()["data"][0]["name"]
    return name


def notify(airflow: Airflow, order: str, secret: str = HOOK) -> int:
    """Post as ERPNext does when an order is saved; the status of the answer."""
    body = json.dumps({"doctype": "Purchase Order", "name": order}).encode()
    signature = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
    address = f"{airflow.installation.host.api_url}/orderhouse/webhooks/in/erpnext_notified"
    headers = {"Content-Type": "application/json", "X-Frappe-Webhook-Signature": signature}
    return httpx.post(address, content=body, headers=headers, trust_env=False, timeout=30).status_code


def test_a_notification_leads_to_its_order_in_the_warehouse_and_is_told(airflow: Airflow, bus: Receiver) -> None:
    airflow.api.put_all("connections", [{"connection_id": "erpnext_hook", "conn_type": "http", "password": HOOK}])
    order = some_order(airflow)
    assert notify(airflow, order, "another secret") == 401
    assert notify(airflow, order) == 202

    def synced() -> list[dict[str, Any]]:
        return airflow.rows("SELECT * FROM ops.sync WHERE connection = 'erpnext_notified' AND state = 'succeeded'")

    assert wait_for(lambda: bool(synced()), RUN_SECONDS)
    (sync,) = synced()
    assert (sync["mode"], sync["triggered_by"], sync["orders_inserted"]) == ("orders", "notification", 1)
    (held,) = airflow.rows("SELECT * FROM procurement.purchase_order WHERE connection = 'erpnext_notified'")
    assert held["source_order_id"] == order
    (told,) = airflow.rows("SELECT received_at, taken_by FROM ops.notification")
    assert told["taken_by"] == sync["run_id"]
    print(f"loaded {(sync['finished_at'] - told['received_at']).total_seconds():.1f} s after it was told")
    assert airflow.api.variable("purchase_orders_watermark__erpnext_notified") is None
    assert wait_for(lambda: bool(heard(bus, "sync.completed", "erpnext_notified")), RUN_SECONDS)
    assert updates(airflow) == ["erpnext_notified"]


def updates(airflow: Airflow) -> list[str]:
    """The connections whose loads have updated ERPNext's asset."""
    events = airflow.api.call("GET", "/assets/events", params={"source_dag_id": "purchase_orders__notified"})
    found = [event for event in events["asset_events"] if event["uri"] == "orderhouse://purchase_orders/erpnext"]
    return [event["extra"]["connection"] for event in found if event["extra"]["inserted"] == 1]


def test_a_failed_sync_is_delivered_signed_and_once_although_it_was_refused_at_first(
    airflow: Airflow, odoo_run: Run, bus: Receiver
) -> None:
    bus.status = 503
    run = airflow.run("purchase_orders__odoo", {"connections": ["odoo_locked_out"]})
    assert run.state == "failed"

    def was_refused() -> bool:
        return any(told["run_id"].endswith(run.run_id) for told in heard(bus, "sync.failed", "odoo_locked_out"))

    assert wait_for(was_refused, RUN_SECONDS)
    bus.status = 204
    query = """SELECT event_id::text AS event_id
        FROM ops.webhook_delivery JOIN ops.webhook_event USING (connection, event_id)
        WHERE kind = 'sync.failed' AND data ->> 'run_id' LIKE %s AND state = 'delivered'"""
    assert wait_for(lambda: bool(airflow.rows(query, f"%{run.run_id}")), RUN_SECONDS)
    (delivered,) = airflow.rows(query, f"%{run.run_id}")
    came = [one for one in bus.received if one.headers["webhook-id"] == delivered["event_id"]]
    assert len(came) >= 2, "refused first, then delivered"
    assert json.loads(came[-1].body)["data"]["error_code"] == "AUTHENTICATION_FAILED"
    signed_at = datetime.fromtimestamp(int(came[-1].headers["webhook-timestamp"]), UTC)
    assert datetime.now(UTC) - signed_at < timedelta(minutes=5)
    signed = signed_headers(signing_keys(SECRET), delivered["event_id"], signed_at, came[-1].body)
    assert came[-1].headers.items() >= signed.items()


def test_a_sync_whose_task_was_killed_on_its_last_try_is_told_as_failed(
    airflow: Airflow, lost_run: Future[Run], bus: Receiver
) -> None:
    run = lost_run.result()
    assert (run.state, run.states("sync.extract")) == ("failed", {"0": "failed"})
    assert wait_for(lambda: bool(heard(bus, "sync.failed", "coupa_lost")), RUN_SECONDS)
    (told,) = heard(bus, "sync.failed", "coupa_lost")
    assert (told["error_code"], told["attempts"], told["run_id"]) == ("TASK_KILLED", 2, f"{run.dag_id}/{run.run_id}")
    (sync,) = airflow.syncs("coupa_lost", run.run_id)
    assert (sync["state"], sync["orders_inserted"]) == ("failed", None)


def test_data_that_grows_stale_is_told_by_airflows_deadline(airflow: Airflow, odoo_run: Run, bus: Receiver) -> None:
    assert wait_for(lambda: bool(heard(bus, "connection.stale", "odoo_locked_out")), RUN_SECONDS)
    (told,) = heard(bus, "connection.stale", "odoo_locked_out")
    assert (told["fresh_as_of"], told["fresh_within_seconds"]) == (None, 86400)
