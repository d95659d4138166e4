"""Airflow's LocalExecutor, with the libraries of the tasks loaded once for all of them."""

from __future__ import annotations

import logging
from importlib import import_module

from airflow.executors.local_executor import LocalExecutor
from airflow.sdk.listener import get_listener_manager

from include.orderhouse.deferred import OF_OTHER_EXPECTATIONS, deferred

LIBRARIES = (
    "airflow.sdk.execution_time.task_runner",
    "airflow.providers.standard.decorators.python",
    "fsspec.implementations.local",
    "great_expectations",
    "httpx",
    "jwt",
    "pandas",
    "psycopg",
    "pyarrow.compute",
    "sqlalchemy.dialects.postgresql.psycopg",
    "tenacity",
    "zstandard",
)
"""What the steps of a sync import; not our own modules, so that an edited connector counts from the next run on."""


def load_libraries() -> None:
    """Load what the tasks import and, as the listeners want them, the plugins."""
    import_libraries()
    get_listener_manager()


def import_libraries() -> None:
    """Import `LIBRARIES`, but for what they import themselves and no task uses."""
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    with deferred(*OF_OTHER_EXPECTATIONS):
        for library in LIBRARIES:
            import_module(library)


class PreloadedLocalExecutor(LocalExecutor):
    """Its workers are forked from a process that has the libraries loaded, and so is every task.

    Else each task would spend some seconds of its own on importing them.
    """

    def start(self) -> None:
        """Load the libraries, then start the workers."""
        load_libraries()
        super().start()
