"""Bring a warehouse to the newest schema. The migrations are plain SQL, frozen once released.

Most calls only look. Alembic, which takes longer to load than a look takes, is imported where there is something to do.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.warehouse.access.grants import grant
from include.orderhouse.warehouse.engine import connected
from include.orderhouse.warehouse.schema import OPS, SCHEMAS

MIGRATIONS = Path(__file__).with_name("migrations")
REVISIONS = sorted(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))
"""All that this Orderhouse knows, by the names of their files."""
_VERSION_TABLE = f"{OPS}.alembic_version"
_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('orderhouse.migrate', 0))")


def upgrade(url: str | None = None) -> None:
    """Create or upgrade the warehouse at ``url``, roles and grants included, in one transaction.

    Any number of processes may call it at once; at the newest revision it only looks. A warehouse of a later
    Orderhouse is ConfigurationInvalid.
    """
    with connected(url) as engine, engine.begin() as connection:
        if (found := current_revision(connection)) != REVISIONS[-1]:
            _refuse_unknown(found)
            connection.execute(_LOCK)
            _upgrade(connection)
            grant(connection)


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config

    for name, comment in SCHEMAS.items():
        connection.execute(sa.schema.CreateSchema(name, if_not_exists=True))
        connection.exec_driver_sql(f"COMMENT ON SCHEMA {name} IS '{comment}'")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def current_revision(connection: sa.Connection) -> str | None:
    """The revision of the warehouse, None for a database that is none yet."""
    if connection.scalar(sa.select(sa.func.to_regclass(_VERSION_TABLE))) is None:
        return None
    found: str | None = connection.scalar(sa.text(f"SELECT version_num FROM {_VERSION_TABLE}"))  # noqa: S608 - a constant
    return found


def _refuse_unknown(revision: str | None) -> None:
    if revision and revision not in REVISIONS:
        raise ConfigurationInvalid(
            f"A later Orderhouse has migrated the warehouse to {revision}; this one knows it up to {REVISIONS[-1]}.",
            action="Nothing was changed. Upgrade this one, or restore the backup that was made before that upgrade.",
        )
