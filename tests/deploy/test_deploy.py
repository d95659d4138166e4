"""The files in ``deploy``: their settings exist, no secret is in them, what they start may do as little as possible."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
import yaml

from include.orderhouse.configuration.options import Options
from include.orderhouse.home import PROJECT
from include.orderhouse.warehouse.embedded import Server
from tests import airflow_library as airflow_library
from tests.sync.test_warehouse_sessions import BESIDE_REQUESTS

DEPLOY = PROJECT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
VALUES = [DEPLOY / "helm" / name for name in ("values.yaml", "celery.yaml", "kubernetes.yaml")]
STARTS_AS_ROOT = {"postgres", "s3"}
"""PostgreSQL's image makes its folders its own and steps down by itself; the object store's stays root."""
AIRFLOWS_OWN = 60
"""Sessions that scheduler, API server, DAG processor and triggerer hold of Airflow's database, as the page has it."""
HEAD_ONLY = ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__API_AUTH__JWT_SECRET")


Settings = dict[str, dict[str, Any]]


@pytest.fixture
def helm() -> Settings:
    """Airflow's settings of the values for Celery, the one file over the other."""
    merged: Settings = {}
    for name in ("values", "celery"):
        values = yaml.safe_load((DEPLOY / "helm" / f"{name}.yaml").read_text(encoding="utf-8"))
        for section, settings in values["config"].items():
            merged[section] = {**merged.get(section, {}), **settings}
    return merged


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What make-secrets writes."""
    folder = tmp_path_factory.mktemp("deploy") / "secrets"
    subprocess.run([str(DEPLOY / "make-secrets"), str(folder)], check=True, capture_output=True)
    return folder


def test_every_setting_of_the_compose_file_exists(secrets: Path) -> None:
    named = {name for service in SERVICES.values() for name in service.get("environment", ())}
    named |= {name for file in secrets.glob("*.env") for name in _lines(file)}
    assert {name for name in named if name.startswith("AIRFLOW__")} > set(HEAD_ONLY)
    assert [name for name in sorted(named) if not exists(name)] == []


@pytest.mark.parametrize("file", VALUES, ids=lambda file: file.stem)
def test_every_setting_of_the_helm_values_exists(file: Path) -> None:
    values = yaml.safe_load(file.read_text(encoding="utf-8"))
    named = [f"AIRFLOW__{section}__{option}".upper() for section, each in values["config"].items() for option in each]
    named += [entry["name"] for entry in values.get("env", ())]
    named += [entry["envName"] for entry in values.get("secret", ())]
    assert [name for name in named if not exists(name)] == []


def test_every_service_may_do_as_little_as_it_can() -> None:
    for name, service in SERVICES.items():
        assert service["read_only"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        if name != "postgres":
            assert service["cap_drop"] == ["ALL"], name
        if name not in STARTS_AS_ROOT:
            assert service["user"].split(":")[0] not in ("", "0", "root"), name


def test_only_the_ui_can_be_reached_and_only_from_this_machine() -> None:
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "api-server": ["127.0.0.1:8080:8080"]
    }


def test_two_workers_know_neither_airflows_database_nor_its_keys(secrets: Path) -> None:
    worker = SERVICES["worker"]
    assert worker["deploy"] == {"replicas": 2}
    assert worker["env_file"] == ["secrets/worker.env"]
    assert set(HEAD_ONLY).isdisjoint({*worker["environment"], *_lines(secrets / "worker.env")})
    assert worker["environment"]["CONNECTION_CHECK_MAX_COUNT"] == "0", "the image's entrypoint waits for that database"


def test_no_more_tasks_are_given_out_than_the_workers_run_at_once(helm: Settings) -> None:
    """What waits in Celery's queue is not what waits in Airflow: after three times the timeout Airflow fails it."""
    worker = SERVICES["worker"]
    slots = worker["deploy"]["replicas"] * int(worker["command"][worker["command"].index("--concurrency") + 1])
    assert int(worker["environment"]["AIRFLOW__CORE__PARALLELISM"]) == slots
    chosen = yaml.safe_load((DEPLOY / "helm" / "celery.yaml").read_text(encoding="utf-8"))["workers"]["celery"]
    assert helm["core"]["parallelism"] == chosen["replicas"] * helm["celery"]["worker_concurrency"]


def test_redis_gives_no_task_out_again_while_it_may_still_fetch(helm: Settings) -> None:
    """Airflow ends a task whose message comes a second time."""
    longest = Options.model_fields["max_extract_hours"].default * 3600
    setting = SERVICES["worker"]["environment"]["AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT"]
    assert int(setting) > longest
    assert helm["celery_broker_transport_options"]["visibility_timeout"] > longest


