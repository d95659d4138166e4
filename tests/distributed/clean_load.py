"""A load without scheduler, workers or accidents, to compare with: the steps alone, into an empty database."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from include.orderhouse.configuration.connections import read_connection
from include.orderhouse.credentials import Credentials
from include.orderhouse.frames import LOAD_ONLY
from include.orderhouse.home import PROJECT
from include.orderhouse.model import TABLES
from include.orderhouse.sync import steps
from include.orderhouse.sync.request import Mode, SyncRequest
from include.orderhouse.sync.runtime import Runtime
from include.orderhouse.warehouse.engine import connect
from include.orderhouse.warehouse.migrate import upgrade
from include.standalone.settings_file import read_settings
from tests.distributed.cluster import CONNECTIONS, Cluster
from tests.sync.conftest import KeptWatermark

_OF_THE_LOAD = LOAD_ONLY | {"extracted_at"}


def load_cleanly(cluster: Cluster, connection: str, folder: Path) -> None:
    """The initial sync of a connection, into the cluster's empty database."""
    upgrade(cluster.empty_database)
    engine = connect(cluster.empty_database)
    found = read_connection(connection, CONNECTIONS)
    credentials = _credentials(cluster, connection, found.credentials_id)
    runtime = Runtime(found, lambda: credentials, engine, KeptWatermark(), str(folder / "staging"))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ORDERHOUSE_HOME", str(folder))
        steps.run(runtime, SyncRequest(connection, Mode.INITIAL, run_id="clean", triggered_by="test"), lambda *_: None)
    engine.dispose()


def content(url: str, connection: str) -> dict[str, list[dict[str, Any]]]:
    """All that a warehouse holds of a connection's orders, but when and by which sync it was loaded."""
    held = {}
    with psycopg.connect(url.replace("+psycopg", "", 1), row_factory=dict_row) as warehouse:
        for table in TABLES:
            columns = ", ".join(column.name for column in table.columns if column.name not in _OF_THE_LOAD)
            query = f"SELECT {columns} FROM procurement.{table.name} WHERE connection = %s ORDER BY {table.key[-1]}"
            held[table.name] = warehouse.execute(query.encode(), [connection]).fetchall()
    return held


def _credentials(cluster: Cluster, connection: str, credentials_id: str) -> Credentials:
    """What the Airflow Connection holds, from where the installation had it."""
    sandbox = cluster.airflow.installation.sandbox
    assert sandbox
    values = {**os.environ, **sandbox.values(), **sandbox.secrets()}
    entries = read_settings(PROJECT / "airflow_settings.yaml", values)["connections"]
    (entry,) = (entry for entry in entries if entry["connection_id"] == credentials_id)
    extra = json.loads(entry.get("extra", "{}"))
    return Credentials(connection, entry["host"], entry.get("login"), entry.get("password"), extra)
