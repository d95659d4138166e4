"""Bring a warehouse to the newest schema. The migrations are plain SQL, frozen once released."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.warehouse.access.grants import grant
from include.orderhouse.warehouse.engine import connected
from include.orderhouse.warehouse.schema import OPS, SCHEMAS

MIGRATIONS = Path(__file__).with_name("migrations")
_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('orderhouse.migrate', 0))")


def upgrade(url: str | None = None) -> None:
    """Create or upgrade the warehouse at ``url``, roles and grants included, in one transaction.

    Any number of processes may call it at once; at the newest revision it only looks. A warehouse of a later
    Orderhouse is ConfigurationInvalid.
    """
    with connected(url) as engine, engine.begin() as connection:
        found = current_revision(connection)
        if found != _head():
            _refuse_unknown(found)
            connection.execute(_LOCK)
            _upgrade(connection)
            grant(connection)


def _upgrade(connection: sa.Connection) -> None:
    for name, comment in SCHEMAS.items():
        connection.execute(sa.schema.CreateSchema(name, if_not_exists=True))
        connection.exec_driver_sql(f"COMMENT ON SCHEMA {name} IS '{comment}'")
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def current_revision(connection: sa.Connection) -> str | None:
    """The revision of the warehouse, None for a database that is none yet."""
    return MigrationContext.configure(connection, opts={"version_table_schema": OPS}).get_current_revision()


def _refuse_unknown(revision: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if revision and revision not in known:
        raise ConfigurationInvalid(
            f"A later Orderhouse has migrated the warehouse to {revision}; this one knows it up to {_head()}.",
            action="Nothing was changed. Upgrade this one, or restore the backup that was made before that upgrade.",
        )


@cache
def _head() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