def test_postgresql_has_room_for_the_sessions_of_all_tasks_at_once() -> None:
    from include.orderhouse.connectors import CONNECTORS, load

    (most,) = (int(word.removeprefix("max_connections=")) for word in SERVICES["postgres"]["command"] if "=" in word)
    tasks = int(SERVICES["scheduler"]["environment"]["AIRFLOW__CORE__PARALLELISM"])
    of_a_task = max(load(name).concurrency for name in CONNECTORS) + BESIDE_REQUESTS
    assert most >= tasks * of_a_task + AIRFLOWS_OWN


def test_the_logs_of_a_container_that_is_replaced_stay_where_the_api_server_reads_them() -> None:
    airflow = [service for service in SERVICES.values() if service["image"].startswith("orderhouse:")]
    assert len(airflow) > 5
    assert {volume for service in airflow for volume in service["volumes"]} == {"logs:/opt/airflow/logs"}
    assert "logs" in COMPOSE["volumes"]


def test_every_secret_is_made_anew_and_belongs_to_its_owner_alone(secrets: Path, tmp_path: Path) -> None:
    other = tmp_path / "secrets"
    subprocess.run([str(DEPLOY / "make-secrets"), str(other)], check=True, capture_output=True)
    wanted = {Path(entry["file"]).name for entry in COMPOSE["secrets"].values()} | {
        "head.env",
        "worker.env",
        "owner.env",
    }
    assert {file.name for file in secrets.iterdir()} == wanted
    assert all(file.read_bytes() != (other / file.name).read_bytes() for file in secrets.iterdir())
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    again = subprocess.run([str(DEPLOY / "make-secrets"), str(secrets)], check=False, capture_output=True, text=True)
    assert (again.returncode, "nothing is written" in again.stderr) == (1, True)


def test_no_file_in_deploy_holds_a_secret() -> None:
    told = re.compile(r"(password|secret|key|token)[\w-]*\s*[:=]\s*['\"]?(?!/|orderhouse-)[A-Za-z0-9+/]{12,}", re.I)
    files = [file for file in DEPLOY.rglob("*") if file.is_file() and "secrets" not in file.parts]
    assert len(files) > 5
    assert [found[0] for file in files for found in told.finditer(file.read_text(encoding="utf-8"))] == []


def test_the_databases_belong_to_their_own_logins(server: Server, tmp_path: Path) -> None:
    listed = tmp_path / "databases"
    lines = ("compose_airflow first'password database", "compose_warehouse second roles", "compose_loader third login")
    listed.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    environment = {"PATH": os.environ["PATH"], "DATABASES": str(listed), "PGHOST": str(server.socket_folder)}
    command = ["bash", str(DEPLOY / "postgres/create-databases.sh")]
    subprocess.run(command, env={**environment, "PGPORT": str(server.port)}, check=True, capture_output=True)
    query = "SELECT datname, pg_get_userbyid(datdba) FROM pg_database WHERE datname LIKE 'compose_%'"
    with psycopg.connect(server.libpq_url("postgres")) as session:
        assert sorted(session.execute(query)) == [(name, name) for name in ("compose_airflow", "compose_warehouse")]
        query = "SELECT has_database_privilege('compose_loader', datname, 'CONNECT') FROM pg_database"
        assert {may for (may,) in session.execute(f"{query} WHERE datname LIKE 'compose_%'")} == {False}
        query = "SELECT rolname, rolcreaterole FROM pg_roles WHERE rolname LIKE 'compose_%' ORDER BY 1"
        assert [may for _, may in session.execute(query)] == [False, False, True]


def test_workers_get_the_loaders_login_and_only_commands_the_owners(secrets: Path) -> None:
    worker, owner = _lines(secrets / "worker.env"), _lines(secrets / "owner.env")
    assert sa.make_url(worker["ORDERHOUSE_WAREHOUSE_URL"]).username == "loader"
    assert sa.make_url(owner["ORDERHOUSE_WAREHOUSE_OWNER_URL"]).username == "warehouse"
    holders = {name for name, service in SERVICES.items() if "secrets/owner.env" in service.get("env_file", ())}
    assert holders == {"migrate", "owner"}
    settings = {name for service in SERVICES.values() for name in service.get("environment", ())}
    assert not {name for name in settings if name.endswith(("WAREHOUSE_URL", "OWNER_URL"))}


