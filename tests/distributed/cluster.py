"""An installation that is spread over machines: Airflow's scheduler and API server on one, Celery's workers on others.

They share Redis, PostgreSQL over TCP and an object store. Workers log in to the warehouse and to Celery's own database
as ordinary users; they know neither Airflow's database nor its keys.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg import sql

from include.orderhouse.files import file_system
from include.orderhouse.home import Home
from include.orderhouse.ports import LOOPBACK
from include.orderhouse.warehouse.embedded import Server, embedded_postgres
from include.standalone.airflow_api import wait_for
from include.standalone.installation import Plan, running
from include.standalone.report import Report
from tests.distributed.machines import Machine, Worker, celery_worker
from tests.distributed.servers import BUCKET, ObjectStore, object_store, redis
from tests.e2e.installation import PARSED_ONCE, RUN_SECONDS, Airflow

CONNECTIONS = Path(__file__).with_name("connections.yaml")
CONNECTORS = ("netsuite", "odoo", "quickbooks", "sap_s4hana")
STAGING, REPORTS = f"s3://{BUCKET}/staging", f"s3://{BUCKET}/reports"
_IMPATIENCE = {
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "20",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "2",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "40",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL": "5",
}
"""How soon a worker is missed; Airflow's own settings are minutes."""


@dataclass(frozen=True)
class Cluster:
    """The running installation, its workers by name, and an empty database beside the warehouse."""

    airflow: Airflow
    workers: Mapping[str, Worker]
    store: ObjectStore
    empty_database: str

    def stop_the_clock(self) -> None:
        """Let nothing more happen in the sandbox's company."""
        sandbox = self.airflow.installation.sandbox
        assert sandbox
        address = f"http://{LOOPBACK}:{sandbox.ports['control']}/clock"
        httpx.post(address, json={"freeze": True}, trust_env=False).raise_for_status()

    def staged(self) -> list[str]:
        """The staged files of all connections."""
        with pytest.MonkeyPatch.context() as environment:
            for name, value in self.store.environment.items():
                environment.setenv(name, value)
            files, root = file_system(STAGING)
            return [str(name).removeprefix(f"{root}/") for name in files.find(root)]


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """Two workers, ready, and nothing synced yet."""
    with ExitStack() as stack:
        store = stack.enter_context(object_store(folder))
        broker = stack.enter_context(redis(folder, secrets.token_urlsafe(24)))
        machines = [Machine(name, folder / name) for name in ("head", "east", "west")]
        for machine in machines:
            machine.install(CONNECTIONS, CONNECTORS)
        head, *others = machines
        server = stack.enter_context(embedded_postgres(Home(head.folder / "state").create(), 0))
        addresses = _databases(server, head, ("warehouse_of_all", "celery", "empty"))
        settings = {
            **store.environment,
            **_IMPATIENCE,
            **PARSED_ONCE,
            "ORDERHOUSE_WAREHOUSE_URL": addresses["warehouse_of_all"],
            "ORDERHOUSE_STAGING_URL": STAGING,
            "ORDERHOUSE_REPORTS_URL": REPORTS,
            "ORDERHOUSE_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode("ascii"),
            "ORDERHOUSE_CONNECTIONS": str(head.project / "include" / "connections.yaml"),
            "AIRFLOW__CELERY__BROKER_URL": broker,
            "AIRFLOW__CELERY__RESULT_BACKEND": f"db+{addresses['celery']}",
            "AIRFLOW__CELERY__CELERY_CONFIG_OPTIONS": "include.orchestration.celery_worker.SETTINGS",
            "AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT": "86400",
        }
        plan = Plan(
            Home(head.folder / "state"),
            api_port=0,
            postgres_port=0,
            sandbox_port=0,
            dags=head.project / "dags",
            executor="CeleryExecutor",
            environment=settings,
        )
        installation = stack.enter_context(running(plan, Report()))
        workers = {
            machine.name: stack.enter_context(celery_worker(machine, installation.environment)) for machine in others
        }
        airflow = Airflow(installation)
        assert wait_for(lambda: all(worker.is_ready() for worker in workers.values()), RUN_SECONDS)
        assert wait_for(lambda: len(installation.api.dags("orderhouse")) == len(CONNECTORS), RUN_SECONDS)
        yield Cluster(airflow, workers, store, addresses["empty"])


def _databases(server: Server, head: Machine, names: tuple[str, ...]) -> dict[str, str]:
    """A database for each name with a login that owns it, reached over TCP as from another machine; their URLs."""
    rules = head.folder / "state" / "postgres" / "data" / "pg_hba.conf"
    urls = {}
    with psycopg.connect(server.libpq_url("postgres"), autocommit=True) as connection:
        for name in names:
            password = secrets.token_urlsafe(16)
            login = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(name), sql.Literal(password))
            connection.execute(login)
            connection.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(sql.Identifier(name)))
            with rules.open("a", encoding="utf-8") as file:
                file.write(f"host {name} {name} {LOOPBACK}/32 scram-sha-256\n")
            urls[name] = f"postgresql+psycopg://{name}:{password}@{server.address}/{name}"
        connection.execute("SELECT pg_reload_conf()")
    return urls
