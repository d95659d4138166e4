"""Where webhooks go: Airflow Connections that hold a receiver's URL and signing secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.orchestration.airflow_connections import ConnectionRecord, stored_connection, task_connection
from include.orderhouse.errors import ConfigurationInvalid

if TYPE_CHECKING:
    from include.orderhouse.webhooks.posting import Target


def task_target(target_id: str) -> Target:
    """The target in an Airflow Connection, from within a task."""
    return _target(target_id, task_connection(target_id, _whose(target_id)))


def stored_target(target_id: str) -> Target:
    """The target in an Airflow Connection, from a process that is no task: the API server."""
    return _target(target_id, stored_connection(target_id, _whose(target_id)))


def _whose(target_id: str) -> str:
    return f"the webhook target {target_id!r}"


def _target(target_id: str, found: ConnectionRecord | None) -> Target:
    if found is None:
        raise _missing(target_id)
    return as_target(target_id, found)


def as_target(target_id: str, record: ConnectionRecord) -> Target:
    """An Airflow Connection as a target: the host is the receiver's URL, the password its signing secret.

    Where the host is only a name, schema (https without one), port and the extra key ``path`` complete it. The extra
    key ``client_key_password`` opens the key of the subscription's client certificate.
    """
    from include.orderhouse.http.tls import Trust
    from include.orderhouse.webhooks.posting import Target
    from include.orderhouse.webhooks.signature import signing_keys

    host = str(record.host or "").strip()
    if not host:
        raise _unusable(target_id, "has no host", "Enter the receiver's URL as its host.")
    if "://" not in host:
        port = f":{record.port}" if record.port else ""
        host = f"{record.schema or 'https'}://{host}{port}/{str(record.extra_dejson.get('path', '')).lstrip('/')}"
    try:
        keys = signing_keys(record.password or "")
    except ValueError as error:
        raise _unusable(target_id, f"has a password that cannot sign: {error}", "Correct the password.") from error
    if not keys:
        raise _unusable(target_id, "has no password", "Enter the signing secret as its password.")
    return Target(host, keys, Trust(client_key_password=record.extra_dejson.get("client_key_password")))


def _missing(target_id: str) -> ConfigurationInvalid:
    return ConfigurationInvalid(
        f"The webhook target {target_id!r} is no Airflow Connection.",
        action="Create it under Admin > Connections: the receiver's URL as host, the signing secret as password.",
    )


def _unusable(target_id: str, problem: str, action: str) -> ConfigurationInvalid:
    return ConfigurationInvalid(f"The Airflow Connection {target_id!r} {problem}.", action=action)
