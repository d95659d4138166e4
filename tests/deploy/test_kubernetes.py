"""The files for Kubernetes: what they name exists, is told on the page, and fits what Kubernetes and Airflow take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from kubernetes import client

from include.orderhouse.home import PROJECT
from tests import airflow_library as airflow_library
from tests.deploy.test_compose_in_service import VAULT
from tests.deploy.test_deploy import SERVICES, exists

HELM = PROJECT / "deploy" / "helm"
VALUES = yaml.safe_load((HELM / "values.yaml").read_text(encoding="utf-8"))
OBJECTS = {name: yaml.safe_load((HELM / f"{name}.yaml").read_text(encoding="utf-8")) for name in ("migrate", "owner")}
KINDS = {"migrate": "V1Job", "owner": "V1Pod"}
PAGE = (PROJECT / "docs" / "run-distributed.md").read_text(encoding="utf-8")
GIVEN_BY_THE_CHART = {
    "orderhouse-metadata": "connection",
    "orderhouse-fernet-key": "fernet-key",
    "orderhouse-api-secret-key": "api-secret-key",
    "orderhouse-jwt-secret": "jwt-secret",
    "orderhouse-broker": "connection",
    "orderhouse-result-backend": "connection",
    "orderhouse-ui-passwords": "passwords.json",
}
"""Secrets that the chart's own options name, with the key that it reads."""


@pytest.mark.parametrize("name", OBJECTS)
def test_an_object_has_only_fields_that_kubernetes_knows(name: str) -> None:
    assert list(_unknown(OBJECTS[name], KINDS[name])) == []


def test_what_the_values_pass_on_has_only_fields_that_kubernetes_knows() -> None:
    contexts = VALUES["securityContexts"]
    passed = [(contexts["pod"], "V1PodSecurityContext"), (contexts["containers"], "V1SecurityContext")]
    passed += [(volume, "V1Volume") for volume in (*VALUES["volumes"], *VALUES["apiServer"]["extraVolumes"])]
    mounts = (*VALUES["volumeMounts"], *VALUES["apiServer"]["extraVolumeMounts"])
    passed += [(mount, "V1VolumeMount") for mount in mounts]
    assert [found for value, kind in passed for found in _unknown(value, kind)] == []


def test_a_field_that_kubernetes_does_not_know_is_found() -> None:
    assert list(_unknown({"spec": {"containers": [{"nmae": "owner"}]}}, "V1Pod")) == ["spec.containers.nmae"]


@pytest.mark.parametrize("name", OBJECTS)
def test_a_pod_of_ours_may_do_as_little_as_those_of_the_chart(name: str) -> None:
    pod, contexts = _pod(name), VALUES["securityContexts"]
    assert pod["securityContext"].items() <= contexts["pod"].items()
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["automountServiceAccountToken"] is False
    assert [container["securityContext"] for container in pod["containers"]] == [contexts["containers"]]


@pytest.mark.parametrize("name", OBJECTS)
def test_every_setting_of_a_pod_of_ours_exists(name: str) -> None:
    named = {entry["name"] for entry in _environment(name)} - {"LOADER"}
    assert named
    assert [setting for setting in sorted(named) if not exists(setting)] == []


@pytest.mark.parametrize("name", OBJECTS)
def test_a_pod_of_ours_works_in_the_same_places_as_those_of_the_chart(name: str) -> None:
    told = {entry["name"]: entry["value"] for entry in VALUES["env"]}
    own = {entry["name"]: entry["value"] for entry in _environment(name) if "value" in entry}
    assert [setting for setting in own.keys() & told.keys() if own[setting] != told[setting]] == []


@pytest.mark.parametrize("component", ["apiServer", "scheduler"])
def test_what_starts_slowly_on_a_busy_node_is_not_ended_before_it_has(component: str) -> None:
    """The chart asks six times, every ten seconds, then starts the container again, and again."""
    assert VALUES[component]["startupProbe"]["failureThreshold"] * 10 >= 300


def test_the_chart_and_the_owners_pod_have_what_none_can_do_without() -> None:
    config, own = VALUES["config"], {entry["name"]: entry for entry in _environment("owner")}
    told = {entry["name"] for entry in VALUES["env"]} | {entry["envName"] for entry in VALUES["secret"]}
    needed = {"ORDERHOUSE_STAGING_URL", "ORDERHOUSE_REPORTS_URL", "ORDERHOUSE_WAREHOUSE_URL", "ORDERHOUSE_MASTER_KEY"}
    assert needed <= told
    assert needed <= set(own)
    assert config["secrets"]["backend"] == own["AIRFLOW__SECRETS__BACKEND"]["value"] == VAULT
    assert "ORDERHOUSE_PROCESSES" in told, "a container sees all processors of its node"


