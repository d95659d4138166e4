"""One running installation: PostgreSQL, the sandbox and Airflow's processes, started in order and stopped together."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx
import sqlalchemy as sa
from rich.markup import escape

from include.orderhouse.errors import OrderhouseError
from include.orderhouse.home import PROJECT, Home
from include.orderhouse.ports import claim_port
from include.orderhouse.warehouse.embedded import embedded_postgres
from include.orderhouse.warehouse.engine import URL_SETTING
from include.orderhouse.warehouse.migrate import upgrade
from include.standalone.airflow_api import AirflowApi, wait_for
from include.standalone.environment import (
    LOCAL_EXECUTOR,
    AirflowHost,
    airflow_environment,
    owner_url,
    write_shell_environment,
)
from include.standalone.launcher_lock import only_launcher
from include.standalone.metadata import MetadataMigration
from include.standalone.processes import Process, Processes, how_it_ended, tail
from include.standalone.report import Report
from include.standalone.sandbox import Sandbox, claim_ports
from include.standalone.settings_file import import_settings, read_settings

API_PORT_SETTING = "ORDERHOUSE_API_PORT"
DEFAULT_API_PORT = 8080
API = "api-server"
COMPONENTS = (API, "dag-processor", "triggerer", "scheduler")
_START_SECONDS = 240.0
_LASTING_SECONDS = 60.0
"""What ends sooner than that is likely to end again."""
_FULL_BYTES = 20_000_000
"""Less than one of PostgreSQL's files of 16 MB and a little needs."""


class StartFailed(OrderhouseError):
    """A process of the installation has ended, or did not come up."""

    code = "START_FAILED"


@dataclass(frozen=True)
class Plan:
    """What to start. A port of 0 is any free one; ``sandbox_port`` None starts no sandbox."""

    home: Home
    api_port: int = DEFAULT_API_PORT
    postgres_port: int | None = None
    sandbox_port: int | None = None
    data: Path | None = None
    dags: Path = PROJECT / "dags"
    executor: str = LOCAL_EXECUTOR
    settings: Path = PROJECT / "airflow_settings.yaml"
    environment: Mapping[str, str] = field(default_factory=dict)
    """Environment variables beside those of this process."""


