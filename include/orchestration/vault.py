"""The vault as an Airflow secrets backend, for those who have no other.

::

    [secrets]
    backend = include.orchestration.vault.VaultBackend

Every process of Airflow needs ``ORDERHOUSE_WAREHOUSE_URL`` and the master key, see ``docs/credentials.md``.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from airflow.sdk.exceptions import AirflowSecretsBackendAccessDenied
from airflow.secrets import BaseSecretsBackend

from include.orderhouse.errors import ConfigurationInvalid, OrderhouseError

CUSTOMER = "orderhouse_customer"
"""The key of the extra JSON that says whose the credentials are; `check_customer` holds the connection to it."""
OF_CUSTOMER = "customer "
"""What stands before the name there: of a value with few letters Airflow warns, as of a secret too short to mask."""

log = logging.getLogger(__name__)


class Revoked(AirflowSecretsBackendAccessDenied):
    """The vault had these credentials, and somebody took them back."""


class VaultBackend(BaseSecretsBackend):
    """Gives Airflow Connections out of the vault. Variables and settings it has none."""

    def get_conn_value(self, conn_id: str, team_name: str | None = None) -> str | None:
        """The Connection as JSON; None where the vault has none of that id, and other places are asked.

        Access is denied to a revoked one, and to one that connections.yaml names while the vault cannot be read:
        another place must not stand in for it.
        """
        try:
            with _refusals_named():
                return self._value(conn_id)
        except OrderhouseError as error:
            if not _is_ours(conn_id):
                log.warning("The vault cannot be asked for %s: %s", conn_id, error)
                return None
            raise AirflowSecretsBackendAccessDenied(str(error)) from error

    def get_variable(self, key: str, team_name: str | None = None) -> str | None:
        """None: the vault holds Connections only."""
        return None

    def _value(self, conn_id: str) -> str | None:
        from include.orderhouse.warehouse.access.audit import Event, record_now
        from include.orderhouse.warehouse.engine import connect
        from include.orderhouse.warehouse.keys.vault import Vault

        engine = connect(keep_open=False)
        kept = Vault.of(engine).get(conn_id)
        if kept is None:
            return None
        record_now(engine, Event("vault.read", "airflow", customer=kept.customer, subject=conn_id))
        if kept.value is None:
            raise Revoked(f"The credentials {conn_id!r} were revoked in the vault.")
        return _labelled(kept.value, kept.customer)


@contextmanager
def _refusals_named() -> Iterator[None]:
    """Inside, what PostgreSQL refuses, such as for a missing grant or table, is ConfigurationInvalid."""
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except DBAPIError as error:
        raise ConfigurationInvalid(
            f"The vault cannot be read: the warehouse refuses ({type(error.orig).__name__}).",
            action="Migrate it (scripts/orderhouse migrate) and let its user in (scripts/orderhouse grants --apply "
            "--loader USER); see docs/your-own-postgresql.md.",
        ) from error


def _labelled(value: str, customer: str) -> str:
    """The Connection with its customer in the extra JSON."""
    content: dict[str, Any] = json.loads(value)
    extra = content.get("extra") or {}
    content["extra"] = json.dumps(
        {**(json.loads(extra) if isinstance(extra, str) else extra), CUSTOMER: OF_CUSTOMER + customer}
    )
    return json.dumps(content)


def _is_ours(conn_id: str) -> bool:
    """Whether connections.yaml names it: as credentials, for notifications or as a webhook's target."""
    try:
        return conn_id in _named_ids()
    except ConfigurationInvalid:
        return True


def _named_ids() -> set[str | None]:
    from include.orderhouse.configuration.connections import read_connections
    from include.orderhouse.webhooks.subscriptions import read_webhooks

    targets = {found.target for found in read_webhooks().subscriptions.values()}
    connections = read_connections().values()
    return targets.union(*((found.credentials_id, found.options.notifications) for found in connections))
