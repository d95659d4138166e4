"""Commands that look into the warehouse."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from include.cli.surroundings import check_mapping, warehouse
from include.cli.tables import print_table
from include.orderhouse.errors import ConfigurationInvalid

if TYPE_CHECKING:
    from include.orderhouse.configuration.connections import Connection
    from include.orderhouse.warehouse.reading.overview import Overview
    from include.orderhouse.warehouse.reading.raw_records import RawRecord
    from include.orderhouse.warehouse.reading.rejects import Reject

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How formulas begin, in full width too."""


def connections() -> None:
    """List the connections with their latest sync."""
    from include.orderhouse.configuration.connections import sort_connections
    from include.orderhouse.warehouse.reading.overview import read_overview

    known, mistakes = sort_connections()
    problems = [*(mistake.error for mistake in mistakes.values()), *_problems(known.values())]
    with warehouse() as engine:
        overview = read_overview(engine, known)
    header = ("connection", "customer", "every", "status", "latest sync", "state", "started", "watermark")
    print_table(header, [(*_configured(found), *_known(overview[name])) for name, found in known.items()])
    for problem in problems:
        typer.secho(str(problem), fg=typer.colors.RED, err=True)
    if problems:
        raise typer.Exit(1)


def _problems(connections: Iterable[Connection]) -> Iterator[ConfigurationInvalid]:
    """What is wrong with the mappings of these connections, and with the other sections of connections.yaml."""
    from include.orderhouse.configuration.alerts import read_alerts
    from include.orderhouse.configuration.customers import read_customers
    from include.orderhouse.webhooks.subscriptions import read_webhooks

    mappings: list[Callable[[], object]] = [partial(check_mapping, found) for found in connections]
    for check in (*mappings, read_customers, read_webhooks, read_alerts):
        try:
            check()
        except ConfigurationInvalid as error:
            yield error


def _configured(connection: Connection) -> tuple[str, str, str]:
    from include.orderhouse.configuration.options import spelled

    options = connection.options
    return connection.name, connection.customer, spelled(options.sync_every) if options.enabled else "not enabled"


def _known(connection: Overview) -> tuple[Any, ...]:
    """What the warehouse knows of it: its status, its latest sync and its watermark."""
    if connection.state is None and connection.latest is None:
        return ("never synced", "", "", "", "")
    rest = f"rests until {connection.rests_until:%Y-%m-%d %H:%M}" if connection.rests_until else None
    status = ", ".join(filter(None, (connection.state, rest)))
    latest = connection.latest
    told = (latest.mode, latest.state, latest.started_at) if latest else (None, None, None)
    return (status, *told, connection.fresh_as_of)


def rejects(
    connection: Annotated[str | None, typer.Argument(help="Only of this connection.")] = None,
) -> None:
    """List the rejected orders that wait, with the reason."""
    from include.orderhouse.configuration.connections import check_name
    from include.orderhouse.warehouse.reading.rejects import read_waiting

    with warehouse() as engine:
        waiting = read_waiting(engine, connection)
    if not waiting:
        if connection:
            check_name(connection)
        typer.echo("no rejected order waits")
        return
    header = ("connection", "reject", "order", "code", "field", "reason", "rejected")
    print_table(header, [_fault(found) for found in waiting])


def _fault(found: Reject) -> tuple[Any, ...]:
    field = ".".join(filter(None, (found.table_name, found.field)))
    order = (found.connection, found.reject_id, found.order_number)
    return (*order, found.code, field, found.reason, found.rejected_at)


def raw(
    connection: Annotated[str, typer.Argument(help="A name in connections.yaml.")],
    order: Annotated[str, typer.Argument(help="The order's number, its id at the source, or the id of a reject.")],
) -> None:
    """Show the raw record of an order, loaded or rejected: all that the source gave, as JSON."""
    import msgspec

    from include.orderhouse import wire
    from include.orderhouse.configuration.connections import check_name
    from include.orderhouse.raw_order import unpack
    from include.orderhouse.warehouse.access.audit import Event, command_line, record_now
    from include.orderhouse.warehouse.reading.raw_records import read_raw_records

    with warehouse() as engine:
        records = read_raw_records(engine, connection, order)
        if records:
            record_now(engine, Event("orders.exported", command_line(), connection, records[0].customer, order))
    if not records:
        check_name(connection)
        raise ConfigurationInvalid(
            f"The warehouse has no raw record of order {order!r} of {connection!r}.",
            action="Give its number or its id at the source; `scripts/orderhouse rejects` lists those that wait.",
        )
    for record in records:
        typer.echo(f"{connection} {order}: {_origin(record)}", err=True)
        typer.echo(msgspec.json.format(wire.encode(unpack(record.payload)), indent=2))


def _origin(record: RawRecord) -> str:
    if record.code is None:
        return f"loaded, read {record.fetched_at:%Y-%m-%d %H:%M:%S}"
    return f"rejected, {record.code}: {record.reason}"


def sql(
    query: Annotated[str, typer.Argument(help="One statement; schemas procurement and ops.")],
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """Query the warehouse, in a transaction that changes nothing of it."""
    from include.orderhouse.warehouse.access.audit import Event, command_line, record_now
    from include.orderhouse.warehouse.reading.query import run_query

    with warehouse() as engine:
        if as_csv:
            record_now(engine, Event("orders.exported", command_line(), subject=query))
        found = run_query(engine, query)
    if as_csv:
        csv.writer(sys.stdout).writerows([_harmless(value) for value in row] for row in [found.header, *found.rows])
    else:
        print_table(found.header, found.rows)


def _harmless(value: Any) -> Any:
    """A cell of a spreadsheet: text that it would take for a formula is marked as text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
