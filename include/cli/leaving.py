"""Commands for connections that leave."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from include.cli.consent import Yes, ask, ask_for
from include.cli.surroundings import airflow_settings, warehouse
from include.orderhouse.errors import ConfigurationInvalid

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import sqlalchemy as sa

    from include.orderhouse.configuration.connections import Connection, Mistake
    from include.orderhouse.upkeep.leaving import Leaver

_NAME = typer.Argument(help="A name in connections.yaml.")


def disconnect(connection: Annotated[str, _NAME], yes: Yes = False) -> None:
    """Stop a connection's syncs and forget its credentials and tokens. Its data stays."""
    from include.orderhouse.configuration.connections import read_connection
    from include.orderhouse.upkeep.leaving import disconnect as leave
    from include.orderhouse.warehouse.access.audit import command_line

    (leaver,) = _leavers([read_connection(connection)])
    lost = "" if leaver.credentials is None else "Its credentials and tokens are forgotten for good. "
    ask(f"{lost}Disconnect {connection}?", yes)
    with warehouse() as engine:
        _give_tokens_back(engine, [leaver])
        leave(engine, leaver, command_line())
    kept = "" if leaver.credentials else "; its credentials stay, another connection uses them"
    typer.echo(f"disconnected {connection}{kept}; take the access back at the source, too")


def reconnect(connection: Annotated[str, _NAME]) -> None:
    """Let a disconnected connection sync again, once its credentials are put; end a pause that its source asked for."""
    from include.orderhouse.configuration.connections import check_name
    from include.orderhouse.warehouse.access.audit import Event, command_line, record_now
    from include.orderhouse.warehouse.syncs.limiter import end_pause
    from include.orderhouse.warehouse.syncs.status import reconnect as connect_again

    with warehouse() as engine:
        was_disconnected, was_paused = connect_again(engine, connection), end_pause(engine, connection)
        if not (was_disconnected or was_paused):
            check_name(connection)
            raise ConfigurationInvalid(
                f"Connection {connection!r} is not disconnected, and its source asked for no pause that lasts.",
                action="Nothing to do.",
            )
        record_now(engine, Event("connection.reconnected", command_line(), connection))
    ended = "; the pause that its source asked for is over" if was_paused else ""
    typer.echo(f"reconnected {connection}{ended}")


def erase(
    connection: Annotated[str | None, typer.Argument(help="Its name, also where its entry is gone.")] = None,
    customer: Annotated[str | None, typer.Option(help="All connections of this customer, and their keys.")] = None,
    certificate: Annotated[Path | None, typer.Option(help="Write the certificate there, too.")] = None,
    yes: Yes = False,
) -> None:
    """Remove all that is of a connection or a customer, and print a certificate of what was removed."""
    from include.orderhouse.home import write_private
    from include.orderhouse.upkeep.leaving import erase as remove
    from include.orderhouse.warehouse.access.audit import command_line

    if (connection is None) == (customer is None):
        raise typer.BadParameter("name either a connection or --customer")
    with warehouse() as engine:
        leavers = _of_customer(engine, customer) if customer else [_named(engine, str(connection))]
        owner = customer or leavers[0].customer
        names = ", ".join(leaver.name for leaver in leavers)
        ask_for(customer or str(connection), f"This cannot be undone. To erase {names}", yes)
        _give_tokens_back(engine, leavers)
        removed = remove(engine, leavers, owner, command_line(), is_whole=customer is not None)
        told = json.dumps(removed, indent=2, ensure_ascii=False)
        typer.echo(told)
        if certificate:
            write_private(certificate.resolve(), f"{told}\n")
        _forget_watermarks([leaver.name for leaver in leavers])


