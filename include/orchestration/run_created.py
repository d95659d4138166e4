"""From when a run's deadlines count."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from airflow.sdk.definitions.deadline import BaseDeadlineReference


class RunCreated(BaseDeadlineReference):
    """The moment at which a run is created, which is when Airflow asks for its deadlines.

    Airflow's own ``DAGRUN_QUEUED_AT`` would do, but Airflow 3.3.2 cannot clear a task of a run that waits for such a
    deadline: ``airflow.models.taskinstance`` takes the stored interval for a number, and the API answers 500.
    """

    def _evaluate_with(self, **_: Any) -> datetime:
        return datetime.now(UTC)
