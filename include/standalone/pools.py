"""The pools of customers with DAGs of their own. Airflow starts no task of a pool that does not exist, and waits."""

from __future__ import annotations

from include.orderhouse.configuration.connections import connections_file
from include.orderhouse.configuration.customers import read_customers
from include.orderhouse.errors import ConfigurationInvalid
from include.standalone.airflow_api import AirflowApi


def check_pools(api: AirflowApi) -> None:
    """Raise ConfigurationInvalid where connections.yaml names a pool that Airflow does not have."""
    if not (customers := read_customers()):
        return
    known = {pool["name"] for pool in api.pages("/pools", "pools")}
    if missing := sorted({found.pool for found in customers.values()} - known):
        raise ConfigurationInvalid(
            f"{connections_file()} names pools that Airflow does not have: {', '.join(missing)}.",
            action="Add them under pools in airflow_settings.yaml, with their slots.",
        )
