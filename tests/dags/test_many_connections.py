"""Five hundred connections over all connectors: what grows with them, and what must not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
import yaml
from airflow.configuration import conf

from include.orchestration.choice import connections_to_sync
from include.orchestration.shares import shares
from include.orderhouse.configuration.connections import read_connection, read_connections, sort_connections
from include.orderhouse.configuration.yaml_text import parse_yaml
from include.orderhouse.connectors import CONNECTORS
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.home import PROJECT
from include.orderhouse.upkeep.due import due
from include.orderhouse.warehouse.clock import warehouse_now
from include.orderhouse.warehouse.syncs.ledger import SyncRow, start_sync
from tests.warehouse.conftest import engine, url

__all__ = ["engine", "url"]

MANY = 500
_opened: list[str] = []
sys.addaudithook(lambda event, details: _opened.append(str(details[0])) if event == "open" else None)


@pytest.fixture
def entries() -> dict[str, Any]:
    """Copies of the project's own entries, evenly."""
    sandbox = yaml.safe_load((PROJECT / "include/connections.yaml").read_text(encoding="utf-8"))["connections"]
    kinds = list(sandbox.values())
    return {f"customer_{number:03}": deepcopy(kinds[number % len(kinds)]) for number in range(MANY)}


@pytest.fixture
def file(entries: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file that lists them."""
    path = tmp_path / "connections.yaml"
    path.write_text(yaml.safe_dump({"connections": entries}), encoding="utf-8")
    monkeypatch.setenv("ORDERHOUSE_CONNECTIONS", str(path))
    yield path
    parse_yaml.cache_clear()


def test_each_dag_file_parses_the_connections_once_and_offers_its_own(file: Path) -> None:
    from airflow.dag_processing.dagbag import DagBag

    offered = []
    for dag_file in sorted((PROJECT / "dags").glob("*.py")):
        _opened.clear()
        parse_yaml.cache_clear()
        found = DagBag(dag_folder=str(dag_file))
        assert found.import_errors == {}
        assert parse_yaml.cache_info().misses <= 1
        assert _opened.count(str(file)) == parse_yaml.cache_info().misses + parse_yaml.cache_info().hits
        for dag in found.dags.values():
            offered += dag.params.get_param("connections").schema["examples"] if "connections" in dag.params else []
    assert sorted(offered) == sorted(read_connections(file))


def _names(connector: str) -> list[str]:
    (share,) = shares(connector)
    return list(share.entries)


def test_no_connector_has_more_of_them_than_airflow_maps_over(file: Path) -> None:
    largest = max(len(_names(connector)) for connector in CONNECTORS)
    assert MANY / len(CONNECTORS) <= largest <= MANY <= conf.getint("core", "max_map_length")


def test_the_document_is_parsed_once_in_a_process_however_many_connections_are_read(file: Path) -> None:
    parse_yaml.cache_clear()
    for name in list(read_connections(file))[:20]:
        read_connection(name, file)
    assert parse_yaml.cache_info().misses == 1


def test_a_mistake_in_one_entry_stops_only_its_own_connection(entries: dict[str, Any], file: Path) -> None:
    wrong, *_ = entries
    entries[wrong]["sync_every"] = "often"
    file.write_text(yaml.safe_dump({"connections": entries}), encoding="utf-8")
    spoiled = entries[wrong]["connector"]
    for connector in set(CONNECTORS) - {spoiled}:
        assert len(read_connections(file, connector)) == len(_names(connector))
    with pytest.raises(ConfigurationInvalid, match=wrong):
        read_connections(file, spoiled)
    found, mistakes = sort_connections(file, spoiled)
    assert (list(mistakes), wrong in found, len(found)) == ([wrong], False, len(_names(spoiled)) - 1)
    fellow = next(name for name in _names(spoiled) if name != wrong)
    assert read_connection(fellow, file).name == fellow


def test_which_are_due_is_one_query_that_reads_one_row_of_the_ledger_for_each(file: Path, engine: sa.Engine) -> None:
    fill = """
        INSERT INTO ops.sync (connection, sync_id, customer, connector, mode, run_id, triggered_by, state, attempts,
                              mapping_version, started_at)
        SELECT name, gen_random_uuid(), 'c', 'odoo', 'incremental', 'r', 'test', 'succeeded', 1, 1,
               now() - interval '1 minute' * (1 + number)
        FROM unnest(cast(:names AS text[])) AS name, generate_series(1, 20) AS number
    """
    connections = read_connections(file)
    synced, never = sorted(connections)[:400], sorted(connections)[400:]
    with engine.begin() as warehouse:
        warehouse.execute(sa.text(fill), {"names": synced})
    asked: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    assert due(connections.values(), engine, warehouse_now(engine)) == [name for name in connections if name in never]
    (query,) = (text for text in asked if "ops.sync" in text)
    with engine.connect() as warehouse:
        warehouse.execute(sa.text("ANALYZE ops.sync"))
        explain = "EXPLAIN (ANALYZE, FORMAT JSON) " + query
        (plan,) = warehouse.exec_driver_sql(explain, {"names": list(connections)}).one()
    (scan,) = (node for node in _nodes(plan[0]["Plan"]) if node.get("Relation Name") == "sync")
    assert scan["Actual Rows"] * scan["Actual Loops"] <= MANY
    assert scan.get("Rows Removed by Filter", 0) == 0


@pytest.fixture
def room_for_two(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An Airflow that maps over two connections at most."""
    monkeypatch.setenv("AIRFLOW__CORE__MAX_MAP_LENGTH", "2")
    monkeypatch.setenv("ORDERHOUSE_WAREHOUSE_URL", url)


def _context(run_type: str, *chosen: str) -> Any:
    return {"params": {"connections": list(chosen)}, "dag_run": SimpleNamespace(run_type=run_type)}


def _turn(engine: sa.Engine) -> list[str]:
    """What a scheduled run syncs; all of it fails."""
    names = connections_to_sync("odoo", None, _context("scheduled"))
    for name in names:
        start_sync(engine, SyncRow(str(uuid4()), name, "c", "odoo", "incremental", "r", "t", None, None, None, (), 1))
    with engine.begin() as warehouse:
        warehouse.execute(sa.text("UPDATE ops.sync SET state = 'failed'"))
    return names


@pytest.mark.usefixtures("room_for_two")
def test_of_more_than_airflow_maps_over_those_come_first_that_were_tried_longest_ago(
    entries: dict[str, Any], file: Path, engine: sa.Engine
) -> None:
    """One that always fails is always due; it takes no other's turn. Nor does an entry that cannot be used."""
    wrong, *names = _names("odoo")[:5]
    entries[wrong]["sync_evry"] = "15m"
    file.write_text(
        yaml.safe_dump({"connections": {name: entries[name] for name in (wrong, *names)}}), encoding="utf-8"
    )
    assert [_turn(engine) for _ in range(4)] == [names[:2], names[2:], names[:2], names[2:]]


@pytest.mark.usefixtures("room_for_two", "engine", "file")
def test_a_run_that_somebody_starts_over_more_than_airflow_maps_over_says_so_and_syncs_none() -> None:
    names = _names("odoo")
    assert connections_to_sync("odoo", None, _context("manual", *names[:2])) == names[:2]
    for chosen in ((), names[:3]):
        with pytest.raises(ConfigurationInvalid, match=rf"{len(chosen or names)} connections.* 2 at most"):
            connections_to_sync("odoo", None, _context("manual", *chosen))


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)
