"""Commands that show mappings, and write the pages generated from them."""

from __future__ import annotations

from typing import Annotated

import typer

from include.cli.surroundings import check_mapping, warehouse
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.home import PROJECT

PAGES = PROJECT / "docs" / "connectors"


def mapping(
    connector: Annotated[str, typer.Argument(help="Such as business_central.")],
    connection: Annotated[
        str | None, typer.Option(help="As this connection maps: its overrides and custom fields, too.")
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the Markdown as it is.")] = False,
) -> None:
    """Show where every canonical column comes from."""
    from include.orderhouse.configuration.connections import read_connection
    from include.orderhouse.connectors import load
    from include.orderhouse.mapping_page import mapping_page

    chosen = read_connection(connection) if connection else None
    if chosen and chosen.connector.name != connector:
        raise ConfigurationInvalid(
            f"Connection {connection!r} uses the connector {chosen.connector.name}.",
            action=f"Ask for `scripts/orderhouse mapping {chosen.connector.name} --connection {connection}`.",
        )
    if chosen:
        check_mapping(chosen)
    page = mapping_page(load(connector), chosen)
    if markdown:
        typer.echo(page, nl=False)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(page))


def docs() -> None:
    """Write docs/connectors/*.md and docs/data-dictionary.md anew."""
    from include.orderhouse.connectors import CONNECTORS, load
    from include.orderhouse.mapping_page import mapping_page
    from include.orderhouse.warehouse.dictionary import PAGE, data_dictionary

    PAGES.mkdir(parents=True, exist_ok=True)
    for name in CONNECTORS:
        (PAGES / f"{name}.md").write_text(mapping_page(load(name)), encoding="utf-8")
    with warehouse() as engine:
        PAGE.write_text(data_dictionary(engine), encoding="utf-8")
    typer.echo(f"wrote {len(CONNECTORS)} pages in {PAGES} and {PAGE}")
