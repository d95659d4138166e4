"""Commands that look into the warehouse."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

import typer

from include.cli.surroundings import check_mapping, warehouse
from include.cli.tables import print_table
from include.orderhouse.errors import ConfigurationInvalid

_LATEST_SYNCS = """
    SELECT connection,
           concat(status.state, CASE WHEN status.rests_until > now() THEN
               ', rests until ' || to_char(status.rests_until AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') END),
           latest.mode, latest.state, latest.started_at,
           (SELECT max(moved.watermark_after) FROM ops.sync AS moved
            WHERE moved.connection = latest.connection AND moved.state = 'succeeded')
    FROM ops.connection_status AS status FULL JOIN (
        SELECT DISTINCT ON (connection) connection, mode, state, started_at FROM ops.sync
        ORDER BY connection, started_at DESC
    ) AS latest USING (connection)
"""
_OPEN_REJECTS = """
    SELECT connection, reject_id, order_number, code, concat_ws('.', table_name, field), reason, rejected_at
    FROM ops.reject
    WHERE resolved_at IS NULL AND (cast(:connection AS text) IS NULL OR connection = :connection)
    ORDER BY connection, rejected_at, reject_id
"""
_RAW_RECORDS = """
    SELECT 'loaded, read ' || to_char(raw.fetched_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS what,
           held.customer, 'version' AS frame, raw.order_id::text AS owner, raw.payload
    FROM ops.order_raw AS raw JOIN procurement.purchase_order AS held USING (connection, order_id)
    WHERE raw.connection = :connection AND :order IN (raw.source_order_id, held.order_number)
    UNION ALL
    SELECT 'rejected, ' || code || ': ' || reason, customer, 'reject', reject_id::text, payload FROM ops.reject
    WHERE connection = :connection AND resolved_at IS NULL AND payload IS NOT NULL
      AND :order IN (source_order_id, order_number, reject_id::text)
"""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How formulas begin, in full width too."""


def connections() -> None:
    """List the connections with their latest sync."""
    import sqlalchemy as sa

    from include.orderhouse.configuration.alerts import read_alerts
    from include.orderhouse.configuration.connections import sort_connections
    from include.orderhouse.configuration.customers import read_customers
    from include.orderhouse.configuration.options import spelled
    from include.orderhouse.webhooks.subscriptions import read_webhooks

    known, mistakes = sort_connections()
    problems = [mistake.error for mistake in mistakes.values()]
    checks: list[Callable[[], object]] = [partial(check_mapping, found) for found in known.values()]
    for check in (*checks, read_customers, read_webhooks, read_alerts):
        try:
            check()
        except ConfigurationInvalid as error:
            problems.append(error)
    with warehouse() as engine, engine.connect() as session:
        latest = {row[0]: row[1:] for row in session.execute(sa.text(_LATEST_SYNCS))}
    header = ("connection", "customer", "every", "status", "latest sync", "state", "started", "watermark")
    rows = [
        (
            name,
            found.customer,
            spelled(found.options.sync_every) if found.options.enabled else "not enabled",
            *latest.get(name, ("never synced", "", "", "", "")),
        )
        for name, found in known.items()
    ]
    print_table(header, rows)
    for problem in problems:
        typer.secho(str(problem), fg=typer.colors.RED, err=True)
    if problems:
        raise typer.Exit(1)


def rejects(
    connection: Annotated[str | None, typer.Argument(help="Only of this connection.")] = None,
) -> None:
    """List the rejected orders that wait, with the reason."""
    import sqlalchemy as sa

    from include.orderhouse.configuration.connections import check_name

    with warehouse() as engine, engine.connect() as session:
        rows = session.execute(sa.text(_OPEN_REJECTS), {"connection": connection}).all()
    if not rows:
        if connection:
            check_name(connection)
        typer.echo("no rejected order waits")
        return
    print_table(("connection", "reject", "order", "code", "field", "reason", "rejected"), rows)


def raw(
    connection: Annotated[str, typer.Argument(help="A name in connections.yaml.")],
    order: Annotated[str, typer.Argument(help="The order's number, its id at the source, or the id of a reject.")],
) -> None:
    """Show the raw record of an order, loaded or rejected: all that the source gave, as JSON."""
    import msgspec
    import sqlalchemy as sa

    from include.orderhouse import wire
    from include.orderhouse.configuration.connections import check_name
    from include.orderhouse.raw_order import unpack
    from include.orderhouse.warehouse.audit import Event, command_line, record_now
    from include.orderhouse.warehouse.keyring import Keyring
    from include.orderhouse.warehouse.payloads import Payloads

    with warehouse() as engine:
        with engine.connect() as session:
            found = session.execute(sa.text(_RAW_RECORDS), {"connection": connection, "order": order}).all()
        records = [
            (what, Payloads(Keyring.of(engine).cipher(customer), connection).open(frame, owner, bytes(payload)))
            for what, customer, frame, owner, payload in found
        ]
        if records:
            record_now(engine, Event("orders.exported", command_line(), connection, found[0].customer, order))
    if not records:
        check_name(connection)
        raise ConfigurationInvalid(
            f"The warehouse has no raw record of order {order!r} of {connection!r}.",
            action="Give its number or its id at the source; `scripts/orderhouse rejects` lists those that wait.",
        )
    for what, payload in records:
        typer.echo(f"{connection} {order}: {what}", err=True)
        typer.echo(msgspec.json.format(wire.encode(unpack(payload)), indent=2))


def sql(
    query: Annotated[str, typer.Argument(help="One statement; schemas procurement and ops.")],
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """Query the warehouse, in a transaction that changes nothing of it."""
    import psycopg
    from psycopg.types.string import TextLoader

    from include.orderhouse.warehouse.audit import Event, command_line, record_now
    from include.orderhouse.warehouse.engine import outages_named

    with warehouse() as engine, outages_named():
        if as_csv:
            record_now(engine, Event("orders.exported", command_line(), subject=query))
        try:
            with psycopg.connect(engine.url.set(drivername="postgresql").render_as_string(False)) as session:
                session.read_only = True
                session.execute("SET search_path = procurement, ops; SET TIME ZONE 'UTC'")
                for kind in ("json", "jsonb"):  # stays text: its numbers keep their digits
                    session.adapters.register_loader(kind, TextLoader)
                answer = session.execute(query.encode(), prepare=True)
                header = [column.name for column in answer.description or ()]
                rows = answer.fetchall() if header else []
        except psycopg.OperationalError:
            raise
        except psycopg.Error as error:
            raise ConfigurationInvalid(f"PostgreSQL refuses the query: {error}.", action="Correct it.") from error
    if as_csv:
        csv.writer(sys.stdout).writerows([_harmless(value) for value in row] for row in [header, *rows])
    else:
        print_table(header, rows)


def migrate() -> None:
    """Create or upgrade the warehouse's schema."""
    from include.orderhouse.warehouse.migrate import upgrade

    with warehouse() as engine:
        upgrade(engine.url.render_as_string(hide_password=False))
        address = engine.url.set(drivername="postgresql").render_as_string()
        typer.echo(f"the warehouse at {address} is up to date")


def grants(
    apply: Annotated[bool, typer.Option("--apply", help="Write them, as the warehouse's owner.")] = False,
    loader: Annotated[str | None, typer.Option(help="With --apply: a login that is to run the syncs.")] = None,
) -> None:
    """Print the roles and grants of the warehouse as SQL, for an administrator; or apply them."""
    from include.orderhouse.warehouse.grants import admit_loader, grant, statements

    if loader and not apply:
        raise typer.BadParameter("--loader goes with --apply; what is printed names no login")
    with warehouse() as engine, engine.connect() as session:
        if not apply:
            cursor: Any = session.connection.cursor()
            for statement in statements(cursor):
                typer.echo(f"{statement.as_string(cursor)};")
        elif grant(session):
            if loader:
                admit_loader(session, loader)
            session.commit()
            typer.echo("the grants are written")
        else:
            raise ConfigurationInvalid(
                "The warehouse's owner may not create roles.",
                action="Let an administrator run what `scripts/orderhouse grants` prints.",
            )


def _harmless(value: Any) -> Any:
    """A cell of a spreadsheet: text that it would take for a formula is marked as text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
