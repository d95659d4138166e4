"""Syncs whose last try ended without a word, and what runs left unread. Airflow tells of neither: the courier looks."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from airflow.sdk.exceptions import AirflowRuntimeError
from airflow.sdk.types import RuntimeTaskInstanceProtocol

from include.orchestration.shares import OURS

if TYPE_CHECKING:
    import sqlalchemy as sa

_ENDED = ("success", "failed")


def note_lost_syncs(engine: sa.Engine, task: RuntimeTaskInstanceProtocol) -> int:
    """Tell of each sync whose run or command has ended, and that has not told so itself, that it has failed; how many
    they were.

    ``task`` is the running task, which asks Airflow.
    """
    from include.orderhouse.warehouse.syncs.lost_syncs import give_up, note_killed_commands, untold_syncs

    untold = untold_syncs(engine, OURS)
    ended = {run_id for run_id in {found.run_id for found in untold} if _has_ended(task, run_id)}
    killed = sum(give_up(engine, found) for found in untold if found.run_id in ended)
    return killed + note_killed_commands(engine)


def put_back_unread(engine: sa.Engine, task: RuntimeTaskInstanceProtocol) -> int:
    """Let notifications wait anew that ended runs have taken on and not read; how many they were."""
    from include.orderhouse.warehouse.messages.inbox import put_back, runs_with_unread_mail

    return put_back(engine, [run_id for run_id in runs_with_unread_mail(engine) if _has_ended(task, run_id)])


def _has_ended(task: RuntimeTaskInstanceProtocol, name: str) -> bool:
    """Whether a run, named as in the ledger, has ended or is no longer there."""
    dag_id, _, run_id = name.partition("/")
    try:
        return task.get_dagrun_state(dag_id, run_id) in _ENDED
    except AirflowRuntimeError as error:
        if (error.error.detail or {}).get("status_code") == HTTPStatus.NOT_FOUND:
            return True
        raise
