"""Every migration meets tables that hold something, and loses none of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.warehouse.embedded import Server
from include.orderhouse.warehouse.migrate import MIGRATIONS, REVISIONS, current_revision, upgrade
from include.orderhouse.warehouse.schema import SCHEMAS

SAMPLES = {
    "ARRAY": "'{}'",
    "bigint": "1",
    "boolean": "false",
    "bytea": r"'\x00'",
    "date": "'2026-03-02'",
    "jsonb": "'{}'",
    "numeric": "1.5",
    "text": "'some'",
    "timestamp with time zone": "now()",
    "uuid": "'00000000-0000-0000-0000-000000000001'",
}
"""A value of each type that a column has."""
_TABLES = """
    SELECT oid::regclass::text FROM pg_class
    WHERE relnamespace::regnamespace::text IN ('procurement', 'ops', 'vault') AND relkind = 'r'
      AND relname <> 'alembic_version'
    ORDER BY pg_class.oid
"""
_COLUMNS = """
    SELECT column_name, data_type FROM information_schema.columns
    WHERE table_schema || '.' || table_name = '{}' AND is_identity = 'NO' ORDER BY ordinal_position
"""


@contextmanager
def empty_database(server: Server, name: str) -> Iterator[str]:
    """The URL of a database without any schema of the warehouse."""
    with psycopg.connect(server.libpq_url("postgres"), autocommit=True) as session:
        session.execute(f"CREATE DATABASE {name}".encode())
        yield server.url(name)
        session.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def migrate(engine: sa.Engine, revision: str) -> None:
    """Bring a database to a revision, no further."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        for schema in SCHEMAS:
            connection.execute(sa.schema.CreateSchema(schema, if_not_exists=True))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def counts(engine: sa.Engine) -> dict[str, int]:
    """How many rows each table holds, by their age."""
    with engine.connect() as session:
        names = session.exec_driver_sql(_TABLES).scalars().all()
        return {name: session.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one() for name in names}


def fill(engine: sa.Engine) -> None:
    """Add a row to each table that has none, the oldest first: none is older than what it refers to."""
    with engine.begin() as session:
        for name in [name for name, count in counts(engine).items() if not count]:
            columns = session.exec_driver_sql(_COLUMNS.format(name)).all()
            values = ", ".join(SAMPLES[kind] for _, kind in columns)
            listed = ", ".join(column for column, _ in columns)
            session.exec_driver_sql(f"INSERT INTO {name} ({listed}) VALUES ({values})")


def test_migrations_follow_each_other_by_the_names_of_their_files() -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    assert [step.revision for step in script.walk_revisions()] == REVISIONS[::-1]


def test_every_migration_keeps_what_each_table_holds(server: Server) -> None:
    with empty_database(server, "aged") as url:
        engine = sa.create_engine(url)
        for revision, following in pairwise(REVISIONS):
            migrate(engine, revision)
            fill(engine)
            held = counts(engine)
            migrate(engine, following)
            assert {name: count for name, count in counts(engine).items() if name in held} == held, following
        fill(engine)
        upgrade(url)
        assert set(counts(engine).values()) == {1}
        engine.dispose()


def test_a_warehouse_that_a_later_orderhouse_has_migrated_is_refused_and_left_as_it_is(server: Server) -> None:
    with empty_database(server, "later") as url:
        upgrade(url)
        engine = sa.create_engine(url)
        with engine.begin() as session:
            session.exec_driver_sql("UPDATE ops.alembic_version SET version_num = '9999'")
        with pytest.raises(ConfigurationInvalid, match="A later Orderhouse has migrated the warehouse to 9999"):
            upgrade(url)
        with engine.connect() as session:
            assert current_revision(session) == "9999"
        engine.dispose()


def test_how_long_a_field_has_stayed_away_is_told_by_the_latest_syncs(server: Server) -> None:
    counted = {"{5,3,2}": [("{5,0,0}", 5), ("{0,0,0}", 10), ("{0,0,2}", 0)], "{}": [("{}", 0)]}
    fields = [(records, present, absent) for records, told in counted.items() for present, absent in told]
    with empty_database(server, "drifted") as url:
        engine = sa.create_engine(url)
        migrate(engine, "0020")
        fill(engine)
        with engine.begin() as session:
            session.exec_driver_sql("DELETE FROM ops.source_field")
            for number, (records, present, _) in enumerate(fields):
                columns = session.exec_driver_sql(_COLUMNS.format("ops.source_field")).all()
                given = {"path": f"'{number}'", "recent_records": f"'{records}'", "recent_present": f"'{present}'"}
                listed = ", ".join(column for column, _ in columns)
                values = ", ".join(given.get(column, SAMPLES[kind]) for column, kind in columns)
                session.exec_driver_sql(f"INSERT INTO ops.source_field ({listed}) VALUES ({values})")
        migrate(engine, "0021")
        with engine.connect() as session:
            told = session.exec_driver_sql("SELECT absent FROM ops.source_field ORDER BY path").scalars().all()
        engine.dispose()
    assert told == [absent for _, _, absent in fields]
