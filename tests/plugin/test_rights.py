"""What users see and may do whose rights in Airflow end at single DAGs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from airflow.models.dag import DagModel
from starlette.testclient import TestClient

from include.orderhouse.warehouse.syncs.status import reconnect, set_status
from tests.plugin.limited_users import INITECH, SAP, TEAM
from tests.plugin.warehouse import CONNECTIONS, REJECTED, write_connections
from tests.warehouse.orders import rows

MOUNT = "/orderhouse"
API = f"{MOUNT}/api/v1"
Visit = Callable[[str], TestClient]


def told(client: TestClient, path: str, of: str = "connection") -> set[str]:
    """Which connections a list is about."""
    return {each[of] for each in client.get(f"{API}{path}").raise_for_status().json()["data"]}


@pytest.mark.usefixtures("warehouse")
def test_who_sees_no_plugins_sees_nothing(visit: Visit) -> None:
    for path in ("/", "/assets/style.css", "/api/v1/connections", "/no/such/page"):
        answer = visit("nix").get(MOUNT + path)
        assert (path, answer.status_code, answer.json()["error"]["code"]) == (path, 403, "FORBIDDEN")


@pytest.mark.parametrize(
    ("user", "seen", "with_runs"),
    [
        ("oda", {"acme_us", "acme_eu", "acme_off"}, {"acme_us"}),
        ("sal", {"globex"}, {"globex"}),
        ("ini", {"initech"}, set()),
    ],
)
@pytest.mark.usefixtures("warehouse")
def test_who_knows_one_dag_sees_its_connections_only(
    visit: Visit, user: str, seen: set[str], with_runs: set[str]
) -> None:
    client = visit(user)
    assert told(client, "/connections", "name") == seen
    assert told(client, "/runs") == with_runs
    assert told(client, "/rejects") == told(client, "/orders") == seen & {"acme_us"}
    page = client.get(f"{MOUNT}/").text
    assert {name for name in ("acme_us", "globex") if f"/connections/{name}" in page} == with_runs


@pytest.mark.parametrize(
    ("user", "seen"), [("oda", {"acme_us", "acme_eu", "acme_off"}), ("sal", {"globex"}), ("ini", {"initech"})]
)
@pytest.mark.usefixtures("warehouse")
def test_no_page_names_a_connection_that_the_user_may_not_see(visit: Visit, user: str, seen: set[str]) -> None:
    lists = ["/", "/rejects", "/runs", "/mapping", "/mapping/odoo"]
    for path in (*lists, "/rejects?connection=acme_us", "/runs?connection=globex"):
        text = visit(user).get(MOUNT + path).text
        named = {name for name in ("acme_us", "acme_eu", "acme_off", "globex", "initech") if name in text}
        assert (path, named - seen) == (path, set())


@pytest.mark.usefixtures("warehouse")
def test_the_mapping_is_shown_of_the_connectors_that_a_user_may_see(visit: Visit) -> None:
    pages = {user: visit(user).get(f"{MOUNT}/mapping").text for user in ("oda", "sal", "ini", "vic")}
    shown = {
        user: {name for name in ("odoo", "sap_s4hana", "coupa") if f"/mapping/{name}" in text}
        for user, text in pages.items()
    }
    odoo, sap = {"odoo"}, {"sap_s4hana"}
    assert shown == {"oda": odoo, "ini": odoo, "sal": sap, "vic": {*odoo, *sap, "coupa"}}


MISTAKEN = """\
connections:
  acme_typo: {connector: odoo, customer: acme, sync_evry: 1h}
  initech_typo: {connector: odoo, customer: initech, sync_evry: 1h}
  umbrella_typo: {connector: odo, customer: umbrella}
  apart_typo: {connector: coupa, customer: initech, sync_evry: 1h}
