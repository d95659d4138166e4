"""An Airflow Connection as the target of webhooks."""

from __future__ import annotations

from typing import Any

import pytest
from airflow.sdk import Connection

from include.orchestration.targets import as_target
from include.orderhouse.errors import ConfigurationInvalid
from tests.webhooks.conftest import SECRET


def _record(**fields: Any) -> Connection:
    return Connection(conn_id="bus", conn_type="http", **fields)


@pytest.mark.parametrize(
    ("fields", "url"),
    [
        ({"host": "https://hooks.example.com/a?b=c"}, "https://hooks.example.com/a?b=c"),
        ({"host": "hooks.example.com"}, "https://hooks.example.com/"),
        ({"host": "hooks.example.com", "extra": '{"path": "/a/b"}'}, "https://hooks.example.com/a/b"),
        ({"host": "10.20.0.7", "schema": "http", "port": 8080}, "http://10.20.0.7:8080/"),
    ],
)
def test_the_host_is_the_receivers_url_or_a_part_of_it(fields: dict[str, Any], url: str) -> None:
    assert as_target("bus", _record(password=SECRET, **fields)).url == url


def test_two_secrets_make_two_keys() -> None:
    assert len(as_target("bus", _record(host="https://a.example.com", password=f"{SECRET} {SECRET}")).keys) == 2


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"password": SECRET}, "has no host"),
        ({"host": "https://hooks.example.com"}, "has no password"),
        ({"host": "https://hooks.example.com", "password": "hunter2-hunter2"}, "cannot sign"),
    ],
)
def test_what_is_missing_is_told_without_the_secret(fields: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigurationInvalid, match=told) as refused:
        as_target("bus", _record(**fields))
    assert "hunter2" not in str(refused.value)


def test_no_secret_is_in_a_targets_repr() -> None:
    assert "planted" not in repr(as_target("bus", _record(host="https://a.example.com", password=SECRET)))
