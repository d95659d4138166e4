"""Migrations, schema and documentation say the same."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import psycopg
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from include.orderhouse.model import TABLES
from include.orderhouse.warehouse import people
from include.orderhouse.warehouse.access import client_limits
from include.orderhouse.warehouse.dictionary import PAGE, data_dictionary
from include.orderhouse.warehouse.embedded import Server
from include.orderhouse.warehouse.load import totals
from include.orderhouse.warehouse.messages import deliveries, inbox
from include.orderhouse.warehouse.migrate import current_revision, upgrade
from include.orderhouse.warehouse.schema import SCHEMAS
from include.orderhouse.warehouse.syncs.source_fields import metadata, source_field
from include.orderhouse.warehouse.syncs.status import STATES
from tests.warehouse.orders import Order, load_orders, rows

DESCRIBED = (
    client_limits.api_limit,
    deliveries.attempt,
    inbox.notification,
    people.audit,
    totals.connection_total,
    source_field,
)
"""Tables that are described outside ``operations``; importing them is what makes the metadata whole."""


def test_the_migrations_build_the_schema_as_it_is_described(engine: sa.Engine) -> None:
    options = {
        "include_schemas": True,
        "version_table_schema": "ops",
        "include_name": lambda name, kind, _parents: kind != "schema" or name in SCHEMAS,
    }
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


def test_an_index_by_one_column_leaves_out_the_rows_that_have_no_value(engine: sa.Engine) -> None:
    found = rows(
        engine,
        """
        SELECT c.relname, pg_get_expr(i.indpred, i.indrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE c.relnamespace = 'procurement'::regnamespace AND i.indnatts = 1 ORDER BY c.relname
        """,
    )
    assert found == [
        ("purchase_order_line_item_code_idx", "(item_code IS NOT NULL)"),
        ("purchase_order_line_requested_delivery_date_idx", "(requested_delivery_date IS NOT NULL)"),
        ("purchase_order_loaded_at_idx", "(loaded_at IS NOT NULL)"),
        ("purchase_order_order_date_idx", "(order_date IS NOT NULL)"),
        ("purchase_order_order_number_idx", "(order_number IS NOT NULL)"),
        ("purchase_order_source_modified_at_idx", "(source_modified_at IS NOT NULL)"),
        ("purchase_order_status_idx", "(status IS NOT NULL)"),
        ("purchase_order_vendor_code_idx", "(vendor_code IS NOT NULL)"),
    ]


def test_the_length_of_every_text_that_has_an_index_is_bounded(engine: sa.Engine) -> None:
    """Where an index cannot hold one text of one order, the load of all orders fails. Codes are short by themselves."""
    found = rows(
        engine,
        """
        SELECT c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey) AND a.atttypid = 'text'::regtype
        WHERE c.relnamespace = 'procurement'::regnamespace AND NOT i.indisprimary
        """,
    )
    bounded = {
        (table.name, column.name) for table in TABLES for column in table.columns if column.is_indexed or column.codes
    }
    assert len(found) == 4
    assert set(found) <= bounded


def test_the_planner_takes_the_primary_key_for_an_order_though_it_has_no_statistics(engine: sa.Engine) -> None:
    load_orders(engine, *(Order(str(number)) for number in range(1000)))
    assert rows(engine, "SELECT reltuples FROM pg_class WHERE relname = 'purchase_order'") == [(-1,)]
    plan = "EXPLAIN (GENERIC_PLAN) SELECT FROM procurement.purchase_order WHERE connection = $1 AND order_id = $2"
    with engine.connect() as connection:
        told = [line.strip() for (line,) in connection.exec_driver_sql(plan)]
    assert "Index Cond: ((connection = $1) AND (order_id = $2))" in told


def test_no_index_of_orders_begins_with_the_connection_but_primary_keys(engine: sa.Engine) -> None:
    first = """
        SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        JOIN pg_attribute a ON (a.attrelid, a.attnum) = (i.indrelid, i.indkey[0])
        WHERE c.relnamespace = 'procurement'::regnamespace AND a.attname = 'connection' ORDER BY 1
    """
    assert set(rows(engine, first)) == {(f"{table.name}_pkey",) for table in TABLES}


def test_every_table_view_and_column_says_what_it_means(engine: sa.Engine) -> None:
    silent = rows(
        engine,
        """
        SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
        WHERE c.relnamespace::regnamespace::text IN ('procurement', 'ops') AND c.relkind IN ('r', 'v')
          AND c.relname <> 'alembic_version'
          AND (obj_description(c.oid, 'pg_class') IS NULL OR col_description(c.oid, a.attnum) IS NULL)
        """,
    )
    assert silent == []


def test_a_comment_that_lists_states_of_a_connection_names_all_of_them(engine: sa.Engine) -> None:
    lists = rows(engine, "SELECT description FROM pg_description WHERE description LIKE '%needs_reauthorisation%'")
    assert {frozenset(re.findall(r"\w+", told)) - {"or"} for (told,) in lists} == {frozenset(STATES)}


def test_every_primary_and_foreign_key_begins_with_the_connection(engine: sa.Engine) -> None:
    inspector = sa.inspect(engine)
    keys = [
        key["constrained_columns"]
        for schema in SCHEMAS
        for table in inspector.get_table_names(schema)
        if table not in ("alembic_version", "analyst_customer", "audit")
        for key in (inspector.get_pk_constraint(table, schema), *inspector.get_foreign_keys(table, schema))
    ]
    assert len(keys) > len(TABLES)
    assert {columns[0] for columns in keys} == {"connection"}


def test_upgrading_an_empty_database_from_many_processes_at_once_works(server: Server) -> None:
    with psycopg.connect(server.libpq_url("postgres"), autocommit=True) as session:
        session.execute("CREATE DATABASE raced")
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(upgrade, [server.url("raced")] * 6))
    engine = sa.create_engine(server.url("raced"))
    with engine.connect() as connection:
        assert current_revision(connection) == "0025"
    engine.dispose()


def test_the_data_dictionary_is_that_of_the_newest_schema(engine: sa.Engine) -> None:
    assert PAGE.read_text(encoding="utf-8") == data_dictionary(engine)
