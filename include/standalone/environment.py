"""The environment that Airflow's processes run in: every setting of the local installation, in one place."""

from __future__ import annotations

import base64
import json
import os
import secrets
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from include.orderhouse.errors import KeyMissing
from include.orderhouse.home import PROJECT, SETTING, Home, write_private
from include.orderhouse.ports import LOOPBACK
from include.orderhouse.warehouse.embedded import Server
from include.orderhouse.warehouse.engine import OWNER_URL_SETTING, URL_SETTING

ADMIN = "admin"
"""The login of the UI."""
LOCAL_EXECUTOR = "include.orchestration.executor.PreloadedLocalExecutor"
_SIMPLE_AUTH = "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager"


@dataclass(frozen=True)
class AirflowHost:
    """What the settings depend on: state folder, database server, port of the API server, DAG files and executor."""

    home: Home
    postgres: Server
    api_port: int
    dags: Path = PROJECT / "dags"
    executor: str = LOCAL_EXECUTOR

    @property
    def api_url(self) -> str:
        """The address of the UI and the REST API."""
        return f"http://{LOOPBACK}:{self.api_port}"

    @property
    def admin_password(self) -> str:
        """The generated password of the UI's login."""
        return self.home.secret("airflow_admin_password")

    @property
    def migrated(self) -> Path:
        """The file that tells how far Airflow's own database was migrated; none before the first start."""
        return self.home.airflow / "migrated.json"


def write_shell_environment(host: AirflowHost, environment: Mapping[str, str]) -> Path:
    """Keep the settings as lines that a shell can read, for ``scripts/airflow``; the file holds secrets."""
    path = host.home.root / "environment.sh"
    names = [name for name in sorted(environment) if environment[name] != os.environ.get(name)]
    write_private(path, "".join(f"export {name}={shlex.quote(environment[name])}\n" for name in names))
    return path


def airflow_environment(host: AirflowHost, inherited: Mapping[str, str]) -> dict[str, str]:
    """``inherited``, with all that ties Airflow's processes to this host; a tunable that is there stays.

    They reach the warehouse as its loader; as whom to migrate is left out.
    """
    path = os.pathsep.join(filter(None, (str(PROJECT), inherited.get("PYTHONPATH"))))
    inherited = {name: value for name, value in inherited.items() if name != OWNER_URL_SETTING}
    return {
        **_TUNABLES,
        **_project_defaults(host),
        **inherited,
        **_airflow_settings(host),
        "PYTHONPATH": path,
        "ORDERHOUSE_HOME": str(host.home.root),
        **_without_proxy(inherited),
    }


_TUNABLES = {
    "AIRFLOW__CORE__PARALLELISM": "4",
    "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_POOL_SIZE": "3",
    "AIRFLOW__API__WORKERS": "1",
    "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
    "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "False",
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.25",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "120",
    "AIRFLOW__TRIGGERER__CAPACITY": "100",
    "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "2",
    "GX_ANALYTICS_ENABLED": "False",
}


def _project_defaults(host: AirflowHost) -> dict[str, str]:
    return {
        URL_SETTING: host.postgres.loader_url,
        "ORDERHOUSE_STAGING_URL": str(host.home.staging),
        "AIRFLOW__SECRETS__BACKEND": "include.orchestration.vault.VaultBackend",
    }


def owner_url(host: AirflowHost, inherited: Mapping[str, str]) -> str:
    """As whom to migrate: the embedded server's superuser, or whoever the user names for a server of their own."""
    return inherited.get(OWNER_URL_SETTING) or inherited.get(URL_SETTING) or host.postgres.url()


def _airflow_settings(host: AirflowHost) -> dict[str, str]:
    home, postgres = host.home, host.postgres
    settings = {
        "CORE__EXECUTOR": host.executor,
        "CORE__DAGS_FOLDER": str(host.dags),
        "CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__FERNET_KEY": home.secret("airflow_fernet_key", partial(_first_fernet_key, host)),
        "CORE__AUTH_MANAGER": _SIMPLE_AUTH,
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{ADMIN}:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(_passwords_file(host)),
        "CORE__EXECUTION_API_SERVER_URL": f"{host.api_url}/execution/",
        "DATABASE__SQL_ALCHEMY_CONN": postgres.url("airflow", driver="psycopg2"),
        "DATABASE__SQL_ALCHEMY_CONN_ASYNC": postgres.url("airflow", driver="psycopg"),
        "API__HOST": LOOPBACK,
        "API__PORT": str(host.api_port),
        "API__BASE_URL": host.api_url,
        "API__SECRET_KEY": home.secret("airflow_secret_key"),
        "API_AUTH__JWT_SECRET": home.secret("airflow_jwt_secret", lambda: secrets.token_urlsafe(64)),
    }
    return {"AIRFLOW_HOME": str(home.airflow)} | {f"AIRFLOW__{name}": value for name, value in settings.items()}


def _first_fernet_key(host: AirflowHost) -> str:
    """A new one. KeyMissing where Airflow has kept Connections and Variables under one that is gone."""
    if host.migrated.exists():
        raise KeyMissing(
            f"{host.home.secrets / 'airflow_fernet_key'} is gone. Airflow's Connections and Variables do not open "
            "without it.",
            action="Put the folder secrets back from its backup, all of it. Where it is lost for good, begin anew in "
            f"another state folder ({SETTING}).",
        )
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii")


def _passwords_file(host: AirflowHost) -> Path:
    path = host.home.secrets / "airflow_passwords.json"
    write_private(path, json.dumps({ADMIN: host.admin_password}))
    return path


def _without_proxy(inherited: Mapping[str, str]) -> dict[str, str]:
    """Loopback is never reached through a proxy."""
    return {
        name: ",".join(filter(None, (inherited.get(name), LOOPBACK, "localhost"))) for name in ("NO_PROXY", "no_proxy")
    }
