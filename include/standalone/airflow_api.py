"""A client of Airflow's REST API (v2), as an operator of the local installation uses it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import tenacity

from include.orderhouse.errors import ConfigurationInvalid
from include.standalone.environment import ADMIN, AirflowHost

FINAL_STATES = frozenset({"success", "failed"})
"""The states in which a DAG run has ended."""
_PATIENCE_SECONDS = 30.0


class AirflowApi:
    """The API server of one host, as its administrator. Raises httpx errors; what may pass is tried again before."""

    def __init__(self, host: AirflowHost, patience_seconds: float = _PATIENCE_SECONDS) -> None:
        self._login = {"username": ADMIN, "password": host.admin_password}
        self._client = httpx.Client(base_url=host.api_url, timeout=120, trust_env=False)
        self.meanwhile: Callable[[], None] = lambda: None
        """What to do before each further try; what it raises ends them."""
        self._again = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_may_pass),
            wait=tenacity.wait_exponential(multiplier=0.25, max=5),
            stop=tenacity.stop_after_delay(patience_seconds),
            before_sleep=lambda _: self.meanwhile(),
            reraise=True,
        )

    def close(self) -> None:
        """Give up the connections."""
        self._client.close()

    def call(self, method: str, path: str, **arguments: Any) -> Any:
        """The JSON answer to a request below ``/api/v2``, which does the same however often it is sent."""
        return self._again(self._call, method, path, **arguments)

    def _call(self, method: str, path: str, **arguments: Any) -> Any:
        """The answer to a request that is sent once; logs in when it has to."""
        response = self._client.request(method, f"/api/v2{path}", **arguments)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            token = self._client.post("/auth/token", json=self._login).raise_for_status().json()["access_token"]
            self._client.headers["Authorization"] = f"Bearer {token}"
            response = self._client.request(method, f"/api/v2{path}", **arguments)
        response.raise_for_status()
        return response.json() if response.content else None

    def pages(self, path: str, key: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """Every item of a list, page by page."""
        offset = 0
        while True:
            page = self.call("GET", path, params={**parameters, "limit": 100, "offset": offset})
            yield from page[key]
            offset += len(page[key])
            if not page[key] or offset >= page["total_entries"]:
                return

    def unhealthy(self) -> list[str]:
        """The components that do not report themselves healthy; ``api-server`` where nothing answers."""
        try:
            report = self._client.get("/api/v2/monitor/health").raise_for_status().json()
        except httpx.HTTPError:
            return ["api-server"]
        return [name for name, component in report.items() if component and component["status"] != "healthy"]

    def put_all(self, kind: str, entities: list[dict[str, Any]]) -> None:
        """Create or overwrite ``connections``, ``pools`` or ``variables``."""
        if not entities:
            return
        action = {"action": "create", "entities": entities, "action_on_existence": "overwrite"}
        outcome = self.call("PATCH", f"/{kind}", json={"actions": [action]})
        if errors := outcome["create"]["errors"]:
            said = "; ".join(str(error.get("error", error)) for error in errors)
            raise ConfigurationInvalid(f"Airflow refuses {kind}: {said}.", action="Correct airflow_settings.yaml.")

    def variable(self, key: str) -> str | None:
        """A Variable's value; None where there is none."""
        found = self._if_there(f"/variables/{key}")
        return None if found is None else str(found["value"])

    def _if_there(self, path: str, **parameters: Any) -> Any:
        """The answer to a GET; None where there is no such thing."""
        try:
            return self.call("GET", path, params=parameters)
        except httpx.HTTPStatusError as error:
            if error.response.status_code == httpx.codes.NOT_FOUND:
                return None
            raise

    def dags(self, tag: str) -> list[dict[str, Any]]:
        """The DAGs with that tag."""
        return list(self.pages("/dags", "dags", tags=tag, exclude_stale=True))

    def pause(self, dag_id: str, is_paused: bool) -> None:
        """Pause a DAG, or let it run."""
        self.call("PATCH", f"/dags/{dag_id}", json={"is_paused": is_paused})

    def trigger(self, dag_id: str, conf: Mapping[str, Any] | None = None) -> str:
        """Start a run with these parameters; returns its id.

        Where a try has started it whose answer was lost, the next one is told that a run of this id is there.
        """
        run_id = f"manual__{datetime.now(UTC).isoformat()}"
        body = {"dag_run_id": run_id, "logical_date": None, "conf": dict(conf or {})}
        try:
            self.call("POST", f"/dags/{dag_id}/dagRuns", json=body)
        except httpx.HTTPStatusError as error:
            if error.response.status_code != httpx.codes.CONFLICT:
                raise
        return run_id

    def run_state(self, dag_id: str, run_id: str) -> str:
        """``queued``, ``running``, ``success`` or ``failed``."""
        return str(self.call("GET", f"/dags/{dag_id}/dagRuns/{run_id}")["state"])

    def task_instances(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """The task instances of a run, mapped ones singly."""
        return list(self.pages(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances", "task_instances"))

    def tasks_of_runs(self, runs: Mapping[str, str]) -> list[dict[str, Any]]:
        """The task instances of several runs (run ids by DAG id), in few requests."""
        found: list[dict[str, Any]] = []
        chosen = {"dag_ids": list(runs), "dag_run_ids": list(runs.values()), "page_limit": 100}
        while True:
            body = {**chosen, "page_offset": len(found)}
            page = self.call("POST", "/dags/~/dagRuns/~/taskInstances/list", json=body)
            found += page["task_instances"]
            if not page["task_instances"] or len(found) >= page["total_entries"]:
                return found

    def task_log(self, task: Mapping[str, Any], try_number: int | None = None) -> str:
        """What a task instance logged in one try (without ``try_number``: its last), lines of level, time, event."""
        path = f"/dags/{task['dag_id']}/dagRuns/{task['dag_run_id']}/taskInstances/{task['task_id']}/logs"
        log = self.call(
            "GET",
            f"{path}/{try_number or task['try_number']}",
            params={"map_index": task["map_index"], "full_content": True},
            headers={"Accept": "application/json"},
        )
        return "\n".join(_log_line(entry) for entry in log["content"])

    def xcom(self, dag_id: str, run_id: str, task_id: str, map_index: int = -1) -> Any:
        """What a task returned; None where it has not."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/return_value"
        found = self._if_there(path, map_index=map_index, deserialize=False)
        return None if found is None else found["value"]


def _may_pass(error: BaseException) -> bool:
    """Whether another try may do: the server or its database had a bad moment."""
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.is_server_error
    return isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError)


def _log_line(entry: Any) -> str:
    if not isinstance(entry, dict):
        return str(entry)
    details = [f"{error.get('exc_type')}: {error.get('exc_value')}" for error in entry.get("error_detail") or []]
    return " ".join(filter(None, (entry.get("level"), entry.get("timestamp"), entry.get("event"), *details)))


def wait_for(condition: Callable[[], bool], seconds: float, pause: float = 0.25) -> bool:
    """Whether ``condition`` came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True
