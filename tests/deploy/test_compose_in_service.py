"""What the Compose file does for installations that run for long, stand below a path, or are set up anew."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from include.orchestration.vault import VaultBackend
from include.orderhouse.home import PROJECT
from tests.deploy.test_deploy import COMPOSE, DEPLOY, SERVICES, secrets

__all__ = ["secrets"]

VAULT = f"{VaultBackend.__module__}.{VaultBackend.__qualname__}"
LOGS = "/opt/airflow/logs"
DAY = 86400


def test_every_part_has_what_none_can_do_without(secrets: Path) -> None:
    """Without one of these it would work on, in a place of its own or without the vault."""
    needed = {"ORDERHOUSE_STAGING_URL", "ORDERHOUSE_REPORTS_URL", "ORDERHOUSE_WAREHOUSE_URL", "AWS_SECRET_ACCESS_KEY"}
    parts = {name: service for name, service in SERVICES.items() if "env_file" in service}
    assert len(parts) == 7
    for name, service in parts.items():
        files = [secrets / Path(file).name for file in service["env_file"]]
        lines = [line.partition("=")[0] for file in files for line in file.read_text(encoding="utf-8").splitlines()]
        assert needed <= {*service["environment"], *lines}, name
        assert service["environment"]["ORDERHOUSE_MASTER_KEY_FILE"] == "/run/secrets/master_key"
        assert "master_key" in service["secrets"], name
        assert service["environment"]["AIRFLOW__SECRETS__BACKEND"] == VAULT, name


def test_what_a_part_writes_it_may_write() -> None:
    settings = SERVICES["api-server"]["environment"]
    places = ("ORDERHOUSE_HOME", "AIRFLOW_CONFIG", "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE")
    for place in (settings[name] for name in places):
        assert place.startswith(tuple(SERVICES["api-server"]["tmpfs"])), place
    (script,) = SERVICES["api-server"]["command"]
    assert script.startswith(f"cp /run/secrets/airflow_passwords {settings[places[2]]};")


def test_a_worker_that_is_stopped_may_end_its_tasks() -> None:
    worker = SERVICES["worker"]
    assert (worker["stop_grace_period"], worker["environment"]["DUMB_INIT_SETSID"]) == ("10m", "0")
    assert worker["depends_on"]["redis"] == {"condition": "service_healthy"}


def test_only_the_owner_of_the_warehouse_makes_roles(secrets: Path) -> None:
    lines = [line.split() for line in (secrets / "databases").read_text(encoding="utf-8").splitlines()]
    kinds = {name: kind for name, _, kind in lines}
    assert kinds == {"airflow": "database", "celery": "database", "warehouse": "roles", "loader": "login"}


def test_what_must_outlive_a_container_lies_in_a_volume() -> None:
    places = {"postgres": "postgres:/var/lib/postgresql/data", "redis": "redis:/data", "s3": "staging:/data"}
    assert {name: SERVICES[name]["volumes"][0] for name in places} == places
    assert "-dir=/data" in SERVICES["s3"]["command"]
    assert {place.partition(":")[0] for place in places.values()} <= set(COMPOSE["volumes"])


def test_the_database_the_broker_and_the_store_ask_who_comes(secrets: Path) -> None:
    assert "-s3.config=/run/secrets/s3_identities" in SERVICES["s3"]["command"]
    assert SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"] == "--auth-host=scram-sha-256"
    assert SERVICES["redis"]["command"] == ["redis-server", "/run/secrets/redis_settings"]
    settings = dict(line.split() for line in (secrets / "redis.conf").read_text(encoding="utf-8").splitlines())
    assert len(settings.pop("requirepass")) == 64
    assert settings == {"appendonly": "yes", "dir": "/data"}


def test_nothing_of_airflow_starts_before_the_databases_are_as_its_image_needs_them() -> None:
    after = {
        name: service["depends_on"]["migrate"]
        for name, service in SERVICES.items()
        if name not in ("postgres", "redis", "s3", "migrate")
    }
    assert len(after) > 5
    assert {each["condition"] for each in after.values()} == {"service_completed_successfully"}
    (script,) = SERVICES["migrate"]["command"]
    assert [line.removeprefix("python -m include.cli ") for line in script.splitlines()[:3]] == [
        "airflow db migrate",
        "migrate",
        "grants --apply --loader loader",
    ]


def test_only_what_a_container_reads_as_its_own_user_can_be_read_by_others(secrets: Path) -> None:
    read = {Path(entry["file"]).name for entry in COMPOSE["secrets"].values()}
    assert {file.name for file in secrets.iterdir() if stat.S_IMODE(file.stat().st_mode) == 0o644} == read
    assert {stat.S_IMODE(file.stat().st_mode) for file in secrets.glob("*.env")} == {0o600}


def test_the_page_has_the_times_of_the_compose_file() -> None:
    page = (PROJECT / "docs" / "run-distributed.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `(AIRFLOW__SCHEDULER__\w+)` \| (\d+) s \|", page, re.MULTILINE)
    assert len(told) == 2
    for service in ("scheduler", "worker"):
        assert dict(told).items() <= SERVICES[service]["environment"].items()


def test_no_output_of_a_container_fills_the_disk() -> None:
    """Docker's own log of a container has no end by default."""
    bounds = {name: service["logging"]["options"] for name, service in SERVICES.items()}
    assert [name for name, options in bounds.items() if not {"max-size", "max-file"} <= set(options)] == []


