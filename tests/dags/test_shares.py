"""Customers with DAGs of their own: what these sync and run on, and what a mistake in their section does."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from include.orchestration.choice import connections_to_sync
from include.orchestration.dag import purchase_order_dags
from include.orchestration.notified import notified_dags
from include.orchestration.shares import shares
from include.orderhouse.configuration.connections import read_connection
from include.orderhouse.configuration.customers import Customer, read_customers
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.warehouse.syncs.status import set_status
from tests.warehouse.conftest import engine, url

__all__ = ["engine", "url"]

CUSTOMERS = "{acme: {pool: acme, queue: acme-workers}, globex: {}}"
CONNECTIONS = """
connections:
  acme_us: {connector: odoo, customer: acme, fresh_within: 1d}
  acme_hq: {connector: erpnext, customer: acme, notifications: acme_hook}
  globex: {connector: odoo, customer: globex}
  initech: {connector: odoo, customer: initech}
  initech_it: {connector: netsuite, customer: in/itech}
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The connections of three customers, two of which have DAGs of their own."""
    found = tmp_path / "connections.yaml"
    found.write_text(f"customers: {CUSTOMERS}{CONNECTIONS}", encoding="utf-8")
    monkeypatch.setenv("ORDERHOUSE_CONNECTIONS", str(found))
    return found


def context(*chosen: str) -> Any:
    """What Airflow tells a task of a run that somebody triggered."""
    run = SimpleNamespace(run_type="manual", logical_date=datetime.now(UTC))
    return {"params": {"connections": list(chosen)}, "dag_run": run}


@pytest.mark.usefixtures("file")
def test_each_such_customer_has_a_dag_for_each_of_its_connectors() -> None:
    odoo = {dag.dag_id: dag for dag in purchase_order_dags("odoo", schedule="@hourly")}
    erpnext = [dag.dag_id for dag in purchase_order_dags("erpnext", schedule="@hourly")]
    assert list(odoo) == ["purchase_orders__odoo", "purchase_orders__odoo__acme", "purchase_orders__odoo__globex"]
    assert erpnext == ["purchase_orders__erpnext", "purchase_orders__erpnext__acme"]
    offered = {name: dag.params.get_param("connections").schema["examples"] for name, dag in odoo.items()}
    assert list(offered.values()) == [["initech"], ["acme_us"], ["globex"]]
    assert [len(dag.deadline or []) for dag in odoo.values()] == [0, 1, 0]


@pytest.mark.usefixtures("file")
def test_all_tasks_of_its_dags_take_the_customers_pool_and_queue() -> None:
    every = [*purchase_order_dags("odoo", schedule="@hourly"), *notified_dags()]
    used = {dag.dag_id: {(task.pool, task.queue) for task in dag.tasks} for dag in every}
    assert used == {
        "purchase_orders__odoo": {("default_pool", "default")},
        "purchase_orders__odoo__acme": {("acme", "acme-workers")},
        "purchase_orders__odoo__globex": {("default_pool", "default")},
        "purchase_orders__notified": {("default_pool", "default")},
        "purchase_orders__notified__acme": {("acme", "acme-workers")},
    }


@pytest.mark.usefixtures("file")
def test_the_dag_of_a_customer_asks_for_its_connections_and_the_other_ones_for_the_rest() -> None:
    dags = purchase_order_dags("odoo", schedule="@hourly")
    asked: list[Any] = [dag.get_task("connections") for dag in dags]
    assert [task.op_args for task in asked] == [("odoo", None), ("odoo", "acme"), ("odoo", "globex")]


@pytest.mark.usefixtures("file")
def test_runs_of_a_dag_follow_each_other_since_two_would_sync_the_same_connections() -> None:
    assert {dag.max_active_runs for dag in purchase_order_dags("odoo", schedule="@hourly")} == {1}


@pytest.mark.usefixtures("file", "engine")
def test_a_run_syncs_the_connections_of_its_share_and_no_others(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERHOUSE_WAREHOUSE_URL", url)
    found = {customer: connections_to_sync("odoo", customer, context()) for customer in (None, "acme", "globex")}
    assert found == {None: ["initech"], "acme": ["acme_us"], "globex": ["globex"]}
    with pytest.raises(ConfigurationInvalid, match="globex: purchase_orders__odoo has no such connection"):
        connections_to_sync("odoo", None, context("globex"))


@pytest.mark.usefixtures("file")
def test_a_run_that_was_given_a_misspelled_field_syncs_nothing_rather_than_all() -> None:
    run = context() | {"params": {"connections": [], "mode": "full_resync", "connection": ["initech"]}}
    with pytest.raises(ConfigurationInvalid, match="given connection, which its form does not have") as refused:
        connections_to_sync("odoo", None, run)
    assert "connections, mode, window_start" in refused.value.action


@pytest.mark.usefixtures("engine")
def test_a_run_syncs_the_others_of_its_share_though_an_entry_cannot_be_used(
    file: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The task of that entry then fails by itself, and says why."""
    monkeypatch.setenv("ORDERHOUSE_WAREHOUSE_URL", url)
    wrong = "".join(
        f"  {name}: {{connector: odoo, customer: {customer}, sync_evry: 1h{more}}}\n"
        for name, customer, more in (
            ("initech_2", "initech", ""),
            ("initech_3", "initech", ", enabled: false"),
            ("acme_2", "acme", ""),
        )
    )
    file.write_text(f"customers: {CUSTOMERS}{CONNECTIONS}{wrong}", encoding="utf-8")
    found = {customer: connections_to_sync("odoo", customer, context()) for customer in (None, "acme", "globex")}
    assert found == {None: ["initech", "initech_2"], "acme": ["acme_us", "acme_2"], "globex": ["globex"]}
    assert connections_to_sync("odoo", None, context("initech")) == ["initech"]
    twice = context("initech_2", "initech", "initech_2")
    assert connections_to_sync("odoo", None, twice) == ["initech_2", "initech"]
    with pytest.raises(ConfigurationInvalid, match="'initech_2', sync_evry: there is no such option"):
        read_connection("initech_2")


