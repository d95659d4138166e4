"""Commands for the audit log."""

from __future__ import annotations

from typing import Annotated

import typer

from include.cli.inspection import print_table
from include.cli.surroundings import warehouse

app = typer.Typer(name="audit", no_args_is_help=True, help="Read and verify the audit log.")

_LATEST = """
    SELECT audit_id, occurred_at, actor, action, connection, customer, subject, details::text FROM ops.audit
    WHERE cast(:connection AS text) IS NULL OR connection = :connection ORDER BY audit_id DESC LIMIT :most
"""


@app.command()
def verify() -> None:
    """Compute the chain of hashes anew, and check the seals. Fails at the first row that was changed or removed."""
    from include.orderhouse.warehouse.audit import verify as verify_chain

    with warehouse() as engine:
        chain = verify_chain(engine)
    reach = f"up to row {chain.sealed_through} all are" if chain.sealed_through else "none is"
    unknown = f", {chain.unknown_seals} seals of a master key that is not here" if chain.unknown_seals else ""
    typer.echo(
        f"{chain.rows} rows hold, {chain.seals} seals fit{unknown}; {reach} under a seal; the last hash is {chain.head}"
    )


@app.command()
def show(
    connection: Annotated[str | None, typer.Argument(help="Only of this connection.")] = None,
    rows: Annotated[int, typer.Option(min=1, help="How many of the latest.")] = 50,
) -> None:
    """Show the latest rows."""
    import sqlalchemy as sa

    with warehouse() as engine, engine.connect() as session:
        found = session.execute(sa.text(_LATEST), {"connection": connection, "most": rows}).all()
    print_table(("", "when", "who", "what", "connection", "customer", "with", "details"), found)
