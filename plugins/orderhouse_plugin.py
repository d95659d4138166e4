"""What Orderhouse adds to Airflow: the validation reports, and the timetable that backfills by days."""

from typing import ClassVar

from airflow.plugins_manager import AirflowPlugin

from include.orchestration.report_link import REPORTS_PATH
from include.orchestration.report_pages import report_pages
from include.orchestration.timetable import DailyBackfillTimetable


class OrderhousePlugin(AirflowPlugin):
    """Registers them; they live in ``include/orchestration``."""

    name = "orderhouse"
    timetables: ClassVar = [DailyBackfillTimetable]
    fastapi_apps: ClassVar = [{"app": report_pages(), "url_prefix": REPORTS_PATH, "name": "Orderhouse"}]