def _named(engine: sa.Engine, connection: str) -> Leaver:
    """A connection by its name: that of connections.yaml, else that which the warehouse still has."""
    from include.orderhouse.configuration.connections import sort_connections
    from include.orderhouse.upkeep.leaving import forgotten_leaver

    every, mistakes = sort_connections()
    if connection in mistakes:
        raise mistakes[connection].error
    _refuse_unclear(mistakes, None)
    if connection in every:
        return _leavers([every[connection]])[0]
    leaver = forgotten_leaver(engine, connection, _needed_by(every, mistakes))
    told = (
        f"{connection} has no entry in connections.yaml. Credentials that it had under another name stay in the vault: "
        "scripts/orderhouse vault list"
    )
    typer.secho(told, fg=typer.colors.YELLOW, err=True)
    return leaver


def _of_customer(engine: sa.Engine, customer: str) -> list[Leaver]:
    from include.orderhouse.configuration.connections import sort_connections
    from include.orderhouse.upkeep.leaving import leavers_of

    every, mistakes = sort_connections()
    _refuse_unclear(mistakes, customer)
    known = [found for found in every.values() if customer == found.customer]
    others = {name: found for name, found in every.items() if customer != found.customer}
    return leavers_of(engine, customer, _leavers(known), _needed_by(others, mistakes))


def _give_tokens_back(engine: sa.Engine, leavers: Collection[Leaver]) -> None:
    """Let the vendors revoke the tokens that nobody else uses; what goes wrong is told and holds nothing up."""
    from include.orderhouse.configuration.connections import sort_connections
    from include.orderhouse.errors import OrderhouseError
    from include.orderhouse.sync.runtime import Runtime
    from include.orderhouse.upkeep.revocation import revoke_tokens
    from include.orderhouse.warehouse.access.audit import command_line

    known, _ = sort_connections()
    for leaver in leavers:
        connection = known.get(leaver.name)
        if connection is None or leaver.credentials is None or connection.connector.revocation is None:
            continue
        try:
            with airflow_settings():
                from include.orchestration.metadata import StoredWatermark, stored_credentials

                given = partial(stored_credentials, leaver.name)
                if revoke_tokens(Runtime(connection, given, engine, StoredWatermark(leaver.name)), command_line()):
                    typer.echo(f"{connection.connector.label} has revoked the tokens of {leaver.name}")
        except OrderhouseError as error:
            typer.secho(str(error), fg=typer.colors.YELLOW, err=True)


def _refuse_unclear(mistakes: Mapping[str, Mistake], customer: str | None) -> None:
    """Raise what is wrong with an entry that may be of a customer who leaves, or may need whatever is erased."""
    for mistake in mistakes.values():
        if mistake.has_unknown_needs or (customer and mistake.may_be_of(customer)):
            raise mistake.error


def _needed_by(known: Mapping[str, Connection], mistakes: Mapping[str, Mistake]) -> dict[str, frozenset[str]]:
    """The Airflow Connections that each of these entries needs."""
    return {name: _needs(found) for name, found in known.items()} | {
        name: mistake.needs for name, mistake in mistakes.items()
    }


def _needs(connection: Connection) -> frozenset[str]:
    """The Airflow Connections that a connection needs."""
    return frozenset(key for key in (connection.credentials_id, connection.options.notifications) if key)


def _leavers(leaving: Collection[Connection]) -> list[Leaver]:
    """Each leaves with its credentials, unless a connection that stays has them as well."""
    from include.orderhouse.configuration.connections import sort_connections
    from include.orderhouse.upkeep.leaving import Leaver

    names = {found.name for found in leaving}
    known, mistakes = sort_connections()
    others = {name: found for name, found in known.items() if name not in names}
    needed = frozenset().union(*_needed_by(others, mistakes).values())
    return [
        Leaver(
            found.name,
            found.customer,
            found.connector.name,
            None if found.credentials_id in needed else found.credentials_id,
            None if found.options.notifications in needed else found.options.notifications,
        )
        for found in leaving
    ]


def _forget_watermarks(names: list[str]) -> None:
    with airflow_settings():
        from include.orchestration.metadata import StoredWatermark, check_metadata

        check_metadata()
        for name in names:
            StoredWatermark(name).forget()
