"""The running servers: faults over real sockets, limits, tokens, the log, and ports."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from include.standalone.airflow_api import wait_for
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.running import Sandbox, sandbox
from tests.sandbox.server import PortInUse
from tests.unit.sandbox.conftest import NOW, TINY

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def client(running: Sandbox) -> Iterator[httpx.Client]:
    """A client that has signed in."""
    with httpx.Client(base_url=running.url("tiny"), timeout=30) as client:
        token = client.post("/token").json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def plan(running: Sandbox, kind: str, **details: Any) -> None:
    running.world("tiny").faults.add(kind, **details)


def test_orders_are_served_with_exact_decimals(running: Sandbox, client: httpx.Client, company: Company) -> None:
    served = json.loads(client.get("/orders").text, parse_float=str, parse_int=str)
    assert [row["total"] for row in served] == [str(order.total) for order in company.orders.values()]


def test_changes_are_seen_by_the_next_request(running: Sandbox, client: httpx.Client) -> None:
    before = len(client.get("/orders").json())
    running.act(history.create)
    assert len(client.get("/orders").json()) == before + 1


@pytest.mark.parametrize(("kind", "status"), [("rate_limited", 429), ("server_error", 500), ("unavailable", 503)])
def test_an_error_fault_answers_once_with_the_dialects_own_body(
    running: Sandbox, client: httpx.Client, kind: str, status: int
) -> None:
    plan(running, kind, seconds=17)
    failed = client.get("/orders")
    assert failed.status_code == status
    assert "tiny" in failed.json()
    assert failed.headers.get("Retry-After") == ("17" if status == 429 else None)
    assert client.get("/orders").status_code == 200


def test_a_dropped_connection_breaks_off_in_the_middle_of_the_body(running: Sandbox, client: httpx.Client) -> None:
    plan(running, "dropped_connection")
    with pytest.raises(httpx.RemoteProtocolError, match="closed connection"):
        client.get("/orders")
    assert client.get("/orders").status_code == 200


def test_truncated_json_is_a_complete_response_that_does_not_parse(running: Sandbox, client: httpx.Client) -> None:
    plan(running, "truncated_json")
    truncated = client.get("/orders")
    assert truncated.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        truncated.json()


def test_wrong_shape_and_html_have_status_200(running: Sandbox, client: httpx.Client) -> None:
    plan(running, "wrong_shape", value=["nothing"])
    assert client.get("/orders").json() == ["nothing"]
    plan(running, "html")
    assert client.get("/orders").headers["content-type"].startswith("text/html")


def test_a_timeout_keeps_the_client_waiting(running: Sandbox, client: httpx.Client) -> None:
    plan(running, "timeout", seconds=30)
    with pytest.raises(httpx.ReadTimeout):
        client.get("/orders", timeout=0.3)


def test_an_expired_token_is_refused_until_the_client_signs_in_again(running: Sandbox, client: httpx.Client) -> None:
    plan(running, "expired_token")
    assert client.get("/orders").status_code == 401
    assert client.get("/orders").status_code == 401
    token = client.post("/token").json()["access_token"]
    assert client.get("/orders", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_a_dialect_plays_the_faults_that_only_it_can(running: Sandbox, client: httpx.Client) -> None:
    plan(running, "ignore_filter")
    assert len(client.get("/orders?id=5").json()) > 1
    assert len(client.get("/orders?id=5").json()) == 1


def test_rows_move_after_the_answer(running: Sandbox, client: httpx.Client, company: Company) -> None:
    plan(running, "moving_rows", value=[5, 6])
    client.get("/orders")
    assert [order.id for order in company.orders.values() if order.modified_at == NOW] == [5, 6]


def test_a_late_commit_and_a_future_record_appear(running: Sandbox, client: httpx.Client) -> None:
    before = len(client.get("/orders").json())
    plan(running, "late_commit", seconds=60)
    plan(running, "future_record")
    assert len(client.get("/orders").json()) == before + 1
    running.clock.advance(60)
    assert len(client.get("/orders").json()) == before + 2


def test_a_fault_waits_for_its_turn_and_its_path(running: Sandbox, client: httpx.Client) -> None:
    plan(running, "server_error", after=1, times=2, path="/orders")
    client.post("/token")
    assert [client.get("/orders").status_code for _ in range(4)] == [200, 500, 500, 200]


def test_a_token_request_fails_only_if_the_fault_names_it(running: Sandbox, client: httpx.Client) -> None:
    plan(running, "server_error")
    assert client.post("/token").status_code == 200
    plan(running, "unavailable", path="/token")
    assert client.post("/token").status_code == 503


def test_the_rate_limit_holds_and_is_measured(running: Sandbox, client: httpx.Client) -> None:
    limits = running.world("tiny").limits
    limits.set(requests_per_minute=2)
    assert [client.get("/orders").status_code for _ in range(3)] == [200, 200, 429]
    running.clock.advance(61)
    assert client.get("/orders").status_code == 200
    assert (limits.highest_per_minute, limits.refused) == (3, 1)


def test_requests_are_logged_without_their_headers(running: Sandbox, client: httpx.Client) -> None:
    client.get("/orders?id=5")
    record = running.world("tiny").log.records[-1]
    assert (record.method, record.path, record.query, record.status) == ("GET", "/orders", "id=5", 200)
    assert record.note == "wanted 5"
    assert "Bearer" not in repr(running.world("tiny").log.records)


def test_a_busy_port_is_named(company: Company) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortInUse, match=f"port {port}"), sandbox(company, [TINY], Clock(), {"tiny": port}):
            pytest.fail("the sandbox started on a port that is taken")


def test_servers_end_although_an_answer_is_under_way(company: Company) -> None:
    with ThreadPoolExecutor() as pool:
        with sandbox(company, [TINY], Clock()) as running:
            plan(running, "timeout", seconds=600.0)
            asked = pool.submit(httpx.get, f"{running.url('tiny')}/orders", timeout=60)
            fault = running.world("tiny").faults.faults[0]
            assert wait_for(lambda: fault.hits > 0, 60)
        failed = asked.exception(timeout=30) or asked.result()
    assert isinstance(failed, httpx.RemoteProtocolError) or failed.status_code == 500


def test_the_process_announces_its_urls_and_stops_cleanly_on_a_signal() -> None:
    command = [sys.executable, "-m", "tests.sandbox", "--orders", "5"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    with subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        urls = json.loads(process.stdout.readline())
        assert httpx.get(f"{urls['control']}/health").json()["orders"] == 5
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


def test_the_process_says_which_port_is_in_use() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "tests.sandbox", "--orders", "5", "--control-port", port]
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
        ended = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 3
    assert f"port {port}" in ended.stderr