def test_old_logs_are_removed_and_those_of_tasks_at_work_stay(tmp_path: Path) -> None:
    service = SERVICES["old-logs"]
    assert [volume.partition(":")[2] for volume in service["volumes"]] == [LOGS]
    assert service["network_mode"] == "none"
    old, new, emptied, started = (tmp_path / name for name in ("old/1.log", "new/1.log", "emptied", "started"))
    for folder in (old.parent, new.parent, emptied, started):
        folder.mkdir()
    for file, age in ((old, 32), (new, 29)):
        file.write_text("", encoding="utf-8")
        _age(file, age)
    _age(emptied, 3)
    (command,) = service["command"]
    once = command.replace(LOGS, str(tmp_path)).replace("sleep 1h", "exit 0")
    subprocess.run([*service["entrypoint"], once], check=True, timeout=20)
    assert sorted(tmp_path.rglob("*")) == sorted((old.parent, new.parent, new, started))


@pytest.mark.parametrize("path", ["", "/airflow"])
def test_tasks_reach_the_api_server_also_where_the_ui_is_below_a_path(path: str) -> None:
    """Below the path of ``[api] base_url``, and nowhere else, the API server has what tasks speak to."""
    settings = SERVICES["worker"]["environment"]
    outside, inside = (
        urlsplit(_interpolated(settings[name], ORDERHOUSE_URL="https://example.com", ORDERHOUSE_PATH=path))
        for name in ("AIRFLOW__API__BASE_URL", "AIRFLOW__CORE__EXECUTION_API_SERVER_URL")
    )
    assert outside.geturl() == f"https://example.com{path}"
    assert (inside.netloc, inside.path) == ("api-server:8080", f"{path}/execution/")


def test_secrets_that_could_not_be_made_are_no_secrets(tmp_path: Path) -> None:
    """Half of them, or empty ones, would be taken for all of them the next time."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("bash", "cat", "chmod", "dirname", "mkdir", "mktemp", "mv", "rm", "tr"):
        (tools / tool).symlink_to(shutil.which(tool) or "")
    folder = tmp_path / "secrets"
    command = [str(DEPLOY / "make-secrets"), str(folder)]
    failed = subprocess.run(command, env={"PATH": str(tools)}, check=False, capture_output=True, text=True)
    assert (failed.returncode != 0, "openssl" in failed.stderr) == (True, True)
    assert list(tmp_path.iterdir()) == [tools]
    subprocess.run(command, check=True, capture_output=True)
    assert folder.is_dir()


def _age(place: Path, days: int) -> None:
    then = place.stat().st_mtime - days * DAY
    os.utime(place, (then, then))


def _interpolated(text: str, **environment: str) -> str:
    """As Compose puts variables of its surroundings in."""
    return re.sub(r"\$\{(\w+):-([^}]*)\}", lambda found: environment.get(found[1]) or found[2], text)
