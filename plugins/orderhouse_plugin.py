"""What Orderhouse adds to Airflow: the validation reports, and the timetable that backfills by days."""

from typing import Any, ClassVar

from airflow.plugins_manager import AirflowPlugin

from include.orchestration.report_link import REPORTS_PATH
from include.orchestration.timetable import DailyBackfillTimetable


class OrderhousePlugin(AirflowPlugin):
    """Registers them; they live in ``include/orchestration``."""

    name = "orderhouse"
    timetables: ClassVar = [DailyBackfillTimetable]

    @property
    def fastapi_apps(self) -> list[dict[str, Any]]:
        """The pages. Only the API server asks for them; every task loads the plugin, and need not load a web server."""
        from include.orchestration.report_pages import report_pages

        return [{"app": report_pages(), "url_prefix": REPORTS_PATH, "name": "Orderhouse"}]
