"""Credentials and watermarks of the same Airflow, for a process that is no task: the command line."""

from __future__ import annotations

from airflow.models import Connection, Variable
from airflow.sdk.exceptions import AirflowNotFoundException

from include.orchestration.secrets import WATERMARK_DESCRIPTION, as_credentials, no_connection, watermark_variable
from include.orderhouse.connections import read_connection
from include.orderhouse.credentials import Credentials


def stored_credentials(connection: str) -> Credentials:
    """Address and secrets from the Airflow Connection: environment variable, secrets backend or metadata database."""
    credentials_id = read_connection(connection).credentials_id
    try:
        found = Connection.get_connection_from_secrets(credentials_id)
    except AirflowNotFoundException as error:
        raise no_connection(connection, credentials_id) from error
    return as_credentials(connection, found)


class StoredWatermark:
    """A connection's watermark Variable."""

    def __init__(self, connection: str) -> None:
        self._key = watermark_variable(connection)

    def read(self) -> str | None:
        """The Variable's text; None where there is none."""
        found: str | None = Variable.get(self._key, default_var=None)
        return found

    def write(self, text: str) -> None:
        """Set the Variable."""
        Variable.set(self._key, text, description=WATERMARK_DESCRIPTION)
