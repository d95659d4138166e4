"""When a connector's DAG runs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction
from airflow.timetables.interval import CronDataIntervalTimetable
from pendulum import UTC, DateTime

_DAY = timedelta(days=1)
_OFF_THE_TICKS = timedelta(seconds=1)
"""How long after midnight the days of a backfill begin: no tick of a cron expression comes then. Airflow tells runs
apart by the start of their intervals, and a backfill would leave out a day of which a scheduled run has that start."""


class DailyBackfillTimetable(CronDataIntervalTimetable):
    """Scheduled by a cron expression in UTC; backfilled in whole UTC days.

    A backfill over 90 days is then 90 runs, not thousands, however often the DAG is scheduled. Their intervals begin a
    second after midnight; `form.sync_request` reads the day. Airflow asks a timetable to catch up only for a backfill,
    as the DAG itself does not catch up. The first scheduled run comes with the next tick of the schedule, not for the
    tick before the DAG was let run: the first run is then the one a person triggers.
    """

    def __init__(self, cron: str) -> None:
        super().__init__(cron, UTC)

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        """The next scheduled run, or the next day of a backfill."""
        last = last_automated_data_interval
        if restriction.catchup and restriction.earliest and restriction.latest:
            day = (last.end if last else restriction.earliest.in_timezone(UTC)).start_of("day")
            start = day + _OFF_THE_TICKS
            return None if day > restriction.latest else DagRunInfo.interval(start, start + _DAY)
        if last is None:
            now = DateTime.now(UTC)
            return DagRunInfo.interval(self._align_to_prev(now), self._get_next(now))
        return super().next_dagrun_info(last_automated_data_interval=last, restriction=restriction)

    def serialize(self) -> dict[str, Any]:
        """All that makes the timetable, as JSON."""
        return {"cron": self._expression}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> DailyBackfillTimetable:
        """The timetable that ``serialize`` described."""
        return cls(data["cron"])
