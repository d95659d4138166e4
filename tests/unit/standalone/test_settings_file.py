"""airflow_settings.yaml becomes what Airflow's API takes, or says what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from include.orderhouse.errors import ConfigurationInvalid
from include.standalone.settings_file import read_settings

FILE = """
airflow:
  connections:
    - conn_id: sandbox_odoo
      conn_type: http
      conn_host: http://127.0.0.1:${PORT:-9004}
      conn_schema:
      conn_login: sync@example.com
      conn_password: ${PASSWORD}
      conn_port:
      conn_extra: {database: odoo, api_key: "${PASSWORD}"}
  pools:
    - pool_name: odoo
      pool_slot: "4"
      pool_description:
  variables:
    - variable_name: greeting
      variable_value: ${GREETING:-}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The settings file of these tests."""
    path = tmp_path / "airflow_settings.yaml"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_connections_pools_and_variables_are_read(file: Path) -> None:
    settings = read_settings(file, {"PASSWORD": "p$1", "PORT": "9104"})
    (connection,) = settings["connections"]
    assert json.loads(connection.pop("extra")) == {"database": "odoo", "api_key": "p$1"}
    assert connection == {
        "connection_id": "sandbox_odoo",
        "conn_type": "http",
        "host": "http://127.0.0.1:9104",
        "login": "sync@example.com",
        "password": "p$1",
    }
    assert settings["pools"] == [{"name": "odoo", "slots": 4}]
    assert settings["variables"] == [{"key": "greeting", "value": ""}]


def test_a_default_stands_in_for_a_value_that_is_not_set(file: Path) -> None:
    for values in ({}, {"PORT": ""}):
        (connection,) = read_settings(file, {"PASSWORD": "p", **values})["connections"]
        assert connection["host"] == "http://127.0.0.1:9004"


def test_a_value_that_is_nowhere_is_named(file: Path) -> None:
    with pytest.raises(ConfigurationInvalid, match="PASSWORD"):
        read_settings(file, {})


def test_an_empty_template_lists_nothing(tmp_path: Path) -> None:
    path = tmp_path / "airflow_settings.yaml"
    path.write_text("airflow:\n  connections:\n    - conn_id:\n      conn_type:\n  pools:\n", encoding="utf-8")
    assert read_settings(path, {}) == {"connections": [], "pools": [], "variables": []}


@pytest.mark.parametrize(
    "text",
    [
        "connections: []",
        "- airflow",
        "airflow: {connections: [{connid: a}]}",
        "airflow: {connections: [a]}",
        "airflow: {connections: {a: {conn_type: http}}}",
        "airflow: {connections: [{conn_id: a}]}",
        "airflow: {connections: [{conn_id: a, conn_type: http, conn_port: https}]}",
        "airflow: {pools: [{pool_name: odoo}]}",
        "airflow: {variables: [{variable_value: hello}]}",
        "airflow: {connections: [",
    ],
)
def test_another_form_is_refused_by_the_file_s_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "airflow_settings.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationInvalid, match=r"airflow_settings\.yaml"):
        read_settings(path, {})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("airflow:\n  connections: [\n", "is not valid YAML, line 3"),
        ("airflow: {connections: [{conn_id: a, conn_type: http, conn_port: https}]}", "'https' under connections"),
        ("airflow: {pools: [{pool_name: odoo}]}", "an entry under pools without pool_slot"),
    ],
)
def test_the_place_of_a_mistake_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "airflow_settings.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationInvalid, match=said):
        read_settings(path, {})
