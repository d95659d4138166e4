"""The commands of ``scripts/orderhouse``."""

from __future__ import annotations

import typer

from include.cli import administration, audit, inspection, leaving, mappings, protection, syncing, vault
from include.cli.surroundings import run
from include.standalone.interrupts import end_as_by_ctrl_c

app = typer.Typer(
    name="orderhouse",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Orderhouse without a scheduler.\n\n"
    "Exit codes: 0 done, 1 an error that the message explains, 2 the command line is wrong.",
)
app.command()(inspection.connections)
app.command(epilog=syncing.MODES)(syncing.sync)
app.command()(mappings.mapping)
app.command()(inspection.rejects)
app.command()(syncing.replay)
app.command()(inspection.raw)
app.command()(inspection.sql)
app.command()(administration.migrate)
app.command()(administration.grants)
app.command()(protection.protection)
app.command()(mappings.docs)
app.command()(leaving.disconnect)
app.command()(leaving.reconnect)
app.command()(leaving.erase)
app.add_typer(vault.app)
app.add_typer(audit.app)


def main() -> None:
    """Run the command line."""
    end_as_by_ctrl_c()
    run(app, "scripts/orderhouse")
