"""When a connector's DAG runs, and into which runs a backfill is cut."""

from __future__ import annotations

from typing import Any

import pendulum
from airflow.serialization.serialized_objects import DagSerialization
from airflow.timetables.base import DagRunInfo


def _as_scheduled(dags: Any) -> Any:
    """A DAG as the scheduler sees it: written to and read from its serialised form."""
    return DagSerialization.from_dict(DagSerialization.to_dict(dags["purchase_orders__odoo"]))


def test_a_backfill_is_cut_into_whole_days(dags: Any) -> None:
    first, last = pendulum.datetime(2026, 1, 1, 9), pendulum.datetime(2026, 1, 3)
    runs = list(_as_scheduled(dags).iter_dagrun_infos_between(first, last))
    assert [run.data_interval.start.isoformat() for run in runs] == [
        f"2026-01-0{day}T00:00:01+00:00" for day in (1, 2, 3)
    ], "no tick of a schedule has these seconds: a day on which the DAG ran is not taken for one that was backfilled"
    assert all(run.data_interval.end == run.data_interval.start.add(days=1) for run in runs)


def test_a_backfill_reaches_back_to_the_beginning_of_the_century(dags: Any) -> None:
    """Airflow plans no run before the start date of the tasks."""
    starts = {task.start_date for name, dag in dags.items() if "backfill" in dag.doc_md for task in dag.tasks}
    assert starts == {pendulum.datetime(2000, 1, 1)}


def test_the_first_scheduled_run_comes_with_the_next_tick_of_the_schedule(dags: Any) -> None:
    dag = _as_scheduled(dags)
    run = dag.timetable.next_dagrun_info_v2(last_dagrun_info=None, restriction=dag._time_restriction)
    assert pendulum.now("UTC") <= run.run_after <= pendulum.now("UTC").add(minutes=15)
    assert run.run_after.minute % 15 == 0


def test_later_runs_follow_the_schedule_and_do_not_catch_up(dags: Any) -> None:
    dag = _as_scheduled(dags)
    long_ago = DagRunInfo.interval(pendulum.datetime(2026, 1, 1), pendulum.datetime(2026, 1, 1, 0, 15))
    run = dag.timetable.next_dagrun_info_v2(last_dagrun_info=long_ago, restriction=dag._time_restriction)
    assert run.data_interval.end == run.data_interval.start.add(minutes=15)
    assert run.run_after > pendulum.now("UTC").subtract(minutes=16)
