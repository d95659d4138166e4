"""Set up and run Orderhouse on this machine, and sync once at the start."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import httpx
import typer

from include.orderhouse.connectors import CONNECTORS
from include.orderhouse.errors import OrderhouseError
from include.orderhouse.home import Home
from include.orderhouse.warehouse import embedded
from include.orderhouse.warehouse.engine import URL_SETTING
from include.standalone import sandbox
from include.standalone.environment import ADMIN
from include.standalone.installation import API_PORT_SETTING, DEFAULT_API_PORT, Installation, Plan, running
from include.standalone.interrupts import end_as_by_ctrl_c
from include.standalone.ledger import sync_table
from include.standalone.logs import tidy
from include.standalone.pools import check_pools
from include.standalone.report import Report
from include.standalone.syncs import Syncs

_PORT = {"min": 0, "max": 65535}
_SANDBOX_PORTS = {"min": 0, "max": 65535 - len(sandbox.DIALECTS)}
_TIDY_SECONDS = 3600.0


def _known_connectors(names: list[str] | None) -> list[str] | None:
    for name in names or ():
        if name not in CONNECTORS:
            raise typer.BadParameter(f"{name} is no connector. There are: {', '.join(sorted(CONNECTORS))}.")
    return names


def start(
    once: Annotated[bool, typer.Option("--once", help="End when the syncs have; 0 only if all succeeded.")] = False,
    data: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Let the sandbox serve this folder of CSV files."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CONNECTOR",
            callback=_known_connectors,
            help="Sync the connections of this connector only; may be repeated. The other DAGs are paused.",
        ),
    ] = None,
    with_sandbox: Annotated[bool, typer.Option("--sandbox/--no-sandbox", help="Run the sandbox ERPs.")] = True,
    port_api: Annotated[
        int, typer.Option(envvar=API_PORT_SETTING, help="Airflow's UI and API; 0: any free port.", **_PORT)
    ] = DEFAULT_API_PORT,
    port_postgres: Annotated[
        int, typer.Option(envvar=embedded.PORT_SETTING, help="The warehouse, for analysts' tools.", **_PORT)
    ] = embedded.DEFAULT_PORT,
    port_sandbox: Annotated[
        int,
        typer.Option(
            envvar=sandbox.PORT_SETTING,
            help="The first of the sandbox's ports: for control, then one per system.",
            **_SANDBOX_PORTS,
        ),
    ] = sandbox.DEFAULT_PORT,
) -> None:
    """Start PostgreSQL, the sandbox ERPs and Airflow, sync every connection, and keep running until Ctrl-C.

    State lies in ORDERHOUSE_HOME (default .orderhouse); with --data in a folder of its own inside it.
    """
    home = Home.from_environment()
    plan = Plan(
        home=home.for_data(data) if data else home,
        api_port=port_api,
        postgres_port=port_postgres,
        sandbox_port=port_sandbox if with_sandbox else None,
        data=data.resolve() if data else None,
    )
    end_as_by_ctrl_c()
    report = Report()
    try:
        raise typer.Exit(_run(plan, report, once, only or CONNECTORS))
    except OrderhouseError as error:
        report.error(str(error))
        raise typer.Exit(1) from error
    except httpx.HTTPError as error:
        report.error(f"Airflow does not answer: {error!r}. Look into {plan.home.logs / 'api-server.log'}.")
        raise typer.Exit(1) from error
    except OSError as error:
        report.error(f"The system refuses: {error}. See to space and rights in {plan.home.root}, then start again.")
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        raise typer.Exit(0 if not once else 130) from None


def _run(plan: Plan, report: Report, once: bool, connectors: Iterable[str]) -> int:
    began = datetime.now(UTC)
    with running(plan, report) as installation:
        check_pools(installation.api)
        _print_addresses(installation, report)
        syncs = Syncs(installation, report)
        syncs.start(connectors)
        succeeded = syncs.follow()
        report.show(sync_table(installation.environment[URL_SETTING], began))
        _print_addresses(installation, report)
        if once:
            syncs.wait_for_quiet()
            return 0 if succeeded else 1
        report.say("\nRunning. Ctrl-C stops everything.")
        _attend(installation, report)


def _attend(installation: Installation, report: Report) -> NoReturn:
    """Look after what runs until somebody stops it: that all of it does, and that its logs stay small."""
    tidied = -_TIDY_SECONDS
    while True:
        installation.attend(report)
        if time.monotonic() - tidied >= _TIDY_SECONDS:
            tidy(installation.host.home)
            tidied = time.monotonic()
        time.sleep(2)


def _print_addresses(installation: Installation, report: Report) -> None:
    host = installation.host
    report.say(f"\nAirflow    {host.api_url}   login {ADMIN}, password {host.admin_password}")
    report.say(f"warehouse  {installation.warehouse_address}")
    if installation.sandbox:
        report.say(f"sandbox    http://127.0.0.1:{installation.sandbox.ports['control']}")
    report.say(f"state      {host.home.root}")


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
app.command()(start)
