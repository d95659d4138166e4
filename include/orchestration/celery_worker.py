"""Celery as Airflow sets it up, with the libraries of the tasks loaded once in each worker.

Named by ``AIRFLOW__CELERY__CELERY_CONFIG_OPTIONS``.
"""

from __future__ import annotations

from multiprocessing import process

from airflow.providers.celery.executors.default_celery import DEFAULT_CELERY_CONFIG
from celery.signals import worker_init, worker_process_init

from include.orchestration.executor import load_libraries

SETTINGS = DEFAULT_CELERY_CONFIG
_OWN = process.current_process()


@worker_init.connect(weak=False)  # type: ignore[untyped-decorator]  # of Celery
def _load(**_: object) -> None:
    """A worker that starts: it forks the processes of its pool, and these the tasks, after this."""
    load_libraries()


@worker_process_init.connect(weak=False)  # type: ignore[untyped-decorator]  # of Celery
def _may_have_children(**_: object) -> None:
    """A process of the pool: Celery's library tells Python's multiprocessing that it is a daemon, which may start none.

    The tasks are processes that Airflow forks from it, and start some to map orders.
    """
    process._current_process = _OWN  # type: ignore[attr-defined]  # as billiard's process.py sets it
