"""What the command line says when something is wrong: one message that names the place and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Command

UNREACHABLE = "postgresql+psycopg://orders:s3cret-word@127.0.0.1:1/erp"


@pytest.mark.parametrize(
    "command",
    [
        ("sync", "nowhere"),
        ("replay", "nowhere"),
        ("mapping", "nowhere"),
        ("raw", "nowhere", "PO-1"),
        ("rejects", "nowhere"),
        ("audit", "show", "nowhere"),
        ("reconnect", "nowhere"),
    ],
)
def test_an_unknown_name_is_one_clear_message(command: tuple[str, ...], orderhouse: Command) -> None:
    done = orderhouse(*command)
    assert done.returncode == 1
    assert "CONFIGURATION_INVALID: There is no connect" in done.stderr
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--mode", "everything"),
        ("--from", "2026-13-01"),
        ("--max-reject-share", "5"),
        ("--max-reject-share", "many"),
        ("--max-deleted-share", "NaN"),
    ],
)
def test_a_wrong_option_is_a_usage_error(arguments: tuple[str, ...], orderhouse: Command) -> None:
    assert orderhouse("sync", "sandbox_netsuite", *arguments).returncode == 2


@pytest.mark.parametrize(
    ("mode", "said"), [("replay", "scripts/orderhouse replay"), ("windw", "there is no mode 'windw'; there are: auto,")]
)
def test_a_mode_that_is_none_of_a_sync_is_told_with_what_there_is(mode: str, said: str, orderhouse: Command) -> None:
    assert said in orderhouse("sync", "sandbox_netsuite", "--mode", mode).stderr


@pytest.mark.parametrize("command", [("connections",), ("mapping", "odoo", "--connection", "acme")])
@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("{buyer: {constant: x}}", "order.buyer, which is no canonical column"),
        ("{order_number: {source: name, codes: {a: b}}}", "order.order_number with codes, but it is neither a code"),
    ],
)
def test_an_override_that_cannot_be_is_told_before_the_next_sync(
    command: tuple[str, ...], override: str, said: str, orderhouse: Command, tmp_path: Path
) -> None:
    file = tmp_path / "connections.yaml"
    entry = f"{{connector: odoo, customer: acme, overrides: {{order: {override}}}}}"
    file.write_text(f"connections: {{acme: {entry}}}", encoding="utf-8")
    done = orderhouse(*command, ORDERHOUSE_CONNECTIONS=str(file))
    assert done.returncode == 1
    assert "CONFIGURATION_INVALID: Connection 'acme'" in done.stderr
    assert said in done.stderr


def test_a_mapping_of_another_connectors_connection_is_refused(orderhouse: Command) -> None:
    done = orderhouse("mapping", "odoo", "--connection", "sandbox_netsuite")
    assert done.returncode == 1
    assert "mapping netsuite --connection sandbox_netsuite" in done.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("connections: {a: ]}", "line 1, is not valid YAML"),
        ("connections: {a: [", "line 1, is not valid YAML"),
        ("connections:\n  a: {connector: odoo}\n  a: {connector: xero}", "line 3, is not valid YAML: 'a' stands twice"),
        ('connections:\n  a: {customer: "cut \\ud83d"}', "line 2, is not valid YAML: it holds half a character"),
        ('connections:\n  "cut \\ud83d": {}', "line 2, is not valid YAML: it holds half a character"),
        ("connections: {a: \x07}", "character 18, is not valid YAML: special characters are not allowed"),
        ("connections: {a: {connector: odoo, customer: x, sync_evry: 1h}}", "sync_evry: there is no such option"),
        ("connections: {a: {connector: odoo}}", "customer: is required"),
        ("connections: {a: {connector: odo, customer: x}}", "connection 'a': There is no connector 'odo'. Use one of"),
        (
            "connections: {a: {connector: odoo, custommer: x, initial_days: ninety}}",
            "customer: is required; initial_days: is no whole number",
        ),
        (
            "connections: {a: {connector: odoo, custommer: x, initial_days: ninety}}",
            "custommer: there is no such option.",
        ),
        (
            "connections: {a: {connector: odoo, customer: x, password: y}}",
            "password: there is no such option (it belongs",
        ),
        (
            "connections: {a: {connector: odoo, customer: x, settings: {api_key: y}}}",
            "no api_key (it belongs into the Air",
        ),
        ("connections: {a: }", "connection 'a', the entry: is no mapping of options, each of which is indented below"),
        ("connections: {a: {connector: odoo, customer: x, sync_every: often}}", "such as 15m or 6h"),
        ("connections: {a: {connector: odoo, customer: x, settings: {charge_products: 3}}}", "charge_products: is no"),
        ("connections: {a: {connector: odoo, customer: '${NOWHERE}'}}", "uses ${NOWHERE}, which the environment"),
        ("connections: {Acme-1: {connector: odoo, customer: x}}", "lower-case letters, digits and underscores"),
        ("connections: {1: {connector: odoo, customer: x}}", "connection 1: YAML takes this name for a number"),
        ("- connections", "no mapping called 'connections'"),
    ],
)
def test_a_mistake_in_the_file_of_connections_is_named_with_its_place(
    content: str, said: str, orderhouse: Command, tmp_path: Path
) -> None:
    file = tmp_path / "connections.yaml"
    file.write_text(content, encoding="utf-8")
    done = orderhouse("connections", ORDERHOUSE_CONNECTIONS=str(file))
    assert done.returncode == 1
    assert f"CONFIGURATION_INVALID: {file}" in done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_mistake_in_one_entry_hides_no_other_and_keeps_no_credentials_out(
    orderhouse: Command, tmp_path: Path
) -> None:
    file = tmp_path / "connections.yaml"
    entries = "a: {connector: odoo, customer: x}, b: {connector: odoo, customer: x, sync_evry: 1h}"
    file.write_text(f"connections: {{{entries}}}", encoding="utf-8")
    listed = orderhouse("connections", ORDERHOUSE_CONNECTIONS=str(file))
    assert (listed.returncode, "never synced" in listed.stdout) == (1, True)
    assert "connection 'b', sync_evry: there is no such option. Correct the entry" in listed.stderr
    assert "docs/add-a-connection.md lists the options" in listed.stderr
    kept = orderhouse("vault", "put", "a", input='{"host": "https://erp.test"}', ORDERHOUSE_CONNECTIONS=str(file))
    assert kept.returncode == 0, kept.stderr
    refused = orderhouse("vault", "put", "b", input='{"host": "https://erp.test"}', ORDERHOUSE_CONNECTIONS=str(file))
    assert "connection 'b', sync_evry: there is no such option" in refused.stderr


def test_a_mistake_in_each_other_section_is_told_beside_the_connections(orderhouse: Command, tmp_path: Path) -> None:
    file = tmp_path / "connections.yaml"
    wrong = "customers: {acmee: {}}\nwebhooks: {host: []}\nalerts: {on_failur: []}"
    file.write_text(f"connections: {{acme: {{connector: odoo, customer: acme}}}}\n{wrong}", encoding="utf-8")
    done = orderhouse("connections", ORDERHOUSE_CONNECTIONS=str(file))
    assert (done.returncode, "acme" in done.stdout) == (1, True)
    for said in ("customers, these have no connection: acmee", "webhooks, host: there", "alerts, on_failur: there"):
        assert said in done.stderr


@pytest.mark.parametrize("command", [("connections",), ("sql", "SELECT 1"), ("rejects",), ("migrate",)])
def test_a_warehouse_that_does_not_answer_is_named_without_its_password(
    command: tuple[str, ...], orderhouse: Command
) -> None:
    done = orderhouse(*command, ORDERHOUSE_WAREHOUSE_URL=UNREACHABLE)
    assert done.returncode == 1
    assert done.stderr.startswith("WAREHOUSE_UNAVAILABLE: The warehouse cannot be used")
    assert '"127.0.0.1", port 1 failed: Connection refused. Check that PostgreSQL runs' in done.stderr
    assert "s3cret-word" not in done.stderr


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "mysql://orders:s3cret-word@db/erp",
        "postgresql://orders:s3cret-word@127.0.0.1:http/erp",
        "postgresql://orders:s3cret-word@127.0.0.1:1/erp?nonsense=1",
    ],
)
def test_an_address_that_is_no_postgresql_is_refused_with_an_example(url: str, orderhouse: Command) -> None:
    done = orderhouse("connections", ORDERHOUSE_WAREHOUSE_URL=url)
    assert done.returncode == 1
    assert "postgresql+psycopg://user:password@host:5432/warehouse" in done.stderr
    assert ("s3cret-word" in done.stderr, "Traceback" in done.stderr) == (False, False)


def test_a_port_that_is_none_is_named_by_its_variable(orderhouse: Command, tmp_path: Path) -> None:
    done = orderhouse("connections", ORDERHOUSE_POSTGRES_PORT="http", ORDERHOUSE_HOME=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert "ORDERHOUSE_POSTGRES_PORT is 'http'" in done.stderr


@pytest.mark.parametrize("folder", ["/dev/null", "/dev/null/state", "~nobody-of-that-name/state"])
def test_a_state_folder_that_cannot_be_made_is_named_by_its_variable(folder: str, orderhouse: Command) -> None:
    done = orderhouse("connections", ORDERHOUSE_HOME=folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("CONFIGURATION_INVALID: The state folder cannot be used: ")
    assert (folder.partition("/state")[0] in done.stderr, "ORDERHOUSE_HOME" in done.stderr) == (True, True)


def test_missing_credentials_are_named_with_the_ways_to_give_them(orderhouse: Command) -> None:
    done = orderhouse("sync", "sandbox_odoo")
    assert done.returncode == 1
    assert "needs the Airflow Connection 'sandbox_odoo', which does not exist" in done.stderr
    assert "AIRFLOW_CONN_SANDBOX_ODOO" in done.stderr


def test_credentials_that_lack_a_part_are_named_with_the_part(orderhouse: Command) -> None:
    done = orderhouse("sync", "sandbox_odoo", AIRFLOW_CONN_SANDBOX_ODOO='{"conn_type": "http", "host": "erp.test"}')
    assert done.returncode == 1
    assert "The Airflow Connection of 'sandbox_odoo' has no " in done.stderr


def test_a_source_that_does_not_answer_is_named_with_its_address(orderhouse: Command) -> None:
    connection = '{"conn_type": "http", "host": "http://127.0.0.1:1", "login": "me", "password": "s3cret-word", '
    connection += '"extra": {"database": "erp"}}'
    done = orderhouse("sync", "sandbox_odoo", AIRFLOW_CONN_SANDBOX_ODOO=connection)
    assert done.returncode == 1
    assert "SOURCE_UNAVAILABLE: [Errno 111] Connection refused (POST http://127.0.0.1:1/jsonrpc)." in done.stderr
    assert "check the address in the Airflow Connection" in done.stderr
    assert "Next try in" in done.stdout
    assert "s3cret-word" not in done.stderr


def test_an_airflow_without_tables_is_named_with_its_database(orderhouse: Command, tmp_path: Path) -> None:
    done = orderhouse("sync", "sandbox_odoo", AIRFLOW_HOME=str(tmp_path))
    assert done.returncode == 1
    assert f"Airflow's metadata database sqlite:///{tmp_path}/airflow.db has no tables" in done.stderr


def test_what_is_no_id_of_a_reject_is_refused(orderhouse: Command) -> None:
    done = orderhouse("replay", "sandbox_odoo", "P00042")
    assert done.returncode == 1
    assert "'P00042' is no id of a reject. `scripts/orderhouse rejects` lists the ids." in done.stderr
