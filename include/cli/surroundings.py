"""What a command needs around it: the warehouse and Airflow's settings, the user's own or the local installation's."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from include.orderhouse.deferred import absent
from include.orderhouse.errors import ConfigurationInvalid, OrderhouseError
from include.orderhouse.home import Home

if TYPE_CHECKING:
    import sqlalchemy as sa

    from include.orderhouse.configuration.connections import Connection

_METADATA_SETTING = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"


@contextmanager
def warehouse() -> Iterator[sa.Engine]:
    """The warehouse as its owner: that of the environment, else the embedded one, brought to the newest schema."""
    from include.orderhouse.warehouse.engine import connected, owner_url

    if url := owner_url():
        with connected(url) as engine:
            yield engine
        return
    from include.orderhouse.warehouse.embedded import embedded_postgres
    from include.orderhouse.warehouse.migrate import upgrade

    with embedded_postgres() as server:
        upgrade(server.url())
        with connected(server.url()) as engine:
            yield engine


@contextmanager
def airflow_settings() -> Iterator[None]:
    """Access to Connections and Variables of the Airflow that the environment names, else of the local installation."""
    if any(name.startswith(_METADATA_SETTING) for name in os.environ) or "AIRFLOW_HOME" in os.environ:
        yield
        return
    from include.orderhouse.warehouse.embedded import embedded_postgres
    from include.orderhouse.warehouse.migrate import upgrade
    from include.standalone.environment import AirflowHost, airflow_environment, owner_url
    from include.standalone.installation import DEFAULT_API_PORT
    from include.standalone.metadata import MetadataMigration

    home = Home.from_environment()
    with embedded_postgres(home) as server:
        host = AirflowHost(home, server, DEFAULT_API_PORT)
        environment = airflow_environment(host, os.environ)
        migration = MetadataMigration(host, environment)
        upgrade(owner_url(host, os.environ))
        if problem := migration.finish():
            raise ConfigurationInvalid(
                f"Airflow's database cannot be set up:\n{problem}\n", action=f"Its whole log is {migration.log}."
            )
        os.environ.update(environment)
        yield


def run(app: typer.Typer, name: str) -> None:
    """Run a command line; an error of the product is one message, without a traceback."""
    try:
        app(prog_name=name)
    except OrderhouseError as error:
        typer.secho(str(error), fg=typer.colors.RED, err=True)
        sys.exit(1)


def check_mapping(connection: Connection) -> None:
    """Hold a connection's overrides and custom fields against its connector's mapping, as a sync does.

    PyArrow would load pandas at its first array; no command that does this has a use for it.
    """
    with absent("pandas"):
        from include.orderhouse.transform.batch import Transform

    Transform(connection)