@pytest.mark.parametrize("name", OBJECTS)
def test_the_owners_address_and_no_other_is_the_owners(name: str) -> None:
    asked = {entry["name"]: entry["valueFrom"]["secretKeyRef"] for entry in _environment(name) if "valueFrom" in entry}
    assert asked["ORDERHOUSE_WAREHOUSE_OWNER_URL"] == {"name": "orderhouse-owner", "key": "warehouse-url"}
    assert asked.get("ORDERHOUSE_WAREHOUSE_URL", {"name": "orderhouse-worker"})["name"] == "orderhouse-worker"
    assert "orderhouse-owner" not in {entry["secretName"] for entry in VALUES["secret"]}


def test_the_migration_lets_the_loader_in() -> None:
    (container,) = _pod("migrate")["containers"]
    steps = container["command"][-1].split("; ")
    assert steps == [f"python -m include.cli {step}" for step in ("migrate", 'grants --apply --loader "$LOADER"')]


def test_what_a_pod_writes_it_may_write() -> None:
    (room,) = VALUES["volumeMounts"]
    assert VALUES["volumes"] == [{"name": room["name"], "emptyDir": {}}]
    assert [_pod(name)["containers"][0]["volumeMounts"] for name in OBJECTS] == [[room]] * 2
    passwords = VALUES["config"]["core"]["simple_auth_manager_passwords_file"]
    entries = [*VALUES["env"], *_environment("migrate"), *_environment("owner")]
    places = [entry["value"] for entry in entries if entry["name"] in ("ORDERHOUSE_HOME", "AIRFLOW_CONFIG")]
    assert len(places) == 4
    assert [place for place in (passwords, *places) if not place.startswith(f"{room['mountPath']}/")] == []
    assert VALUES["apiServer"]["args"][-1].startswith(f"cp /passwords/passwords.json {passwords};")


def test_celerys_workers_are_those_of_the_compose_file() -> None:
    celery = yaml.safe_load((HELM / "celery.yaml").read_text(encoding="utf-8"))
    compose = SERVICES["worker"]["environment"]["AIRFLOW__CELERY__CELERY_CONFIG_OPTIONS"]
    assert (
        celery["config"]["celery"]["celery_config_options"] == compose == "include.orchestration.celery_worker.SETTINGS"
    )
    assert celery["workers"]["celery"]["terminationGracePeriodSeconds"] == 600


def test_pods_of_failed_tasks_are_cleared_away_by_a_command_that_finds_its_driver() -> None:
    """The chart gives it neither `env` nor `secret`. What waits for a node, Airflow gives up itself."""
    from airflow.cli.cli_parser import get_parser

    kubernetes = yaml.safe_load((HELM / "kubernetes.yaml").read_text(encoding="utf-8"))
    assert kubernetes["config"]["kubernetes_executor"]["delete_worker_pods_on_failure"] == "False"
    cleanup = kubernetes["cleanup"]
    assert cleanup["enabled"]
    command = cleanup["args"][-1].replace("{{ .Release.Namespace }}", "orderhouse").removeprefix("exec airflow ")
    taken = get_parser().parse_args(command.split())
    assert (taken.namespace, taken.min_completed_minutes, taken.min_pending_minutes) == ("orderhouse", 60, 1440)
    (driver,) = cleanup["env"]
    assert driver in _environment("owner")


def test_what_erases_looks_for_files_where_the_tasks_put_them() -> None:
    """In a folder of its own it would find none, and say that all is erased."""
    places = {entry["name"] for entry in VALUES["env"] if entry["value"].startswith("s3://")}
    assert len(places) == 2
    assert places <= {entry["name"] for entry in _environment("owner")}


def test_the_pod_that_has_the_owners_secrets_ends_by_itself() -> None:
    assert _pod("owner")["activeDeadlineSeconds"] == 3600
    assert _pod("owner")["restartPolicy"] == "Never"


def test_nothing_of_the_chart_starts_that_has_a_default_password() -> None:
    celery = yaml.safe_load((HELM / "celery.yaml").read_text(encoding="utf-8"))
    for part in (VALUES["postgresql"], VALUES["createUserJob"], celery["redis"]):
        assert part == {"enabled": False}


def test_the_code_of_a_task_cannot_start_pods_which_could_hold_the_owners_secret() -> None:
    """By default the chart lets workers and the triggerer create pods, and run commands in those that are there."""
    celery, kubernetes = (
        yaml.safe_load((HELM / f"{name}.yaml").read_text(encoding="utf-8")) for name in ("celery", "kubernetes")
    )
    assert celery["allowPodLaunching"] is False
    for component in (kubernetes["workers"], kubernetes["triggerer"]):
        assert component["serviceAccount"]["automountServiceAccountToken"] is False
    assert "allowPodLaunching" not in kubernetes, "the scheduler starts the tasks' pods"


