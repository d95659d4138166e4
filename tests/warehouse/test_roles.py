"""The roles of the warehouse: each does what it must, and tries in vain what it must not."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy import event

from include.orderhouse.configuration.options import Retention
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.model import TABLES
from include.orderhouse.tokens import Tokens
from include.orderhouse.warehouse.access.grants import grant, statements
from include.orderhouse.warehouse.access.roles import PREFIX_SETTING, Roles
from include.orderhouse.warehouse.embedded import Server
from include.orderhouse.warehouse.engine import connect
from include.orderhouse.warehouse.keys.keyring import Keyring
from include.orderhouse.warehouse.keys.token_store import WarehouseTokens
from include.orderhouse.warehouse.load import load
from include.orderhouse.warehouse.migrate import upgrade
from include.orderhouse.warehouse.records.raw import stored_raw
from include.orderhouse.warehouse.records.retention import enforce
from include.orderhouse.warehouse.syncs.status import set_status
from tests.warehouse.orders import Line, Order, frames, load_orders, payloads, rows, started_task

ORDERS = [table.name for table in TABLES]
VIEWS = ["open_orders", "open_order_lines", "late_lines", "spend_by_vendor_month", "data_freshness"]
OPEN = Order(values={"status": "released", "order_date": None}, lines=(Line("10", {"quantity_ordered": 1}),))
NOT_FOR_THE_LOADER = (
    *(f"DELETE FROM procurement.{table}" for table in ORDERS),
    *(f"TRUNCATE procurement.{table} CASCADE" for table in ORDERS),
    "DELETE FROM ops.sync",
    "DELETE FROM ops.order_version",
    "DELETE FROM ops.connection_event",
    "UPDATE ops.connection_event SET state = 'online'",
    "UPDATE ops.mapping_version SET fingerprint = ''",
    "SELECT * FROM ops.analyst_customer",
    "INSERT INTO ops.analyst_customer VALUES ('loader', 'globex')",
    "UPDATE vault.secret SET customer = 'mallory'",
    "INSERT INTO vault.secret (connection, customer, put_at) VALUES ('a', 'b', now())",
    "DELETE FROM vault.secret",
    "UPDATE vault.data_key SET customer = 'mallory'",
    "DELETE FROM vault.data_key",
    "ALTER TABLE procurement.purchase_order ADD COLUMN mine text",
    "ALTER TABLE procurement.purchase_order DISABLE ROW LEVEL SECURITY",
    "DROP TABLE ops.sync",
    "DROP VIEW procurement.open_orders",
    "CREATE TABLE procurement.mine (a int)",
    "CREATE TABLE ops.mine (a int)",
    "CREATE TABLE public.mine (a int)",
    "CREATE SCHEMA mine",
    "CREATE INDEX ON procurement.purchase_order (memo)",
    "CREATE OR REPLACE FUNCTION procurement.customers_seen() RETURNS text[] LANGUAGE sql AS 'SELECT NULL::text[]'",
    "UPDATE ops.alembic_version SET version_num = '0001'",
    "CREATE ROLE mine",
    "GRANT orderhouse_owner TO loader",
    "SET ROLE orderhouse_owner",
    "COPY ops.sync TO PROGRAM 'cat'",
    "SELECT pg_read_file('/etc/passwd')",
)
DENIED = psycopg.errors.InsufficientPrivilege


@pytest.fixture(scope="module")
def logins(server: Server) -> None:
    """One login for each role, and one of a restricted analyst who may see nobody."""
    roles = Roles()
    made = {"loader": roles.loader, "ann": roles.analyst, "rita": roles.restricted_analyst}
    made |= {"nobody": roles.restricted_analyst, "otto": roles.operator, "olga": roles.owner}
    with psycopg.connect(server.libpq_url("postgres"), autocommit=True) as session:
        for login, role in made.items():
            exists = session.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [login]).fetchone()
            session.execute("SELECT 1" if exists else f"CREATE ROLE {login} LOGIN".encode())
            session.execute(f"GRANT {role} TO {login}".encode())


@contextmanager
def acting_as(url: str, login: str) -> Iterator[sa.Engine]:
    """An engine whose every session is that of a login."""
    engine = connect(url, keep_open=False)

    @event.listens_for(engine, "connect")
    def _become(connection: psycopg.Connection, _record: object) -> None:
        connection.execute(f"SET SESSION AUTHORIZATION {login}".encode())
        connection.commit()

    yield engine
    engine.dispose()


def refused(engine: sa.Engine, statement: str) -> bool:
    """Whether the warehouse refuses a statement for want of a right."""
    try:
        with engine.begin() as session:
            session.execute(sa.text(statement))
    except sa.exc.ProgrammingError as error:
        if isinstance(error.orig, DENIED):
            return True
        raise
    return False


@pytest.fixture
def held(engine: sa.Engine, logins: None) -> sa.Engine:
    """A warehouse with an order each of the customers acme and globex."""
    load_orders(engine, OPEN)
    with engine.begin() as session:
        for table in ORDERS:
            session.execute(sa.text(f"CREATE TEMP TABLE copied AS SELECT * FROM procurement.{table}"))
            session.execute(sa.text("UPDATE copied SET connection = 'globex_sap', customer = 'globex'"))
            session.execute(sa.text(f"INSERT INTO procurement.{table} SELECT * FROM copied"))
            session.execute(sa.text("DROP TABLE copied"))
        session.execute(
            sa.text("""
            INSERT INTO ops.sync SELECT (jsonb_populate_record(row, '{"connection": "globex_sap",
                "customer": "globex"}')).* FROM ops.sync AS row
            """)
        )
        session.execute(sa.text("INSERT INTO ops.analyst_customer VALUES ('rita', 'globex')"))
    return engine


def test_the_loader_does_all_that_a_sync_does(url: str, engine: sa.Engine, logins: None) -> None:
    with acting_as(url, "loader") as loader:
        load_orders(loader, OPEN, rejects=[Order("2")])
        load_orders(loader, OPEN.at(5), rejects=[])
        with WarehouseTokens(loader, "acme_us", Keyring.of(loader).cipher("acme")).hold("first") as chain:
            chain.keep(Tokens("second"))
        assert len(list(stored_raw(loader, payloads(loader)))) == 1
        enforce(loader, "acme_us", Retention())
    assert rows(engine, "SELECT order_number FROM procurement.purchase_order") == [("4711",)]


def test_the_loader_loads_new_and_changed_orders_under_row_level_security(
    url: str, engine: sa.Engine, logins: None
) -> None:
    with acting_as(url, "loader") as loader:
        load(loader, started_task(loader), [frames(OPEN, Order("2")), frames(Order("3", lines=()))])
        counts = load_orders(loader, replace(OPEN, lines=(Line("20"),)).at(6))
    assert (counts.updated, counts.lines_written, counts.lines_deleted) == (1, 1, 1)
    secured = "SELECT DISTINCT relrowsecurity FROM pg_class WHERE relname = ANY (:names) AND relkind = 'r'"
    assert rows(engine, secured, names=ORDERS) == [(True,)]
    told = "SELECT source_line_id, is_deleted FROM procurement.purchase_order_line ORDER BY 1, 2"
    assert rows(engine, told) == [("10", False), ("10", True), ("20", False)]


def test_the_loader_changes_no_schema_and_removes_no_orders(url: str, logins: None) -> None:
    with acting_as(url, "loader") as loader:
        assert [statement for statement in NOT_FOR_THE_LOADER if not refused(loader, statement)] == []


def test_an_analyst_reads_all_orders_and_nothing_else(url: str, held: sa.Engine) -> None:
    with acting_as(url, "ann") as ann:
        assert rows(ann, "SELECT DISTINCT customer FROM procurement.purchase_order ORDER BY 1") == [
            ("acme",),
            ("globex",),
        ]
        assert len(rows(ann, "SELECT * FROM procurement.data_freshness")) == 2
        for name in (*ORDERS, *VIEWS):
            assert not refused(ann, f"SELECT * FROM procurement.{name}")
        for table in ORDERS:
            assert refused(ann, f"UPDATE procurement.{table} SET is_stale = true")
            assert refused(ann, f"DELETE FROM procurement.{table}")
        for name in ("ops.sync", "ops.order_raw", "ops.reject", "ops.token", "ops.analyst_customer", "vault.secret"):
            assert refused(ann, f"SELECT * FROM {name}")
        assert refused(ann, "CREATE TABLE procurement.mine (a int)")


def test_a_restricted_analyst_sees_the_listed_customers_only(url: str, held: sa.Engine) -> None:
    with acting_as(url, "rita") as rita, acting_as(url, "nobody") as nobody:
        for name in (*ORDERS[:2], *VIEWS):
            everyone = {customer for (customer,) in rows(held, f"SELECT customer FROM procurement.{name}")}
            assert {customer for (customer,) in rows(rita, f"SELECT customer FROM procurement.{name}")} == everyone - {
                "acme"
            }
            assert rows(nobody, f"SELECT customer FROM procurement.{name}") == []
        assert refused(rita, "INSERT INTO ops.analyst_customer VALUES ('rita', 'acme')")
        assert refused(rita, "SELECT * FROM ops.sync")
        assert refused(rita, "ALTER TABLE procurement.purchase_order DISABLE ROW LEVEL SECURITY")
        assert refused(rita, "SET ROLE orderhouse_analyst")


def test_a_restricted_analyst_sees_the_state_of_a_connection_that_never_synced(url: str, held: sa.Engine) -> None:
    """It is the ledger that has nothing of it; whose it is, its state tells."""
    set_status(held, "globex_new", "globex", "odoo", "needs_reauthorisation")
    set_status(held, "acme_new", "acme", "odoo", "needs_reauthorisation")
    with acting_as(url, "rita") as rita:
        told = rows(rita, "SELECT connection, state FROM procurement.data_freshness ORDER BY 1")
    assert told == [("globex_new", "needs_reauthorisation"), ("globex_sap", None)]


def test_a_login_that_must_take_on_the_role_of_a_restricted_analyst_sees_no_more(
    url: str, held: sa.Engine, logins: None
) -> None:
    with held.begin() as session:
        session.exec_driver_sql("CREATE ROLE nina LOGIN NOINHERIT")
        session.exec_driver_sql("GRANT orderhouse_restricted_analyst TO nina")
        session.exec_driver_sql("INSERT INTO ops.analyst_customer VALUES ('nina', 'globex')")
    with acting_as(url, "nina") as nina, nina.begin() as session:
        session.exec_driver_sql("SET ROLE orderhouse_restricted_analyst")
        for name in (*ORDERS[:2], "open_orders", "data_freshness"):
            seen = session.exec_driver_sql(f"SELECT customer FROM procurement.{name}").scalars().all()
            assert seen == ["globex"], name


def test_a_function_of_a_restricted_analysts_own_sees_no_hidden_row(url: str, held: sa.Engine) -> None:
    """A cheap function in a condition is run before others, and could tell every row it is shown."""
    told: list[str] = []
    with acting_as(url, "rita") as rita, rita.begin() as session:
        driver = session.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        driver.add_notice_handler(lambda notice: told.append(str(notice.message_primary)))
        session.exec_driver_sql("""
            CREATE FUNCTION pg_temp.tell(value text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS
            $$ BEGIN RAISE NOTICE USING MESSAGE = 'saw ' || value; RETURN true; END $$
        """)
        for name in ("purchase_order", "open_orders", "data_freshness"):
            session.exec_driver_sql(f"SELECT count(*) FROM procurement.{name} WHERE pg_temp.tell(customer)")
    assert set(told) == {"saw globex"}


def test_an_operator_reads_how_syncs_go_and_no_orders(url: str, held: sa.Engine) -> None:
    with acting_as(url, "otto") as otto:
        for table in ("sync", "connection_status", "connection_event", "issue", "limiter"):
            assert not refused(otto, f"SELECT * FROM ops.{table}")
        for name in (*ORDERS, *VIEWS):
            assert refused(otto, f"SELECT * FROM procurement.{name}")
        for statement in ("SELECT * FROM ops.token", "SELECT * FROM vault.secret", "DELETE FROM ops.sync"):
            assert refused(otto, statement)


def test_the_owner_migrates_and_the_grants_can_be_written_again(url: str, engine: sa.Engine, logins: None) -> None:
    with acting_as(url, "olga") as olga:
        assert not refused(olga, "ALTER TABLE procurement.purchase_order ADD COLUMN added text")
        assert not refused(olga, "CREATE TABLE ops.added (connection text)")
    with engine.begin() as session:
        assert grant(session)
    with acting_as(url, "loader") as loader:
        assert not refused(loader, "SELECT * FROM ops.added")


def test_what_nobody_is_to_have_is_taken_back_when_the_grants_are_written_again(
    url: str, engine: sa.Engine, logins: None
) -> None:
    """An earlier release, or a person, may have granted it."""
    with engine.begin() as session:
        session.exec_driver_sql("GRANT DELETE ON ops.sync TO orderhouse_loader")
        session.exec_driver_sql("GRANT USAGE ON SCHEMA vault TO PUBLIC")
        assert grant(session)
    with acting_as(url, "loader") as loader:
        assert refused(loader, "DELETE FROM ops.sync")
    assert rows(engine, "SELECT has_schema_privilege('ann', 'vault', 'USAGE')") == [(False,)]


@pytest.mark.parametrize(("prefix", "is_taken"), [("a" * 40, True), ("a" * 41, False), ("A", False), ("1a", False)])
def test_a_prefix_leaves_room_for_whole_names_of_roles(
    prefix: str, is_taken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL cuts names to 63 bytes."""
    monkeypatch.setenv(PREFIX_SETTING, prefix)
    with nullcontext() if is_taken else pytest.raises(ConfigurationInvalid, match=PREFIX_SETTING):
        assert max(len(name) for name in Roles.from_environment().all) <= 63


def test_a_login_that_may_not_create_roles_migrates_and_is_told_what_is_missing(
    server: Server, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDERHOUSE_ROLE_PREFIX", "elsewhere")
    with psycopg.connect(server.libpq_url("postgres"), autocommit=True) as session:
        session.execute("CREATE ROLE plain LOGIN")
        session.execute("CREATE DATABASE plains OWNER plain")
    with acting_as(server.url("plains"), "plain") as plain, caplog.at_level(logging.WARNING):
        monkeypatch.setattr("include.orderhouse.warehouse.engine.connect", lambda url: plain)
        upgrade("")
        load_orders(plain, OPEN)
        assert "scripts/orderhouse grants" in caplog.text
        with plain.connect() as session:
            cursor = session.connection.cursor()
            printed = [statement.as_string(cursor) for statement in statements(cursor)]
    with psycopg.connect(server.libpq_url("plains"), autocommit=True) as administrator:
        for statement in printed:
            administrator.execute(statement.encode())
        administrator.execute("GRANT elsewhere_loader TO loader")
    with acting_as(server.url("plains"), "loader") as loader:
        load_orders(loader, OPEN.at(7))
        assert refused(loader, "DELETE FROM procurement.purchase_order")


def test_rows_of_a_load_are_checked_once_and_not_one_by_one(url: str, held: sa.Engine) -> None:
    """For the loader the planner removes the policy altogether."""
    with acting_as(url, "loader") as loader:
        plan = "\n".join(str(row[0]) for row in rows(loader, "EXPLAIN SELECT * FROM procurement.purchase_order"))
    assert "Filter" not in plan
