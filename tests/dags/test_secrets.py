"""An Airflow Connection as the product's credentials."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException, AirflowRuntimeError, ErrorType
from airflow.sdk.execution_time import task_runner
from airflow.sdk.execution_time.comms import (
    ErrorResponse,
    GetConnection,
    GetVariable,
    GetVariableKeys,
    VariableKeysResult,
    VariableResult,
)

from include.orchestration.metadata import stored_credentials
from include.orchestration.secrets import TaskWatermark, as_credentials, task_credentials
from include.orchestration.vault import CUSTOMER, OF_CUSTOMER
from include.orderhouse.credentials import Credentials
from include.orderhouse.errors import (
    ConfigurationInvalid,
    CredentialsUnavailable,
    OrderhouseError,
    WatermarkUnavailable,
)


def _record(**fields: Any) -> Connection:
    return Connection(conn_id="acme", conn_type="http", **fields)


@pytest.mark.parametrize(
    ("fields", "base_url"),
    [
        ({"host": "https://erp.example.com"}, "https://erp.example.com"),
        ({"host": "https://erp.example.com/"}, "https://erp.example.com"),
        ({"host": "http://127.0.0.1:9001"}, "http://127.0.0.1:9001"),
        ({"host": "http://127.0.0.1:9001", "port": 8080}, "http://127.0.0.1:9001"),
        ({"host": "erp.example.com"}, "https://erp.example.com"),
        ({"host": "erp.example.com", "port": 8443}, "https://erp.example.com:8443"),
        ({"host": "erp.example.com", "schema": "http", "port": 8080}, "http://erp.example.com:8080"),
        ({"host": "https://[::1]:8443"}, "https://[::1]:8443"),
        ({"host": " ERP.example.com "}, "https://erp.example.com"),
        ({"host": "https://erp_1.example.com", "port": 65_535}, "https://erp_1.example.com:65535"),
        ({"host": "https://büro.example"}, "https://büro.example"),
    ],
)
def test_a_host_may_be_a_url_or_a_name_beside_schema_and_port(fields: dict[str, object], base_url: str) -> None:
    assert as_credentials("acme", _record(**fields)).base_url == base_url


@pytest.mark.parametrize(
    "host",
    [
        "",
        "ftp://erp.example.com",
        "https://erp.example.com/odata",
        "https://erp.example.com?key=planted",
        "https://u:planted@erp.example.com",
        "a:x",
        "http://",
        "https://erp .example.com",
        "https://erp.example.com\u200b",
        "https://erp,example.com",
    ],
)
def test_a_host_that_is_no_address_of_a_server_is_refused_without_being_shown(host: str) -> None:
    with pytest.raises(ConfigurationInvalid, match="'acme' is no address of a server") as refused:
        as_credentials("acme", _record(host=host))
    assert "planted" not in str(refused.value)


def test_a_port_that_no_server_can_have_is_refused() -> None:
    with pytest.raises(ConfigurationInvalid, match="'acme' is no address of a server"):
        as_credentials("acme", _record(host="erp.example.com", port=65_536))


def test_login_password_and_extra_values_are_the_secrets() -> None:
    extra = json.dumps({"client_id": "orderhouse", "nested": {"a": 1}})
    record = _record(host="https://x.example", login="me", password="planted", extra=extra)
    found = as_credentials("acme", record)
    assert (found.login, found.need("password"), found.need("client_id")) == ("me", "planted", "orderhouse")
    assert found.extra["nested"] == {"a": 1}
    assert "planted" not in repr(found)


def test_a_schema_that_is_no_scheme_names_the_database() -> None:
    found = as_credentials("acme", _record(host="https://x.example", schema="production"))
    assert found.extra == {"database": "production"}
    assert as_credentials("acme", _record(host="x.example", schema="http")).extra == {}


def test_the_extra_json_has_the_last_word_on_the_database() -> None:
    record = _record(host="https://x.example", schema="old", extra='{"database": "new"}')
    assert as_credentials("acme", record).extra == {"database": "new"}


@pytest.mark.parametrize("asked", [task_credentials, stored_credentials])
def test_nobody_is_given_the_credentials_that_the_vault_holds_for_another_customer(
    asked: Callable[[str], Credentials], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "connections.yaml"
    entry = "{connector: odoo, credentials: shared, customer: %s}"
    file.write_text(f"connections: {{acme: {entry % 'acme'}, globex: {entry % 'globex'}}}", encoding="utf-8")
    monkeypatch.setenv("ORDERHOUSE_CONNECTIONS", str(file))
    held = {"conn_type": "http", "host": "https://x.example", "extra": {CUSTOMER: f"{OF_CUSTOMER}acme"}}
    monkeypatch.setenv("AIRFLOW_CONN_SHARED", json.dumps(held))
    assert asked("acme").base_url == "https://x.example"
    with pytest.raises(ConfigurationInvalid, match="'globex' names credentials that the vault holds for 'acme'"):
        asked("globex")


class Supervisor:
    """Answers a task as Airflow's supervisor does: with the values that it can read, and the keys of all there are.

    It has no Connection. To questions of the kinds ``failing`` it answers that the API server fails, to those
    ``denied`` that it takes the task's token for none.
    """

    def __init__(
        self, *keys: str, failing: tuple[type, ...] = (), denied: tuple[type, ...] = (), **readable: str
    ) -> None:
        self._keys, self._failing, self._denied, self._readable = keys, failing, denied, readable

    def send(self, asked: Any) -> Any:
        if isinstance(asked, self._denied):
            return ErrorResponse(error=ErrorType.PERMISSION_DENIED, detail={"status_code": 403})
        if isinstance(asked, self._failing):
            raise AirflowRuntimeError(ErrorResponse(error=ErrorType.API_SERVER_ERROR, detail={"status_code": 500}))
        if isinstance(asked, GetConnection):
            return ErrorResponse(error=ErrorType.CONNECTION_NOT_FOUND, detail={"conn_id": asked.conn_id})
        if isinstance(asked, GetVariableKeys):
            found = [key for key in (*self._keys, *self._readable) if key.startswith(asked.prefix or "")]
            return VariableKeysResult(keys=found, total_entries=len(found))
        if asked.key in self._readable:
            return VariableResult(key=asked.key, value=self._readable[asked.key])
        raise AirflowRuntimeError(ErrorResponse(error=ErrorType.VARIABLE_NOT_FOUND, detail={"key": asked.key}))


def test_a_watermark_that_airflow_has_and_cannot_read_is_not_taken_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """H8: the connection would be synced as if it never had been."""
    key = "purchase_orders_watermark__acme"
    supervisor = Supervisor(f"{key}_eu", key, **{f"{key}_us": "2026-01-31T08:00:00Z"})
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", supervisor, raising=False)
    assert TaskWatermark("acme_us").read() == "2026-01-31T08:00:00Z"
    assert TaskWatermark("globex").read() is None
    assert TaskWatermark("acm").read() is None
    with pytest.raises(WatermarkUnavailable, match=f"does not give the value of the Variable {key}, though it may"):
        TaskWatermark("acme").read()


def test_a_watermark_of_which_airflow_cannot_tell_whether_it_is_there_is_not_taken_for_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", Supervisor(failing=(GetVariableKeys,)), raising=False)
    with pytest.raises(WatermarkUnavailable):
        TaskWatermark("acme").read()


@pytest.mark.parametrize(
    ("failing", "error", "told"),
    [
        ((), ConfigurationInvalid, "needs the Airflow Connection 'acme', which does not exist"),
        ((GetVariableKeys,), CredentialsUnavailable, "cannot read the Connection 'acme' of connection 'acme'"),
        ((GetConnection,), CredentialsUnavailable, "ExecutionAPISecretsBackend fails with AirflowRuntimeError"),
    ],
)
def test_a_connection_that_airflow_cannot_read_is_not_told_as_missing(
    failing: tuple[type, ...],
    error: type[OrderhouseError],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Airflow says that it is not defined, whatever has failed: its API server, or the database behind that."""
    _list_acme(tmp_path, monkeypatch)
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", Supervisor(failing=failing), raising=False)
    with pytest.raises(error, match=told):
        task_credentials("acme")


