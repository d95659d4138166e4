"""The subscriptions' state and test button, for those who may act."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from include.orchestration.navigation import MOUNT
from tests.plugin.test_receivers import client
from tests.warehouse.conftest import engine, server, url
from tests.webhooks.conftest import SECRET
from tests.webhooks.receiver import receiver

__all__ = ["client", "engine", "server", "url"]

ADDRESS = f"{MOUNT}/api/v1/webhooks"
SECTION = """
connections: {}
webhooks: {hosts: [127.0.0.1], networks: [127.0.0.0/8], subscriptions: {bus: {target: bus}}}
"""


@pytest.fixture
def file(tmp_path: Path, client: TestClient) -> Path:
    found = tmp_path / "connections.yaml"
    found.write_text(SECTION, encoding="utf-8")
    return found


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_the_button_sends_a_test_and_tells_how_it_fared(
    client: TestClient, file: Path, token: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiver() as bus:
        connection = {"conn_type": "http", "host": bus.url, "password": SECRET}
        monkeypatch.setenv("AIRFLOW_CONN_BUS", json.dumps(connection))
        answer = client.post(f"{ADDRESS}/bus/test", headers=bearer(token["uma"]))
        told: dict[str, Any] = answer.json()
        assert (answer.status_code, told["is_delivered"], told["status"], told["error"]) == (200, True, 204, None)
        (came,) = bus.received
        assert json.loads(came.body)["type"] == "webhook.test"
    (state,) = client.get(ADDRESS, headers=bearer(token["vic"])).json()
    assert (state["name"], state["delivered"], state["waiting"]) == ("bus", 1, 0)


def test_a_target_that_is_missing_is_told(client: TestClient, file: Path, token: dict[str, str]) -> None:
    told = client.post(f"{ADDRESS}/bus/test", headers=bearer(token["ada"])).json()
    assert not told["is_delivered"]
    assert "is no Airflow Connection" in told["error"]


def test_there_is_nothing_to_test_where_there_is_no_subscription(
    client: TestClient, file: Path, engine: sa.Engine, token: dict[str, str]
) -> None:
    assert client.post(f"{ADDRESS}/nobody/test", headers=bearer(token["ada"])).status_code == 404
    assert client.post(f"{ADDRESS}/bus/test", headers=bearer(token["vic"])).status_code == 403
