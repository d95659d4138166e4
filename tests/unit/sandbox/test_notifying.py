"""Systems of the sandbox that tell of changes by themselves, heard by a real receiver and read by the product."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from include.orderhouse.connectors import load
from include.orderhouse.connectors.quickbooks.settings import Settings
from include.orderhouse.notification import Call
from include.standalone.airflow_api import wait_for
from tests.sandbox.clock import Clock
from tests.sandbox.dialects.erpnext.orders import order_name
from tests.sandbox.generate import generate
from tests.sandbox.running import Sandbox, sandbox
from tests.unit.sandbox.conftest import NOW
from tests.webhooks.receiver import Receiver, receiver

DIALECTS = ["erpnext", "odoo", "quickbooks", "sap_s4hana"]
SECRET = "a-planted-secret-of-the-tests"
SETTINGS: dict[str, Any] = {"quickbooks": Settings(realm_id="9341450000000001")}
SECONDS = 60.0


@pytest.fixture(scope="module")
def systems() -> Iterator[Sandbox]:
    """The systems that can tell, and one that cannot."""
    with sandbox(generate(7, orders=20, now=NOW), [*DIALECTS, "xero"], Clock(NOW)) as running:
        yield running


@pytest.fixture
def hook() -> Iterator[Receiver]:
    """Who is told."""
    with receiver() as running:
        yield running


def control(systems: Sandbox, path: str, body: dict[str, Any]) -> httpx.Response:
    return httpx.post(f"{systems.control_url}/{path}", json=body, trust_env=False, timeout=30)


def key(systems: Sandbox, dialect: str, order_id: int) -> str:
    """The order's id in its system."""
    if dialect == "erpnext":
        return order_name(systems.company.orders[order_id])
    return str(4_500_000_000 + order_id if dialect == "sap_s4hana" else order_id)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_change_is_told_as_the_connector_expects_it(systems: Sandbox, hook: Receiver, dialect: str) -> None:
    first_entity = next(iter(systems.company.entities))
    order_id = next(key for key, order in systems.company.orders.items() if order.entity == first_entity)
    control(systems, f"notifications/{dialect}", {"url": hook.url, "secret": SECRET}).raise_for_status()
    control(systems, "events", {"event": "touch", "order_id": order_id}).raise_for_status()
    assert wait_for(lambda: len(hook.received) > 0, SECONDS)
    (came,) = hook.received
    notifications = load(dialect).notifications
    assert notifications is not None
    call = Call(came.headers, {}, came.body)
    assert notifications.is_genuine(call, SECRET)
    assert not notifications.is_genuine(call, SECRET + "!")
    assert notifications.read(call, SETTINGS.get(dialect)).order_ids == (key(systems, dialect, order_id),)
    httpx.delete(f"{systems.control_url}/notifications/{dialect}", trust_env=False).raise_for_status()
    (posted,) = httpx.get(f"{systems.control_url}/notifications/{dialect}", trust_env=False).json()
    assert posted["answer"] == 204
    assert SECRET not in str(posted)


def test_a_system_that_tells_nothing_by_itself_says_so(systems: Sandbox) -> None:
    refused = control(systems, "notifications/xero", {"url": "http://127.0.0.1:1/", "secret": SECRET})
    assert (refused.status_code, "erpnext" in refused.json()["error"]) == (400, True)
