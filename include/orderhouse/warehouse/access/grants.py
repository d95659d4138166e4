"""The grants of a warehouse, and the row-level security that keeps restricted analysts to their customers.

They are written anew after every migration, by whoever migrates. A login that may not create roles leaves them to an
administrator: ``scripts/orderhouse grants`` prints them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql

from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.warehouse.access.roles import Roles
from include.orderhouse.warehouse.schema import SCHEMAS

log = logging.getLogger(__name__)

VAULT = "vault"
_READ, _ADD, _CHANGE = "SELECT", "SELECT, INSERT", "SELECT, INSERT, UPDATE"
_ALL = "SELECT, INSERT, UPDATE, DELETE"
_LOADER = {
    "ops.alembic_version": _READ,
    "ops.analyst_customer": None,
    "ops.audit": None,
    "ops.connection_event": _ADD,
    "ops.issue": _ALL,
    "ops.mapping_version": _ADD,
    "ops.notification": _ALL,
    "ops.order_raw": _ALL,
    "ops.reject": _ALL,
    "ops.webhook_attempt": _ALL,
    "ops.webhook_delivery": _ALL,
    "ops.webhook_event": _ALL,
    "vault.data_key": _ADD,
    "vault.secret": _READ,
}
"""What the loader may do with a table, where it is not reading, adding and changing; None is nothing."""
_LOADER_FUNCTIONS = ("ops.record_audit(text, text, text, text, text, jsonb, boolean)", "ops.audit_head()")
_FUNCTIONS = ("procurement.customers_seen()", "ops.keep_audit()", *_LOADER_FUNCTIONS)
_NOT_FOR_OPERATORS = ("ops.token",)
_KEEPS_ITS_RIGHTS = "data_freshness"
"""The view that reads ``ops`` for analysts and shows each login its customers by itself."""
_TABLES = """
    SELECT n.nspname, c.relname, c.relkind = 'v', EXISTS (
        SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'customer' AND NOT a.attisdropped
    )
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname IN ('procurement', 'ops', 'vault') AND c.relkind IN ('r', 'v', 'p') ORDER BY 1, 2
"""
_SEEN = sql.SQL("""\
CREATE OR REPLACE FUNCTION procurement.customers_seen() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $seen$
    SELECT CASE WHEN (pg_has_role(session_user, {role}, 'USAGE')
            OR pg_has_role(coalesce(nullif(current_setting('role'), 'none')::name, session_user), {role}, 'USAGE'))
            AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = session_user)
        THEN ARRAY(SELECT customer FROM ops.analyst_customer WHERE login = session_user) END
$seen$""")
_JOIN = sql.SQL("""\
DO $do$ BEGIN
    IF NOT pg_has_role(current_user, {name}, 'USAGE') THEN GRANT {owner} TO CURRENT_USER; END IF;
