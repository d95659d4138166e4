"""The commands that look and explain: what they print, and how they fail."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from include.cli.mappings import PAGES
from include.orderhouse.connectors import CONNECTORS, load
from include.orderhouse.home import PROJECT, Home
from include.orderhouse.mapping_page import mapping_page
from include.orderhouse.sync.request import MEANINGS, Mode
from include.orderhouse.warehouse.embedded import embedded_postgres
from include.orderhouse.warehouse.syncs.status import set_status
from tests.cli.conftest import Command

_LOADED = "import sys, json, include.cli.commands; print(json.dumps(sorted({m.split('.')[0] for m in sys.modules})))"
_ENDED = """
import atexit, gc, runpy, sys
atexit.register(lambda: print(gc.get_freeze_count() > 0))
sys.argv[1:] = ["--help"]
runpy.run_module("include.cli", run_name="__main__")
"""


def test_the_help_names_every_command(orderhouse: Command) -> None:
    done = orderhouse("--help")
    assert done.returncode == 0
    commands = ("connections", "sync", "mapping", "rejects", "replay", "raw", "sql", "migrate", "docs")
    assert [name for name in commands if f" {name} " not in done.stdout] == []


def test_the_help_of_a_sync_says_what_each_mode_reads(orderhouse: Command) -> None:
    told = " ".join(orderhouse("sync", "--help").stdout.split())
    assert [mode for mode in Mode if (f"{mode}: {MEANINGS[mode]}" in told) is (mode is Mode.REPLAY)] == []


def test_starting_the_command_line_loads_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", _LOADED], cwd=PROJECT, capture_output=True, text=True, check=True)
    heavy = {"airflow", "pandas", "pyarrow", "great_expectations", "sqlalchemy", "psycopg"}
    assert heavy.isdisjoint(json.loads(done.stdout))


def test_the_connections_are_listed_without_what_takes_longest_to_load(orderhouse: Command) -> None:
    told = orderhouse("connections", PYTHONPROFILEIMPORTTIME="1").stderr.splitlines()
    loaded = {line.rpartition("|")[2].strip() for line in told}
    assert loaded & {"sqlalchemy.engine", "pandas.core", "alembic.command", "airflow"} == {"sqlalchemy.engine"}


def test_a_command_ends_without_a_search_for_garbage() -> None:
    done = subprocess.run([sys.executable, "-c", _ENDED], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.endswith("True\n")


def test_the_connections_are_listed_before_they_have_synced(orderhouse: Command) -> None:
    done = orderhouse("connections")
    assert done.returncode == 0
    assert "sandbox_netsuite" in done.stdout
    assert "never synced" in done.stdout


def test_the_watermark_is_listed_after_a_sync_that_does_not_concern_it(home: Home, orderhouse: Command) -> None:
    synced = """
        INSERT INTO ops.sync (connection, sync_id, customer, connector, mode, run_id, triggered_by, state, attempts,
                              mapping_version, started_at, watermark_after)
        VALUES ('sandbox_odoo', gen_random_uuid(), 'sandbox', 'odoo', 'incremental', 'r', 'test', 'succeeded', 1, 1,
                '2026-11-01T08:00:00Z', '2026-11-01T07:59:00Z'),
               ('sandbox_odoo', gen_random_uuid(), 'sandbox', 'odoo', 'remap', 'r', 'test', 'succeeded', 1, 1,
                '2026-11-01T09:00:00Z', NULL)
    """
    with embedded_postgres(home, port=0) as server:
        engine = sa.create_engine(server.url())
        with engine.begin() as warehouse:
            warehouse.execute(sa.text("DELETE FROM ops.sync"))
            warehouse.execute(sa.text(synced))
        listed = orderhouse("connections").stdout
        with engine.begin() as warehouse:
            warehouse.execute(sa.text("DELETE FROM ops.sync"))
        engine.dispose()
    (line,) = [line for line in listed.splitlines() if line.startswith("sandbox_odoo ")]
    assert "remap" in line
    assert line.rstrip().endswith("2026-11-01 07:59:00Z")


def test_a_connection_whose_credentials_rest_is_listed_with_when_they_are_tried_again(
    home: Home, orderhouse: Command
) -> None:
    failed = """
        INSERT INTO ops.sync (connection, sync_id, customer, connector, mode, run_id, triggered_by, state, attempts,
                              mapping_version, started_at)
        VALUES ('sandbox_odoo', gen_random_uuid(), 'sandbox', 'odoo', 'incremental', 'r', 'test', 'failed', 1, 1, now())
    """
    rests = "UPDATE ops.connection_status SET rests_until = cast(:until AS timestamptz)"
    with embedded_postgres(home, port=0) as server:
        engine = sa.create_engine(server.url())
        set_status(engine, "sandbox_odoo", "sandbox", "odoo", "needs_reauthorisation")
        listed = []
        for until in ("2999-01-31T12:30:00Z", "2026-01-31T12:30:00Z"):
            with engine.begin() as warehouse:
                warehouse.execute(sa.text(failed))
                warehouse.execute(sa.text(rests), {"until": until})
            listed += [
                line for line in orderhouse("connections").stdout.splitlines() if line.startswith("sandbox_odoo ")
            ]
        with engine.begin() as warehouse:
            warehouse.execute(sa.text("DELETE FROM ops.sync"))
            warehouse.execute(sa.text("DELETE FROM ops.connection_status"))
        engine.dispose()
    assert ["needs_reauthorisation, rests until 2999-01-31 12:30 " in line for line in listed] == [True, False]
    assert "rests until" not in listed[1]


def test_a_query_prints_a_table_or_csv(orderhouse: Command) -> None:
    query = "SELECT 'a,b' AS first, 1.50 AS second, NULL AS third"
    assert orderhouse("sql", query, "--csv").stdout.splitlines() == ["first,second,third", '"a,b",1.50,']
    assert "1.50" in orderhouse("sql", query).stdout


def test_a_query_prints_json_as_it_is_with_all_its_digits(orderhouse: Command) -> None:
    query = """SELECT '{"note": "a", "budget": 12345678901234567.89}'::jsonb AS fields, '[0.10]'::json AS parts"""
    printed = csv.reader(orderhouse("sql", query, "--csv").stdout.splitlines())
    held = ['{"note": "a", "budget": 12345678901234567.89}', "[0.10]"]
    assert list(printed) == [["fields", "parts"], held]
    assert [text for text in held if text not in orderhouse("sql", query).stdout] == []


def test_a_query_tells_instants_in_utc(orderhouse: Command) -> None:
    query = "SELECT '2026-01-01T12:00:00+09'::timestamptz AS at"
    for options in ([], ["--csv"]):
        assert "2026-01-01 03:00:00" in orderhouse("sql", query, *options, PGTZ="Asia/Tokyo").stdout


def test_a_table_shows_brackets_as_they_are(orderhouse: Command) -> None:
    for text in ("[bold]steel[/bold]", "a [/b] c", ":warning:", r"back\[slash]"):
        done = orderhouse("sql", f"SELECT '{text}' AS \"[told]\"")
        assert text in done.stdout, done.stderr
        assert "[told]" in done.stdout


def test_queries_find_the_schemas_without_naming_them(orderhouse: Command) -> None:
    assert orderhouse("sql", "SELECT count(*) FROM purchase_order, sync", "--csv").stdout.split() == ["count", "0"]


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM ops.sync",
        "SELECT 1; DELETE FROM ops.sync",
        "COMMIT; DROP SCHEMA procurement CASCADE",
        "CREATE TABLE procurement.mine (a int)",
        "SELECT nothing FROM nowhere",
    ],
)
def test_a_query_that_changes_something_or_is_wrong_is_refused_in_one_line(query: str, orderhouse: Command) -> None:
    done = orderhouse("sql", query)
    assert done.returncode == 1
    assert "PostgreSQL refuses the query" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_place_of_a_mistake_in_a_query_is_shown_above_what_is_wrong(orderhouse: Command) -> None:
    told = orderhouse("sql", "SELECT nothing FROM nowhere").stderr
    begun = "CONFIGURATION_INVALID: PostgreSQL refuses the query:\nLINE 1: SELECT nothing FROM nowhere\n"
    assert told.startswith(
        f'{begun}                            ^\nrelation "nowhere" does not exist. Give one statement'
    )
    refused = orderhouse("sql", "DELETE FROM ops.sync").stderr
    assert refused.startswith(
        "CONFIGURATION_INVALID: PostgreSQL refuses the query: cannot execute DELETE in a read-only"
    )


def test_a_mapping_shows_where_each_column_comes_from(orderhouse: Command) -> None:
    done = orderhouse("mapping", "odoo", "--markdown")
    assert done.stdout == mapping_page(load("odoo"))
    assert "| `order_number` | `name` | text |  |" in done.stdout


def test_a_mapping_of_a_connection_shows_its_own_changes(orderhouse: Command, tmp_path: Path) -> None:
    file = tmp_path / "connections.yaml"
    file.write_text("""
