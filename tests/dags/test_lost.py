"""What the courier puts back and tells as failed: what runs that have ended have left, and no others."""

from __future__ import annotations

from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType
from airflow.sdk.execution_time.comms import ErrorResponse

from include.orchestration import form, lost
from include.orchestration.shares import OURS
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.sync.request import Mode, SyncRequest
from include.orderhouse.warehouse import engine
from include.orderhouse.warehouse.messages import inbox
from include.orderhouse.warehouse.syncs import lost_syncs

STATES = {"failed": "failed", "cleared": "running", "waits": "queued", "ended": "success"}


def state(dag_id: str, run_id: str) -> str:
    """As Airflow answers a task that asks."""
    assert dag_id == "purchase_orders__notified"
    if run_id not in STATES:
        raise AirflowRuntimeError(ErrorResponse(error=ErrorType.GENERIC_ERROR, detail={"status_code": 404}))
    return STATES[run_id]


def test_only_what_ended_runs_have_left_unread_waits_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = {f"purchase_orders__notified/{run_id}" for run_id in (*STATES, "forgotten")}
    put_back: list[str] = []
    monkeypatch.setattr(inbox, "runs_with_unread_mail", lambda engine: runs)
    monkeypatch.setattr(inbox, "put_back", lambda engine, run_ids: len(put_back.extend(run_ids) or put_back))
    warehouse: Any = None
    task: Any = SimpleNamespace(get_dagrun_state=state)
    assert lost.put_back_unread(warehouse, task) == 3
    assert {run.partition("/")[2] for run in put_back} == {"failed", "ended", "forgotten"}


def test_only_syncs_of_ended_runs_are_told_as_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that goes on would be told as failed, and then load."""
    given_up: list[str] = []

    def give_up(engine: Any, found: lost_syncs.UntoldSync) -> bool:
        given_up.append(found.run_id)
        return True

    runs = [f"purchase_orders__notified/{run_id}" for run_id in (*STATES, "failed", "forgotten")]
    untold = [lost_syncs.UntoldSync("acme", str(number), run_id, 1, "running") for number, run_id in enumerate(runs)]
    monkeypatch.setattr(lost_syncs, "untold_syncs", lambda engine, run_ids: untold if run_ids == OURS else [])
    monkeypatch.setattr(lost_syncs, "give_up", give_up)
    monkeypatch.setattr(lost_syncs, "note_killed_commands", lambda engine: 1)
    warehouse: Any = None
    task: Any = SimpleNamespace(get_dagrun_state=state)
    assert lost.note_lost_syncs(warehouse, task) == 5
    assert [run.partition("/")[2] for run in given_up] == ["failed", "ended", "failed", "forgotten"]


def test_a_run_that_airflow_cannot_tell_of_is_not_taken_for_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a sync that goes on would be told as failed, and what it reads be read by another run, too."""

    def fails(dag_id: str, run_id: str) -> str:
        raise AirflowRuntimeError(ErrorResponse(error=ErrorType.GENERIC_ERROR, detail={"status_code": 500}))

    monkeypatch.setattr(inbox, "runs_with_unread_mail", lambda engine: {"purchase_orders__notified/a"})
    warehouse: Any = None
    task: Any = SimpleNamespace(get_dagrun_state=fails)
    with pytest.raises(AirflowRuntimeError):
        lost.put_back_unread(warehouse, task)


def asked(monkeypatch: pytest.MonkeyPatch, mail: inbox.Mail) -> SyncRequest:
    """What a run asks for that has taken on this mail."""
    monkeypatch.setattr(engine, "connected", nullcontext)
    monkeypatch.setattr(inbox, "taken", lambda engine, connection, run_id: mail)
    run = SimpleNamespace(dag_id="purchase_orders__notified", run_id="asset__1")
    context: Any = {"dag_run": run, "params": {}}
    return form.sync_request(context, "acme_odoo")


def test_a_run_reads_the_orders_that_it_was_told_of_and_knows_which_are_said_to_be_deleted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    request = asked(monkeypatch, inbox.Mail(("42", "43"), ("43",), True))
    assert (request.mode, request.order_ids, request.deleted_ids) == (Mode.ORDERS, ("42", "43"), ("43",))


def test_a_run_that_was_told_what_nobody_understands_reads_all_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    request = asked(monkeypatch, inbox.Mail(("42",), (), False))
    assert (request.mode, request.order_ids, request.triggered_by) == (Mode.AUTO, (), "notification")


def test_a_cleared_run_whose_notifications_a_later_one_reads_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationInvalid, match="left to a later run"):
        asked(monkeypatch, inbox.Mail((), (), True))