def test_a_task_that_the_api_server_denies_is_tried_again_and_not_told_to_enter_its_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _list_acme(tmp_path, monkeypatch)
    supervisor = Supervisor(denied=(GetConnection, GetVariable))
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", supervisor, raising=False)
    with pytest.raises(
        CredentialsUnavailable, match="Airflow denies the Connection 'acme' of connection 'acme'"
    ) as told:
        task_credentials("acme")
    assert "vault put" not in told.value.action
    assert "jwt_secret" in told.value.action
    with pytest.raises(WatermarkUnavailable, match="does not give the value of the Variable"):
        TaskWatermark("acme").read()


@pytest.mark.parametrize("asked", [task_credentials, stored_credentials])
def test_a_connection_that_cannot_be_parsed_is_not_told_as_missing(
    asked: Callable[[str], Credentials], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _list_acme(tmp_path, monkeypatch)
    monkeypatch.setenv("AIRFLOW_CONN_ACME", '{"host": "https://x.example", "password": "planted')
    with pytest.raises(CredentialsUnavailable, match="EnvironmentVariablesBackend fails with JSONDecodeError") as told:
        asked("acme")
    assert "planted" not in str(told.value)


def test_a_connection_that_is_there_a_moment_later_is_not_told_as_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_yet(conn_id: str) -> None:
        raise AirflowNotFoundException(f"The conn_id `{conn_id}` isn't defined")

    _list_acme(tmp_path, monkeypatch)
    monkeypatch.setattr(Connection, "get", not_yet)
    monkeypatch.setenv("AIRFLOW_CONN_ACME", "https://x.example")
    with pytest.raises(CredentialsUnavailable, match="EnvironmentVariablesBackend has it and does not give it"):
        task_credentials("acme")


def _list_acme(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder / "connections.yaml"
    file.write_text("connections: {acme: {connector: odoo, customer: acme}}", encoding="utf-8")
    monkeypatch.setenv("ORDERHOUSE_CONNECTIONS", str(file))