"""


@pytest.mark.parametrize(
    ("user", "seen"),
    [
        ("oda", {"acme_typo"}),
        ("sal", set()),
        ("ini", {"initech_typo"}),
        ("vic", {"acme_typo", "initech_typo", "umbrella_typo", "apart_typo"}),
    ],
)
@pytest.mark.usefixtures("warehouse")
def test_an_entry_that_cannot_be_used_is_told_to_who_may_see_it_and_hides_no_other(
    visit: Visit, user: str, seen: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_connections(tmp_path)
    file.write_text(CONNECTIONS.replace("connections:\n", MISTAKEN), encoding="utf-8")
    usable = told(visit(user), "/connections", "name")
    monkeypatch.setenv("ORDERHOUSE_CONNECTIONS", str(file))
    client = visit(user)
    listed = client.get(f"{API}/connections").raise_for_status().json()
    page = client.get(f"{MOUNT}/").raise_for_status().text
    names = {"acme_typo", "initech_typo", "umbrella_typo", "apart_typo"}
    assert {each["name"] for each in listed["data"]} == usable
    assert {name for name in names if any(f"'{name}'" in mistake for mistake in listed["mistakes"])} == seen
    assert {name for name in names if name in page} == seen
    for name in names:
        answer = client.get(f"{API}/connections/{name}/sync-status")
        assert (name, answer.status_code) == (name, 409 if name in seen else 404)


def test_what_a_user_may_not_see_is_as_if_it_were_not_there(visit: Visit, warehouse: sa.Engine) -> None:
    ((sync_id,),) = rows(warehouse, "SELECT sync_id::text FROM ops.sync WHERE connection = 'acme_us' LIMIT 1")
    hidden = [
        f"{API}/connections/acme_us/sync-status",
        f"{API}/connectors/odoo/mapping",
        f"{API}/connectors/sap_s4hana/mapping?connection=acme_us",
        f"{API}/rejects?connection=acme_us",
        f"{API}/rejects/{REJECTED}",
        f"{API}/runs?connection=acme_us",
        f"{API}/runs/{sync_id}",
        f"{API}/orders?connection=acme_us",
        f"{MOUNT}/connections/acme_us",
        f"{MOUNT}/mapping/odoo",
        f"{MOUNT}/rejects/{REJECTED}",
        f"{MOUNT}/runs/{sync_id}",
    ]
    assert {path: visit("sal").get(path).status_code for path in hidden} == dict.fromkeys(hidden, 404)
    body = {"connection": "acme_us", "reject_ids": [REJECTED], "reason": "none of mine"}
    assert visit("sal").post(f"{API}/rejects/dismiss", json=body).status_code == 404
    for act in ("sync", "test"):
        assert visit("sal").post(f"{API}/connections/acme_us/{act}", json={}).status_code == 404


@pytest.mark.usefixtures("warehouse")
def test_a_report_is_for_who_sees_its_connection(visit: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERHOUSE_REPORTS_URL", str(tmp_path))
    for name in ("acme_us", "globex"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.html").write_text(name, encoding="utf-8")
    reports = f"{MOUNT}/reports"
    assert visit("oda").get(f"{reports}/acme_us/index.html").text == "acme_us"
    for path in ("acme_us/index.html", "globex/%2e%2e/acme_us/index.html", "globex%2F..%2Facme_us/index.html", "//x"):
        answer = visit("sal").get(f"{reports}/{path}")
        assert (path, answer.status_code, answer.text == "acme_us") == (path, 404, False)


@pytest.mark.usefixtures("warehouse")
def test_who_triggers_one_dag_acts_on_its_connections_only(visit: Visit) -> None:
    client = visit("tom")
    assert told(client, "/connections", "name") >= {"acme_us", "globex"}
    dismissal = {"connection": "globex", "reject_ids": [REJECTED], "reason": "none of mine"}
    for path, body in (
        ("connections/globex/sync", {}),
        ("connections/globex/test", {}),
        ("rejects/dismiss", dismissal),
    ):
        answer = client.post(f"{API}/{path}", json=body)
        assert (path, answer.status_code) == (path, 403)
        assert "purchase_orders__sap_s4hana" in answer.json()["error"]["message"]
    assert "data-post" not in client.get(f"{MOUNT}/connections/globex").text
    assert "data-post" in client.get(f"{MOUNT}/connections/acme_us").text


@pytest.mark.usefixtures("warehouse")
def test_the_right_to_trigger_a_dag_is_enough_to_act(visit: Visit) -> None:
    assert "data-post" in visit("run").get(f"{MOUNT}/connections/globex").text


@pytest.mark.usefixtures("warehouse")
def test_a_dag_is_the_team_s_that_airflow_says(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(visit("tea"), "/connections", "name") == set()
    monkeypatch.setattr(DagModel, "get_dag_id_to_team_name_mapping", lambda _: {SAP: TEAM})
    assert told(visit("tea"), "/connections", "name") == {"globex"}


def test_who_may_not_sync_a_connection_is_not_told_what_else_would_hinder_it(
    visit: Visit, warehouse: sa.Engine
) -> None:
    set_status(warehouse, "globex", "globex", "sap_s4hana", "disconnected")
    answer = visit("tom").post(f"{API}/connections/globex/sync", json={})
    reconnect(warehouse, "globex")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "FORBIDDEN")


@pytest.mark.usefixtures("warehouse")
def test_the_connections_of_a_customer_with_its_own_dag_are_acted_on_by_that(visit: Visit) -> None:
    client = visit("ini")
    (state,) = client.get(f"{API}/connections").json()["data"]
    assert state["dag_id"] == INITECH
    refused = client.post(f"{API}/connections/initech/sync", json={}).json()["error"]
    assert (refused["code"], INITECH in refused["message"]) == ("TRIGGER_REFUSED", True), "Airflow has not parsed it"
    assert client.get(f"{API}/connectors/odoo/mapping?connection=initech").status_code == 200
    assert client.get(f"{API}/connectors/odoo/mapping?connection=acme_us").status_code == 404
    assert visit("tom").post(f"{API}/connections/initech/sync", json={}).status_code == 403
