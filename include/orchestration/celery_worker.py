"""Celery as Airflow sets it up, with the libraries of the tasks loaded once in each worker.

Named by ``AIRFLOW__CELERY__CELERY_CONFIG_OPTIONS``.
"""

from __future__ import annotations

from airflow.providers.celery.executors.default_celery import DEFAULT_CELERY_CONFIG
from celery.signals import worker_init

from include.orchestration.executor import load_libraries

SETTINGS = DEFAULT_CELERY_CONFIG


@worker_init.connect(weak=False)  # type: ignore[untyped-decorator]  # of Celery
def _load(**_: object) -> None:
    """A worker that starts: it forks the processes of its pool, and these the tasks, after this."""
    load_libraries()
