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
from tests.warehouse.conftest import engine, url
from tests.webhooks.conftest import SECRET
from tests.webhooks.receiver import receiver

__all__ = ["client", "engine", "url"]

ADDRESS = f"{MOUNT}/api/v1/webhooks"
SECTION = """
connections: {}
webhooks: {hosts: [127.0.0.1], networks: [127.0.0.0/8], subscriptions: {bus: {target: bus}}}
"""

OF_SEVERAL = """
connections:
  acme: {connector: odoo, customer: acme}
  globex: {connector: sap_s4hana, customer: globex}
webhooks:
  subscriptions:
    of_acme: {target: acme, connections: [acme]}
    of_globex: {target: globex, connections: [globex]}
    of_both: {target: both, connections: [acme, globex]}
    of_all: {target: all}
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


@pytest.mark.parametrize(
    ("user", "answers"),
    [
        ("uma", {"of_acme": 200, "of_globex": 200, "of_both": 200, "of_all": 200}),
        ("oda", {"of_acme": 200, "of_globex": 404, "of_both": 404, "of_all": 404}),
        ("sal", {"of_acme": 404, "of_globex": 200, "of_both": 404, "of_all": 404}),
        ("tom", {"of_acme": 200, "of_globex": 403, "of_both": 403, "of_all": 403}),
    ],
)
def test_a_subscription_is_for_who_has_the_right_to_all_its_connections(
    client: TestClient, file: Path, token: dict[str, str], user: str, answers: dict[str, int]
) -> None:
    file.write_text(OF_SEVERAL, encoding="utf-8")
    login = bearer(token[user])
    found = {name: client.post(f"{ADDRESS}/{name}/test", headers=login).status_code for name in answers}
    assert found == answers
    seen = {each["name"] for each in client.get(ADDRESS, headers=login).json()}
    assert seen == {name for name, status in answers.items() if status != 404}


WITH_A_MISTAKE = OF_SEVERAL.replace(
    "connections:\n", "connections:\n  typo: {connector: odoo, customer: acme, sync_evry: 1h}\n", 1
).replace("    of_all:", "    of_typo: {target: typo, connections: [typo]}\n    of_all:")


@pytest.mark.parametrize(
    ("user", "answers"),
    [
        ("uma", {"of_acme": 200, "of_typo": 409, "of_all": 200}),
        ("oda", {"of_acme": 200, "of_typo": 409, "of_all": 404}),
        ("sal", {"of_acme": 404, "of_typo": 404, "of_all": 404}),
    ],
)
def test_an_entry_that_cannot_be_used_hides_no_subscription_from_who_may_see_it(
    client: TestClient, file: Path, token: dict[str, str], user: str, answers: dict[str, int]
) -> None:
    file.write_text(WITH_A_MISTAKE, encoding="utf-8")
    login = bearer(token[user])
    assert {name: client.post(f"{ADDRESS}/{name}/test", headers=login).status_code for name in answers} == answers
    seen = {each["name"] for each in client.get(ADDRESS, headers=login).json()}
    assert answers.keys() & seen == {name for name, status in answers.items() if status != 404}


OF_A_HIDDEN_MISTAKE = """
connections:
  acme: {connector: odoo, customer: acme}
  typo: {connector: sap_s4hana, customer: globex, sync_evry: 1h}
webhooks: {subscriptions: {of_all: {target: all}}}
"""


def test_a_subscription_to_all_is_about_hidden_connections_too_whose_entry_cannot_be_used(
    client: TestClient, file: Path, token: dict[str, str]
) -> None:
    file.write_text(OF_A_HIDDEN_MISTAKE, encoding="utf-8")
    assert client.get(ADDRESS, headers=bearer(token["oda"])).json() == []
    assert len(client.get(ADDRESS, headers=bearer(token["vic"])).json()) == 1