class Installation:
    """A running installation: its API, its environment, and how its processes are."""

    def __init__(
        self, host: AirflowHost, inherited: Mapping[str, str], processes: Processes, sandbox: Sandbox | None
    ) -> None:
        self.host = host
        self._owner_url = owner_url(host, inherited)
        self.environment = airflow_environment(host, inherited)
        self.sandbox = sandbox
        self.api = AirflowApi(host)
        self._processes = processes

    @property
    def warehouse_address(self) -> str:
        """The warehouse's URL for people: the embedded one's with the analyst's login, another's without a password."""
        url = self.environment[URL_SETTING]
        if url == self.host.postgres.loader_url:
            return self.host.postgres.analyst_url
        return sa.make_url(url).render_as_string(hide_password=True)

    @property
    def pids(self) -> dict[str, int]:
        """The pid of each of its processes, by name."""
        return self._processes.pids

    def check(self) -> None:
        """Raise StartFailed if one of its processes has ended, or PostgreSQL with it; a full disk is told as well."""
        for process, code in self._processes.ended():
            what, log = f"The {process.name} {how_it_ended(code)}", process.log
            if not self.host.postgres.is_up:
                what, log = f"PostgreSQL has ended, and the {process.name} too", str(self.host.home.postgres_log)
            if self._is_full:
                what += f"; the disk of {self.host.home.root} is full"
            raise StartFailed(
                f"{what}.",
                action="All else is stopped now; a new start goes on from the watermarks. "
                f"{log} ends with:\n{tail(log)}",
            )

    def attend(self, report: Report) -> None:
        """Start again what has ended of Airflow, and say so; wait until its API answers again.

        Raises as `check` does where that would not help.
        """
        ended = self._processes.ended()
        for process, code in ended:
            if not self._may_last(process):
                self.check()
            report.say(
                f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S %Z} [yellow]The {process.name} {how_it_ended(code)}[/]. "
                f"It is started again; {escape(process.log)}.1 has what it printed."
            )
            self._processes.start_again(process)
        if any(process.name == API for process, _ in ended):
            self._wait(self._silent_api, partial(self.attend, report))

    def _may_last(self, process: Process) -> bool:
        """Whether one that has ended is likely to run when it is started again."""
        lasted = process.name in COMPONENTS and self._processes.age(process) >= _LASTING_SECONDS
        return lasted and self.host.postgres.is_up and not self._is_full

    @property
    def _is_full(self) -> bool:
        return shutil.disk_usage(self.host.home.root).free < _FULL_BYTES

    def start_sandbox(self) -> None:
        """Start the sandbox; ``wait_for_sandbox`` waits for it."""
        if self.sandbox:
            self._processes.start("sandbox", self.sandbox.command(), self.environment)

    def wait_for_sandbox(self) -> None:
        """Wait until the sandbox serves."""
        sandbox = self.sandbox
        if sandbox:
            self._wait(lambda: [] if sandbox.is_ready() else ["sandbox"], self.check)

    def migrate(self) -> None:
        """Bring both databases to the newest schema, at the same time."""
        metadata = MetadataMigration(self.host, self.environment)
        try:
            upgrade(self._owner_url)
        finally:
            problem = metadata.finish()
        if problem:
            raise StartFailed(f"airflow db migrate failed:\n{problem}\n", action=f"Its whole log is {metadata.log}.")

    def start_airflow(self, settings: Path) -> None:
        """Start Airflow's components, give it its connections as soon as it listens, and wait until all are healthy."""
        for component in COMPONENTS:
            command = [sys.executable, "-m", "airflow", component]
            if component in ("scheduler", "triggerer"):
                command.append("--skip-serve-logs")
            self._processes.start(component, command, self.environment)
        self._wait(self._silent_api, self.check)
        secrets = self.sandbox.secrets() if self.sandbox else {}
        import_settings(self.api, read_settings(settings, {**self.environment, **secrets}))
        self._wait(self.api.unhealthy, self.check)

    def _silent_api(self) -> list[str]:
        return [name for name in self.api.unhealthy() if name == API]

    def _wait(self, unhealthy: Callable[[], list[str]], look: Callable[[], None]) -> None:
        def ready() -> bool:
            look()
            return not unhealthy()

        if not wait_for(ready, _START_SECONDS):
            raise StartFailed(
                f"Not ready after {_START_SECONDS:.0f} s: {', '.join(unhealthy())}.",
                action=f"Look into the logs in {self.host.home.logs}.",
            )


@contextmanager
def running(plan: Plan, report: Report) -> Iterator[Installation]:
    """Start what is planned, all of it ready; stop it at the end of the block.

    Where the API does not answer there since a process has ended, that one is named.
    """
    with ExitStack() as stack:
        stack.enter_context(only_launcher(plan.home, f"UI at port {plan.api_port}"))
        processes = Processes(plan.home)
        for name in processes.end_leftovers():
            report.say(f"ended the {name} that a killed launcher had left")
        installation = _prepare(plan, processes, stack, report)
        stack.callback(installation.api.close)
        with report.step("sandbox, databases"):
            installation.start_sandbox()
            installation.migrate()
            installation.wait_for_sandbox()
        with report.step("Airflow") as details:
            installation.start_airflow(plan.settings)
            details.append(installation.host.api_url)
        stack.callback(report.say, "stopping ...")
        try:
            yield installation
        except httpx.HTTPError:
            installation.check()
            raise


def _prepare(plan: Plan, processes: Processes, stack: ExitStack, report: Report) -> Installation:
    """Claim the ports, start PostgreSQL and work out the environment of all that follows."""
    api_port = claim_port(plan.api_port, "Airflow's API server", API_PORT_SETTING)
    sandbox = None
    if plan.sandbox_port is not None:
        sandbox = Sandbox(plan.home, claim_ports(plan.sandbox_port), plan.data)
    with report.step("PostgreSQL") as details:
        postgres = stack.enter_context(embedded_postgres(plan.home, plan.postgres_port))
        details.append(postgres.address)
    stack.callback(processes.stop)
    host = AirflowHost(plan.home, postgres, api_port, plan.dags, plan.executor)
    inherited = {**os.environ, **(sandbox.values() if sandbox else {}), **plan.environment}
    installation = Installation(host, inherited, processes, sandbox)
    write_shell_environment(host, installation.environment)
    return installation
