"""Where webhooks go, where the vault does not give it out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from airflow.models import Connection as StoredConnection
from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowSecretsBackendAccessDenied

from include.orchestration.targets import as_target, stored_target, task_target
from include.orchestration.vault import Revoked
from include.orderhouse.errors import ConfigurationInvalid, CredentialsUnavailable

SECRET = "whsec_" + "c2VjcmV0LW9mLXRoZS10ZXN0cy0zMi1ieXRlcy1sb25n"


@pytest.mark.parametrize("find", [task_target, stored_target])
def test_a_revoked_target_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch, find: Callable[[str], Any]) -> None:
    def deny(*_: str) -> None:
        raise Revoked("revoked")

    monkeypatch.setattr(Connection, "get", deny)
    monkeypatch.setattr(StoredConnection, "get_connection_from_secrets", deny)
    with pytest.raises(ConfigurationInvalid, match="The credentials of the webhook target 'bus' are not given out"):
        find("bus")


@pytest.mark.parametrize("find", [task_target, stored_target])
def test_a_target_that_airflow_denies_is_not_told_as_revoked(
    monkeypatch: pytest.MonkeyPatch, find: Callable[[str], Any]
) -> None:
    def deny(*_: str) -> None:
        raise AirflowSecretsBackendAccessDenied("Access denied")

    monkeypatch.setattr(Connection, "get", deny)
    monkeypatch.setattr(StoredConnection, "get_connection_from_secrets", deny)
    with pytest.raises(CredentialsUnavailable, match="Airflow denies the Connection 'bus' of the webhook") as told:
        find("bus")
    assert "vault put" not in told.value.action


@pytest.mark.parametrize(
    ("fields", "url"),
    [
        ({"host": "https://bus.example/in?a=1"}, "https://bus.example/in?a=1"),
        ({"host": " bus.example "}, "https://bus.example/"),
        ({"host": "bus.example", "schema": "http", "port": 8080}, "http://bus.example:8080/"),
        ({"host": "bus.example", "extra": '{"path": "/hooks/in/"}'}, "https://bus.example/hooks/in/"),
    ],
)
def test_a_host_is_the_receivers_url_or_a_name_that_the_other_fields_complete(fields: Any, url: str) -> None:
    assert as_target("bus", Connection(conn_id="bus", conn_type="http", password=SECRET, **fields)).url == url


def test_the_password_of_a_client_key_is_in_the_extra_json() -> None:
    extra = '{"client_key_password": "opens"}'
    found = as_target("bus", Connection(conn_id="bus", conn_type="http", host="b.test", password=SECRET, extra=extra))
    assert found.trust.client_key_password == "opens"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"password": SECRET}, "'bus' has no host"),
        ({"host": "https://bus.example"}, "'bus' has no password"),
    ],
)
def test_a_target_that_lacks_a_part_is_named_with_it(fields: Any, told: str) -> None:
    with pytest.raises(ConfigurationInvalid, match=told):
        as_target("bus", Connection(conn_id="bus", conn_type="http", **fields))
