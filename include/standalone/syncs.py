"""The first syncs of a start: one run of every Orderhouse DAG, followed on the screen to its end."""

from __future__ import annotations

import re
import time
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from rich.markup import escape

from include.orderhouse.home import Home
from include.standalone.airflow_api import FINAL_STATES, AirflowApi, wait_for
from include.standalone.installation import Installation, StartFailed
from include.standalone.report import Report

TAG, HOUSEKEEPING = "orderhouse", "housekeeping"
"""The tags of all DAGs, and of those that run by themselves."""
_PARSE_SECONDS = 90.0
_LOOK_SECONDS = 1.5
_ENDED = frozenset({"success", "failed", "upstream_failed", "skipped", "removed"})
_QUIET = frozenset({None, "scheduled", "queued", "running", "skipped", "removed", "upstream_failed"})
"""States that are not printed; a step whose earlier one failed says nothing that this one did not."""
_COLOURS = {"success": "green", "failed": "red", "up_for_retry": "yellow"}
_FAULTS = frozenset({"failed", "up_for_retry"})
_ERROR = re.compile(r"(?:error|critical) \S* ?(.*)")
_ADVICE = "What to do:"


@dataclass
class Syncs:
    """The runs that a start has triggered: run ids by DAG id."""

    installation: Installation
    report: Report
    runs: dict[str, str] = field(default_factory=dict)
    _said: set[tuple[str, str | None, int]] = field(default_factory=set)
    _connections: dict[str, list[str]] = field(default_factory=dict)

    @property
    def _api(self) -> AirflowApi:
        return self.installation.api

    def start(self, connectors: Iterable[str]) -> None:
        """Trigger the DAGs tagged with these connectors, then let them run; pause the others.

        A DAG's own schedule finds the triggered run there and waits. Those of the housekeeping are left as they are.
        """
        for dag in self._parsed_dags():
            dag_id, tags = dag["dag_id"], {tag["name"] for tag in dag["tags"]}
            if HOUSEKEEPING in tags:
                continue
            is_wanted = not tags.isdisjoint(connectors)
            if is_wanted:
                self.runs[dag_id] = self._api.trigger(dag_id)
            self._api.pause(dag_id, not is_wanted)

    def follow(self) -> bool:
        """Print what happens until all runs have ended; whether all succeeded. Failures are explained.

        What ends of Airflow is started again, also where it is the API server that does not answer.
        """
        running, attend = dict(self.runs), partial(self.installation.attend, self.report)
        self._api.meanwhile = attend
        while running:
            time.sleep(_LOOK_SECONDS)
            attend()
            tasks = self._api.tasks_of_runs(running)
            self._print_news(tasks)
            busy = {task["dag_id"] for task in tasks if task["state"] not in _ENDED}
            running = {dag_id: run_id for dag_id, run_id in running.items() if self._is_running(dag_id, run_id, busy)}
        failed = [(dag_id, run_id) for dag_id, run_id in self.runs.items() if not self._succeeded(dag_id, run_id)]
        for dag_id, run_id in failed:
            self._explain(dag_id, run_id)
        return not failed

    def wait_for_quiet(self, seconds: float = 300.0) -> None:
        """Wait until no run of these DAGs is under way, so that stopping interrupts none."""
        wait_for(lambda: not any(map(self._is_busy, self.runs)), seconds, pause=1.0)

    def _parsed_dags(self) -> list[dict[str, Any]]:
        """The DAGs of all files in the DAG folder, once they have been read; StartFailed if one cannot be."""
        files = {path.name for path in self.installation.host.dags.glob("*.py")}

        def all_read() -> bool:
            self.installation.check()
            errors = self._api.call("GET", "/importErrors")["import_errors"]
            if errors:
                raise StartFailed(
                    f"{errors[0]['filename']} cannot be imported:\n{errors[0]['stack_trace']}\n",
                    action="Correct it and start again.",
                )
            return files <= {Path(dag["fileloc"]).name for dag in self._api.dags(TAG)}

        if not wait_for(all_read, _PARSE_SECONDS, pause=0.5):
            raise StartFailed(
                f"Not all of {', '.join(sorted(files))} gave a DAG tagged {TAG} in {_PARSE_SECONDS:.0f} s.",
                action=f"Look into {self.installation.host.home.logs / 'dag-processor.log'}.",
            )
        return self._api.dags(TAG)

    def _is_running(self, dag_id: str, run_id: str, busy: Container[str]) -> bool:
        """Whether a run goes on; Airflow is asked only when all of its tasks have ended."""
        return dag_id in busy or self._api.run_state(dag_id, run_id) not in FINAL_STATES

    def _print_news(self, tasks: Iterable[Mapping[str, Any]]) -> None:
        """Print the tasks that started or ended since the last look."""
        for task in sorted(tasks, key=lambda task: (task["end_date"] or "9", task["start_date"] or "9")):
            news = (task["id"], task["state"], task["try_number"])
            if task["state"] not in _QUIET and news not in self._said:
                self._said.add(news)
                self._print_step(self._name(task), task)

    def _print_step(self, name: str, task: Mapping[str, Any]) -> None:
        step, state = task["task_id"].rpartition(".")[2], task["state"]
        colour = _COLOURS.get(state, "dim")
        seconds = f" [dim]({task['duration']:.1f} s)[/]" if task["duration"] and state == "success" else ""
        why = f" {escape(cause(self._api.task_log(task)))}" if state in _FAULTS else ""
        self.report.say(f"   {escape(name):<34} {step:<18} [{colour}]{state}[/]{seconds}{why}")

    def _name(self, task: Mapping[str, Any]) -> str:
        """The connection that a task works for; the DAG where it works for all of them.

        Airflow itself shows a mapped task's name only when the task has ended.
        """
        dag_id: str = task["dag_id"]
        if task["map_index"] < 0:
            return dag_id
        if dag_id not in self._connections:
            self._connections[dag_id] = self._api.xcom(dag_id, task["dag_run_id"], "connections")
        return str(self._connections[dag_id][task["map_index"]])

    def _succeeded(self, dag_id: str, run_id: str) -> bool:
        return self._api.run_state(dag_id, run_id) == "success"

    def _is_busy(self, dag_id: str) -> bool:
        runs = self._api.call("GET", f"/dags/{dag_id}/dagRuns", params={"state": ["running", "queued"]})
        return bool(runs["total_entries"])

    def _explain(self, dag_id: str, run_id: str) -> None:
        failed = [task for task in self._api.task_instances(dag_id, run_id) if task["state"] == "failed"]
        self.report.say(f"[red]failed[/] {dag_id}, run {run_id}")
        for task in failed:
            self.report.say(f"   {self._name(task)}: {task['task_id']}")
            self.report.say(escape(_indented(last_errors(self._api.task_log(task)))))
            self.report.say(f"   its whole log: {log_file(self.installation.host.home, task)}")


def cause(log: str) -> str:
    """What a task failed of, in one line; nothing where its log names no error."""
    return next((error for error in reversed(_errors(log)) if not error.startswith(_ADVICE)), "")


def last_errors(log: str, lines: int = 8) -> str:
    """The errors at the end of a task's log; its last lines where it names none."""
    return "\n".join((_errors(log) or log.splitlines())[-lines:])


def _errors(log: str) -> list[str]:
    """What the errors in a task's log say, each once: Airflow tells the exception again that the task has explained."""
    told = [found[1] for line in log.splitlines() if (found := _ERROR.match(line))]
    return [error for number, error in enumerate(told) if not any(before in error for before in told[:number])]


def log_file(home: Home, task: Mapping[str, Any]) -> Path:
    """Where a task instance logged its last try."""
    folder = home.airflow / "logs" / f"dag_id={task['dag_id']}" / f"run_id={task['dag_run_id']}"
    folder /= f"task_id={task['task_id']}"
    if task["map_index"] >= 0:
        folder /= f"map_index={task['map_index']}"
    return folder / f"attempt={task['try_number']}.log"


def _indented(text: str) -> str:
    return "\n".join(f"      {line}" for line in text.splitlines())
