"""The button "Validation report" on the validate task."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.decorators.python import _PythonDecoratedOperator
from airflow.sdk import BaseOperator, BaseOperatorLink, Context
from airflow.sdk.bases.decorator import task_decorator_factory
from airflow.sdk.execution_time.xcom import XCom

from include.orchestration.navigation import MOUNT, base_path, base_url

if TYPE_CHECKING:
    from airflow.sdk.types import TaskInstanceKey

REPORTS_PATH = f"{MOUNT}/reports"
"""Where the plugin serves the reports, below the address of Airflow's UI."""
_KEY = "report"
log = logging.getLogger(__name__)


def offer_report(context: Context, connection: str, staged: str) -> None:
    """Let the link of the running task open the report of a sync, also if the sync is stopped for what it says."""
    report = f"{connection}/{staged}/index.html"
    context["ti"].xcom_push(key=_KEY, value=report)
    log.info("The validation report is going to be %s%s/%s", base_url(), REPORTS_PATH, report)


class ValidationReportLink(BaseOperatorLink):
    """Opens the report that the task has written."""

    name = "Validation report"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:
        """The report's address; empty where the task ended before it had one. Airflow asks when the task has ended."""
        report = XCom.get_value(ti_key=ti_key, key=_KEY)
        return f"{base_path()}{REPORTS_PATH}/{report}" if report else ""


class ReportingOperator(_PythonDecoratedOperator):
    """A Python task that writes a validation report."""

    operator_extra_links = (ValidationReportLink(),)


def reporting_task(**arguments: Any) -> Callable[[Callable[..., Any]], Any]:
    """Like ``task(...)``, for a function that calls `offer_report`."""
    return task_decorator_factory(decorated_operator_class=ReportingOperator, **arguments)