def test_a_run_leaves_out_what_is_not_enabled_and_what_has_left(
    file: Path, engine: sa.Engine, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDERHOUSE_WAREHOUSE_URL", url)
    entry = "{connector: odoo, customer: initech, enabled: "
    more = f"  initech_off: {entry}false}}\n  initech_left: {entry}true}}\n"
    file.write_text(f"customers: {CUSTOMERS}{CONNECTIONS}{more}", encoding="utf-8")
    set_status(engine, "initech_left", "initech", "odoo", "disconnected")
    assert connections_to_sync("odoo", None, context()) == ["initech"]
    with pytest.raises(ConfigurationInvalid, match="initech_off: not enabled"):
        connections_to_sync("odoo", None, context("initech_off"))


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ("{acme: {pool: 'a b'}}", "acme.pool"),
        ("{acme: {slots: 3}}", "acme.slots"),
        ("{acme: {queue: '${QUEUE:-x}'}}", "acme.queue"),
        ("{'a/b': {}}", "a/b"),
        ("{'in/itech': {}}", "in/itech"),
        ("{acmee: {}}", "no connection: acmee"),
        ("[acme]", "is no mapping"),
    ],
)
def test_a_mistake_breaks_no_dag_and_is_told_by_its_runs(section: str, told: str, file: Path) -> None:
    file.write_text(f"customers: {section}{CONNECTIONS}", encoding="utf-8")
    assert shares("odoo")[0].customer is None
    for connector in ("odoo", "netsuite"):
        assert purchase_order_dags(connector, schedule="@hourly")
    with pytest.raises(ConfigurationInvalid, match="customers") as refused:
        connections_to_sync("odoo", None, context())
    assert told in str(refused.value)


def test_a_mistake_in_a_customers_options_takes_nobody_the_connections(file: Path) -> None:
    """Else the DAGs would be left with none to choose from, and those of the customers would vanish with their runs."""
    file.write_text(f"customers: {{acme: {{pool: 'a b'}}}}{CONNECTIONS}", encoding="utf-8")
    told = [(share.customer, list(share.entries)) for share in shares("odoo")]
    assert told == [(None, ["globex", "initech"]), ("acme", ["acme_us"])]


@pytest.mark.parametrize("customer", ["[initech]", "{}", "", "7"])
@pytest.mark.usefixtures("file")
def test_an_entry_with_no_customer_that_can_be_takes_no_other_its_dags(customer: str, file: Path) -> None:
    wrong = f"  wrong: {{connector: odoo, customer: {customer}, fresh_within: 1d}}\n"
    file.write_text(f"customers: {CUSTOMERS}{CONNECTIONS}{wrong}", encoding="utf-8")
    told = [(share.customer, list(share.entries)) for share in shares("odoo")]
    assert told == [(None, ["initech", "wrong"]), ("acme", ["acme_us"]), ("globex", ["globex"])]


def test_a_customer_that_is_named_by_a_variable_is_told_since_no_dag_would_have_it(file: Path) -> None:
    hidden = CONNECTIONS.replace("odoo, customer: acme", "odoo, customer: '${A:-acme}'")
    file.write_text(f"customers: {CUSTOMERS}{hidden}", encoding="utf-8")
    with pytest.raises(ConfigurationInvalid, match="by a variable, so that no DAG has them: acme_us"):
        connections_to_sync("odoo", None, context())


def test_without_the_section_there_is_one_dag_for_all(file: Path) -> None:
    file.write_text("connections: {a: {connector: odoo, customer: b}}", encoding="utf-8")
    assert read_customers() == {}
    (share,) = shares("odoo")
    assert (share.customer, list(share.entries), share.runs_on) == (None, ["a"], Customer())
