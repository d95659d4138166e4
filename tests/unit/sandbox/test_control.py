"""The control API over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from tests.sandbox.company import Company
from tests.sandbox.order import Stage
from tests.sandbox.running import Sandbox
from tests.unit.sandbox.conftest import NOW


@pytest.fixture
def control(running: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=running.control_url, timeout=30) as client:
        yield client


def test_health_tells_the_dialects_and_the_time(control: httpx.Client, running: Sandbox) -> None:
    health = control.get("/health").json()
    assert health["dialects"] == {"tiny": running.url("tiny")}
    assert health["now"] == NOW.isoformat()


def test_the_truth_has_every_order_with_decimals_as_strings(control: httpx.Client, company: Company) -> None:
    truth = control.get("/truth").json()
    totals = {order["id"]: order["total"] for order in truth["orders"]}
    assert totals == {order.id: str(order.total) for order in company.orders.values()}


def test_the_clock_moves(control: httpx.Client, running: Sandbox) -> None:
    control.post("/clock", json={"advance_seconds": 90})
    assert running.clock.now() == NOW + timedelta(seconds=90)
    control.post("/clock", json={"set": "2027-01-01T00:00:00Z"})
    assert running.clock.now().isoformat() == "2027-01-01T00:00:00+00:00"


def test_random_and_chosen_events_happen(control: httpx.Client, company: Company) -> None:
    assert len(control.post("/events", json={"n": 12, "seed": 4}).json()["events"]) == 12
    order_id = control.post("/events", json={"event": "create"}).json()["result"]
    line_id = company.orders[order_id].goods_lines[0].id
    received = {"event": "receive", "order_id": order_id, "line_id": line_id, "quantity": "1.5"}
    assert control.post("/events", json=received).status_code == 200
    control.post("/events", json={"event": "cancel", "order_id": order_id})
    assert company.orders[order_id].stage is Stage.CANCELLED


def test_faults_are_planned_and_cleared(control: httpx.Client, running: Sandbox) -> None:
    planned = control.post("/faults/tiny", json=[{"kind": "html", "times": 2}, {"kind": "timeout", "seconds": 1}])
    assert [fault["kind"] for fault in planned.json()] == ["html", "timeout"]
    control.delete("/faults/tiny")
    assert running.world("tiny").faults.faults == []


def test_limits_are_set_and_requests_told(control: httpx.Client, running: Sandbox) -> None:
    control.post("/limits/tiny", json={"requests_per_minute": 1})
    httpx.get(f"{running.url('tiny')}/orders")
    told = control.get("/requests/tiny").json()
    assert [(request["path"], request["status"]) for request in told["requests"]] == [("/orders", 401)]
    assert told["limits"]["highest_per_minute"] == 1


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/clock", {"advance": 1}, 400),
        ("/clock", [1], 400),
        ("/events", {"event": "explode"}, 400),
        ("/events", {"event": "cancel", "id": 1}, 400),
        ("/events", {"event": "cancel", "order_id": 10**9}, 404),
        ("/faults/tiny", {"kind": "earthquake"}, 400),
        ("/faults/other", {"kind": "html"}, 404),
        ("/limits/tiny", {"per_day": 1}, 400),
    ],
)
def test_what_cannot_be_followed_is_refused_with_a_reason(
    control: httpx.Client, path: str, body: object, status: int
) -> None:
    refused = control.post(path, json=body)
    assert refused.status_code == status
    assert refused.json()["error"]
