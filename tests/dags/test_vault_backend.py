"""The vault as Airflow's secrets backend: asked first, denied when revoked, and never stood in for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml
from airflow.models import Connection
from airflow.sdk.exceptions import AirflowSecretsBackendAccessDenied

from include.orchestration.airflow_connections import denied
from include.orchestration.secrets import as_credentials, check_customer
from include.orchestration.vault import VaultBackend
from include.orderhouse.errors import ConfigurationInvalid, WarehouseUnavailable
from include.orderhouse.home import PROJECT, Home
from include.orderhouse.warehouse.embedded import Server, embedded_postgres
from include.orderhouse.warehouse.engine import connect
from include.orderhouse.warehouse.keys.vault import Vault
from include.orderhouse.warehouse.migrate import upgrade
from tests.processes import python_path

PLANTED = "planted-vault-password"
VALUE = {"conn_type": "http", "host": "https://erp.example.com", "login": "me", "password": PLANTED}
ASK = """
from airflow.models import Connection
found = Connection.get_connection_from_secrets("acme_odoo")
print(found.host, found.login, found.password == "planted-vault-password")
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with embedded_postgres(Home(tmp_path_factory.mktemp("vault")), port=0) as running:
        upgrade(running.url())
        yield running


@pytest.fixture
def vault(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    """The vault of a warehouse with the credentials of acme_odoo, which connections.yaml has, too."""
    file = tmp_path / "connections.yaml"
    entry = {"connector": "odoo", "customer": "acme", "notifications": "acme_mail"}
    webhooks = {"subscriptions": {"finance": {"target": "finance_bus"}}}
    content = {"connections": {"acme_odoo": entry}, "webhooks": webhooks}
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    monkeypatch.setenv("ORDERHOUSE_CONNECTIONS", str(file))
    monkeypatch.setenv("ORDERHOUSE_WAREHOUSE_URL", server.url())
    made = Vault.of(connect(server.url(), keep_open=False))
    made.put("acme_odoo", "acme", json.dumps(VALUE))
    return made


@pytest.mark.usefixtures("vault")
def test_airflow_finds_a_connection_in_the_vault_before_it_looks_elsewhere() -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": python_path(PROJECT),
        "AIRFLOW__SECRETS__BACKEND": "include.orchestration.vault.VaultBackend",
        "AIRFLOW_CONN_ACME_ODOO": "http://wrong:wrong@elsewhere.example.com",
        "_AIRFLOW_PROCESS_CONTEXT": "server",
    }
    done = subprocess.run([sys.executable, "-c", ASK], env=environment, cwd=PROJECT, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1:] == ["https://erp.example.com me True"], done.stderr
    assert PLANTED not in done.stdout + done.stderr
    assert "too short" not in done.stdout + done.stderr


@pytest.mark.usefixtures("vault")
def test_what_the_vault_does_not_have_is_left_to_other_places() -> None:
    assert VaultBackend().get_conn_value("unknown") is None
    assert VaultBackend().get_variable("anything") is None


def test_revoked_credentials_are_denied_and_no_other_place_is_asked(vault: Vault) -> None:
    vault.revoke("acme_odoo")
    with pytest.raises(AirflowSecretsBackendAccessDenied, match="revoked") as refused:
        VaultBackend().get_connection("acme_odoo")
    told = denied("acme_odoo", "acme_odoo", refused.value)
    assert isinstance(told, ConfigurationInvalid)
    assert "vault put" in told.action


@pytest.mark.usefixtures("vault")
def test_while_the_vault_cannot_be_read_only_foreign_connections_are_looked_for_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ORDERHOUSE_WAREHOUSE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert VaultBackend().get_conn_value("a_connection_of_another_dag") is None
    with pytest.raises(AirflowSecretsBackendAccessDenied) as refused:
        VaultBackend().get_conn_value("acme_odoo")
    assert isinstance(denied("acme_odoo", "acme_odoo", refused.value), WarehouseUnavailable)


@pytest.mark.usefixtures("vault")
@pytest.mark.parametrize("named", ["acme_odoo", "acme_mail", "finance_bus"])
def test_nothing_that_connections_yaml_names_is_looked_for_elsewhere(
    named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDERHOUSE_WAREHOUSE_URL", "postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(AirflowSecretsBackendAccessDenied):
        VaultBackend().get_conn_value(named)


@pytest.mark.usefixtures("vault")
def test_while_nobody_knows_what_connections_yaml_names_nothing_is_looked_for_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "connections.yaml").write_text("connections: {", encoding="utf-8")
    monkeypatch.setenv("ORDERHOUSE_WAREHOUSE_URL", "postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(AirflowSecretsBackendAccessDenied):
        VaultBackend().get_conn_value("acme_odoo")


@pytest.mark.usefixtures("vault")
def test_each_reading_stands_in_the_audit_log(server: Server) -> None:
    read = "SELECT count(*) FROM ops.audit WHERE action = 'vault.read' AND subject = 'acme_odoo' AND customer = 'acme'"
    with connect(server.url()).connect() as session:
        before = session.execute(sa.text(read)).scalar_one()
        VaultBackend().get_conn_value("acme_odoo")
        assert session.execute(sa.text(read)).scalar_one() == before + 1


@pytest.mark.usefixtures("vault")
def test_a_vault_whose_reading_postgresql_refuses_counts_as_one_that_cannot_be_read(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDERHOUSE_WAREHOUSE_URL", server.url("postgres"))
    assert VaultBackend().get_conn_value("a_connection_of_another_dag") is None
    with pytest.raises(AirflowSecretsBackendAccessDenied, match="UndefinedTable") as refused:
        VaultBackend().get_conn_value("acme_odoo")
    assert "grant" in denied("acme_odoo", "acme_odoo", refused.value).action


@pytest.mark.usefixtures("vault")
def test_a_connection_cannot_use_another_customers_credentials() -> None:
    found = VaultBackend().get_connection("acme_odoo")
    assert isinstance(found, Connection)
    check_customer("acme_odoo", "acme", found)
    with pytest.raises(ConfigurationInvalid, match="holds for 'acme'"):
        check_customer("globex_odoo", "globex", found)
    credentials = as_credentials("acme_odoo", found)
    assert (credentials.base_url, credentials.password, dict(credentials.extra)) == (VALUE["host"], PLANTED, {})