connections:
  acme:
    connector: odoo
    customer: acme
    custom_fields:
      - {table: order, source: x_budget, name: budget, type: decimal}
      - {table: line, pattern: "x_*"}
    overrides:
      order:
        buyer_name: {source: x_buyer}
        order_type: {constant: standard}
""")
    page = orderhouse("mapping", "odoo", "--connection", "acme", "--markdown", ORDERHOUSE_CONNECTIONS=str(file)).stdout
    assert "| `buyer_name` | `x_buyer` | text |  |" in page
    assert "| `order_type` | always `standard` |" in page
    assert "| `budget` | order | `x_budget` | decimal |" in page
    assert "| `x_*` | line | all fields like `x_*` | text |" in page


@pytest.mark.parametrize("connector", CONNECTORS)
def test_the_page_of_each_connector_is_that_of_its_mapping(connector: str) -> None:
    written = (PAGES / f"{connector}.md").read_text(encoding="utf-8")
    assert written == mapping_page(load(connector)), "run scripts/orderhouse docs"


@pytest.mark.parametrize("connector", CONNECTORS)
def test_every_canonical_column_stands_on_the_page_of_each_connector(connector: str) -> None:
    page = mapping_page(load(connector))
    for table in load(connector).mapping.tables:
        assert [
            binding.slot.column.name for binding in table.bindings if f"`{binding.slot.column.name}`" not in page
        ] == []


def test_what_protects_the_warehouse_is_shown(orderhouse: Command) -> None:
    done = orderhouse("protection")
    assert done.returncode == 0, done.stderr
    for subject in ("sessions of syncs", "login of syncs", "passwords on the server", "storage of the warehouse"):
        assert subject in done.stdout
    assert "loader is neither superuser" in done.stdout
