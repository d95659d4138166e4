"""How connections are, as the API and the pages tell it."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from include.orchestration.ui import connection_state
from include.orchestration.ui.dags import DagFacts, dag_facts
from include.orderhouse.warehouse.syncs.ledger import start_sync
from include.orderhouse.warehouse.syncs.rests import end_rest, rest
from include.orderhouse.warehouse.syncs.status import reconnect, set_status
from tests.plugin.asking import API, Visit, pages
from tests.plugin.warehouse import write_connections
from tests.warehouse.test_ledger import ROW


@pytest.mark.parametrize("size", [1, 2, 4, 5, 500])
@pytest.mark.usefixtures("warehouse")
def test_every_connection_comes_once_whatever_the_size_of_a_page(visit: Visit, size: int) -> None:
    names = [each["name"] for each in pages(visit("vic"), "/connections", limit=size)]
    assert names == ["acme_eu", "acme_off", "acme_us", "globex", "initech"]
    last = visit("vic").get(f"{API}/connections", params={"limit": 5}).json()
    assert last["next_cursor"] is None, "nothing follows"


@pytest.mark.usefixtures("warehouse")
def test_what_is_changed_in_the_file_shows_without_a_restart(
    visit: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_connections(tmp_path)
    monkeypatch.setenv("ORDERHOUSE_CONNECTIONS", str(file))
    assert "globex" in [each["name"] for each in pages(visit("vic"), "/connections")]
    file.write_text(file.read_text(encoding="utf-8").replace("  globex:", "  globey:"), encoding="utf-8")
    later = file.stat().st_mtime_ns + 1
    os.utime(file, ns=(later, later))
    found = [each["name"] for each in pages(visit("vic"), "/connections")]
    assert ["globey" in found, "globex" in found] == [True, False]


@pytest.mark.usefixtures("warehouse")
def test_connections_tell_what_needs_attention(visit: Visit) -> None:
    found = {each["name"]: each for each in pages(visit("vic"), "/connections", limit=2)}
    assert {name: each["state"] for name, each in found.items()} == {
        "acme_eu": "never_synced",
        "acme_off": "paused",
        "acme_us": "online",
        "globex": "needs_reauthorisation",
        "initech": "never_synced",
    }
    assert {name for name, each in found.items() if each["needs_attention"]} == {"acme_us", "globex"}
    assert (found["acme_us"]["orders"], found["acme_us"]["lines"], found["acme_us"]["open_rejects"]) == (5, 10, 1)
    assert found["globex"]["error_code"] == "AUTHENTICATION_FAILED"
    assert found["globex"]["calls"] == 3


def test_a_connection_whose_only_run_told_nothing_of_its_source_is_not_online(
    visit: Visit, warehouse: sa.Engine
) -> None:
    start_sync(warehouse, replace(ROW, connection="acme_eu"))
    told = visit("vic").get(f"{API}/connections/acme_eu/sync-status").json()
    with warehouse.begin() as session:
        session.execute(sa.text("DELETE FROM ops.sync WHERE connection = 'acme_eu'"))
    assert (told["connection"]["state"], told["latest"]["state"]) == ("never_synced", "running")


def test_a_disconnected_connection_is_shown_as_such_and_runs_no_more(
    visit: Visit, warehouse: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = DagFacts(is_paused=False, next_run_at=datetime(2999, 1, 1, tzinfo=UTC))
    monkeypatch.setattr(connection_state, "dag_facts", lambda ids: dict.fromkeys(ids, due))
    for name in ("acme_eu", "acme_off"):
        set_status(warehouse, name, "acme", "odoo", "disconnected")
    found = {each["name"]: (each["state"], each["next_run_at"]) for each in pages(visit("vic"), "/connections")}
    every, chosen = (visit("vic").get(f"/orderhouse/{query}").text for query in ("", "?state=disconnected"))
    own = visit("uma").get("/orderhouse/connections/acme_eu").text
    refused = visit("uma").post(f"{API}/connections/acme_eu/sync", json={})
    with warehouse.begin() as session:
        session.execute(sa.text("DELETE FROM ops.connection_status WHERE state = 'disconnected'"))
    assert found["acme_eu"] == found["acme_off"] == ("disconnected", None)
    assert found["initech"] == ("never_synced", "2999-01-01T00:00:00Z")
    assert "scripts/orderhouse reconnect acme_eu" in own
    assert "connections/acme_eu/sync" not in own
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "CONNECTION_DISCONNECTED")
    assert 'href="?state=disconnected"' in every
    assert [name for name in found if f"/connections/{name}" in chosen] == ["acme_eu", "acme_off"]


def test_a_reconnected_connection_is_due_and_not_online_before_a_sync_says_so(
    visit: Visit, warehouse: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = DagFacts(is_paused=False, next_run_at=datetime(2999, 1, 1, tzinfo=UTC))
    monkeypatch.setattr(connection_state, "dag_facts", lambda ids: dict.fromkeys(ids, due))
    set_status(warehouse, "acme_us", "acme", "odoo", "disconnected")
    reconnect(warehouse, "acme_us")
    told = visit("vic").get(f"{API}/connections/acme_us/sync-status").json()["connection"]
    own = visit("uma").get("/orderhouse/connections/acme_us").text
    set_status(warehouse, "acme_us", "acme", "odoo", "online")
    synced = visit("vic").get(f"{API}/connections/acme_us/sync-status").json()["connection"]
    assert (told["state"], told["next_run_at"]) == ("paused", "2999-01-01T00:00:00Z")
    assert synced["state"] == "online"
    assert "acme_us was reconnected; a sync that succeeds shows it as online again." in own
    assert "connections/acme_us/sync" in own


def test_a_connection_whose_source_is_away_needs_attention_and_says_why(visit: Visit, warehouse: sa.Engine) -> None:
    set_status(warehouse, "acme_us", "acme", "odoo", "offline", "SOURCE_UNAVAILABLE", "The source is away.")
    told = visit("vic").get(f"{API}/connections/acme_us/sync-status").json()["connection"]
    set_status(warehouse, "acme_us", "acme", "odoo", "online")
    assert (told["state"], told["needs_attention"]) == ("offline", True)
    assert (told["error_code"], told["error_message"]) == ("SOURCE_UNAVAILABLE", "The source is away.")


def test_a_dag_whose_file_is_gone_promises_no_next_run(airflow_app: object) -> None:
    from airflow.models.dag import DagModel
    from airflow.models.dagbundle import DagBundleModel
    from airflow.utils.session import create_session

    due = datetime(2999, 1, 1, tzinfo=UTC)
    with create_session() as session:
        session.add(DagBundleModel(name="tests"))
        session.flush()
        for name, is_stale in (("there", False), ("gone", True)):
            facts = {"is_paused": False, "next_dagrun_create_after": due, "is_stale": is_stale}
            session.add(DagModel(dag_id=name, bundle_name="tests", **facts))
    found = dag_facts(["there", "gone", "never_parsed"])
    with create_session() as session:
        session.execute(sa.delete(DagModel).where(DagModel.dag_id.in_(["there", "gone"])))
        session.execute(sa.delete(DagBundleModel).where(DagBundleModel.name == "tests"))
    assert found == {"there": DagFacts(is_paused=False, next_run_at=due)}


def test_a_connection_whose_credentials_rest_says_until_when_and_what_to_do(
    visit: Visit, warehouse: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    tick = datetime.now(UTC)
    due = DagFacts(is_paused=False, next_run_at=tick)
    monkeypatch.setattr(connection_state, "dag_facts", lambda ids: dict.fromkeys(ids, due))
    sentence = "Scheduled runs leave these credentials alone until"

    def shown(pause: timedelta) -> tuple[dict[str, Any], list[bool]]:
        end_rest(warehouse, "globex")
        rest(warehouse, "globex", "a fingerprint", [pause])
        told = visit("vic").get(f"{API}/connections/globex/sync-status").json()["connection"]
        return told, [sentence in visit("vic").get(f"/orderhouse/{page}").text for page in ("", "connections/globex")]

    told, is_said = shown(timedelta(hours=4))
    assert is_said == [True, True]
    assert told["rests_until"] == told["next_run_at"] > (tick + timedelta(hours=3)).isoformat()
    told, is_said = shown(timedelta())
    assert is_said == [False, False]
    assert (told["rests_until"], datetime.fromisoformat(told["next_run_at"])) == (None, tick)


def test_a_connection_that_was_moved_to_another_customer_is_shown_as_refused(
    visit: Visit, warehouse: sa.Engine
) -> None:
    set_owner = sa.text("UPDATE ops.sync SET customer = :customer WHERE connection = 'acme_us'")
    with warehouse.begin() as session:
        session.execute(set_owner, {"customer": "globex"})
    told = visit("vic").get(f"{API}/connections/acme_us/sync-status").json()["connection"]
    own = visit("uma").get("/orderhouse/connections/acme_us").text
    with warehouse.begin() as session:
        session.execute(set_owner, {"customer": "acme"})
    assert (told["state"], told["needs_attention"], told["error_code"]) == ("paused", True, "CONFIGURATION_INVALID")
    assert "scripts/orderhouse erase acme_us" in own
    assert "was reconnected" not in own


@pytest.mark.usefixtures("warehouse")
def test_the_sync_status_has_the_latest_run(visit: Visit) -> None:
    told = visit("vic").get(f"{API}/connections/globex/sync-status").json()
    assert (told["connection"]["name"], told["latest"]["state"]) == ("globex", "failed")
    assert visit("vic").get(f"{API}/connections/acme_eu/sync-status").json()["latest"] is None
