"""The connectors' DAGs: when they run next, and runs of them that a user triggers through Airflow's own API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

import httpx
import sqlalchemy as sa
from airflow.models.dag import DagModel
from airflow.utils.session import create_session
from fastapi import Request
from pydantic import BaseModel, Field

from include.orchestration.shares import dag_id_of
from include.orchestration.ui.failures import Failure
from include.orderhouse.configuration.connections import Connection

AIRFLOW = "orderhouse.airflow"
"""Where the application leaves Airflow's own in a request's scope."""

_CREDENTIALS = ("authorization", "cookie")


@dataclass(frozen=True)
class DagFacts:
    """What Airflow knows of a DAG."""

    is_paused: bool
    next_run_at: datetime | None


class TriggeredRun(BaseModel):
    """A DAG run that was asked for."""

    dag_id: str
    run_id: str
    state: str = Field(description="queued, until the scheduler starts it")
    is_dag_paused: bool = Field(description="The DAG is paused: the run waits until somebody lets the DAG run")
    path: str = Field(description="Where Airflow shows the run, below the address of its UI")


def dag_facts(ids: Iterable[str]) -> dict[str, DagFacts]:
    """By the DAGs' ids; those that Airflow has not parsed are left out."""
    wanted = sa.select(DagModel.dag_id, DagModel.is_paused, DagModel.next_dagrun_create_after).where(
        DagModel.dag_id.in_(list(ids)), ~DagModel.is_stale
    )
    with create_session() as session:
        return {found: DagFacts(bool(paused), due_at) for found, paused, due_at in session.execute(wanted)}


async def trigger(request: Request, connection: Connection, conf: Mapping[str, Any]) -> TriggeredRun:
    """Start a run of a connection's DAG by the user's own login: checked, validated and audited by Airflow."""
    wanted = dag_id_of(connection)
    headers = {name: request.headers[name] for name in _CREDENTIALS if name in request.headers}
    transport = httpx.ASGITransport(app=request.scope[AIRFLOW], raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=str(request.base_url), headers=headers) as airflow:
        answer = await airflow.post(f"/api/v2/dags/{wanted}/dagRuns", json={"logical_date": None, "conf": dict(conf)})
        if answer.is_error:
            raise _refusal(wanted, answer)
        dag = await airflow.get(f"/api/v2/dags/{wanted}")
    run = answer.json()
    return TriggeredRun(
        dag_id=wanted,
        run_id=run["dag_run_id"],
        state=run["state"],
        is_dag_paused=bool(dag.is_success and dag.json()["is_paused"]),
        path=f"/dags/{wanted}/runs/{run['dag_run_id']}",
    )


def _refusal(wanted: str, answer: httpx.Response) -> Failure:
    try:
        told = answer.json().get("detail", answer.text)
    except ValueError:
        told = answer.text
    if answer.status_code == HTTPStatus.FORBIDDEN:
        return Failure(403, "FORBIDDEN", f"Your role in Airflow may not trigger {wanted}; ask its administrator.")
    return Failure(409, "TRIGGER_REFUSED", f"Airflow refuses to run {wanted}: {told}.")
