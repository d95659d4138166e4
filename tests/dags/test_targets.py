"""Where webhooks go, where the vault does not give it out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from airflow.models import Connection as StoredConnection
from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowSecretsBackendAccessDenied

from include.orchestration.targets import stored_target, task_target
from include.orderhouse.errors import ConfigurationInvalid


@pytest.mark.parametrize("find", [task_target, stored_target])
def test_a_revoked_target_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch, find: Callable[[str], Any]) -> None:
    def deny(*_: str) -> None:
        raise AirflowSecretsBackendAccessDenied("revoked")

    monkeypatch.setattr(Connection, "get", deny)
    monkeypatch.setattr(StoredConnection, "get_connection_from_secrets", deny)
    with pytest.raises(ConfigurationInvalid, match="The credentials of the webhook target 'bus' are not given out"):
        find("bus")
