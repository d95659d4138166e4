"""Airflow Connections as Airflow gives them, or why it gives none: it denies them, cannot read them, or has none.

Airflow 3.3.2 answers also a failure of its database, of a secrets backend or of a Connection's decryption with "not
defined". So what is not given is asked for once more, place by place.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from airflow.sdk import Connection, Variable
from airflow.sdk.exceptions import (
    AirflowException,
    AirflowNotFoundException,
    AirflowSecretsBackendAccessDenied,
    ErrorType,
)

from include.orchestration.vault import Revoked
from include.orderhouse.errors import ConfigurationInvalid, CredentialsUnavailable, OrderhouseError


class ConnectionRecord(Protocol):
    """What an Airflow Connection holds, whichever part of Airflow hands it out."""

    conn_id: Any
    conn_type: Any
    host: Any
    schema: Any
    login: Any
    password: Any
    port: Any

    @property
    def extra_dejson(self) -> dict[str, Any]:
        """The extra JSON, parsed."""


class Place(Protocol):
    """Where Airflow looks for Connections: a secrets backend, the environment, its API server or its database."""

    def get_connection(self, conn_id: str) -> Any:
        """The Connection; None where this place has none."""


def task_connection(conn_id: str, whose: str) -> ConnectionRecord | None:
    """An Airflow Connection from within a task; None where there is none. ``whose`` it is stands in errors."""
    from airflow.sdk.execution_time.supervisor import ensure_secrets_backend_loaded

    try:
        found: ConnectionRecord = Connection.get(conn_id)
    except AirflowSecretsBackendAccessDenied as error:
        raise denied(conn_id, whose, error) from error
    except AirflowException as error:
        _check_all_read(ensure_secrets_backend_loaded(), conn_id, whose, error)
        return None
    return found


def stored_connection(conn_id: str, whose: str) -> ConnectionRecord | None:
    """The same from a process that is no task: the API server, the command line."""
    from airflow.configuration import ensure_secrets_loaded
    from airflow.models import Connection as StoredConnection

    try:
        found: ConnectionRecord = StoredConnection.get_connection_from_secrets(conn_id)
    except AirflowSecretsBackendAccessDenied as error:
        raise denied(conn_id, whose, error) from error
    except AirflowNotFoundException as error:
        _check_all_read(ensure_secrets_loaded(), conn_id, whose, error)
        return None
    return found


def denied(conn_id: str, whose: str, error: AirflowSecretsBackendAccessDenied) -> OrderhouseError:
    """Why somebody's credentials are denied: the vault cannot be read, they were revoked in it, or Airflow does it.

    Airflow 3.3.2's API server denies no Connection, but a task whose token it does not take; another try has a new one.
    """
    if isinstance(error.__cause__, OrderhouseError):
        return error.__cause__
    if isinstance(error, Revoked):
        return ConfigurationInvalid(
            f"The credentials of {whose} are not given out: {error}",
            action=f"Enter them again: scripts/orderhouse vault put {conn_id}",
        )
    return CredentialsUnavailable(
        f"Airflow denies the Connection {conn_id!r} of {whose}: {error}",
        action="A run tries again by itself. If it stays, the log of Airflow's API server tells why: scheduler and API "
        "server need the same [api_auth] jwt_secret, and the clocks of all machines must agree. Where another secrets "
        "backend denies it, let Airflow read it there.",
    )


def _check_all_read(places: Iterable[Place], conn_id: str, whose: str, cause: Exception) -> None:
    """Raise CredentialsUnavailable unless every place can be read, and has no such Connection."""
    for place in places:
        if obstacle := _obstacle(place, conn_id):
            raise CredentialsUnavailable(
                f"Airflow cannot read the Connection {conn_id!r} of {whose}: {type(place).__name__} {obstacle}.",
                action="A run tries again by itself. If it stays, see the log of Airflow's API server, and enter the "
                "Connection anew where it cannot be parsed, or where Airflow's Fernet key has changed.",
            ) from cause


def _obstacle(place: Place, conn_id: str) -> str | None:
    from airflow.sdk.execution_time.secrets.execution_api import ExecutionAPISecretsBackend

    try:
        if isinstance(place, ExecutionAPISecretsBackend):
            is_there = _is_with_api_server(conn_id)
        else:
            is_there = place.get_connection(conn_id=conn_id) is not None
    except Exception as error:
        return f"fails with {type(error).__name__}"
    return "has it and does not give it" if is_there else None


def _is_with_api_server(conn_id: str) -> bool:
    """Raises where the API server fails, or its database: asked for keys that tells so, asked for Connections it does
    not. Keys are fetched when they are counted.
    """
    from airflow.sdk.execution_time.comms import ErrorResponse, GetConnection
    from airflow.sdk.execution_time.task_runner import SUPERVISOR_COMMS

    len(Variable.keys(prefix=conn_id))
    answer = SUPERVISOR_COMMS.send(GetConnection(conn_id=conn_id))
    return not (isinstance(answer, ErrorResponse) and answer.error is ErrorType.CONNECTION_NOT_FOUND)
