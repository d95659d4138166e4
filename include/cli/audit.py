"""Commands for the audit log."""

from __future__ import annotations

from typing import Annotated

import typer

from include.cli.surroundings import warehouse
from include.cli.tables import print_table

app = typer.Typer(name="audit", no_args_is_help=True, help="Read, verify and prune the audit log.")


@app.command()
def verify() -> None:
    """Compute the chain of hashes anew, and check the seals. Fails at the first row that was changed or removed."""
    from include.orderhouse.warehouse.access.audit_chain import verify as verify_chain

    with warehouse() as engine:
        chain = verify_chain(engine)
    reach = f"up to row {chain.sealed_through} all are" if chain.sealed_through else "none is"
    pruned = f", of those up to row {chain.pruned_through} routine was removed" if chain.pruned_through else ""
    unknown = f", seals of a master key that is not here: {chain.unknown_seals}" if chain.unknown_seals else ""
    typer.echo(
        f"rows that hold: {chain.rows}{pruned}; seals that fit: {chain.seals}{unknown}; {reach} under a seal; "
        f"the last hash is {chain.head}"
    )


@app.command()
def prune(
    keep: Annotated[str, typer.Option(help="What was written longer ago goes, such as 730d; 90d or more.")],
) -> None:
    """Remove old rows that tell of routine, once the whole log is verified. What people did stays."""
    from include.orderhouse.configuration.options import duration
    from include.orderhouse.warehouse.access.audit import command_line
    from include.orderhouse.warehouse.access.audit_chain import prune as prune_chain

    try:
        kept = duration(keep)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    with warehouse() as engine:
        removed, through = prune_chain(engine, kept, command_line())
    typer.echo(f"rows removed: {removed}; up to row {through} all are older than {keep}")


@app.command()
def show(
    connection: Annotated[str | None, typer.Argument(help="Only of this connection.")] = None,
    rows: Annotated[int, typer.Option(min=1, help="How many of the latest.")] = 50,
) -> None:
    """Show the latest rows."""
    from include.orderhouse.configuration.connections import check_name
    from include.orderhouse.warehouse.access.audit import latest

    with warehouse() as engine:
        found = latest(engine, connection, rows)
    if connection and not found:
        check_name(connection)
    print_table(("row", "when", "who", "what", "connection", "customer", "with", "details"), found)
