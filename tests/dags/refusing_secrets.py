"""A secrets backend that lets nobody read anything: what is parsed beside it must not ask."""

from airflow.secrets import BaseSecretsBackend


class RefusingSecrets(BaseSecretsBackend):
    """Fails at every question."""

    def get_conn_value(self, conn_id: str, team_name: str | None = None) -> str | None:
        """Refuse a Connection."""
        raise PermissionError(f"Connection {conn_id} was read")

    def get_variable(self, key: str, team_name: str | None = None) -> str | None:
        """Refuse a Variable."""
        raise PermissionError(f"Variable {key} was read")

    def get_config(self, key: str) -> str | None:
        """No setting is kept here."""
        return None