END $do$""")
_OWN = sql.SQL("customer = ANY ((SELECT procurement.customers_seen())::text[])")
_ANY = sql.SQL("true")


def grant(connection: sa.Connection) -> bool:
    """Create the roles and write all grants, or none where the login may not; whether it might."""
    try:
        with connection.begin_nested():
            cursor: Any = connection.connection.cursor()
            for statement in statements(cursor):
                cursor.execute(statement)
    except psycopg.errors.InsufficientPrivilege as error:
        log.warning(
            "The roles and grants are not written: %s. Let an administrator run what `scripts/orderhouse grants` "
            "prints, or give this login CREATEROLE and run `scripts/orderhouse grants --apply`.",
            str(error).splitlines()[0],
        )
        return False
    return True


def admit_loader(connection: sa.Connection, login: str) -> None:
    """Let a login run the syncs. ConfigurationInvalid where there is no such login."""
    cursor: Any = connection.connection.cursor()
    role = sql.Identifier(Roles.from_environment().loader)
    try:
        cursor.execute(sql.SQL("GRANT {} TO {}").format(role, sql.Identifier(login)))
    except (psycopg.errors.UndefinedObject, psycopg.errors.InsufficientPrivilege) as error:
        raise ConfigurationInvalid(
            f"The login {login!r} cannot be let in: {str(error).splitlines()[0]}.",
            action="Create it first (CREATE ROLE ... LOGIN PASSWORD ...), then run this again as the owner.",
        ) from error


def statements(cursor: psycopg.Cursor[Any], roles: Roles | None = None) -> Iterator[sql.Composable]:
    """The statements in order; each may be run again."""
    roles = roles or Roles.from_environment()
    (database,) = cursor.execute("SELECT current_database()").fetchone() or ("",)
    tables = cursor.execute(_TABLES).fetchall()
    yield from roles.creation()
    yield from _ownership(database, roles)
    yield from _places(database, roles)
    for schema, name, is_view, has_customer in tables:
        table = sql.Identifier(schema, name)
        yield sql.SQL("ALTER TABLE {} OWNER TO {}").format(table, sql.Identifier(roles.owner))
        yield sql.SQL("REVOKE ALL ON {} FROM {}").format(table, _names(roles.all[1:]))
        if schema == "procurement" and is_view and name != _KEEPS_ITS_RIGHTS:
            yield sql.SQL("ALTER VIEW {} SET (security_invoker = true)").format(table)
        yield from _table(table, f"{schema}.{name}", roles)
        if schema == "procurement" and not is_view and has_customer:
            yield from _policies(table, roles)


def _ownership(database: str, roles: Roles) -> Iterator[sql.Composable]:
    """Whoever migrates does so as a member of the owner, to whom all belongs."""
    owner = sql.Identifier(roles.owner)
    yield _JOIN.format(name=sql.Literal(roles.owner), owner=owner)
    yield sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(sql.Identifier(database), owner)
    yield from (
        sql.SQL("ALTER SCHEMA {} OWNER TO {}").format(sql.Identifier(schema), owner) for schema in (*SCHEMAS, VAULT)
    )
    yield _SEEN.format(role=sql.Literal(roles.restricted_analyst))
    for name in _FUNCTIONS:
        yield sql.SQL(f"ALTER FUNCTION {name} OWNER TO {{}}").format(owner)
    for name in _LOADER_FUNCTIONS:
        yield sql.SQL(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC, {{}}").format(_names(roles.all[1:]))
        yield sql.SQL(f"GRANT EXECUTE ON FUNCTION {name} TO {{}}").format(sql.Identifier(roles.loader))


def _places(database: str, roles: Roles) -> Iterator[sql.Composable]:
    """What is granted on the database, its schemas and functions."""
    everyone = _names(roles.all[1:])
    yield sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(database), everyone)
    yield sql.SQL("GRANT TEMPORARY ON DATABASE {} TO {}").format(sql.Identifier(database), _names([roles.loader]))
    for schema, users in {
        "procurement": [roles.loader, roles.analyst, roles.restricted_analyst],
        "ops": [roles.loader, roles.operator],
        VAULT: [roles.loader],
    }.items():
        yield sql.SQL("REVOKE ALL ON SCHEMA {} FROM PUBLIC, {}").format(sql.Identifier(schema), everyone)
        yield sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(schema), _names(users))


def _table(table: sql.Identifier, name: str, roles: Roles) -> Iterator[sql.Composable]:
    """What is granted on a table or view."""
    schema = name.partition(".")[0]
    if rights := _LOADER.get(name, _CHANGE):
        yield sql.SQL(f"GRANT {rights} ON {{}} TO {{}}").format(table, _names([roles.loader]))
    readers = {"procurement": [roles.analyst, roles.restricted_analyst], "ops": [roles.operator]}.get(schema, [])
    if readers and name not in _NOT_FOR_OPERATORS:
        yield sql.SQL("GRANT SELECT ON {} TO {}").format(table, _names(readers))


def _policies(table: sql.Identifier, roles: Roles) -> Iterator[sql.Composable]:
    """Row-level security: a condition that is always true costs a load nothing."""
    yield sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(table)
    for role, command, condition in (
        (roles.loader, "ALL", _ANY),
        (roles.analyst, "SELECT", _ANY),
        (roles.restricted_analyst, "SELECT", _OWN),
    ):
        name = sql.Identifier(role)
        yield sql.SQL("DROP POLICY IF EXISTS {} ON {}").format(name, table)
        yield sql.SQL("CREATE POLICY {} ON {} FOR {} TO {} USING ({})").format(
            name, table, sql.SQL(command), name, condition
        )


def _names(roles: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, roles))