def test_the_login_that_compose_makes_for_the_loader_can_sync_and_not_own(server: Server, tmp_path: Path) -> None:
    listed = tmp_path / "databases"
    listed.write_text("made_owner first roles\nmade_loader second login\n", encoding="utf-8")
    environment = {"PATH": os.environ["PATH"], "DATABASES": str(listed), "PGHOST": str(server.socket_folder)}
    command = ["bash", str(DEPLOY / "postgres/create-databases.sh")]
    subprocess.run(command, env={**environment, "PGPORT": str(server.port)}, check=True, capture_output=True)
    _let_in(server, "made_owner")
    address = server.url("made_owner").replace("postgres@", "made_owner@", 1)
    commands = {"ORDERHOUSE_WAREHOUSE_OWNER_URL": address, "ORDERHOUSE_ROLE_PREFIX": "deployed"}
    for arguments in (["migrate"], ["grants", "--apply", "--loader", "made_loader"]):
        run_by = {**os.environ, **commands, "PYTHONPATH": str(PROJECT)}
        subprocess.run([sys.executable, "-m", "include.cli", *arguments], env=run_by, check=True, capture_output=True)
    with psycopg.connect(server.libpq_url("made_owner").replace("postgres@", "made_loader@", 1)) as session:
        session.execute("SELECT 1 FROM procurement.purchase_order")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute("DELETE FROM procurement.purchase_order")


def _let_in(server: Server, name: str) -> None:
    """Let every login use a database over the server's socket."""
    with psycopg.connect(server.libpq_url("postgres"), autocommit=True) as session:
        (file,) = session.execute("SHOW hba_file").fetchone() or ("",)
        with Path(file).open("a", encoding="ascii") as access:
            access.write(f"local {name} all trust\n")
        session.execute("SELECT pg_reload_conf()")


def test_the_image_is_made_of_files_that_are_let_into_it() -> None:
    lines = (PROJECT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [line.split()[-2] for line in lines if line.startswith("COPY")]
    argument = SERVICES["worker"]["build"]["args"]["REQUIREMENTS"]
    let_in = {line[1:] for line in (PROJECT / ".dockerignore").read_text(encoding="utf-8").split() if line[0] == "!"}
    assert {name.replace("${REQUIREMENTS}", argument) for name in copied} <= let_in
    assert all((PROJECT / name).exists() for name in let_in)


def test_the_image_runs_as_a_user_whom_kubernetes_can_tell_from_root() -> None:
    lines = (PROJECT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    user = SERVICES["worker"]["user"].split(":")[0]
    assert [line.split()[1] for line in lines if line.startswith("USER")] == [user]


def test_folders_in_memory_are_in_the_image_too() -> None:
    """A container makes those that are not, for root: at its second start nobody else may write into them."""
    image = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    (made,) = re.findall(r"^RUN install --directory --mode=1777 (.+)$", image, re.MULTILINE)
    folders = made.replace("${AIRFLOW_HOME}", "/opt/airflow").split()
    assert ["/tmp", *folders] == SERVICES["worker"]["tmpfs"]  # noqa: S108 - the containers', not this machine's


def test_the_image_is_checked_with_what_compose_lets_it_write() -> None:
    script = (PROJECT / "scripts" / "check-image").read_text(encoding="utf-8")
    folders = re.findall(r"^for folder in (.+); do options", script, re.MULTILINE)
    assert [folder.split() for folder in folders] == [SERVICES["worker"]["tmpfs"]]
    assert f"--user {SERVICES['worker']['user']} " in script
    folders = [volume.partition(":")[2] for volume in SERVICES["worker"]["volumes"]]
    assert [f"--volume {folder} " in script for folder in folders] == [True]


def _lines(file: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in file.read_text(encoding="utf-8").splitlines())


def exists(name: str) -> bool:
    """Whether Airflow, a provider of it, Orderhouse or its libraries know a setting."""
    if not name.startswith("AIRFLOW__"):
        return name in _read_by_us() or name in ("AIRFLOW_CONFIG", *_READ_BY_THE_IMAGE, *_READ_BY_LIBRARIES)
    _, section, option = name.lower().split("__", 2)
    known = _known_options().get(section, {})
    return option in known or option.removesuffix("_async") in known or section == "celery_broker_transport_options"


_READ_BY_THE_IMAGE = {"DUMB_INIT_SETSID", "CONNECTION_CHECK_MAX_COUNT"}
_READ_BY_LIBRARIES = {
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_REGION",
    "POSTGRES_PASSWORD_FILE",
    "POSTGRES_INITDB_ARGS",
}


@cache
def _read_by_us() -> frozenset[str]:
    code = "".join(file.read_text(encoding="utf-8") for file in (PROJECT / "include").rglob("*.py"))
    return frozenset(re.findall(r"\b(?:ORDERHOUSE|AWS)_[A-Z_]+\b", code))


@cache
def _known_options() -> dict[str, set[str]]:
    from airflow.configuration import conf
    from airflow.providers_manager import ProvidersManager

    known: dict[str, set[str]] = {}
    providers = (sections for _, sections in ProvidersManager().provider_configs)
    for sections in (conf.configuration_description, *providers):
        for name, section in sections.items():
            known.setdefault(name, set()).update(section["options"])
    return known