def test_airflows_database_is_no_connection_that_a_dag_could_use() -> None:
    assert VALUES["enableBuiltInSecretEnvVars"] == {"AIRFLOW_CONN_AIRFLOW_DB": False}


def test_airflow_is_told_of_a_driver_that_is_in_the_image_for_sessions_that_do_not_block() -> None:
    """Without the setting it takes asyncpg, and nothing of it starts where that is not installed."""
    from airflow.settings import _get_async_conn_uri_from_sync

    driver = _get_async_conn_uri_from_sync("postgresql+psycopg2://host/airflow").partition(":")[0].partition("+")[2]
    lock = (PROJECT / "requirements-distributed.lock").read_text(encoding="utf-8")
    assert f"\n{driver}==" not in lock
    assert "\npsycopg==" in lock
    setting = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC"
    assert [entry["secretKey"] for entry in VALUES["secret"] if entry["envName"] == setting] == ["connection-async"]
    assert re.search(r"^\| `orderhouse-metadata` \|.*`connection-async`.*`postgresql\+psycopg://", PAGE, re.MULTILINE)
    assert re.search(r"^\| `orderhouse-result-backend` \|.*`db\+postgresql\+psycopg://", PAGE, re.MULTILINE)


def test_the_page_names_every_secret_and_key() -> None:
    named = {(entry["secretName"], entry["secretKey"]) for entry in VALUES["secret"]}
    for name in OBJECTS:
        asked = (entry["valueFrom"]["secretKeyRef"] for entry in _environment(name) if "valueFrom" in entry)
        named |= {(reference["name"], reference["key"]) for reference in asked}
    told = {
        (secret, key)
        for line in PAGE.splitlines()
        if line.startswith("| `orderhouse-")
        for secret in re.findall(r"`(orderhouse-[\w-]+)`", line.split("|")[1])
        for key in re.findall(r"`([\w.-]+)`", line.split("|")[2])
    }
    assert named | set(GIVEN_BY_THE_CHART.items()) <= told
    files = "".join((HELM / f"{name}.yaml").read_text(encoding="utf-8") for name in ("values", "celery"))
    assert set(GIVEN_BY_THE_CHART) <= set(re.findall(r"orderhouse-[a-z-]+", files))


def test_all_run_the_image_that_the_page_builds() -> None:
    image = "{repository}:{tag}".format(**VALUES["images"]["airflow"])
    assert {container["image"] for name in OBJECTS for container in _pod(name)["containers"]} == {image}
    assert f"--tag {image} " in PAGE


def test_no_other_chart_is_installed_than_one_whose_values_these_are() -> None:
    """A key that a later chart does not read any more is passed over, and with it what it kept tasks from."""
    values = (HELM / "values.yaml").read_text(encoding="utf-8")
    named = [re.findall(r"helm upgrade .* apache-airflow/airflow --version (\S+)", text) for text in (PAGE, values)]
    tested = re.search(r"official chart of Apache Airflow \([\d.]+ to ([\d.]+);", PAGE)
    assert tested
    assert named == [[f"{tested[1]}.0"]] * 2


def test_the_chart_is_told_the_version_of_airflow_that_is_in_the_image() -> None:
    """It decides by it which components there are, and by which commands they start."""
    image = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    assert re.findall(r"^FROM apache/airflow:slim-([\d.]+)-", image, re.MULTILINE) == [VALUES["airflowVersion"]]


def _pod(name: str) -> dict[str, Any]:
    spec = OBJECTS[name]["spec"]
    pod: dict[str, Any] = spec["template"]["spec"] if "template" in spec else spec
    return pod


def _environment(name: str) -> list[dict[str, Any]]:
    return [entry for container in _pod(name)["containers"] for entry in container["env"]]


def _unknown(value: Any, kind: str, place: str = "") -> Iterator[str]:
    """The fields of an object that its kind does not have, as Kubernetes' own client knows it."""
    if listed := re.fullmatch(r"list\[(\w+)\]", kind):
        for each in value:
            yield from _unknown(each, listed[1], place)
    elif hasattr(client, kind):
        model = getattr(client, kind)
        fields = {wire: model.openapi_types[name] for name, wire in model.attribute_map.items()}
        for name, inner in value.items():
            inside = f"{place}.{name}".lstrip(".")
            if name not in fields:
                yield inside
            else:
                yield from _unknown(inner, fields[name], inside)
