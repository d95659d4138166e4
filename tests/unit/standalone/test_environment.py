"""The settings of Airflow's processes fit together, and what the user chose stays."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from include.orderhouse.errors import KeyMissing
from include.orderhouse.files import file_system
from include.orderhouse.home import Home
from include.orderhouse.warehouse.embedded import Server
from include.standalone.environment import AirflowHost, airflow_environment, write_shell_environment


@pytest.fixture
def host(home: Home) -> AirflowHost:
    """An Airflow at port 8123 on a server that nobody asks."""
    return AirflowHost(home, Server(Path("/run/a folder"), 5433, "secret"), 8123)


def test_the_workers_look_for_the_api_where_it_listens(host: AirflowHost) -> None:
    environment = airflow_environment(host, {})
    assert environment["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert environment["AIRFLOW__API__PORT"] == "8123"
    assert environment["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:8123/execution/"


def test_staged_files_lie_in_a_state_folder_with_a_blank(tmp_path: Path) -> None:
    """As an address it had %20, of which a folder beside the state folder was made."""
    home = Home(tmp_path / "my projects").create()
    environment = airflow_environment(AirflowHost(home, Server(Path("/run"), 5433, "secret"), 8123), {})
    assert file_system(environment["ORDERHOUSE_STAGING_URL"])[1] == str(home.staging)


def test_a_setting_of_the_user_cannot_pull_the_installation_apart(host: AirflowHost) -> None:
    environment = airflow_environment(host, {"AIRFLOW__API__HOST": "0.0.0.0", "AIRFLOW__CORE__PARALLELISM": "32"})
    assert environment["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert environment["AIRFLOW__CORE__PARALLELISM"] == "32"


def test_a_warehouse_of_the_user_is_kept(host: AirflowHost) -> None:
    own = "postgresql+psycopg://me@elsewhere/warehouse"
    assert airflow_environment(host, {"ORDERHOUSE_WAREHOUSE_URL": own})["ORDERHOUSE_WAREHOUSE_URL"] == own
    assert "host=/run/a%20folder" in airflow_environment(host, {})["ORDERHOUSE_WAREHOUSE_URL"]


def test_airflows_processes_do_not_get_the_address_of_the_warehouses_owner(host: AirflowHost) -> None:
    urls = {f"ORDERHOUSE_WAREHOUSE_{name}URL": f"postgresql+psycopg://{name}me@elsewhere/w" for name in ("", "OWNER_")}
    assert set(airflow_environment(host, urls)) & set(urls) == {"ORDERHOUSE_WAREHOUSE_URL"}


def test_the_next_start_waits_two_minutes_at_most_for_tasks_that_the_last_one_has_cut_off(host: AirflowHost) -> None:
    assert airflow_environment(host, {})["AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT"] == "120"


def test_the_keys_are_the_same_at_every_start(host: AirflowHost) -> None:
    first, second = airflow_environment(host, {}), airflow_environment(host, {})
    assert first == second
    Fernet(first["AIRFLOW__CORE__FERNET_KEY"])


def test_a_fernet_key_that_is_gone_is_told_and_not_made_anew(host: AirflowHost) -> None:
    """Under another, Airflow answered each start with error 500."""
    first = airflow_environment(host, {})
    host.migrated.write_text("{}")
    kept = (host.home.secrets / "airflow_fernet_key").rename(host.home.root / "kept")
    with pytest.raises(KeyMissing, match=r"airflow_fernet_key is gone.*secrets back from its backup"):
        airflow_environment(host, {})
    kept.rename(host.home.secrets / "airflow_fernet_key")
    assert airflow_environment(host, {}) == first


def test_the_password_of_the_login_is_where_airflow_reads_it(host: AirflowHost) -> None:
    file = Path(airflow_environment(host, {})["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"])
    assert json.loads(file.read_text(encoding="utf-8")) == {"admin": host.admin_password}


def test_loopback_is_never_reached_through_a_proxy(host: AirflowHost) -> None:
    assert airflow_environment(host, {"no_proxy": "intranet"})["no_proxy"] == "intranet,127.0.0.1,localhost"


def test_a_shell_reads_the_settings_as_they_are(host: AirflowHost) -> None:
    path = write_shell_environment(host, {"PLAIN": "1", "ODD": "a 'b' $c\nd"})
    read = subprocess.run(["sh", "-c", f'. {path}; printf %s "$ODD"'], capture_output=True, text=True, check=True)
    assert read.stdout == "a 'b' $c\nd"
