"""Commands for who administers the warehouse: its schema, its roles."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from include.cli.surroundings import warehouse
from include.orderhouse.errors import ConfigurationInvalid


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
    from include.orderhouse.warehouse.access.grants import admit_loader, grant, statements

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
