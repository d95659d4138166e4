"""The DAGs: what they are called, what they run, what their form asks, and that reading them costs little."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.definitions.mappedoperator import MappedOperator
from airflow.serialization.serialized_objects import DagSerialization

from include.orchestration import courier
from include.orchestration.dag import HOUSEKEEPING
from include.orchestration.form import run_form
from include.orchestration.maintenance import DAG_ID as MAINTENANCE
from include.orchestration.retries import RETRIES, ErrorPolicy
from include.orchestration.shares import dag_id, shares
from include.orderhouse.connectors import CONNECTORS
from include.orderhouse.home import PROJECT
from include.orderhouse.sync.request import Mode
from tests.processes import python_path

STEPS = ["extract", "transform", "validate", "load", "advance_watermark"]
_PARSE = """
import json, pathlib, runpy, sys
for file in sorted(pathlib.Path("dags").glob("*.py")):
    runpy.run_path(str(file))
print(json.dumps(sorted(sys.modules)))
"""
_HEAVY = ("pandas", "pyarrow", "great_expectations", "duckdb")
_STEPS_OF_A_SYNC = ("frames", "staging", "transform", "expectations", "warehouse", "sync.")
_WHAT_A_FORM_ASKS = "include.orderhouse.sync.request"


def test_every_connector_has_a_dag_of_its_name(dags: Any) -> None:
    own = {courier.DAG_ID, dag_id("notified"), MAINTENANCE}
    assert set(dags) == {f"purchase_orders__{name}" for name in CONNECTORS} | own


@pytest.mark.parametrize("file", sorted((PROJECT / "dags").glob("*.py")), ids=lambda file: file.stem)
def test_airflow_looks_into_every_dag_file(file: Path) -> None:
    content = file.read_text(encoding="utf-8").lower()
    assert "airflow" in content
    assert "dag" in content


def test_reading_the_dag_files_loads_nothing_heavy_and_asks_for_no_secret() -> None:
    backend = {"AIRFLOW__SECRETS__BACKEND": "tests.dags.refusing_secrets.RefusingSecrets"}
    done = subprocess.run(
        [sys.executable, "-c", _PARSE],
        cwd=PROJECT,
        env={**os.environ, **backend, "PYTHONPATH": python_path(PROJECT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    loaded = set(json.loads(done.stdout.splitlines()[-1])) - {_WHAT_A_FORM_ASKS}
    steps = tuple(f"include.orderhouse.{name}" for name in _STEPS_OF_A_SYNC)
    assert [name for name in loaded if name.split(".")[0] in _HEAVY or name.startswith(steps)] == []


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("sync.steps", {"great_expectations"}),
        ("sync.transform.mapping_process", {"great_expectations", "sqlalchemy", "psycopg", "pandas"}),
    ],
)
def test_what_a_step_does_without_is_not_loaded_with_it(module: str, heavy: set[str]) -> None:
    look = f"import sys, include.orderhouse.{module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", look], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert heavy & set(done.stdout.split()) == set()


@pytest.mark.parametrize("connector", CONNECTORS)
def test_a_dag_says_whose_it_is_and_what_it_does(dags: Any, connector: str) -> None:
    dag = dags[f"purchase_orders__{connector}"]
    assert dag.tags == {"orderhouse", connector}
    assert dag.owner == "orderhouse"
    assert f"docs/connectors/{connector}.md" in dag.doc_md
    assert f"backfill create --dag-id {dag.dag_id} " in dag.doc_md
    assert not dag.catchup


def test_what_no_person_triggers_runs_by_itself_from_the_first_start_on(dags: Any) -> None:
    housekeeping = {name: dag.is_paused_upon_creation for name, dag in dags.items() if HOUSEKEEPING in dag.tags}
    told = ("orderhouse__webhooks", "orderhouse_maintenance", "purchase_orders__notified")
    assert housekeeping == dict.fromkeys(told, False)


def test_a_source_that_asks_for_patience_keeps_no_other_that_was_told_of_waiting(dags: Any) -> None:
    assert dags["purchase_orders__notified"].max_active_runs > 1


def test_the_steps_are_mapped_over_the_connections_one_after_the_other(dags: Any) -> None:
    dag = dags["purchase_orders__odoo"]
    tasks = [dag.task_dict[f"sync.{step}"] for step in STEPS]
    assert set(dag.task_dict) == {"connections", *(f"sync.{step}" for step in STEPS)}
    assert all(isinstance(task, MappedOperator) or task.get_closest_mapped_task_group() for task in tasks)
    for before, after in itertools.pairwise(tasks):
        assert before.task_id in after.upstream_task_ids
    assert tasks[0].upstream_task_ids == {"connections"}


def test_every_task_follows_the_error_tree(dags: Any) -> None:
    for task in dags["purchase_orders__odoo"].tasks:
        assert isinstance(task.retry_policy, ErrorPolicy)
        assert task.retries == RETRIES


def test_a_step_that_waits_goes_before_the_steps_that_come_before_it(dags: Any) -> None:
    dag = DagSerialization.from_dict(DagSerialization.to_dict(dags["purchase_orders__odoo"]))
    tasks = [dag.get_task(f"sync.{step}") for step in STEPS]
    weights = [task.weight_rule.get_weight(SimpleNamespace(task=task)) for task in tasks]
    assert weights == sorted(set(weights))


def test_each_mapped_task_shows_its_connection(dags: Any) -> None:
    dag = dags["purchase_orders__odoo"]
    assert {dag.task_dict[f"sync.{step}"].map_index_template for step in STEPS} == {"{{ connection_name }}"}


def test_the_load_updates_the_connectors_asset(dags: Any) -> None:
    (asset,) = dags["purchase_orders__odoo"].task_dict["sync.load"].outlets
    assert asset.uri == "orderhouse://purchase_orders/odoo"


def test_the_untouched_form_is_valid_and_offers_every_mode() -> None:
    form = run_form(["acme"])
    for parameter in form.values():
        parameter.resolve()
    assert form["mode"].schema["enum"] == list(form["mode"].schema["values_display"]) == list(Mode)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("mode", "everything"),
        ("connections", "acme"),
        ("max_reject_share", 1.5),
        ("max_reject_share", "0.1"),
        ("max_deleted_share", 1.5),
    ],
)
def test_the_form_refuses_what_it_does_not_understand(parameter: str, value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        run_form(["acme"])[parameter].resolve(value)


def test_the_form_offers_the_connectors_own_connections(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "connections.yaml"
    file.write_text("connections: {a: {connector: odoo}, b: {connector: netsuite}, c: {connector: odoo}}")
    monkeypatch.setenv("ORDERHOUSE_CONNECTIONS", str(file))
    (share,) = shares("odoo")
    assert run_form(list(share.entries))["connections"].schema["examples"] == ["a", "c"]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "connections:",
        "connections: [a, b]",
        "{",
        "connections: {a: }",
        "other: {}",
        "connections: {a: {connector: odoo, customer: b, initial_days: 2026-02-31}}",
        "connections: {a: {connector: odoo, customer: B\u00fcrger}}",
    ],
)
def test_a_broken_file_of_connections_does_not_break_the_dag(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "connections.yaml"
    file.write_text(content, encoding="latin-1")
    monkeypatch.setenv("ORDERHOUSE_CONNECTIONS", str(file))
    assert [(share.customer, dict(share.entries)) for share in shares("odoo")] == [(None, {})]
    assert str(courier.courier_dag().schedule) == "@hourly"


@pytest.mark.parametrize(
    ("entry", "sections", "schedule"),
    [
        ("", "", "@hourly"),
        ("", "webhooks: {}", "* * * * *"),
        (", notifications: hook", "", "* * * * *"),
        (", sync_evry: 1h", "", "@hourly"),
        ("}, b: , c: {notifications: hook", "", "* * * * *"),
    ],
)
def test_the_courier_looks_every_minute_where_there_are_webhooks_out_or_in(
    entry: str, sections: str, schedule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "connections.yaml"
    file.write_text(f"connections: {{a: {{connector: odoo, customer: b{entry}}}}}\n{sections}\n", encoding="utf-8")
    monkeypatch.setenv("ORDERHOUSE_CONNECTIONS", str(file))
    assert str(courier.courier_dag().schedule) == schedule
